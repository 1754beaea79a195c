#include "base/cursor.h"

struct cursor cursor_over(const void *data, size_t size)
{
    const uint8_t *start = data;

    return (struct cursor){start, size > 0 ? start + size : start};
}

size_t cursor_left(const struct cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

bool cursor_skip(struct cursor *cursor, size_t size)
{
    const uint8_t *skipped;

    return cursor_bytes(cursor, size, &skipped);
}

bool cursor_bytes(struct cursor *cursor, size_t size, const uint8_t **bytes)
{
    if (size > cursor_left(cursor))
        return false;
    *bytes = cursor->at;
    if (size > 0)
        cursor->at += size;
    return true;
}

/* Byte by byte, so that neither alignment nor the machine's byte order matters; gcc makes one load of it. */
static uint64_t little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

bool cursor_u8(struct cursor *cursor, uint8_t *value)
{
    const uint8_t *bytes;

    if (!cursor_bytes(cursor, 1, &bytes))
        return false;
    *value = bytes[0];
    return true;
}

bool cursor_u16le(struct cursor *cursor, uint16_t *value)
{
    const uint8_t *bytes;

    if (!cursor_bytes(cursor, 2, &bytes))
        return false;
    *value = (uint16_t)little_endian(bytes, 2);
    return true;
}

bool cursor_u32le(struct cursor *cursor, uint32_t *value)
{
    const uint8_t *bytes;

    if (!cursor_bytes(cursor, 4, &bytes))
        return false;
    *value = (uint32_t)little_endian(bytes, 4);
    return true;
}

bool cursor_u64le(struct cursor *cursor, uint64_t *value)
{
    const uint8_t *bytes;

    if (!cursor_bytes(cursor, 8, &bytes))
        return false;
    *value = little_endian(bytes, 8);
    return true;
}
