/*
 * Registry exports, trap by trap: numbers, bytes, files that are cut, limits. reg_exports.h says how to read this.
 */
#include "tests/unit/reg_exports.h"

#include "base/limits.h"

/* Numbers. */

static void a_dword_has_one_to_eight_hex_digits(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=dword:0\r\n\"b\"=dWord:FFFFFFFF\r\n\"c\"=dword:4444 ; d\r\n\"d\"=dword:\r\n"
          "\"e\"=dword:000000001\r\n"
          "\"f\"=dword:0x12\r\n\"g\"=dword:-1\r\n\"h\"=dword:12345678\r\n",
          "HKLM\\A | a | REG_DWORD | 0\nHKLM\\A | b | REG_DWORD | 4294967295\nHKLM\\A | c | REG_DWORD | 17476\n"
          "loss 7 1: value \"d\" of HKLM\\A: its number is not one to eight hex digits\n"
          "loss 8 1: value \"e\" of HKLM\\A: its number is not one to eight hex digits\n"
          "loss 9 1: value \"f\" of HKLM\\A: its number is not one to eight hex digits\n"
          "loss 10 1: value \"g\" of HKLM\\A: its number is not one to eight hex digits\n"
          "HKLM\\A | h | REG_DWORD | 305419896\n");
}

static void numbers_as_bytes(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex(4):01,02,00,00\r\n\"b\"=hex(5):00,00,02,01\r\n"
          "\"c\"=hex(b):00,00,00,00,01,00,00,00\r\n"
          "\"d\"=hex(b):ff,ff,ff,ff,ff,ff,ff,ff\r\n",
          "HKLM\\A | a | REG_DWORD | 513\nHKLM\\A | b | REG_DWORD_BIG_ENDIAN | 513\n"
          "HKLM\\A | c | REG_QWORD | 4294967296\n"
          "HKLM\\A | d | REG_QWORD | 18446744073709551615\n");
}

static void a_number_of_another_length_is_read_and_remarked(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex(4):\r\n\"b\"=hex(4):01,01\r\n\"c\"=hex(4):01,00,00,00,02,00,00,00,03\r\n"
          "\"d\"=hex(5):01,02\r\n",
          "HKLM\\A | a | REG_DWORD | \nHKLM\\A | b | REG_DWORD | 257\nHKLM\\A | c | REG_DWORD | 010000000200000003\n"
          "HKLM\\A | d | REG_DWORD_BIG_ENDIAN | 258\n"
          "note: 4 numbers are not as long as their types say (first in line 4)\n");
}

/* Bytes. */

static void every_type_has_its_name(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"0\"=hex(0):\r\n\"1\"=hex(1):61,00,00,00\r\n\"2\"=hex(2):61,00,00,00\r\n\"3\"=hex(3):0A,b\r\n"
          "\"-\"=HEX:0C\r\n"
          "\"6\"=hex(6):5c,00,61,00\r\n\"7\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\"8\"=hex(8):01\r\n"
          "\"9\"=hex(9):01\r\n"
          "\"a\"=hex(a):01\r\n\"c\"=hex(c):01\r\n\"p\"=hex(ffff0012):66,00\r\n\"q\"=hex(100000):\r\n"
          "\"r\"=hex(20004):01,02\r\n",
          "HKLM\\A | 0 | REG_NONE | \nHKLM\\A | 1 | REG_SZ | a\nHKLM\\A | 2 | REG_EXPAND_SZ | a\n"
          "HKLM\\A | 3 | REG_BINARY | 0a0b\n"
          "HKLM\\A | - | REG_BINARY | 0c\nHKLM\\A | 6 | REG_LINK | \\a\nHKLM\\A | 7 | REG_MULTI_SZ | a\\nb\n"
          "HKLM\\A | 8 | REG_RESOURCE_LIST | 01\nHKLM\\A | 9 | REG_FULL_RESOURCE_DESCRIPTOR | 01\n"
          "HKLM\\A | a | REG_RESOURCE_REQUIREMENTS_LIST | 01\nHKLM\\A | c | REG_0xc | 01\n"
          "HKLM\\A | p | REG_0xffff0012 | 6600\n"
          "HKLM\\A | q | REG_0x100000 | \nHKLM\\A | r | REG_0x20004 | 0102\n");
}

static void bytes_go_on_behind_a_backslash(void **state)
{
    (void)state;
    /* Also straight behind the colon, with blanks or without, and in lines that hivexregedit does not wrap at all. */
    check(VERSION5 KEY "\"a\"=hex:\\\r\n  01,02,\\\r\n03, 04 ,\\  \r\n\t05\r\n\"b\"=hex(7):\\\r\n"
          "  61,00,00,00,00,00\r\n",
          "HKLM\\A | a | REG_BINARY | 0102030405\nHKLM\\A | b | REG_MULTI_SZ | a\n");
}

