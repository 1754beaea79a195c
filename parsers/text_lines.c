#include "parsers/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * From bytes to lines.
 *
 * Bytes are read in portions of READ_BYTES; before a line is looked for there are always at least ENOUGH_BYTES of them,
 * unless the input ends. A line ends at LF, CR, CR LF, or at what careless conversions make of CR LF: CR CR LF, and CR
 * NUL LF (UTF-16 in the middle of an 8-bit text, from `>>` of different programs; the NULs between its letters are
 * dropped like all others).
 */
#define READ_BYTES 262144u
#define ENOUGH_BYTES (LIMIT_LINE_BYTES + 8u)

static void read_more(struct lines *lines)
{
    memmove(lines->bytes, lines->bytes + lines->at, lines->size - lines->at);
    lines->offset += lines->at;
    lines->size -= lines->at;
    lines->at = 0;

    size_t room = READ_BYTES - lines->size;
    uint64_t from = lines->offset + lines->size;
    uint64_t left = lines->source->size > from ? lines->source->size - from : 0;
    size_t wanted = left < room ? (size_t)left : room;
    int64_t got = wanted > 0 ? source_read(lines->source, from, lines->bytes + lines->size, wanted) : 0;

    if (got < 0)
        lines->error = errno;
    if (got > 0)
        lines->size += (size_t)got;
    lines->read_all = got <= 0;
}

void lines_open(struct lines *lines, const struct source *source, enum date_order dates)
{
    size_t mark_size;

    *lines = (struct lines){.source = source, .dates = dates};
    lines->bytes = memory_alloc(READ_BYTES);
    lines->window = memory_array(LIMIT_LINES_AHEAD, sizeof(*lines->window));
    read_more(lines);
    lines->encoding = unicode_detect(lines->bytes, lines->size < READER_HEAD ? lines->size : READER_HEAD, &mark_size);
    lines->at = mark_size;
}

void lines_close(struct lines *lines)
{
    for (size_t i = 0; i < LIMIT_LINES_AHEAD; i++)
        buffer_free(&lines->window[i].decoded);
    free(lines->window);
    free(lines->bytes);
    arena_free(&lines->arena);
    buffer_free(&lines->text);
}

/* Whether one of eight bytes is zero: the classical (v - 0x01..) & ~v & 0x80.. */
static bool has_zero_byte(uint64_t eight)
{
    return ((eight - UINT64_C(0x0101010101010101)) & ~eight & UINT64_C(0x8080808080808080)) != 0;
}

static bool is_wide(const struct lines *lines)
{
    return lines->encoding == ENCODING_UTF16LE || lines->encoding == ENCODING_UTF16BE;
}

/* Offset of the first CR or LF in `bytes`, or `size`. One pass over both: looking for LF alone would cross a file of
 * CRs again for every line. */
static size_t find_break(const uint8_t *bytes, size_t size)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    size_t at = 0;

    for (; size - at >= 8; at += 8) {
        uint64_t eight;

        memcpy(&eight, bytes + at, 8);
        if (has_zero_byte(eight ^ each * '\n') || has_zero_byte(eight ^ each * '\r'))
            break;
    }
    while (at < size && bytes[at] != '\n' && bytes[at] != '\r')
        at++;
    return at;
}

/* The same for UTF-16; offsets are in bytes and even. */
static size_t find_break_wide(const uint8_t *bytes, size_t size, bool big_endian)
{
    const uint8_t *low = bytes + big_endian, *high = bytes + !big_endian;

    for (size_t at = 0; at + 1 < size; at += 2)
        if (high[at] == 0 && (low[at] == '\n' || low[at] == '\r'))
            return at;
    return size;
}

/* The nth character from `bytes` on, as far as it is a control character; 0x20 when it is another, or not there. */
static unsigned control_at(const struct lines *lines, const uint8_t *bytes, size_t left, size_t n)
{
    if (!is_wide(lines))
        return n < left && bytes[n] < 0x20 ? bytes[n] : 0x20;
    if (2 * n + 1 >= left)
        return 0x20;
    bool big_endian = lines->encoding == ENCODING_UTF16BE;
    unsigned high = bytes[2 * n + !big_endian], low = bytes[2 * n + big_endian];
    return high == 0 && low < 0x20 ? low : 0x20;
}

/* Characters of the line break that `bytes` begin with. */
static size_t break_length(const struct lines *lines, const uint8_t *bytes, size_t left)
{
    if (control_at(lines, bytes, left, 0) == '\n')
        return 1;
    unsigned second = control_at(lines, bytes, left, 1);
    if (second == '\n')
        return 2;
    if ((second == '\r' || second == 0) && control_at(lines, bytes, left, 2) == '\n')
        return 3;
    return 1;
}

/* How much of an overlong line is handed on: up to its last blank when that is near, else to the last whole
 * character. */
