/* `applies`, `valid` and `where`: three-valued, with a reason in words. */
#include "rule_text.h"
#include "rules/predicate_compile.h"

static struct matcher *matcher;

/* Names and values of a test: `{third: 256, image: [a.exe, b.exe]}`. */
static bool look_up(void *context, struct text name, size_t nth, struct text *value)
{
    const struct node *map = context;

    for (size_t i = 0; i < map->count; i++) {
        const struct node *node = map->entries[i].value;

        if (!text_equal(map->entries[i].key->text, name))
            continue;
        if (node->kind == NODE_SCALAR) {
            *value = node->text;
            return nth == 0;
        }
        if (nth >= node->count)
            return false;
        *value = node->entries[nth].value->text;
        return true;
    }
    return false;
}

static const struct scope everywhere = {
    .names = (const char *const[]){"dll", "image", "first", "second", "third", "services.count", "other.count", NULL},
    .facts = true,
    .names_as_values = true,
    .what = "names"};

static struct predicate *predicate_of(const char *yaml)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(yaml, &diagnostics);
    struct predicate *predicate = predicate_compile(tree, tree->root, &everywhere, &compiled);
    struct buffer out = printed(&diagnostics);

    if (predicate == NULL || out.size > 0)
        fail_msg("%s\n%s", yaml, out.data);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
    return predicate;
}

