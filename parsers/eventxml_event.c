/* One Event element to a record; see eventxml.h. */
#include "parsers/eventxml.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "parsers/eventxml_escape.h"
#include "records/names.h"

/* The parts of System that are fields, in the order in which they are printed. */
enum system_part {
    CHANNEL, PROVIDER, EVENT_SOURCE, EVENT_ID, QUALIFIERS, VERSION, LEVEL, TASK, OPCODE, KEYWORDS, TIME_CREATED,
    RECORD_ID, COMPUTER, USER_ID, PROCESS_ID, THREAD_ID, SYSTEM_PARTS
};

static const struct { const char *element, *attribute, *field; } system_parts[SYSTEM_PARTS] = {
    [CHANNEL] = {"Channel", NULL, "Channel"},
    [PROVIDER] = {"Provider", "Name", "Provider_Name"},
    [EVENT_SOURCE] = {"Provider", "EventSourceName", "Provider_EventSourceName"},
    [EVENT_ID] = {"EventID", NULL, "EventID"},
    [QUALIFIERS] = {"EventID", "Qualifiers", "Qualifiers"},
    [VERSION] = {"Version", NULL, "Version"},
    [LEVEL] = {"Level", NULL, "Level"},
    [TASK] = {"Task", NULL, "Task"},
    [OPCODE] = {"Opcode", NULL, "Opcode"},
    [KEYWORDS] = {"Keywords", NULL, "Keywords"},
    [TIME_CREATED] = {"TimeCreated", "SystemTime", "TimeCreated"},
    [RECORD_ID] = {"EventRecordID", NULL, "EventRecordID"},
    [COMPUTER] = {"Computer", NULL, "Computer"},
    [USER_ID] = {"Security", "UserID", "UserID"},
    [PROCESS_ID] = {"Execution", "ProcessID", "ProcessID"},
    [THREAD_ID] = {"Execution", "ThreadID", "ThreadID"},
};

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_RENDERING, SECTION_DATA /* EventData, UserData */, SECTION_OTHER };

struct element {
    struct text name;          /* without a namespace prefix; in the arena */
    struct text data_name;     /* what values below are called: the name of the Data element around them */
    bool in_data;              /* inside a Data element; with an empty data_name an unnamed one */
    bool has_children, has_attributes;
};

struct datum {
    struct text name;          /* empty: an unnamed Data */
    struct text value;
    bool spoken;               /* part of Message when there is no rendered one */
};

struct event_parser {
    XML_Parser expat;
    struct arena arena;        /* texts of the record at hand */
    struct buffer escaped;     /* the XML as expat gets it */
    struct buffer text;        /* character data of the innermost element */
    struct element levels[LIMIT_XML_DEPTH];
    unsigned depth;
    enum section section;
    bool has_system;
    struct text system[SYSTEM_PARTS];
    struct text rendered;
    struct datum *data;
    size_t data_count, data_capacity, data_bytes, unnamed_count;
    struct buffer message;
    struct field_list fields;
    bool cut;
    char error[160];
};

static void fail(struct event_parser *parser, const char *why)
{
    if (parser->error[0] == '\0') {
        snprintf(parser->error, sizeof(parser->error), "%s", why);
        XML_StopParser(parser->expat, XML_FALSE);
    }
}

static struct text local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return text_of(colon != NULL ? colon + 1 : name);
}

/* A copy for the record: characters that were escaped for expat are themselves again. */
static struct text keep(struct event_parser *parser, struct text text)
{
    char *copy = arena_string(&parser->arena, text);
    return (struct text){copy, xml_restore(copy, text.size)};
}

static bool has_room(struct event_parser *parser, size_t size)
{
    bool room = parser->data_count < LIMIT_FIELDS && size <= LIMIT_RECORD_BYTES - parser->data_bytes;
    parser->cut |= !room;
    return room;
}

