#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "rules/detection_parts.h"
#include "rules/logsource.h"
#include "rules/pattern.h"
#include "rules/rule_parts.h"

#define MOST_ITEMS 200u          /* of one cause */

const char *const strength_words[] = {"decisive", "strong", "moderate", "weak", NULL};
const char *const frequency_words[] = {"always", "usually", "sometimes", "rarely", NULL};

/* ---- single keywords ---- */

static void read_extractions(struct reading *reading, const struct keyword *keyword, const struct node *value,
                             void *target)
{
    struct evidence *evidence = target;

    (void)keyword;
    if (value->kind != NODE_MAP || value->count == 0) {
        tree_error(reading->tree, value, "as in {Data: 'SharedSection=(?P<first>\\d+)'}",
                   "`extract` is a map of fields to regular expressions");
        return;
    }
    evidence->extractions = arena_alloc(reading->arena, value->count * sizeof *evidence->extractions);
    for (size_t i = 0; i < value->count; i++) {
        struct extraction *extraction = &evidence->extractions[evidence->extraction_count];

        extraction->field = schema_text(reading, value->entries[i].key);
        extraction->pattern = schema_pattern(reading->tree, value->entries[i].value, false);
        if (extraction->pattern == NULL)
            continue;
        evidence->extraction_count++;
        if (pattern_names(extraction->pattern)[0] == NULL)
            tree_error(reading->tree, value->entries[i].value, "name a group: (?P<name>...)",
                       "the pattern has no named group, so that it extracts nothing");
    }
}

static void read_from(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct rule_reading *rule = reading->context;
    struct evidence *evidence = target;

    (void)keyword;
    if (node_is(value, NODE_SCALAR) && text_is(value->text, "symptom")) {
        evidence->from = FROM_SYMPTOM;
    } else if (node_is(value, NODE_SCALAR) && text_is(value->text, "evidence")) {
        evidence->from = FROM_EVIDENCE;
    } else {
        evidence->from = FROM_OTHER_SYMPTOM;
        evidence->other_symptom = symptom_named(reading, value);
        if (evidence->other_symptom != NULL && rule->rule->symptom_count == 1 &&
            rule->rule->symptoms[0] == evidence->other_symptom)
            tree_error(reading->tree, value, "write `from: symptom`", "`%s` is the symptom of this rule itself",
                       evidence->other_symptom->id);
    }
}

static void read_gte(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct evidence *evidence = target;

    (void)keyword;
    if (schema_number(reading->tree, value, 1000000000u, &evidence->count.number) && evidence->count.number == 0)
        tree_error(reading->tree, value, "for `none at all` write {lte: 0}", "every count is at least 0");
}

static void read_lte(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct evidence *evidence = target;

    (void)keyword;
    evidence->count.at_most = true;
    (void)schema_number(reading->tree, value, 1000000000u, &evidence->count.number);
}

static void read_within(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct evidence *evidence = target;

    (void)keyword;
    if (schema_duration(reading->tree, value, &evidence->count.within) && evidence->count.within == 0)
        tree_error(reading->tree, value, "leave it out for no limit", "a span without length");
}

static const struct keyword count_keywords[] = {
    {.name = "gte", .read = read_gte},
    {.name = "lte", .read = read_lte},
    {.name = "distinct", .read = read_sentence, .offset = offsetof(struct evidence, count.distinct)},
    {.name = "within", .read = read_within},
    {.name = NULL},
};

static void read_count(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct evidence *evidence = target;

    (void)keyword;
    evidence->count.given = true;
    schema_read(reading, value, "a count", count_keywords, evidence);
    if (value->kind == NODE_MAP && (tree_get(value, "gte") == NULL) == (tree_get(value, "lte") == NULL))
        tree_error(reading->tree, schema_head(value), "as in {gte: 3} or {lte: 0}",
                   "a count has either `gte` or `lte`");
}

static void read_before(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    (void)keyword;
    (void)schema_duration(reading->tree, value, &((struct evidence *)target)->before);
}

static void read_after(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    (void)keyword;
    (void)schema_duration(reading->tree, value, &((struct evidence *)target)->after);
}

static const struct keyword window_keywords[] = {
    {.name = "before", .read = read_before},
    {.name = "after", .read = read_after},
    {.name = NULL},
};

