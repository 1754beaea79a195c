#include "records/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"

const char *const category_names[CATEGORY_COUNT] = {"event", "registry", "crash", "message", "fact"};

const struct field *record_fields(struct record *record, size_t *count)
{
    if (record->decode) {
        record->decode(record);
        record->decode = NULL;
    }
    *count = record->field_count;
    return record->fields;
}

bool record_field(struct record *record, struct text name, size_t nth, struct text *value)
{
    size_t count;
    const struct field *fields = record_fields(record, &count);

    for (size_t i = 0; i < count; i++) {
        if (text_equal(fields[i].name, name) && nth-- == 0) {
            *value = fields[i].value;
            return true;
        }
    }
    return false;
}

struct text record_text(struct record *record, const char *name)
{
    struct text value = TEXT_NONE;

    record_field(record, text_of(name), 0, &value);
    return value;
}

void field_list_start(struct field_list *list, struct arena *arena) { *list = (struct field_list){.arena = arena}; }

/* The list lives in the arena like its texts: growing leaves the old array behind until the arena is reset. */
static bool field_list_room(struct field_list *list, size_t bytes)
{
    if (list->count >= LIMIT_FIELDS || bytes > LIMIT_RECORD_BYTES - list->bytes) {
        list->cut = true;
        return false;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 32;
        struct field *items = arena_alloc(list->arena, capacity * sizeof(*items));

        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof(*items));
        list->items = items;
        list->capacity = capacity;
    }
    list->bytes += bytes;
    return true;
}

void field_list_add(struct field_list *list, struct text name, struct text value)
{
    if (field_list_room(list, name.size + value.size))
        list->items[list->count++] = (struct field){name, value};
}

void field_list_add_copy(struct field_list *list, const char *name, struct text value)
{
    struct text label = text_of(name);

    if (field_list_room(list, label.size + value.size))
        list->items[list->count++] = (struct field){label, arena_text(list->arena, value)};
}

void field_list_give(const struct field_list *list, struct record *record)
{
    record->fields = list->items;
    record->field_count = list->count;
    record->decode = NULL;
}

/*
 * As JSON, fields of one name become one member. A table of the names finds them in one pass: an input decides how many
 * fields there are, and thousands of them times thousands of comparisons each would be its weapon.
 *
 *     fields   A  B  A  A  C        first  0 1 0 0 4       next  2 - 3 - -
 *
 * `first` is the index of the first field of that name, `next` that of the following one (0: none; nothing precedes 0).
 */
struct same_names {
    uint16_t *first, *next;
    uint16_t *last;  /* of a first field: the latest field of its name */
    uint16_t *slots; /* hash table: index + 1; 0 is free */
    size_t slot_mask;
    uint16_t few[5 * 64]; /* the room for all four when there are at most 64 fields */
};
_Static_assert(LIMIT_FIELDS < UINT16_MAX, "an index and one more fit");

/* `names` comes zeroed. */
static void same_names_start(struct same_names *names, size_t count)
{
    size_t slots = 128;
    uint16_t *room = names->few;

    while (slots < 2 * count)
        slots *= 2;
    if (3 * count + slots > sizeof(names->few) / sizeof(*room))
        room = memory_array(3 * count + slots, sizeof(*room));
    names->slots = room;
    names->slot_mask = slots - 1;
    names->first = room + slots;
    names->next = names->first + count;
    names->last = names->next + count;
}

static void same_names_end(struct same_names *names)
{
    if (names->slots != names->few)
        free(names->slots);
}

static void same_names_find(struct same_names *names, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t slot = (size_t)text_hash(fields[i].name, 0) & names->slot_mask;
        size_t first;

        while (names->slots[slot] != 0 && !text_equal(fields[names->slots[slot] - 1].name, fields[i].name))
            slot = (slot + 1) & names->slot_mask;
        if (names->slots[slot] == 0)
            names->slots[slot] = (uint16_t)(i + 1);
        first = names->slots[slot] - 1u;
        names->first[i] = (uint16_t)first;
        if (first != i)
            names->next[names->last[first]] = (uint16_t)i;
        names->last[first] = (uint16_t)i;
    }
}

/* A member that says where the record stands. */
struct place_member {
    const char *name;
    bool present, is_number;
    uint64_t number;
    struct text text;
};
#define PLACE_MEMBERS 6