static void add_datum(struct event_parser *parser, struct text name, struct text value, bool spoken)
{
    if (!has_room(parser, value.size))
        return;
    parser->data = memory_room(parser->data, parser->data_count, &parser->data_capacity, sizeof(*parser->data));
    parser->data[parser->data_count++] = (struct datum){name, keep(parser, value), spoken};
    parser->data_bytes += value.size;
    if (name.size == 0)
        parser->unnamed_count++;
}

static void add_attribute(struct event_parser *parser, struct text element, struct text attribute, struct text value)
{
    if (value.size > LIMIT_FIELD_BYTES || attribute.size > LIMIT_XML_NAME_BYTES)
        parser->cut = true;
    else if (has_room(parser, element.size + attribute.size + value.size)) {
        struct text name = text_of(arena_printf(&parser->arena, "%.*s_%.*s", (int)element.size, element.data,
                                                (int)attribute.size, attribute.data));
        parser->data_bytes += name.size;
        add_datum(parser, name, value, false);
    }
}

static void take_system_part(struct event_parser *parser, struct text element, const char *attribute, struct text value)
{
    value = text_trim(value);
    for (unsigned i = 0; i < SYSTEM_PARTS; i++) {
        bool same_attribute = attribute == NULL ? system_parts[i].attribute == NULL :
                              system_parts[i].attribute != NULL && strcmp(attribute, system_parts[i].attribute) == 0;
        if (same_attribute && text_is(element, system_parts[i].element) && parser->system[i].size == 0 &&
            value.size > 0)
            parser->system[i] = keep(parser, value);
    }
}

static enum section section_of(struct text name)
{
    if (text_is(name, "System"))
        return SECTION_SYSTEM;
    if (text_is(name, "RenderingInfo"))
        return SECTION_RENDERING;
    if (text_is(name, "EventData") || text_is(name, "UserData"))
        return SECTION_DATA;
    return SECTION_OTHER;
}

static void take_attributes(struct event_parser *parser, struct element *element, const char **attributes)
{
    bool is_data = text_is(element->name, "Data") || text_is(element->name, "ComplexData");
    if (is_data) {
        element->in_data = true;
        element->data_name = TEXT_NONE;
    }
    for (; attributes[0] != NULL; attributes += 2) {
        const char *name = attributes[0];
        struct text value = text_of(attributes[1]);
        if (strncmp(name, "xmlns", 5) == 0)
            continue;
        if (parser->section == SECTION_SYSTEM) {
            if (parser->depth == 3)
                take_system_part(parser, element->name, name, value);
        } else if (is_data) {
            if (strcmp(name, "Name") == 0)
                element->data_name = keep(parser, value);
        } else if (parser->section != SECTION_RENDERING && parser->depth > 2 && value.size > 0) {
            element->has_attributes = true;
            add_attribute(parser, element->name, text_of(name), value);
        }
    }
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    struct event_parser *parser = user;
    if (parser->depth >= LIMIT_XML_DEPTH || strlen(name) > LIMIT_XML_NAME_BYTES) {
        fail(parser,
             parser->depth >= LIMIT_XML_DEPTH ? "elements are nested too deeply" : "an element's name is too long");
        return;
    }
    struct element *element = &parser->levels[parser->depth];
    *element = (struct element){.name = arena_text(&parser->arena, local_name(name))};
    if (parser->depth > 0) {
        struct element *parent = element - 1;
        parent->has_children = true;
        element->in_data = parent->in_data;
        element->data_name = parent->data_name;
    } else if (!text_is(element->name, "Event")) {
        fail(parser, "the element is no Event");
        return;
    }
    parser->depth++;
    if (parser->depth == 2) {
        parser->section = section_of(element->name);
        parser->has_system |= parser->section == SECTION_SYSTEM;
    }
    if (parser->depth > 1)
        take_attributes(parser, element, attributes);
    buffer_clear(&parser->text);
}

