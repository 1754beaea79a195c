#include "rules/schema.h"

#include <string.h>

#include "rules/pattern.h"

#define LONGEST_DAYS 36500u      /* of a duration: a century */
#define LONGEST_LIST 1000u       /* texts in one list */

char *schema_hint(struct tree *tree, const char *const *words, struct text given)
{
    struct buffer hint = {0};
    const char *near = diagnostic_suggest(given, words);
    char *kept;

    if (words[0] == NULL)
        return NULL;
    buffer_add_string(&hint, "use ");
    for (size_t i = 0; words[i] != NULL; i++)
        buffer_printf(&hint, "%s%s", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    if (near != NULL)
        buffer_printf(&hint, "; did you mean `%s`?", near);
    kept = arena_string(&tree->arena, buffer_text(&hint));
    buffer_free(&hint);
    return kept;
}

const struct node *schema_head(const struct node *map)
{
    return map->kind == NODE_MAP && map->count > 0 ? map->entries[0].key : map;
}

static const struct keyword *find_keyword(struct reading *reading, const struct node *key, const char *what,
                                          const struct keyword *keywords)
{
    const char *names[64];
    size_t count = 0;

    for (const struct keyword *row = keywords; row->name != NULL; row++) {
        if (text_is(key->text, row->name))
            return row;
        if (count < sizeof names / sizeof *names - 1)
            names[count++] = row->name;
    }
    names[count] = NULL;
    tree_error(reading->tree, key, schema_hint(reading->tree, names, key->text), "unknown key `%s` in %s",
               key->text.data, what);
    return NULL;
}

void schema_read(struct reading *reading, const struct node *node, const char *what, const struct keyword *keywords,
                 void *target)
{
    if (node->kind != NODE_MAP) {
        tree_error(reading->tree, node, "write `key: value` lines", "%s is a map", what);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct keyword *keyword = find_keyword(reading, node->entries[i].key, what, keywords);

        if (keyword != NULL)
            keyword->read(reading, keyword, node->entries[i].value, target);
    }
    for (const struct keyword *row = keywords; row->name != NULL; row++)
        if (row->required && tree_get(node, row->name) == NULL)
            tree_error(reading->tree, schema_head(node), NULL, "`%s` is missing in %s", row->name, what);
}

/* ---- single values ---- */

static bool has_text(struct tree *tree, const struct node *node)
{
    if (node->kind != NODE_SCALAR) {
        tree_error(tree, node, NULL, "a text is wanted here, not a %s", node->kind == NODE_LIST ? "list" : "map");
        return false;
    }
    if (node_is_null(node) || text_trim(node->text).size == 0) {
        tree_error(tree, node, node->text.size > 0 ? "quote it when the text itself is meant" : NULL,
                   "a text is missing here");
        return false;
    }
    return true;
}

char *schema_text(struct reading *reading, const struct node *node)
{
    return has_text(reading->tree, node) ? arena_string(reading->arena, text_trim(node->text)) : NULL;
}

bool schema_is_name(struct tree *tree, const struct node *node)
{
    if (!has_text(tree, node))
        return false;
    for (size_t i = 0; i < node->text.size; i++) {
        char c = node->text.data[i];

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')
            continue;
        if ((c == '.' || c == '-') && i > 0 && i + 1 < node->text.size)
            continue;
        tree_error_in(tree, node, i, 1, "use a-z, 0-9, _ and, inside, - or .", "`%s` is no id", node->text.data);
        return false;
    }
    return true;
}

int schema_word(struct tree *tree, const struct node *node, const char *what, const char *const *words)
{
    if (!has_text(tree, node))
        return -1;
    for (int i = 0; words[i] != NULL; i++)
        if (text_is(node->text, words[i]))
            return i;
    tree_error(tree, node, schema_hint(tree, words, node->text), "unknown %s `%s`", what, node->text.data);
    return -1;
}

bool schema_number(struct tree *tree, const struct node *node, uint64_t most, uint64_t *number)
{
    if (!has_text(tree, node))
        return false;
    if (text_number(node->text, 10, number) && *number <= most)
        return true;
    tree_error(tree, node, NULL, "a whole number from 0 to %llu is wanted here", (unsigned long long)most);
    return false;
}

bool schema_duration(struct tree *tree, const struct node *node, int64_t *ticks)
{
    static const struct { char unit; int64_t seconds; } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t number;

    if (!has_text(tree, node))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (node->text.data[node->text.size - 1] != units[i].unit ||
            !text_number(text_slice(node->text, 0, node->text.size - 1), 10, &number) ||
            number > (uint64_t)(LONGEST_DAYS * 86400ull / (uint64_t)units[i].seconds))
            continue;
        *ticks = (int64_t)number * units[i].seconds * TICKS_PER_SECOND;
        return true;
    }
    tree_error(tree, node, "as in 90s, 10m, 2h or 1d", "a length of time is wanted here");
    return false;
}

