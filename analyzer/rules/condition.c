/*
 * The condition of a detection:
 *
 *     or    = and { "or" and }
 *     and   = not { "and" not }
 *     not   = "not" not | part
 *     part  = "(" or ")" | ( "1" | "any" | "all" ) "of" ( "them" | name with * ) | name
 *
 * `1 of them` is an OR of all selections whose name does not begin with _, `all of sel*` an AND of those that fit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/detection_parts.h"
#include "rules/schema.h"

struct parser {
    struct tree *tree;
    const struct node *node;     /* the scalar; places are offsets in its text */
    struct detection *detection;
    size_t at;                   /* behind the current word */
    struct text word;            /* the current word; empty at the end */
    unsigned depth;
    size_t conditions;           /* made so far */
    bool failed;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void next_word(struct parser *parser)
{
    struct text text = parser->node->text;
    size_t from = parser->at, to;

    while (from < text.size && is_blank(text.data[from]))
        from++;
    to = from;
    if (to < text.size && (text.data[to] == '(' || text.data[to] == ')'))
        to++;
    else
        while (to < text.size && !is_blank(text.data[to]) && text.data[to] != '(' && text.data[to] != ')')
            to++;
    parser->word = (struct text){text.data + from, to - from};
    parser->at = to;
}

static struct condition *fail(struct parser *parser, const char *hint, const char *message)
{
    size_t offset = (size_t)(parser->word.data - parser->node->text.data);

    if (!parser->failed)
        tree_error_in(parser->tree, parser->node, offset, parser->word.size, hint, "%s", message);
    parser->failed = true;
    return NULL;
}

static struct condition *new_condition(struct parser *parser, enum condition_kind kind)
{
    struct condition *condition = arena_alloc(parser->detection->arena, sizeof *condition);

    condition->kind = kind;
    if (++parser->conditions > LIMIT_RULE_NODES)
        (void)fail(parser, "write less", "the condition is too large");
    return condition;
}

static struct condition *of_selection(struct parser *parser, struct selection *selection)
{
    struct condition *condition = new_condition(parser, CONDITION_SELECTION);

    selection->used = true;
    condition->selection = selection;
    condition->cost = selection->cost;
    condition->has_groups = selection->has_groups;
    return condition;
}

/* A growing list of the parts of one AND or OR. */
struct parts {
    struct condition **items;
    size_t count, capacity;
};

static void parts_add(struct parts *parts, struct condition *condition)
{
    parts->items = memory_room(parts->items, parts->count, &parts->capacity, sizeof(struct condition *));
    parts->items[parts->count++] = condition;
}

/* Insertion sort: stable, so that equals stay as written. */
static void cheapest_first(struct parts *parts)
{
    for (size_t i = 1; i < parts->count; i++) {
        struct condition *moved = parts->items[i];
        size_t j = i;

        for (; j > 0 && parts->items[j - 1]->cost > moved->cost; j--)
            parts->items[j] = parts->items[j - 1];
        parts->items[j] = moved;
    }
}

/* Takes over the parts. One part alone stands for itself. */
static struct condition *join(struct parser *parser, enum condition_kind kind, struct parts *parts)
{
    struct condition *condition = NULL;

    if (!parser->failed && parts->count == 1) {
        condition = parts->items[0];
    } else if (!parser->failed) {
        condition = new_condition(parser, kind);
        if (kind == CONDITION_AND)
            cheapest_first(parts);
        condition->parts = arena_alloc(parser->detection->arena, parts->count * sizeof(struct condition *));
        memcpy(condition->parts, parts->items, parts->count * sizeof(struct condition *));
        condition->count = parts->count;
        for (size_t i = 0; i < parts->count; i++) {
            if (parts->items[i]->cost > condition->cost)
                condition->cost = parts->items[i]->cost;
            condition->has_groups |= parts->items[i]->has_groups;
        }
    }
    free(parts->items);
    return condition;
}

