#include "rules/detection_parts.h"

#include "records/names.h"
#include "rules/pattern.h"

/* ---- captures ---- */

void captures_set(struct captures *captures, const char *name, struct text value)
{
    size_t at = 0;

    if (value.size == 0)
        return;
    while (at < captures->count && !text_is(text_of(captures->items[at].name), name))
        at++;
    if (at == LIMIT_CAPTURES)
        return;
    captures->items[at] = (struct capture){name, value};
    if (at == captures->count)
        captures->count++;
}

bool captures_get(const struct captures *captures, const char *name, struct text *value)
{
    for (size_t i = 0; i < captures->count; i++)
        if (text_is(text_of(captures->items[i].name), name)) {
            *value = captures->items[i].value;
            return true;
        }
    return false;
}

/* ---- the values of a field ---- */

struct trial {
    const struct detection *detection;
    struct matcher *matcher;
    struct record *record;
    struct captures *found;      /* NULL: nobody asks. The first to set a name wins; a branch that fails is cut off */
};

struct values {
    struct text known[2];        /* of an event's system field */
    size_t known_count;
    const struct field *fields;
    size_t field_count;
    struct text name;            /* empty: every field */
    size_t next;
    char digits[16];
};

static void add_known(struct values *values, struct text value)
{
    if (value.size > 0)
        values->known[values->known_count++] = value;
}

static void add_number(struct values *values, unsigned number)
{
    size_t at = sizeof values->digits;

    do
        values->digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add_known(values, (struct text){values->digits + at, sizeof values->digits - at});
}

static bool is_in_the_struct(const struct item *item, const struct record *record)
{
    if (item->known == FIELD_OTHER || item->known == FIELD_ANY || record->category != CATEGORY_EVENT)
        return false;
    return item->known != FIELD_LEVEL || record->level != 0;   /* 0 may be "not given" or "always": the field knows */
}

static void values_start(struct values *values, const struct item *item, const struct trial *trial)
{
    struct record *record = trial->record;

    values->known_count = values->field_count = values->next = 0;
    if (!is_in_the_struct(item, record)) {
        values->fields = record_fields(record, &values->field_count);
        values->name = item->field;
        if (item->known == FIELD_ANY && trial->detection->message_view)
            values->name = TEXT("Message");
        return;
    }
    switch (item->known) {
    case FIELD_CHANNEL:
        add_known(values, record->channel);
        break;
    case FIELD_PROVIDER:
        add_known(values, record->provider);
        add_known(values, record->event_source);
        break;
    case FIELD_EVENT_ID:
        if (record->has_event_id)
            add_number(values, record->event_id);
        break;
    case FIELD_LEVEL:
        add_number(values, record->level);
        break;
    default:
        add_known(values, record->computer);
    }
}

static bool values_next(struct values *values, struct text *value)
{
    if (values->next < values->known_count) {
        *value = values->known[values->next++];
        return true;
    }
    while (values->next < values->field_count) {
        const struct field *field = &values->fields[values->next++];

        if (values->name.size == 0 || text_equal(values->name, field->name)) {
            *value = field->value;
            return true;
        }
    }
    return false;
}

/* ---- items ---- */

static void keep_groups(struct captures *found, const struct captures *groups)
{
    struct text already;

    for (size_t i = 0; i < groups->count; i++)
        if (!captures_get(found, groups->items[i].name, &already))
            captures_set(found, groups->items[i].name, groups->items[i].value);
}

static bool value_holds(const struct trial *trial, const struct item *item, const struct comparison *comparison,
                        struct text value)
{
    struct captures groups;

    if (item->known == FIELD_PROVIDER && comparison->way == COMPARE_EQUAL)
        return provider_same(comparison->literal, value);
    if (comparison->way != COMPARE_PATTERN || trial->found == NULL)
        return comparison_holds(comparison, trial->matcher, value, NULL);
    groups.count = 0;
    if (!comparison_holds(comparison, trial->matcher, value, &groups))
        return false;
    keep_groups(trial->found, &groups);
    return true;
}

static bool comparison_holds_somewhere(const struct trial *trial, const struct item *item,
                                       const struct comparison *comparison)
{
    struct values values;
    struct text value;
    bool there = false;

    values_start(&values, item, trial);
    if (comparison->way == COMPARE_NULL) {   /* absent or empty: no value has a text */
        while (values_next(&values, &value))
            if (value.size > 0)
                return false;
        return true;
    }
    while (values_next(&values, &value)) {
        there = true;
        if (comparison->way != COMPARE_EXISTS_NOT && value_holds(trial, item, comparison, value))
            return true;
    }
    return comparison->way == COMPARE_EXISTS_NOT && !there;
}

static bool item_holds(const struct trial *trial, const struct item *item)
{
    for (size_t i = 0; i < item->count; i++)
        if (comparison_holds_somewhere(trial, item, &item->values[i]) != item->all)
            return !item->all;
    return item->all;
}

/* ---- selections and conditions ---- */

static void forget(const struct trial *trial, size_t count)
{
    if (trial->found != NULL)
        trial->found->count = count;
}

static bool alternative_holds(const struct trial *trial, const struct alternative *alternative)
{
    size_t before = trial->found != NULL ? trial->found->count : 0;

    for (size_t i = 0; i < alternative->count; i++)
        if (!item_holds(trial, &alternative->items[i])) {
            forget(trial, before);
            return false;
        }
    return true;
}

/* When captures are wanted, every alternative that holds gives its groups, not only the first. */
static bool selection_holds(const struct trial *trial, const struct selection *selection)
{
    bool holds = false;

    for (size_t i = 0; i < selection->count; i++) {
        holds |= alternative_holds(trial, &selection->alternatives[i]);
        if (holds && (trial->found == NULL || !selection->has_groups))
            return true;
    }
    return holds;
}

static bool condition_holds(const struct trial *trial, const struct condition *condition)
{
    size_t before = trial->found != NULL ? trial->found->count : 0;
    bool holds = false;

    switch (condition->kind) {
    case CONDITION_SELECTION:
        return selection_holds(trial, condition->selection);
    case CONDITION_NOT:
        return !condition_holds(&(struct trial){trial->detection, trial->matcher, trial->record, NULL},
                                condition->parts[0]);
    case CONDITION_AND:
        for (size_t i = 0; i < condition->count; i++)
            if (!condition_holds(trial, condition->parts[i])) {
                forget(trial, before);
                return false;
            }
        return true;
    default:
        for (size_t i = 0; i < condition->count; i++) {
            if (holds && (trial->found == NULL || !condition->parts[i]->has_groups))
                continue;
            holds |= condition_holds(trial, condition->parts[i]);
        }
        return holds;
    }
}

bool detection_match(const struct detection *detection, struct matcher *matcher, struct record *record,
                     struct captures *captures)
{
    struct captures found;
    struct text message;
    struct trial trial = {detection, matcher, record, NULL};

    if (captures != NULL && detection->has_groups) {
        found.count = 0;
        trial.found = &found;
    }
    if (!condition_holds(&trial, detection->condition))
        return false;
    if (detection->message_view && !record_field(record, TEXT("Message"), 0, &message))
        return false;
    for (size_t i = 0; trial.found != NULL && i < found.count; i++)
        captures_set(captures, found.items[i].name, found.items[i].value);
    return true;
}
