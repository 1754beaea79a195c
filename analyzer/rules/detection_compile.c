#include "rules/detection_parts.h"

#include <stdlib.h>
#include <string.h>

#include "rules/pattern.h"
#include "rules/schema.h"

/* ---- fields ---- */

static const struct { const char *name; enum known_field known; } known_fields[] = {
    {"Channel", FIELD_CHANNEL}, {"Provider_Name", FIELD_PROVIDER}, {"EventID", FIELD_EVENT_ID},
    {"Level", FIELD_LEVEL},     {"Computer", FIELD_COMPUTER},
};

/* What records of these categories can have; others have whatever their events bring. */
static const char *const registry_fields[] = {"Key", "ValueName", "Type", "Data", "KeyTime", "ControlSet", "Category",
                                              "Source", "Record", "Line", "Offset", "Host", NULL};
static const char *const crash_fields[] = {
    "Process", "ProcessVersion", "Module", "ModuleVersion", "Culprit", "ExceptionCode", "Offset", "BugcheckCode",
    "BugcheckName", "BugcheckParameter1", "BugcheckParameter2", "BugcheckParameter3", "BugcheckParameter4",
    "FailureBucket", "Stack", "TimeCreated", "Computer", "Message", "Category", "Source", "Record", "Line", "Host",
    NULL};

static void check_field(struct tree *tree, const struct node *key, struct text name, const struct logsource *logsource)
{
    const char *const *known = NULL;

    if (logsource->has_category && logsource->category == CATEGORY_REGISTRY)
        known = registry_fields;
    else if (logsource->has_category && logsource->category == CATEGORY_CRASH)
        known = crash_fields;
    if (known == NULL)
        return;
    for (size_t i = 0; known[i] != NULL; i++)
        if (text_is(name, known[i]))
            return;
    tree_warning_in(tree, key, 0, name.size, schema_hint(tree, known, name), "no %s record has a field `%.*s`",
                 category_names[logsource->category], (int)name.size, name.data);
}

static enum known_field known_field_of(struct text name)
{
    for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++)
        if (text_is(name, known_fields[i].name))
            return known_fields[i].known;
    return FIELD_OTHER;
}

/* ---- items ---- */

struct compiler {
    struct tree *tree;
    struct detection *detection;
    const struct logsource *logsource;
};

static void finish_item(struct item *item)
{
    if (item->known == FIELD_EVENT_ID)
        item->cost = COST_EVENT_ID;
    else
        item->cost = item->known == FIELD_OTHER || item->known == FIELD_ANY ? COST_PLAIN : COST_SYSTEM;
    for (size_t i = 0; i < item->count; i++)
        if (item->values[i].way == COMPARE_PATTERN)
            item->cost = COST_PATTERN;
}

/* The values behind a key: one scalar or a list. Counts only what compiled, so that all of it can be freed. */
static void compile_values(struct compiler *compiler, const struct node *value, const struct modifiers *modifiers,
                           struct item *item)
{
    const struct node_entry alone = {NULL, (struct node *)value};
    const struct node_entry *entries = value->kind == NODE_LIST ? value->entries : &alone;
    size_t count = value->kind == NODE_LIST ? value->count : 1;
    struct arena *arena = compiler->detection->arena;

    if (count == 0)
        tree_error(compiler->tree, value, NULL, "the list is empty");
    item->all = modifiers->all;
    item->values = arena_alloc(arena, (count + 1) * sizeof *item->values);
    for (size_t i = 0; i < count; i++)
        if (comparison_compile(compiler->tree, entries[i].value, modifiers, arena, &item->values[item->count]))
            item->count++;
    finish_item(item);
}

/* `HKU\*\Software` looks like a wildcard and is none. */
static void doubt_stars(struct compiler *compiler, const struct node *value, const struct item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct comparison *comparison = &item->values[i];

        if (comparison->way <= COMPARE_WILDCARD && text_find(comparison->written, TEXT("\\*")) != TEXT_NOT_FOUND &&
            text_find_char(comparison->literal, '*') != TEXT_NOT_FOUND)
            tree_warning(compiler->tree, tree_item(value, comparison->written),
                         "write \\\\* for a backslash and a wildcard",
                         "`\\*` is the character * itself, which no key has");
    }
}

