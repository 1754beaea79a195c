#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode.h"

#define BAD "\xEF\xBF\xBD" /* U+FFFD */

typedef void add_function(struct buffer *out, const void *bytes, size_t size);

/* Converts a copy of exactly `size` bytes, so that a sanitizer sees a read behind it. */
static void check(add_function *add, const void *bytes, size_t size, const char *expected, size_t expected_size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct buffer out = {0};

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    add(&out, copy, size);
    assert_int_equal(out.size, expected_size);
    if (expected_size > 0)
        assert_memory_equal(out.data, expected, expected_size);
    buffer_free(&out);
    free(copy);
}

#define CHECK(add, bytes, expected) check(add, bytes, sizeof(bytes) - 1, expected, sizeof(expected) - 1)

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    CHECK(unicode_add_utf16le, "", "");
    CHECK(unicode_add_utf16le, "R\0u\0n\0", "Run");
    CHECK(unicode_add_utf16le, "\xE4\0\x20\x20\xAC\x20",
          "\xC3\xA4\xE2\x80\xA0\xE2\x82\xAC");                          /* a umlaut, dagger, euro */
    CHECK(unicode_add_utf16le, "\x3D\xD8\x00\xDE", "\xF0\x9F\x98\x80"); /* U+1F600, a pair */
    CHECK(unicode_add_utf16le, "a\0\0\0b\0", "a\0b");                   /* NUL is kept */
}

static void half_characters_become_the_replacement(void **state)
{
    (void)state;
    CHECK(unicode_add_utf16le, "\x00\xD8", BAD); /* a high surrogate at the end */
    CHECK(unicode_add_utf16le,
          "\x00\xD8"
          "a\0",
          BAD "a");                                          /* followed by something else */
    CHECK(unicode_add_utf16le, "\x00\xDC\x00\xD8", BAD BAD); /* the wrong way round */
    CHECK(unicode_add_utf16le, "\x00\xD8\x00\xD8\x00\xDC", BAD "\xF0\x90\x80\x80");
    CHECK(unicode_add_utf16le, "a\0b", "a" BAD); /* an odd byte */
}

/* The fast path takes eight at a time: a stranger at every place of two such groups must come through. */
static void ascii_in_bulk_and_strangers_in_between(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 20; length++) {
        for (size_t stranger = 0; stranger <= length; stranger++) {
            uint8_t units[2 * 20 + 2];
            struct buffer expected = {0};

            for (size_t i = 0; i < length; i++) {
                units[2 * i] = i == stranger ? 0xFC : (uint8_t)('a' + i);
                units[2 * i + 1] = 0;
                unicode_add_char(&expected, units[2 * i]);
            }
            check(unicode_add_utf16le, units, 2 * length, expected.data, expected.size);
            buffer_free(&expected);
        }
    }
}

/* Portions are 4096 units; a pair across their border is still one character. */
static void a_pair_may_straddle_portions(void **state)
{
    enum { UNITS = 4095 };
    uint8_t *units = malloc(2 * (UNITS + 2));
    char *expected = malloc(UNITS + 4);

    (void)state;
    assert_non_null(units);
    assert_non_null(expected);
    for (size_t i = 0; i < UNITS; i++) {
        units[2 * i] = 'x';
        units[2 * i + 1] = 0;
    }
    memset(expected, 'x', UNITS);
    memcpy(units + 2 * UNITS, "\x3D\xD8\x00\xDE", 4);
    memcpy(expected + UNITS, "\xF0\x9F\x98\x80", 4);
    check(unicode_add_utf16le, units, 2 * (UNITS + 2), expected, UNITS + 4);
    free(expected);
    free(units);
}

static void what_is_no_character_is_replaced(void **state)
{
    struct buffer out = {0};

    (void)state;
    unicode_add_char(&out, 'a');
    unicode_add_char(&out, 0xD800);
    unicode_add_char(&out, 0x110000);
    unicode_add_char(&out, 0x10FFFF);
    assert_string_equal(out.data, "a" BAD BAD "\xF4\x8F\xBF\xBF");
    buffer_free(&out);
}

