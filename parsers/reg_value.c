#include "parsers/reg_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"

static const char *const type_names[] = {
    "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK",
    "REG_MULTI_SZ", "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD"};

const char *reg_type_name(uint32_t type, char room[REG_TYPE_NAME])
{
    if (type < sizeof(type_names) / sizeof(*type_names))
        return type_names[type];
    snprintf(room, REG_TYPE_NAME, "REG_0x%" PRIx32, type);
    return room;
}

/*
 * Whether the bytes of a string in a REGEDIT4 export are UTF-16LE. ANSI strings hold no NUL but at their end, so one in
 * the place of a high byte, further in front, gives UTF-16 away. In an ANSI multi-string NULs stand between the items
 * too; there more than three quarters of the units must have a high byte of 0, which only lists of single letters do:
 *
 *     61 00 62 00 00 00         "ab"          both units that are not 0 have a high byte of 0: UTF-16
 *     61 62 63 00               "abc"         only the last one, and its 00 may be the terminator: ANSI
 *     61 62 63 00 64 65 00 00   "abc", "de"   one of the three units that are not 0: ANSI
 */
static bool looks_like_utf16(uint32_t type, const uint8_t *bytes, size_t size)
{
    if (size % 2 != 0) {
        if (type == REG_MULTI_SZ)
            return false;
        size--;
    }
    while (size >= 2 && bytes[size - 1] == 0 && bytes[size - 2] == 0)
        size -= 2;
    size_t units = size / 2, narrow = 0;
    for (size_t i = 0; i < size; i += 2) {
        if (bytes[i] == 0 && bytes[i + 1] == 0)
            units--;
        else if (bytes[i + 1] == 0)
            narrow++;
    }
    if (type == REG_MULTI_SZ)
        return narrow * 4 > units * 3;
    bool terminator = size > 0 && bytes[size - 1] == 0;
    return narrow > (terminator ? 1u : 0u);
}

static void add_string(struct buffer *out, uint32_t type, const uint8_t *bytes, size_t size, bool utf16, unsigned *odd)
{
    size_t unit = utf16 ? 2 : 1;
    if (size % unit != 0) {
        *odd |= REG_ODD_LENGTH;
        if (bytes[size - 1] == 0)
            size--; /* half a terminator */
    }
    size_t text_size = size;
    size_t closing = 0; /* NUL characters at the end */
    while (text_size >= unit && text_size % unit == 0 && bytes[text_size - 1] == 0 && bytes[text_size - unit] == 0) {
        text_size -= unit;
        closing++;
    }
    /* An empty multi-string is often written with one NUL. */
    if (size > 0 && closing < (type == REG_MULTI_SZ && text_size > 0 ? 2u : 1u))
        *odd |= REG_ODD_UNTERMINATED;

    size_t from = out->size;
    if (utf16)
        unicode_add_utf16le(out, bytes, text_size);
    else
        unicode_add_ansi(out, bytes, text_size);
    if (type == REG_MULTI_SZ) {
        for (size_t i = from; i < out->size; i++)
            if (out->data[i] == '\0')
                out->data[i] = '\n';
    }
}

static void add_hex(struct buffer *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char piece[512];
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        piece[used++] = digits[bytes[i] >> 4];
        piece[used++] = digits[bytes[i] & 15];
        if (used == sizeof(piece)) {
            buffer_add(out, piece, used);
            used = 0;
        }
    }
    buffer_add(out, piece, used);
}

