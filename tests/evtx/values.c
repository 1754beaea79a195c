/* See values.h. */
#include "tests/evtx/values.h"

#include "records/moment.h"

static const struct { const char *name; enum value_type type; size_t size; } type_names[] = {
    {"string", TYPE_STRING, 0}, {"escaped", TYPE_STRING, 0}, {"strings", TYPE_STRINGS, 0}, {"ansi", TYPE_ANSI, 0},
    {"int8", TYPE_INT8, 1}, {"uint8", TYPE_UINT8, 1}, {"int16", TYPE_INT16, 2}, {"uint16", TYPE_UINT16, 2},
    {"int32", TYPE_INT32, 4}, {"uint32", TYPE_UINT32, 4}, {"int64", TYPE_INT64, 8}, {"uint64", TYPE_UINT64, 8},
    {"hex32", TYPE_HEX32, 4}, {"hex64", TYPE_HEX64, 8}, {"size", TYPE_SIZE, 8}, {"bool", TYPE_BOOL, 4},
    {"binary", TYPE_BINARY, 0}, {"guid", TYPE_GUID, 0}, {"filetime", TYPE_FILETIME, 0}, {"sid", TYPE_SID, 0},
};

static void add_number(struct buffer *buffer, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    buffer_add(buffer, bytes, size);
}

void encode_utf16(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.size;) {
        unsigned char c = (unsigned char)text.data[i++];
        uint32_t code = c < 0x80 ? c : c < 0xE0 ? c & 0x1Fu : c < 0xF0 ? c & 0x0Fu : c & 0x07u;
        for (int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3; more > 0 && i < text.size; more--)
            code = code << 6 | ((unsigned char)text.data[i++] & 0x3Fu);
        if (code >= 0x10000) {
            add_number(out, 0xD7C0u + (code >> 10), 2);
            code = 0xDC00u | (code & 0x3FFu);
        }
        add_number(out, code, 2);
    }
}

static bool encode_hex(struct text text, struct buffer *out)
{
    if (text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 2) {
        uint64_t byte;
        if (!text_number(text_slice(text, i, i + 2), 16, &byte))
            return false;
        add_number(out, byte, 1);
    }
    return true;
}

/* {12345678-1234-1234-1234-123456789ABC}: the first three groups are numbers, the others bytes. */
static bool encode_guid(struct text text, struct buffer *out)
{
    if (text.size == 38 && text.data[0] == '{')
        text = text_slice(text, 1, 37);
    uint64_t a, b, c;
    if (text.size != 36 || !text_number(text_slice(text, 0, 8), 16, &a) ||
        !text_number(text_slice(text, 9, 13), 16, &b) || !text_number(text_slice(text, 14, 18), 16, &c))
        return false;
    add_number(out, a, 4);
    add_number(out, b, 2);
    add_number(out, c, 2);
    return encode_hex(text_slice(text, 19, 23), out) && encode_hex(text_slice(text, 24, 36), out);
}

static bool encode_sid(struct text text, struct buffer *out)
{
    struct text piece;
    uint64_t number, authority;
    struct buffer subs = {0};
    bool good = text_starts(text, TEXT("S-1-"));
    text = text_slice(text, 4, text.size);
    good = good && text_next(&text, '-', &piece) && text_number(piece, 10, &authority);
    while (good && text_next(&text, '-', &piece)) {
        good = text_number(piece, 10, &number) && number <= UINT32_MAX;
        add_number(&subs, good ? number : 0, 4);
    }
    if (good) {
        add_number(out, 1, 1);
        add_number(out, subs.size / 4, 1);
        for (int shift = 40; shift >= 0; shift -= 8)
            add_number(out, authority >> shift & 0xFF, 1);
        buffer_add_text(out, buffer_text(&subs));
    }
    buffer_free(&subs);
    return good;
}

static void unescape(struct text text, struct buffer *out)
{
    for (size_t i = 0; i < text.size; i++) {
        uint64_t code;
        char next = i + 1 < text.size ? text.data[i + 1] : '\0';
        if (text.data[i] != '\\') {
            buffer_add_char(out, text.data[i]);
        } else if (next == 'x' && text_number(text_slice(text, i + 2, i + 4), 16, &code)) {
            buffer_add_char(out, (char)(code & 0x7F));
            i += 3;
        } else {
            buffer_add_char(out, next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next);
            i++;
        }
    }
}

static void encode_string(struct text text, struct text type, struct buffer *out)
{
    struct buffer plain = {0};
    struct text line, rest = text;
    if (text_is(type, "escaped")) {
        unescape(text, &plain);
    } else if (text_is(type, "strings")) {
        while (text_next(&rest, '\n', &line)) {
            buffer_add_text(&plain, line);
            buffer_add_char(&plain, '\0');
        }
    } else {
        for (bool more = false; text_next(&rest, '\n', &line); more = true) {
            buffer_add_string(&plain, more ? "\r\n" : "");
            buffer_add_text(&plain, line);
        }
    }
    encode_utf16(out, buffer_text(&plain));
    buffer_free(&plain);
}

static bool encode_number(struct text text, size_t size, struct buffer *out)
{
    int64_t number;
    uint64_t bits;
    if (text_starts_nocase(text, TEXT("0x")) && text_number(text_slice(text, 2, text.size), 16, &bits))
        ;
    else if (text_integer(text, &number))
        bits = (uint64_t)number;
    else if (!text_number(text, 10, &bits))
        return false;
    uint64_t above = size == 8 ? 0 : bits >> (8 * size);
    if (above != 0 && (bits >> 63) == 0)
        return false;
    add_number(out, bits, size);
    return true;
}

bool encode_value(struct text text, struct text type_name, enum value_type *type, struct buffer *out)
{
    struct moment moment;
    size_t size = 0, i;
    if (type_name.size == 0)
        type_name = TEXT("string");
    for (i = 0; i < sizeof(type_names) / sizeof(type_names[0]) && !text_is(type_name, type_names[i].name); i++)
        ;
    if (i == sizeof(type_names) / sizeof(type_names[0]))
        return false;
    *type = type_names[i].type;
    size = type_names[i].size;
    switch (*type) {
    case TYPE_STRING: case TYPE_STRINGS:
        encode_string(text, type_name, out);
        return true;
    case TYPE_ANSI:
        buffer_add_text(out, text);
        return true;
    case TYPE_BINARY:
        return encode_hex(text, out);
    case TYPE_GUID:
        return encode_guid(text, out);
    case TYPE_SID:
        return encode_sid(text, out);
    case TYPE_FILETIME:
        if (!moment_parse(text, &moment))
            return false;
        add_number(out, (uint64_t)moment.ticks, 8);
        return true;
    case TYPE_BOOL:
        add_number(out, text_is_nocase(text, "true") || text_is(text, "1"), 4);
        return true;
    default:
        return encode_number(text, size, out);
    }
}