struct pattern *schema_pattern(struct tree *tree, const struct node *node, bool nocase)
{
    struct buffer why = {0};
    struct pattern *pattern;
    size_t offset = 0;

    if (!has_text(tree, node))
        return NULL;
    pattern = pattern_compile(node->text, nocase, &why, &offset);
    if (pattern == NULL)
        tree_error_in(tree, node, offset < node->text.size ? offset : node->text.size, 1, why.data,
                      "the regular expression does not compile");
    buffer_free(&why);
    return pattern;
}

/* ---- readers ---- */

static void *member(const struct keyword *keyword, void *target)
{
    return (char *)target + keyword->offset;
}

void read_sentence(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    char *text = schema_text(reading, value);

    for (char *c = text; c != NULL && *c != '\0'; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    memcpy(member(keyword, target), &text, sizeof text);
}

void read_name(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    char *name = schema_is_name(reading->tree, value) ? arena_string(reading->arena, value->text) : NULL;

    memcpy(member(keyword, target), &name, sizeof name);
}

static void read_list(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target,
                      bool names)
{
    const struct node_entry alone = {NULL, (struct node *)value};
    const struct node_entry *entries = value->kind == NODE_LIST ? value->entries : &alone;
    size_t given = value->kind == NODE_LIST ? value->count : 1, count = 0;
    char **items = arena_alloc(reading->arena, (given + 1) * sizeof *items);

    if (given == 0)
        tree_error(reading->tree, value, NULL, "the list is empty");
    if (given > LONGEST_LIST) {
        tree_error(reading->tree, value, NULL, "the list has more than %u entries", LONGEST_LIST);
        given = 0;
    }
    for (size_t i = 0; i < given; i++) {
        bool good = names ? schema_is_name(reading->tree, entries[i].value) : has_text(reading->tree, entries[i].value);

        for (size_t j = 0; good && j < i; j++)
            if (node_is(entries[j].value, NODE_SCALAR) && text_equal(entries[i].value->text, entries[j].value->text)) {
                tree_error(reading->tree, entries[i].value, NULL, "`%s` stands twice in this list",
                           entries[i].value->text.data);
                good = false;
            }
        if (good)
            items[count++] = arena_string(reading->arena, text_trim(entries[i].value->text));
    }
    memcpy(member(keyword, target), &items, sizeof items);
    memcpy((char *)target + keyword->count_offset, &count, sizeof count);
}

void read_texts(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    read_list(reading, keyword, value, target, false);
}

void read_names(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    read_list(reading, keyword, value, target, true);
}

void read_word(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    int word = schema_word(reading->tree, value, keyword->name, keyword->words);
    unsigned number = (unsigned)word;

    if (word >= 0)
        memcpy(member(keyword, target), &number, sizeof number);
}

void read_bool(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    static const char *const words[] = {"false", "true", NULL};
    int word = schema_word(reading->tree, value, "value", words);

    if (word >= 0)
        *(bool *)member(keyword, target) = word == 1;
}

void read_schema_version(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    (void)keyword;
    (void)target;
    if (!node_is(value, NODE_SCALAR) || !text_is(value->text, "1"))
        tree_error(reading->tree, value, "this version reads `schema: 1`", "unknown schema");
}

void read_elsewhere(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    (void)reading;
    (void)keyword;
    (void)value;
    (void)target;
}
