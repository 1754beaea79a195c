/*
 * What can be said of a detection without a record: which event ids and which provider a match must have, and which
 * registry keys prove that there is no match.
 *
 * A key proves absence when the value (or the key) that the detection asks for would have to stand in it (or right
 * below it), and it is in the input without a match. For `Key|endswith: '\Session Manager\SubSystems', ValueName:
 * Windows` that is every key that ends so. For `Key|contains: '\SMS\Client'` alone it is every key K for which
 * K\Client would match while K does not: `...\SMS`. It takes one place to look: patterns that end in a wildcard, in
 * half a component, in one component alone or in a choice prove nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/detection_parts.h"

#define MOST_EVENT_IDS 64u       /* more are no help to the dispatcher */

/* ---- event ids ---- */

struct ids {
    bool bound;                  /* false: any id may match */
    uint32_t items[MOST_EVENT_IDS];
    size_t count;
};

static bool ids_have(const struct ids *ids, uint32_t id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

static void ids_add(struct ids *ids, uint32_t id)
{
    if (!ids->bound || ids_have(ids, id))
        return;
    if (ids->count == MOST_EVENT_IDS)
        ids->bound = false;
    else
        ids->items[ids->count++] = id;
}

/* One of both. */
static void ids_unite(struct ids *ids, const struct ids *other)
{
    ids->bound &= other->bound;
    for (size_t i = 0; i < other->count; i++)
        ids_add(ids, other->items[i]);
}

/* Both. */
static void ids_intersect(struct ids *ids, const struct ids *other)
{
    size_t kept = 0;

    if (!other->bound)
        return;
    if (!ids->bound) {
        *ids = *other;
        return;
    }
    for (size_t i = 0; i < ids->count; i++)
        if (ids_have(other, ids->items[i]))
            ids->items[kept++] = ids->items[i];
    ids->count = kept;
}

static bool plain_id(const struct comparison *comparison, uint32_t *id)
{
    uint64_t number;

    if (comparison->way != COMPARE_EQUAL ||
        !(comparison->is_code || text_number(comparison->literal, 10, &number)))
        return false;
    if (comparison->is_code)
        number = comparison->code;
    *id = (uint32_t)number;
    return number <= UINT32_MAX;
}

static struct ids ids_of_item(const struct item *item)
{
    struct ids ids = {.bound = item->known == FIELD_EVENT_ID && item->count > 0 && (!item->all || item->count == 1)};
    uint32_t id;

    for (size_t i = 0; i < item->count && ids.bound; i++) {
        if (plain_id(&item->values[i], &id))
            ids_add(&ids, id);
        else
            ids.bound = false;
    }
    return ids;
}

static struct ids ids_of_selection(const struct selection *selection)
{
    struct ids ids = {.bound = selection->count > 0};

    for (size_t i = 0; i < selection->count; i++) {
        struct ids alternative = {.bound = false};

        for (size_t j = 0; j < selection->alternatives[i].count; j++) {
            struct ids item = ids_of_item(&selection->alternatives[i].items[j]);

            ids_intersect(&alternative, &item);
        }
        ids_unite(&ids, &alternative);
    }
    return ids;
}

static struct ids ids_of_condition(const struct condition *condition)
{
    struct ids ids = {.bound = condition->kind == CONDITION_OR};

    if (condition->kind == CONDITION_SELECTION)
        return ids_of_selection(condition->selection);
    for (size_t i = 0; condition->kind != CONDITION_NOT && i < condition->count; i++) {
        struct ids part = ids_of_condition(condition->parts[i]);

        if (condition->kind == CONDITION_OR)
            ids_unite(&ids, &part);
        else
            ids_intersect(&ids, &part);
    }
    return ids;
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static void summarize_ids(struct detection *detection)
{
    struct ids ids = ids_of_condition(detection->condition);

    if (!ids.bound || ids.count == 0)   /* none: it never matches, which is not worth a special case */
        return;
    qsort(ids.items, ids.count, sizeof *ids.items, compare_ids);
    detection->event_ids = arena_alloc(detection->arena, ids.count * sizeof *ids.items);
    memcpy(detection->event_ids, ids.items, ids.count * sizeof *ids.items);
    detection->event_id_count = ids.count;
}

size_t detection_event_ids(const struct detection *detection, uint32_t *ids, size_t room)
{
    if (detection->event_id_count > room)
        return 0;
    if (detection->event_id_count > 0)
        memcpy(ids, detection->event_ids, detection->event_id_count * sizeof *ids);
    return detection->event_id_count;
}

/* ---- provider ---- */

static const char *provider_of_alternative(const struct alternative *alternative)
{
    for (size_t i = 0; i < alternative->count; i++)
        if (alternative->items[i].known == FIELD_PROVIDER && alternative->items[i].count == 1 &&
            alternative->items[i].values[0].way == COMPARE_EQUAL)
            return alternative->items[i].values[0].literal.data;
    return NULL;
}

static const char *provider_of_condition(const struct condition *condition)
{
    const char *common = NULL;

    switch (condition->kind) {
    case CONDITION_SELECTION:
        for (size_t i = 0; i < condition->selection->count; i++) {
            const char *provider = provider_of_alternative(&condition->selection->alternatives[i]);

            if (provider == NULL || (common != NULL && !text_is_nocase(text_of(common), provider)))
                return NULL;
            common = provider;
        }
        return common;
    case CONDITION_AND:
        for (size_t i = 0; i < condition->count && common == NULL; i++)
            common = provider_of_condition(condition->parts[i]);
        return common;
    case CONDITION_OR:
        for (size_t i = 0; i < condition->count; i++) {
            const char *provider = provider_of_condition(condition->parts[i]);

            if (provider == NULL || (common != NULL && !text_is_nocase(text_of(common), provider)))
                return NULL;
            common = provider;
        }
        return common;
    default:
        return NULL;
    }
}

const char *detection_provider(const struct detection *detection)
{
    return detection->provider;
}

/* ---- registry ---- */

static bool is_value_field(const struct item *item)
{
    return item->known == FIELD_ANY || text_is(item->field, "ValueName") || text_is(item->field, "Type") ||
           text_is(item->field, "Data");
}

static bool asks_for_key(const struct item *item)
{
    return item->known == FIELD_ANY || text_is(item->field, "Key");
}

static void collect_from_selection(struct detection *detection, const struct selection *selection, bool certain)
{
    for (size_t i = 0; i < selection->count; i++)
        for (size_t j = 0; j < selection->alternatives[i].count; j++) {
            const struct item *item = &selection->alternatives[i].items[j];

            detection->wants_value |= is_value_field(item);
            if (!asks_for_key(item))
                continue;
            if (!certain || selection->count > 1 || item->known == FIELD_ANY || (item->count > 1 && !item->all))
                detection->key_open = true;
            else
                detection->key_items[detection->key_item_count++] = item;
        }
}

/* `certain`: what is asked here must hold for the whole to hold. */
static void collect_keys(struct detection *detection, const struct condition *condition, bool certain)
{
    if (condition->kind == CONDITION_SELECTION)
        collect_from_selection(detection, condition->selection, certain);
    for (size_t i = 0; i < condition->count; i++)
        collect_keys(detection, condition->parts[i], certain && condition->kind == CONDITION_AND);
}

static size_t items_of_condition(const struct condition *condition)
{
    size_t count = 0;

    if (condition->kind == CONDITION_SELECTION)
        for (size_t i = 0; i < condition->selection->count; i++)
            count += condition->selection->alternatives[i].count;
    for (size_t i = 0; i < condition->count; i++)
        count += items_of_condition(condition->parts[i]);
    return count;
}

/* What the value must end in; "" when the end is open. `contains` ends openly too, but below a matching key everything
 * matches, so that for a key alone the place to look is known. */
static struct text literal_tail(const struct comparison *comparison, bool key_only)
{
    const struct glob_part *last;

    switch (comparison->way) {
    case COMPARE_EQUAL:
    case COMPARE_ENDS:
        return comparison->literal;
    case COMPARE_CONTAINS:
        return key_only ? comparison->literal : TEXT("");
    case COMPARE_WILDCARD:
        last = &comparison->parts[comparison->part_count - 1];
        if (last->kind == GLOB_ANY && key_only && comparison->part_count > 1)
            last--;
        return last->kind == GLOB_LITERAL ? last->literal : TEXT("");
    default:
        return TEXT("");
    }
}

/* The last component of a tail when it stands there whole and behind another: `\Parameters` alone could be anywhere. */
static struct text whole_component(struct text tail)
{
    size_t from = tail.size;

    while (from > 0 && tail.data[from - 1] != '\\')
        from--;
    if (from < 2 || from == tail.size)
        return TEXT("");
    return text_slice(tail, from, tail.size);
}

static const char *describe_key(struct detection *detection, const struct comparison *comparison)
{
    struct text text = comparison->literal;

    switch (comparison->way) {
    case COMPARE_EQUAL:
        return arena_string(detection->arena, text);
    case COMPARE_ENDS:
        return arena_printf(detection->arena, "...%.*s", (int)text.size, text.data);
    case COMPARE_STARTS:
        return arena_printf(detection->arena, "%.*s...", (int)text.size, text.data);
    case COMPARE_CONTAINS:
        return arena_printf(detection->arena, "...%.*s...", (int)text.size, text.data);
    case COMPARE_WILDCARD:
        return arena_string(detection->arena, comparison->written);
    default:
        return NULL;
    }
}

static void summarize_registry(struct detection *detection)
{
    detection->key_items =
        arena_alloc(detection->arena, (items_of_condition(detection->condition) + 1) * sizeof(struct item *));
    detection->key_last = TEXT("");
    collect_keys(detection, detection->condition, true);
    for (size_t i = 0; i < detection->key_item_count; i++)
        for (size_t j = 0; j < detection->key_items[i]->count; j++) {
            const struct comparison *comparison = &detection->key_items[i]->values[j];
            struct text tail = literal_tail(comparison, !detection->wants_value), last = whole_component(tail);

            if (last.size > 0 && detection->key_last.size == 0) {
                detection->key_last = last;
                detection->key_parent = text_slice(tail, 0, tail.size - last.size - 1);
                detection->key_text = describe_key(detection, comparison);
            } else if (detection->key_text == NULL) {
                detection->key_text = describe_key(detection, comparison);
            }
        }
}

void detection_summarize(struct detection *detection)
{
    summarize_ids(detection);
    detection->provider = provider_of_condition(detection->condition);
    summarize_registry(detection);
}

static bool key_fits(const struct detection *detection, struct matcher *matcher, struct text key)
{
    for (size_t i = 0; i < detection->key_item_count; i++)
        for (size_t j = 0; j < detection->key_items[i]->count; j++)   /* one value, or all of them */
            if (!comparison_holds(&detection->key_items[i]->values[j], matcher, key, NULL))
                return false;
    return true;
}

enum registry_proof detection_key_proof(const struct detection *detection, struct matcher *matcher, struct text key)
{
    struct buffer child = {0};
    bool proves;

    if (detection->key_open || detection->key_last.size == 0)
        return REGISTRY_SAYS_NOTHING;
    if (detection->wants_value)
        return key_fits(detection, matcher, key) ? REGISTRY_PROVES : REGISTRY_SAYS_NOTHING;
    if (!text_ends_nocase(key, detection->key_parent))
        return REGISTRY_SAYS_NOTHING;
    if (key_fits(detection, matcher, key))   /* the key itself is there: a match, or one that something else spoiled */
        return REGISTRY_SAYS_NOTHING;
    buffer_add_text(&child, key);
    buffer_add_char(&child, '\\');
    buffer_add_text(&child, detection->key_last);
    proves = key_fits(detection, matcher, buffer_text(&child));
    buffer_free(&child);
    return proves ? REGISTRY_PROVES : REGISTRY_SAYS_NOTHING;
}

bool detection_wants_key_only(const struct detection *detection)
{
    return !detection->wants_value;
}

const char *detection_key_text(const struct detection *detection)
{
    return detection->key_text;
}
