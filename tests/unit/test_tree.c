/* Rule files as trees: places, what is refused, and that nothing a file may hold brings it down. */
#include <string.h>

#include "rule_text.h"

static void mistake(struct text bytes, const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = tree_parse("rules/a.yml", bytes, &diagnostics);
    struct buffer out = printed(&diagnostics);

    assert_string_equal(out.data, expected);
    assert_int_equal(tree->errors, diagnostics.errors);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}
#define MISTAKE(bytes, expected) mistake(TEXT(bytes), expected)

static void test_values_are_text(void **state)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(
        "a: no\nb: 1e3\nc: 010\nd: ~\ne:\nf: ''\ng: 'null'\nh: >\n  two\n  lines\ni: \"tab\\there\"\n", &diagnostics);

    (void)state;
    assert_true(text_is(tree_get(tree->root, "a")->text, "no"));
    assert_true(text_is(tree_get(tree->root, "b")->text, "1e3"));
    assert_true(text_is(tree_get(tree->root, "c")->text, "010"));
    assert_true(node_is_null(tree_get(tree->root, "d")));
    assert_true(node_is_null(tree_get(tree->root, "e")));
    assert_false(node_is_null(tree_get(tree->root, "f")));
    assert_false(node_is_null(tree_get(tree->root, "g")));
    assert_true(text_is(tree_get(tree->root, "h")->text, "two lines\n"));
    assert_true(text_is(tree_get(tree->root, "i")->text, "tab\there"));
    assert_null(tree_get(tree->root, "x"));
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void place(const char *yaml, size_t offset, size_t size, const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(yaml, &diagnostics);
    struct buffer out;

    tree_error_in(tree, tree_get(tree->root, "a"), offset, size, NULL, "here");
    out = printed(&diagnostics);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

/* Carets stand below the part of a scalar that is meant, whatever way it is written. */
static void test_places_inside_scalars(void **state)
{
    (void)state;
    place("a: one two", 4, 3, "error: here\n  --> test.yml:1:8\n   | a: one two\n   |        ^^^\n");
    place("a: 'it''s two'", 5, 3, "error: here\n  --> test.yml:1:11\n   | a: 'it''s two'\n   |           ^^^\n");
    place("a: \"\\t\\u00e4 two\"", 4, 3,
          "error: here\n  --> test.yml:1:14\n   | a: \"\\t\\u00e4 two\"\n   |              ^^^\n");
    place("a: '\xC3\xA4\xC3\xB6 two'", 5, 3,
          "error: here\n  --> test.yml:1:8\n   | a: '\xC3\xA4\xC3\xB6 two'\n   |        ^^^\n");
    place("a: |\n  one\n  two", 4, 3, "error: here\n  --> test.yml:1:4\n   | a: |\n   |    ^\n");
    place("# \xC3\xA4\r\na: one two\r\n", 0, 3, "error: here\n  --> test.yml:2:4\n   | a: one two\n   |    ^^^\n");
}

static void test_what_is_refused(void **state)
{
    (void)state;
    MISTAKE("id: x\nid: y\n", "error: duplicate key `id`\n"
                              "  --> rules/a.yml:2:1\n"
                              "   | id: y\n"
                              "   | ^^ it stands in line 1 already\n");
    MISTAKE("a: &x one\nb: *x\n", "error: anchors are not allowed: `&x`\n"
                                  "  --> rules/a.yml:1:4\n"
                                  "   | a: &x one\n"
                                  "   |    ^^^^^^ write the value out where it is needed\n"
                                  "error: aliases are not allowed: `*x`\n"
                                  "  --> rules/a.yml:2:4\n"
                                  "   | b: *x\n"
                                  "   |    ^^ write the value out\n");
    MISTAKE("a: !!int 3\n", "error: tags are not allowed: `!!int`\n"
                            "  --> rules/a.yml:1:4\n"
                            "   | a: !!int 3\n"
                            "   |    ^^^^^^^ every value is text here\n");
    MISTAKE("<<: {a: b}\n", "error: merge keys are not allowed\n"
                            "  --> rules/a.yml:1:1\n"
                            "   | <<: {a: b}\n"
                            "   | ^^ write the keys out\n");
    MISTAKE("a: b\n---\nc: d\n--- e\n", "error: a second YAML document begins here\n"
                                        "  --> rules/a.yml:2:1\n"
                                        "   | ---\n"
                                        "   | ^ one file holds one symptom or one rule; split it\n");
    MISTAKE("[a]: b\n", "error: a key cannot be a list or a map\n"
                        "  --> rules/a.yml:1:1\n"
                        "   | [a]: b\n"
                        "   | ^ a text is wanted here; quote it when it begins with [ or {\n");
    MISTAKE("a: \"x\\0y\"\n", "error: a NUL character cannot stand in a rule\n"
                              "  --> rules/a.yml:1:4\n"
                              "   | a: \"x\\0y\"\n"
                              "   |    ^^^^^^\n");
}

static void test_what_is_no_text(void **state)
{
    (void)state;
    MISTAKE("", "error: the file is empty\n  --> rules/a.yml\n");
    MISTAKE("# nothing\n", "error: the file is empty\n  --> rules/a.yml\n");
    MISTAKE("\xFF\xFE" "a\0", "error: the file is UTF-16\n  --> rules/a.yml\n   = save it as UTF-8\n");
    MISTAKE("a: b\nc: \xC3\xA4\xE4\n", "error: this byte is not UTF-8\n"
                                       "  --> rules/a.yml:2:5\n"
                                       "   = save the file as UTF-8\n");
    MISTAKE("a: b\nc: x\x01y\n", "error: the character U+0001 cannot stand in a rule file as it is\n"
                                 "  --> rules/a.yml:2:5\n"
                                 "   | c: x\\u{1}y\n"
                                 "   |     ^^^^^ write it as an escape in double quotes\n");
    MISTAKE("a: b\xE2\x80\xA8" "c\n", "error: the character U+2028 cannot stand in a rule file as it is\n"
                                      "  --> rules/a.yml:1:5\n"
                                      "   | a: b\\u{2028}c\n"
                                      "   |     ^^^^^^^^ write it as an escape in double quotes\n");
}

static void test_syntax(void **state)
{
    (void)state;
    MISTAKE("a: b\n\tc: d\n", "error: YAML: found a tab character that violates indentation\n"
                              "  --> rules/a.yml:2:1\n"
                              "   |  c: d\n"
                              "   | ^ this is a tab; YAML is indented with blanks\n");
    MISTAKE("a: [b, c\n", "error: YAML: did not find expected ',' or ']'\n"
                          "  --> rules/a.yml:1:4\n"
                          "   | a: [b, c\n"
                          "   |    ^ while parsing a flow sequence\n");
    MISTAKE("a: b\n  c: d\n", "error: YAML: mapping values are not allowed in this context\n"
                              "  --> rules/a.yml:2:4\n"
                              "   |   c: d\n"
                              "   |    ^\n");
    MISTAKE("a: `x`\n", "error: YAML: found character that cannot start any token\n"
                        "  --> rules/a.yml:1:4\n"
                        "   | a: `x`\n"
                        "   |    ^ quote a text that begins with ```\n");
}

static void test_byte_order_mark(void **state)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = tree_parse("a.yml", TEXT("\xEF\xBB\xBF" "a: b\r\n"), &diagnostics);

    (void)state;
    assert_int_equal(diagnostics.count, 0);
    assert_true(text_is(tree_get(tree->root, "a")->text, "b"));
    assert_int_equal(tree->root->entries[0].key->start.column, 1);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void repeated(const char *piece, size_t times, const char *message)
{
    struct buffer bytes = {0};
    struct diagnostics diagnostics = {0};
    struct tree *tree;

    for (size_t i = 0; i < times; i++)
        buffer_add_string(&bytes, piece);
    tree = tree_parse("a.yml", buffer_text(&bytes), &diagnostics);
    assert_true(diagnostics.count > 0);
    assert_string_equal(diagnostics.items[0].message, message);
    buffer_free(&bytes);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_limits(void **state)
{
    (void)state;
    repeated("[", 100000, "nested deeper than 32 levels");
    repeated("- ", 100000, "nested deeper than 32 levels");
    repeated("- a\n", 300000, "the file has more than 200000 values");
    repeated("# comment\n", 500000, "the file is larger than 4194304 bytes");
}

/* Every mistake is reported at once, but not without end. */
static void test_mistakes_are_counted_not_printed_for_ever(void **state)
{
    struct buffer bytes = {0};
    struct diagnostics diagnostics = {0};
    struct tree *tree;

    (void)state;
    for (int i = 0; i < 5000; i++)
        buffer_add_string(&bytes, "- !!x a\n");
    tree = tree_parse("a.yml", buffer_text(&bytes), &diagnostics);
    assert_int_equal(tree->errors, 5000);
    assert_int_equal(diagnostics.count, LIMIT_RULE_PROBLEMS);
    buffer_free(&bytes);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_text),
        cmocka_unit_test(test_places_inside_scalars),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_no_text),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_mistakes_are_counted_not_printed_for_ever),
    };

    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