static void XMLCALL on_text(void *user, const char *data, int length)
{
    struct event_parser *parser = user;
    size_t size = (size_t)length, room = LIMIT_FIELD_BYTES - parser->text.size;
    if (size > room) {
        size = room;
        while (size > 0 && ((unsigned char)data[size] & 0xC0) == 0x80)
            size--;
        parser->cut = true;
    }
    buffer_add(&parser->text, data, size);
}

static bool is_blank(struct text text)
{
    return text_trim(text).size == 0;
}

static void take_leaf(struct event_parser *parser, const struct element *element, struct text value)
{
    if (parser->depth == 2) {  /* a section without elements: text in it is all it says */
        if (!is_blank(value))
            add_datum(parser, element->name, value, parser->section == SECTION_DATA);
        return;
    }
    if (element->in_data) {
        add_datum(parser, element->data_name, value, true);
        return;
    }
    if (element->has_attributes && is_blank(value))
        return;
    bool binary = text_is(element->name, "Binary");
    if (binary && is_blank(value))
        return;
    add_datum(parser, element->name, value, parser->section == SECTION_DATA && !binary);
}

static void XMLCALL on_end(void *user, const char *name)
{
    (void)name;
    struct event_parser *parser = user;
    const struct element *element = &parser->levels[parser->depth - 1];
    struct text value = buffer_text(&parser->text);
    if (!element->has_children && parser->depth > 1) {
        if (parser->section == SECTION_SYSTEM) {
            if (parser->depth == 3)
                take_system_part(parser, element->name, NULL, value);
        } else if (parser->section == SECTION_RENDERING) {
            if (parser->depth == 3 && text_is(element->name, "Message") && !is_blank(value) &&
                parser->rendered.size == 0)
                parser->rendered = keep(parser, value);
        } else {
            take_leaf(parser, element, value);
        }
    }
    buffer_clear(&parser->text);
    parser->depth--;
}

struct event_parser *event_parser_new(void)
{
    struct event_parser *parser = memory_alloc(sizeof(*parser));
    parser->expat = XML_ParserCreate("UTF-8");
    if (parser->expat == NULL)
        abort();
    return parser;
}

void event_parser_free(struct event_parser *parser)
{
    if (parser == NULL)
        return;
    XML_ParserFree(parser->expat);
    arena_free(&parser->arena);
    buffer_free(&parser->escaped);
    buffer_free(&parser->text);
    buffer_free(&parser->message);
    free(parser->data);
    free(parser);
}

const char *event_parser_error(const struct event_parser *parser)
{
    return parser->error;
}

bool event_parser_cut(const struct event_parser *parser)
{
    return parser->cut;
}

static void start_event(struct event_parser *parser)
{
    XML_ParserReset(parser->expat, "UTF-8");
    XML_SetUserData(parser->expat, parser);
    XML_SetElementHandler(parser->expat, on_start, on_end);
    XML_SetCharacterDataHandler(parser->expat, on_text);
    arena_reset(&parser->arena);
    buffer_clear(&parser->text);
    buffer_clear(&parser->message);
    field_list_start(&parser->fields, &parser->arena);
    parser->depth = 0;
    parser->section = SECTION_NONE;
    parser->has_system = false;
    memset(parser->system, 0, sizeof(parser->system));
    parser->rendered = TEXT_NONE;
    parser->data_count = parser->data_bytes = parser->unnamed_count = 0;
    parser->cut = false;
    parser->error[0] = '\0';
}

