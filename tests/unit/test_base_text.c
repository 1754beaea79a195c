#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

static void assert_text(struct text text, const char *expected)
{
    assert_int_equal(text.size, text_of(expected).size);
    if (text.size > 0)
        assert_memory_equal(text.data, expected, text.size);
}

static void a_slice_stays_inside(void **state)
{
    (void)state;
    assert_text(text_slice(TEXT("event"), 1, 3), "ve");
    assert_text(text_slice(TEXT("event"), 3, 99), "nt");
    assert_text(text_slice(TEXT("event"), 99, 100), "");
    assert_text(text_slice(TEXT("event"), 3, 1), "");
    assert_text(text_slice(TEXT_NONE, 0, 5), "");
}

static void comparing_knows_case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(text_equal(TEXT("Win32k"), TEXT("Win32k")));
    assert_false(text_equal(TEXT("Win32k"), TEXT("WIN32K")));
    assert_true(text_equal_nocase(TEXT("Win32k"), TEXT("WIN32K")));
    assert_false(text_equal_nocase(TEXT("Win32k"), TEXT("Win32")));
    assert_false(text_equal_nocase(TEXT("\xC3\xA4"), TEXT("\xC3\x84"))); /* a umlaut */
    assert_false(text_equal_nocase(TEXT("[{@`"), TEXT("{[`@")));         /* neighbours of the letters */
    assert_true(text_is(TEXT("System"), "System"));
    assert_true(text_is_nocase(TEXT("System"), "sYSTEM"));
    assert_true(text_equal(TEXT_NONE, TEXT("")));
}

static void order_is_by_bytes_and_total(void **state)
{
    (void)state;
    assert_int_equal(text_compare(TEXT("a"), TEXT("b")), -1);
    assert_int_equal(text_compare(TEXT("b"), TEXT("a")), 1);
    assert_int_equal(text_compare(TEXT("a"), TEXT("ab")), -1);
    assert_int_equal(text_compare(TEXT("ab"), TEXT("ab")), 0);
    assert_int_equal(text_compare(TEXT("z"), TEXT("\xC3\xA4")), -1);
    assert_int_equal(text_compare(TEXT_NONE, TEXT("a")), -1);
    assert_int_equal(text_compare_nocase(TEXT("B"), TEXT("a")), 1);
    assert_int_equal(text_compare_nocase(TEXT("SYSTEM"), TEXT("system")), 0);
}

static void heads_and_tails(void **state)
{
    (void)state;
    assert_true(text_starts(TEXT("HKLM\\System"), TEXT("HKLM")));
    assert_false(text_starts(TEXT("HKLM\\System"), TEXT("hklm")));
    assert_true(text_starts_nocase(TEXT("HKLM\\System"), TEXT("hklm")));
    assert_true(text_ends_nocase(TEXT("USER32.DLL"), TEXT(".dll")));
    assert_false(text_ends_nocase(TEXT("dll"), TEXT("user32.dll")));
    assert_true(text_ends_nocase(TEXT("x"), TEXT("")));
}

static void finding(void **state)
{
    (void)state;
    assert_int_equal(text_find(TEXT("a failed b failed"), TEXT("failed")), 2);
    assert_int_equal(text_find(TEXT("Failed"), TEXT("failed")), TEXT_NOT_FOUND);
    assert_int_equal(text_find_nocase(TEXT("it FAILED"), TEXT("failed")), 3);
    assert_int_equal(text_find_nocase(TEXT("fai"), TEXT("failed")), TEXT_NOT_FOUND);
    assert_int_equal(text_find(TEXT("x"), TEXT("")), 0);
    assert_int_equal(text_find(TEXT_NONE, TEXT("x")), TEXT_NOT_FOUND);
    assert_int_equal(text_find_char(TEXT("a=b"), '='), 1);
    assert_int_equal(text_find_char(TEXT_NONE, '='), TEXT_NOT_FOUND);
}

