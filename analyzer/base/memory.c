#include "base/memory.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST_BLOCK 16384u
#define ARENA_LARGEST_BLOCK (1u << 20) /* a larger one is made only for a single allocation that needs it */

struct arena_block {
    struct arena_block *next; /* older */
    size_t size, used;        /* bytes of data */
    alignas(max_align_t) unsigned char data[];
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "wincause: out of memory: %zu bytes could not be had; give it fewer inputs or more memory\n", size);
    exit(1);
}

static size_t product(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    return bytes;
}

static size_t sum(size_t a, size_t b)
{
    size_t bytes;

    if (__builtin_add_overflow(a, b, &bytes))
        out_of_memory(SIZE_MAX);
    return bytes;
}

void *memory_alloc(size_t size)
{
    return memory_array(1, size);
}

void *memory_array(size_t count, size_t size)
{
    size_t bytes = product(count, size);
    void *memory = calloc(1, bytes > 0 ? bytes : 1); /* never NULL, also for nothing */

    if (!memory)
        out_of_memory(bytes);
    return memory;
}

void *memory_grow(void *old, size_t count, size_t size)
{
    size_t bytes = product(count, size);
    void *memory = realloc(old, bytes > 0 ? bytes : 1);

    if (!memory)
        out_of_memory(bytes);
    return memory;
}

char *memory_string(const char *string)
{
    char *copy;

    if (!string)
        return NULL;
    copy = strdup(string);
    if (!copy)
        out_of_memory(strlen(string) + 1);
    return copy;
}

void *memory_room(void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity > 0 ? product(*capacity, 2) : 8;
    return memory_grow(items, *capacity, item_size);
}

static struct arena_block *arena_block_new(size_t size, struct arena_block *next)
{
    size_t bytes = sum(sizeof(struct arena_block), size);
    struct arena_block *block = malloc(bytes);

    if (!block)
        out_of_memory(bytes);
    block->next = next;
    block->size = size;
    block->used = 0;
    return block;
}

/* Blocks double, so that a small arena stays small and a large one asks the system seldom. */
static void arena_add_block(struct arena *arena, size_t at_least)
{
    size_t size = ARENA_FIRST_BLOCK;

    if (arena->blocks) {
        size = arena->blocks->size;
        size = size < ARENA_LARGEST_BLOCK / 2 ? 2 * size : ARENA_LARGEST_BLOCK;
    }
    arena->blocks = arena_block_new(size > at_least ? size : at_least, arena->blocks);
}

static void *arena_take(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    size_t rounded = sum(size, align - 1) & ~(align - 1);
    void *memory;

    if (!arena->blocks || arena->blocks->size - arena->blocks->used < rounded)
        arena_add_block(arena, rounded);
    memory = arena->blocks->data + arena->blocks->used;
    arena->blocks->used += rounded;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

struct text arena_text(struct arena *arena, struct text text)
{
    char *copy = arena_take(arena, sum(text.size, 1));

    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return (struct text){copy, text.size};
}

char *arena_string(struct arena *arena, struct text text)
{
    return (char *)arena_text(arena, text).data;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    int size;
    char *out;

    va_start(args, format);
    va_copy(again, args);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0)
        abort(); /* the format is wrong: a programming error */
    out = arena_take(arena, (size_t)size + 1);
    vsnprintf(out, (size_t)size + 1, format, again);
    va_end(again);
    return out;
}

static void arena_free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    if (!arena->blocks)
        return;
    arena_free_blocks(arena->blocks->next);
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
}

void arena_free(struct arena *arena)
{
    arena_free_blocks(arena->blocks);
    arena->blocks = NULL;
}

char *buffer_room(struct buffer *buffer, size_t size)
{
    size_t needed = sum(sum(buffer->size, size), 1);

    if (needed > buffer->capacity) {
        size_t doubled = buffer->capacity <= SIZE_MAX / 2 ? 2 * buffer->capacity : needed;

        if (doubled < 64)
            doubled = 64;
        buffer->capacity = needed > doubled ? needed : doubled;
        buffer->data = memory_grow(buffer->data, buffer->capacity, 1);
    }
    return buffer->data + buffer->size;
}

void buffer_took(struct buffer *buffer, size_t size)
{
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
    char *room = buffer_room(buffer, size);

    if (size > 0)
        memcpy(room, data, size);
    buffer_took(buffer, size);
}

void buffer_add_text(struct buffer *buffer, struct text text)
{
    buffer_add(buffer, text.data, text.size);
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
    buffer_add(buffer, string, strlen(string));
}

void buffer_add_char(struct buffer *buffer, char c)
{
    buffer_add(buffer, &c, 1);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buffer_vprintf(buffer, format, args);
    va_end(args);
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list args)
{
    va_list again;
    int size;

    va_copy(again, args);
    size = vsnprintf(NULL, 0, format, args);
    if (size < 0)
        abort(); /* the format is wrong: a programming error */
    vsnprintf(buffer_room(buffer, (size_t)size), (size_t)size + 1, format, again);
    va_end(again);
    buffer->size += (size_t)size;
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

struct text buffer_text(const struct buffer *buffer)
{
    return (struct text){buffer->data, buffer->size};
}
