#include "parsers/reg_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define WINDOW_STEP 65536u

void reg_lines_open(struct reg_lines *lines, const struct source *source)
{
    memset(lines, 0, sizeof(*lines));
    lines->source = source;
    lines->window_capacity = WINDOW_STEP;
    lines->window = memory_alloc(lines->window_capacity);

    int64_t got = source_read(source, 0, lines->window, lines->window_capacity);
    if (got < 0) {
        lines->error = errno;
        lines->ended = true;
        return;
    }
    size_t head = (size_t)got < READER_HEAD ? (size_t)got : READER_HEAD;
    size_t mark = 0;
    lines->encoding = unicode_detect(lines->window, head, &mark);
    lines->marked = mark > 0;
    lines->window_to = (size_t)got;
    lines->window_from = mark;
    lines->offset = mark;
    lines->ended = got == 0;
}

void reg_lines_close(struct reg_lines *lines)
{
    free(lines->window);
    free(lines->kept);
    buffer_free(&lines->text);
    memset(lines, 0, sizeof(*lines));
}

bool reg_lines_utf16(const struct reg_lines *lines)
{
    return lines->encoding == ENCODING_UTF16LE || lines->encoding == ENCODING_UTF16BE;
}

/* Reads more behind what the window holds, making room first. False when there is no more. */
static bool fill_window(struct reg_lines *lines)
{
    if (lines->ended)
        return false;
    size_t held = lines->window_to - lines->window_from;
    if (lines->window_from > 0) {
        memmove(lines->window, lines->window + lines->window_from, held);
        lines->window_from = 0;
        lines->window_to = held;
    }
    if (lines->window_capacity - held < WINDOW_STEP / 2) {
        lines->window_capacity *= 2;
        lines->window = memory_grow(lines->window, lines->window_capacity, 1);
    }
    int64_t got = source_read(lines->source, lines->offset + held, lines->window + held, lines->window_capacity - held);
    if (got < 0)
        lines->error = errno;
    if (got <= 0) {
        lines->ended = true;
        return false;
    }
    lines->window_to += (size_t)got;
    return true;
}

/* The offset behind the window's start of the first line feed at or behind `from`; TEXT_NOT_FOUND. In UTF-16 only a
 * whole unit counts: U+0A41 and U+410A hold the byte too. */
static size_t find_line_feed(const struct reg_lines *lines, size_t from)
{
    const uint8_t *start = lines->window + lines->window_from;
    size_t size = lines->window_to - lines->window_from;
    while (from < size) {
        const uint8_t *found = memchr(start + from, '\n', size - from);
        if (!found)
            return TEXT_NOT_FOUND;
        size_t at = (size_t)(found - start);
        if (!reg_lines_utf16(lines))
            return at;
        size_t unit = at & ~(size_t)1;
        if (unit + 1 >= size)
            return TEXT_NOT_FOUND;
        bool big = lines->encoding == ENCODING_UTF16BE;
        if (start[unit] == (big ? 0 : '\n') && start[unit + 1] == (big ? '\n' : 0))
            return unit;
        from = at + 1;
    }
    return TEXT_NOT_FOUND;
}

static void decode(struct reg_lines *lines, uint8_t *bytes, size_t size)
{
    switch (lines->encoding) {
    case ENCODING_UTF16BE:
        for (size_t i = 0; i + 1 < size; i += 2) {
            uint8_t high = bytes[i];
            bytes[i] = bytes[i + 1];
            bytes[i + 1] = high;
        }
        unicode_add_utf16le(&lines->text, bytes, size);
        break;
    case ENCODING_UTF16LE:
        unicode_add_utf16le(&lines->text, bytes, size);
        break;
    case ENCODING_UTF8:
        /* The head of an ANSI file may be pure ASCII; only a later line shows what it is. */
        if (!lines->marked && !unicode_is_utf8(bytes, size))
            unicode_add_ansi(&lines->text, bytes, size);
        else
            unicode_add_utf8(&lines->text, bytes, size);
        break;
    case ENCODING_ANSI:
        unicode_add_ansi(&lines->text, bytes, size);
        break;
    }
}

