#include "records/derive.h"

#include <stdlib.h>

#include "records/derive_parts.h"

struct derive {
    struct sink sink;            /* first: what the reader holds */
    struct sink *next;
    struct fact_book *facts;
    struct arena arena;          /* of the record at hand */
};

/* A record in the place of `from`: same position, time and origin. */
static void hand_on(struct derive *derive, const struct record *from, enum category category,
                    const struct field_list *fields)
{
    struct record record = *from;

    record.category = category;
    record.reader = NULL;
    field_list_give(fields, &record);
    sink_record(derive->next, &record);
}

static void emit_fact(void *context, const struct record *of, const char *name, struct text value,
                      struct text control_set)
{
    struct derive *derive = context;
    struct field_list fields;

    field_list_start(&fields, &derive->arena);
    field_list_add(&fields, text_of(name), value);
    if (control_set.size > 0)
        field_list_add(&fields, TEXT("ControlSet"), control_set);
    hand_on(derive, of, CATEGORY_FACT, &fields);
}

/* A reader gives what the text says; who is to blame follows from it, and is decided here for all of them. Culprit
 * stands behind the process and the module. */
static void pass_crash(struct derive *derive, struct record *record)
{
    static const char *const before[] = {"Process", "ProcessVersion", "Module", "ModuleVersion"};
    struct field_list fields;
    size_t count, place = 0;
    const struct field *given = record_fields(record, &count);

    field_list_start(&fields, &derive->arena);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(before) / sizeof(*before); k++)
            if (text_is(given[i].name, before[k]))
                place = i + 1;
    for (size_t i = 0; i < place; i++)
        field_list_add(&fields, given[i].name, given[i].value);
    if (record_text(record, "Culprit").size == 0)
        crash_add_culprit(record_text(record, "Module"), record_text(record, "Stack"), &fields);
    if (fields.count == place) {
        sink_record(derive->next, record);
        return;
    }
    for (size_t i = place; i < count; i++)
        field_list_add(&fields, given[i].name, given[i].value);
    hand_on(derive, record, CATEGORY_CRASH, &fields);
}

static void take_record(struct sink *sink, struct record *record)
{
    struct derive *derive = (struct derive *)sink;
    struct field_list fields;

    if (record->category == CATEGORY_CRASH)
        pass_crash(derive, record);
    else
        sink_record(derive->next, record);
    if (record->category == CATEGORY_EVENT && record->has_event_id) {
        field_list_start(&fields, &derive->arena);
        if (crash_of_event(record, &fields))
            hand_on(derive, record, CATEGORY_CRASH, &fields);
    }
    fact_book_take(derive->facts, record, emit_fact, derive);
    arena_reset(&derive->arena);
}

static void take_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    sink_loss(((struct derive *)sink)->next, where, count, "%s", why);
}

static void take_note(struct sink *sink, const char *remark)
{
    sink_note(((struct derive *)sink)->next, "%s", remark);
}

static void take_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                     struct position where)
{
    sink_covers_key(((struct derive *)sink)->next, key, control_set, written, where);
}

static void take_log(struct sink *sink)
{
    sink_covers_log(((struct derive *)sink)->next);
}

static void take_nothing(struct sink *sink)
{
    sink_covers_nothing(((struct derive *)sink)->next);
}

struct derive *derive_new(struct sink *next)
{
    struct derive *derive = memory_alloc(sizeof(*derive));

    derive->sink = (struct sink){next->options, take_record, take_loss, take_note, take_key, take_log,
                                 take_nothing};
    derive->next = next;
    derive->facts = fact_book_new();
    return derive;
}

struct sink *derive_sink(struct derive *derive)
{
    return &derive->sink;
}

void derive_end(struct derive *derive)
{
    fact_book_end(derive->facts, emit_fact, derive, derive->next);
    arena_reset(&derive->arena);
}

void derive_free(struct derive *derive)
{
    if (!derive)
        return;
    fact_book_free(derive->facts);
    arena_free(&derive->arena);
    free(derive);
}
