/* Reading the tests that stand in rule files. */
#include <stddef.h>
#include <string.h>

#include "rules/rule_parts.h"

/* In the words of the report (diagnosis/findings.h); rules know nothing of the diagnosis, so that they are written
 * here again. */
static const char *const status_words[] = {"present", "absent", "partial", "not_collected", "not_applicable", NULL};
static const char *const verdict_names[] = {"ranked",        "insufficient", "no_known_cause",
                                            "nothing_found", "nothing_read", NULL};

struct test_reading {
    const struct rule *rule;     /* NULL in a symptom's file */
    bool others;                 /* the test sees other rules too: ids may be theirs */
};

static bool is_map(struct reading *reading, const struct node *node, const char *what, const char *hint)
{
    if (node->kind == NODE_MAP)
        return true;
    tree_error(reading->tree, node, hint, "%s is a map", what);
    return false;
}

/* A test's value may be empty (`ValueName: ''`), but not left out. */
static char *plain_text(struct reading *reading, const struct node *node)
{
    if (node->kind != NODE_SCALAR) {
        tree_error(reading->tree, node, NULL, "a text is wanted here");
        return NULL;
    }
    if (node_is_null(node)) {
        tree_error(reading->tree, node, "write '' for an empty text", "a value is missing here");
        return NULL;
    }
    return arena_string(reading->arena, node->text);
}

/* ---- records ---- */

static void read_field(struct reading *reading, const struct node_entry *entry, struct test_field *field)
{
    const struct node_entry alone = {NULL, entry->value};
    const struct node_entry *entries = entry->value->kind == NODE_LIST ? entry->value->entries : &alone;
    size_t count = entry->value->kind == NODE_LIST ? entry->value->count : 1;

    field->name = schema_text(reading, entry->key);
    field->values = arena_alloc(reading->arena, (count + 1) * sizeof *field->values);
    for (size_t i = 0; i < count; i++) {
        char *value = plain_text(reading, entries[i].value);

        if (value != NULL)
            field->values[field->value_count++] = value;
    }
}

static void read_record(struct reading *reading, const struct node *node, struct test_record *record)
{
    if (!is_map(reading, node, "a record", "as in {Category: event, Provider_Name: Win32k, EventID: 243}"))
        return;
    record->fields = arena_alloc(reading->arena, (node->count + 1) * sizeof *record->fields);
    record->field_count = node->count;
    for (size_t i = 0; i < node->count; i++)
        read_field(reading, &node->entries[i], &record->fields[i]);
}

static void check_category(struct reading *reading, const struct node *record)
{
    const char *names[CATEGORY_COUNT + 1] = {NULL};
    const struct node *category = tree_get(record, "Category");

    if (record->kind != NODE_MAP)
        return;
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        names[i] = category_names[i];
    if (category == NULL)
        tree_error(reading->tree, schema_head(record), schema_hint(reading->tree, names, TEXT("")),
                   "`Category` is missing in a record");
    else
        (void)schema_word(reading->tree, category, "category", names);
}

static void read_records(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    if (value->kind != NODE_LIST) {
        tree_error(reading->tree, value, "as in - {Category: event, ...}", "`records` is a list");
        return;
    }
    test->has_records = true;
    test->records = arena_alloc(reading->arena, (value->count + 1) * sizeof *test->records);
    test->record_count = value->count;
    for (size_t i = 0; i < value->count; i++) {
        read_record(reading, value->entries[i].value, &test->records[i]);
        check_category(reading, value->entries[i].value);
    }
}

/* One map or a list of them. */
static void read_drop(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    const struct node_entry alone = {NULL, (struct node *)value};
    const struct node_entry *entries = value->kind == NODE_LIST ? value->entries : &alone;
    struct rule_test *test = target;

    (void)keyword;
    test->drop_count = value->kind == NODE_LIST ? value->count : 1;
    test->drop = arena_alloc(reading->arena, (test->drop_count + 1) * sizeof *test->drop);
    for (size_t i = 0; i < test->drop_count; i++) {
        read_record(reading, entries[i].value, &test->drop[i]);
        if (node_is(entries[i].value, NODE_MAP) && entries[i].value->count == 0)
            tree_error(reading->tree, entries[i].value, "for no records at all write `records: []`",
                       "an empty `drop` fits every record");
    }
}

static size_t replacements(const struct node *map)
{
    size_t count = 0;

    for (size_t i = 0; i < map->count; i++)
        if (map->entries[i].value->kind == NODE_MAP)
            count += map->entries[i].value->count;
    return count;
}