static size_t piece_size(const struct lines *lines, const uint8_t *bytes)
{
    size_t step = is_wide(lines) ? 2 : 1, size;

    for (size = LIMIT_LINE_BYTES; size > LIMIT_LINE_BYTES - 256 * step; size -= step)
        if (bytes[size] == ' ' || (step == 2 && bytes[size + 1] == ' '))
            return size;
    size = LIMIT_LINE_BYTES;
    if (step == 2) {
        unsigned high = bytes[lines->encoding == ENCODING_UTF16LE ? size - 1 : size - 2];
        return high >= 0xD8 && high <= 0xDB ? size - 2 : size;
    }
    while (size > LIMIT_LINE_BYTES - 4 && (bytes[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static void drop_nuls(struct buffer *text)
{
    if (!text->size || !memchr(text->data, 0, text->size))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i])
            text->data[kept++] = text->data[i];
    text->data[kept] = 0;
    text->size = kept;
}

/* Eight-bit text is decoded line by line: in one note, UTF-8 and ANSI may have come from different programs. ANSI that
 * happens to be valid UTF-8 is next to impossible. */
static void decode(const struct lines *lines, const uint8_t *bytes, size_t size, struct buffer *out)
{
    buffer_clear(out);
    if (lines->encoding == ENCODING_UTF16LE) {
        unicode_add_utf16le(out, bytes, size);
    } else if (lines->encoding == ENCODING_UTF16BE) {
        for (size_t i = 0; i + 1 < size; i += 2)
            unicode_add_utf16le(out, (const uint8_t[]){bytes[i + 1], bytes[i]}, 2);
        if (size % 2)
            unicode_add_char(out, 0xFFFD);
    } else if (unicode_is_utf8(bytes, size)) {
        buffer_add(out, bytes, size);
    } else {
        unicode_add_ansi(out, bytes, size);
    }
    drop_nuls(out);
}

/* Reads the next line into the window. False at the end. */
static bool read_line(struct lines *lines)
{
    bool wide = is_wide(lines);

    if (!lines->read_all && lines->size - lines->at < ENOUGH_BYTES)
        read_more(lines);

    const uint8_t *bytes = lines->bytes + lines->at;
    size_t left = lines->size - lines->at;
    if (!left)
        return false;

    size_t searched = left < LIMIT_LINE_BYTES + 2 ? left : LIMIT_LINE_BYTES + 2;
    size_t size = wide ? find_break_wide(bytes, searched, lines->encoding == ENCODING_UTF16BE)
                       : find_break(bytes, searched);
    bool is_piece = size == searched && size > LIMIT_LINE_BYTES;
    size_t break_size = 0;
    if (is_piece)
        size = piece_size(lines, bytes);
    else if (size < left)
        break_size = break_length(lines, bytes + size, left - size) * (wide ? 2 : 1);

    struct window_line *next = &lines->window[(lines->first + lines->count) % LIMIT_LINES_AHEAD];
    decode(lines, bytes, size, &next->decoded);
    next->whole = buffer_text(&next->decoded);
    if (text_starts(next->whole, TEXT("\xef\xbb\xbf"))) /* files that were put together keep their byte order marks */
        next->whole = text_slice(next->whole, 3, next->whole.size);
    if (!lines->in_line)
        lines->number++;
    lines->in_line = is_piece;
    next->line = (struct line){.number = lines->number, .offset = lines->offset + lines->at, .continued = is_piece};
    lines->at += size + break_size;
    lines->count++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool all_blank(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_blank(text.data[i]) && text.data[i] != '\f' && text.data[i] != '\v' &&
            text.data[i] != '\x1a' && /* DOS ends a text with it */
            !(text.data[i] == '\xc2' && i + 1 < text.size && text.data[i + 1] == '\xa0' && ++i))
            return false;
    return true;
}

/* The text behind the frame. False when the line is outside of the quotation. */
static bool unframe(const struct frame *frame, struct text whole, struct text *inside)
{
    size_t at = 0;

    for (size_t quotes = 0; quotes < frame->quotes; quotes++) {
        while (at < whole.size && is_blank(whole.data[at]))
            at++;
        if (at == whole.size || whole.data[at] != '>') {
            *inside = TEXT_NONE;
            return at == whole.size; /* a blank line without its `>` */
        }
        at++;
    }
    if (frame->quotes && at < whole.size && whole.data[at] == ' ')
        at++;
    for (size_t indent = 0; indent < frame->indent && at < whole.size && is_blank(whole.data[at]); indent++)
        at++;
    *inside = text_slice(whole, at, whole.size);
    return true;
}

static struct frame frame_of(struct text whole)
{
    struct frame frame = {0, 0};
    size_t behind_quotes = 0, at = 0;

    for (; at < whole.size && (is_blank(whole.data[at]) || whole.data[at] == '>'); at++) {
        if (whole.data[at] == '>') {
            frame.quotes++;
            behind_quotes = at + 1;
        }
    }
    if (frame.quotes && behind_quotes < at && whole.data[behind_quotes] == ' ')
        behind_quotes++;
    frame.indent = at - behind_quotes;
    return frame;
}

const struct line *lines_peek(struct lines *lines, size_t ahead)
{
    if (ahead >= LIMIT_LINES_AHEAD)
        return NULL;
    while (lines->count <= ahead)
        if (!read_line(lines))
            return NULL;

    struct window_line *found = &lines->window[(lines->first + ahead) % LIMIT_LINES_AHEAD];
    if (!unframe(&lines->frame, found->whole, &found->line.text))
        return NULL;
    return &found->line;
}

void lines_take(struct lines *lines, size_t count)
{
    if (count > lines->count)
        count = lines->count;
    lines->first = (lines->first + count) % LIMIT_LINES_AHEAD;
    lines->count -= count;
}

struct position lines_position(struct lines *lines)
{
    const struct line *line = lines_peek(lines, 0);

    return (struct position){.record = lines->records + 1, .line = line ? line->number : lines->number,
                             .offset = line ? line->offset : lines->offset + lines->at, .has_offset = true};
}

bool line_blank(const struct line *line)
{
    return !line || all_blank(line->text);
}

bool lines_reframe(struct lines *lines)
{
    lines->frame = (struct frame){0, 0};
    const struct line *line = lines_peek(lines, 0);
    if (line)
        lines->frame = frame_of(line->text);
    return !line_blank(line);
}

bool lines_begin(struct lines *lines)
{
    for (;;) {
        if (lines_reframe(lines) && !line_blank(lines_peek(lines, 0)))
            return true;
        if (!lines_peek(lines, 0))
            return false;
        lines_take(lines, 1);
    }
}
