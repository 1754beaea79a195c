/*
 * Memory: allocation that cannot fail, arenas, and growable byte buffers.
 *
 * Running out of memory ends the program with a message and status 1: nothing sensible can be reported without it,
 * and every size that an input controls has been checked against limits.h before.
 *
 * Three lifetimes, three arenas: the run (rules), an input, a record. An arena hands out memory that is never freed
 * piecemeal; arena_reset() takes everything back at once and keeps the blocks for the next record.
 */
#ifndef WINCAUSE_BASE_MEMORY_H
#define WINCAUSE_BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/text.h"

void *memory_alloc(size_t size);                         /* zeroed; the caller frees with free() */
void *memory_array(size_t count, size_t size);           /* zeroed; the product is checked */
void *memory_grow(void *old, size_t count, size_t size); /* realloc; the product is checked; new bytes undefined */
char *memory_string(const char *string);                 /* a copy; NULL gives NULL */

/* Makes room for one more item in a growable array: `items` has `count` used of *capacity. Returns the array. */
void *memory_room(void *items, size_t count, size_t *capacity, size_t item_size);

struct arena {
    struct arena_block *blocks; /* newest first; private */
};

void *arena_alloc(struct arena *arena, size_t size);           /* zeroed, aligned for any type */
char *arena_string(struct arena *arena, struct text text);     /* a NUL-terminated copy */
struct text arena_text(struct arena *arena, struct text text); /* a copy; NUL-terminated behind its end too */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *arena); /* everything handed out dies; keeps one block */
void arena_free(struct arena *arena);  /* everything dies; the arena may be used again */

struct buffer {
    char *data; /* NUL-terminated whenever it is not NULL */
    size_t size;
    size_t capacity;
};

void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_text(struct buffer *buffer, struct text text);
void buffer_add_string(struct buffer *buffer, const char *string);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *buffer, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* For who writes into the buffer itself: buffer_room() gives the place behind its end with room for `size` bytes (and
 * the NUL), buffer_took() says how many of them were written. */
char *buffer_room(struct buffer *buffer, size_t size);
void buffer_took(struct buffer *buffer, size_t size);
void buffer_clear(struct buffer *buffer); /* size 0, memory kept */
void buffer_free(struct buffer *buffer);
struct text buffer_text(const struct buffer *buffer); /* a view; dies with the next change */

#endif
