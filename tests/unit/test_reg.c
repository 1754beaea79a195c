/*
 * Registry exports, trap by trap: the form of the file, keys, comments, strings, dialects, garbage, positions. What the
 * data of values may be, and files that are cut, stand in test_reg_data.c; reg_exports.h says how to read both.
 */
#include "tests/unit/reg_exports.h"

/* The form of the file. */

static void an_export_is_known_by_its_first_line(void **state)
{
    static const struct { const char *head; int sure; } heads[] = {
        {"REGEDIT4\r\n", 100},
        {"Windows Registry Editor Version 5.00\r\n", 100},
        {"\xEF\xBB\xBFWindows Registry Editor Version 5.00\n", 100},
        {"\r\n; made by hand\r\n\r\nREGEDIT4\r\n", 100},
        {"WINE REGISTRY Version 2\n", 100},
        {"[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n", 60},
        {"  [HKLM\\SOFTWARE\\X]\n", 60},
        {"[-HKEY_CURRENT_USER\\X]\n", 60},
        {"REGEDIT is the name of a program\n", 0},
        {"[boot loader]\ntimeout=30\n", 0},
        {"To fix this, open [HKEY_LOCAL_MACHINE\\X] and\n", 0},
        {"; only a comment\n", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
        assert_int_equal(reg_reader.probe((const uint8_t *)heads[i].head, strlen(heads[i].head)), heads[i].sure);
    /* Head and tail of what the probe is given may lie anywhere. */
    assert_int_equal(reg_reader.probe((const uint8_t *)"\xFF\xFER\0E\0G\0E\0D\0I\0T\0" "4\0\r", 19), 100);
    assert_int_equal(reg_reader.probe((const uint8_t *)"\0R\0E\0G\0E\0D\0I\0T\0" "4\0\r\0\n", 20), 100);
    assert_int_equal(reg_reader.probe((const uint8_t *)"MZ\x90\0\x03\0\0\0", 8), 0);
}

static void encodings_are_told_apart(void **state)
{
    static const char expected[] = "HKLM\\A | gr\xC3\xB6\xC3\x9F" "e | REG_SZ | \xE2\x82\xAC \xF0\x9F\x98\x80\n";
    static const char utf8[] = VERSION5 KEY "\"gr\xC3\xB6\xC3\x9F" "e\"=\"\xE2\x82\xAC \xF0\x9F\x98\x80\"\r\n";
    static const char mark[] = "\xEF\xBB\xBF";
    struct buffer bytes = {0};

    (void)state;
    check_utf16(utf8, READ_WHOLE, expected);
    add_utf16(&bytes, utf8, false);
    check_bytes(bytes.data, bytes.size, READ_WHOLE, expected);   /* UTF-16 without a mark */
    buffer_clear(&bytes);
    add_utf16(&bytes, mark, true);
    add_utf16(&bytes, utf8, true);
    check_bytes(bytes.data, bytes.size, READ_WHOLE, expected);   /* the other byte order */
    buffer_clear(&bytes);
    buffer_add_string(&bytes, mark);
    buffer_add_string(&bytes, utf8);
    check_bytes(bytes.data, bytes.size, READ_WHOLE, expected);
    buffer_free(&bytes);
    check(utf8, expected);

    check(VERSION4 KEY "\"gr\xF6\xDF" "e\"=\"\x80\"\r\n", "HKLM\\A | gr\xC3\xB6\xC3\x9F" "e | REG_SZ | \xE2\x82\xAC\n");
}

static void an_ansi_character_far_down_does_not_make_the_file_utf8(void **state)
{
    struct buffer export = {0};

    (void)state;
    buffer_add_string(&export, VERSION4);
    while (export.size < 2 * READER_HEAD)
        buffer_add_string(&export, "; a comment in ASCII\r\n");
    buffer_add_string(&export, KEY "\"a\"=\"\xE4\"\r\n");
    check(export.data, "HKLM\\A | a | REG_SZ | \xC3\xA4\n");
    buffer_free(&export);
}

static void in_a_double_byte_code_page_a_backslash_can_be_half_a_character(void **state)
{
    (void)state;
    assert_true(unicode_set_codepage("CP932"));
    /* 95 5C is one character, U+8868, and escapes nothing. */
    check(VERSION4 KEY "\"\x95\\\"=\"\x95\\\"\r\n", "HKLM\\A | \xE8\xA1\xA8 | REG_SZ | \xE8\xA1\xA8\n");
    assert_true(unicode_set_codepage("CP1252"));
}

static void lines_may_end_in_a_bare_line_feed(void **state)
{
    (void)state;
    check("REGEDIT4\n\n[HKEY_CURRENT_USER\\A]\n\"a\"=\"b\"\n\"c\"=hex:01,\\\n  02\n",
          "HKCU\\A | a | REG_SZ | b\nHKCU\\A | c | REG_BINARY | 0102\n");
}

static void a_unit_that_holds_the_byte_of_a_line_feed_is_no_line_break(void **state)
{
    (void)state;
    /* U+0A05, U+050A and, over the edge of two units, xx 0A 00 xx. */
    check_utf16(VERSION5 KEY "\"\xE0\xA8\x85\"=\"\xD4\x8A \xE0\xA8\x80\xC4\x80\"\r\n", READ_WHOLE,
                "HKLM\\A | \xE0\xA8\x85 | REG_SZ | \xD4\x8A \xE0\xA8\x80\xC4\x80\n");
}

static void a_fragment_needs_no_header(void **state)
{
    (void)state;
    check("[HKEY_LOCAL_MACHINE\\A]\n\"a\"=hex(2):61,00,62,00,00,00\n\"b\"=hex(2):61,62,00\n",
          "HKLM\\A | a | REG_EXPAND_SZ | ab\nHKLM\\A | b | REG_EXPAND_SZ | ab\n");
}

static void an_export_may_be_empty(void **state)
{
    (void)state;
    check(VERSION5, "");
    check("REGEDIT4", "");
    check(VERSION5 KEY, "");
}

static void files_that_were_put_together_are_read_to_the_end(void **state)
{
    (void)state;
    /* The second header ends the first file's last key, and says how its own strings are written. */
    check(VERSION4 KEY "\"a\"=hex(2):61,00\r\n\xEF\xBB\xBF" VERSION5
          "\"b\"=\"of no key\"\r\n[HKEY_USERS\\B]\r\n\"a\"=hex(2):61,00,00,00\r\n",
          "HKLM\\A | a | REG_EXPAND_SZ | a\n"
          "loss 7 1: value \"b\": there is no key before it\n"
          "HKU\\B | a | REG_EXPAND_SZ | a\n");
}

static void wine_files_are_refused_with_the_reason(void **state)
{
    static const char wine[] = "WINE REGISTRY Version 2\n;; All keys relative to \\\\Machine\n\n[Software\\\\A] 1\n"
        "\"a\"=\"b\"\n";
    (void)state;
    check_bytes(wine, strlen(wine), READ_REFUSED,
                "loss 1 0: a Wine registry file is not supported; export with regedit\n");
}

static void other_first_lines_are_remarked(void **state)
{
    (void)state;
    check("REGEDIT5\n" KEY "\"a\"=dword:1\n", "HKLM\\A | a | REG_DWORD | 1\n"
          "note: 1 unusual first line of an export (line 1)\n");
}

static void nothing_of_use_is_refused(void **state)
{
    static const char garbage[] = "REGEDIT4\r\nbut then\r\nsomething else\r\n";
    (void)state;
    check_bytes(garbage, strlen(garbage), READ_REFUSED,
                "loss 2 0: neither a key nor a value: but then\nloss 3 0: neither a key nor a value: something else\n");
}

/* Keys. */

static void roots_have_short_names(void **state)
{
    (void)state;
    check_keys("REGEDIT4\n[HKEY_LOCAL_MACHINE\\A]\n[hkey_current_user\\b]\n[HKEY_CLASSES_ROOT\\.txt]\n"
               "[HKEY_USERS\\S-1-5-18]\n"
               "[HKEY_CURRENT_CONFIG\\A]\n[HKLM\\A]\n[hkcu\\A]\n[HKEY_DYN_DATA\\A]\n[HKEY_LOCAL_MACHINE]\n"
               "[HKEY_USERS\\A\\]\n",
               "HKLM\\A | 0 | 2\nHKCU\\b | 0 | 3\nHKCR\\.txt | 0 | 4\nHKU\\S-1-5-18 | 0 | 5\n"
               "HKCC\\A | 0 | 6\nHKLM\\A | 0 | 7\nHKCU\\A | 0 | 8\nHKEY_DYN_DATA\\A | 0 | 9\nHKLM | 0 | 10\n"
               "HKU\\A | 0 | 11\n");
}

static void control_sets_are_shown_as_the_current_one(void **state)
{
    (void)state;
    check(VERSION5
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control]\r\n\"a\"=dword:00000001\r\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\CONTROLSET012]\r\n\"a\"=dword:00000002\r\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\currentControlSet\\Control]\r\n\"a\"=dword:00000003\r\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\r\n\"Current\"=dword:00000001\r\n",
          "HKLM\\SYSTEM\\CurrentControlSet\\Control | a | REG_DWORD | 1 | 1\n"
          "HKLM\\SYSTEM\\CurrentControlSet | a | REG_DWORD | 2 | 12\n"
          "HKLM\\SYSTEM\\currentControlSet\\Control | a | REG_DWORD | 3\n"
          "HKLM\\SYSTEM\\Select | Current | REG_DWORD | 1\n");
}

static void a_hive_loaded_elsewhere_has_control_sets_too(void **state)
{
    (void)state;
    check_keys("REGEDIT4\n[HKEY_LOCAL_MACHINE\\Broken\\ControlSet002\\Services]\n[\\ControlSet001\\Services]\n"
               "[HKEY_LOCAL_MACHINE\\ControlSet003]\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\ControlSet001]\n"
               "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet1\\A]\n[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet000\\A]\n",
               "HKLM\\Broken\\CurrentControlSet\\Services | 2 | 2\n\\CurrentControlSet\\Services | 1 | 3\n"
               "HKLM\\CurrentControlSet | 3 | 4\nHKLM\\SOFTWARE\\A\\ControlSet001 | 0 | 5\n"
               "HKLM\\SYSTEM\\ControlSet1\\A | 0 | 6\nHKLM\\SYSTEM\\ControlSet000\\A | 0 | 7\n");
}

static void a_key_without_values_is_covered(void **state)
{
    (void)state;
    check_keys(VERSION5 "[HKEY_LOCAL_MACHINE\\A]\r\n\r\n[HKEY_LOCAL_MACHINE\\A\\B]\r\n\"a\"=\"b\"\r\n",
               "HKLM\\A | 0 | 3\nHKLM\\A\\B | 0 | 5\n");
}

static void a_key_may_hold_brackets_and_semicolons(void **state)
{
    (void)state;
    check_keys("REGEDIT4\n[HKEY_LOCAL_MACHINE\\a[1]\\b;c]\n[HKEY_LOCAL_MACHINE\\d] ; and a comment\n",
               "HKLM\\a[1]\\b;c | 0 | 2\nHKLM\\d | 0 | 3\n");
}

static void a_key_printed_over_two_lines_is_joined(void **state)
{
    (void)state;
    /* Behind a backslash, before one, behind a hyphen, at a blank: as articles print them. */
    check_keys("REGEDIT4\n[HKEY_LOCAL_MACHINE\\System\\\nNoVolTrack]\n[HKEY_LOCAL_MACHINE\\Shared Tools\n"
               "   \\Graphics Filters]\n"
               "[HKEY_CLASSES_ROOT\\CLSID\\{FB7FDAE2-89B8-\n00A0C90A632C}]\n[HKEY_LOCAL_MACHINE\\Client\nProperties]\n",
               "HKLM\\System\\NoVolTrack | 0 | 2\nHKLM\\Shared Tools\\Graphics Filters | 0 | 4\n"
               "HKCR\\CLSID\\{FB7FDAE2-89B8-00A0C90A632C} | 0 | 6\nHKLM\\Client Properties | 0 | 8\n");
    check(VERSION4 "[HKEY_LOCAL_MACHINE\\A\r\n   \\B]\r\n\"a\"=\"b\"\r\n",
          "HKLM\\A\\B | a | REG_SZ | b\nnote: 1 key printed over several lines joined (line 3)\n");
}

static void values_below_a_broken_key_do_not_pass_for_those_of_another(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=\"b\"\r\n[HKEY_LOCAL_MACHINE\\Broken\r\n\"c\"=\"d\"\r\n\r\n[HKEY_LOCAL_MACHINE\\E]\r\n"
          "\"f\"=\"g\"\r\n",
          "HKLM\\A | a | REG_SZ | b\n"
          "loss 5 0: the key [HKEY_LOCAL_MACHINE\\Broken has no closing bracket or is longer than 65536 bytes: "
          "its values are lost\n"
          "loss 6 1: value \"c\": its key, in line 5, is broken\n"
          "HKLM\\E | f | REG_SZ | g\n");
    check(VERSION4 KEY "[]\r\n\"a\"=\"b\"\r\n",
          "loss 4 0: a key without a name: its values are lost\n"
          "loss 5 1: value \"a\": its key, in line 4, is broken\n");
}

