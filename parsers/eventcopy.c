#include "parsers/eventcopy.h"

#include "parsers/eventcopy_parts.h"
#include "parsers/eventlabels.h"

/* What the labelled lines say. Values are views of the lines until copied. */
struct head {
    struct text values[LABEL_COUNT];
    bool seen[LABEL_COUNT];
    bool numbered;   /* stands behind `Event[n]` */
    size_t lines;    /* up to the last labelled one */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Italian calls the date `Data`, which is the hex dump's name in English. */
static enum event_label label_in_head(struct text line, struct text *value)
{
    enum event_label label = eventlabel_of(line, value);
    bool date = label == LABEL_DATA && value->size > 5 && is_digit(value->data[0]) &&
                text_find_char(text_slice(*value, 0, 5), '/') != TEXT_NOT_FOUND;

    return date ? LABEL_DATE : label;
}

static bool is_event(const struct head *head)
{
    uint32_t id;

    if (head->seen[LABEL_ID] && event_read_id(head->values[LABEL_ID], &id))
        return head->seen[LABEL_SOURCE] || head->seen[LABEL_LOG] || head->seen[LABEL_DESCRIPTION];
    return head->seen[LABEL_LOG] && head->seen[LABEL_SOURCE] && head->seen[LABEL_DESCRIPTION];
}

/* Reads the labelled lines from the current one on, without taking them. */
static bool read_head(struct lines *lines, struct head *head)
{
    const struct line *line = lines_peek(lines, 0);
    unsigned blanks = 0;
    struct text value;

    *head = (struct head){.numbered = line && event_is_mark(line->text)};
    for (size_t at = head->numbered; (line = lines_peek(lines, at)); at++) {
        if (line_blank(line)) {
            if (at == 0 || ++blanks > 2)
                break;
            continue;
        }
        enum event_label label = label_in_head(line->text, &value);
        if (label == LABEL_NONE || label == LABEL_XML || label == LABEL_DATA || head->seen[label])
            break;
        if (label == LABEL_DESCRIPTION && at == 0)
            break;
        blanks = 0;
        head->seen[label] = true;
        head->values[label] = value;
        head->lines = at + 1;
        if (label == LABEL_DESCRIPTION)
            break;
    }
    return is_event(head);
}

static bool eventcopy_starts(struct lines *lines)
{
    struct head head;

    return read_head(lines, &head) || event_unknown_starts(lines);
}

/* Takes blank lines when `what` follows them. */
static bool skip_blanks_to(struct lines *lines, bool (*what)(struct lines *, size_t))
{
    for (size_t blanks = 0; blanks <= 4; blanks++) {
        if (what(lines, blanks)) {
            lines_take(lines, blanks);
            return true;
        }
        const struct line *line = lines_peek(lines, blanks);
        if (!line || !line_blank(line))
            return false;
    }
    return false;
}

static void add(struct field_list *list, const char *name, struct text value)
{
    if (!eventlabel_no_value(value))
        field_list_add_copy(list, name, value);
}

static void add_number(struct field_list *list, const char *name, uint32_t number)
{
    field_list_add(list, text_of(name), text_of(arena_printf(list->arena, "%u", number)));
}

static void add_identity(struct field_list *list, const struct head *head, struct text message, struct record *record)
{
    struct text unknown_source = TEXT_NONE;
    uint32_t id = 0, unknown_id = 0;

    bool has_id = head->seen[LABEL_ID] && event_read_id(head->values[LABEL_ID], &id);
    char *sentence = arena_string(list->arena, text_slice(message, 0, 500)); /* may be wrapped */
    for (char *c = sentence; *c; c++)
        if (*c == '\n')
            *c = ' ';
    bool unknown = event_read_unknown(text_of(sentence), &unknown_id, &unknown_source);
    record->channel = eventlabel_no_value(head->values[LABEL_LOG]) ? TEXT_NONE : head->values[LABEL_LOG];
    record->provider = eventlabel_no_value(head->values[LABEL_SOURCE]) ? unknown_source : head->values[LABEL_SOURCE];
    add(list, "Channel", record->channel);
    add(list, "Provider_Name", record->provider);
    if (!has_id && !unknown)
        return;
    if (!has_id)
        id = unknown_id;
    record->event_id = id & 0xFFFF;
    record->has_event_id = true;
    add_number(list, "EventID", record->event_id);
    if (id >> 16)
        add_number(list, "Qualifiers", id >> 16);
}

static void add_level(struct field_list *list, const struct head *head, struct record *record)
{
    struct text keywords = head->values[LABEL_KEYWORDS], audit = TEXT_NONE;
    uint8_t level;

    if (eventlabel_level(head->values[LABEL_LEVEL], &level, &audit)) {
        record->level = level;
        add_number(list, "Level", level);
    }
    add(list, "Task", head->values[LABEL_TASK]);
    add(list, "Opcode", head->values[LABEL_OPCODE]);
    eventlabel_level(keywords, &level, &audit);
    add(list, "Keywords", audit.size ? audit : keywords);
}

static void add_time(struct lines *lines, struct sink *sink, struct field_list *list, const struct head *head,
                     struct record *record)
{
    struct text date = head->values[LABEL_DATE], time = head->values[LABEL_TIME];
    char text[MOMENT_TEXT];

