#include <stddef.h>
#include <string.h>

#include "rules/detection_parts.h"
#include "rules/logsource.h"
#include "rules/rule_parts.h"

const char *const specificity_words[] = {"generic", "shared", "distinctive", "unique", NULL};

/* ---- names ---- */

void names_add(struct names *names, const char *name)
{
    if (names_have(names, text_of(name)))
        return;
    if (names->count + 1 >= names->capacity) {
        size_t capacity = names->capacity > 0 ? 2 * names->capacity : 16;
        const char **items = arena_alloc(names->arena, capacity * sizeof *items);

        if (names->count > 0)
            memcpy(items, names->items, names->count * sizeof *items);
        names->items = items;
        names->capacity = capacity;
    }
    names->items[names->count++] = name;   /* the next is NULL: arena memory is zeroed, and nothing is ever taken out */
}

bool names_have(const struct names *names, struct text name)
{
    for (size_t i = 0; i < names->count; i++)
        if (text_is(name, names->items[i]))
            return true;
    return false;
}

const char *const *names_list(const struct names *names)
{
    static const char *const none[] = {NULL};

    return names->count > 0 ? names->items : none;
}

static bool is_capture_name(struct text name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.size > 0;
}

/* ---- any_of ---- */

static void read_maps(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct symptom_source *source = target;

    (void)keyword;
    if (value->kind != NODE_MAP) {
        tree_error(reading->tree, value, "as in {image: Process}", "`map` is a map of captures to fields");
        return;
    }
    source->maps = arena_alloc(reading->arena, (value->count + 1) * sizeof *source->maps);
    for (size_t i = 0; i < value->count; i++) {
        struct mapping *mapping = &source->maps[source->map_count];

        mapping->name = schema_text(reading, value->entries[i].key);
        mapping->field = schema_text(reading, value->entries[i].value);
        if (mapping->name != NULL && mapping->field != NULL)
            source->map_count++;
    }
}

static const struct keyword source_keywords[] = {
    {.name = "logsource", .read = read_logsource, .required = true,
     .offset = offsetof(struct symptom_source, logsource)},
    {.name = "detection", .read = read_elsewhere, .required = true},   /* when the logsource is known */
    {.name = "map", .read = read_maps},
    {.name = NULL},
};

/* Every name that a source may capture must be declared, or nobody would ever see its values. */
static void check_source_names(struct reading *reading, const struct node *node, const struct symptom *symptom,
                               const struct symptom_source *source, struct names *filled)
{
    struct names declared = {.arena = &reading->tree->arena};
    const char *groups[LIMIT_CAPTURES];
    size_t count = source->detection != NULL ? detection_names(source->detection, groups, LIMIT_CAPTURES) : 0;
    const struct node *map = tree_get(node, "map");

    for (size_t i = 0; i < symptom->capture_count; i++)
        names_add(&declared, symptom->captures[i]);
    if (count + source->map_count > LIMIT_CAPTURES) {
        tree_error(reading->tree, schema_head(node), NULL, "more than %u captures", LIMIT_CAPTURES);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        names_add(filled, groups[i]);
        if (!names_have(&declared, text_of(groups[i])))
            tree_error(reading->tree, schema_head(tree_get(node, "detection")),
                       "add it there, or write (?:...) for a group without a name",
                       "the group `%s` is not listed in `captures`", groups[i]);
    }
    for (size_t i = 0; map != NULL && map->kind == NODE_MAP && i < map->count; i++) {
        names_add(filled, map->entries[i].key->text.data);
        if (!names_have(&declared, map->entries[i].key->text))
            tree_error(reading->tree, map->entries[i].key, "add it there", "`%s` is not listed in `captures`",
                       map->entries[i].key->text.data);
    }
}

static void read_source(struct reading *reading, const struct node_entry *entry, const struct symptom *symptom,
                        struct symptom_source *source, struct names *filled)
{
    const struct node *detection = tree_get(entry->value, "detection");

    if (schema_is_name(reading->tree, entry->key))
        source->id = arena_string(reading->arena, entry->key->text);
    schema_read(reading, entry->value, "an entry of `any_of`", source_keywords, source);
    if (detection != NULL)
        source->detection = detection_compile(reading->tree, detection, &source->logsource, reading->arena);
    if (entry->value->kind == NODE_MAP)
        check_source_names(reading, entry->value, symptom, source, filled);
}

static void read_sources(struct reading *reading, const struct node *node, struct symptom *symptom,
                         struct names *filled)
{
    if (node->kind != NODE_MAP) {
        tree_error(reading->tree, node, "as in any_of: {popup: {logsource: ..., detection: ...}}",
                   "`any_of` is a map: each entry has a name");
        return;
    }
    if (node->count == 0)
        tree_error(reading->tree, node, NULL, "`any_of` is empty");
    symptom->sources = arena_alloc(reading->arena, (node->count + 1) * sizeof *symptom->sources);
    symptom->source_count = node->count;
    for (size_t i = 0; i < node->count; i++)
        read_source(reading, &node->entries[i], symptom, &symptom->sources[i], filled);
}