static void read_when(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    static const char *const words[] = {"any", "same_boot", "{before: 10m, after: 2m}", NULL};
    struct evidence *evidence = target;
    int word;

    (void)keyword;
    if (value->kind == NODE_MAP) {
        evidence->when = WHEN_AROUND;
        schema_read(reading, value, "a window", window_keywords, evidence);
        if (value->count == 0)
            tree_error(reading->tree, value, "as in {before: 10m, after: 2m}", "the window is empty");
        return;
    }
    word = schema_word(reading->tree, value, "window", words);
    if (word == 0 || word == 1)
        evidence->when = word == 0 ? WHEN_ANY : WHEN_SAME_BOOT;
}

static void read_points(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    static const char *const words[] = {"for", "against", NULL};

    ((struct evidence *)target)->against = schema_word(reading->tree, value, keyword->name, words) == 1;
}

static const struct keyword evidence_keywords[] = {
    {.name = "id", .read = read_name, .required = true, .offset = offsetof(struct evidence, id)},
    {.name = "title", .read = read_sentence, .required = true, .offset = offsetof(struct evidence, title)},
    {.name = "from", .read = read_from},
    {.name = "logsource", .read = read_logsource, .offset = offsetof(struct evidence, logsource)},
    {.name = "detection", .read = read_elsewhere},   /* when the logsource is known */
    {.name = "extract", .read = read_extractions},
    {.name = "where", .read = read_elsewhere},       /* when all items of the cause are known */
    {.name = "all", .read = read_names, .offset = offsetof(struct evidence, all),
     .count_offset = offsetof(struct evidence, all_count)},
    {.name = "count", .read = read_count},
    {.name = "when", .read = read_when},
    {.name = "valid", .read = read_elsewhere},
    {.name = "strength", .read = read_word, .required = true, .offset = offsetof(struct evidence, strength),
     .words = strength_words},
    {.name = "expected", .read = read_word, .offset = offsetof(struct evidence, expected), .words = frequency_words},
    {.name = "points", .read = read_points},
    {.name = "group", .read = read_name, .offset = offsetof(struct evidence, group)},
    {.name = NULL},
};

/* ---- what goes with what ---- */

static void refuse(struct reading *reading, const struct node *node, const char *key, const char *with,
                   const char *hint)
{
    const struct node *value = tree_get(node, key);

    if (value != NULL)
        tree_error(reading->tree, value, hint, "`%s` does not go with %s", key, with);
}

static void check_parts(struct reading *reading, const struct node *node, const struct evidence *evidence)
{
    const char *other = NULL;

    if (evidence->from == FROM_RECORDS) {
        if (tree_get(node, "logsource") == NULL || tree_get(node, "detection") == NULL)
            tree_error(reading->tree, schema_head(node), "or `from`: symptom, evidence or the id of a symptom",
                       "an evidence item needs `logsource` and `detection`");
        refuse(reading, node, "all", "`detection`", "it belongs to `from: evidence`");
    } else {
        other = evidence->from == FROM_SYMPTOM  ? "`from: symptom`" :
                evidence->from == FROM_EVIDENCE ? "`from: evidence`" :
                                                  "`from`";
        refuse(reading, node, "logsource", other, "leave it out");
        refuse(reading, node, "detection", other, "leave it out");
        refuse(reading, node, "extract", other, "leave it out");
    }
    if (evidence->from == FROM_SYMPTOM || evidence->from == FROM_EVIDENCE)
        refuse(reading, node, "when", other, "leave it out");
    if (evidence->from == FROM_OTHER_SYMPTOM)
        refuse(reading, node, "where", other, "only whether the symptom occurred can be asked");
    if (evidence->from == FROM_OTHER_SYMPTOM && evidence->count.distinct != NULL)
        tree_error(reading->tree, tree_get(tree_get(node, "count"), "distinct"), "leave it out",
                   "the captures of another symptom cannot be counted");
    if (evidence->from == FROM_SYMPTOM || evidence->from == FROM_OTHER_SYMPTOM)
        refuse(reading, node, "all", other, "it belongs to `from: evidence`");
    if (evidence->from == FROM_SYMPTOM && tree_get(node, "where") == NULL && tree_get(node, "count") == NULL)
        tree_error(reading->tree, schema_head(node), "add one of them", "`from: symptom` needs `where` or `count`");
    if (evidence->from == FROM_EVIDENCE) {
        refuse(reading, node, "count", other, "write `where: {id.count|gte: 3}`");
        if ((tree_get(node, "all") == NULL) == (tree_get(node, "where") == NULL))
            tree_error(reading->tree, schema_head(node), "as in all: [a, b] or where: {a.count|gt: 'b.count'}",
                       "`from: evidence` needs either `all` or `where`");
    }
    if (evidence->against)
        refuse(reading, node, "expected", "`points: against`", "leave it out: absence then counts nothing");
}

