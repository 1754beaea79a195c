/* See evtx_integers.h. */
#include "parsers/evtx_integers.h"

#include <stdio.h>

#include "base/cursor.h"
#include "parsers/evtx_chunk.h"

#define NESTING 8u             /* binary XML as a value of binary XML */
#define NEGATIVES 64u          /* of one record; more stay as they are */

struct negatives {
    struct { char shown[24], right[24]; } items[NEGATIVES];
    size_t count;
};

/* `bits`: the value as it is stored, in `width` bytes. */
static void add_negative(struct negatives *negatives, uint64_t bits, size_t width)
{
    uint64_t sign = UINT64_C(1) << (8 * width - 1);
    if ((bits & sign) == 0 || negatives->count == NEGATIVES)
        return;
    uint64_t magnitude = bits ^ sign, right = sign - magnitude;
    size_t at = negatives->count++;
    snprintf(negatives->items[at].shown, sizeof(negatives->items[at].shown), ">-%llu<", (unsigned long long)magnitude);
    snprintf(negatives->items[at].right, sizeof(negatives->items[at].right), ">-%llu<", (unsigned long long)right);
}

/* The size of what a template's definition takes before the instance's values: it stands there when this is its first
 * use. */
static bool skip_definition(struct cursor *cursor, const uint8_t *chunk, uint32_t definition)
{
    uint32_t size;
    if (definition != (size_t)(cursor->at - chunk))
        return true;
    return cursor_skip(cursor, 20) && cursor_u32le(cursor, &size) && cursor_skip(cursor, size);
}

/* The values of a template instance: 0F 01 01 00 (fragment), 0C 01, identifier, offset of the definition, number of
 * values, their sizes and types, the values. */
static void collect(const uint8_t *chunk, struct cursor cursor, unsigned depth, struct negatives *negatives)
{
    uint8_t token;
    uint32_t definition, count;
    while (cursor_u8(&cursor, &token) && token == 0x0F)
        if (!cursor_skip(&cursor, 3))
            return;
    if (token != 0x0C || depth == NESTING || !cursor_skip(&cursor, 5) || !cursor_u32le(&cursor, &definition) ||
        !skip_definition(&cursor, chunk, definition) || !cursor_u32le(&cursor, &count) ||
        count > cursor_left(&cursor) / 4)
        return;
    struct cursor types = cursor;
    cursor_skip(&cursor, 4 * (size_t)count);
    while (count-- > 0) {
        uint16_t size;
        uint8_t type;
        const uint8_t *value;
        if (!cursor_u16le(&types, &size) || !cursor_u8(&types, &type) || !cursor_skip(&types, 1) ||
            !cursor_bytes(&cursor, size, &value))
            return;
        bool is_signed = (type == 3 && size == 1) || (type == 5 && size == 2) || (type == 7 && size == 4) ||
                         (type == 9 && size == 8);
        uint64_t bits = 0;
        for (size_t i = 0; is_signed && i < size; i++)
            bits |= (uint64_t)value[i] << (8 * i);
        if (is_signed)
            add_negative(negatives, bits, size);
        else if (type == 0x21)
            collect(chunk, cursor_over(value, size), depth + 1, negatives);
    }
}

struct text evtx_fix_integers(const uint8_t *chunk, size_t record, struct text xml, struct buffer *out)
{
    struct negatives negatives = {.count = 0};
    if (text_find(xml, TEXT(">-")) == TEXT_NOT_FOUND)
        return xml;
    struct cursor cursor = cursor_over(chunk + record, EVTX_CHUNK_SIZE - record);
    uint32_t size;
    if (!cursor_skip(&cursor, 4) || !cursor_u32le(&cursor, &size) || size < EVTX_RECORD_MIN ||
        size > EVTX_CHUNK_SIZE - record)
        return xml;
    collect(chunk, cursor_over(chunk + record + 24, size - EVTX_RECORD_MIN), 0, &negatives);
    if (negatives.count == 0)
        return xml;
    buffer_clear(out);
    for (size_t at; (at = text_find(xml, TEXT(">-"))) != TEXT_NOT_FOUND; ) {
        buffer_add_text(out, text_slice(xml, 0, at));
        xml = text_slice(xml, at, xml.size);
        size_t i = 0;
        while (i < negatives.count && !text_starts(xml, text_of(negatives.items[i].shown)))
            i++;
        struct text shown = i < negatives.count ? text_of(negatives.items[i].shown) : TEXT(">-");
        buffer_add_string(out, i < negatives.count ? negatives.items[i].right : ">-");
        xml = text_slice(xml, shown.size, xml.size);
    }
    buffer_add_text(out, xml);
    return buffer_text(out);
}
