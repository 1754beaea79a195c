#include "rules/comparison.h"

#include <string.h>

#include "rules/pattern.h"
#include "rules/schema.h"

/* ---- modifiers ---- */

enum modifier_kind { MODIFIER_WAY, MODIFIER_ALL, MODIFIER_NOCASE };

static const struct modifier {
    const char *name;
    enum modifier_kind kind;
    enum comparison_way way;
} modifier_table[] = {
    {"contains", MODIFIER_WAY, COMPARE_CONTAINS},
    {"startswith", MODIFIER_WAY, COMPARE_STARTS},
    {"endswith", MODIFIER_WAY, COMPARE_ENDS},
    {"all", MODIFIER_ALL, COMPARE_EQUAL},
    {"re", MODIFIER_WAY, COMPARE_PATTERN},
    {"i", MODIFIER_NOCASE, COMPARE_EQUAL},
    {"exists", MODIFIER_WAY, COMPARE_EXISTS},
    {"lt", MODIFIER_WAY, COMPARE_BELOW},
    {"lte", MODIFIER_WAY, COMPARE_AT_MOST},
    {"gt", MODIFIER_WAY, COMPARE_ABOVE},
    {"gte", MODIFIER_WAY, COMPARE_AT_LEAST},
};
#define MODIFIERS (sizeof modifier_table / sizeof *modifier_table)

static const struct modifier *find_modifier(struct tree *tree, const struct node *key, size_t offset, struct text name)
{
    const char *names[MODIFIERS + 1] = {NULL};

    for (size_t i = 0; i < MODIFIERS; i++) {
        if (text_is(name, modifier_table[i].name))
            return &modifier_table[i];
        names[i] = modifier_table[i].name;
    }
    tree_error_in(tree, key, offset, name.size, schema_hint(tree, names, name), "unknown modifier `%.*s`",
                  (int)name.size, name.data);
    return NULL;
}

bool modifiers_read(struct tree *tree, const struct node *key, struct text *name, struct modifiers *modifiers)
{
    struct text rest = key->text, word;
    const struct modifier *way = NULL;

    *modifiers = (struct modifiers){.way = COMPARE_EQUAL};
    *name = TEXT("");
    (void)text_next(&rest, '|', name);
    while (text_next(&rest, '|', &word)) {
        size_t offset = (size_t)(word.data - key->text.data);
        const struct modifier *modifier = find_modifier(tree, key, offset, word);

        if (modifier == NULL)
            return false;
        if (modifier->kind == MODIFIER_ALL) {
            modifiers->all = true;
        } else if (modifier->kind == MODIFIER_NOCASE) {
            if (modifiers->way != COMPARE_PATTERN) {
                tree_error_in(tree, key, offset, word.size, "only `re` distinguishes case; write `re|i`",
                              "`i` stands without `re`");
                return false;
            }
            modifiers->nocase = true;
        } else if (way != NULL) {
            tree_error_in(tree, key, offset, word.size, "use one of them", "`%s` and `%s` exclude each other",
                          way->name, modifier->name);
            return false;
        } else {
            way = modifier;
            modifiers->way = modifier->way;
        }
    }
    if (text_find_char(key->text, '|') == key->text.size - 1) {
        tree_error(tree, key, NULL, "a modifier is missing behind the bar");
        return false;
    }
    return true;
}

/* ---- plain values ---- */

static void add_part(struct comparison *comparison, struct glob_part part)
{
    const struct glob_part *last = comparison->part_count > 0 ? &comparison->parts[comparison->part_count - 1] : NULL;

    if (comparison->parts == NULL || (part.kind == GLOB_LITERAL && part.literal.size == 0))
        return;
    if (part.kind == GLOB_ANY && last != NULL && last->kind == GLOB_ANY)
        return;
    comparison->parts[comparison->part_count++] = part;
}

static size_t count_special(struct text written, size_t *stars)
{
    size_t special = 0;

    *stars = 0;
    for (size_t i = 0; i < written.size; i++) {
        *stars += written.data[i] == '*' || written.data[i] == '?';
        special += written.data[i] == '*' || written.data[i] == '?' || written.data[i] == '\\';
    }
    return special;
}

