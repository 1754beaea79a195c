#include "base/text.h"

#include <string.h>

struct text text_of(const char *string)
{
    return string ? (struct text){string, strlen(string)} : TEXT_NONE;
}

struct text text_slice(struct text text, size_t from, size_t to)
{
    if (to > text.size)
        to = text.size;
    if (from > to)
        from = to;
    if (!text.data)
        return TEXT_NONE;
    return (struct text){text.data + from, to - from};
}

char text_lower_char(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same_bytes(const char *a, const char *b, size_t size)
{
    return size == 0 || memcmp(a, b, size) == 0;
}

static bool same_nocase(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i] && text_lower_char(a[i]) != text_lower_char(b[i]))
            return false;
    return true;
}

bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && same_bytes(a.data, b.data, a.size);
}

bool text_equal_nocase(struct text a, struct text b)
{
    return a.size == b.size && same_nocase(a.data, b.data, a.size);
}

bool text_is(struct text a, const char *string)
{
    return text_equal(a, text_of(string));
}

bool text_is_nocase(struct text a, const char *string)
{
    return text_equal_nocase(a, text_of(string));
}

int text_compare(struct text a, struct text b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;

    if (order != 0)
        return order < 0 ? -1 : 1;
    return (a.size > b.size) - (a.size < b.size);
}

int text_compare_nocase(struct text a, struct text b)
{
    size_t common = a.size < b.size ? a.size : b.size;

    for (size_t i = 0; i < common; i++) {
        unsigned char from_a = (unsigned char)text_lower_char(a.data[i]);
        unsigned char from_b = (unsigned char)text_lower_char(b.data[i]);

        if (from_a != from_b)
            return from_a < from_b ? -1 : 1;
    }
    return (a.size > b.size) - (a.size < b.size);
}

bool text_starts(struct text text, struct text head)
{
    return text.size >= head.size && same_bytes(text.data, head.data, head.size);
}

bool text_starts_nocase(struct text text, struct text head)
{
    return text.size >= head.size && same_nocase(text.data, head.data, head.size);
}

bool text_ends_nocase(struct text text, struct text tail)
{
    return text_equal_nocase(text_slice(text, text.size - (text.size < tail.size ? text.size : tail.size), text.size), tail);
}

size_t text_find(struct text text, struct text part)
{
    const char *found;

    if (part.size == 0)
        return 0;
    if (part.size > text.size)
        return TEXT_NOT_FOUND;
    found = memmem(text.data, text.size, part.data, part.size);
    return found ? (size_t)(found - text.data) : TEXT_NOT_FOUND;
}

size_t text_find_nocase(struct text text, struct text part)
{
    char first;

    if (part.size == 0)
        return 0;
    if (part.size > text.size)
        return TEXT_NOT_FOUND;
    first = text_lower_char(part.data[0]);
    for (size_t i = 0; i <= text.size - part.size; i++)
        if (text_lower_char(text.data[i]) == first && same_nocase(text.data + i, part.data, part.size))
            return i;
    return TEXT_NOT_FOUND;
}

size_t text_find_char(struct text text, char c)
{
    const char *found = text.size > 0 ? memchr(text.data, c, text.size) : NULL;

    return found ? (size_t)(found - text.data) : TEXT_NOT_FOUND;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct text text_trim(struct text text)
{
    size_t from = 0, to = text.size;

    while (from < to && is_blank(text.data[from]))
        from++;
    while (to > from && is_blank(text.data[to - 1]))
        to--;
    return text_slice(text, from, to);
}

bool text_next(struct text *rest, char separator, struct text *piece)
{
    size_t end;

    if (rest->size == 0)
        return false;
    end = text_find_char(*rest, separator);
    if (end == TEXT_NOT_FOUND)
        end = rest->size;
    *piece = text_slice(*rest, 0, end);
    *rest = text_slice(*rest, end + 1, rest->size);
    return true;
}

static bool digit_value(char c, unsigned base, unsigned *value)
{
    char lower = text_lower_char(c);

    if (c >= '0' && c <= '9')
        *value = (unsigned)(c - '0');
    else if (lower >= 'a' && lower <= 'f')
        *value = (unsigned)(lower - 'a') + 10;
    else
        return false;
    return *value < base;
}

bool text_number(struct text text, unsigned base, uint64_t *number)
{
    uint64_t value = 0;

    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit;

        if (!digit_value(text.data[i], base, &digit) || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *number = value;
    return true;
}

bool text_integer(struct text text, int64_t *number)
{
    bool negative = text_starts(text, TEXT("-"));
    uint64_t magnitude;
    unsigned base = 10;

    if (negative)
        text = text_slice(text, 1, text.size);
    if (text_starts_nocase(text, TEXT("0x"))) {
        text = text_slice(text, 2, text.size);
        base = 16;
    }
    if (!text_number(text, base, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    /* 0 - magnitude wraps to the same bits as the negative number, INT64_MIN included. */
    *number = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* FNV-1a leaves the high bits of short texts alike; tables use any bits, so they are mixed (murmur3's finalizer). */
static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= UINT64_C(0xff51afd7ed558ccd);
    hash ^= hash >> 33;
    hash *= UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

uint64_t text_hash(struct text text, uint64_t seed)
{
    uint64_t hash = FNV_OFFSET ^ seed;

    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * FNV_PRIME;
    return mix(hash);
}

uint64_t text_hash_nocase(struct text text, uint64_t seed)
{
    uint64_t hash = FNV_OFFSET ^ seed;

    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text_lower_char(text.data[i])) * FNV_PRIME;
    return mix(hash);
}
