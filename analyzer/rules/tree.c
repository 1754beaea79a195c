#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/limits.h"
#include "base/unicode.h"
#include "rules/tree_parts.h"

/* ---- what the bytes must be before YAML sees them ---- */

static bool character_allowed(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c != 0x2028 && c != 0x2029 &&
           c != 0xFEFF && c != 0xFFFE && c != 0xFFFF);
}

static uint32_t next_character(struct text text, size_t *at)
{
    unsigned char first = (unsigned char)text.data[(*at)++];
    uint32_t c = first < 0x80 ? first : first < 0xE0 ? first & 0x1Fu : first < 0xF0 ? first & 0x0Fu : first & 0x07u;

    while (*at < text.size && tree_continues_character(text.data[*at]))
        c = c << 6 | ((unsigned char)text.data[(*at)++] & 0x3Fu);
    return c;
}

/* Characters that editors do not show or that YAML alone takes for line breaks. */
static bool check_characters(struct tree *tree)
{
    for (size_t at = 0; at < tree->source.size;) {
        size_t start = at;
        uint32_t c = next_character(tree->source, &at);

        if (character_allowed(c))
            continue;
        tree_error_at(tree, tree_mark_of_offset(tree, start), "write it as an escape in double quotes",
                 "the character U+%04X cannot stand in a rule file as it is", (unsigned)c);
        return false;
    }
    return true;
}

static size_t first_bad_byte(struct text bytes)
{
    size_t at = 0, length = 0;

    for (; at < bytes.size; at += length) {
        for (length = 1; length <= 4 && at + length <= bytes.size; length++)
            if (unicode_is_utf8(bytes.data + at, length))
                break;
        if (length > 4 || at + length > bytes.size)
            break;
    }
    return at;
}

static bool take_bytes(struct tree *tree, struct text bytes)
{
    static const struct mark nowhere = {0, 0};

    if (bytes.size > LIMIT_RULE_FILE_BYTES) {
        tree_error_at(tree, nowhere, "split it", "the file is larger than %u bytes", LIMIT_RULE_FILE_BYTES);
        return false;
    }
    if (bytes.size >= 2 && (memcmp(bytes.data, "\xFF\xFE", 2) == 0 || memcmp(bytes.data, "\xFE\xFF", 2) == 0)) {
        tree_error_at(tree, nowhere, "save it as UTF-8", "the file is UTF-16");
        return false;
    }
    if (text_starts(bytes, TEXT("\xEF\xBB\xBF")))
        bytes = text_slice(bytes, 3, bytes.size);
    tree->source = arena_text(&tree->arena, bytes);
    tree_index_lines(tree);
    if (!unicode_is_utf8(bytes.data, bytes.size)) {
        struct mark place = tree_mark_of_offset(tree, first_bad_byte(bytes));

        tree->source = TEXT_NONE;   /* a line that is no text is not shown */
        tree_error_at(tree, place, "save the file as UTF-8", "this byte is not UTF-8");
        return false;
    }
    return check_characters(tree);
}

/* ---- YAML events to nodes ---- */

struct level {
    struct node *node;
    size_t capacity;
    struct node *key;            /* of the entry that is being read */
};

struct builder {
    struct tree *tree;
    struct level levels[LIMIT_RULE_DEPTH];
    unsigned depth;
    size_t nodes;
    unsigned documents;
    tree_enough *enough;         /* NULL: everything is read */
    bool ignoring;               /* behind the first document */
};