static void bytes_whose_backslash_is_missing_are_joined(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex:01,02,\r\n  03,04\r\n\"b\"=hex:05,\r\n\"c\"=\"d\"\r\n",
          "HKLM\\A | a | REG_BINARY | 01020304\nHKLM\\A | b | REG_BINARY | 05\nHKLM\\A | c | REG_SZ | d\n"
          "note: 1 value whose bytes go on without a backslash joined (line 4)\n");
}

static void bytes_that_break_off_cost_only_their_value(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex:01,\\\r\n\"b\"=\"c\"\r\n\"d\"=hex:01,\\\r\n\r\n[HKEY_USERS\\E]\r\n@=hex:02,\\\r\n"
          "@=\"f\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its bytes break off: "
          "the line behind a backslash does not go on with them\n"
          "HKLM\\A | b | REG_SZ | c\n"
          "loss 6 1: value \"d\" of HKLM\\A: its bytes break off: "
          "the line behind a backslash does not go on with them\n"
          "loss 9 1: the default value of HKU\\E: its bytes break off: "
          "the line behind a backslash does not go on with them\n"
          "HKU\\E |  | REG_SZ | f\n");
}

static void what_is_not_bytes_costs_the_value_and_its_other_lines(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex:01,xx,\\\r\n  02,\\\r\n  03\r\n\"b\"=hex:012\r\n\"c\"=hex:01,,02\r\n"
          "\"d\"=hex:01 02\r\n"
          "\"e\"=hex:0\\\r\n  1\r\n\"f\"=hex(x):01\r\n\"g\"=hex(123456789):01\r\n\"h\"=\"i\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its bytes are not hex digits and commas\n"
          "loss 7 1: value \"b\" of HKLM\\A: its bytes are not hex digits and commas\n"
          "loss 8 1: value \"c\" of HKLM\\A: its bytes are not hex digits and commas\n"
          "loss 9 1: value \"d\" of HKLM\\A: its bytes are not hex digits and commas\n"
          "loss 10 1: value \"e\" of HKLM\\A: its bytes are not hex digits and commas\n"
          "loss 12 1: value \"f\" of HKLM\\A: its data is in no form that registry exports have\n"
          "loss 13 1: value \"g\" of HKLM\\A: its data is in no form that registry exports have\n"
          "HKLM\\A | h | REG_SZ | i\n");
}

static void strings_as_bytes_are_utf16_in_version_5_and_ansi_in_version_4(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex(2):e4,00,ac,20,00,00\r\n", "HKLM\\A | a | REG_EXPAND_SZ | \xC3\xA4\xE2\x82\xAC\n");
    check(VERSION4 KEY "\"a\"=hex(2):e4,80,00\r\n\"b\"=hex(7):61,62,00,63,00,00\r\n"
          "\"c\"=hex(7):61,62,63,00,64,65,00,00\r\n"
          "\"d\"=hex(2):61,62,63,00\r\n\"e\"=hex(7):61,00,62,00,00\r\n\"f\"=hex(1):61,00\r\n",
          "HKLM\\A | a | REG_EXPAND_SZ | \xC3\xA4\xE2\x82\xAC\nHKLM\\A | b | REG_MULTI_SZ | ab\\nc\n"
          "HKLM\\A | c | REG_MULTI_SZ | abc\\nde\nHKLM\\A | d | REG_EXPAND_SZ | abc\nHKLM\\A | e | REG_MULTI_SZ | a\\n"
          "b\n"
          "HKLM\\A | f | REG_SZ | a\n");
}

static void utf16_in_version_4_is_found_out(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=hex(2):61,00,62,00,00,00\r\n\"b\"=hex(7):61,00,62,00,00,00,63,00,64,00,00,00,00,00\r\n"
          "\"c\"=hex(2):43,00,3a,00,5c,00,24,04,00,00\r\n",
          "HKLM\\A | a | REG_EXPAND_SZ | ab\nHKLM\\A | b | REG_MULTI_SZ | ab\\ncd\n"
          "HKLM\\A | c | REG_EXPAND_SZ | C:\\\xD0\xA4\n"
          "note: 3 strings are UTF-16 where the file's version has ANSI (first in line 4)\n");
}

