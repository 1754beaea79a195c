#include "base/json.h"

#include <stdlib.h>

#include "base/unicode.h"

struct json json_begin(struct buffer *out, unsigned indent)
{
    return (struct json){.out = out, .indent = indent};
}

static void require(bool right)
{
    if (!right)
        abort(); /* a value without a key, an end without a start: a programming error */
}

static struct json_level *top(struct json *json)
{
    return json->depth > 0 ? &json->levels[json->depth - 1] : NULL;
}

static void new_line(struct json *json)
{
    if (json->indent > 0)
        buffer_printf(json->out, "\n%*s", (int)(json->indent * json->depth), "");
}

static void before_item(struct json *json, struct json_level *level)
{
    if (level->used)
        buffer_add_char(json->out, ',');
    level->used = true;
    new_line(json);
}

static void before_value(struct json *json)
{
    struct json_level *level = top(json);

    if (!level)
        return;
    if (level->kind == '[') {
        before_item(json, level);
        return;
    }
    require(level->keyed);
    level->keyed = false;
}

static void open_level(struct json *json, char kind)
{
    before_value(json);
    require(json->depth < JSON_DEPTH);
    json->levels[json->depth++] = (struct json_level){.kind = kind};
    buffer_add_char(json->out, kind);
}

static void close_level(struct json *json, char kind, char end)
{
    struct json_level *level = top(json);
    bool used;

    require(level && level->kind == kind && !level->keyed);
    used = level->used;
    json->depth--;
    if (used)
        new_line(json);
    buffer_add_char(json->out, end);
}

void json_object(struct json *json)
{
    open_level(json, '{');
}

void json_end_object(struct json *json)
{
    close_level(json, '{', '}');
}

void json_array(struct json *json)
{
    open_level(json, '[');
}

void json_end_array(struct json *json)
{
    close_level(json, '[', ']');
}

static void add_escape(struct buffer *out, uint32_t character)
{
    switch (character) {
    case '"': buffer_add_string(out, "\\\""); break;
    case '\\': buffer_add_string(out, "\\\\"); break;
    case '\n': buffer_add_string(out, "\\n"); break;
    case '\r': buffer_add_string(out, "\\r"); break;
    case '\t': buffer_add_string(out, "\\t"); break;
    default: buffer_printf(out, "\\u%04x", character); break;
    }
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Runs of plain ASCII, the bulk of everything, are copied; the rest goes character by character. */
static void add_quoted(struct buffer *out, struct text text)
{
    struct text rest = text;

    buffer_add_char(out, '"');
    while (rest.size > 0) {
        size_t plain = 0;
        struct text from;
        uint32_t character;

        while (plain < rest.size && is_plain((unsigned char)rest.data[plain]))
            plain++;
        buffer_add(out, rest.data, plain);
        rest = text_slice(rest, plain, rest.size);
        from = rest;
        if (!unicode_next(&rest, &character))
            break;
        if (character == '"' || character == '\\' || character < 0x20 || (character >= 0x7F && character <= 0x9F) ||
            character == 0x2028 || character == 0x2029)
            add_escape(out, character);
        else if (character == 0xFFFD)
            unicode_add_char(out, character); /* may stand for bytes that are no UTF-8 */
        else
            buffer_add(out, from.data, from.size - rest.size);
    }
    buffer_add_char(out, '"');
}

void json_key(struct json *json, const char *key)
{
    json_key_text(json, text_of(key));
}

void json_key_text(struct json *json, struct text key)
{
    struct json_level *level = top(json);

    require(level && level->kind == '{' && !level->keyed);
    before_item(json, level);
    level->keyed = true;
    add_quoted(json->out, key);
    buffer_add_string(json->out, json->indent > 0 ? ": " : ":");
}

void json_string(struct json *json, const char *string)
{
    if (string)
        json_text(json, text_of(string));
    else
        json_null(json);
}

void json_text(struct json *json, struct text text)
{
    before_value(json);
    add_quoted(json->out, text);
}

static void add_unsigned(struct buffer *out, uint64_t number)
{
    char digits[20];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_add(out, digits + first, sizeof(digits) - first);
}

/* Writes the sign, returns the magnitude (INT64_MIN has one too). */
static uint64_t add_sign(struct buffer *out, int64_t number)
{
    if (number >= 0)
        return (uint64_t)number;
    buffer_add_char(out, '-');
    return 0 - (uint64_t)number;
}

void json_unsigned(struct json *json, uint64_t number)
{
    before_value(json);
    add_unsigned(json->out, number);
}

void json_signed(struct json *json, int64_t number)
{
    before_value(json);
    add_unsigned(json->out, add_sign(json->out, number));
}

void json_fixed(struct json *json, int64_t scaled, unsigned decimals)
{
    uint64_t magnitude, unit = 1;

    require(decimals <= 18);
    before_value(json);
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    magnitude = add_sign(json->out, scaled);
    add_unsigned(json->out, magnitude / unit);
    if (decimals == 0)
        return;
    buffer_add_char(json->out, '.');
    for (unit /= 10; unit > 0; unit /= 10)
        buffer_add_char(json->out, (char)('0' + magnitude / unit % 10));
}

void json_bool(struct json *json, bool value)
{
    before_value(json);
    buffer_add_string(json->out, value ? "true" : "false");
}

void json_null(struct json *json)
{
    before_value(json);
    buffer_add_string(json->out, "null");
}

void json_member(struct json *json, const char *key, const char *string)
{
    json_key(json, key);
    json_string(json, string);
}

void json_member_unsigned(struct json *json, const char *key, uint64_t number)
{
    json_key(json, key);
    json_unsigned(json, number);
}