/* `expected`: true, false or unknown, then the reason when it is not true: "false: third needs below 512". */
static void is(const char *yaml, const char *values, const char *expected)
{
    static const char *const words[] = {"false", "unknown", "true"};
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(values, &diagnostics);
    struct predicate *predicate = predicate_of(yaml);
    struct predicate_reason reason = {0};
    enum truth truth = predicate_test(predicate, matcher, look_up, tree->root, &reason);
    struct buffer text = {0};

    buffer_add_string(&text, words[truth]);
    if (truth != TRUTH_TRUE)
        buffer_printf(&text, ": %s needs %s", reason.name, reason.needs);
    if (!text_starts(buffer_text(&text), text_of(expected)))
        fail_msg("%s with %s\n  is       %s\n  expected %s", yaml, values, text.data, expected);
    assert_int_equal(predicate_test(predicate, matcher, look_up, tree->root, NULL), truth);
    buffer_free(&text);
    predicate_free(predicate);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_single_conditions(void **state)
{
    (void)state;
    is("{dll: user32.dll}", "{dll: USER32.dll}", "true");
    is("{dll: [user32.dll, kernel32.dll]}", "{dll: kernel32.dll}", "true");
    is("{dll: [user32.dll, kernel32.dll]}", "{dll: rasman.dll}", "false: dll needs user32.dll or kernel32.dll");
    is("{dll: crypt32.dll}", "{image: x}", "unknown: dll needs crypt32.dll");
    is("{image|endswith: .scr}", "{image: logon.scr}", "true");
    is("{image|endswith: [.scr, .cpl]}", "{image: cmd.exe}", "false: image needs a text that ends with .scr or .cpl");
    is("{image: '*.scr'}", "{image: logon.scr}", "true");
    is("{image|re|i: '^wuser32(\\.exe)?$'}", "{image: WUSER32.EXE}", "true");
    is("{image|re: '^w'}", "{image: WUSER32}", "false: image needs a text like /^w/");
    is("{image|contains|all: [a, b]}", "{image: a}", "false: image needs a text with a and b");
    is("{dll: a.dll}", "{dll: [b.dll, a.dll]}", "true");
}

static void test_versions_and_numbers(void **state)
{
    (void)state;
    is("{os.version|gte: '5.2'}", "{os.version: '10.0'}", "true");
    is("{os.version|gte: '5.2'}", "{os.version: '5.1'}", "false: os.version needs at least 5.2");
    is("{os.version|lt: '6.0'}", "{os.version: '5.2'}", "true");
    is("{os.version: '4.0', os.service_pack|lte: 3}", "{os.version: '4.0', os.service_pack: '4'}",
       "false: os.service_pack needs at most 3");
    is("{third|lt: 512}", "{third: '512'}", "false: third needs below 512");
    is("{third|lt: 512}", "{third: '9'}", "true");
    is("{third|gt: 512}", "{third: ' 768 '}", "true");
    is("{third|gt: 512}", "{third: many}", "unknown: third needs above 512"); /* cannot be compared */
    is("{third|gte: '0x10'}", "{third: 16}", "true");
}

static void test_existence(void **state)
{
    (void)state;
    is("{third|exists: true}", "{third: 1}", "true");
    is("{third|exists: true}", "{second: 1}", "false: third needs a value");
    is("{third|exists: false}", "{second: 1}", "true");
    is("{third|exists: false}", "{third: 1}", "false: third needs no value");
}

static void test_three_values(void **state)
{
    (void)state;
    is("{dll: a, image: b}", "{dll: a}", "unknown: image needs b"); /* AND: the least */
    is("{dll: a, image: b}", "{image: c}", "false: image needs b");
    is("[{dll: a}, {image: b}]", "{dll: x}", "unknown: image needs b"); /* OR: the greatest */
    is("[{dll: a}, {image: b}]", "{image: b}", "true");
    is("[{dll: a}, {image: b}]", "{dll: x, image: y}", "false: dll needs a");
    is("[{third|lt: 512}, {third|exists: false}]", "{second: 1}", "true");
    assert_int_equal(predicate_test(NULL, matcher, look_up, NULL, NULL), TRUTH_TRUE);
}

static void test_expressions(void **state)
{
    static const char buffer[] = "{services.count|gt: '49152 / third'}";

    (void)state;
    is(buffer, "{services.count: 97, third: 512}", "true");
    is(buffer, "{services.count: 96, third: 512}", "false: services.count needs above 49152 / third"); /* is 96 */
    is(buffer, "{services.count: 97}", "unknown");
    is(buffer, "{third: 512}", "unknown");
    is(buffer, "{services.count: 97, third: 0}", "unknown"); /* nothing is above x / 0 */
    is("{third|lt: '1 / 3'}", "{third: '0.333333333'}", "true");
    is("{third|gt: '1 / 3'}", "{third: '0.333333333'}", "false");
    is("{third|gte: '2 / 3 * 3 / 2'}", "{third: 1}", "true");
    is("{third|lte: '-2 * 3'}", "{third: '-6'}", "true");
    is("{third|lt: '-2 * 3'}", "{third: '-6'}", "false");
    is("{third|lt: '-2 * 3'}", "{third: '-7'}", "true");
    is("{third|gt: '0.8 * second'}", "{third: 81, second: 100}", "true");
    is("{third|gt: '0.8 * second'}", "{third: 80, second: 100}", "false");
    is("{third|gt: 'second * first'}", "{third: 7, second: [9, 2], first: [8, 3]}", "true"); /* 2 * 3 */
    is("{third|gt: 'second * first'}", "{third: 6, second: [9, 2], first: [8, 3]}", "false");
    is("{third|gt: '18446744073709551615 * second'}", "{third: 5, second: 18446744073709551615}", "false");
    is("{third|gt: '18446744073709551615 * second * second'}", "{third: 5, second: 18446744073709551615}",
       "unknown"); /* more than 128 bits */
}

static void test_names_as_values(void **state)
{
    (void)state;
    is("{third: second}", "{third: '3268', second: '3268'}", "true");
    is("{third: second}", "{third: '3268', second: '3269'}", "false: third needs second");
    is("{third: second}", "{third: '3268'}", "unknown");
    is("{third: second}", "{third: abc, second: ABC}", "true");
    is("{third|gt: second}", "{third: '10.0', second: '9.5'}", "true");
    is("{third|gt: second}", "{third: abc, second: '9.5'}", "unknown");
    is("{services.count|gte: other.count}", "{services.count: 3, other.count: 3}", "true");
}

static void unknown_names(const char *yaml, const char *values, const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(values, &diagnostics);
    struct predicate *predicate = predicate_of(yaml);
    const char *names[8];
    size_t count = predicate_unknown_names(predicate, matcher, look_up, tree->root, names, 8);
    struct buffer text = {0};

    buffer_add_string(&text, "");
    for (size_t i = 0; i < count; i++)
        buffer_printf(&text, "%s%s", i > 0 ? " " : "", names[i]);
    assert_string_equal(text.data, expected);
    buffer_free(&text);
    predicate_free(predicate);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_unknown_names(void **state)
{
    (void)state;
    unknown_names("{os.version: '4.0', os.service_pack|lte: 3}", "{}", "os.version os.service_pack");
    unknown_names("{os.version: '4.0', os.service_pack|lte: 3}", "{os.version: '4.0'}", "os.service_pack");
    unknown_names("{os.version: '4.0', os.service_pack|lte: 3}", "{os.version: '5.0'}", ""); /* false */
    unknown_names("[{os.version: '4.0'}, {os.version: '5.0', os.arch: x86}]", "{}", "os.version os.arch");
    unknown_names("{services.count|gt: '49152 / third'}", "{services.count: 1}", "third");
}

static void test_reason_is_cut_between_characters(void **state)
{
    struct buffer yaml = {0};
    struct predicate_reason reason = {0};
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed("{dll: x}", &diagnostics);
    struct predicate *predicate;

    (void)state;
    buffer_add_string(&yaml, "{dll: 'a");
    for (int i = 0; i < 200; i++)
        buffer_add_string(&yaml, "\xC3\xA4");
    buffer_add_string(&yaml, "'}");
    predicate = predicate_of(yaml.data);
    assert_int_equal(predicate_test(predicate, matcher, look_up, tree->root, &reason), TRUTH_FALSE);
    assert_int_equal(text_of(reason.needs).size, 159); /* one byte and 79 characters of two */
    predicate_free(predicate);
    buffer_free(&yaml);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void mistake(const char *yaml, const char *expected)
{
    const struct scope gates = {
        .names = (const char *const[]){"dll", "image", NULL}, .facts = true, .what = "captures of the symptom"};
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed(yaml, &diagnostics);
    struct predicate *predicate = predicate_compile(tree, tree->root, &gates, &compiled);
    struct buffer out = printed(&diagnostics);

    assert_true((predicate == NULL) == (diagnostics.errors > 0));
    assert_string_equal(out.data, expected);
    predicate_free(predicate);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_mistakes(void **state)
{
    (void)state;
    mistake("{imgae: x}",
            "error: unknown name `imgae`\n"
            "  --> test.yml:1:2\n"
            "   | {imgae: x}\n"
            "   |  ^^^^^ known here are captures of the symptom: dll, image; and facts such as os.version; "
            "did you mean `image`?\n");
    mistake("{dll: ~}", "error: a value is missing\n"
                        "  --> test.yml:1:7\n"
                        "   | {dll: ~}\n"
                        "   |       ^ ask with `|exists: false`\n");
    mistake("{os.service_pak|lte: 3}", "warning: no reader states the fact `os.service_pak`\n"
                                       "  --> test.yml:1:2\n"
                                       "   | {os.service_pak|lte: 3}\n"
                                       "   |  ^^^^^^^^^^^^^^ did you mean `os.service_pack`?\n");
    mistake("{dll|gt: '3 + 4'}", "error: unknown operator `+`\n"
                                 "  --> test.yml:1:13\n"
                                 "   | {dll|gt: '3 + 4'}\n"
                                 "   |             ^ use * or /\n");
    mistake("{dll|gt: '3 / '}", "error: a number or a name is wanted here\n"
                                "  --> test.yml:1:15\n"
                                "   | {dll|gt: '3 / '}\n"
                                "   |               ^ as in 512, third or '49152 / third'\n");
    mistake("{dll|gt: '3 / 5x'}", "error: `5x` is no number\n"
                                  "  --> test.yml:1:15\n"
                                  "   | {dll|gt: '3 / 5x'}\n"
                                  "   |               ^^ as in 512, 0.8 or 0x1f\n");
    mistake("{dll: []}", "error: the list is empty\n"
                         "  --> test.yml:1:7\n"
                         "   | {dll: []}\n"
                         "   |       ^^\n");
    mistake("x", "error: a condition is a map\n"
                 "  --> test.yml:1:1\n"
                 "   | x\n"
                 "   | ^ as in {os.version|gte: '5.2'}\n");
    mistake("{dll|regex: x}", "error: unknown modifier `regex`\n"
                              "  --> test.yml:1:6\n"
                              "   | {dll|regex: x}\n"
                              "   |      ^^^^^ use contains, startswith, endswith, all, re, i, exists, lt, lte, "
                              "gt or gte\n");
}

static int start(void **state)
{
    (void)state;
    matcher = matcher_new();
    return 0;
}

static int finish(void **state)
{
    (void)state;
    matcher_free(matcher);
    arena_free(&compiled);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_conditions), cmocka_unit_test(test_versions_and_numbers),
        cmocka_unit_test(test_existence),         cmocka_unit_test(test_three_values),
        cmocka_unit_test(test_expressions),       cmocka_unit_test(test_names_as_values),
        cmocka_unit_test(test_unknown_names),     cmocka_unit_test(test_reason_is_cut_between_characters),
        cmocka_unit_test(test_mistakes),
    };

    return cmocka_run_group_tests_name("predicate", tests, start, finish);
}