/* Takes the escapes out and cuts at the wildcards: there are as many parts as wildcards, texts between them, and one
 * at each end. */
static bool split_wildcards(struct comparison *comparison, struct arena *arena)
{
    struct text written = comparison->written;
    size_t used = 0, start = 0, stars;
    bool wild = false;
    char *plain;

    if (count_special(written, &stars) == 0) {
        comparison->literal = written;
        return false;
    }
    plain = arena_alloc(arena, written.size + 1);
    comparison->parts = arena_alloc(arena, (2 * stars + 3) * sizeof *comparison->parts);
    if (comparison->way == COMPARE_CONTAINS || comparison->way == COMPARE_ENDS)
        add_part(comparison, (struct glob_part){.kind = GLOB_ANY});
    for (size_t i = 0; i < written.size; i++) {
        char c = written.data[i], next = i + 1 < written.size ? written.data[i + 1] : '\0';

        if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
            plain[used++] = next;
            i++;
        } else if (c == '*' || c == '?') {
            wild = true;
            add_part(comparison, (struct glob_part){GLOB_LITERAL, {plain + start, used - start}});
            add_part(comparison, (struct glob_part){.kind = c == '*' ? GLOB_ANY : GLOB_ONE});
            start = used;
        } else {
            plain[used++] = c;
        }
    }
    add_part(comparison, (struct glob_part){GLOB_LITERAL, {plain + start, used - start}});
    if (comparison->way == COMPARE_CONTAINS || comparison->way == COMPARE_STARTS)
        add_part(comparison, (struct glob_part){.kind = GLOB_ANY});
    comparison->literal = (struct text){plain, used};
    return wild;
}

static void compile_plain(struct comparison *comparison, struct arena *arena)
{
    if (split_wildcards(comparison, arena)) {
        comparison->way = COMPARE_WILDCARD;
        return;
    }
    if (comparison->way != COMPARE_EQUAL)
        return;
    comparison->is_code = quantity_code(comparison->literal, &comparison->code);
    comparison->is_version = quantity_parse(comparison->literal, &comparison->quantity) &&
                             comparison->quantity.count > 1;
}

static size_t character_length(struct text text, size_t at)
{
    size_t length = 1;

    while (at + length < text.size && ((unsigned char)text.data[at + length] & 0xC0) == 0x80)
        length++;
    return length;
}

/* Everything but * takes a fixed number of characters, so only the last * ever has to be tried again, further right. */
static bool fits_wildcards(const struct comparison *comparison, struct text value)
{
    size_t part = 0, at = 0, star = SIZE_MAX, star_at = 0;

    for (;;) {
        const struct glob_part *now = part < comparison->part_count ? &comparison->parts[part] : NULL;

        if (now == NULL && at == value.size)
            return true;
        if (now != NULL && now->kind == GLOB_ANY) {
            if (part + 1 == comparison->part_count)
                return true;
            star = part++;
            star_at = at;
        } else if (now != NULL && now->kind == GLOB_LITERAL &&
                   text_starts_nocase(text_slice(value, at, value.size), now->literal)) {
            at += now->literal.size;
            part++;
        } else if (now != NULL && now->kind == GLOB_ONE && at < value.size) {
            at += character_length(value, at);
            part++;
        } else {
            if (star == SIZE_MAX || star_at >= value.size)
                return false;
            star_at += character_length(value, star_at);
            if (comparison->parts[star + 1].kind == GLOB_LITERAL) {
                size_t next = text_find_nocase(text_slice(value, star_at, value.size),
                                               comparison->parts[star + 1].literal);

                if (next == TEXT_NOT_FOUND)
                    return false;
                star_at += next;
            }
            at = star_at;
            part = star + 1;
        }
    }
}

/* ---- compiling ---- */

static bool compile_pattern(struct tree *tree, const struct node *value, const struct modifiers *modifiers,
                            struct comparison *comparison)
{
    comparison->pattern = schema_pattern(tree, value, modifiers->nocase);
    return comparison->pattern != NULL;
}

