#include "parsers/eventcopy_parts.h"

#include "parsers/eventlabels.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool event_is_mark(struct text line)
{
    line = text_trim(line);
    if (!text_starts(line, TEXT("Event[")))
        return false;
    size_t at = 6;
    while (at < line.size && is_digit(line.data[at]))
        at++;
    struct text rest = text_slice(line, at, line.size);
    return at > 6 && (text_is(rest, "]:") || text_is(rest, "]"));
}

bool event_read_id(struct text value, uint32_t *id)
{
    int64_t number;
    size_t size = 0;

    while (size < value.size && value.data[size] != ' ' && value.data[size] != '(' && value.data[size] != ',')
        size++;
    if (!text_integer(text_slice(value, 0, size), &number) || number < INT32_MIN || number > UINT32_MAX)
        return false;
    *id = (uint32_t)number;
    return true;
}

#define UNKNOWN_EVENT TEXT("The description for Event ID")

bool event_read_unknown(struct text message, uint32_t *id, struct text *source)
{
    *source = TEXT_NONE;
    message = text_trim(message);
    if (!text_starts_nocase(message, UNKNOWN_EVENT))
        return false;
    message = text_slice(message, UNKNOWN_EVENT.size, message.size);
    size_t at = 0, end;
    while (at < message.size && text_find_char(TEXT(" (\""), message.data[at]) != TEXT_NOT_FOUND)
        at++;
    for (end = at; end < message.size && is_digit(message.data[end]);)
        end++;
    if (!event_read_id(text_slice(message, at, end), id))
        return false;

    struct text rest = text_slice(message, end, end + 300);
    size_t from = text_find_nocase(rest, TEXT("source"));
    if (from == TEXT_NOT_FOUND || from > 12)
        return true;
    rest = text_slice(rest, from + 6, rest.size);
    size_t to = text_find_nocase(rest, TEXT("cannot be found"));
    if (to == TEXT_NOT_FOUND)
        to = text_find_nocase(rest, TEXT("could not be found"));
    if (to == TEXT_NOT_FOUND)
        return true;
    rest = text_trim(text_slice(rest, 0, to));
    if (rest.size > 1 && text_find_char(TEXT("(\"'"), rest.data[0]) != TEXT_NOT_FOUND)
        rest = text_trim(text_slice(rest, 1, rest.size - 1));
    *source = rest;
    return true;
}

bool event_unknown_starts(struct lines *lines)
{
    const struct line *line = lines_peek(lines, 0);
    struct text source;
    uint32_t id;

    return line && event_read_unknown(line->text, &id, &source);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* `Fault bucket: 7`, `Attached files:`: at most five words before a colon that blanks or nothing follow. */
static bool is_labelled(struct text line)
{
    line = text_trim(line);
    size_t colon = text_find_char(text_slice(line, 0, 48), ':'), words = 1;
    if (colon == TEXT_NOT_FOUND || colon < 2 || !is_letter(line.data[0]))
        return false;
    for (size_t i = 0; i < colon; i++)
        words += line.data[i] == ' ';
    return words <= 5 && (colon + 1 == line.size || line.data[colon + 1] == ' ' || line.data[colon + 1] == '\t');
}

static bool is_in_capitals(struct text line)
{
    size_t capitals = 0;

    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] >= 'a' && line.data[i] <= 'z')
            return false;
        capitals += is_letter(line.data[i]);
    }
    return capitals >= 4 && line.size <= 60;
}

/* Of a heading: it begins something else. */
static bool is_underline(struct text line)
{
    return text_starts(line, TEXT("===")) || text_starts(line, TEXT("---"));
}

static bool is_indented(struct text line)
{
    return text_starts(line, TEXT("\t")) || text_starts(line, TEXT("  "));
}

/* Paragraphs that Windows itself puts behind a blank line. */
static bool is_of_windows(struct text line)
{
    static const char *const beginnings[] = {
        "For more information", "If the event originated on another computer", "User Action", "Additional Data",
        "You can install or repair the component", "The following information was included with the event",
        "The message resource is present",
    };

    for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
        if (text_starts_nocase(line, text_of(beginnings[i])))
            return true;
    return false;
}

static bool is_dump_line(struct text line)
{
    line = text_trim(line);
    size_t digits = 0;
    uint64_t number;

    while (digits < line.size && digits < 9 && line.data[digits] != ':')
        digits++;
    return digits >= 4 && digits <= 8 && digits < line.size && text_number(text_slice(line, 0, digits), 16, &number);
}

bool event_dump_at(struct lines *lines, size_t at)
{
    const struct line *line = lines_peek(lines, at), *next;
    struct text value;

    if (!line || eventlabel_of(line->text, &value) != LABEL_DATA)
        return false;
    if (value.size)
        return is_dump_line(value);
    next = lines_peek(lines, at + 1);
    return next && is_dump_line(next->text);
}

bool event_xml_label_at(struct lines *lines, size_t at)
{
    const struct line *line = lines_peek(lines, at);
    struct text value;

    return line && eventlabel_of(line->text, &value) == LABEL_XML;
}