static void compile_item(struct compiler *compiler, const struct node_entry *entry, struct item *item)
{
    struct modifiers modifiers;
    struct text name;

    if (!modifiers_read(compiler->tree, entry->key, &name, &modifiers))
        return;
    if (name.size == 0 && !modifiers.all) {
        tree_error(compiler->tree, entry->key, "as in EventID or Message|contains", "the name of a field is missing");
        return;
    }
    if (name.size == 0) {   /* '|all': a keyword list of which all must be there */
        item->known = FIELD_ANY;
        if (modifiers.way == COMPARE_EQUAL)
            modifiers.way = COMPARE_CONTAINS;
    } else {
        item->field = arena_text(compiler->detection->arena, name);
        item->known = known_field_of(name);
        check_field(compiler->tree, entry->key, name, compiler->logsource);
    }
    compile_values(compiler, entry->value, &modifiers, item);
    if (text_is(name, "Key"))
        doubt_stars(compiler, entry->value, item);
}

static void sort_items(struct alternative *alternative)
{
    for (size_t i = 1; i < alternative->count; i++) {
        struct item moved = alternative->items[i];
        size_t j = i;

        for (; j > 0 && alternative->items[j - 1].cost > moved.cost; j--)
            alternative->items[j] = alternative->items[j - 1];
        alternative->items[j] = moved;
    }
}

static void compile_alternative(struct compiler *compiler, const struct node *map, struct alternative *alternative)
{
    if (map->count == 0)
        tree_error(compiler->tree, map, NULL, "the selection is empty");
    alternative->items = arena_alloc(compiler->detection->arena, (map->count + 1) * sizeof *alternative->items);
    for (size_t i = 0; i < map->count; i++)
        compile_item(compiler, &map->entries[i], &alternative->items[i]);
    alternative->count = map->count;
    sort_items(alternative);
}

static void compile_keywords(struct compiler *compiler, const struct node *node, struct selection *selection)
{
    static const struct modifiers contains = {.way = COMPARE_CONTAINS};
    struct arena *arena = compiler->detection->arena;

    selection->alternatives = arena_alloc(arena, sizeof *selection->alternatives);
    selection->alternatives->items = arena_alloc(arena, sizeof *selection->alternatives->items);
    selection->alternatives->items->known = FIELD_ANY;
    selection->alternatives->count = 1;
    selection->count = 1;
    compile_values(compiler, node, &contains, selection->alternatives->items);
}

static bool item_has_groups(const struct item *item)
{
    for (size_t i = 0; i < item->count; i++)
        if (item->values[i].way == COMPARE_PATTERN && pattern_names(item->values[i].pattern)[0] != NULL)
            return true;
    return false;
}

static void finish_selection(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        for (size_t j = 0; j < selection->alternatives[i].count; j++) {
            const struct item *item = &selection->alternatives[i].items[j];

            selection->has_groups |= item_has_groups(item);
            if (item->cost > selection->cost)
                selection->cost = item->cost;
        }
}

static void compile_selection(struct compiler *compiler, const struct node *node, struct selection *selection)
{
    struct arena *arena = compiler->detection->arena;
    size_t maps = 0;

    for (size_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        maps += node->entries[i].value->kind == NODE_MAP;
    if (node->kind == NODE_MAP) {
        selection->alternatives = arena_alloc(arena, sizeof *selection->alternatives);
        selection->count = 1;
        compile_alternative(compiler, node, selection->alternatives);
    } else if (maps == 0) {
        compile_keywords(compiler, node, selection);
    } else {
        selection->alternatives = arena_alloc(arena, node->count * sizeof *selection->alternatives);
        for (size_t i = 0; i < node->count; i++) {
            if (node->entries[i].value->kind != NODE_MAP) {
                tree_error(compiler->tree, node->entries[i].value, "make it all maps or all texts",
                           "a selection cannot mix maps and texts");
                continue;
            }
            compile_alternative(compiler, node->entries[i].value, &selection->alternatives[selection->count++]);
        }
    }
    finish_selection(selection);
}

/* ---- the whole ---- */

static bool selection_name_good(struct text name)
{
    static const char *const reserved[] = {"and", "or", "not", "of", "them", "1", "any", "all"};

    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == ' ' || name.data[i] == '(' || name.data[i] == ')' || name.data[i] == '*' ||
            name.data[i] == '|' || name.data[i] == '\t' || name.data[i] == '\n' || name.data[i] == '\r')
            return false;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (text_is_nocase(name, reserved[i]))
            return false;
    return name.size > 0;
}

