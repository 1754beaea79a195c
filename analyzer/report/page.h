/*
 * A page of text, 80 columns wide: the frame of the text report. Whatever comes from an input goes through
 * base/printable.h here and nowhere else, and no line is ever longer than PAGE_WIDTH: words wrap, words that are longer
 * than a line are broken, after a `/` or `\` where there is one.
 *
 *     page_at(&page, 7);  page_ink(&page, INK_HEAD, "CAUSE");
 *     page_at(&page, 16); page_fill(&page, 16, PAGE_WIDTH, text);
 *     page_end(&page);
 */
#ifndef WINCAUSE_REPORT_PAGE_H
#define WINCAUSE_REPORT_PAGE_H

#include "base/memory.h"

#define PAGE_WIDTH 80
#define PAGE_GLUE "\u00a0" /* a blank at which no line breaks; written as a plain one */

enum ink { INK_PLAIN, INK_HEAD /* bold */, INK_ALARM /* bold red */, INK_GOOD /* green */, INK_FAINT };

struct page {
    struct buffer *out;    /* borrowed */
    bool color;            /* inks are drawn; they never carry a meaning of their own */
    size_t column;         /* where the next character goes, from 0 */
    size_t written;        /* up to where the line is filled; the blanks between are written when something follows */
    struct buffer scratch; /* private */
};

struct page page_begin(struct buffer *out, bool color);
void page_finish(struct page *page);            /* ends the line and frees what is private */
void page_end(struct page *page);               /* ends the line if it holds anything */
void page_blank(struct page *page);             /* one empty line */
void page_at(struct page *page, size_t column); /* moves right, on a new line where the line is already beyond */
void page_ink(struct page *page, enum ink ink, const char *word); /* as it stands: words of ours that fit */

/* Wraps `text` between columns `indent` and `right`, beginning where the line stands. */
void page_fill(struct page *page, size_t indent, size_t right, struct text text);
/* Sets `text` without breaking it where it fits on one line, `gap` blanks behind what stands there. */
void page_piece(struct page *page, size_t indent, size_t right, size_t gap, struct text text);
/* Sets `text` on this line, cut with "..." where it would pass `right`. */
void page_cut(struct page *page, size_t right, struct text text);
/* Sets `text` against the right edge, on the next line when it does not fit on this one. */
void page_right(struct page *page, enum ink ink, struct text text);
void page_fillf(struct page *page, size_t indent, size_t right, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

size_t page_width(struct text text); /* columns that `text` will take */

#endif