static void a_broken_key_is_told_by_its_first_line(void **state)
{
    (void)state;
    check(VERSION4 KEY "[HKLM\\B     \r\n\xE4\xE4\xE4\xE4\xE4\xE4\r\n\r\n[HKLM\\C]\r\n@=\"a\"\r\n",
          "loss 4 0: the key [HKLM\\B has no closing bracket or is longer than 65536 bytes: "
          "its values are lost\n"
          "loss 5 0: neither a key nor a value: \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\n"
          "HKLM\\C |  | REG_SZ | a\n");
}

static void a_key_behind_a_bullet_is_a_key(void **state)
{
    (void)state;
    check(VERSION4 KEY " *[HKEY_LOCAL_MACHINE\\B]\r\n \"a\"=\"b\"\r\n",
          "HKLM\\B | a | REG_SZ | b\nnote: 1 text before a key ignored (line 4)\n");
}

static void deletions_give_no_records(void **state)
{
    (void)state;
    check(VERSION5 "[-HKEY_LOCAL_MACHINE\\A]\r\n\r\n[HKEY_LOCAL_MACHINE\\B]\r\n\"a\"=-\r\n@=-\r\n\"b\"=\"c\"\r\n",
          "HKLM\\B | b | REG_SZ | c\nnote: 3 deletion entries ignored\n");
    check(VERSION5 "[-HKEY_LOCAL_MACHINE\\A]\r\n\"a\"=\"b\"\r\n",
          "note: 1 deletion entry ignored\nnote: 1 value below a deletion entry ignored (line 4)\n");
    check_keys(VERSION5 "[-HKEY_LOCAL_MACHINE\\A]\r\n", "");
}

