#include "parsers/text.h"

#define CAPTION_BYTES 120u

/* Appends the text of a line, each run of blanks as one, none at the start of the buffer. `joined`: the line goes on
 * where the one before stopped in the middle. */
static void add_line(struct buffer *message, struct text line, bool joined)
{
    char *start = buffer_room(message, line.size + 1), *to = start;
    bool blank = !joined && message->size > 0;

    for (size_t i = 0; i < line.size; i++) {
        char c = line.data[i];
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            blank = true;
        } else if (c == '\xc2' && i + 1 < line.size && line.data[i + 1] == '\xa0') { /* a blank that does not break */
            blank = true;
            i++;
        } else {
            if (blank && (to > start || message->size > 0))
                *to++ = ' ';
            blank = false;
            *to++ = c;
        }
    }
    buffer_took(message, (size_t)(to - start));
}

static void give(struct lines *lines, struct sink *sink, struct position at, struct text message)
{
    const struct field field = {TEXT("Message"), message};
    struct record record = {.category = CATEGORY_MESSAGE, .at = at, .fields = &field, .field_count = 1};

    record.at.record = lines->records + 1;
    lines_give(lines, sink, &record);
}

/* How much of a text that is too long goes into one record: up to its last blank, when that is near, else to the last
 * whole character. */
static size_t portion(struct text text)
{
    if (text.size <= LIMIT_PARAGRAPH_BYTES)
        return text.size;
    for (size_t size = LIMIT_PARAGRAPH_BYTES; size > LIMIT_PARAGRAPH_BYTES - 256; size--)
        if (text.data[size] == ' ')
            return size;
    size_t size = LIMIT_PARAGRAPH_BYTES;
    while (size > LIMIT_PARAGRAPH_BYTES - 4 && (text.data[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static void give_all(struct lines *lines, struct sink *sink, struct position at)
{
    struct text rest = buffer_text(&lines->text);

    while (rest.size > 0) {
        size_t size = portion(rest);
        give(lines, sink, at, text_slice(rest, 0, size));
        rest = text_slice(rest, size + (size < rest.size && rest.data[size] == ' '), rest.size);
    }
}

static bool is_caption(struct text text)
{
    return text.size > 0 && text.size <= CAPTION_BYTES &&
           text_find_char(TEXT(".!?;,"), text.data[text.size - 1]) == TEXT_NOT_FOUND;
}

/* After the first line: exactly one blank line, then more? */
static bool text_follows(struct lines *lines)
{
    const struct line *blank = lines_peek(lines, 0);

    return blank && line_blank(blank) && !line_blank(lines_peek(lines, 1));
}

void paragraph_take(struct lines *lines, struct sink *sink)
{
    const struct position at = lines_position(lines);
    struct buffer *message = &lines->text;
    bool caption = false, joined = false;

    for (unsigned count = 0; count < LIMIT_PARAGRAPH_LINES;) {
        const struct line *line = lines_peek(lines, 0);
        if (line_blank(line)) {
            if (count != 1 || caption || !is_caption(buffer_text(message)) || !text_follows(lines))
                break;
            caption = true;
            lines_take(lines, 1);
            continue;
        }
        if (count > 0 && (text_block_starts(lines) || message->size + line->text.size >= LIMIT_PARAGRAPH_BYTES))
            break;
        add_line(message, line->text, joined);
        joined = line->continued;
        lines_take(lines, 1);
        count++;
    }
    give_all(lines, sink, at);
}