struct description {
    bool numbered;      /* as in the head */
    bool labelled;      /* had a labelled line behind its first */
    size_t count;       /* lines */
    enum { UNKNOWN_END, MARKED_END, UNMARKED_END } end;
    uint64_t searched;  /* number of the last line that was looked at for the mark: each is looked at once */
};

/* Whether the end of the description is marked in the look-ahead. */
static bool end_is_marked(struct lines *lines, struct description *description)
{
    const struct line *line;
    struct text value;

    for (size_t at = 0; description->end == UNKNOWN_END && (line = lines_peek(lines, at)); at++) {
        if (line->number <= description->searched)
            continue;
        description->searched = line->number;
        if (event_is_mark(line->text))
            description->end = description->numbered ? MARKED_END : UNMARKED_END;
        else if (event_xml_label_at(lines, at) || event_dump_at(lines, at))
            description->end = MARKED_END;
        else if (eventlabel_of(line->text, &value) == LABEL_LOG)
            description->end = UNMARKED_END; /* that of another event */
    }
    return description->end == MARKED_END;
}

/* Blank lines begin at the current one. Whether the description goes on behind them; *blanks counts them. */
static bool goes_on(struct lines *lines, struct description *description, size_t *blanks)
{
    *blanks = 0;
    while (*blanks < LIMIT_LINES_AHEAD && lines_peek(lines, *blanks) && line_blank(lines_peek(lines, *blanks)))
        ++*blanks;

    const struct line *line = lines_peek(lines, *blanks);
    if (!line)
        return false;
    struct text so_far = text_trim(buffer_text(&lines->text));
    if (!so_far.size)
        return *blanks <= 2;
    if (end_is_marked(lines, description))
        return true;
    if (*blanks > 4)
        return false;
    const struct line *second = lines_peek(lines, *blanks + 1);
    struct text next = second && !line_blank(second) ? second->text : TEXT_NONE;
    if (so_far.data[so_far.size - 1] == ':' || is_indented(line->text) || is_indented(next) ||
        is_of_windows(line->text) || (is_in_capitals(line->text) && !is_underline(next)))
        return true;
    return description->labelled && is_labelled(line->text);
}

static void add_description_line(struct lines *lines, struct description *description, struct text line)
{
    if (description->count++ > 0) {
        buffer_add_char(&lines->text, '\n');
        description->labelled = description->labelled || is_labelled(line);
    }
    while (line.size && (line.data[line.size - 1] == ' ' || line.data[line.size - 1] == '\t'))
        line.size--;
    buffer_add_text(&lines->text, line);
}

void event_take_description(struct lines *lines, bool numbered)
{
    struct description description = {.numbered = numbered, .count = lines->text.size > 0};
    size_t blanks;

    for (unsigned taken = 0; taken < LIMIT_BLOCK_LINES;) {
        const struct line *line = lines_peek(lines, 0);
        if (!line)
            break;
        if (line_blank(line)) {
            if (!goes_on(lines, &description, &blanks))
                break;
            for (size_t i = 0; i < blanks && lines->text.size; i++)
                add_description_line(lines, &description, TEXT_NONE);
            lines_take(lines, blanks);
            taken += (unsigned)blanks;
            continue;
        }
        if (event_xml_label_at(lines, 0) || event_dump_at(lines, 0) ||
            lines->text.size + line->text.size >= LIMIT_EVENT_TEXT_BYTES)
            break;
        if ((lines->text.size > 0 || !event_unknown_starts(lines)) && text_block_starts(lines))
            break;
        add_description_line(lines, &description, line->text);
        lines_take(lines, 1);
        taken++;
    }
}

/* The bytes of one line of the dump, as hex digits: eight digits are a number (its lowest byte comes first), two are a
 * byte. Columns of characters follow a line of bytes; there are never more than eight bytes or four numbers. */
static void add_dump_line(struct buffer *hex, struct text line)
{
    struct text piece, rest = text_trim(line);
    unsigned bytes = 0;
    bool gap = false;
    uint64_t number;

    rest = text_trim(text_slice(rest, text_find_char(rest, ':') + 1, rest.size));
    while (bytes < 16 && text_next(&rest, ' ', &piece)) {
        bool is_byte = piece.size == 2;
        if (!piece.size) {
            gap = true;
            continue;
        }
        if ((piece.size != 8 && !is_byte) || !text_number(piece, 16, &number) || (is_byte && (gap || bytes >= 8)))
            return;
        for (size_t byte = 0; byte < piece.size / 2; byte++, bytes++)
            buffer_printf(hex, "%02X", (unsigned)(number >> 8 * byte & 0xFF));
    }
}

struct text event_take_dump(struct lines *lines)
{
    struct buffer hex = {0};
    struct text value = TEXT_NONE, result;
    const struct line *line = lines_peek(lines, 0);

    eventlabel_of(line->text, &value);
    if (value.size)
        add_dump_line(&hex, value);
    lines_take(lines, 1);
    while ((line = lines_peek(lines, 0)) && is_dump_line(line->text) && hex.size < LIMIT_EVENT_TEXT_BYTES) {
        add_dump_line(&hex, line->text);
        lines_take(lines, 1);
    }
    result = arena_text(&lines->arena, buffer_text(&hex));
    buffer_free(&hex);
    return result;
}