static void read_replace(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    static const char hint[] = "as in {EventID: {243: 244}}";
    struct rule_test *test = target;

    (void)keyword;
    if (!is_map(reading, value, "`replace`", hint))
        return;
    test->replace = arena_alloc(reading->arena, (replacements(value) + 1) * sizeof *test->replace);
    for (size_t i = 0; i < value->count; i++) {
        const struct node *pairs = value->entries[i].value;
        char *field = schema_text(reading, value->entries[i].key);

        if (!is_map(reading, pairs, "what is replaced in a field", hint))
            continue;
        for (size_t j = 0; j < pairs->count; j++)
            test->replace[test->replace_count++] =
                (struct test_replace){field, plain_text(reading, pairs->entries[j].key),
                                      plain_text(reading, pairs->entries[j].value)};
    }
}

/* ---- what was collected, and facts ---- */

static void read_moment(struct reading *reading, const struct node *node, struct moment *moment)
{
    if (!node_is(node, NODE_SCALAR) || !moment_parse(node->text, moment))
        tree_error(reading->tree, node, "as in 2009-03-02T06:00:00Z", "a time is wanted here");
}

static void read_one_collected(struct reading *reading, const struct node_entry *entry,
                               struct test_collected *collected)
{
    const struct node *key = entry->key, *value = entry->value;

    collected->what = schema_text(reading, key);
    if (!text_is(key->text, "text") && !(text_starts(key->text, TEXT("log:")) && key->text.size > 4) &&
        !(text_starts(key->text, TEXT("registry:")) && key->text.size > 9))
        tree_error(reading->tree, key, "use log:NAME, registry:KEY or text", "`%s` cannot be collected",
                   key->text.data);
    if (value->kind == NODE_LIST && value->count == 2) {
        read_moment(reading, value->entries[0].value, &collected->from);
        read_moment(reading, value->entries[1].value, &collected->to);
        if (collected->from.basis == collected->to.basis && collected->from.ticks > collected->to.ticks)
            tree_error(reading->tree, value, NULL, "the interval ends before it begins");
    } else if (node_is(value, NODE_SCALAR) && text_is(value->text, "all")) {
        collected->all = true;
    } else {
        tree_error(reading->tree, value, "as in [2009-03-02T06:00:00Z, 2009-03-02T12:00:00Z] or all",
                   "two times or `all` are wanted here");
    }
}

static void read_collected(struct reading *reading, const struct keyword *keyword, const struct node *value,
                           void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    if (!is_map(reading, value, "`collected`", "as in {log:System: all}"))
        return;
    test->has_collected = true;
    test->collected = arena_alloc(reading->arena, (value->count + 1) * sizeof *test->collected);
    test->collected_count = value->count;
    for (size_t i = 0; i < value->count; i++)
        read_one_collected(reading, &value->entries[i], &test->collected[i]);
}

static void read_facts(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    if (!is_map(reading, value, "`facts`", "as in {os.version: '5.2', os.service_pack: ~}"))
        return;
    test->facts = arena_alloc(reading->arena, (value->count + 1) * sizeof *test->facts);
    test->fact_count = value->count;
    for (size_t i = 0; i < value->count; i++) {
        static const char *const none[] = {NULL};
        const struct scope facts = {.names = none, .facts = true, .what = "facts"};
        const struct node_entry *entry = &value->entries[i];

        (void)scope_check(reading->tree, entry->key, 0, entry->key->text, &facts);
        test->facts[i].name = arena_string(reading->arena, entry->key->text);
        if (!node_is_null(entry->value))
            test->facts[i].value = schema_text(reading, entry->value);
    }
}

/* ---- expect ---- */

/* An id of this rule, or one of another that the test sees: then its rule stands before a slash, or nobody can tell
 * here. */
static void check_cause(struct reading *reading, const struct node *node)
{
    const struct test_reading *context = reading->context;
    struct names ids = {.arena = &reading->tree->arena};

    if (!node_is(node, NODE_SCALAR) || context->rule == NULL || context->others)
        return;
    for (size_t i = 0; i < context->rule->cause_count; i++) {
        const struct cause *cause = &context->rule->causes[i];

        if (cause->id == NULL || cause->full_id == NULL || text_is(node->text, cause->full_id))
            return;
        names_add(&ids, cause->id);
    }
    if (!names_have(&ids, node->text))
        tree_error(reading->tree, node, schema_hint(reading->tree, names_list(&ids), node->text),
                   "no cause of this rule has the id `%s`", node->text.data);
}

