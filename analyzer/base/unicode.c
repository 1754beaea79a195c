#include "base/unicode.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define REPLACEMENT 0xFFFDu
#define REPLACEMENT_UTF8 "\xEF\xBF\xBD"

static bool is_surrogate(uint32_t character)
{
    return character >= 0xD800 && character <= 0xDFFF;
}

/* Writes 1 to 4 bytes. */
static size_t encode(uint32_t character, char *out)
{
    if (character > 0x10FFFF || is_surrogate(character))
        character = REPLACEMENT;
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (char)(0xC0 | character >> 6);
        out[1] = (char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (char)(0xE0 | character >> 12);
        out[1] = (char)(0x80 | (character >> 6 & 0x3F));
        out[2] = (char)(0x80 | (character & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | character >> 18);
    out[1] = (char)(0x80 | (character >> 12 & 0x3F));
    out[2] = (char)(0x80 | (character >> 6 & 0x3F));
    out[3] = (char)(0x80 | (character & 0x3F));
    return 4;
}

void unicode_add_char(struct buffer *out, uint32_t character)
{
    buffer_took(out, encode(character, buffer_room(out, 4)));
}

/* UTF-16. Most of what Windows writes is ASCII: eight units at a time as long as they are, then unit by unit. */

static size_t ascii_units(const uint8_t *bytes, size_t units, char *out)
{
    size_t done = 0;

#ifdef __SSE2__
    const __m128i above_ascii = _mm_set1_epi16((short)0xFF80);

    while (units - done >= 8) {
        __m128i eight = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 2 * done));
        __m128i high = _mm_cmpeq_epi16(_mm_and_si128(eight, above_ascii), _mm_setzero_si128());

        if (_mm_movemask_epi8(high) != 0xFFFF)
            break;
        _mm_storel_epi64((__m128i *)(void *)(out + done), _mm_packus_epi16(eight, eight));
        done += 8;
    }
#endif
    while (done < units && bytes[2 * done] < 0x80 && bytes[2 * done + 1] == 0) {
        out[done] = (char)bytes[2 * done];
        done++;
    }
    return done;
}

static uint32_t unit_at(const uint8_t *bytes, size_t unit)
{
    return (uint32_t)bytes[2 * unit] | (uint32_t)bytes[2 * unit + 1] << 8;
}

/* Units are taken in portions, so that the buffer grows by what is needed and not by the worst case of the whole. */
#define UTF16_PORTION 4096u

void unicode_add_utf16le(struct buffer *out, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t units = size / 2, at = 0;

    while (at < units) {
        size_t portion_end = units - at > UTF16_PORTION ? at + UTF16_PORTION : units;
        char *start = buffer_room(out, 3 * (portion_end - at) + 1); /* a unit takes 3 bytes; a pair that straddles, 4 */
        char *to = start;

        while (at < portion_end) {
            size_t ascii = ascii_units(from + 2 * at, portion_end - at, to);
            uint32_t unit;

            at += ascii;
            to += ascii;
            if (at == portion_end)
                break;
            unit = unit_at(from, at++);
            if (unit >= 0xD800 && unit <= 0xDBFF && at < units) {
                uint32_t low = unit_at(from, at);

                if (low >= 0xDC00 && low <= 0xDFFF) {
                    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    at++;
                }
            }
            to += encode(unit, to);
        }
        buffer_took(out, (size_t)(to - start));
    }
    if (size % 2 != 0)
        unicode_add_char(out, REPLACEMENT);
}

/* UTF-8. A sequence is valid as RFC 3629 has it: shortest form, no surrogates, at most U+10FFFF. */

struct sequence {
    size_t size;    /* bytes to step over: the whole character, or the bad bytes that stand for one U+FFFD */
    bool valid;
    bool cut;       /* not valid, but a beginning of a character that stops at the end of the data */
    uint32_t character;
};

static struct sequence sequence_at(const uint8_t *bytes, size_t left)
{
    uint8_t lead = bytes[0], lowest = 0x80, highest = 0xBF;
    size_t following;
    uint32_t character;

