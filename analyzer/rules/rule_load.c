#include <stddef.h>
#include <string.h>

#include "rules/rule_parts.h"

const char *const rule_level_words[] = {"low", "medium", "high", "critical", NULL};
const char *const how_common_words[] = {"common", "occasional", "rare", NULL};

/* ---- names in texts ---- */

static bool is_placeholder_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

/* A brace that does not hold a name is a brace: {00020906-0000-0000-C000-000000000046} begins with a digit. */
void check_placeholders(struct tree *tree, const struct node *node, const struct scope *scope)
{
    if (!node_is(node, NODE_SCALAR))
        return;
    for (size_t i = 0; i < node->text.size; i++) {
        size_t end = i + 1;

        if (node->text.data[i] != '{')
            continue;
        while (end < node->text.size && is_placeholder_char(node->text.data[end]))
            end++;
        if (end > i + 1 && end < node->text.size && node->text.data[end] == '}' &&
            (node->text.data[i + 1] < '0' || node->text.data[i + 1] > '9'))
            (void)scope_check(tree, node, i + 1, text_slice(node->text, i + 1, end), scope);
    }
}

struct scope captures_scope(const struct rule_reading *rule)
{
    return (struct scope){.names = names_list(&rule->captures), .facts = true, .open = rule->names_lost,
                          .what = "captures of the symptom"};
}

/* ---- symptoms ---- */

static char *suggest_symptom(struct tree *tree, const struct table *symptoms, struct text id)
{
    const char **known = arena_alloc(&tree->arena, (symptoms->count + 1) * sizeof *known);
    const char *near;

    for (size_t i = 0; i < symptoms->count; i++)
        known[i] = arena_string(&tree->arena, symptoms->entries[i].key);
    near = diagnostic_suggest(id, known);
    if (near == NULL)
        return arena_printf(&tree->arena, "a symptom stands in a file of its own, or in place of its id");
    return arena_printf(&tree->arena, "did you mean `%s`?", near);
}

const struct symptom *symptom_named(struct reading *reading, const struct node *node)
{
    struct rule_reading *rule = reading->context;
    const struct table_entry *entry;

    if (!schema_is_name(reading->tree, node))
        return NULL;
    entry = table_find(rule->symptoms, node->text);
    if (entry != NULL)
        return entry->value;
    entry = table_find(rule->skipped, node->text);
    if (entry != NULL)
        tree_error(reading->tree, node, "correct that file first", "the symptom `%s` was skipped with %s",
                   node->text.data, (const char *)entry->value);
    else
        tree_error(reading->tree, node, suggest_symptom(reading->tree, rule->symptoms, node->text),
                   "unknown symptom `%s`", node->text.data);
    return NULL;
}

const char *rule_own_symptom(const struct node *root)
{
    const struct node *symptom = tree_get(root, "symptom");
    const struct node *id = tree_get(symptom, "id");

    if (!node_is(symptom, NODE_MAP))
        return NULL;
    if (id == NULL)
        id = tree_get(root, "id");
    return node_is(id, NODE_SCALAR) ? id->text.data : NULL;
}

static void add_symptom(struct reading *reading, const struct symptom *symptom)
{
    struct rule_reading *rule = reading->context;

    if (symptom == NULL) {
        rule->names_lost = true;
        return;
    }
    rule->rule->symptoms[rule->rule->symptom_count++] = symptom;
    for (size_t i = 0; i < symptom->capture_count; i++)
        names_add(&rule->captures, symptom->captures[i]);
}

static void read_symptom(struct reading *reading, const struct node *root, const struct node *value)
{
    struct rule_reading *rule = reading->context;

    rule->rule->symptoms = arena_alloc(reading->arena, (value->count + 1) * sizeof(struct symptom *));
    if (value->kind == NODE_SCALAR) {
        add_symptom(reading, symptom_named(reading, value));
    } else if (value->kind == NODE_LIST) {
        if (value->count == 0)
            tree_error(reading->tree, value, NULL, "the list is empty");
        for (size_t i = 0; i < value->count; i++) {
            const struct symptom *symptom = symptom_named(reading, value->entries[i].value);
            bool twice = false;

            for (size_t j = 0; j < rule->rule->symptom_count; j++)
                twice |= rule->rule->symptoms[j] == symptom;
            if (twice)
                tree_error(reading->tree, value->entries[i].value, NULL, "`%s` stands twice in this list", symptom->id);
            else
                add_symptom(reading, symptom);
        }
    } else {   /* in place: read in an earlier pass and found by its id; here its mistakes are reported */
        const char *own = rule_own_symptom(root);
        const struct table_entry *entry = own != NULL ? table_find(rule->symptoms, text_of(own)) : NULL;

        symptom_clear(symptom_read(reading, value, own != NULL ? own : ""));
        add_symptom(reading, entry != NULL ? entry->value : NULL);
    }
}

