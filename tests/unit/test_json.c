#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void keys_stay_in_the_order_of_the_calls(void **state)
{
    struct buffer out = {0};
    struct json json = json_begin(&out, 0);

    (void)state;
    json_object(&json);
    json_member(&json, "zone", "UTC");
    json_member(&json, "input", NULL);
    json_member_unsigned(&json, "count", 3);
    json_key(&json, "list");
    json_array(&json);
    json_unsigned(&json, 1);
    json_bool(&json, true);
    json_null(&json);
    json_object(&json);
    json_end_object(&json);
    json_end_array(&json);
    json_end_object(&json);
    assert_string_equal(out.data, "{\"zone\":\"UTC\",\"input\":null,\"count\":3,\"list\":[1,true,null,{}]}");
    buffer_free(&out);
}

static void indented_for_people(void **state)
{
    struct buffer out = {0};
    struct json json = json_begin(&out, 2);

    (void)state;
    json_object(&json);
    json_key(&json, "a");
    json_array(&json);
    json_unsigned(&json, 1);
    json_unsigned(&json, 2);
    json_end_array(&json);
    json_key(&json, "b");
    json_array(&json);
    json_end_array(&json);
    json_end_object(&json);
    assert_string_equal(out.data, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
    buffer_free(&out);
}

static void assert_written(struct text text, const char *expected)
{
    struct buffer out = {0};
    struct json json = json_begin(&out, 0);

    json_text(&json, text);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
}

static void what_steers_a_terminal_is_escaped(void **state)
{
    (void)state;
    assert_written(TEXT("a \"b\" \\ /"), "\"a \\\"b\\\" \\\\ /\"");
    assert_written(TEXT("\r\n\t"), "\"\\r\\n\\t\"");
    assert_written(TEXT("\0\x1b[31m\x7f"), "\"\\u0000\\u001b[31m\\u007f\"");
    assert_written(TEXT("\xC2\x9B"), "\"\\u009b\"");                          /* the one-character form of ESC [ */
    assert_written(TEXT("\xE2\x80\xA8\xE2\x80\xA9"), "\"\\u2028\\u2029\"");
    assert_written(TEXT("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\"");
}

static void the_result_is_valid_utf8_whatever_comes(void **state)
{
    (void)state;
    assert_written(TEXT("a\xE4" "b\xE2\x82"), "\"a\xEF\xBF\xBD" "b\xEF\xBF\xBD\"");
    assert_written(TEXT("\xEF\xBF\xBD"), "\"\xEF\xBF\xBD\"");
}

static void numbers_are_exact(void **state)
{
    struct buffer out = {0};
    struct json json = json_begin(&out, 0);

    (void)state;
    json_array(&json);
    json_unsigned(&json, UINT64_MAX);
    json_unsigned(&json, 0);
    json_signed(&json, INT64_MIN);
    json_signed(&json, 42);
    json_fixed(&json, 248, 1);
    json_fixed(&json, -5, 1);
    json_fixed(&json, 9970, 4);
    json_fixed(&json, 0, 4);
    json_fixed(&json, -7, 0);
    json_fixed(&json, INT64_MIN, 18);
    json_end_array(&json);
    assert_string_equal(out.data, "[18446744073709551615,0,-9223372036854775808,42,24.8,-0.5,0.9970,0.0000,-7,"
                                  "-9.223372036854775808]");
    buffer_free(&out);
}

static void several_documents_share_a_buffer(void **state)
{
    struct buffer out = {0};

    (void)state;
    for (unsigned i = 1; i <= 2; i++) {
        struct json json = json_begin(&out, 0);

        json_object(&json);
        json_key_text(&json, TEXT("n"));
        json_unsigned(&json, i);
        json_end_object(&json);
        buffer_add_char(&out, '\n');
    }
    assert_string_equal(out.data, "{\"n\":1}\n{\"n\":2}\n");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_stay_in_the_order_of_the_calls),
        cmocka_unit_test(indented_for_people),
        cmocka_unit_test(what_steers_a_terminal_is_escaped),
        cmocka_unit_test(the_result_is_valid_utf8_whatever_comes),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(several_documents_share_a_buffer),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
