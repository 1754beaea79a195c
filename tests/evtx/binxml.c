/* See binxml.h. */
#include "tests/evtx/binxml.h"

#include <string.h>

/* Bytes. */

void put(struct chunk *chunk, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    if (size > CHUNK_SIZE - chunk->used) {
        chunk->full = true;
        return;
    }
    memcpy(chunk->bytes + chunk->used, bytes, size);
    chunk->used += size;
}

uint64_t load(const uint8_t *from, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

void store(uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

void put_number(struct chunk *chunk, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    store(bytes, value, size);
    put(chunk, bytes, size);
}

void close_size(struct chunk *chunk, size_t at, size_t width)
{
    if (!chunk->full)
        store(chunk->bytes + at, chunk->used - at - width, width);
}

uint32_t chunk_checksum(uint32_t crc, const uint8_t *bytes, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

/* Binary XML: names, elements, templates. */

static uint32_t hash_units(const uint8_t *units, size_t count)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < count; i++)
        hash = hash * 65599u + (uint32_t)load(units + 2 * i, 2);
    return hash;
}

/* The offset of a name, which is written here when the chunk does not have it yet. */
static void put_name(struct chunk *chunk, struct text name)
{
    struct buffer units = {0};
    encode_utf16(&units, name);
    uint32_t hash = hash_units((const uint8_t *)units.data, units.size / 2) & 0xFFFF;
    uint8_t *bucket = chunk->bytes + STRING_TABLE + 4 * (hash % 64);
    uint64_t at = load(bucket, 4);
    while (at != 0 && (load(chunk->bytes + at + 6, 2) != units.size / 2 ||
                       memcmp(chunk->bytes + at + 8, units.data, units.size) != 0))
        at = load(chunk->bytes + at, 4);
    if (at != 0) {
        put_number(chunk, at, 4);
    } else if (chunk->used + 16 + units.size > CHUNK_SIZE) {
        chunk->full = true;
    } else {
        uint64_t head = load(bucket, 4);
        put_number(chunk, chunk->used + 4, 4);
        store(bucket, chunk->used, 4);
        put_number(chunk, head, 4);
        put_number(chunk, hash, 2);
        put_number(chunk, units.size / 2, 2);
        put(chunk, units.data, units.size);
        put_number(chunk, 0, 2);
    }
    buffer_free(&units);
}

void put_literal(struct chunk *chunk, struct text text)
{
    struct buffer units = {0};
    encode_utf16(&units, text);
    put_number(chunk, 0x0105, 2);
    put_number(chunk, units.size / 2, 2);
    put(chunk, units.data, units.size);
    buffer_free(&units);
}

void put_substitution(struct chunk *chunk, size_t index, enum value_type type)
{
    put_number(chunk, 0x0D, 1);
    put_number(chunk, index, 2);
    put_number(chunk, type, 1);
}

size_t open_element(struct chunk *chunk, struct text name, bool has_attributes)
{
    put_number(chunk, has_attributes ? 0x41 : 0x01, 1);
    put_number(chunk, 0xFFFF, 2);
    size_t at = chunk->used;
    put_number(chunk, 0, 4);
    put_name(chunk, name);
    return at;
}

size_t open_attributes(struct chunk *chunk)
{
    put_number(chunk, 0, 4);
    return chunk->used - 4;
}

void open_attribute(struct chunk *chunk, struct text name, bool last)
{
    put_number(chunk, last ? 0x06 : 0x46, 1);
    put_name(chunk, name);
}

void start_content(struct chunk *chunk)
{
    put_number(chunk, 0x02, 1);
}

void end_element(struct chunk *chunk, size_t at, bool empty)
{
    put_number(chunk, empty ? 0x03 : 0x04, 1);
    close_size(chunk, at, 4);
}

void put_simple(struct chunk *chunk, const char *name, struct text text, size_t index, enum value_type type)
{
    size_t at = open_element(chunk, text_of(name), false);
    start_content(chunk);
    if (text.data != NULL)
        put_literal(chunk, text);
    else
        put_substitution(chunk, index, type);
    end_element(chunk, at, false);
}

bool open_template(struct chunk *chunk, struct text shape, size_t *size_at)
{
    uint8_t guid[16];
    store(guid, text_hash(shape, 1), 8);
    store(guid + 8, text_hash(shape, 2), 8);
    uint8_t *bucket = chunk->bytes + TEMPLATE_TABLE + 4 * (hash_units(guid, 8) % 32);
    uint64_t at = load(bucket, 4);
    while (at != 0 && memcmp(chunk->bytes + at + 4, guid, 16) != 0)
        at = load(chunk->bytes + at, 4);
    put_number(chunk, 0x0001010F, 4);
    put_number(chunk, 0x010C, 2);
    put(chunk, guid, 4);
    if (at != 0) {
        put_number(chunk, at, 4);
        return false;
    }
    uint64_t head = load(bucket, 4);
    put_number(chunk, chunk->used + 4, 4);
    if (!chunk->full)
        store(bucket, chunk->used, 4);
    put_number(chunk, head, 4);
    put(chunk, guid, 16);
    *size_at = chunk->used;
    put_number(chunk, 0, 4);
    put_number(chunk, 0x0001010F, 4);
    return true;
}

void end_template(struct chunk *chunk, size_t size_at)
{
    put_number(chunk, 0x00, 1);
    close_size(chunk, size_at, 4);
}
