/*
 * The record: the one type that all readers produce and all detections test.
 *
 * Ownership: a record and everything in it belongs to the reader and dies when sink_record() returns. Who needs more
 * copies it.
 *
 * What every run needs (the six system fields of an event, the time, the position) stands in the struct and is set
 * before the record is handed out. The other fields are in `fields`; a reader may leave them undecoded and set
 * `decode`, which is called once, on the first question that needs them.
 *
 * Fields have the names of DESIGN "Records": an event's are Channel, Provider_Name, EventID, ... plus its own data; an
 * event's system fields appear in `fields` too, so that `fields` alone is the record as it is printed. A name may occur
 * more than once (several values).
 */
#ifndef WINCAUSE_RECORDS_RECORD_H
#define WINCAUSE_RECORDS_RECORD_H

#include "base/memory.h"
#include "records/moment.h"

enum category { CATEGORY_EVENT, CATEGORY_REGISTRY, CATEGORY_CRASH, CATEGORY_MESSAGE, CATEGORY_FACT };
#define CATEGORY_COUNT 5

extern const char *const category_names[CATEGORY_COUNT]; /* "event", "registry", ... */

struct field {
    struct text name;
    struct text value;
};

/* Where a record stands in its input. What a format does not have is absent. */
struct position {
    uint64_t record; /* EventRecordID, or the ordinal from 1 where the format has none; never 0 */
    uint64_t offset; /* byte offset in the input; valid when has_offset */
    uint64_t line;   /* 1-based; 0: none */
    bool has_offset;
};

/* Levels as Windows numbers them (winmeta.h); text copies' words are mapped to these. */
enum level {
    LEVEL_NONE = 0,
    LEVEL_CRITICAL = 1,
    LEVEL_ERROR = 2,
    LEVEL_WARNING = 3,
    LEVEL_INFORMATION = 4,
    LEVEL_VERBOSE = 5
};

struct record {
    enum category category;
    struct position at;
    struct moment time; /* the record's own time: TimeCreated of an event, never the header's */

    /* Events: always set, empty or 0 when the input does not have them. */
    struct text channel;
    struct text provider;     /* Provider Name */
    struct text event_source; /* Provider EventSourceName */
    struct text computer;     /* also of crash records: the machine the record says it is from */
    uint32_t event_id;        /* without qualifiers; meaningful when has_event_id */
    bool has_event_id;
    uint8_t level; /* enum level; a number above 5 is kept */

    const struct field *fields; /* complete when decode is NULL */
    size_t field_count;
    void (*decode)(struct record *record); /* fills fields, field_count and sets itself to NULL */
    void *reader;                          /* decode's business */
};

/* All fields, decoding when needed. */
const struct field *record_fields(struct record *record, size_t *count);
/* The nth (from 0) value of the field `name` (exact name). False when there is none. */
bool record_field(struct record *record, struct text name, size_t nth, struct text *value);
struct text record_text(struct record *record, const char *name); /* first value, or TEXT_NONE */

/* A growing list of fields in an arena: how readers build records. Over LIMIT_FIELDS or LIMIT_RECORD_BYTES nothing is
 * added and `cut` is set: the reader reports it as a loss. */
struct field_list {
    struct arena *arena; /* borrowed */
    struct field *items;
    size_t count, capacity, bytes;
    bool cut;
};
void field_list_start(struct field_list *list, struct arena *arena); /* forgets what it had; arena unchanged */
void field_list_add(struct field_list *list, struct text name, struct text value); /* texts are borrowed, not copied */
void field_list_add_copy(struct field_list *list, const char *name,
                         struct text value);                                /* value copied into the arena */
void field_list_give(const struct field_list *list, struct record *record); /* points the record's fields at the list */

/* The record as one JSON object, as `wincause records` prints it and rule tests take it: Category, Source, Record,
 * Offset, Line, Host when given, then the fields in order; a name that occurs several times becomes a list. A crash has
 * no Offset of its place, because its own Offset is the one in its module. */
struct json;
void record_write_json(struct record *record, struct text source, struct text host, struct json *json);

#endif
