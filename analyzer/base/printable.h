/*
 * Text from an input on its way to a terminal. Logs come from compromised machines: an escape sequence in a message
 * must not recolour, rename or rewrite the reviewer's screen, and a direction override must not turn `txt.exe` into
 * `exe.txt`.
 *
 * Shown as \u{1b}: control characters (C0, DEL, C1), direction marks and overrides, separators, invisible characters.
 * Blanks, tabs and line breaks become one blank each, so that the result is always one line. Bytes that are no UTF-8
 * become U+FFFD. Everything else stays as it is.
 */
#ifndef WINCAUSE_BASE_PRINTABLE_H
#define WINCAUSE_BASE_PRINTABLE_H

#include "base/memory.h"

void buffer_add_printable(struct buffer *out, struct text text);

/* Takes the next character off *rest (which must not be empty). A byte that begins no character is U+FFFD, and one byte
 * is taken. */
uint32_t printable_next(struct text *rest);

/* Columns that a character takes on a terminal: 0 for combining marks, 2 for East Asian wide ones and most pictographs,
 * else 1. */
unsigned printable_columns(uint32_t character);
/* Columns of a whole text that buffer_add_printable() has written. */
size_t printable_width(struct text text);

#endif
