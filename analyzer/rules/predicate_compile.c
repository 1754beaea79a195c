#include "rules/predicate_compile.h"

#include <string.h>

#include "rules/predicate_parts.h"
#include "rules/schema.h"

/* What the readers state (records/derive.h). Others may come with a newer reader, so that an unknown one is only
 * doubtful. */
static const char *const known_facts[] = {"os.version", "os.build",  "os.service_pack", "os.arch",
                                          "os.product", "host.name", "host.timezone",   "registry.current_control_set",
                                          NULL};

static bool in_list(const char *const *names, struct text name)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (text_is(name, names[i]))
            return true;
    return false;
}

static char *names_hint(struct tree *tree, struct text name, const struct scope *scope)
{
    struct buffer hint = {0};
    const char *near = diagnostic_suggest(name, scope->names);
    char *kept;

    if (near == NULL && scope->facts)
        near = diagnostic_suggest(name, known_facts);
    if (scope->names[0] != NULL)
        buffer_printf(&hint, "known here are %s: ", scope->what);
    for (size_t i = 0; scope->names[i] != NULL; i++)
        buffer_printf(&hint, "%s%s", i > 0 ? ", " : "", scope->names[i]);
    if (scope->facts)
        buffer_printf(&hint, "%s", scope->names[0] != NULL ? "; and facts such as os.version" :
                                                             "known here are facts such as os.version");
    if (near != NULL)
        buffer_printf(&hint, "; did you mean `%s`?", near);
    if (hint.size == 0)
        buffer_printf(&hint, "there are no %s", scope->what);
    kept = arena_string(&tree->arena, buffer_text(&hint));
    buffer_free(&hint);
    return kept;
}

bool scope_check(struct tree *tree, const struct node *node, size_t offset, struct text name, const struct scope *scope)
{
    const char *near;

    if (in_list(scope->names, name) || (scope->open && text_find_char(name, '.') == TEXT_NOT_FOUND))
        return true;
    if (!scope->facts || text_find_char(name, '.') == TEXT_NOT_FOUND || name.data[0] == '.' ||
        name.data[name.size - 1] == '.') {
        tree_error_in(tree, node, offset, name.size, names_hint(tree, name, scope), "unknown name `%.*s`",
                      (int)name.size, name.data);
        return false;
    }
    if (in_list(known_facts, name))
        return true;
    near = diagnostic_suggest(name, known_facts);
    tree_warning_in(tree, node, offset, name.size,
                    near != NULL ? arena_printf(&tree->arena, "did you mean `%s`?", near) : NULL,
                    "no reader states the fact `%.*s`", (int)name.size, name.data);
    return true;
}

/* ---- expressions ---- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

bool fraction_parse(struct text text, struct fraction *fraction)
{
    size_t dot;
    uint64_t number;

    *fraction = (struct fraction){.negative = text.size > 1 && text.data[0] == '-', .below = 1};
    if (fraction->negative)
        text = text_slice(text, 1, text.size);
    if (quantity_code(text, &number)) {
        fraction->above = number;
        return true;
    }
    dot = text_find_char(text, '.');
    if (!text_number(text_slice(text, 0, dot), 10, &number))
        return false;
    fraction->above = number;
    if (dot == TEXT_NOT_FOUND)
        return true;
    text = text_slice(text, dot + 1, text.size);
    if (text.size == 0 || text.size > 9 || !text_number(text, 10, &number))
        return false;
    for (size_t i = 0; i < text.size; i++)
        fraction->below *= 10;
    fraction->above = fraction->above * fraction->below + number;
    return true;
}

struct expression_parser {
    struct tree *tree;
    const struct node *node;
    const struct scope *scope;
    size_t at;
};

static void skip_blanks(struct expression_parser *parser)
{
    while (parser->at < parser->node->text.size &&
           (parser->node->text.data[parser->at] == ' ' || parser->node->text.data[parser->at] == '\n'))
        parser->at++;
}

static bool parse_term(struct expression_parser *parser, struct arena *arena, struct term *term)
{
    struct text text = parser->node->text, word;
    size_t from;

    skip_blanks(parser);
    from = parser->at;
    while (parser->at < text.size && is_name_char(text.data[parser->at]))
        parser->at++;
    word = text_slice(text, from, parser->at);
    if (word.size == 0) {
        tree_error_in(parser->tree, parser->node, from, 1, "as in 512, third or '49152 / third'",
                      "a number or a name is wanted here");
        return false;
    }
    if (fraction_parse(word, &term->number))
        return true;
    if ((word.data[0] >= '0' && word.data[0] <= '9') || word.data[0] == '-') {
        tree_error_in(parser->tree, parser->node, from, word.size, "as in 512, 0.8 or 0x1f", "`%.*s` is no number",
                      (int)word.size, word.data);
        return false;
    }
    term->name = arena_string(arena, word);
    return scope_check(parser->tree, parser->node, from, word, parser->scope);
}

static bool parse_expression(struct expression_parser *parser, struct arena *arena, struct operand *operand)
{
    struct text text = parser->node->text;

    operand->terms = arena_alloc(arena, EXPRESSION_TERMS * sizeof *operand->terms);
    for (bool divides = false;;) {
        char sign;

        if (operand->term_count == EXPRESSION_TERMS) {
            tree_error(parser->tree, parser->node, NULL, "the expression has more than %u terms", EXPRESSION_TERMS);
            return false;
        }
        operand->terms[operand->term_count].divides = divides;
        if (!parse_term(parser, arena, &operand->terms[operand->term_count++]))
            return false;
        skip_blanks(parser);
        if (parser->at == text.size)
            return true;
        sign = text.data[parser->at];
        if (sign != '*' && sign != '/') {
            tree_error_in(parser->tree, parser->node, parser->at, 1, "use * or /", "unknown operator `%c`",
                          sign >= ' ' && sign < 0x7F ? sign : '?');
            return false;
        }
        divides = sign == '/';
        parser->at++;
    }
}

/* ---- requirements ---- */

