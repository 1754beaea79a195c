/* See writer.h. The format is described in libyal's "Windows XML Event Log (EVTX)". */
#include "tests/evtx/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/evtx/binxml.h"
#include "tests/evtx/values.h"

#define NAMESPACE "http://schemas.microsoft.com/win/2004/08/events/event"

enum part {
    CHANNEL, PROVIDER, EVENT_SOURCE, GUID, EVENT_ID, QUALIFIERS, VERSION, LEVEL, TASK, OPCODE, KEYWORDS, TIME_CREATED,
    RECORD_ID, COMPUTER, USER_ID, PROCESS_ID, THREAD_ID, USER_DATA, PARTS
};

static const struct { const char *name, *type; } parts[PARTS] = {
    [CHANNEL] = {"Channel", NULL},
    [PROVIDER] = {"Provider_Name", NULL},
    [EVENT_SOURCE] = {"Provider_EventSourceName", NULL},
    [GUID] = {"Provider_Guid", NULL},
    [EVENT_ID] = {"EventID", "uint16"},
    [QUALIFIERS] = {"Qualifiers", "uint16"},
    [VERSION] = {"Version", "uint8"},
    [LEVEL] = {"Level", "uint8"},
    [TASK] = {"Task", "uint16"},
    [OPCODE] = {"Opcode", "uint8"},
    [KEYWORDS] = {"Keywords", "hex64"},
    [TIME_CREATED] = {"TimeCreated", "filetime"},
    [RECORD_ID] = {"EventRecordID", "uint64"},
    [COMPUTER] = {"Computer", NULL},
    [USER_ID] = {"UserID", "sid"},
    [PROCESS_ID] = {"ProcessID", "uint32"},
    [THREAD_ID] = {"ThreadID", "uint32"},
    [USER_DATA] = {"UserData", NULL},
};

#define DATA_MAX 200u

struct datum { struct text name, type; struct buffer value; };

struct event {
    struct text part[PARTS];
    struct datum data[DATA_MAX];
    size_t data_count;
    unsigned line;             /* where it begins in the description */
};

struct writer {
    struct buffer *out;
    struct chunk chunk, before; /* before: as it was when the record at hand began */
    uint64_t chunks, records;
    struct arena arena;
    char *error;
    unsigned line;
};

static bool complain(struct writer *writer, const char *what, struct text which)
{
    if (writer->error[0] == '\0')
        snprintf(writer->error, 200, "line %u: %s: %.*s", writer->line, what, (int)(which.size > 80 ? 80 : which.size),
                 which.data);
    return false;
}

/* Records. */

struct value { enum value_type type; struct text bytes; };
#define VALUES_MAX (PARTS + 1)

/* The descriptors of `count` values, then the values; returns where the last one begins. The last is what follows
 * when `last_follows`: its size is left open at *size_at. */
static void put_values(struct chunk *chunk, const struct value *values, size_t count, bool xml_follows, size_t *size_at)
{
    put_number(chunk, count + xml_follows, 4);
    for (size_t i = 0; i < count; i++) {
        put_number(chunk, values[i].bytes.size, 2);
        put_number(chunk, values[i].type, 2);
    }
    if (xml_follows) {
        *size_at = chunk->used;
        put_number(chunk, 0, 2);
        put_number(chunk, TYPE_XML, 2);
    }
    for (size_t i = 0; i < count; i++)
        put(chunk, values[i].bytes.data, values[i].bytes.size);
}

/* The parts of System that are values and not literals of its template, in the order of their substitutions. */
static const enum part value_parts[] = {LEVEL, OPCODE, TASK, EVENT_ID, QUALIFIERS, KEYWORDS, TIME_CREATED,
                                        PROCESS_ID, THREAD_ID, RECORD_ID, VERSION, USER_ID};
#define VALUE_PARTS (sizeof(value_parts) / sizeof(value_parts[0]))

static bool has(const struct event *event, enum part part)
{
    return event->part[part].size > 0;
}

