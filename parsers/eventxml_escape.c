/* See eventxml_escape.h. */
#include "parsers/eventxml_escape.h"

#include <string.h>

#include "base/unicode.h"

static const char mark[] = "\xEF\xA3\xBE"; /* U+F8FE */
#define MARK_SIZE 3
#define MARKED_SIZE (MARK_SIZE + 4)

/* Bytes that may need something done; the rest, nearly all, are copied in runs. */
static bool is_suspect(unsigned char c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || c == '&' || c == 0xEF;
}

static bool needs_escape(struct text xml)
{
    for (size_t i = 0; i < xml.size; i++) {
        unsigned char c = (unsigned char)xml.data[i];
        if (!is_suspect(c))
            continue;
        if (c != '&' || (i + 1 < xml.size && xml.data[i + 1] == '#'))
            return true;
    }
    return false;
}

static void add_marked(struct buffer *out, unsigned code)
{
    buffer_printf(out, "%s%04X", mark, code);
}

static bool is_forbidden(uint64_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || code == 0xF8FE || code == 0xFFFE || code == 0xFFFF;
}

/* A reference &#1; or &#x1; at the start of `rest`. Returns its length, 0 when it is none. */
static size_t reference(struct text rest, uint64_t *code)
{
    size_t end = text_find_char(text_slice(rest, 0, 16), ';');
    if (end == TEXT_NOT_FOUND || rest.size < 4 || rest.data[1] != '#')
        return 0;
    bool hex = rest.data[2] == 'x';
    if (!text_number(text_slice(rest, hex ? 3 : 2, end), hex ? 16 : 10, code))
        return 0;
    return end + 1;
}

/* Escapes what stands at the start of `rest`, when it must be; returns how many bytes it has dealt with. */
static size_t escape_one(struct text rest, bool in_text, bool in_cdata, struct buffer *out)
{
    unsigned char c = (unsigned char)rest.data[0];
    uint64_t code;
    if (c < 0x20 && (c != '\r' || in_text)) {
        add_marked(out, c);
        return 1;
    }
    if (c == '&' && !in_cdata) {
        size_t length = reference(rest, &code);
        if (length > 0 && (is_forbidden(code) || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))) {
            if (is_forbidden(code))
                add_marked(out, (unsigned)code);
            else
                unicode_add_char(out, 0xFFFD);
            return length;
        }
    }
    if (c == 0xEF && rest.size >= 3) {
        unsigned char second = (unsigned char)rest.data[1], third = (unsigned char)rest.data[2];
        code = 0xF000u | ((second & 0x3Fu) << 6) | (third & 0x3Fu);
        if (is_forbidden(code)) {
            add_marked(out, (unsigned)code);
            return 3;
        }
    }
    buffer_add_char(out, (char)c);
    return 1;
}

enum place { IN_TEXT, IN_TAG, IN_SINGLE_QUOTES, IN_DOUBLE_QUOTES, IN_CDATA, IN_COMMENT };

/* Where the character after the one at the start of `rest` stands. */
static enum place next_place(enum place place, struct text rest)
{
    char c = rest.data[0];
    switch (place) {
    case IN_TEXT:
        if (c != '<')
            return IN_TEXT;
        if (text_starts(rest, TEXT("<![CDATA[")))
            return IN_CDATA;
        return text_starts(rest, TEXT("<!--")) ? IN_COMMENT : IN_TAG;
    case IN_TAG:
        return c == '>' ? IN_TEXT : c == '\'' ? IN_SINGLE_QUOTES : c == '"' ? IN_DOUBLE_QUOTES : IN_TAG;
    case IN_SINGLE_QUOTES:
        return c == '\'' ? IN_TAG : IN_SINGLE_QUOTES;
    case IN_DOUBLE_QUOTES:
        return c == '"' ? IN_TAG : IN_DOUBLE_QUOTES;
    case IN_CDATA:
        return text_starts(rest, TEXT("]]>")) ? IN_TAG : IN_CDATA;   /* IN_TAG: up to the `>` */
    case IN_COMMENT:
        return text_starts(rest, TEXT("-->")) ? IN_TAG : IN_COMMENT;
    }
    return place;
}

struct text xml_escape(struct text xml, struct buffer *out)
{
    if (!needs_escape(xml))
        return xml;
    buffer_clear(out);
    enum place place = IN_TEXT;
    for (size_t i = 0; i < xml.size;) {
        struct text rest = text_slice(xml, i, xml.size);
        if (is_suspect((unsigned char)rest.data[0])) {
            i += escape_one(rest, place == IN_TEXT || place == IN_CDATA, place == IN_CDATA || place == IN_COMMENT, out);
        } else {
            buffer_add_char(out, rest.data[0]);
            place = next_place(place, rest);
            i++;
        }
    }
    return buffer_text(out);
}

static size_t put_character(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    to[0] = (char)(0xE0u | (code >> 12));
    to[1] = (char)(0x80u | ((code >> 6) & 0x3Fu));
    to[2] = (char)(0x80u | (code & 0x3Fu));
    return 3;
}

size_t xml_restore(char *text, size_t size)
{
    char *found = memmem(text, size, mark, MARK_SIZE);
    if (found == NULL)
        return size;
    size_t to = (size_t)(found - text);
    for (size_t from = to; from < size;) {
        if (size - from < MARK_SIZE || memcmp(text + from, mark, MARK_SIZE) != 0) {
            text[to++] = text[from++];
            continue;
        }
        uint64_t code;
        if (size - from < MARKED_SIZE || !text_number((struct text){text + from + MARK_SIZE, 4}, 16, &code))
            break;   /* the value was cut at a limit in the middle of a mark */
        to += put_character(text + to, (unsigned)code);
        from += MARKED_SIZE;
    }
    text[to] = '\0';
    return to;
}