struct compiler {
    struct tree *tree;
    const struct scope *scope;
    struct arena *arena;
};

static bool is_ordering(enum comparison_way way)
{
    return way == COMPARE_BELOW || way == COMPARE_AT_MOST || way == COMPARE_ABOVE || way == COMPARE_AT_LEAST;
}

static bool compile_operand(struct compiler *compiler, const struct node *value, const struct modifiers *modifiers,
                            struct operand *operand)
{
    struct arena *arena = compiler->arena;
    struct quantity quantity;

    if (node_is(value, NODE_SCALAR)) {
        struct expression_parser parser = {compiler->tree, value, compiler->scope, 0};
        bool named = modifiers->way == COMPARE_EQUAL && compiler->scope->names_as_values &&
                     in_list(compiler->scope->names, value->text);

        if (node_is_null(value)) {
            tree_error(compiler->tree, value, "ask with `|exists: false`", "a value is missing");
            return false;
        }
        if (named || (is_ordering(modifiers->way) && !quantity_parse(value->text, &quantity))) {
            operand->comparison = (struct comparison){.way = modifiers->way, .written = arena_text(arena, value->text)};
            return parse_expression(&parser, arena, operand);
        }
    }
    return comparison_compile(compiler->tree, value, modifiers, arena, &operand->comparison);
}

static void compile_requirement(struct compiler *compiler, const struct node_entry *entry,
                                struct requirement *requirement)
{
    const struct node_entry alone = {NULL, entry->value};
    const struct node *value = entry->value;
    const struct node_entry *entries = value->kind == NODE_LIST ? value->entries : &alone;
    size_t count = value->kind == NODE_LIST ? value->count : 1;
    struct modifiers modifiers;
    struct text name;

    if (!modifiers_read(compiler->tree, entry->key, &name, &modifiers))
        return;
    if (name.size == 0)
        tree_error(compiler->tree, entry->key, "as in dll or os.version|gte", "a name is missing");
    else
        (void)scope_check(compiler->tree, entry->key, 0, name, compiler->scope);
    if (count == 0)
        tree_error(compiler->tree, value, NULL, "the list is empty");
    requirement->name = arena_string(compiler->arena, name);
    requirement->way = modifiers.way;
    requirement->all = modifiers.all;
    requirement->operands = arena_alloc(compiler->arena, (count + 1) * sizeof *requirement->operands);
    for (size_t i = 0; i < count; i++)
        if (compile_operand(compiler, entries[i].value, &modifiers, &requirement->operands[requirement->count]))
            requirement->count++;
}

static void compile_map(struct compiler *compiler, const struct node *map, struct requirements *requirements)
{
    if (map->kind != NODE_MAP) {
        tree_error(compiler->tree, map, "as in {os.version|gte: '5.2'}", "a condition is a map");
        return;
    }
    if (map->count == 0)
        tree_error(compiler->tree, map, "leave it out", "the condition is empty");
    requirements->items = arena_alloc(compiler->arena, (map->count + 1) * sizeof *requirements->items);
    for (size_t i = 0; i < map->count; i++)
        compile_requirement(compiler, &map->entries[i], &requirements->items[requirements->count++]);
}

struct predicate *predicate_compile(struct tree *tree, const struct node *node, const struct scope *scope,
                                    struct arena *arena)
{
    const struct node_entry alone = {NULL, (struct node *)node};
    const struct node_entry *entries = node->kind == NODE_LIST ? node->entries : &alone;
    struct predicate *predicate = arena_alloc(arena, sizeof *predicate);
    size_t errors = tree->errors;

    predicate->count = node->kind == NODE_LIST ? node->count : 1;
    predicate->alternatives = arena_alloc(arena, (predicate->count + 1) * sizeof *predicate->alternatives);
    if (predicate->count == 0)
        tree_error(tree, node, "leave it out", "the condition is empty");
    for (size_t i = 0; i < predicate->count; i++)
        compile_map(&(struct compiler){tree, scope, arena}, entries[i].value, &predicate->alternatives[i]);
    if (tree->errors == errors)
        return predicate;
    predicate_free(predicate);
    return NULL;
}

void predicate_free(struct predicate *predicate)
{
    if (predicate == NULL)
        return;
    for (size_t i = 0; i < predicate->count; i++)
        for (size_t j = 0; j < predicate->alternatives[i].count; j++)
            for (size_t k = 0; k < predicate->alternatives[i].items[j].count; k++)
                comparison_clear(&predicate->alternatives[i].items[j].operands[k].comparison);
}