/* Events and crashes belong to a boot; registry, text and facts do not. */
static enum when_kind default_when(const struct evidence *evidence)
{
    bool timed = false;

    if (evidence->from == FROM_RECORDS)
        timed = !evidence->logsource.has_category || evidence->logsource.category == CATEGORY_EVENT ||
                evidence->logsource.category == CATEGORY_CRASH;
    for (size_t i = 0; evidence->other_symptom != NULL && i < evidence->other_symptom->source_count; i++) {
        const struct logsource *logsource = &evidence->other_symptom->sources[i].logsource;

        timed |= !logsource->has_category || logsource->category == CATEGORY_EVENT ||
                 logsource->category == CATEGORY_CRASH;
    }
    return timed ? WHEN_SAME_BOOT : WHEN_ANY;
}

/* First pass: everything but what needs to know the cause's other items. */
static void read_item(struct reading *reading, const struct node *node, struct evidence *evidence)
{
    struct rule_reading *rule = reading->context;
    static const char *const model_rows[] = {"prior", "crowd", "gates", "limit", "symptom"};
    const struct node *detection = tree_get(node, "detection");

    evidence->expected = FREQUENCY_OMITTED;
    evidence->count.number = 1;
    schema_read(reading, node, "an evidence item", evidence_keywords, evidence);
    if (detection != NULL)
        evidence->detection = detection_compile(reading->tree, detection, &evidence->logsource, reading->arena);
    if ((detection != NULL && evidence->detection == NULL) ||
        (node_is(tree_get(node, "extract"), NODE_MAP) &&
         tree_get(node, "extract")->count != evidence->extraction_count))
        rule->names_lost = true;
    if (node->kind != NODE_MAP)
        return;
    if (tree_get(node, "when") == NULL)
        evidence->when = default_when(evidence);
    for (size_t i = 0; evidence->id != NULL && i < sizeof model_rows / sizeof *model_rows; i++)
        if (text_is(text_of(evidence->id), model_rows[i]))
            tree_error(reading->tree, tree_get(node, "id"), "choose another", "`%s` is a row that every ledger has",
                       evidence->id);
    check_parts(reading, node, evidence);
}

/* ---- names ---- */

/* What the item itself knows of a record: named groups of its detection and of `extract`. */
static void add_own_names(struct names *names, const struct evidence *evidence)
{
    const char *groups[LIMIT_CAPTURES];
    size_t count = evidence->detection != NULL ? detection_names(evidence->detection, groups, LIMIT_CAPTURES) : 0;

    for (size_t i = 0; i < count && i < LIMIT_CAPTURES; i++)
        names_add(names, groups[i]);
    for (size_t i = 0; i < evidence->extraction_count; i++)
        for (const char *const *name = pattern_names(evidence->extractions[i].pattern); *name != NULL; name++)
            names_add(names, *name);
}

struct names cause_names(struct reading *reading, const struct cause *cause)
{
    struct rule_reading *rule = reading->context;
    struct names names = {.arena = &reading->tree->arena};

    for (size_t i = 0; i < rule->captures.count; i++)
        names_add(&names, rule->captures.items[i]);
    for (size_t i = 0; i < cause->evidence_count; i++) {
        add_own_names(&names, &cause->evidence[i]);
        if (cause->evidence[i].id != NULL)
            names_add(&names, arena_printf(&reading->tree->arena, "%s.count", cause->evidence[i].id));
    }
    return names;
}