/* `win32k_243`, or `heap_full/win32k_243` where two causes have one of that name. */
static void check_evidence(struct reading *reading, const struct node *node)
{
    const struct test_reading *context = reading->context;
    struct names ids = {.arena = &reading->tree->arena};
    struct text last = node->text;
    size_t slash;

    if (context->rule == NULL || context->others)
        return;
    while ((slash = text_find_char(last, '/')) != TEXT_NOT_FOUND)
        last = text_slice(last, slash + 1, last.size);
    for (size_t i = 0; i < context->rule->cause_count; i++)
        for (size_t j = 0; j < context->rule->causes[i].evidence_count; j++) {
            if (context->rule->causes[i].evidence[j].id == NULL)
                return;
            names_add(&ids, context->rule->causes[i].evidence[j].id);
        }
    if (!names_have(&ids, last))
        tree_error(reading->tree, node, schema_hint(reading->tree, names_list(&ids), last),
                   "no evidence of this rule has the id `%s`", node->text.data);
}

static void read_order(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    read_texts(reading, keyword, value, target);
    if (value->kind == NODE_SCALAR)
        check_cause(reading, value);
    for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++)
        check_cause(reading, value->entries[i].value);
}

/* '>=0.85': the operator, then at most four decimals. */
static bool read_bound(struct text text, struct test_bound *bound)
{
    static const char *const operators[] = {">=", "<=", ">", "<", "="};
    struct text whole, decimals = TEXT("");
    uint64_t number;
    size_t dot;

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        struct text operator = text_of(operators[i]);

        if (!text_starts(text, operator))
            continue;
        memcpy(bound->op, operator.data, operator.size + 1);
        text = text_trim(text_slice(text, operator.size, text.size));
        break;
    }
    dot = text_find_char(text, '.');
    whole = text_slice(text, 0, dot);
    if (dot != TEXT_NOT_FOUND)
        decimals = text_slice(text, dot + 1, text.size);
    if (bound->op[0] == '\0' || !text_number(whole, 10, &number) || number > 1 || decimals.size > 4 ||
        (dot != TEXT_NOT_FOUND && decimals.size == 0))
        return false;
    bound->ten_thousandths = (unsigned)number;
    for (size_t i = 0; i < 4; i++) {
        char digit = i < decimals.size ? decimals.data[i] : '0';

        if (digit < '0' || digit > '9')
            return false;
        bound->ten_thousandths = bound->ten_thousandths * 10 + (unsigned)(digit - '0');
    }
    return bound->ten_thousandths <= 10000;
}

static void read_bounds(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    if (!is_map(reading, value, "`probability`", "as in {heap_full: '>=0.85'}"))
        return;
    test->expect.bounds = arena_alloc(reading->arena, (value->count + 1) * sizeof *test->expect.bounds);
    for (size_t i = 0; i < value->count; i++) {
        struct test_bound *bound = &test->expect.bounds[test->expect.bound_count++];
        const struct node_entry *entry = &value->entries[i];

        check_cause(reading, entry->key);
        bound->id = schema_text(reading, entry->key);
        if (!node_is(entry->value, NODE_SCALAR) || !read_bound(text_trim(entry->value->text), bound))
            tree_error(reading->tree, entry->value, "as in '>=0.85', '<=0.2' or '<0.05'", "a bound is wanted here");
    }
}

/* {id: text}, each text checked against `words` when given. */
static size_t read_pairs(struct reading *reading, const struct node *value, const char *what, const char *const *words,
                         struct test_pair **pairs)
{
    size_t count = 0;

    if (!is_map(reading, value, what, NULL))
        return 0;
    *pairs = arena_alloc(reading->arena, (value->count + 1) * sizeof **pairs);
    for (size_t i = 0; i < value->count; i++) {
        struct test_pair pair = {.id = schema_text(reading, value->entries[i].key)};

        if (words == NULL || schema_word(reading->tree, value->entries[i].value, "status", words) >= 0)
            pair.value = schema_text(reading, value->entries[i].value);
        if (pair.id != NULL && pair.value != NULL)
            (*pairs)[count++] = pair;
    }
    return count;
}

static void read_statuses(struct reading *reading, const struct keyword *keyword, const struct node *value,
                          void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    test->expect.evidence_count = read_pairs(reading, value, "`evidence`", status_words, &test->expect.evidence);
    for (size_t i = 0; value->kind == NODE_MAP && i < value->count; i++)
        check_evidence(reading, value->entries[i].key);
}

static void read_excluded(struct reading *reading, const struct keyword *keyword, const struct node *value,
                          void *target)
{
    struct rule_test *test = target;

    (void)keyword;
    test->expect.excluded_count = read_pairs(reading, value, "`excluded`", NULL, &test->expect.excluded);
}