/* Two events share a template when everything that is not a substitution is equal. */
static struct text system_shape(struct writer *writer, const struct event *event)
{
    struct buffer shape = {0};
    static const enum part literals[] = {PROVIDER, EVENT_SOURCE, GUID, CHANNEL, COMPUTER};
    buffer_add_string(&shape, event->data_count > 0 ? "system with data" : "system");
    for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++)
        buffer_printf(&shape, "\n%.*s", (int)event->part[literals[i]].size, event->part[literals[i]].data);
    for (size_t i = 0; i < VALUE_PARTS; i++)
        buffer_add_char(&shape, has(event, value_parts[i]) ? '1' : '0');
    struct text kept = arena_text(&writer->arena, buffer_text(&shape));
    buffer_free(&shape);
    return kept;
}

static void put_attribute(struct chunk *chunk, const char *name, bool last, struct text literal)
{
    open_attribute(chunk, text_of(name), last);
    put_literal(chunk, literal);
}

/* <name a="%i" b="%j"/>; a or b may be NULL. */
static void put_attributed(struct chunk *chunk, const char *name, const char *a, size_t i, enum value_type type,
                           const char *b, size_t j)
{
    bool any = a != NULL || b != NULL;
    size_t at = open_element(chunk, text_of(name), any);
    if (any) {
        size_t list = open_attributes(chunk);
        if (a != NULL) {
            open_attribute(chunk, text_of(a), b == NULL);
            put_substitution(chunk, i, type);
        }
        if (b != NULL) {
            open_attribute(chunk, text_of(b), true);
            put_substitution(chunk, j, type);
        }
        close_size(chunk, list, 4);
    }
    end_element(chunk, at, true);
}

static void put_provider(struct chunk *chunk, const struct event *event)
{
    size_t at = open_element(chunk, TEXT("Provider"), true), list = open_attributes(chunk);
    put_attribute(chunk, "Name", !has(event, GUID) && !has(event, EVENT_SOURCE), event->part[PROVIDER]);
    if (has(event, GUID))
        put_attribute(chunk, "Guid", !has(event, EVENT_SOURCE), event->part[GUID]);
    if (has(event, EVENT_SOURCE))
        put_attribute(chunk, "EventSourceName", true, event->part[EVENT_SOURCE]);
    close_size(chunk, list, 4);
    end_element(chunk, at, true);
}

static void put_event_id(struct chunk *chunk, const struct event *event, size_t id, size_t qualifiers)
{
    size_t at = open_element(chunk, TEXT("EventID"), has(event, QUALIFIERS));
    if (has(event, QUALIFIERS)) {
        size_t list = open_attributes(chunk);
        open_attribute(chunk, TEXT("Qualifiers"), true);
        put_substitution(chunk, qualifiers, TYPE_UINT16);
        close_size(chunk, list, 4);
    }
    start_content(chunk);
    put_substitution(chunk, id, TYPE_UINT16);
    end_element(chunk, at, false);
}

/* The outer template: Event and System; index[part] is the substitution of a part. */
static void put_system_template(struct chunk *chunk, const struct event *event, const size_t index[PARTS],
                                size_t xml_index)
{
    size_t root = open_element(chunk, TEXT("Event"), true), list = open_attributes(chunk);
    put_attribute(chunk, "xmlns", true, TEXT(NAMESPACE));
    close_size(chunk, list, 4);
    start_content(chunk);
    size_t system = open_element(chunk, TEXT("System"), false);
    start_content(chunk);
    put_provider(chunk, event);
    put_event_id(chunk, event, index[EVENT_ID], index[QUALIFIERS]);
    if (has(event, VERSION))
        put_simple(chunk, "Version", TEXT_NONE, index[VERSION], TYPE_UINT8);
    put_simple(chunk, "Level", TEXT_NONE, index[LEVEL], TYPE_UINT8);
    put_simple(chunk, "Task", TEXT_NONE, index[TASK], TYPE_UINT16);
    if (has(event, OPCODE))
        put_simple(chunk, "Opcode", TEXT_NONE, index[OPCODE], TYPE_UINT8);
    put_simple(chunk, "Keywords", TEXT_NONE, index[KEYWORDS], TYPE_HEX64);
    put_attributed(chunk, "TimeCreated", "SystemTime", index[TIME_CREATED], TYPE_FILETIME, NULL, 0);
    put_simple(chunk, "EventRecordID", TEXT_NONE, index[RECORD_ID], TYPE_UINT64);
    if (has(event, PROCESS_ID) || has(event, THREAD_ID))
        put_attributed(chunk, "Execution", has(event, PROCESS_ID) ? "ProcessID" : NULL, index[PROCESS_ID], TYPE_UINT32,
                       has(event, THREAD_ID) ? "ThreadID" : NULL, index[THREAD_ID]);
    put_simple(chunk, "Channel", has(event, CHANNEL) ? event->part[CHANNEL] : TEXT(""), 0, TYPE_STRING);
    put_simple(chunk, "Computer", has(event, COMPUTER) ? event->part[COMPUTER] : TEXT(""), 0, TYPE_STRING);
    put_attributed(chunk, "Security", has(event, USER_ID) ? "UserID" : NULL, index[USER_ID], TYPE_SID, NULL, 0);
    end_element(chunk, system, false);
    if (event->data_count > 0)
        put_substitution(chunk, xml_index, TYPE_XML);
    end_element(chunk, root, false);
}

