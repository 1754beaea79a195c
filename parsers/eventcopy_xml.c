#include "parsers/eventcopy.h"

#include "parsers/eventcopy_parts.h"
#include "parsers/eventlabels.h"
#include "parsers/eventxml.h"

#define EVENT_END TEXT("</Event>")

/* MSXML's tree view has `- ` before what it can fold. Lines of a value stay as they are. */
static struct text without_marker(struct text line)
{
    struct text trimmed = text_trim(line);

    if (text_starts(trimmed, TEXT("- <")))
        return text_slice(trimmed, 2, trimmed.size);
    return text_starts(trimmed, TEXT("<")) ? trimmed : line;
}

static bool begins_xml(struct text line)
{
    line = without_marker(line);
    return text_starts(line, TEXT("<Event ")) || text_starts(line, TEXT("<Event>"));
}

/* Whether the event's end stands in the look-ahead. A blank line may be in a value, or what was pasted behind a torn
 * event. */
static bool end_is_near(struct lines *lines)
{
    const struct line *line;

    for (size_t at = 0; (line = lines_peek(lines, at)) && !begins_xml(line->text); at++)
        if (text_find(line->text, EVENT_END) != TEXT_NOT_FOUND)
            return true;
    return false;
}

bool event_take_xml(struct lines *lines, struct buffer *xml)
{
    for (unsigned taken = 0; taken < LIMIT_BLOCK_LINES; taken++) {
        const struct line *line = lines_peek(lines, 0);
        if (!line || xml->size + line->text.size >= LIMIT_XML_EVENT_BYTES || (line_blank(line) && !end_is_near(lines)))
            return false;
        struct text text = without_marker(line->text);
        if (taken > 0 && (begins_xml(text) || (!text_starts(text, TEXT("<")) && text_block_starts(lines))))
            return false;
        buffer_add_text(xml, text);
        if (!line->continued)
            buffer_add_char(xml, '\n');
        lines_take(lines, 1);
        if (text_find(text, EVENT_END) != TEXT_NOT_FOUND)
            return true;
    }
    return false;
}

bool event_give_xml(struct lines *lines, struct sink *sink, struct position at, struct text *xml, struct text message,
                    const char **why)
{
    struct event_parser *parser = event_parser_new();
    struct record record;
    struct field_list list;
    size_t end = text_find(*xml, EVENT_END);
    end = end == TEXT_NOT_FOUND ? xml->size : end + EVENT_END.size;
    bool read = event_parser_read(parser, text_slice(*xml, 0, end), &record);

    *why = read ? "" : arena_string(&lines->arena, text_of(event_parser_error(parser)));
    if (read) {
        size_t count;
        const struct field *fields = record_fields(&record, &count);
        field_list_start(&list, &lines->arena);
        for (size_t i = 0; i < count; i++)
            if (!message.size || !text_is(fields[i].name, "Message"))
                field_list_add(&list, fields[i].name, fields[i].value);
        if (message.size)
            field_list_add(&list, TEXT("Message"), message);
        field_list_give(&list, &record);
        if (record.at.record)
            at.record = record.at.record;
        record.at = at;
        lines_give(lines, sink, &record);
    }
    event_parser_free(parser);
    *xml = text_trim(text_slice(*xml, end, xml->size));
    return read;
}

bool event_xml_starts(struct lines *lines)
{
    const struct line *line = lines_peek(lines, 0);

    return line && begins_xml(line->text);
}

/* Takes the event that begins at the current line, and those that stand on the line where it ends. */
static enum read_end eventxml_take(struct lines *lines, struct sink *sink)
{
    struct position at = lines_position(lines);
    enum read_end end = READ_WHOLE;
    const char *why = "it has no end";
    bool whole = event_take_xml(lines, &lines->text);
    struct text rest = buffer_text(&lines->text);

    for (;;) {
        if (!whole || !event_give_xml(lines, sink, at, &rest, TEXT_NONE, &why)) {
            sink_loss(sink, at, 1, "the event's XML cannot be read: %s", why);
            end = READ_PART;
        }
        if (!whole || !begins_xml(rest))
            return end;
        at.record = lines->records + 1;
        why = "it has no end";
        whole = text_find(rest, EVENT_END) != TEXT_NOT_FOUND;
    }
}

const struct block eventxml_block = {"event XML", event_xml_starts, eventxml_take};