static void multi_strings_keep_empty_items_inside_and_lose_those_at_the_end(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex(7):61,00,00,00,00,00,62,00,00,00,00,00,00,00\r\n\"b\"=hex(7):00,00,00,00\r\n"
          "\"c\"=hex(7):00,00\r\n"
          "\"d\"=hex(7):\r\n",
          "HKLM\\A | a | REG_MULTI_SZ | a\\n\\nb\nHKLM\\A | b | REG_MULTI_SZ | \nHKLM\\A | c | REG_MULTI_SZ | \n"
          "HKLM\\A | d | REG_MULTI_SZ | \n");
}

static void strings_cut_short_are_read_and_remarked(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=hex(7):61,00,00,00,62,00\r\n\"b\"=hex(7):61,00,00,00\r\n\"c\"=hex(2):61,00\r\n"
          "\"d\"=hex(2):61,00,00,00,00\r\n"
          "\"e\"=hex(2):61,00,62\r\n\"f\"=hex(2):61,00,00,00,62,00,00,00\r\n",
          "HKLM\\A | a | REG_MULTI_SZ | a\\nb\nHKLM\\A | b | REG_MULTI_SZ | a\nHKLM\\A | c | REG_EXPAND_SZ | a\n"
          "HKLM\\A | d | REG_EXPAND_SZ | a\nHKLM\\A | e | REG_EXPAND_SZ | a\xEF\xBF\xBD\n"
          "HKLM\\A | f | REG_EXPAND_SZ | a\\0b\n"
          "note: 2 strings end in half a character (first in line 7)\n"
          "note: 4 strings lack their closing NUL (first in line 4)\n");
}

/* Files that are cut. */

static void a_file_cut_inside_bytes(void **state)
{
    static const char lost[] = "loss 4 1: value \"Windows\" of HKLM\\A: the file ends inside its bytes\n";
    (void)state;
    check_part(VERSION5 KEY "\"Windows\"=hex(2):25,00,53,00,\\\r\n  79,00,\\\r\n", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(2):25,00,53,00,\\", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(2):25,00,53,00,", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(2):25,00,53,00", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(2):25,00,53,0", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(2):", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex(b):01,02,03,04", lost);
    check_part(VERSION5 KEY "\"Windows\"=hex:01,02,0", lost);
    /* Whole by what it says itself. */
    check(VERSION5 KEY "\"Windows\"=hex(2):25,00,00,00", "HKLM\\A | Windows | REG_EXPAND_SZ | %\n");
    check(VERSION5 KEY "\"Windows\"=hex(b):01,00,00,00,00,00,00,00", "HKLM\\A | Windows | REG_QWORD | 1\n");
}

static void bytes_at_the_end_that_may_be_cut(void **state)
{
    (void)state;
    check_part(VERSION4 KEY "\"a\"=hex:01,02",
               "loss 4 0: value \"a\" of HKLM\\A: the file ends with its bytes and without a line break, "
               "it may be cut there\n"
               "HKLM\\A | a | REG_BINARY | 0102\n");
    check_utf16(VERSION5 KEY "\"a\"=hex:01,02", READ_PART,
                "loss 4 1: value \"a\" of HKLM\\A: the file ends inside its bytes\n");
    check_utf16(VERSION5 KEY "\"a\"=hex:01,02\r\n", READ_WHOLE, "HKLM\\A | a | REG_BINARY | 0102\n");
}

static void a_file_cut_anywhere_else(void **state)
{
    (void)state;
    check_part(VERSION5 KEY "\"a\"=\"b\"\r\n[HKEY_LOCAL_MACHINE\\Half",
               "HKLM\\A | a | REG_SZ | b\nloss 5 0: the file ends inside the key [HKEY_LOCAL_MACHINE\\Half\n");
    check_part(VERSION5 KEY "\"a\"=\"b\"\r\n\"hal", "HKLM\\A | a | REG_SZ | b\n"
               "loss 5 0: the file ends inside the value name \"hal\n");
    check_part(VERSION5 KEY "\"half\"", "loss 4 0: the file ends inside the value name \"half\n");
    check_part(VERSION5 KEY "\"half\"=", "loss 4 1: value \"half\" of HKLM\\A: the file ends inside it\n");
    check_part(VERSION5 KEY "\"half\"=dwo", "loss 4 1: value \"half\" of HKLM\\A: the file ends inside it\n");
    check_part(VERSION5 KEY "\"half\"=hex(", "loss 4 1: value \"half\" of HKLM\\A: the file ends inside it\n");
    check_part(VERSION5 KEY "\"half\"=dword:",
               "loss 4 1: value \"half\" of HKLM\\A: the file ends inside its number\n");
    check_part(VERSION5 KEY "@=\"half a string",
               "loss 4 1: the default value of HKLM\\A: the file ends inside its string\n");
    check_part(VERSION5 KEY "@=\"half\r\n\r\n"
               "a string\r\n", "loss 4 1: the default value of HKLM\\A: the file ends inside its string\n");
}

