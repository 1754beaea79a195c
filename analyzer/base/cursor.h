/*
 * Reading binary data without stepping over its end. A reader moves a cursor; when the bytes are not there the function
 * returns false, the cursor stays where it was and the output is untouched.
 */
#ifndef WINCAUSE_BASE_CURSOR_H
#define WINCAUSE_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

struct cursor cursor_over(const void *data, size_t size);
size_t cursor_left(const struct cursor *cursor);
bool cursor_skip(struct cursor *cursor, size_t size);
bool cursor_bytes(struct cursor *cursor, size_t size, const uint8_t **bytes);
bool cursor_u8(struct cursor *cursor, uint8_t *value);
bool cursor_u16le(struct cursor *cursor, uint16_t *value);
bool cursor_u32le(struct cursor *cursor, uint32_t *value);
bool cursor_u64le(struct cursor *cursor, uint64_t *value);

#endif
