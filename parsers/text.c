#include "parsers/text.h"

#include <string.h>

#include "parsers/drwatson.h"
#include "parsers/eventcopy.h"

/* The blocks, in the order in which a line is offered to them. */
static const struct block *const blocks[] = {
    &drwatson_block,
    &eventcopy_block,
    &eventxml_block,
    NULL,
};

static const struct block *block_at(struct lines *lines)
{
    for (size_t i = 0; blocks[i]; i++)
        if (blocks[i]->starts(lines))
            return blocks[i];
    return NULL;
}

bool text_block_starts(struct lines *lines)
{
    const struct frame outside = lines->frame;
    bool starts = lines_reframe(lines) && block_at(lines);

    lines->frame = outside;
    lines_peek(lines, 0); /* for who has peeked at it: without this frame again */
    return starts;
}

void lines_give(struct lines *lines, struct sink *sink, struct record *record)
{
    lines->records++;
    sink_record(sink, record);
}

void lines_remark(struct lines *lines, const char *what)
{
    for (size_t i = 0; i < sizeof(lines->remarks) / sizeof(*lines->remarks); i++) {
        struct lines_remark *remark = &lines->remarks[i];
        if (remark->what && strcmp(remark->what, what) != 0)
            continue;
        if (!remark->what)
            *remark = (struct lines_remark){.what = what, .line = lines->block_line};
        remark->count++;
        return;
    }
}

static void say_remarks(const struct lines *lines, struct sink *sink)
{
    for (size_t i = 0; i < sizeof(lines->remarks) / sizeof(*lines->remarks) && lines->remarks[i].what; i++) {
        const struct lines_remark *remark = &lines->remarks[i];
        if (remark->count == 1)
            sink_note(sink, "%s (in the block at line %llu)", remark->what, (unsigned long long)remark->line);
        else
            sink_note(sink, "%s (%llu times, first in the block at line %llu)", remark->what,
                      (unsigned long long)remark->count, (unsigned long long)remark->line);
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The order that `text` proves when a date begins it: 21/5/2003 or 5/21/2003. */
static enum date_order proved_order(struct text text)
{
    unsigned field[2] = {0, 0};
    size_t at = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t start = at;
        for (; at < text.size && at < start + 3 && is_digit(text.data[at]); at++)
            field[i] = field[i] * 10 + (unsigned)(text.data[at] - '0');
        if (at == start || at > start + 2 || at >= text.size || (text.data[at] != '/' && text.data[at] != '-'))
            return DATES_GUESS;
        at++;
    }
    if (at + 1 >= text.size || !is_digit(text.data[at]) || !is_digit(text.data[at + 1]))
        return DATES_GUESS; /* no year */
    if (field[0] > 12 && field[0] <= 31 && field[1] >= 1 && field[1] <= 12)
        return DATES_DAY_FIRST;
    if (field[1] > 12 && field[1] <= 31 && field[0] >= 1 && field[0] <= 12)
        return DATES_US;
    return DATES_GUESS;
}

/* Looks through the whole input for the first date behind a label that allows one order only. Called when the first
 * ambiguous date is met, which most inputs never do. */
static enum date_order search_order(const struct source *source)
{
    enum { LABEL_BYTES = 32 };
    struct lines lines;
    enum date_order order = DATES_GUESS;

    lines_open(&lines, source, DATES_GUESS);
    while (order == DATES_GUESS && lines_begin(&lines)) {
        const struct line *line = lines_peek(&lines, 0);
        size_t colon = text_find_char(text_slice(line->text, 0, LABEL_BYTES), ':');
        if (colon != TEXT_NOT_FOUND)
            order = proved_order(text_trim(text_slice(line->text, colon + 1, line->text.size)));
        if (line->offset > LIMIT_DATE_SCAN_BYTES)
            break;
        lines_take(&lines, 1);
    }
    lines_close(&lines);
    return order;
}

static bool has_digit(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (is_digit(text.data[i]))
            return true;
    return false;
}

bool lines_moment(struct lines *lines, struct sink *sink, struct text text, struct moment *moment)
{
    bool ambiguous;

    if (!moment_parse_local(text, lines->dates, moment, &ambiguous)) {
        if (has_digit(text))
            lines_remark(lines, "a date could not be read");
        return false;
    }
    if (!ambiguous || lines->dates_searched)
        return true;
    lines->dates_searched = true;
    lines->dates = search_order(lines->source);
    if (lines->dates == DATES_GUESS) {
        text = text_slice(text_trim(text), 0, 40);
        sink_note(sink, "dates are ambiguous (%.*s); read as month/day; use --dates day-first", (int)text.size,
                  text.data);
    }
    return moment_parse_local(text, lines->dates, moment, &ambiguous);
}

static enum read_end text_read(struct source *source, struct sink *sink)
{
    struct lines lines;
    enum read_end end = READ_WHOLE;

    lines_open(&lines, source, sink->options ? sink->options->dates : DATES_GUESS);
    while (lines_begin(&lines)) {
        const struct block *block = block_at(&lines);
        lines.block_line = lines_position(&lines).line;
        arena_reset(&lines.arena);
        buffer_clear(&lines.text);
        if (!block)
            paragraph_take(&lines, sink);
        else if (block->take(&lines, sink) == READ_PART)
            end = READ_PART;
    }
    say_remarks(&lines, sink);

    struct position where = lines_position(&lines);
    if (lines.error || where.offset < source->size) {
        sink_loss(sink, where, 0, "the rest could not be read: %s",
                  lines.error ? strerror(lines.error) : "the file became shorter while it was read");
        end = lines.records ? READ_PART : READ_REFUSED;
    }
    lines_close(&lines);
    return end;
}

/* Text has next to no control characters. Stray NULs are met in real text, a few. */
static int text_probe(const uint8_t *head, size_t size)
{
    size_t mark_size, controls = 0;

    if (!size)
        return 0;
    enum encoding encoding = unicode_detect(head, size, &mark_size);
    struct buffer text = {0};
    if (encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE) {
        for (size_t i = mark_size; i + 1 < size; i += 2)
            unicode_add_utf16le(&text, (const uint8_t[]){head[i + (encoding == ENCODING_UTF16BE)],
                                                         head[i + (encoding == ENCODING_UTF16LE)]}, 2);
    } else {
        buffer_add(&text, head + mark_size, size - mark_size);
    }
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        controls += (c < 0x20 && !strchr("\t\n\v\f\r\x1a\x1b", c)) || c == 0x7F || !c;
    }
    bool plausible = text.size > 0 && controls <= text.size / 32;
    buffer_free(&text);
    return plausible ? 10 : 0;
}

const struct reader text_reader = {
    .name = "text",
    .what = "Text of any kind: copied events, Dr Watson logs, pasted notes",
    .probe = text_probe,
    .need = NEED_SEEK,
    .read = text_read,
};