static void doubtful_utf8_becomes_valid(void **state)
{
    (void)state;
    CHECK(unicode_add_utf8, "plain text, longer than eight bytes", "plain text, longer than eight bytes");
    CHECK(unicode_add_utf8, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(unicode_add_utf8,
          "a\xE4"
          "b",
          "a" BAD "b");                                           /* CP1252 in disguise */
    CHECK(unicode_add_utf8, "\xC0\xAF", BAD BAD);                 /* a slash, longer than needed */
    CHECK(unicode_add_utf8, "\xED\xA0\x80", BAD BAD BAD);         /* a surrogate */
    CHECK(unicode_add_utf8, "\xF4\x90\x80\x80", BAD BAD BAD BAD); /* beyond the last character */
    CHECK(unicode_add_utf8, "\xE2\x82", BAD);                     /* cut: one for the whole beginning */
    CHECK(unicode_add_utf8,
          "\xE2\x82"
          "a",
          BAD "a");
    CHECK(unicode_add_utf8, "a\0b", "a\0b");
}

static void utf8_is_told_from_what_is_not(void **state)
{
    (void)state;
    assert_true(unicode_is_utf8("", 0));
    assert_true(unicode_is_utf8("abcdefgh\xC3\xA4", 10));
    assert_false(unicode_is_utf8("abcdefgh\xC3\xA4", 9));
    assert_false(unicode_is_utf8("abcdefgh\xE4"
                                 "abc",
                                 12));
}

static void characters_are_taken_one_by_one(void **state)
{
    struct text rest = TEXT("a\xE2\x82\xAC\xFF");
    uint32_t character;

    (void)state;
    assert_true(unicode_next(&rest, &character));
    assert_int_equal(character, 'a');
    assert_true(unicode_next(&rest, &character));
    assert_int_equal(character, 0x20AC);
    assert_true(unicode_next(&rest, &character));
    assert_int_equal(character, 0xFFFD);
    assert_false(unicode_next(&rest, &character));
}

static void detects(const char *bytes, size_t size, enum encoding expected, size_t expected_mark)
{
    size_t mark = 99;

    assert_int_equal(unicode_detect((const uint8_t *)bytes, size, &mark), expected);
    assert_int_equal(mark, expected_mark);
}

#define DETECTS(bytes, expected, mark) detects(bytes, sizeof(bytes) - 1, expected, mark)

static void a_byte_order_mark_decides(void **state)
{
    (void)state;
    DETECTS("\xEF\xBB\xBF"
            "a",
            ENCODING_UTF8, 3);
    DETECTS("\xFF\xFE"
            "a\0",
            ENCODING_UTF16LE, 2);
    DETECTS("\xFE\xFF\0a", ENCODING_UTF16BE, 2);
}

static void without_a_mark_the_bytes_decide(void **state)
{
    (void)state;
    DETECTS("", ENCODING_UTF8, 0);
    DETECTS("Windows Registry Editor", ENCODING_UTF8, 0);
    DETECTS("V\0e\0r\0s\0i\0o\0n\0=\0", ENCODING_UTF16LE, 0);
    DETECTS("\0V\0e\0r\0s\0i\0o\0n\0=", ENCODING_UTF16BE, 0);
    DETECTS("\x1F\x04\x40\x04\x38\x04\x3B\x04\x3E\x04\x36\x04 \0\r\0\n\0", ENCODING_UTF16LE,
            0); /* Cyrillic and a line end */
    DETECTS("Gr\xFC\xDF"
            "e",
            ENCODING_ANSI, 0);
    DETECTS("Gr\xC3\xBC\xC3\x9F"
            "e",
            ENCODING_UTF8, 0);
    DETECTS("one stray NUL\0 makes no UTF-16 of it", ENCODING_UTF8, 0);
}

static void a_head_may_end_inside_a_character(void **state)
{
    (void)state;
    DETECTS("Gr\xC3\xBC\xC3", ENCODING_UTF8, 0); /* another one speaks for UTF-8 */
    DETECTS("5 \xE2\x82", ENCODING_UTF8, 0);     /* two of its bytes do */
    DETECTS("caf\xE9", ENCODING_ANSI, 0);        /* nothing does */
}

static void ansi_is_cp1252_unless_set(void **state)
{
    (void)state;
    assert_string_equal(unicode_codepage(), "CP1252");
    CHECK(unicode_add_ansi,
          "Gr\xFC\xDF"
          "e \x80 \x93q\x94",
          "Gr\xC3\xBC\xC3\x9F"
          "e \xE2\x82\xAC \xE2\x80\x9Cq\xE2\x80\x9D");
    CHECK(unicode_add_ansi, "\x81", BAD); /* CP1252 has no such character */
    CHECK(unicode_add_ansi, "a\0b", "a\0b");
}

static void another_code_page_can_be_set(void **state)
{
    (void)state;
    assert_true(unicode_set_codepage("CP1251"));
    CHECK(unicode_add_ansi, "\xCF\xF0\xE8", "\xD0\x9F\xD1\x80\xD0\xB8");
    assert_string_equal(unicode_codepage(), "CP1251");
    assert_true(unicode_set_codepage("CP1252"));
}

static void pages_with_two_byte_characters_work(void **state)
{
    (void)state;
    assert_true(unicode_set_codepage("CP932"));
    CHECK(unicode_add_ansi,
          "a\x83\x65\x83\x58"
          "b",
          "a\xE3\x83\x86\xE3\x82\xB9"
          "b");                                /* second bytes are ASCII letters */
    CHECK(unicode_add_ansi, "a\x83", "a" BAD); /* cut inside a character */
    CHECK(unicode_add_ansi,
          "\xFF"
          "a",
          BAD "a");
    assert_true(unicode_set_codepage("CP1252"));
}

static void an_unknown_code_page_changes_nothing(void **state)
{
    (void)state;
    assert_false(unicode_set_codepage("CP99999"));
    assert_false(unicode_set_codepage(""));                 /* iconv would take the locale's */
    assert_false(unicode_set_codepage("CP1251//TRANSLIT")); /* nor are its options code pages */
    assert_string_equal(unicode_codepage(), "CP1252");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(half_characters_become_the_replacement),
        cmocka_unit_test(ascii_in_bulk_and_strangers_in_between),
        cmocka_unit_test(a_pair_may_straddle_portions),
        cmocka_unit_test(what_is_no_character_is_replaced),
        cmocka_unit_test(doubtful_utf8_becomes_valid),
        cmocka_unit_test(utf8_is_told_from_what_is_not),
        cmocka_unit_test(characters_are_taken_one_by_one),
        cmocka_unit_test(a_byte_order_mark_decides),
        cmocka_unit_test(without_a_mark_the_bytes_decide),
        cmocka_unit_test(a_head_may_end_inside_a_character),
        cmocka_unit_test(ansi_is_cp1252_unless_set),
        cmocka_unit_test(another_code_page_can_be_set),
        cmocka_unit_test(pages_with_two_byte_characters_work),
        cmocka_unit_test(an_unknown_code_page_changes_nothing),
    };

    return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
