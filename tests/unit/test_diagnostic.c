#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/diagnostic.h"

static void assert_printed(struct diagnostics *list, const char *expected)
{
    struct buffer out = {0};

    diagnostics_print(list, &out);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    diagnostics_free(list);
    assert_int_equal(list->count, 0);
}

static void a_mistake_is_shown_where_it_stands(void **state)
{
    struct diagnostics list = {0};

    (void)state;
    diagnostics_add(&list, SEVERITY_ERROR, "rules/windows/kb184802.yml", 30, 19, 8, TEXT("        strength: strongly"),
                    "use decisive, strong, moderate or weak; did you mean `strong`?", "unknown strength `%s`",
                    "strongly");
    assert_int_equal(list.errors, 1);
    assert_printed(&list,
                   "error: unknown strength `strongly`\n"
                   "  --> rules/windows/kb184802.yml:30:19\n"
                   "   |         strength: strongly\n"
                   "   |                   ^^^^^^^^ use decisive, strong, moderate or weak; did you mean `strong`?\n");
}

static void all_are_shown_in_the_order_found(void **state)
{
    struct diagnostics list = {0};

    (void)state;
    diagnostics_add(&list, SEVERITY_WARNING, NULL, 0, 0, 0, TEXT_NONE, NULL, "one");
    diagnostics_add(&list, SEVERITY_ERROR, "a.yml", 0, 0, 0, TEXT_NONE, "do that", "two");
    assert_int_equal(list.count, 2);
    assert_int_equal(list.errors, 1);
    assert_printed(&list, "warning: one\n"
                          "error: two\n"
                          "  --> a.yml\n"
                          "   = do that\n");
}

static void carets_stand_below_characters(void **state)
{
    struct diagnostics list = {0};

    (void)state;
    /* Tabs are one blank, an umlaut one column, an escape sequence as many as it prints. */
    diagnostics_add(&list, SEVERITY_ERROR, "a.yml", 1, 5, 3,
                    TEXT("\tid\xC3\xA4"
                         "bad"),
                    NULL, "wrong");
    assert_printed(&list, "error: wrong\n"
                          "  --> a.yml:1:5\n"
                          "   |  id\xC3\xA4"
                          "bad\n"
                          "   |     ^^^\n");
    diagnostics_add(&list, SEVERITY_ERROR, "a.yml", 1, 3, 1,
                    TEXT("a\x1b"
                         "b"),
                    NULL, "wrong");
    assert_printed(&list, "error: wrong\n"
                          "  --> a.yml:1:3\n"
                          "   | a\\u{1b}b\n"
                          "   |        ^\n");
}

static void carets_may_stand_behind_the_end(void **state)
{
    struct diagnostics list = {0};

    (void)state;
    diagnostics_add(&list, SEVERITY_ERROR, "a.yml", 1, 5, 4, TEXT("id:"), "say which", "wrong");
    assert_printed(&list, "error: wrong\n"
                          "  --> a.yml:1:5\n"
                          "   | id:\n"
                          "   |    ^ say which\n");
}

static void of_a_long_line_the_place_is_shown(void **state)
{
    struct diagnostics list = {0};
    struct buffer line = {0}, out = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        buffer_printf(&line, "%03d,", i);
    diagnostics_add(&list, SEVERITY_ERROR, "a.yml", 1, 2001, 3, buffer_text(&line), NULL, "wrong");
    diagnostics_print(&list, &out);
    assert_true(out.size < 400);
    assert_int_not_equal(text_find(buffer_text(&out), TEXT("   | ...485,")), TEXT_NOT_FOUND);
    assert_int_not_equal(text_find(buffer_text(&out), TEXT(",500,")), TEXT_NOT_FOUND);
    buffer_free(&out);
    buffer_free(&line);
    diagnostics_free(&list);
}

static const char *const strengths[] = {"decisive", "strong", "moderate", "weak", NULL};

static void a_slip_is_recognised(void **state)
{
    (void)state;
    assert_string_equal(diagnostic_suggest(TEXT("strongly"), strengths), "strong");
    assert_string_equal(diagnostic_suggest(TEXT("moderat"), strengths), "moderate");
    assert_string_equal(diagnostic_suggest(TEXT("STRONG"), strengths), "strong");
    assert_string_equal(diagnostic_suggest(TEXT("waek"), strengths), "weak");
}

static void another_word_is_none(void **state)
{
    const char *const short_words[] = {"gt", "lt", NULL};

    (void)state;
    assert_null(diagnostic_suggest(TEXT("certain"), strengths));
    assert_null(diagnostic_suggest(TEXT(""), strengths));
    assert_null(diagnostic_suggest(TEXT("re"), short_words)); /* two letters, two slips */
    assert_string_equal(diagnostic_suggest(TEXT("gte"), short_words), "gt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_shown_where_it_stands),
        cmocka_unit_test(all_are_shown_in_the_order_found),
        cmocka_unit_test(carets_stand_below_characters),
        cmocka_unit_test(carets_may_stand_behind_the_end),
        cmocka_unit_test(of_a_long_line_the_place_is_shown),
        cmocka_unit_test(a_slip_is_recognised),
        cmocka_unit_test(another_word_is_none),
    };

    return cmocka_run_group_tests_name("diagnostic", tests, NULL, NULL);
}