static void a_short_dword_at_the_end_is_cut_only_where_regedit_wrote_the_file(void **state)
{
    (void)state;
    check_utf16(VERSION5 KEY "\"a\"=dword:0000", READ_PART,
                "loss 4 1: value \"a\" of HKLM\\A: the file ends inside its number\n");
    check_utf16(VERSION5 KEY "\"a\"=dword:00000010", READ_WHOLE, "HKLM\\A | a | REG_DWORD | 16\n");
    check(VERSION4 KEY "\"a\"=dword:4", "HKLM\\A | a | REG_DWORD | 4\n");
}

static void a_file_cut_inside_a_character(void **state)
{
    static const char export[] = "\xFF\xFE[\0H\0K\0L\0M\0]\0\n\0@\0=\0\"\0a\0\"\0\r";
    (void)state;
    check_bytes(export, sizeof(export) - 1, READ_PART, "HKLM |  | REG_SZ | a\n"
                "loss 2 0: the file ends inside a character\n");
}

static void a_file_that_shrank(void **state)
{
    static const char export[] = "REGEDIT4\n[HKLM]\n@=\"a\"\n";
    struct hearing hearing;
    int fd = file_of(export, sizeof(export) - 1);

    (void)state;
    assert_int_equal(read_source(&hearing, fd, 100), READ_PART);
    assert_string_equal(hearing.said.data, "HKLM |  | REG_SZ | a\n"
                                           "loss 3 0: the file ends here, but had 100 bytes when it was opened\n");
    forget(&hearing);
    close(fd);
}

static void a_file_that_cannot_be_read(void **state)
{
    struct hearing hearing;

    (void)state;
    assert_int_equal(read_source(&hearing, -1, 100), READ_REFUSED);
    assert_string_equal(hearing.said.data, "loss 0 0: it cannot be read from here on: Bad file descriptor\n");
    forget(&hearing);
}

/* Limits. */

static void add_repeated(struct buffer *out, const char *piece, size_t bytes)
{
    size_t size = strlen(piece);
    for (size_t added = 0; added < bytes; added += size)
        buffer_add(out, piece, size);
}

static void check_buffer(struct buffer *export, const char *expected)
{
    check_bytes(export->data, export->size, READ_WHOLE, expected);
    buffer_free(export);
}

static void data_over_the_limit_of_a_field_is_clipped_and_told(void **state)
{
    struct buffer export = {0};
    (void)state;
    buffer_add_string(&export, VERSION4 KEY "\"a\"=hex:");
    add_repeated(&export, "ab,", 3 * 600000);
    buffer_add_string(&export, "cd\r\n\"b\"=\"c\"\r\n");
    check_buffer(&export, "loss 4 0: value \"a\" of HKLM\\A: its data is 1200002 bytes of text, "
                          "and only the first 1048576 are kept\n"
                          "HKLM\\A | a | REG_BINARY | 1048576 bytes\nHKLM\\A | b | REG_SZ | c\n");
}

static void a_value_over_the_limit_costs_only_itself(void **state)
{
    struct buffer export = {0};
    (void)state;
    buffer_add_string(&export, VERSION4 KEY "\"a\"=hex:");
    add_repeated(&export, "01,02,03,04,05,06,07,08,09,0a,0b,0c,\\\r\n  ", LIMIT_VALUE_BYTES + 10000);
    buffer_add_string(&export, "cd\r\n\"b\"=\"c\"\r\n");
    check_buffer(&export, "loss 4 1: value \"a\" of HKLM\\A: it is too long\nHKLM\\A | b | REG_SZ | c\n");

    buffer_add_string(&export, VERSION4 KEY "\"a\"=\"");
    add_repeated(&export, "\n", LIMIT_VALUE_LINES - 1);
    buffer_add_string(&export, "\"\r\n\"b\"=\"");
    add_repeated(&export, "\n", LIMIT_VALUE_LINES + 1);
    buffer_add_string(&export, "\" ; c\r\n\"d\"=\"e\"\r\n");
    check_buffer(&export, "HKLM\\A | a | REG_SZ | 99999 bytes\n"
                          "loss 100004 1: value \"b\" of HKLM\\A: its string is too long\n"
                          "loss 200005 0: the value name \"; c has no closing quote, no = behind it, or is longer than "
                          "65536 bytes\nHKLM\\A | d | REG_SZ | e\n");
}