/* Comments. */

static void comments_stand_anywhere_but_in_strings(void **state)
{
    (void)state;
    check("; before the header\r\n" VERSION5 ";\r\n[HKEY_LOCAL_MACHINE\\A] ; c\r\n  ; \"a\"=\"not a value\"\r\n"
          "\"a\"=\"b ; c\" ; d\r\n\"b\"=dword:00000001;e\r\n# \"c\"=\"neither\"\r\n"
          "\"d\"=hex:01,\\ ; f\r\n  ; g\r\n\r\n  02 ; h\r\n\"e\"=- ; i\r\n",
          "HKLM\\A | a | REG_SZ | b ; c\nHKLM\\A | b | REG_DWORD | 1\nHKLM\\A | d | REG_BINARY | 0102\n"
          "note: 1 deletion entry ignored\n");
}

/* Strings. */

static void the_default_value_has_no_name(void **state)
{
    (void)state;
    check(VERSION5 KEY "@=\"a\"\r\n\"\"=\"b\"\r\n", "HKLM\\A |  | REG_SZ | a\nHKLM\\A |  | REG_SZ | b\n");
}

static void only_backslashes_and_quotes_are_escaped(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\\\\b\\\"c\"=\"C:\\\\x \\\"y\\\"\"\r\n", "HKLM\\A | a\\b\"c | REG_SZ | C:\\x \"y\"\n");
    /* Written by hand, without escapes: a backslash before anything else is a backslash. */
    check(VERSION5 KEY "\"a\"=\"C:\\new\\temp\\0.dll\"\r\n", "HKLM\\A | a | REG_SZ | C:\\new\\temp\\0.dll\n");
}