/* `sel*`: * stands for any text, anywhere in the name. Only the last * ever has to be tried again. */
static bool name_fits(struct text name, struct text pattern)
{
    size_t at = 0, next = 0, star = SIZE_MAX, star_at = 0;

    while (at < name.size) {
        if (next < pattern.size && pattern.data[next] == '*') {
            star = next++;
            star_at = at;
        } else if (next < pattern.size && pattern.data[next] == name.data[at]) {
            next++;
            at++;
        } else if (star != SIZE_MAX) {
            next = star + 1;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (next < pattern.size && pattern.data[next] == '*')
        next++;
    return next == pattern.size;
}

static struct condition *several(struct parser *parser, enum condition_kind kind)
{
    struct parts parts = {0};
    struct text target;
    bool them;

    next_word(parser);
    target = parser->word;
    them = text_is_nocase(target, "them");
    if (target.size == 0 || target.data[0] == '(' || target.data[0] == ')')
        return fail(parser, "as in `1 of them` or `all of sel*`", "`of` wants `them` or a name with *");
    for (size_t i = 0; i < parser->detection->selection_count && !parser->failed; i++) {
        struct selection *selection = &parser->detection->selections[i];

        if (them ? selection->name.data[0] != '_' : name_fits(selection->name, target))
            parts_add(&parts, of_selection(parser, selection));
    }
    if (parts.count == 0 || parser->failed) {
        free(parts.items);
        return fail(parser, "name at least one", "no selection has such a name");
    }
    next_word(parser);
    return join(parser, kind, &parts);
}

static struct condition *unknown_selection(struct parser *parser)
{
    const struct detection *detection = parser->detection;
    const char **names = arena_alloc(&parser->tree->arena, (detection->selection_count + 1) * sizeof *names);

    for (size_t i = 0; i < detection->selection_count; i++)
        names[i] = detection->selections[i].name.data;
    if (parser->word.data[0] == '|')
        return fail(parser, "use `count` of the evidence item",
                    "aggregations (`| count() ...`) are not part of this language");
    return fail(parser, detection->selection_count > 0 ? schema_hint(parser->tree, names, parser->word) : NULL,
                "the condition names a selection that is not there");
}

static struct condition *parse_or(struct parser *parser);

static bool is_reserved(struct text word)
{
    return text_is_nocase(word, "and") || text_is_nocase(word, "or") || text_is_nocase(word, "of") ||
           text_is(word, ")");
}

static struct condition *parse_part(struct parser *parser)
{
    struct text word = parser->word;
    struct condition *inner;

    if (word.size == 0)
        return fail(parser, "name a selection", "the condition ends too early");
    if (is_reserved(word))
        return fail(parser, "name a selection", "a selection is missing here");
    if (text_is(word, "(")) {
        next_word(parser);
        inner = parse_or(parser);
        if (parser->failed)
            return NULL;
        if (!text_is(parser->word, ")"))
            return fail(parser, "close it with )", "a bracket is not closed");
        next_word(parser);
        return inner;
    }
    next_word(parser);
    if (text_is_nocase(parser->word, "of")) {
        if (text_is(word, "1") || text_is_nocase(word, "any"))
            return several(parser, CONDITION_OR);
        if (text_is_nocase(word, "all"))
            return several(parser, CONDITION_AND);
        parser->word = word;
        return fail(parser, "use 1, any or all", "unknown quantity before `of`");
    }
    for (size_t i = 0; i < parser->detection->selection_count; i++)
        if (text_equal(parser->detection->selections[i].name, word))
            return of_selection(parser, &parser->detection->selections[i]);
    parser->word = word;
    return unknown_selection(parser);
}

static struct condition *parse_not(struct parser *parser)
{
    struct condition *inner, *condition;

    if (!text_is_nocase(parser->word, "not"))
        return parse_part(parser);
    if (parser->depth == LIMIT_RULE_DEPTH)
        return fail(parser, NULL, "the condition is nested too deep");
    next_word(parser);
    parser->depth++;
    inner = parse_not(parser);
    parser->depth--;
    if (inner == NULL)
        return NULL;
    condition = new_condition(parser, CONDITION_NOT);
    condition->parts = arena_alloc(parser->detection->arena, sizeof(struct condition *));
    condition->parts[0] = inner;
    condition->count = 1;
    condition->cost = inner->cost;
    return condition;
}

static struct condition *parse_and(struct parser *parser)
{
    struct parts parts = {0};

    parts_add(&parts, parse_not(parser));
    while (!parser->failed && text_is_nocase(parser->word, "and")) {
        next_word(parser);
        parts_add(&parts, parse_not(parser));
    }
    return join(parser, CONDITION_AND, &parts);
}

static struct condition *parse_or(struct parser *parser)
{
    struct parts parts = {0};

    if (parser->depth == LIMIT_RULE_DEPTH)
        return fail(parser, NULL, "the condition is nested too deep");
    parser->depth++;
    parts_add(&parts, parse_and(parser));
    while (!parser->failed && text_is_nocase(parser->word, "or")) {
        next_word(parser);
        parts_add(&parts, parse_and(parser));
    }
    parser->depth--;
    return join(parser, CONDITION_OR, &parts);
}

struct condition *condition_compile(struct tree *tree, const struct node *node, struct detection *detection)
{
    struct parser parser = {.tree = tree, .node = node, .detection = detection};
    struct condition *condition;

    if (node->kind != NODE_SCALAR) {
        tree_error(tree, node, "as in `sel and not filter`", "the condition is one text");
        return NULL;
    }
    next_word(&parser);
    condition = parse_or(&parser);
    if (!parser.failed && parser.word.size > 0)
        (void)fail(&parser, "use and, or, not and brackets", "the condition does not go on like this");
    return parser.failed ? NULL : condition;
}