/* What `datum` is called, and whether it is an unnamed Data. */
static bool is_unnamed(const struct datum *datum)
{
    return text_is(datum->name, "Data") || text_starts(datum->name, TEXT("Data["));
}

/* The values of the data: neighbouring unnamed strings are one array, as Windows writes them. `first[v]` is the datum
 * of value v. */
static size_t data_values(struct writer *writer, const struct event *event, struct value *values,
                          const struct datum **first)
{
    size_t count = 0;
    for (size_t i = 0; i < event->data_count; i++) {
        const struct datum *datum = &event->data[i];
        enum value_type type;
        struct buffer bytes = {0};
        bool array = is_unnamed(datum) && datum->type.size == 0;
        struct text type_name = text_is(datum->name, "Binary") && datum->type.size == 0 ? TEXT("binary") : datum->type;
        first[count] = datum;
        while (array && i < event->data_count && is_unnamed(&event->data[i]) && event->data[i].type.size == 0) {
            encode_value(buffer_text(&event->data[i++].value), TEXT_NONE, &type, &bytes);
            buffer_add(&bytes, "\0", 2);
        }
        if (array)
            i--;
        else if (!encode_value(buffer_text(&datum->value), type_name, &type, &bytes))
            complain(writer, "no value of its type", datum->name);
        values[count++] = (struct value){array ? TYPE_STRINGS : type, arena_text(&writer->arena, buffer_text(&bytes))};
        buffer_free(&bytes);
    }
    return count;
}

/* The nested binary XML of the data: a template instance with its own values. */
static void put_data(struct writer *writer, const struct event *event)
{
    struct chunk *chunk = &writer->chunk;
    struct value values[DATA_MAX];
    const struct datum *first[DATA_MAX];
    size_t count = data_values(writer, event, values, first), size_at, unused;
    struct buffer shape = {0};
    buffer_printf(&shape, "data\n%.*s", (int)event->part[USER_DATA].size, event->part[USER_DATA].data);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&shape, "\n%.*s %d", (int)first[i]->name.size, first[i]->name.data, (int)values[i].type);
    if (open_template(chunk, buffer_text(&shape), &size_at)) {
        bool user = has(event, USER_DATA);
        size_t section = open_element(chunk, user ? TEXT("UserData") : TEXT("EventData"), false), inner = 0;
        start_content(chunk);
        if (user) {
            inner = open_element(chunk, event->part[USER_DATA], false);
            start_content(chunk);
        }
        for (size_t i = 0; i < count; i++) {
            bool named = !user && !is_unnamed(first[i]) && !text_is(first[i]->name, "Binary");
            size_t at = open_element(chunk, named || is_unnamed(first[i]) ? TEXT("Data") : first[i]->name, named);
            if (named) {
                size_t list = open_attributes(chunk);
                put_attribute(chunk, "Name", true, first[i]->name);
                close_size(chunk, list, 4);
            }
            start_content(chunk);
            put_substitution(chunk, i, values[i].type);
            end_element(chunk, at, false);
        }
        if (user)
            end_element(chunk, inner, false);
        end_element(chunk, section, false);
        end_template(chunk, size_at);
    }
    put_values(chunk, values, count, false, &unused);
    put_number(chunk, 0x00, 1);
    buffer_free(&shape);
}