static void line_breaks_belong_to_a_string(void **state)
{
    (void)state;
    check(VERSION5 KEY "\"a\"=\"{\r\n  \\\"b\\\": [\n\r\n[HKEY_X]\r\n\"\r\n\"c\"=\"d\"\r\n",
          "HKLM\\A | a | REG_SZ | {\\r\\n  \"b\": [\\n\\r\\n[HKEY_X]\\r\\n\nHKLM\\A | c | REG_SZ | d\n");
    check(VERSION5 KEY "\"two\r\nlines\"=\"a\"\r\n", "HKLM\\A | two\\r\\nlines | REG_SZ | a\n");
}

static void control_characters_stay(void **state)
{
    static const char export[] = VERSION4 KEY "\"a\"=\"\x1b[2J\x01\0\x7f\"\r\n";
    (void)state;
    check_bytes(export, sizeof(export) - 1, READ_WHOLE, "HKLM\\A | a | REG_SZ | \x1b[2J\x01\\0\x7f\n");
}

static void a_backslash_pair_printed_over_two_lines_is_joined(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=\"C:\\\\Grphflt\\\r\n   \\CDRIMP32.FLT\"\r\n",
          "HKLM\\A | a | REG_SZ | C:\\Grphflt\\CDRIMP32.FLT\n"
          "note: 1 string printed over several lines joined (line 4)\n");
}