static void place_members(const struct record *record, struct text source, struct text host,
                          struct place_member members[PLACE_MEMBERS])
{
    const struct position *at = &record->at;

    members[0] =
        (struct place_member){.name = "Category", .present = true, .text = text_of(category_names[record->category])};
    members[1] = (struct place_member){.name = "Source", .present = source.size > 0, .text = source};
    members[2] =
        (struct place_member){.name = "Record", .present = at->record > 0, .is_number = true, .number = at->record};
    /* A crash's own Offset is the one in its module; where the record stands is said by Record and Line. */
    members[3] = (struct place_member){.name = "Offset",
                                       .present = at->has_offset && record->category != CATEGORY_CRASH,
                                       .is_number = true,
                                       .number = at->offset};
    members[4] = (struct place_member){.name = "Line", .present = at->line > 0, .is_number = true, .number = at->line};
    members[5] = (struct place_member){.name = "Host", .present = host.size > 0, .text = host};
}

static void write_place_value(const struct place_member *member, struct json *json)
{
    if (member->is_number)
        json_unsigned(json, member->number);
    else
        json_text(json, member->text);
}

static bool says_the_same(const struct place_member *member, struct text value)
{
    uint64_t number;

    if (!member->is_number)
        return text_equal(member->text, value);
    return text_number(value, 10, &number) && number == member->number;
}

/* An event's own data may be called Source or Host, too. Such a field joins the member as a further value, as fields of
 * one name do, unless it says the same: a key that occurs twice is lost by most readers of JSON. */
static void write_place(const struct place_member *member, const struct field *fields, size_t count, struct json *json)
{
    bool is_list = false;

    json_key(json, member->name);
    for (size_t i = 0; i < count && !is_list; i++)
        is_list = text_is(fields[i].name, member->name) && !says_the_same(member, fields[i].value);
    if (!is_list) {
        write_place_value(member, json);
        return;
    }
    json_array(json);
    write_place_value(member, json);
    for (size_t i = 0; i < count; i++)
        if (text_is(fields[i].name, member->name) && !says_the_same(member, fields[i].value))
            json_text(json, fields[i].value);
    json_end_array(json);
}

static bool is_place(const struct place_member members[PLACE_MEMBERS], struct text name)
{
    for (size_t i = 0; i < PLACE_MEMBERS; i++)
        if (members[i].present && text_is(name, members[i].name))
            return true;
    return false;
}

/* The system fields that are numbers are written as numbers, as every reader of event JSON expects; only where
 * nothing is lost by it: a number as text may have leading zeros. */
static void write_value(const struct field *field, struct json *json)
{
    static const char *const numbers[] = {"EventID", "Qualifiers",    "Version",   "Level",   "Task",
                                          "Opcode",  "EventRecordID", "ProcessID", "ThreadID"};
    uint64_t number;

    if (text_number(field->value, 10, &number) && number <= UINT64_C(1) << 53 &&
        (field->value.size == 1 || field->value.data[0] != '0'))
        for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
            if (text_is(field->name, numbers[i])) {
                json_unsigned(json, number);
                return;
            }
    json_text(json, field->value);
}

static void write_field(const struct same_names *names, const struct field *fields, size_t first, struct json *json)
{
    json_key_text(json, fields[first].name);
    if (names->next[first] == 0) {
        write_value(&fields[first], json);
        return;
    }
    json_array(json);
    write_value(&fields[first], json);
    for (size_t i = names->next[first]; i != 0; i = names->next[i])
        write_value(&fields[i], json);
    json_end_array(json);
}

void record_write_json(struct record *record, struct text source, struct text host, struct json *json)
{
    struct place_member members[PLACE_MEMBERS];
    struct same_names names = {0};
    size_t count;
    const struct field *fields = record_fields(record, &count);

    if (count > LIMIT_FIELDS)
        count = LIMIT_FIELDS;
    place_members(record, source, host, members);
    same_names_start(&names, count);
    same_names_find(&names, fields, count);
    json_object(json);
    for (size_t i = 0; i < PLACE_MEMBERS; i++)
        if (members[i].present)
            write_place(&members[i], fields, count, json);
    for (size_t i = 0; i < count; i++)
        if (names.first[i] == i && !is_place(members, fields[i].name))
            write_field(&names, fields, i, json);
    json_end_object(json);
    same_names_end(&names);
}