    if (eventlabel_no_value(date))
        return;
    if (!eventlabel_no_value(time))
        date = text_of(arena_printf(list->arena, "%.*s %.*s", (int)date.size, date.data, (int)time.size, time.data));
    if (lines_moment(lines, sink, date, &record->time))
        field_list_add_copy(list, "TimeCreated", text_of(moment_print(record->time, text)));
}

static void give_copy(struct lines *lines, struct sink *sink, struct position at, const struct head *head,
                      struct text message, struct text binary)
{
    struct record record = {.category = CATEGORY_EVENT, .at = at};
    struct text user = head->values[LABEL_USER], name = head->values[LABEL_USER_NAME];
    struct field_list list;

    field_list_start(&list, &lines->arena);
    add_identity(&list, head, message, &record);
    add_level(&list, head, &record);
    add_time(lines, sink, &list, head, &record);
    if (!eventlabel_no_value(head->values[LABEL_COMPUTER]))
        record.computer = head->values[LABEL_COMPUTER];
    add(&list, "Computer", record.computer);
    if (text_starts_nocase(user, TEXT("S-1-"))) {
        add(&list, "UserID", user);
        user = TEXT_NONE;
    }
    add(&list, "User", eventlabel_no_value(name) ? user : name);
    if (message.size)
        field_list_add(&list, TEXT("Message"), message);
    if (binary.size)
        field_list_add(&list, TEXT("Binary"), binary);
    field_list_give(&list, &record);
    lines_give(lines, sink, &record);
}

static enum read_end eventcopy_take(struct lines *lines, struct sink *sink)
{
    const struct position at = lines_position(lines);
    struct head head;
    struct buffer xml = {0};
    struct text binary = TEXT_NONE;
    const char *why;

    if (!read_head(lines, &head))
        head = (struct head){.lines = 0};
    for (size_t i = 0; i < LABEL_COUNT; i++)
        head.values[i] = arena_text(&lines->arena, head.values[i]);
    lines_take(lines, head.lines);
    buffer_add_text(&lines->text, head.values[LABEL_DESCRIPTION]);
    if (head.seen[LABEL_DESCRIPTION] || !line_blank(lines_peek(lines, 0)))
        event_take_description(lines, head.numbered);
    if (skip_blanks_to(lines, event_dump_at))
        binary = event_take_dump(lines);
    struct text message = text_trim(buffer_text(&lines->text));

    bool given = false;
    if (skip_blanks_to(lines, event_xml_label_at)) {
        lines_take(lines, 1);
        if (event_xml_starts(lines) && event_take_xml(lines, &xml)) {
            struct text rest = buffer_text(&xml);
            given = event_give_xml(lines, sink, at, &rest, message, &why);
        }
    }
    if (!given)
        give_copy(lines, sink, at, &head, message, binary);
    buffer_free(&xml);
    return READ_WHOLE;
}

const struct block eventcopy_block = {"copied event", eventcopy_starts, eventcopy_take};