static bool compile_exists(struct tree *tree, const struct node *value, struct comparison *comparison)
{
    if (text_is_nocase(value->text, "true") || text_is_nocase(value->text, "yes"))
        return true;
    if (!text_is_nocase(value->text, "false") && !text_is_nocase(value->text, "no")) {
        tree_error(tree, value, "use true or false", "`exists` takes true or false");
        return false;
    }
    comparison->way = COMPARE_EXISTS_NOT;
    return true;
}

bool comparison_compile(struct tree *tree, const struct node *value, const struct modifiers *modifiers,
                        struct arena *arena, struct comparison *comparison)
{
    *comparison = (struct comparison){.way = modifiers->way};
    if (value->kind != NODE_SCALAR) {
        tree_error(tree, value, "a condition is a text or a list of texts", "a single value is wanted here");
        return false;
    }
    comparison->written = arena_text(arena, value->text);
    if (node_is_null(value) && modifiers->way == COMPARE_EQUAL) {
        comparison->way = COMPARE_NULL;
        return true;
    }
    if (value->text.size == 0 && modifiers->way != COMPARE_EQUAL) {
        tree_error(tree, value, NULL, "a value is missing");
        return false;
    }
    switch (modifiers->way) {
    case COMPARE_PATTERN:
        return compile_pattern(tree, value, modifiers, comparison);
    case COMPARE_EXISTS:
        return compile_exists(tree, value, comparison);
    case COMPARE_BELOW:
    case COMPARE_AT_MOST:
    case COMPARE_ABOVE:
    case COMPARE_AT_LEAST:
        if (quantity_parse(value->text, &comparison->quantity))
            return true;
        tree_error(tree, value, "as in 512, 0x1f or 5.2", "a number or a version is wanted here");
        return false;
    default:
        compile_plain(comparison, arena);
        return true;
    }
}

void comparison_clear(struct comparison *comparison)
{
    pattern_free(comparison->pattern);
    comparison->pattern = NULL;
}

/* ---- testing ---- */

static bool equals(const struct comparison *comparison, struct text value)
{
    struct quantity quantity;

    if (text_equal_nocase(comparison->literal, value))
        return true;
    if (comparison->is_code)
        return quantity_is_code(comparison->code, value);
    return comparison->is_version && quantity_parse(value, &quantity) && quantity.count > 1 &&
           quantity_compare(&quantity, &comparison->quantity) == 0;
}

static bool in_order(const struct comparison *comparison, struct text value)
{
    struct quantity quantity;
    int order;

    if (!quantity_parse(text_trim(value), &quantity))
        return false;
    order = quantity_compare(&quantity, &comparison->quantity);
    switch (comparison->way) {
    case COMPARE_BELOW:
        return order < 0;
    case COMPARE_AT_MOST:
        return order <= 0;
    case COMPARE_ABOVE:
        return order > 0;
    default:
        return order >= 0;
    }
}

bool comparison_holds(const struct comparison *comparison, struct matcher *matcher, struct text value,
                      struct captures *captures)
{
    switch (comparison->way) {
    case COMPARE_EQUAL:
        return equals(comparison, value);
    case COMPARE_CONTAINS:
        return text_find_nocase(value, comparison->literal) != TEXT_NOT_FOUND;
    case COMPARE_STARTS:
        return text_starts_nocase(value, comparison->literal);
    case COMPARE_ENDS:
        return text_ends_nocase(value, comparison->literal);
    case COMPARE_WILDCARD:
        return fits_wildcards(comparison, value);
    case COMPARE_PATTERN:
        return pattern_match(comparison->pattern, matcher, value, captures);
    case COMPARE_BELOW:
    case COMPARE_AT_MOST:
    case COMPARE_ABOVE:
    case COMPARE_AT_LEAST:
        return in_order(comparison, value);
    case COMPARE_EXISTS:
        return true;
    default:
        return comparison->way == COMPARE_NULL && value.size == 0;
    }
}