/* The names that `where` of this item may use, and what they are called. */
static struct scope where_scope(struct reading *reading, const struct cause *cause, const struct evidence *evidence,
                                struct names *names)
{
    struct rule_reading *rule = reading->context;
    struct scope scope = {.names_as_values = true, .open = rule->names_lost};

    *names = (struct names){.arena = &reading->tree->arena};
    switch (evidence->from) {
    case FROM_RECORDS:
        add_own_names(names, evidence);
        scope.what = "extracted names";
        break;
    case FROM_SYMPTOM:
        for (size_t i = 0; i < rule->captures.count; i++)
            names_add(names, rule->captures.items[i]);
        scope.what = "captures of the symptom";
        break;
    case FROM_OTHER_SYMPTOM:   /* has no `where` */
        break;
    case FROM_EVIDENCE:
        for (size_t i = 0; i < cause->evidence_count; i++) {
            add_own_names(names, &cause->evidence[i]);
            if (cause->evidence[i].id != NULL && &cause->evidence[i] != evidence)
                names_add(names, arena_printf(&reading->tree->arena, "%s.count", cause->evidence[i].id));
        }
        scope.facts = true;
        scope.what = "names in this cause";
        break;
    }
    scope.names = names_list(names);
    return scope;
}

/* ---- second pass ---- */

static void check_distinct(struct reading *reading, const struct node *node, const struct evidence *evidence,
                           const struct scope *scope)
{
    const struct node *distinct = tree_get(tree_get(node, "count"), "distinct");

    /* Of records any field may be counted too, and which fields an event has is not known here. */
    if (evidence->count.distinct != NULL && distinct != NULL && evidence->from == FROM_SYMPTOM)
        (void)scope_check(reading->tree, distinct, 0, distinct->text, scope);
}

static void finish_item(struct reading *reading, const struct node *node, const struct cause *cause,
                        struct evidence *evidence)
{
    struct rule_reading *rule = reading->context;
    struct names names, all = cause_names(reading, cause);
    struct scope scope = where_scope(reading, cause, evidence, &names);
    struct scope gates = captures_scope(rule);
    struct scope everything = {.names = names_list(&all), .facts = true, .open = rule->names_lost,
                               .what = "names in this cause"};
    const struct node *where = tree_get(node, "where"), *valid = tree_get(node, "valid");

    if (where != NULL && evidence->from != FROM_OTHER_SYMPTOM)
        evidence->where = predicate_compile(reading->tree, where, &scope, reading->arena);
    if (valid != NULL)
        evidence->valid = predicate_compile(reading->tree, valid, &gates, reading->arena);
    if (names.count > LIMIT_CAPTURES && evidence->from == FROM_RECORDS)
        tree_error(reading->tree, schema_head(node), NULL, "the item captures more than %u names", LIMIT_CAPTURES);
    check_distinct(reading, node, evidence, &scope);
    check_placeholders(reading->tree, tree_get(node, "title"), &everything);
}

static void check_unique(struct reading *reading, const struct node *list, const struct cause *cause)
{
    for (size_t i = 1; i < cause->evidence_count; i++)
        for (size_t j = 0; j < i; j++)
            if (cause->evidence[i].id != NULL && cause->evidence[j].id != NULL &&
                text_is(text_of(cause->evidence[i].id), cause->evidence[j].id)) {
                tree_error(reading->tree, tree_get(list->entries[i].value, "id"), "an id stands once in a cause",
                           "duplicate id `%s`", cause->evidence[i].id);
                break;
            }
}