/* ---- symptoms ---- */

static void read_captures(struct reading *reading, const struct keyword *keyword, const struct node *value,
                          void *target)
{
    struct symptom *symptom = target;

    read_texts(reading, keyword, value, target);
    for (size_t i = 0; i < symptom->capture_count; i++)
        if (!is_capture_name(text_of(symptom->captures[i])))
            tree_error(reading->tree, tree_item(value, text_of(symptom->captures[i])), "use letters, digits and _",
                       "`%s` cannot be the name of a capture",
                       symptom->captures[i]);
    if (symptom->capture_count > LIMIT_CAPTURES)
        tree_error(reading->tree, value, NULL, "more than %u captures", LIMIT_CAPTURES);
}

static const struct keyword symptom_keywords[] = {
    {.name = "schema", .read = read_schema_version, .required = true},
    {.name = "id", .read = read_name, .required = true, .offset = offsetof(struct symptom, id)},
    {.name = "title", .read = read_sentence, .required = true, .offset = offsetof(struct symptom, title)},
    {.name = "specificity", .read = read_word, .offset = offsetof(struct symptom, specificity),
     .words = specificity_words},
    {.name = "captures", .read = read_captures, .offset = offsetof(struct symptom, captures),
     .count_offset = offsetof(struct symptom, capture_count)},
    {.name = "identity", .read = read_texts, .offset = offsetof(struct symptom, identity),
     .count_offset = offsetof(struct symptom, identity_count)},
    {.name = "any_of", .read = read_elsewhere, .required = true},   /* when the captures are known */
    {.name = "tests", .read = read_elsewhere},
    {.name = NULL},
};

static const struct keyword own_symptom_keywords[] = {
    {.name = "id", .read = read_name, .offset = offsetof(struct symptom, id)},
    {.name = "title", .read = read_sentence, .required = true, .offset = offsetof(struct symptom, title)},
    {.name = "specificity", .read = read_word, .offset = offsetof(struct symptom, specificity),
     .words = specificity_words},
    {.name = "captures", .read = read_captures, .offset = offsetof(struct symptom, captures),
     .count_offset = offsetof(struct symptom, capture_count)},
    {.name = "identity", .read = read_texts, .offset = offsetof(struct symptom, identity),
     .count_offset = offsetof(struct symptom, identity_count)},
    {.name = "any_of", .read = read_elsewhere, .required = true},   /* when the captures are known */
    {.name = NULL},
};

static void check_captures(struct reading *reading, const struct node *node, const struct symptom *symptom,
                           const struct names *filled)
{
    struct names captures = {.arena = &reading->tree->arena};
    const struct node *identity = tree_get(node, "identity"), *list = tree_get(node, "captures");
    struct scope scope = {.what = "captures of this symptom"};

    for (size_t i = 0; i < symptom->capture_count; i++) {
        names_add(&captures, symptom->captures[i]);
        if (!names_have(filled, text_of(symptom->captures[i])) && symptom->source_count > 0)
            tree_warning(reading->tree, tree_item(list, text_of(symptom->captures[i])),
                         "write (?P<name>...) in a pattern, or `map`", "nothing gives the capture `%s` a value",
                         symptom->captures[i]);
    }
    scope.names = names_list(&captures);
    for (size_t i = 0; i < symptom->identity_count; i++)
        if (!names_have(&captures, text_of(symptom->identity[i])))
            tree_error(reading->tree, tree_item(identity, text_of(symptom->identity[i])),
                       schema_hint(reading->tree, scope.names, text_of(symptom->identity[i])),
                       "`identity` names `%s`, which is not in `captures`", symptom->identity[i]);
    check_placeholders(reading->tree, tree_get(node, "title"), &scope);
}

struct symptom *symptom_read(struct reading *reading, const struct node *node, const char *inherited)
{
    struct symptom *symptom = arena_alloc(reading->arena, sizeof *symptom);
    struct names filled = {.arena = &reading->tree->arena};
    const struct node *any_of = tree_get(node, "any_of"), *id = tree_get(node, "id");

    symptom->specificity = SPECIFICITY_SHARED;
    schema_read(reading, node, "a symptom", inherited != NULL ? own_symptom_keywords : symptom_keywords, symptom);
    if (symptom->id == NULL && id == NULL && inherited != NULL && inherited[0] != '\0')
        symptom->id = arena_string(reading->arena, text_of(inherited));
    if (symptom->id != NULL && (text_is(text_of(symptom->id), "symptom") || text_is(text_of(symptom->id), "evidence")))
        tree_error(reading->tree, id != NULL ? id : schema_head(node), "choose another",
                   "`%s` is a word of `from` and cannot be the id of a symptom", symptom->id);
    if (any_of != NULL)
        read_sources(reading, any_of, symptom, &filled);
    check_captures(reading, node, symptom, &filled);
    return symptom;
}

void symptom_clear(struct symptom *symptom)
{
    if (symptom == NULL)
        return;
    for (size_t i = 0; i < symptom->source_count; i++)
        detection_free(symptom->sources[i].detection);
}