static void a_string_without_end_costs_only_itself(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=\"no quote\r\n\"b\"=\"c\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its string has no closing quote\nHKLM\\A | b | REG_SZ | c\n");
    /* The commonest slip: a path that ends in a single backslash escapes the quote. */
    check(VERSION4 KEY "\"a\"=\"C:\\Temp\\\"\r\n\r\n[HKEY_USERS\\B]\r\n\"b\"=dword:1\r\n@=\"c\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its string has no closing quote\n"
          "HKU\\B | b | REG_DWORD | 1\nHKU\\B |  | REG_SZ | c\n");
    check(VERSION4 KEY "\"a\"=\"C:\\Temp\\\"\r\n\"b\"=\"C:\\Temp\\\"\r\n\"c\"=\"d\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its string has no closing quote\n"
          "loss 5 1: value \"b\" of HKLM\\A: its string has no closing quote\nHKLM\\A | c | REG_SZ | d\n");
    check(VERSION4 KEY "\"a\"=\"no quote\r\n[HKEY_USERS\\B]\r\n\"b\"=dword:1\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its string has no closing quote\nHKU\\B | b | REG_DWORD | 1\n");
}

static void quotes_that_are_not_escaped_make_a_string_unsure(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=\"run \"b\" now\"\r\n\"c\"=\"d\"\r\n",
          "loss 4 1: value \"a\" of HKLM\\A: its string holds quotes that are not escaped\nHKLM\\A | c | REG_SZ | d\n");
}

static void text_behind_a_string_is_ignored(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=\"1.0\"<BR/>\r\n", "HKLM\\A | a | REG_SZ | 1.0\n"
          "note: 1 text behind a value or key ignored (line 4)\n");
}

static void several_values_in_one_line_are_read(void **state)
{
    (void)state;
    check(VERSION4 KEY "\"a\"=dword:00000010 \"b\"=\"c\" @=hex:01 \"d\"=-\r\n\"e\"=hex:01,\\\r\n  02 \"f\"=\"g\"\r\n",
          "HKLM\\A | a | REG_DWORD | 16\nHKLM\\A | b | REG_SZ | c\nHKLM\\A |  | REG_BINARY | 01\n"
          "HKLM\\A | e | REG_BINARY | 0102\nHKLM\\A | f | REG_SZ | g\n"
          "note: 1 deletion entry ignored\nnote: 4 values stand behind others in their lines (first in line 4)\n");
}

/* Dialects. */

static void chntpw_reged(void **state)
{
    (void)state;
    /* 8-bit, in the hive's order, ControlSet001. */
    check("Windows Registry Editor Version 5.00\r\n\r\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Session Manager\\SubSystems]\r\n"
          "\"Debug\"=hex(2):00,00\r\n@=\"mnmsrvc\"\r\n"
          "\"Optional\"=hex(7):50,00,6f,00,73,00,69,00,78,00,00,00,00,00\r\n",
          "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\SubSystems | Debug | REG_EXPAND_SZ |  | 1\n"
          "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\SubSystems |  | REG_SZ | mnmsrvc | 1\n"
          "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\SubSystems | Optional | REG_MULTI_SZ | Posix | "
          "1\n");
}

static void hivexregedit(void **state)
{
    (void)state;
    /* Bare line feeds, no wrapping, every string as hex(1). */
    check("Windows Registry Editor Version 5.00\n\n[\\ControlSet001\\Services\\Tcpip]\n@=hex(1):6d,00,73,00,00,00\n"
          "\"Start\"=dword:00000000\n",
          "\\CurrentControlSet\\Services\\Tcpip |  | REG_SZ | ms | 1\n"
          "\\CurrentControlSet\\Services\\Tcpip | Start | REG_DWORD | 0 | 1\n");
}

/* Garbage. */

static void garbage_lines_are_lost_one_by_one(void **state)
{
    (void)state;
    check(VERSION5 KEY "9.\r\n\"a\"=\"b\"\r\nname=\"no quotes\"\r\n\"c\"\r\n\"d\"=1\r\n\"e\" = \"f\"\r\n",
          "loss 4 0: neither a key nor a value: 9.\n"
          "HKLM\\A | a | REG_SZ | b\n"
          "loss 6 0: neither a key nor a value: name=\"no quotes\"\n"
          "loss 7 0: the value name \"c has no closing quote, no = behind it, or is longer than 65536 bytes\n"
          "loss 8 1: value \"d\" of HKLM\\A: its data is in no form that registry exports have\n"
          "HKLM\\A | e | REG_SZ | f\n");
}