static void add_number(struct buffer *out, const uint8_t *bytes, size_t size, size_t expected, bool big_endian,
                       unsigned *odd)
{
    if (size != expected)
        *odd |= REG_ODD_NUMBER;
    if (size == 0 || size > 8) {
        add_hex(out, bytes, size);
        return;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[big_endian ? i : size - 1 - i];
    buffer_printf(out, "%" PRIu64, number);
}

unsigned reg_value_add_text(struct buffer *out, uint32_t type, const uint8_t *bytes, size_t size,
                            enum reg_strings strings)
{
    unsigned odd = 0;
    switch (type) {
    case REG_SZ:
    case REG_EXPAND_SZ:
    case REG_MULTI_SZ: {
        bool utf16 = strings == REG_STRINGS_UTF16;
        if (!utf16 && looks_like_utf16(type, bytes, size)) {
            utf16 = true;
            odd |= REG_ODD_UTF16;
        }
        add_string(out, type, bytes, size, utf16, &odd);
        break;
    }
    case REG_LINK: /* the target's path, without a NUL by its definition */
        add_string(out, type, bytes, size, true, &odd);
        odd &= ~REG_ODD_UNTERMINATED;
        break;
    case REG_DWORD:
        add_number(out, bytes, size, 4, false, &odd);
        break;
    case REG_DWORD_BIG_ENDIAN:
        add_number(out, bytes, size, 4, true, &odd);
        break;
    case REG_QWORD:
        add_number(out, bytes, size, 8, false, &odd);
        break;
    default:
        add_hex(out, bytes, size);
    }
    return odd;
}

void reg_hex_start(struct reg_hex *hex)
{
    buffer_clear(&hex->bytes);
    hex->after_byte = false;
    hex->digits = 0;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = text_lower_char(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static size_t skip_blanks(struct text line, size_t at)
{
    while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t' || line.data[at] == '\r'))
        at++;
    return at;
}

/* One byte of one or two digits. False when a third one follows. */
static bool add_byte(struct reg_hex *hex, struct text line, size_t *at)
{
    unsigned value = 0;
    hex->digits = 0;
    for (int digit; *at < line.size && (digit = digit_value(line.data[*at])) >= 0; ++*at) {
        if (++hex->digits > 2)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    hex->after_byte = true;
    buffer_add_char(&hex->bytes, (char)value);
    return true;
}

enum reg_hex_end reg_hex_add_line(struct reg_hex *hex, struct text line, size_t *at)
{
    bool comma = false; /* two commas with nothing between are no hex data */
    for (;;) {
        *at = skip_blanks(line, *at);
        char c = *at < line.size ? line.data[*at] : ';';
        if (digit_value(c) >= 0) {
            if (hex->after_byte || !add_byte(hex, line, at))
                return REG_HEX_BAD;
            comma = false;
        } else if (c == ',') {
            if (comma)
                return REG_HEX_BAD;
            comma = true;
            hex->after_byte = false;
            ++*at;
        } else if (c == '\\') {
            size_t behind = skip_blanks(line, *at + 1);
            return behind == line.size || line.data[behind] == ';' ? REG_HEX_MORE : REG_HEX_BAD;
        } else if (c == ';' || c == '"' || c == '@') {
            return hex->after_byte || hex->bytes.size == 0 ? REG_HEX_END : REG_HEX_COMMA;
        } else {
            return REG_HEX_BAD;
        }
    }
}

static struct text short_root(struct text root)
{
    static const struct { const char *name, *shown; } roots[] = {
        {"HKEY_LOCAL_MACHINE", "HKLM"}, {"HKEY_CURRENT_USER", "HKCU"}, {"HKEY_CLASSES_ROOT", "HKCR"},
        {"HKEY_USERS", "HKU"}, {"HKEY_CURRENT_CONFIG", "HKCC"}};
    for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
        if (text_is_nocase(root, roots[i].name) || text_is_nocase(root, roots[i].shown))
            return text_of(roots[i].shown);
    return root;
}

/* n of ControlSet00n, 0 for any other component. */
static unsigned control_set_number(struct text component)
{
    const struct text head = TEXT("ControlSet");
    uint64_t number;
    if (component.size != head.size + 3 || !text_starts_nocase(component, head) ||
        !text_number(text_slice(component, head.size, component.size), 10, &number))
        return 0;
    return (unsigned)number;
}

void reg_key_add_path(struct buffer *out, struct text written, unsigned *control_set)
{
    *control_set = 0;
    struct text rest = written;
    while (rest.size > 0 && rest.data[rest.size - 1] == '\\')
        rest.size--;
    struct text component;
    for (unsigned place = 1; text_next(&rest, '\\', &component); place++) {
        if (place > 1)
            buffer_add_char(out, '\\');
        unsigned number = place == 2 || place == 3 ? control_set_number(component) : 0;
        if (number > 0 && *control_set == 0) {
            *control_set = number;
            buffer_add_string(out, "CurrentControlSet");
        } else {
            buffer_add_text(out, place == 1 ? short_root(component) : component);
        }
    }
}