static void a_line_over_the_limit_is_skipped(void **state)
{
    struct buffer export = {0};
    (void)state;
    buffer_add_string(&export, VERSION4 KEY "\"a\"=\"");
    add_repeated(&export, "no end ", LIMIT_VALUE_BYTES + 100000);
    buffer_add_string(&export, "\"\r\n\"b\"=\"c\"\r\n");
    check_buffer(&export, "loss 4 0: the line is longer than 16777216 bytes\nHKLM\\A | b | REG_SZ | c\n");
}

static void a_name_or_key_over_the_limit_is_lost(void **state)
{
    struct hearing hearing;
    struct buffer export = {0};
    (void)state;
    buffer_add_string(&export, VERSION4 KEY "\"");
    add_repeated(&export, "name", LIMIT_KEY_BYTES + 4);
    buffer_add_string(&export, "\"=\"a\"\r\n[HKEY_USERS\\");
    add_repeated(&export, "key\\", LIMIT_KEY_BYTES + 4);
    buffer_add_string(&export, "]\r\n\"b\"=\"c\"\r\n" KEY "\"d\"=\"e\"\r\n");
    assert_int_equal(read_bytes(&hearing, export.data, export.size), READ_WHOLE);
    assert_int_equal(hearing.records, 1);
    assert_non_null(strstr(hearing.said.data, "loss 4 0: the value name \"namename"));
    assert_non_null(strstr(hearing.said.data, "loss 5 0: the key [HKEY_USERS\\key\\key"));
    assert_non_null(strstr(hearing.said.data, "loss 6 1: value \"b\": its key, in line 5, is broken\n"
        "HKLM\\A | d | REG_SZ | e\n"));
    forget(&hearing);
    buffer_free(&export);
}

static void losses_over_the_limit_are_told_as_a_sum(void **state)
{
    struct hearing hearing;
    struct buffer export = {0};

    (void)state;
    buffer_add_string(&export, VERSION4 KEY);
    add_repeated(&export, "\"a\"=1\n", 6 * (LIMIT_EXPORT_LOSSES + 20));
    buffer_add_string(&export, "\"b\"=\"c\"\n");
    assert_int_equal(read_bytes(&hearing, export.data, export.size), READ_WHOLE);
    assert_int_equal(hearing.records, 1);
    assert_true(text_ends_nocase(buffer_text(&hearing.said),
                                 TEXT("HKLM\\A | b | REG_SZ | c\n"
                                      "loss 100024 20: 20 more losses, which are not told one by one\n")));
    forget(&hearing);
    buffer_free(&export);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dword_has_one_to_eight_hex_digits),
        cmocka_unit_test(numbers_as_bytes),
        cmocka_unit_test(a_number_of_another_length_is_read_and_remarked),
        cmocka_unit_test(every_type_has_its_name),
        cmocka_unit_test(bytes_go_on_behind_a_backslash),
        cmocka_unit_test(bytes_whose_backslash_is_missing_are_joined),
        cmocka_unit_test(bytes_that_break_off_cost_only_their_value),
        cmocka_unit_test(what_is_not_bytes_costs_the_value_and_its_other_lines),
        cmocka_unit_test(strings_as_bytes_are_utf16_in_version_5_and_ansi_in_version_4),
        cmocka_unit_test(utf16_in_version_4_is_found_out),
        cmocka_unit_test(multi_strings_keep_empty_items_inside_and_lose_those_at_the_end),
        cmocka_unit_test(strings_cut_short_are_read_and_remarked),
        cmocka_unit_test(a_file_cut_inside_bytes),
        cmocka_unit_test(bytes_at_the_end_that_may_be_cut),
        cmocka_unit_test(a_file_cut_anywhere_else),
        cmocka_unit_test(a_short_dword_at_the_end_is_cut_only_where_regedit_wrote_the_file),
        cmocka_unit_test(a_file_cut_inside_a_character),
        cmocka_unit_test(a_file_that_shrank),
        cmocka_unit_test(a_file_that_cannot_be_read),
        cmocka_unit_test(data_over_the_limit_of_a_field_is_clipped_and_told),
        cmocka_unit_test(a_value_over_the_limit_costs_only_itself),
        cmocka_unit_test(a_line_over_the_limit_is_skipped),
        cmocka_unit_test(a_name_or_key_over_the_limit_is_lost),
        cmocka_unit_test(losses_over_the_limit_are_told_as_a_sum),
    };
    return cmocka_run_group_tests_name("reg data", tests, NULL, NULL);
}