    if (lead < 0x80)
        return (struct sequence){1, true, false, lead};
    if (lead < 0xC2 || lead > 0xF4)
        return (struct sequence){1, false, false, REPLACEMENT};
    following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    character = lead & (0x3Fu >> following);
    if (lead == 0xE0)
        lowest = 0xA0; /* below: longer than needed */
    else if (lead == 0xED)
        highest = 0x9F; /* above: surrogates */
    else if (lead == 0xF0)
        lowest = 0x90;
    else if (lead == 0xF4)
        highest = 0x8F; /* above: beyond U+10FFFF */
    for (size_t i = 1; i <= following; i++) {
        if (i == left)
            return (struct sequence){i, false, true, REPLACEMENT};
        if (bytes[i] < lowest || bytes[i] > highest)
            return (struct sequence){i, false, false, REPLACEMENT};
        character = character << 6 | (bytes[i] & 0x3Fu);
        lowest = 0x80;
        highest = 0xBF;
    }
    return (struct sequence){following + 1, true, false, character};
}

static size_t ascii_bytes(const uint8_t *bytes, size_t size)
{
    size_t done = 0;

    while (size - done >= 8) {
        uint64_t eight;

        memcpy(&eight, bytes + done, 8);
        if (eight & UINT64_C(0x8080808080808080))
            break;
        done += 8;
    }
    while (done < size && bytes[done] < 0x80)
        done++;
    return done;
}

/* Bytes from the start that are valid UTF-8. */
static size_t valid_bytes(const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        struct sequence sequence;

        at += ascii_bytes(bytes + at, size - at);
        if (at == size)
            break;
        sequence = sequence_at(bytes + at, size - at);
        if (!sequence.valid)
            break;
        at += sequence.size;
    }
    return at;
}

void unicode_add_utf8(struct buffer *out, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t at = 0;

    while (at < size) {
        size_t valid = valid_bytes(from + at, size - at);

        buffer_add(out, from + at, valid);
        at += valid;
        if (at < size) {
            buffer_add_string(out, REPLACEMENT_UTF8);
            at += sequence_at(from + at, size - at).size;
        }
    }
}

bool unicode_is_utf8(const void *bytes, size_t size)
{
    return valid_bytes(bytes, size) == size;
}

bool unicode_next(struct text *rest, uint32_t *character)
{
    struct sequence sequence;

    if (rest->size == 0)
        return false;
    sequence = sequence_at((const uint8_t *)rest->data, rest->size);
    *character = sequence.character;
    *rest = text_slice(*rest, sequence.size, rest->size);
    return true;
}

/* What a file is written in. */

/* UTF-16 without a byte order mark: every ASCII character (line breaks and digits, whatever the script) has one NUL
 * on its high side. An eighth of the characters is enough, when the other side has next to none. */
static bool looks_like_utf16(size_t nul_on_this_side, size_t nul_on_other_side, size_t units)
{
    return nul_on_this_side > 0 && nul_on_this_side >= units / 8 && nul_on_other_side <= nul_on_this_side / 8;
}

/* The head of a file may end inside a character. That is forgiven where something else speaks for UTF-8: another
 * character above ASCII, or at least two bytes of this one; `caf\xE9` is ANSI. */
static bool looks_like_utf8(const uint8_t *head, size_t size)
{
    size_t valid = valid_bytes(head, size);

    if (valid == size)
        return true;
    return sequence_at(head + valid, size - valid).cut && (size - valid >= 2 || ascii_bytes(head, valid) < valid);
}

enum encoding unicode_detect(const uint8_t *head, size_t size, size_t *mark_size)
{
    size_t units = size / 2, little = 0, big = 0;

    *mark_size = 0;
    if (size >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0) {
        *mark_size = 3;
        return ENCODING_UTF8;
    }
    if (size >= 2 && ((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF))) {
        *mark_size = 2;
        return head[0] == 0xFF ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    for (size_t i = 0; i < units; i++) {
        little += head[2 * i] != 0 && head[2 * i + 1] == 0;
        big += head[2 * i] == 0 && head[2 * i + 1] != 0;
    }
    if (looks_like_utf16(little, big, units))
        return ENCODING_UTF16LE;
    if (looks_like_utf16(big, little, units))
        return ENCODING_UTF16BE;
    return looks_like_utf8(head, size) ? ENCODING_UTF8 : ENCODING_ANSI;
}

/* ANSI code pages. A page in which every byte is a character of its own becomes a table once; the others (CP932 …) ask
 * iconv from the first byte that is not ASCII on. */

struct codepage {
    char name[64];
    bool bytewise;          /* the table says everything */
    bool ascii_as_is;       /* bytes below 0x80 are ASCII characters */
    struct { char bytes[4]; uint8_t size; } table[256];
};

static struct codepage codepage;
static pthread_once_t codepage_default = PTHREAD_ONCE_INIT;

/* One byte through iconv. False when it is only the beginning of a character. */
static bool codepage_learn_byte(struct codepage *page, iconv_t converter, unsigned byte)
{
    char in = (char)byte, out[16], *from = &in, *to = out;
    size_t in_left = 1, out_left = sizeof(out), size;

    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &from, &in_left, &to, &out_left) == (size_t)-1 && errno == EINVAL)
        return false;
    size = sizeof(out) - out_left;
    if (size == 0 && errno != EILSEQ && in_left == 0)
        return false; /* taken, but nothing came out: it changes the meaning of what follows */
    if (in_left != 0 || size == 0 || size > 4) {
        memcpy(out, REPLACEMENT_UTF8, 3);
        size = 3;
    }
    memcpy(page->table[byte].bytes, out, size);
    page->table[byte].size = (uint8_t)size;
    return true;
}