static struct mark mark_of(yaml_mark_t mark)
{
    return (struct mark){(unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static struct node *new_node(struct builder *builder, enum node_kind kind, const yaml_event_t *event)
{
    struct node *node = arena_alloc(&builder->tree->arena, sizeof *node);

    node->kind = kind;
    node->start = mark_of(event->start_mark);
    node->end = mark_of(event->end_mark);
    builder->nodes++;
    return node;
}

static void add_entry(struct builder *builder, struct node *key, struct node *value)
{
    struct level *level = &builder->levels[builder->depth - 1];
    struct node *parent = level->node;

    if (parent->count == level->capacity) {
        size_t capacity = level->capacity > 0 ? 2 * level->capacity : 4;
        struct node_entry *entries = arena_alloc(&builder->tree->arena, capacity * sizeof *entries);

        if (parent->count > 0)
            memcpy(entries, parent->entries, parent->count * sizeof *entries);
        parent->entries = entries;
        level->capacity = capacity;
    }
    parent->entries[parent->count++] = (struct node_entry){key, value};
}

static void place_node(struct builder *builder, struct node *node)
{
    struct level *level;

    if (builder->depth == 0) {
        if (builder->tree->root == NULL)
            builder->tree->root = node;
        return;
    }
    level = &builder->levels[builder->depth - 1];
    if (level->node->kind == NODE_LIST) {
        add_entry(builder, NULL, node);
    } else if (level->key == NULL) {
        level->key = node;
        if (node->kind != NODE_SCALAR) {
            tree_error(builder->tree, node, "a text is wanted here; quote it when it begins with [ or {",
                       "a key cannot be a list or a map");
            level->key = arena_alloc(&builder->tree->arena, sizeof *node);   /* every key is a scalar for the rest */
            *level->key = (struct node){.start = node->start, .end = node->end, .text = TEXT("")};
        } else if (node->style == STYLE_PLAIN && text_is(node->text, "<<")) {
            tree_error(builder->tree, node, "write the keys out", "merge keys are not allowed");
        } else if (builder->depth == 1 && builder->enough != NULL && builder->enough(level->node, node->text)) {
            builder->tree->partial = true;
        }
    } else {
        add_entry(builder, level->key, node);
        level->key = NULL;
    }
}

static void refuse_anchor_and_tag(struct builder *builder, const struct node *node, const yaml_char_t *anchor,
                                  const yaml_char_t *tag)
{
    static const struct text standard = {"tag:yaml.org,2002:", 18};

    if (anchor != NULL)
        tree_error(builder->tree, node, "write the value out where it is needed", "anchors are not allowed: `&%s`",
                   (const char *)anchor);
    if (tag != NULL && text_starts(text_of((const char *)tag), standard))
        tree_error(builder->tree, node, "every value is text here", "tags are not allowed: `!!%s`",
                   (const char *)tag + standard.size);
    else if (tag != NULL)
        tree_error(builder->tree, node, "every value is text here", "tags are not allowed: `%s`", (const char *)tag);
}

static void add_scalar(struct builder *builder, const yaml_event_t *event)
{
    struct node *node = new_node(builder, NODE_SCALAR, event);
    struct text text = {(const char *)event->data.scalar.value, event->data.scalar.length};

    switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        node->style = STYLE_SINGLE_QUOTED;
        break;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        node->style = STYLE_DOUBLE_QUOTED;
        break;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
        node->style = STYLE_BLOCK;
        break;
    default:
        node->style = STYLE_PLAIN;
    }
    node->text = arena_text(&builder->tree->arena, text);
    refuse_anchor_and_tag(builder, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (text_find_char(text, '\0') != TEXT_NOT_FOUND)
        tree_error(builder->tree, node, NULL, "a NUL character cannot stand in a rule");
    place_node(builder, node);
}

/* False: nested too deep, reading ends. */
static bool open_node(struct builder *builder, const yaml_event_t *event)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    struct node *node = new_node(builder, map ? NODE_MAP : NODE_LIST, event);

    refuse_anchor_and_tag(builder, node, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                          map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (builder->depth == LIMIT_RULE_DEPTH) {
        tree_error(builder->tree, node, NULL, "nested deeper than %u levels", LIMIT_RULE_DEPTH);
        return false;
    }
    place_node(builder, node);
    builder->levels[builder->depth++] = (struct level){.node = node};
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct node *left = *(const struct node *const *)a, *right = *(const struct node *const *)b;
    int order = text_compare(left->text, right->text);

    if (order != 0)
        return order;
    if (left->start.line != right->start.line)
        return left->start.line < right->start.line ? -1 : 1;
    return (left->start.column > right->start.column) - (left->start.column < right->start.column);
}

/* The first of equal keys stays, so that whoever reads the map meets each key once. */
static void drop_repeated(struct node *map)
{
    size_t kept = 0;

    for (size_t i = 0; i < map->count; i++)
        if (!map->entries[i].key->repeated)
            map->entries[kept++] = map->entries[i];
    map->count = kept;
}

static void refuse_duplicates(struct tree *tree, struct node *map)
{
    struct node **keys = memory_array(map->count, sizeof(struct node *));

    for (size_t i = 0; i < map->count; i++)
        keys[i] = map->entries[i].key;
    qsort(keys, map->count, sizeof(struct node *), compare_keys);
    for (size_t i = 1; i < map->count; i++) {
        char *hint;

        if (!text_equal(keys[i]->text, keys[i - 1]->text))
            continue;
        hint = arena_printf(&tree->arena, "it stands in line %u already", keys[i - 1]->start.line);
        tree_error(tree, keys[i], hint, "duplicate key `%s`", keys[i]->text.data);
        keys[i]->repeated = true;
    }
    free(keys);
    drop_repeated(map);
}

static void close_node(struct builder *builder, const yaml_event_t *event)
{
    struct node *node;

    if (builder->depth == 0)
        return;   /* libyaml opens what it closes */
    node = builder->levels[--builder->depth].node;
    node->end = mark_of(event->end_mark);
    if (node->kind == NODE_MAP && node->count > 1)
        refuse_duplicates(builder->tree, node);
}

static void start_document(struct builder *builder, const yaml_event_t *event)
{
    const yaml_tag_directive_t *tags = event->data.document_start.tag_directives.start;

    if (tags != event->data.document_start.tag_directives.end)
        tree_error_at(builder->tree, mark_of(event->start_mark), NULL, "tag directives are not allowed");
    if (++builder->documents == 2) {
        tree_error_at(builder->tree, mark_of(event->start_mark), "one file holds one symptom or one rule; split it",
                 "a second YAML document begins here");
        builder->ignoring = true;
    }
}

/* False: reading ends here. */
static bool take_event(struct builder *builder, const yaml_event_t *event)
{
    if (builder->ignoring)
        return event->type != YAML_STREAM_END_EVENT;
    if (builder->nodes > LIMIT_RULE_NODES) {
        tree_error_at(builder->tree, mark_of(event->start_mark), "split it", "the file has more than %u values",
                 LIMIT_RULE_NODES);
        return false;
    }
    switch (event->type) {
    case YAML_STREAM_END_EVENT:
        return false;
    case YAML_DOCUMENT_START_EVENT:
        start_document(builder, event);
        return true;
    case YAML_ALIAS_EVENT: {
        struct node *node = new_node(builder, NODE_SCALAR, event);

        node->text = TEXT("");
        tree_error(builder->tree, node, "write the value out", "aliases are not allowed: `*%s`",
                   (const char *)event->data.alias.anchor);
        place_node(builder, node);
        return true;
    }
    case YAML_SCALAR_EVENT:
        add_scalar(builder, event);
        return !builder->tree->partial;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_node(builder, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_node(builder, event);
        return true;
    default:
        return true;
    }
}

/* libyaml's own words are good ("did not find expected key"); what it was reading, and a tab, are said beside them. */
static void report_syntax(struct tree *tree, const yaml_parser_t *parser)
{
    struct mark at = mark_of(parser->problem_mark);
    struct text rest = tree_from_column(tree_source_line(tree, at.line), at.column);
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";
    char *hint = NULL;

    if (parser->context != NULL && at.line >= tree->line_count && tree_source_line(tree, at.line).size == 0) {
        at = mark_of(parser->context_mark);   /* at the end of the file there is nothing to see */
        rest = TEXT_NONE;
    }
    if (rest.size > 0 && rest.data[0] == '\t')
        hint = arena_printf(&tree->arena, "this is a tab; YAML is indented with blanks");
    else if (rest.size > 0 && (rest.data[0] == '`' || rest.data[0] == '@' || rest.data[0] == '%'))
        hint = arena_printf(&tree->arena, "quote a text that begins with `%c`", rest.data[0]);
    else if (parser->context != NULL && parser->context_mark.line + 1 != at.line)
        hint = arena_printf(&tree->arena, "%s that began in line %u", parser->context,
                            (unsigned)parser->context_mark.line + 1);
    else if (parser->context != NULL)
        hint = arena_printf(&tree->arena, "%s", parser->context);
    tree_error_at(tree, at, hint, "YAML: %s", problem);
}

static void build(struct tree *tree, tree_enough *enough)
{
    struct builder builder = {.tree = tree, .enough = enough};
    yaml_parser_t parser;
    yaml_event_t event;
    bool more = true;

    if (!yaml_parser_initialize(&parser)) {
        tree_error_at(tree, (struct mark){0, 0}, NULL, "out of memory");
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)tree->source.data, tree->source.size);
    while (more) {
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(tree, &parser);
            tree->root = NULL;
            break;
        }
        more = take_event(&builder, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (tree->root == NULL && tree->errors == 0)
        tree_error_at(tree, (struct mark){0, 0}, NULL, "the file is empty");
}

struct tree *tree_parse(const char *file, struct text bytes, struct diagnostics *diagnostics)
{
    return tree_parse_until(file, bytes, diagnostics, NULL);
}

struct tree *tree_parse_until(const char *file, struct text bytes, struct diagnostics *diagnostics, tree_enough *enough)
{
    struct tree *tree = memory_alloc(sizeof *tree);

    tree->file = file;
    tree->diagnostics = diagnostics;
    if (take_bytes(tree, bytes))
        build(tree, enough);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (tree == NULL)
        return;
    arena_free(&tree->arena);
    free(tree->lines);
    free(tree);
}

struct node *tree_get(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (text_is(map->entries[i].key->text, key))
            return map->entries[i].value;
    return NULL;
}

const struct node *tree_item(const struct node *list, struct text text)
{
    for (size_t i = 0; list->kind == NODE_LIST && i < list->count; i++)
        if (node_is(list->entries[i].value, NODE_SCALAR) && text_equal(text_trim(list->entries[i].value->text), text))
            return list->entries[i].value;
    return list;
}

bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->style == STYLE_PLAIN &&
           (node->text.size == 0 || text_is(node->text, "~") || text_is_nocase(node->text, "null"));
}

bool node_is(const struct node *node, enum node_kind kind)
{
    return node != NULL && node->kind == kind;
}