static void values_before_the_first_key_are_lost(void **state)
{
    (void)state;
    check(VERSION5 "@=\"a\"\r\n" KEY "\"b\"=\"c\"\r\n",
          "loss 3 1: the default value: there is no key before it\nHKLM\\A | b | REG_SZ | c\n");
}

/* Positions. */

static void positions_are_those_of_the_line_where_a_value_begins(void **state)
{
    struct hearing hearing;
    struct buffer utf16 = {0};
    /*                       0            10  12 */
    static const char export[] = "REGEDIT4\r\n\r\n[HKLM\\A]\r\n\"a\"=\"b\r\nc\"\r\n\"d\"=hex:\\\n 01\r\n"
        "  @=dword:1\r\n";

    (void)state;
    read_bytes(&hearing, export, strlen(export));
    assert_string_equal(hearing.places.data, "1 4 22\n2 6 34\n3 8 49\n");
    assert_string_equal(hearing.keys.data, "HKLM\\A | 0 | 3\n");
    forget(&hearing);

    add_utf16(&utf16, "\xEF\xBB\xBF", false);
    add_utf16(&utf16, export, false);
    read_bytes(&hearing, utf16.data, utf16.size);
    assert_string_equal(hearing.places.data, "1 4 46\n2 6 70\n3 8 100\n");
    forget(&hearing);
    buffer_free(&utf16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_export_is_known_by_its_first_line),
        cmocka_unit_test(encodings_are_told_apart),
        cmocka_unit_test(an_ansi_character_far_down_does_not_make_the_file_utf8),
        cmocka_unit_test(in_a_double_byte_code_page_a_backslash_can_be_half_a_character),
        cmocka_unit_test(lines_may_end_in_a_bare_line_feed),
        cmocka_unit_test(a_unit_that_holds_the_byte_of_a_line_feed_is_no_line_break),
        cmocka_unit_test(a_fragment_needs_no_header),
        cmocka_unit_test(an_export_may_be_empty),
        cmocka_unit_test(files_that_were_put_together_are_read_to_the_end),
        cmocka_unit_test(wine_files_are_refused_with_the_reason),
        cmocka_unit_test(other_first_lines_are_remarked),
        cmocka_unit_test(nothing_of_use_is_refused),
        cmocka_unit_test(roots_have_short_names),
        cmocka_unit_test(control_sets_are_shown_as_the_current_one),
        cmocka_unit_test(a_hive_loaded_elsewhere_has_control_sets_too),
        cmocka_unit_test(a_key_without_values_is_covered),
        cmocka_unit_test(a_key_may_hold_brackets_and_semicolons),
        cmocka_unit_test(a_key_printed_over_two_lines_is_joined),
        cmocka_unit_test(values_below_a_broken_key_do_not_pass_for_those_of_another),
        cmocka_unit_test(a_broken_key_is_told_by_its_first_line),
        cmocka_unit_test(a_key_behind_a_bullet_is_a_key),
        cmocka_unit_test(deletions_give_no_records),
        cmocka_unit_test(comments_stand_anywhere_but_in_strings),
        cmocka_unit_test(the_default_value_has_no_name),
        cmocka_unit_test(only_backslashes_and_quotes_are_escaped),
        cmocka_unit_test(line_breaks_belong_to_a_string),
        cmocka_unit_test(control_characters_stay),
        cmocka_unit_test(a_backslash_pair_printed_over_two_lines_is_joined),
        cmocka_unit_test(a_string_without_end_costs_only_itself),
        cmocka_unit_test(quotes_that_are_not_escaped_make_a_string_unsure),
        cmocka_unit_test(text_behind_a_string_is_ignored),
        cmocka_unit_test(several_values_in_one_line_are_read),
        cmocka_unit_test(chntpw_reged),
        cmocka_unit_test(hivexregedit),
        cmocka_unit_test(garbage_lines_are_lost_one_by_one),
        cmocka_unit_test(values_before_the_first_key_are_lost),
        cmocka_unit_test(positions_are_those_of_the_line_where_a_value_begins),
    };
    return cmocka_run_group_tests_name("reg", tests, NULL, NULL);
}