static void read_verdict(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    if (schema_word(reading->tree, value, keyword->name, verdict_names) >= 0)
        ((struct rule_test *)target)->expect.verdict = arena_string(reading->arena, value->text);
}

static const struct keyword expect_keywords[] = {
    {.name = "order", .read = read_order, .offset = offsetof(struct rule_test, expect.order),
     .count_offset = offsetof(struct rule_test, expect.order_count)},
    {.name = "probability", .read = read_bounds},
    {.name = "evidence", .read = read_statuses},
    {.name = "excluded", .read = read_excluded},
    {.name = "unverified", .read = read_texts, .offset = offsetof(struct rule_test, expect.unverified),
     .count_offset = offsetof(struct rule_test, expect.unverified_count)},
    {.name = "verdict", .read = read_verdict},
    {.name = NULL},
};

static void read_expect(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    (void)keyword;
    schema_read(reading, value, "`expect`", expect_keywords, target);
    if (node_is(value, NODE_MAP) && value->count == 0)
        tree_error(reading->tree, value, NULL, "the test expects nothing");
}

/* ---- tests ---- */

static const struct keyword test_keywords[] = {
    {.name = "name", .read = read_sentence, .required = true, .offset = offsetof(struct rule_test, name)},
    {.name = "like", .read = read_sentence, .offset = offsetof(struct rule_test, like)},
    {.name = "with", .read = read_names, .offset = offsetof(struct rule_test, with),
     .count_offset = offsetof(struct rule_test, with_count)},
    {.name = "records", .read = read_records},
    {.name = "drop", .read = read_drop},
    {.name = "replace", .read = read_replace},
    {.name = "collected", .read = read_collected},
    {.name = "facts", .read = read_facts},
    {.name = "todo", .read = read_bool, .offset = offsetof(struct rule_test, todo)},
    {.name = "expect", .read = read_expect, .required = true},
    {.name = NULL},
};

static const struct rule_test *find_test(struct rule_test *const *tests, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (tests[i]->name != NULL && text_is(text_of(name), tests[i]->name))
            return tests[i];
    return NULL;
}

/* Names once, `like` to an earlier test: so nothing goes round in a circle. */
static void check_names(struct reading *reading, const struct node *list, struct rule_test *const *tests)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = list->entries[i].value;

        if (tests[i]->name != NULL && find_test(tests, i, tests[i]->name) != NULL)
            tree_error(reading->tree, tree_get(node, "name"), "name it otherwise", "a test of this name stands above");
        if (tests[i]->like != NULL && find_test(tests, i, tests[i]->like) == NULL)
            tree_error(reading->tree, tree_get(node, "like"), "a test builds on one that stands above it",
                       "no test above has the name `%s`", tests[i]->like);
        if (tests[i]->like == NULL && !tests[i]->has_records && node->kind == NODE_MAP)
            tree_error(reading->tree, schema_head(node), "write `records: []` for none",
                       "a test needs `records` or `like`");
    }
}

/* Whether a test, or one that it builds on, names other rules in `with`. */
static bool sees_others(const struct node *node, struct rule_test *const *tests, size_t count)
{
    const struct node *like = tree_get(node, "like");
    const struct rule_test *test = node_is(like, NODE_SCALAR) ? find_test(tests, count, like->text.data) : NULL;

    if (tree_get(node, "with") != NULL)
        return true;
    while (test != NULL && test->with_count == 0)
        test = test->like != NULL ? find_test(tests, count, test->like) : NULL;
    return test != NULL;
}

#define MOST_TESTS 1000u         /* of one file */

size_t tests_read(struct reading *reading, const struct node *node, const struct rule_file *file,
                  const struct rule *rule, struct rule_test ***tests)
{
    if (node->kind != NODE_LIST || node->count > MOST_TESTS) {
        tree_error(reading->tree, node, "as in - name: ...", "`tests` is a list of at most %u tests", MOST_TESTS);
        return 0;
    }
    *tests = arena_alloc(reading->arena, (node->count + 1) * sizeof(struct rule_test *));
    for (size_t i = 0; i < node->count; i++) {
        const struct node *value = node->entries[i].value;
        struct test_reading context = {rule, sees_others(value, *tests, i)};
        struct rule_test *test = arena_alloc(reading->arena, sizeof *test);

        (*tests)[i] = test;
        test->file = file;
        test->rule = rule;
        test->line = value->start.line;
        reading->context = &context;
        schema_read(reading, value, "a test", test_keywords, test);
    }
    reading->context = NULL;
    check_names(reading, node, *tests);
    return node->count;
}
