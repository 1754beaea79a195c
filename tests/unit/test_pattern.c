/* Regular expressions: names, limits, and the text that every match must contain. */
#include <string.h>

#include "rule_text.h"
#include "rules/literal.h"
#include "rules/pattern.h"

static struct pattern *pattern_of(const char *expression, bool nocase)
{
    struct buffer message = {0};
    size_t offset = 0;
    struct pattern *pattern = pattern_compile(text_of(expression), nocase, &message, &offset);

    if (pattern == NULL)
        fail_msg("%s: %s at %zu", expression, message.data, offset);
    buffer_free(&message);
    return pattern;
}

static bool matches(const char *expression, const char *subject)
{
    struct pattern *pattern = pattern_of(expression, false);
    struct matcher *matcher = matcher_new();
    bool matched = pattern_match(pattern, matcher, text_of(subject), NULL);

    assert_false(matcher_gave_up(matcher));
    matcher_free(matcher);
    pattern_free(pattern);
    return matched;
}

static void test_groups(void **state)
{
    struct pattern *pattern = pattern_of("(?P<b>b+)(?P<a>a*)|(?P<a>c)(d)?", false);
    struct matcher *matcher = matcher_new();
    struct captures captures = {.count = 0};
    struct text value;

    (void)state;
    assert_string_equal(pattern_names(pattern)[0], "a");
    assert_string_equal(pattern_names(pattern)[1], "b");
    assert_null(pattern_names(pattern)[2]);
    assert_true(pattern_match(pattern, matcher, TEXT("xbbaa"), &captures));
    assert_true(captures_get(&captures, "a", &value) && text_is(value, "aa"));
    assert_true(captures_get(&captures, "b", &value) && text_is(value, "bb"));
    captures.count = 0;
    assert_true(pattern_match(pattern, matcher, TEXT("xcd"), &captures));
    assert_true(captures_get(&captures, "a", &value) && text_is(value, "c"));
    assert_false(captures_get(&captures, "b", &value));
    matcher_free(matcher);
    pattern_free(pattern);
}

static void test_many_groups(void **state)
{
    struct buffer expression = {0};
    struct pattern *pattern;
    struct matcher *matcher = matcher_new();
    struct captures captures = {.count = 0};

    (void)state;
    for (int i = 0; i < 100; i++)
        buffer_printf(&expression, "(?P<n%d>x)", i);
    pattern = pattern_of(expression.data, false);
    buffer_clear(&expression);
    for (int i = 0; i < 100; i++)
        buffer_add_char(&expression, 'x');
    assert_true(pattern_match(pattern, matcher, buffer_text(&expression), &captures));
    assert_int_equal(captures.count, LIMIT_CAPTURES);   /* what is over is dropped; rules with more are refused */
    matcher_free(matcher);
    pattern_free(pattern);
    buffer_free(&expression);
}

static void test_lines_and_characters(void **state)
{
    (void)state;
    assert_true(matches("(?m)^b$", "a\r\nb\r\nc"));
    assert_false(matches("a.b", "a\rb"));
    assert_true(matches("(?s)a.+b", "a\r\nb"));
    assert_true(matches("^.$", "\xC3\xA4"));
    assert_true(matches("^$", ""));
    assert_true(matches("(?i)\xC3\x84", "\xC3\xA4"));
}

static void test_mistakes(void **state)
{
    struct buffer message = {0};
    size_t offset = 0;

    (void)state;
    assert_null(pattern_compile(TEXT("ab(c"), false, &message, &offset));
    assert_int_equal(offset, 4);
    assert_string_equal(message.data, "missing closing parenthesis");
    buffer_clear(&message);
    assert_null(pattern_compile(TEXT("a\\Cb"), false, &message, &offset));
    assert_true(message.size > 0);
    buffer_free(&message);
}

/* ---- limits ---- */

static void gives_up(const char *expression, char filler, size_t size)
{
    struct pattern *pattern = pattern_of(expression, false);
    struct matcher *matcher = matcher_new();
    char *subject = memory_alloc(size + 1);

    memset(subject, filler, size);
    subject[size - 1] = '!';
    assert_false(pattern_match(pattern, matcher, (struct text){subject, size}, NULL));
    if (!matcher_gave_up(matcher))
        fail_msg("%s went through", expression);
    assert_false(matcher_gave_up(matcher));   /* it says so once */
    assert_true(pattern_match(pattern, matcher, (struct text){&filler, 1}, NULL) || !matcher_gave_up(matcher));
    free(subject);
    matcher_free(matcher);
    pattern_free(pattern);
}

static void test_what_runs_away_is_stopped(void **state)
{
    (void)state;
    gives_up("(a+)+$", 'a', 60);                        /* explodes: compiled code, then the interpreter */
    gives_up("(*NO_JIT)(a+)+$", 'a', 60);
    gives_up("(a+)+$", 'a', 100000);
    gives_up("(?:a|aa)+$", 'a', 60);
    gives_up("[^ :]+(?:xe|com)", 'a', 1000000);         /* the square of the length, and never a limit of PCRE2's */
}