static void take_from_window(struct reg_lines *lines, size_t size)
{
    lines->window_from += size;
    lines->offset += size;
}

/* Skips to the line feed that ends a line too long to be kept. Returns the ending. */
static struct text skip_long_line(struct reg_lines *lines, size_t unit)
{
    for (;;) {
        size_t feed = find_line_feed(lines, 0);
        if (feed != TEXT_NOT_FOUND) {
            take_from_window(lines, feed + unit);
            return TEXT("\n");
        }
        /* Half a UTF-16 unit stays, so that units keep their place. */
        take_from_window(lines, (lines->window_to - lines->window_from) / unit * unit);
        if (!fill_window(lines)) {
            take_from_window(lines, lines->window_to - lines->window_from);
            return TEXT("");
        }
    }
}

/* Makes the next line of the source and keeps it. False at the end. */
static bool make_line(struct reg_lines *lines)
{
    size_t unit = reg_lines_utf16(lines) ? 2 : 1;
    size_t searched = 0, feed;
    while ((feed = find_line_feed(lines, searched)) == TEXT_NOT_FOUND) {
        searched = (lines->window_to - lines->window_from) / unit * unit;
        if (searched > LIMIT_VALUE_BYTES || !fill_window(lines))
            break;
    }
    size_t held = lines->window_to - lines->window_from;
    if (held == 0)
        return false;
    lines->kept = memory_room(lines->kept, lines->kept_count, &lines->kept_capacity, sizeof(*lines->kept));
    struct reg_kept_line *line = &lines->kept[lines->kept_count++];
    *line = (struct reg_kept_line){.from = lines->text.size, .number = ++lines->number, .offset = lines->offset};

    size_t size = feed != TEXT_NOT_FOUND ? feed : held;
    if (size > LIMIT_VALUE_BYTES) {
        line->too_long = true;
        line->ending = skip_long_line(lines, unit);
    } else {
        if (feed == TEXT_NOT_FOUND && size % unit != 0) {
            lines->half_character = true;
            size -= size % unit;
        }
        decode(lines, lines->window + lines->window_from, size);
        take_from_window(lines, feed != TEXT_NOT_FOUND ? feed + unit : held);
        line->ending = feed != TEXT_NOT_FOUND ? TEXT("\n") : TEXT("");
        if (line->ending.size > 0 && lines->text.size > line->from && lines->text.data[lines->text.size - 1] == '\r') {
            lines->text.size--;
            line->ending = TEXT("\r\n");
        }
    }
    line->to = lines->text.size;
    return true;
}

bool reg_lines_next(struct reg_lines *lines, struct reg_line *line)
{
    if (lines->next == lines->kept_count && !make_line(lines))
        return false;
    const struct reg_kept_line *kept = &lines->kept[lines->next++];
    const char *data = kept->to > kept->from ? lines->text.data + kept->from : "";
    *line = (struct reg_line){.text = {data, kept->to - kept->from}, .ending = kept->ending, .number = kept->number,
                              .offset = kept->offset, .too_long = kept->too_long};
    return true;
}

void reg_lines_forget(struct reg_lines *lines)
{
    lines->first = lines->next;
    if (lines->first == lines->kept_count) {
        lines->first = lines->next = lines->kept_count = 0;
        buffer_clear(&lines->text);
        return;
    }
    /* Returned lines are waiting. Move them down only when that costs less than what has been read since. */
    size_t forgotten = lines->kept[lines->first].from;
    size_t waiting = lines->text.size - forgotten;
    size_t waiting_lines = lines->kept_count - lines->first;
    if (forgotten < waiting || lines->first < waiting_lines)
        return;
    memmove(lines->text.data, lines->text.data + forgotten, waiting);
    lines->text.size = waiting;
    memmove(lines->kept, lines->kept + lines->first, waiting_lines * sizeof(*lines->kept));
    for (size_t i = 0; i < waiting_lines; i++) {
        lines->kept[i].from -= forgotten;
        lines->kept[i].to -= forgotten;
    }
    lines->kept_count = waiting_lines;
    lines->first = lines->next = 0;
}

void reg_lines_return(struct reg_lines *lines, size_t index)
{
    lines->next = lines->first + index;
}