static bool codepage_learn(struct codepage *page, const char *name)
{
    iconv_t converter;

    /* An empty name would mean the locale's; a slash begins iconv's own options. */
    if (!*name || strlen(name) >= sizeof(page->name) || strchr(name, '/'))
        return false;
    converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1)
        return false;
    memset(page, 0, sizeof(*page));
    memcpy(page->name, name, strlen(name) + 1);
    page->bytewise = page->ascii_as_is = true;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (!codepage_learn_byte(page, converter, byte))
            page->bytewise = false;
        if (byte < 0x80 && (page->table[byte].size != 1 || page->table[byte].bytes[0] != (char)byte))
            page->ascii_as_is = false;
    }
    iconv_close(converter);
    return true;
}

static void codepage_set_default(void)
{
    if (codepage_learn(&codepage, "CP1252"))
        return;
    /* No converters are installed: ASCII is all that can be read. */
    memcpy(codepage.name, "CP1252", sizeof("CP1252"));
    codepage.bytewise = codepage.ascii_as_is = true;
    for (unsigned byte = 0; byte < 256; byte++) {
        codepage.table[byte].size = (uint8_t)(byte < 0x80 ? 1 : 3);
        memcpy(codepage.table[byte].bytes, byte < 0x80 ? (char[]){(char)byte, 0, 0} : REPLACEMENT_UTF8, 3);
    }
}

bool unicode_set_codepage(const char *name)
{
    struct codepage learned;

    pthread_once(&codepage_default, codepage_set_default);
    if (!codepage_learn(&learned, name))
        return false;
    codepage = learned;
    return true;
}

const char *unicode_codepage(void)
{
    pthread_once(&codepage_default, codepage_set_default);
    return codepage.name;
}

static void add_by_iconv(struct buffer *out, const uint8_t *bytes, size_t size)
{
    iconv_t converter = iconv_open("UTF-8", codepage.name);
    char *from = (char *)(uintptr_t)bytes; /* iconv does not write to it, its prototype does not say so */
    size_t left = size;

    if (converter == (iconv_t)-1) { /* it was there when the page was set: out of memory or of descriptors */
        buffer_add_string(out, REPLACEMENT_UTF8);
        return;
    }
    while (left > 0) {
        size_t portion = left < 4096 ? 4 * left + 16 : 16384, room = portion;
        char *to = buffer_room(out, portion);
        size_t result = iconv(converter, &from, &left, &to, &room);
        int reason = errno;

        buffer_took(out, portion - room);
        if (result != (size_t)-1 || reason == E2BIG)
            continue;
        buffer_add_string(out, REPLACEMENT_UTF8);
        if (reason != EILSEQ)
            break; /* EINVAL: the end stands inside a character */
        from++;
        left--;
    }
    iconv_close(converter);
}

void unicode_add_ansi(struct buffer *out, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t at = 0;

    pthread_once(&codepage_default, codepage_set_default);
    while (at < size) {
        if (codepage.ascii_as_is) {
            size_t ascii = ascii_bytes(from + at, size - at);

            buffer_add(out, from + at, ascii);
            at += ascii;
            if (at == size)
                return;
        }
        if (!codepage.bytewise) {
            add_by_iconv(out, from + at, size - at);
            return;
        }
        buffer_add(out, codepage.table[from[at]].bytes, codepage.table[from[at]].size);
        at++;
    }
}