static void test_long_subjects_are_searched(void **state)
{
    struct pattern *pattern = pattern_of("(?s)begin.*(?P<word>needle)\\s", true);
    struct matcher *matcher = matcher_new();
    struct captures captures = {.count = 0};
    struct buffer subject = {0};
    struct text value;

    (void)state;
    buffer_add_string(&subject, "Begin ");
    for (int i = 0; i < 50000; i++)
        buffer_add_string(&subject, "some hay\r\n");
    buffer_add_string(&subject, "NEEDLE ");
    for (int i = 0; i < 50000; i++)
        buffer_add_string(&subject, "more hay\r\n");
    assert_true(pattern_match(pattern, matcher, buffer_text(&subject), &captures));
    assert_true(captures_get(&captures, "word", &value) && text_is(value, "NEEDLE"));
    assert_false(matcher_gave_up(matcher));
    buffer_free(&subject);
    matcher_free(matcher);
    pattern_free(pattern);
}

/* ---- what every match contains ---- */

static void literal(const char *expression, bool nocase, const char *expected)
{
    struct buffer found = {0};

    buffer_add_string(&found, "");
    literal_find(text_of(expression), nocase, &found);
    if (!text_is(buffer_text(&found), expected))
        fail_msg("%s: `%.*s`, expected `%s`", expression, (int)found.size, found.data, expected);
    buffer_free(&found);
}

static void test_literals(void **state)
{
    (void)state;
    literal("initialization of the dynamic (?:link )?library", false, "initialization of the dynamic ");
    literal("(?s)(?:(?P<image>[^\\s\\\\:]+\\.(?:exe|scr)) - .{0,80}?)?initialization of.*failed", false,
            "initialization of");
    literal("SharedSection=\\d+,\\s*\\d+,\\s*(?P<third>\\d+)", false, "SharedSection=");
    literal("^wuser32(\\.exe)?$", false, "wuser32");
    literal("^wuser32(\\.exe)?$", true, "er32");                 /* s is also the long s when case is ignored */
    literal("(?i)desktop heap", false, "top heap");
    literal("C:\\\\Windows\\.old", false, "C:\\Windows.old");
    literal("abcd|efgh", false, "");
    literal("abc", false, "");
    literal("abcde?", false, "abcd");
    literal("abcde*fghij", false, "fghij");
    literal("abcd+efghi", false, "efghi");
    literal("abcde{0,3}fg", false, "abcd");
    literal("abcde{2}fg", false, "abcd");
    literal("[abc]defgh[]x]ijklm", false, "defgh");
    literal("ab\\x41cdefg", false, "");
    literal("\\Qabcdef\\E", false, "");
    literal("(?x)ab cd ef", false, "");
    literal("(*ACCEPT)abcdef", false, "");
    literal("abcdef(a(*ACCEPT))ghijkl", false, "");
    literal("(?#comment)abcdef", false, "");
    literal("abcd\xC3\xA4" "efghi", false, "efghi");
    literal("", false, "");
}

static uint32_t random_state = 7;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

/* Expressions from pieces, subjects from letters of them: whatever matches contains the literal. PCRE2 alone is the
 * judge, so the expression is also compiled where no literal can be found: behind an alternative that never matches.
 * */
static void test_no_match_is_lost(void **state)
{
    static const char *const pieces[] = {"a",      "b",     "abab", "abba", "(a|b)", "[ab]", "(?:ab)?", "a*",
                                         "b+",     "b{1,2}", "\\w", "(?i)", "K",     "abss", ".",       "x?",
                                         "\\.",    "baab",  "{2}",  "A",    "^",     "$"};
    static const char *const words[] = {"abab", "abba", "baab", "abss", "ABAB", "ab\xC5\xBFs",
                                        "a",    "b",    "x",    ".",    "K",    "\xE2\x84\xAA"};
    struct matcher *matcher = matcher_new();
    size_t literals = 0, found = 0;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        struct buffer expression = {0}, judge = {0}, subject = {0}, message = {0}, certain = {0};
        bool nocase = random_below(2) == 0;
        struct pattern *pattern, *alone;
        size_t offset;

        for (uint32_t n = 1 + random_below(4); n > 0; n--)
            buffer_add_string(&expression, pieces[random_below(sizeof pieces / sizeof *pieces)]);
        buffer_printf(&judge, "(?:%s)|(?!)", expression.data);
        for (uint32_t n = random_below(5); n > 0; n--)
            buffer_add_string(&subject, words[random_below(sizeof words / sizeof *words)]);
        pattern = pattern_compile(buffer_text(&expression), nocase, &message, &offset);
        alone = pattern_compile(buffer_text(&judge), nocase, &message, &offset);
        literal_find(buffer_text(&expression), nocase, &certain);
        if (pattern != NULL && alone != NULL) {
            bool expected = pattern_match(alone, matcher, buffer_text(&subject), NULL);

            if (pattern_match(pattern, matcher, buffer_text(&subject), NULL) != expected)
                fail_msg("%s on %s: the literal is `%s`", expression.data, subject.data, certain.data);
            literals += certain.size > 0;
            found += expected && certain.size > 0;
        }
        pattern_free(pattern);
        pattern_free(alone);
        buffer_free(&expression);
        buffer_free(&judge);
        buffer_free(&subject);
        buffer_free(&message);
        buffer_free(&certain);
    }
    assert_true(literals > 500 && found > 100);   /* or the test would test nothing */
    matcher_free(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_many_groups),
        cmocka_unit_test(test_lines_and_characters),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_what_runs_away_is_stopped),
        cmocka_unit_test(test_long_subjects_are_searched),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_no_match_is_lost),
    };

    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