/* Numbers from System's texts, and the texts as they are to be shown. */
static void settle_system(struct event_parser *parser, struct record *record)
{
    struct text *system = parser->system;
    int64_t number;
    if (text_integer(system[EVENT_ID], &number) && number >= 0 && number <= UINT32_MAX) {
        record->event_id = (uint32_t)number & 0xFFFF;
        record->has_event_id = true;
        if (number > 0xFFFF && system[QUALIFIERS].size == 0)
            system[QUALIFIERS] = text_of(arena_printf(&parser->arena, "%u", (unsigned)(number >> 16)));
        system[EVENT_ID] = text_of(arena_printf(&parser->arena, "%u", (unsigned)record->event_id));
    }
    if (text_integer(system[LEVEL], &number) && number >= 0)
        record->level = number > UINT8_MAX ? UINT8_MAX : (uint8_t)number;
    uint64_t record_id;
    if (text_number(system[RECORD_ID], 10, &record_id))
        record->at.record = record_id;
    if (moment_parse(system[TIME_CREATED], &record->time) && record->time.ticks != 0) {
        record->time.basis = BASIS_UTC;
        char printed[MOMENT_TEXT];
        system[TIME_CREATED] = arena_text(&parser->arena, text_of(moment_print(record->time, printed)));
    } else {
        record->time = (struct moment){0, BASIS_NONE};  /* 1601-01-01 means that nobody set it */
    }
    record->channel = system[CHANNEL];
    record->provider = system[PROVIDER];
    record->event_source = system[EVENT_SOURCE];
    record->computer = system[COMPUTER];
}

static struct text message_of(struct event_parser *parser)
{
    if (parser->rendered.size > 0)
        return parser->rendered;
    for (size_t i = 0; i < parser->data_count; i++) {
        struct text value = parser->data[i].value;
        if (!parser->data[i].spoken || value.size == 0)
            continue;
        if (parser->message.size + 1 + value.size > LIMIT_FIELD_BYTES) {
            parser->cut = true;
            break;
        }
        if (parser->message.size > 0)
            buffer_add_char(&parser->message, ' ');
        buffer_add_text(&parser->message, value);
    }
    return buffer_text(&parser->message);
}

static struct text unnamed_name(struct event_parser *parser, const struct record *record, size_t position)
{
    const char *known = record->has_event_id ?
                        event_data_name(record->provider, record->event_id, position, parser->unnamed_count) : NULL;
    return text_of(known != NULL ? known : arena_printf(&parser->arena, "Data[%zu]", position));
}

static void give_fields(struct event_parser *parser, struct record *record)
{
    struct field_list *fields = &parser->fields;
    for (unsigned i = 0; i < SYSTEM_PARTS; i++)
        if (parser->system[i].size > 0)
            field_list_add(fields, text_of(system_parts[i].field), parser->system[i]);
    struct text message = message_of(parser);
    if (message.size > 0)
        field_list_add(fields, TEXT("Message"), message);
    size_t position = 0;
    for (size_t i = 0; i < parser->data_count; i++) {
        const struct datum *datum = &parser->data[i];
        struct text name = datum->name.size > 0 ? datum->name : unnamed_name(parser, record, ++position);
        field_list_add(fields, name, datum->value);
    }
    parser->cut |= fields->cut;
    field_list_give(fields, record);
}

bool event_parser_read(struct event_parser *parser, struct text xml, struct record *record)
{
    memset(record, 0, sizeof(*record));
    record->category = CATEGORY_EVENT;
    start_event(parser);
    if (xml.size > LIMIT_XML_EVENT_BYTES) {
        snprintf(parser->error, sizeof(parser->error), "the event is larger than %u bytes", LIMIT_XML_EVENT_BYTES);
        return false;
    }
    xml = xml_escape(xml, &parser->escaped);
    if (XML_Parse(parser->expat, xml.data, (int)xml.size, XML_TRUE) != XML_STATUS_OK) {
        if (parser->error[0] == '\0')
            snprintf(parser->error, sizeof(parser->error), "%s", XML_ErrorString(XML_GetErrorCode(parser->expat)));
        return false;
    }
    if (!parser->has_system) {
        snprintf(parser->error, sizeof(parser->error), "the event has no System part");
        return false;
    }
    settle_system(parser, record);
    give_fields(parser, record);
    return true;
}