static void put_record(struct writer *writer, const struct event *event)
{
    struct chunk *chunk = &writer->chunk;
    struct value values[VALUE_PARTS];
    size_t index[PARTS] = {0}, count = 0, template_at, xml_at = 0, start = chunk->used;
    uint64_t number = 0;
    for (size_t i = 0; i < VALUE_PARTS; i++) {
        enum part part = value_parts[i];
        struct buffer bytes = {0};
        if (!has(event, part))
            continue;
        if (!encode_value(event->part[part], text_of(parts[part].type), &values[count].type, &bytes))
            complain(writer, "no value of its type", text_of(parts[part].name));
        values[count].bytes = arena_text(&writer->arena, buffer_text(&bytes));
        index[part] = count++;
        buffer_free(&bytes);
    }
    text_number(event->part[RECORD_ID], 10, &number);
    put(chunk, "**\0", 4);
    put_number(chunk, 0, 4);
    put_number(chunk, number, 8);
    put(chunk, values[index[TIME_CREATED]].bytes.data, 8);
    if (open_template(chunk, system_shape(writer, event), &template_at)) {
        put_system_template(chunk, event, index, count);
        end_template(chunk, template_at);
    }
    put_values(chunk, values, count, event->data_count > 0, &xml_at);
    if (event->data_count > 0) {
        size_t from = chunk->used;
        put_data(writer, event);
        if (!chunk->full)
            store(chunk->bytes + xml_at, chunk->used - from, 2);
    }
    put_number(chunk, 0x00, 1);
    while (!chunk->full && (chunk->used - start) % 8 != 4)
        put_number(chunk, 0, 1);
    put_number(chunk, chunk->used + 4 - start, 4);
    if (chunk->full)
        return;
    store(chunk->bytes + start + 4, chunk->used - start, 4);
    chunk->last_record = start;
    chunk->last_number = ++writer->records;
    chunk->last_id = number;
    if (start == CHUNK_HEAD) {
        chunk->first_number = chunk->last_number;
        chunk->first_id = number;
    }
}

static void start_chunk(struct chunk *chunk)
{
    memset(chunk, 0, sizeof(*chunk));
    chunk->used = CHUNK_HEAD;
}

static void flush_chunk(struct writer *writer)
{
    struct chunk *chunk = &writer->chunk;
    uint8_t *head = chunk->bytes;
    if (chunk->used == CHUNK_HEAD)
        return;
    memcpy(head, "ElfChnk", 8);
    store(head + 8, chunk->first_number, 8);
    store(head + 16, chunk->last_number, 8);
    store(head + 24, chunk->first_id, 8);
    store(head + 32, chunk->last_id, 8);
    store(head + 40, 128, 4);
    store(head + 44, chunk->last_record, 4);
    store(head + 48, chunk->used, 4);
    store(head + 52, chunk_checksum(0, head + CHUNK_HEAD, chunk->used - CHUNK_HEAD), 4);
    store(head + 124, chunk_checksum(chunk_checksum(0, head, 120), head + 128, CHUNK_HEAD - 128), 4);
    buffer_add(writer->out, head, CHUNK_SIZE);
    writer->chunks++;
    start_chunk(chunk);
}

static void add_event(struct writer *writer, const struct event *event)
{
    if (!has(event, PROVIDER) || !has(event, EVENT_ID) || !has(event, TIME_CREATED)) {
        complain(writer, "an event needs Provider_Name, EventID and TimeCreated", event->part[PROVIDER]);
        return;
    }
    memcpy(&writer->before, &writer->chunk, sizeof(writer->chunk));
    put_record(writer, event);
    if (writer->chunk.full) {
        memcpy(&writer->chunk, &writer->before, sizeof(writer->chunk));
        flush_chunk(writer);
        put_record(writer, event);
        if (writer->chunk.full)
            complain(writer, "the event is larger than a chunk", event->part[PROVIDER]);
    }
}

/* The description. */