/* ---- resolutions ---- */

static void read_resolution_gate(struct reading *reading, const struct keyword *keyword, const struct node *value,
                                 void *target)
{
    const struct scope *scope = ((struct rule_reading *)reading->context)->cause_scope;

    (void)keyword;
    ((struct resolution *)target)->applies = predicate_compile(reading->tree, value, scope, reading->arena);
}

static void read_resolution_text(struct reading *reading, const struct keyword *keyword, const struct node *value,
                                 void *target)
{
    read_sentence(reading, keyword, value, target);
    check_placeholders(reading->tree, value, ((struct rule_reading *)reading->context)->cause_scope);
}

static const struct keyword resolution_keywords[] = {
    {.name = "text", .read = read_resolution_text, .required = true, .offset = offsetof(struct resolution, text)},
    {.name = "applies", .read = read_resolution_gate},
    {.name = NULL},
};

static void read_resolutions(struct reading *reading, const struct node *list, struct cause *cause)
{
    if (list->kind != NODE_LIST) {
        tree_error(reading->tree, list, "as in - text: Restart the service.", "`resolution` is a list");
        return;
    }
    cause->resolutions = arena_alloc(reading->arena, (list->count + 1) * sizeof *cause->resolutions);
    cause->resolution_count = list->count;
    for (size_t i = 0; i < list->count; i++)
        schema_read(reading, list->entries[i].value, "a resolution", resolution_keywords, &cause->resolutions[i]);
}

/* ---- causes ---- */

static void read_gate(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct rule_reading *rule = reading->context;
    struct scope scope = captures_scope(rule);

    *(struct predicate **)(void *)((char *)target + keyword->offset) =
        predicate_compile(reading->tree, value, &scope, reading->arena);
}

static void read_same_as(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct cause *cause = target;
    size_t slash = node_is(value, NODE_SCALAR) ? text_find_char(value->text, '/') : TEXT_NOT_FOUND;

    (void)keyword;
    if (slash == TEXT_NOT_FOUND || slash == 0 || slash + 1 == value->text.size ||
        text_find_char(text_slice(value->text, slash + 1, value->text.size), '/') != TEXT_NOT_FOUND) {
        tree_error(reading->tree, value, "as in kb174327/crypt32_leak",
                   "`same_as` wants the id of a rule and of its cause");
        return;
    }
    cause->same_as = arena_string(reading->arena, value->text);
}

static const struct keyword cause_keywords[] = {
    {.name = "id", .read = read_name, .required = true, .offset = offsetof(struct cause, id)},
    {.name = "title", .read = read_sentence, .required = true, .offset = offsetof(struct cause, title)},
    {.name = "how_common", .read = read_word, .offset = offsetof(struct cause, how_common), .words = how_common_words},
    {.name = "explains", .read = read_word, .offset = offsetof(struct cause, explains), .words = frequency_words},
    {.name = "applies", .read = read_gate, .offset = offsetof(struct cause, applies)},
    {.name = "harmless", .read = read_bool, .offset = offsetof(struct cause, harmless)},
    {.name = "same_as", .read = read_same_as},
    {.name = "evidence", .read = read_elsewhere},     /* in this order: what the one extracts, the others name */
    {.name = "resolution", .read = read_elsewhere},
    {.name = NULL},
};