static void check_all_exist(struct reading *reading, const struct node *node, const struct cause *cause,
                            const struct evidence *evidence)
{
    const struct node *all = tree_get(node, "all");
    struct names ids = {.arena = &reading->tree->arena};

    for (size_t i = 0; i < cause->evidence_count; i++)
        if (cause->evidence[i].id != NULL && &cause->evidence[i] != evidence)
            names_add(&ids, cause->evidence[i].id);
    for (size_t i = 0; i < evidence->all_count; i++)
        if (!names_have(&ids, text_of(evidence->all[i])))
            tree_error(reading->tree, tree_item(all, text_of(evidence->all[i])),
                       schema_hint(reading->tree, names_list(&ids), text_of(evidence->all[i])),
                       "`all` names `%s`, which is no other item of this cause", evidence->all[i]);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* Whether a name stands in a text, as a whole word. */
static bool mentions(struct text text, struct text name)
{
    size_t at = 0, found;

    while ((found = text_find(text_slice(text, at, text.size), name)) != TEXT_NOT_FOUND) {
        at += found;
        if ((at == 0 || !is_name_char(text.data[at - 1])) &&
            (at + name.size == text.size || !is_name_char(text.data[at + name.size])))
            return true;
        at++;
    }
    return false;
}

/* Whether a `where` asks for `id.count`: the compiled predicate does not say, its text does. */
static bool asks_for(const struct node *node, struct text name)
{
    bool asks = false;

    if (node == NULL)
        return false;
    if (node->kind == NODE_SCALAR)
        return mentions(node->text, name);
    for (size_t i = 0; i < node->count && !asks; i++)
        asks = (node->entries[i].key != NULL && asks_for(node->entries[i].key, name)) ||
               asks_for(node->entries[i].value, name);
    return asks;
}

struct circle {
    const struct cause *cause;
    const struct node *list;
    struct arena *arena;
    char *state;                 /* of each item: 0 not seen, 1 being followed, 2 done */
};

static bool depends_on(struct circle *circle, size_t item, size_t other)
{
    const struct evidence *evidence = &circle->cause->evidence[item], *wanted = &circle->cause->evidence[other];

    if (evidence->from != FROM_EVIDENCE || wanted->id == NULL)
        return false;
    for (size_t i = 0; i < evidence->all_count; i++)
        if (text_is(text_of(evidence->all[i]), wanted->id))
            return true;
    return asks_for(tree_get(circle->list->entries[item].value, "where"),
                    text_of(arena_printf(circle->arena, "%s.count", wanted->id)));
}

/* Depth is bounded: only `from: evidence` items are followed, each once, and a cause has at most MOST_ITEMS. */
static bool goes_round(struct circle *circle, size_t item)
{
    bool round = false;

    if (circle->state[item] != 0)
        return circle->state[item] == 1;
    circle->state[item] = 1;
    for (size_t i = 0; i < circle->cause->evidence_count && !round; i++)
        round = circle->cause->evidence[i].from == FROM_EVIDENCE && depends_on(circle, item, i) &&
                goes_round(circle, i);
    circle->state[item] = 2;
    return round;
}

static void check_circles(struct reading *reading, const struct node *list, const struct cause *cause)
{
    struct circle circle = {cause, list, &reading->tree->arena, memory_array(cause->evidence_count + 1, 1)};

    for (size_t i = 0; i < cause->evidence_count; i++)
        if (cause->evidence[i].from == FROM_EVIDENCE && circle.state[i] == 0 && goes_round(&circle, i))
            tree_error(reading->tree, schema_head(list->entries[i].value), "an item cannot depend on itself",
                       "the evidence `%s` goes round in a circle",
                       cause->evidence[i].id != NULL ? cause->evidence[i].id : "?");
    free(circle.state);
}

void evidence_read(struct reading *reading, const struct node *list, struct cause *cause)
{
    if (list->kind != NODE_LIST) {
        tree_error(reading->tree, list, "as in - id: ...", "`evidence` is a list");
        return;
    }
    if (list->count > MOST_ITEMS) {
        tree_error(reading->tree, list, "split the cause", "more than %u evidence items", MOST_ITEMS);
        return;
    }
    cause->evidence = arena_alloc(reading->arena, (list->count + 1) * sizeof *cause->evidence);
    cause->evidence_count = list->count;
    for (size_t i = 0; i < list->count; i++)
        read_item(reading, list->entries[i].value, &cause->evidence[i]);
    check_unique(reading, list, cause);
    for (size_t i = 0; i < list->count; i++) {
        finish_item(reading, list->entries[i].value, cause, &cause->evidence[i]);
        if (cause->evidence[i].all_count > 0)
            check_all_exist(reading, list->entries[i].value, cause, &cause->evidence[i]);
    }
    check_circles(reading, list, cause);
}

void evidence_clear(struct evidence *evidence)
{
    detection_free(evidence->detection);
    predicate_free(evidence->where);
    predicate_free(evidence->valid);
    for (size_t i = 0; i < evidence->extraction_count; i++)
        pattern_free(evidence->extractions[i].pattern);
}