static void compile_selections(struct compiler *compiler, const struct node *node)
{
    struct detection *detection = compiler->detection;

    detection->selections = arena_alloc(detection->arena, (node->count + 1) * sizeof *detection->selections);
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->entries[i].key;
        struct selection *selection;

        if (text_is(key->text, "condition"))
            continue;
        if (text_is(key->text, "timeframe")) {
            tree_error(compiler->tree, key, "use `count` with `within`", "`timeframe` is not part of this language");
            continue;
        }
        if (!selection_name_good(key->text))
            tree_error(compiler->tree, key, "use letters, digits and _", "`%s` cannot be the name of a selection",
                       key->text.data);
        selection = &detection->selections[detection->selection_count++];
        selection->name = arena_text(detection->arena, key->text);
        compile_selection(compiler, node->entries[i].value, selection);
    }
}

static void warn_unused(struct tree *tree, const struct node *node, const struct detection *detection)
{
    for (size_t i = 0; i < detection->selection_count; i++)
        for (size_t j = 0; j < node->count; j++)
            if (!detection->selections[i].used && text_equal(node->entries[j].key->text, detection->selections[i].name))
                tree_warning(tree, node->entries[j].key, "use it there or delete it",
                             "the condition does not use the selection `%s`", node->entries[j].key->text.data);
}

struct detection *detection_compile(struct tree *tree, const struct node *node, const struct logsource *logsource,
                                    struct arena *arena)
{
    struct detection *detection;
    const struct node *condition = tree_get(node, "condition");
    size_t errors = tree->errors;

    if (node->kind != NODE_MAP) {
        tree_error(tree, node, "as in {sel: {EventID: 243}, condition: sel}", "a detection is a map");
        return NULL;
    }
    detection = arena_alloc(arena, sizeof *detection);
    detection->arena = arena;
    detection->message_view = logsource->has_category && logsource->category == CATEGORY_MESSAGE;
    compile_selections(&(struct compiler){tree, detection, logsource}, node);
    if (condition == NULL)
        tree_error(tree, schema_head(node), "add `condition: sel`", "the detection has no condition");
    else if (detection->selection_count == 0 && tree->errors == errors)
        tree_error(tree, schema_head(node), "as in {sel: {EventID: 243}, condition: sel}",
                   "the detection has no selection");
    else
        detection->condition = condition_compile(tree, condition, detection);
    if (tree->errors != errors || detection->condition == NULL) {
        detection_free(detection);
        return NULL;
    }
    warn_unused(tree, node, detection);
    detection->has_groups = detection->condition->has_groups;
    detection_summarize(detection);
    detection->arena = NULL;
    return detection;
}

/* ---- names ---- */

struct name_list {
    const char **names;
    size_t room, count;
};

static void add_names(const struct pattern *pattern, struct name_list *list)
{
    for (const char *const *name = pattern_names(pattern); *name != NULL; name++) {
        bool known = false;

        for (size_t i = 0; i < list->count && i < list->room; i++)
            known |= text_is(text_of(*name), list->names[i]);
        if (known)
            continue;
        if (list->count < list->room)
            list->names[list->count] = *name;
        list->count++;
    }
}

static void add_condition_names(const struct condition *condition, struct name_list *list)
{
    if (!condition->has_groups)
        return;
    for (size_t i = 0; i < condition->count; i++)
        add_condition_names(condition->parts[i], list);
    for (size_t i = 0; condition->selection != NULL && i < condition->selection->count; i++)
        for (size_t j = 0; j < condition->selection->alternatives[i].count; j++) {
            const struct item *item = &condition->selection->alternatives[i].items[j];

            for (size_t k = 0; k < item->count; k++)
                if (item->values[k].way == COMPARE_PATTERN)
                    add_names(item->values[k].pattern, list);
        }
}

size_t detection_names(const struct detection *detection, const char **names, size_t room)
{
    struct name_list list = {names, room, 0};

    add_condition_names(detection->condition, &list);
    return list.count;
}

void detection_free(struct detection *detection)
{
    if (detection == NULL)
        return;
    for (size_t i = 0; i < detection->selection_count; i++)
        for (size_t j = 0; j < detection->selections[i].count; j++) {
            const struct alternative *alternative = &detection->selections[i].alternatives[j];

            for (size_t k = 0; k < alternative->count; k++)
                for (size_t l = 0; l < alternative->items[k].count; l++)
                    comparison_clear(&alternative->items[k].values[l]);
        }
}