static void read_cause(struct reading *reading, const struct node *node, struct cause *cause)
{
    struct rule_reading *rule = reading->context;
    const struct node *evidence = tree_get(node, "evidence"), *resolution = tree_get(node, "resolution");
    struct scope scope = {.facts = true, .what = "names in this cause"};
    struct names names;

    cause->how_common = COMMON_OCCASIONAL;
    cause->explains = FREQUENCY_USUALLY;
    schema_read(reading, node, "a cause", cause_keywords, cause);
    if (evidence != NULL)
        evidence_read(reading, evidence, cause);
    names = cause_names(reading, cause);
    scope.names = names_list(&names);
    scope.open = rule->names_lost;
    rule->cause_scope = &scope;
    if (resolution != NULL)
        read_resolutions(reading, resolution, cause);
    rule->cause_scope = NULL;
    check_placeholders(reading->tree, tree_get(node, "title"), &scope);
    if (cause->id != NULL && rule->rule->id != NULL) {
        cause->full_id = arena_printf(reading->arena, "%s/%s", rule->rule->id, cause->id);
        if (cause->same_as != NULL && text_is(text_of(cause->same_as), cause->full_id))
            tree_error(reading->tree, tree_get(node, "same_as"), NULL, "a cause cannot be the same as itself");
    }
}

#define MOST_CAUSES 200u         /* of one rule */

static void read_causes(struct reading *reading, const struct node *list, struct rule *rule)
{
    if (list->kind != NODE_LIST) {
        tree_error(reading->tree, list, "as in - id: ...", "`causes` is a list");
        return;
    }
    if (list->count == 0 || list->count > MOST_CAUSES) {
        tree_error(reading->tree, list, NULL, list->count == 0 ? "a rule needs a cause" : "more than %u causes",
                   MOST_CAUSES);
        return;
    }
    rule->causes = arena_alloc(reading->arena, list->count * sizeof *rule->causes);
    rule->cause_count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        read_cause(reading, list->entries[i].value, &rule->causes[i]);
        for (size_t j = 0; j < i && rule->causes[i].id != NULL; j++)
            if (rule->causes[j].id != NULL && text_is(text_of(rule->causes[i].id), rule->causes[j].id)) {
                tree_error(reading->tree, tree_get(list->entries[i].value, "id"), "an id stands once in a rule",
                           "duplicate id `%s`", rule->causes[i].id);
                break;
            }
    }
}

/* ---- rules ---- */

static const struct keyword rule_keywords[] = {
    {.name = "schema", .read = read_schema_version, .required = true},
    {.name = "id", .read = read_name, .required = true, .offset = offsetof(struct rule, id)},
    {.name = "title", .read = read_sentence, .required = true, .offset = offsetof(struct rule, title)},
    {.name = "level", .read = read_word, .offset = offsetof(struct rule, level), .words = rule_level_words},
    {.name = "references", .read = read_texts, .offset = offsetof(struct rule, references),
     .count_offset = offsetof(struct rule, reference_count)},
    {.name = "symptom", .read = read_elsewhere, .required = true},   /* in this order: the next uses names of the one */
    {.name = "applies", .read = read_elsewhere},
    {.name = "causes", .read = read_elsewhere, .required = true},
    {.name = "tests", .read = read_elsewhere},
    {.name = NULL},
};

struct rule *rule_read(struct reading *reading, const struct node *root, const struct rule_file *file,
                       const struct table *symptoms, const struct table *skipped)
{
    struct rule *rule = arena_alloc(reading->arena, sizeof *rule);
    struct rule_reading context = {.symptoms = symptoms, .skipped = skipped, .rule = rule,
                                   .captures = {.arena = &reading->tree->arena}};
    struct scope captures;
    const struct node *symptom = tree_get(root, "symptom"), *causes = tree_get(root, "causes");
    const struct node *applies = tree_get(root, "applies");
    static const struct keyword gate = {.name = "applies", .offset = offsetof(struct rule, applies)};

    reading->context = &context;
    rule->file = file;
    rule->level = RULE_LEVEL_MEDIUM;
    schema_read(reading, root, "a rule", rule_keywords, rule);
    if (symptom != NULL)
        read_symptom(reading, root, symptom);
    if (applies != NULL)
        read_gate(reading, &gate, applies, rule);
    captures = captures_scope(&context);
    check_placeholders(reading->tree, tree_get(root, "title"), &captures);
    if (causes != NULL)
        read_causes(reading, causes, rule);
    reading->context = NULL;
    return rule;
}

void rule_clear(struct rule *rule)
{
    if (rule == NULL)
        return;
    predicate_free(rule->applies);
    for (size_t i = 0; i < rule->cause_count; i++) {
        struct cause *cause = &rule->causes[i];

        predicate_free(cause->applies);
        for (size_t j = 0; j < cause->evidence_count; j++)
            evidence_clear(&cause->evidence[j]);
        for (size_t j = 0; j < cause->resolution_count; j++)
            predicate_free(cause->resolutions[j].applies);
    }
}
