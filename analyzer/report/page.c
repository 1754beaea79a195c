#include "report/page.h"

#include <string.h>

#include "base/printable.h"

static const char *const ink_codes[] = {"", "\x1b[1m", "\x1b[1;31m", "\x1b[32m", "\x1b[2m"};

/* What may be shown of `text`, on one line; dies with the next call. */
static struct text make_visible(struct page *page, struct text text)
{
    buffer_clear(&page->scratch);
    buffer_add_printable(&page->scratch, text);
    return buffer_text(&page->scratch);
}

struct page page_begin(struct buffer *out, bool color)
{
    return (struct page){.out = out, .color = color};
}

void page_finish(struct page *page)
{
    page_end(page);
    buffer_free(&page->scratch);
}

static void break_line(struct page *page)
{
    buffer_add_char(page->out, '\n');
    page->column = page->written = 0;
}

void page_end(struct page *page)
{
    if (page->written > 0)
        break_line(page);
    page->column = 0;
}

void page_blank(struct page *page)
{
    page_end(page);
    break_line(page);
}

void page_at(struct page *page, size_t column)
{
    if (page->written > 0 && page->written >= column)
        break_line(page);
    page->column = column;
}

/* `text` is visible text already. */
static void put(struct page *page, struct text text)
{
    size_t width = printable_width(text);

    for (; page->written < page->column; page->written++)
        buffer_add_char(page->out, ' ');
    for (size_t glue; (glue = text_find(text, TEXT(PAGE_GLUE))) != TEXT_NOT_FOUND;) {
        buffer_add_text(page->out, text_slice(text, 0, glue));
        buffer_add_char(page->out, ' ');
        text = text_slice(text, glue + strlen(PAGE_GLUE), text.size);
    }
    buffer_add_text(page->out, text);
    page->column += width;
    page->written = page->column;
}

static void put_inked(struct page *page, enum ink ink, struct text text)
{
    bool inked = page->color && ink != INK_PLAIN;
    put(page, TEXT(""));
    if (inked)
        buffer_add_string(page->out, ink_codes[ink]);
    put(page, text);
    if (inked)
        buffer_add_string(page->out, "\x1b[0m");
}

void page_ink(struct page *page, enum ink ink, const char *word)
{
    put_inked(page, ink, text_of(word));
}

size_t page_width(struct text text)
{
    struct page page = {0};
    size_t width = printable_width(make_visible(&page, text));
    buffer_free(&page.scratch);
    return width;
}

/* How many bytes of `text` fit into `room` columns: up to the last slash when there is one in the second half, else as
 * many as go; at least one character. */
static size_t bytes_that_fit(struct text text, size_t room)
{
    struct text rest = text;
    size_t columns = 0, fit = 0, slash = 0;

    while (rest.size > 0) {
        uint32_t character = printable_next(&rest);
        columns += printable_columns(character);
        if (columns > room && fit > 0)
            break;
        fit = text.size - rest.size;
        if ((character == '/' || character == '\\') && columns > room / 2)
            slash = fit;
    }
    return fit < text.size && slash > 0 ? slash : fit;
}

/* One visible word, `gap` blanks behind what stands there; on the next line, and broken, where it has to be. */
static void put_word(struct page *page, size_t indent, size_t right, size_t gap, struct text word)
{
    bool follows = page->written > 0 && page->written == page->column;

    page->column += follows ? gap : 0;
    if (page->written > 0 && page->column > indent && page->column + printable_width(word) > right) {
        break_line(page);
        page->column = indent;
    }
    while (page->column + printable_width(word) > right) {
        size_t size = bytes_that_fit(word, page->column < right ? right - page->column : 1);
        if (size == word.size)
            break; /* one character wider than the room: nothing to be gained by breaking */
        put(page, text_slice(word, 0, size));
        break_line(page);
        page->column = indent;
        word = text_slice(word, size, word.size);
    }
    put(page, word);
}

void page_piece(struct page *page, size_t indent, size_t right, size_t gap, struct text text)
{
    if (text.size == 0)
        return;
    put_word(page, indent, right, gap, make_visible(page, text));
}

void page_fill(struct page *page, size_t indent, size_t right, struct text text)
{
    struct text rest, word;

    rest = make_visible(page, text);
    while (text_next(&rest, ' ', &word)) {
        if (word.size == 0)
            continue;
        put_word(page, indent, right, 1, word);
    }
}

void page_cut(struct page *page, size_t right, struct text text)
{
    struct text safe = make_visible(page, text);
    size_t room = right > page->column ? right - page->column : 0;

    if (printable_width(safe) <= room) {
        put(page, safe);
        return;
    }
    if (room < 4)
        return;
    size_t fit = 0;
    for (struct text rest = safe; rest.size > 0 && printable_width(text_slice(safe, 0, fit)) < room - 3;) {
        printable_next(&rest);
        if (printable_width(text_slice(safe, 0, safe.size - rest.size)) > room - 3)
            break;
        fit = safe.size - rest.size;
    }
    put(page, text_slice(safe, 0, fit));
    put(page, TEXT("..."));
}

void page_right(struct page *page, enum ink ink, struct text text)
{
    struct text safe = make_visible(page, text);
    size_t width = printable_width(safe);
    if (width >= PAGE_WIDTH) {
        put_word(page, 0, PAGE_WIDTH, 1, safe);
        return;
    }
    if (page->written > 0 && page->written + 1 + width > PAGE_WIDTH)
        break_line(page);
    page->column = PAGE_WIDTH - width;
    put_inked(page, ink, safe);
}

void page_fillf(struct page *page, size_t indent, size_t right, const char *format, ...)
{
    struct buffer line = {0};
    va_list args;
    va_start(args, format);
    buffer_vprintf(&line, format, args);
    va_end(args);
    page_fill(page, indent, right, buffer_text(&line));
    buffer_free(&line);
}