static void trimming(void **state)
{
    (void)state;
    assert_text(text_trim(TEXT(" \t a b \r\n")), "a b");
    assert_text(text_trim(TEXT(" \r\n")), "");
    assert_text(text_trim(TEXT("\xC2\xA0x")), "\xC2\xA0x"); /* a no-break blank is a character */
}

static void pieces_up_to_a_separator(void **state)
{
    struct text rest = TEXT("a,,b,"), piece;

    (void)state;
    assert_true(text_next(&rest, ',', &piece));
    assert_text(piece, "a");
    assert_true(text_next(&rest, ',', &piece));
    assert_text(piece, "");
    assert_true(text_next(&rest, ',', &piece));
    assert_text(piece, "b");
    assert_false(text_next(&rest, ',', &piece)); /* a separator at the end begins no further piece */
}

static void numbers_are_the_whole_text(void **state)
{
    uint64_t number = 7;

    (void)state;
    assert_true(text_number(TEXT("18446744073709551615"), 10, &number));
    assert_true(number == UINT64_MAX);
    assert_true(text_number(TEXT("c000007B"), 16, &number));
    assert_true(number == 0xC000007B);
    number = 7;
    assert_false(text_number(TEXT("18446744073709551616"), 10, &number));
    assert_false(text_number(TEXT(""), 10, &number));
    assert_false(text_number(TEXT("12a"), 10, &number));
    assert_false(text_number(TEXT(" 1"), 10, &number));
    assert_false(text_number(TEXT("-1"), 10, &number));
    assert_false(text_number(TEXT("0x1"), 16, &number));
    assert_false(text_number(TEXT("12345678901234567"), 16, &number));
    assert_true(number == 7);
}

static void integers_as_windows_writes_them(void **state)
{
    int64_t number = 7;

    (void)state;
    assert_true(text_integer(TEXT("-1073741502"), &number));
    assert_true(number == -1073741502);
    assert_true(text_integer(TEXT("0xC0000142"), &number));
    assert_true(number == 0xC0000142);
    assert_true(text_integer(TEXT("-9223372036854775808"), &number));
    assert_true(number == INT64_MIN);
    number = 7;
    assert_false(text_integer(TEXT("9223372036854775808"), &number));
    assert_false(text_integer(TEXT("0x"), &number));
    assert_false(text_integer(TEXT("--1"), &number));
    assert_false(text_integer(TEXT(""), &number));
    assert_true(number == 7);
}

/* Results must not depend on the machine, so the value itself is fixed (FNV-1a 64, then murmur3's finalizer). */
static void hashes_are_the_same_everywhere(void **state)
{
    (void)state;
    assert_true(text_hash(TEXT("System"), 0) == UINT64_C(0xb7c9fd80db8b35ce));
    assert_true(text_hash(TEXT(""), 0) == text_hash(TEXT_NONE, 0));
    assert_true(text_hash(TEXT("a"), 0) != text_hash(TEXT("b"), 0));
    assert_true(text_hash(TEXT("a"), 0) != text_hash(TEXT("a"), 1));
    assert_true(text_hash(TEXT("System"), 0) != text_hash(TEXT("SYSTEM"), 0));
    assert_true(text_hash_nocase(TEXT("System"), 0) == text_hash_nocase(TEXT("SYSTEM"), 0));
    assert_true(text_hash_nocase(TEXT("System"), 0) == text_hash(TEXT("system"), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_stays_inside),
        cmocka_unit_test(comparing_knows_case_of_ascii_only),
        cmocka_unit_test(order_is_by_bytes_and_total),
        cmocka_unit_test(heads_and_tails),
        cmocka_unit_test(finding),
        cmocka_unit_test(trimming),
        cmocka_unit_test(pieces_up_to_a_separator),
        cmocka_unit_test(numbers_are_the_whole_text),
        cmocka_unit_test(integers_as_windows_writes_them),
        cmocka_unit_test(hashes_are_the_same_everywhere),
    };

    return cmocka_run_group_tests_name("base text", tests, NULL, NULL);
}
