#include "base/diagnostic.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

/* Of a line longer than this only the surroundings of the place are shown. */
#define SHOWN_CHARACTERS 120u
#define SHOWN_BEFORE 60u

static char *string_of(struct text text)
{
    char *string = memory_alloc(text.size + 1);

    if (text.size > 0)
        memcpy(string, text.data, text.size);
    return string;
}

struct diagnostic *diagnostics_add(struct diagnostics *list, enum severity severity, const char *file, unsigned line,
                                   unsigned column, unsigned width, struct text source, const char *hint,
                                   const char *format, ...)
{
    struct buffer message = {0};
    struct diagnostic *added;
    va_list args;

    va_start(args, format);
    buffer_vprintf(&message, format, args);
    va_end(args);
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    added = &list->items[list->count++];
    *added = (struct diagnostic){
        .severity = severity,
        .file = memory_string(file),
        .line = line,
        .column = column,
        .width = width > 0 ? width : 1,
        .source = source.data ? string_of(source) : NULL,
        .message = message.data,
        .hint = memory_string(hint),
    };
    list->errors += severity == SEVERITY_ERROR;
    return added;
}

/* Prints the source line and, below, carets from the first to the last character meant. A character may take more or
 * fewer columns than one (`\u{1b}`, wide ones), so the carets count columns. */
static void print_source(const struct diagnostic *item, struct buffer *out)
{
    struct text rest = text_of(item->source);
    struct buffer shown = {0};
    unsigned column = item->column > 0 ? item->column : 1;
    unsigned first = column > SHOWN_CHARACTERS - SHOWN_BEFORE ? column - SHOWN_BEFORE : 1;
    size_t columns = 0, carets_from = 0, carets_to = 0;

    if (first > 1) {
        buffer_add_string(&shown, "...");
        columns = 3;
    }
    for (unsigned at = 1; rest.size > 0; at++) {
        struct text character = rest;
        size_t before = shown.size;

        if (at == first + SHOWN_CHARACTERS) {
            buffer_add_string(&shown, "...");
            break;
        }
        printable_next(&rest);
        if (at < first)
            continue;
        if (at == column)
            carets_from = columns;
        buffer_add_printable(&shown, text_slice(character, 0, character.size - rest.size));
        columns += printable_width(text_slice(buffer_text(&shown), before, shown.size));
        if (at >= column && at - column < item->width)
            carets_to = columns;
    }
    if (carets_to <= carets_from) { /* the place lies behind the end of the line, or is a mark without width */
        carets_from = carets_to > 0 ? carets_from : columns;
        carets_to = carets_from + 1;
    }
    buffer_printf(out, "   | %s\n   | %*s", shown.data ? shown.data : "", (int)carets_from, "");
    for (size_t i = carets_from; i < carets_to; i++)
        buffer_add_char(out, '^');
    buffer_free(&shown);
}

static void print_one(const struct diagnostic *item, struct buffer *out)
{
    buffer_add_string(out, item->severity == SEVERITY_ERROR ? "error: " : "warning: ");
    buffer_add_printable(out, text_of(item->message));
    buffer_add_char(out, '\n');
    if (item->file) {
        buffer_add_string(out, "  --> ");
        buffer_add_printable(out, text_of(item->file));
        if (item->line > 0)
            buffer_printf(out, ":%u", item->line);
        if (item->line > 0 && item->column > 0)
            buffer_printf(out, ":%u", item->column);
        buffer_add_char(out, '\n');
    }
    if (item->source)
        print_source(item, out);
    else if (item->hint)
        buffer_add_string(out, "   =");
    if (item->hint) {
        buffer_add_char(out, ' ');
        buffer_add_printable(out, text_of(item->hint));
    }
    if (item->source || item->hint)
        buffer_add_char(out, '\n');
}

void diagnostics_print(const struct diagnostics *list, struct buffer *out)
{
    for (size_t i = 0; i < list->count; i++)
        print_one(&list->items[i], out);
}

void diagnostics_free(struct diagnostics *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].file);
        free(list->items[i].source);
        free(list->items[i].message);
        free(list->items[i].hint);
    }
    free(list->items);
    *list = (struct diagnostics){0};
}

#define SUGGEST_LONGEST 64u

static size_t least(size_t a, size_t b, size_t c)
{
    size_t two = a < b ? a : b;

    return two < c ? two : c;
}

/* Edit distance with exchanged neighbours as one slip (optimal string alignment), case ignored. */
static size_t distance(struct text a, struct text b)
{
    size_t rows[3][SUGGEST_LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b.size; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *oldest = before;

        now[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            char from = text_lower_char(a.data[i - 1]), to = text_lower_char(b.data[j - 1]);

            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (from != to));
            if (i > 1 && j > 1 && from == text_lower_char(b.data[j - 2]) && to == text_lower_char(a.data[i - 2]) &&
                before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        before = last;
        last = now;
        now = oldest;
    }
    return last[b.size];
}

const char *diagnostic_suggest(struct text word, const char *const *candidates)
{
    size_t nearest = word.size / 3 > 2 ? word.size / 3 : 2;
    const char *best = NULL;

    if (word.size > SUGGEST_LONGEST)
        return NULL;
    /* As many slips as letters would make any word of any other. */
    if (nearest >= word.size)
        nearest = word.size > 0 ? word.size - 1 : 0;
    for (; *candidates; candidates++) {
        struct text candidate = text_of(*candidates);
        size_t slips;

        if (candidate.size > SUGGEST_LONGEST)
            continue;
        slips = distance(word, candidate);
        if (slips < nearest || (slips == nearest && !best)) {
            nearest = slips;
            best = *candidates;
        }
    }
    return best;
}