/* Makes `event` ready for the next one: what goes on stays. */
static void next_event(struct writer *writer, struct event *event)
{
    uint64_t number = 0;
    text_number(event->part[RECORD_ID], 10, &number);
    for (size_t i = 0; i < event->data_count; i++)
        buffer_free(&event->data[i].value);
    struct text channel = event->part[CHANNEL], computer = event->part[COMPUTER];
    *event = (struct event){0};
    event->part[CHANNEL] = channel;
    event->part[COMPUTER] = computer;
    event->part[LEVEL] = TEXT("4");
    event->part[TASK] = TEXT("0");
    event->part[KEYWORDS] = TEXT("0x80000000000000");
    event->part[RECORD_ID] = text_of(arena_printf(&writer->arena, "%llu", (unsigned long long)number + 1));
}

/* `Name: value` or `Name (type): value`. */
static bool take_line(struct writer *writer, struct event *event, struct text line)
{
    size_t colon = text_find(line, TEXT(":"));
    if (colon == TEXT_NOT_FOUND || colon == 0)
        return complain(writer, "expected `Name: value`", line);
    struct text name = text_slice(line, 0, colon), type = TEXT_NONE, value = text_slice(line, colon + 1, line.size);
    if (text_starts(value, TEXT(" ")))
        value = text_slice(value, 1, value.size);
    size_t bracket = text_find(name, TEXT(" ("));
    if (bracket != TEXT_NOT_FOUND && name.data[name.size - 1] == ')') {
        type = text_slice(name, bracket + 2, name.size - 1);
        name = text_slice(name, 0, bracket);
    }
    for (unsigned i = 0; i < PARTS; i++)
        if (text_is(name, parts[i].name) && type.size == 0) {
            event->part[i] = text_trim(value);
            return true;
        }
    if (event->data_count == DATA_MAX)
        return complain(writer, "too many data", name);
    struct datum *datum = &event->data[event->data_count++];
    *datum = (struct datum){.name = name, .type = type};
    buffer_add_text(&datum->value, value);
    return true;
}

static void write_file_header(uint8_t head[4096], const struct writer *writer, uint64_t next_id)
{
    memcpy(head, "ElfFile", 8);
    store(head + 16, writer->chunks - 1, 8);
    store(head + 24, next_id, 8);
    store(head + 32, 128, 4);
    store(head + 36, 1, 2);
    store(head + 38, 3, 2);
    store(head + 40, 4096, 2);
    store(head + 42, writer->chunks & 0xFFFF, 2);
    store(head + 124, chunk_checksum(0, head, 120), 4);
}

bool evtx_write(struct text description, struct buffer *out, char error[200])
{
    static const uint8_t blank[4096];
    struct writer *writer = memory_alloc(sizeof(*writer));
    struct event *event = memory_alloc(sizeof(*event));
    size_t start = out->size;
    struct text line, rest = description;
    bool in_event = false;
    uint64_t next_id = 1;
    *writer = (struct writer){.out = out, .error = error};
    error[0] = '\0';
    buffer_add(out, blank, sizeof(blank));
    start_chunk(&writer->chunk);
    next_event(writer, event);
    event->part[RECORD_ID] = TEXT("1");
    for (;;) {
        bool at_end = !text_next(&rest, '\n', &line);
        if (error[0] != '\0' || (at_end && !in_event))
            break;
        line = at_end ? TEXT("") : line;
        writer->line++;
        bool more = text_starts(line, TEXT(" "));
        if (text_trim(line).size == 0) {
            if (in_event)
                add_event(writer, event);
            text_number(event->part[RECORD_ID], 10, &next_id);
            if (in_event)
                next_event(writer, event);
            in_event = false;
        } else if (text_starts(line, TEXT("#"))) {
            continue;
        } else if (more && event->data_count > 0) {
            buffer_add_char(&event->data[event->data_count - 1].value, '\n');
            buffer_add_text(&event->data[event->data_count - 1].value, text_trim(line));
        } else {
            in_event = take_line(writer, event, line);
        }
    }
    flush_chunk(writer);
    write_file_header((uint8_t *)out->data + start, writer, next_id + 1);
    next_event(writer, event);
    arena_free(&writer->arena);
    free(event);
    free(writer);
    return error[0] == '\0';
}
