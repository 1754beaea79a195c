/* hits_merge(): the stores of one thing from several inputs as one, each record once. */
#include <stdlib.h>
#include <string.h>

#include "diagnosis/hits.h"

struct moment moment_with_zone(struct moment moment, const struct timezone *zone)
{
    if (moment.basis != BASIS_LOCAL || zone == NULL)
        return moment;
    return (struct moment){timezone_to_utc(zone, moment.ticks), BASIS_UTC};
}

static struct value_set *values_of(struct merged_hits *merged, const char *name)
{
    for (size_t i = 0; i < merged->value_count; i++)
        if (strcmp(merged->values[i].name, name) == 0)
            return &merged->values[i];
    merged->values = memory_grow(merged->values, merged->value_count + 1, sizeof(*merged->values));
    merged->values[merged->value_count] = (struct value_set){.name = name};
    return &merged->values[merged->value_count++];
}

static void add_values(struct value_set *into, const struct value_set *from)
{
    into->cut |= from->cut;
    for (size_t i = 0; i < from->count; i++) {
        size_t j = 0;
        while (j < into->count && into->items[j].hash != from->items[i].hash)
            j++;
        if (j < into->count) {
            into->items[j].count += from->items[i].count;
            if (strcmp(from->items[i].text, into->items[j].text) < 0) {
                free(into->items[j].text);
                into->items[j].text = memory_string(from->items[i].text);
            }
            continue;
        }
        into->items = memory_room(into->items, into->count, &into->capacity, sizeof(*into->items));
        into->items[into->count++] =
            (struct value_item){from->items[i].hash, memory_string(from->items[i].text), from->items[i].count};
    }
}

static void add_hit(struct merged_hits *into, const struct hit *hit, const struct timezone *zone)
{
    into->hits = memory_room(into->hits, into->hit_count, &into->hit_capacity, sizeof(*into->hits));
    struct hit *copy = &into->hits[into->hit_count++];
    *copy = *hit;
    copy->time = moment_with_zone(hit->time, zone);
    copy->text = memory_string(hit->text);
    for (size_t i = 0; i < hit->values.count; i++) {
        struct text value = hit->values.items[i].value;
        char *bytes = memory_alloc(value.size + 1);
        if (value.size != 0)
            memcpy(bytes, value.data, value.size);
        copy->values.items[i].value.data = bytes;
    }
}

void hits_merge(struct merged_hits *into, const struct hit_store *store, size_t input, const struct zone_table *zones)
{
    const struct timezone *zone = zones->of_input[input];
    if (store->marks.width > into->width)
        into->width = store->marks.width;
    for (size_t i = 0; i < store->marks.count; i++) {
        into->marks = memory_room(into->marks, into->mark_count, &into->mark_capacity, sizeof(*into->marks));
        struct mark *mark = &into->marks[into->mark_count++];
        *mark = store->marks.items[i];
        struct moment time = moment_with_zone((struct moment){mark->ticks, mark->basis}, zone);
        mark->ticks = time.ticks;
        mark->basis = time.basis;
        mark->input = input;
    }
    for (size_t i = 0; i < store->early_count; i++)
        add_hit(into, store->early[i], zone);
    for (size_t i = 0; i < store->late_count; i++)
        add_hit(into, store->late[i], zone);
    for (size_t i = 0; i < store->value_count; i++)
        add_values(values_of(into, store->values[i].name), &store->values[i]);
}

static int compare_u64(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* What makes two records from two inputs one: the same thing in the same second. 0: nothing does. A wall clock without
 * a zone joins nothing; what has no time at all (a registry value) joins by what it is about. */
static uint64_t join_key(uint64_t joins, int64_t ticks, enum time_basis basis)
{
    if (joins == 0 || basis == BASIS_LOCAL)
        return 0;
    uint64_t second = basis == BASIS_NONE ? 0 : (uint64_t)(ticks / TICKS_PER_SECOND);
    uint64_t parts[2] = {joins, second};
    return text_hash((struct text){(const char *)parts, sizeof(parts)}, 7) | 1;
}

struct join {
    uint64_t key;
    size_t input;
    uint64_t count;
};

static int compare_joins(const void *left, const void *right)
{
    const struct join *a = left, *b = right;
    int order = compare_u64(a->key, b->key);
    return order != 0 ? order : compare_u64(a->input, b->input);
}

static int compare_by_time(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    int order = (int)a->basis - (int)b->basis;
    if (order == 0)
        order = a->ticks < b->ticks ? -1 : a->ticks > b->ticks;
    if (order == 0)
        order = compare_u64(a->input, b->input);
    if (order == 0)
        order = compare_u64(a->joins, b->joins);
    return order != 0 ? order : compare_u64(a->value, b->value);
}

static int compare_hits(const void *left, const void *right) { return hit_compare(left, right); }

static int compare_values(const void *left, const void *right)
{
    const struct value_item *a = left, *b = right;
    int order = text_compare_nocase(text_of(a->text), text_of(b->text));
    return order != 0 ? order : strcmp(a->text, b->text);
}

/* For each join key the input that has the most records of it (the first of equals). Returned list is sorted by key,
 * one each. */
static struct join *choose_inputs(const struct merged_hits *merged, size_t *chosen)
{
    struct join *joins = memory_array(merged->mark_count + 1, sizeof(*joins));
    size_t count = 0;
    for (size_t i = 0; i < merged->mark_count; i++) {
        const struct mark *mark = &merged->marks[i];
        uint64_t key = join_key(mark->joins, mark->ticks, mark->basis);
        if (key != 0)
            joins[count++] = (struct join){key, mark->input, mark->count};
    }
    qsort(joins, count, sizeof(*joins), compare_joins);
    size_t summed = 0;
    for (size_t i = 0; i < count; i++) {
        if (summed > 0 && compare_joins(&joins[summed - 1], &joins[i]) == 0)
            joins[summed - 1].count += joins[i].count;
        else
            joins[summed++] = joins[i];
    }
    *chosen = 0;
    for (size_t i = 0; i < summed; i++) {
        if (*chosen > 0 && joins[*chosen - 1].key == joins[i].key) {
            if (joins[i].count > joins[*chosen - 1].count)
                joins[*chosen - 1] = joins[i];
        } else {
            joins[(*chosen)++] = joins[i];
        }
    }
    return joins;
}

static bool is_chosen(const struct join *joins, size_t count, uint64_t key, size_t input)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (joins[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low == count || joins[low].key != key || joins[low].input == input;
}

static void hit_release(struct hit *hit)
{
    free(hit->text);
    for (size_t i = 0; i < hit->values.count; i++)
        free((char *)hit->values.items[i].value.data);
}

/* A registry value is one record however often an input has it: an export of SYSTEM shows CurrentControlSet beside the
 * ControlSet00n that it stands for. Marks are sorted, so equal ones follow each other. */
static void join_values(struct merged_hits *merged)
{
    size_t kept = 0;
    for (size_t i = 0; i < merged->mark_count; i++) {
        struct mark *mark = &merged->marks[i], *last = kept == 0 ? NULL : &merged->marks[kept - 1];
        bool same = last != NULL && mark->basis == BASIS_NONE && last->basis == BASIS_NONE && mark->joins != 0 &&
                    last->joins == mark->joins && last->input == mark->input;
        if (!same)
            merged->marks[kept++] = *mark;
        if (mark->basis == BASIS_NONE && mark->joins != 0)
            merged->marks[kept - 1].count = 1;
    }
    merged->mark_count = kept;
    kept = 0;
    for (size_t i = 0; i < merged->hit_count; i++) {
        struct hit *hit = &merged->hits[i];
        bool same = false;
        for (size_t j = 0; hit->time.basis == BASIS_NONE && hit->joins != 0 && j < kept && !same; j++)
            same = merged->hits[j].joins == hit->joins && merged->hits[j].time.basis == BASIS_NONE;
        if (same)
            hit_release(hit);
        else
            merged->hits[kept++] = *hit;
    }
    merged->hit_count = kept;
}

void hits_merge_end(struct merged_hits *merged)
{
    size_t join_count, kept = 0;
    struct join *joins = choose_inputs(merged, &join_count);
    merged->count = 0;
    for (size_t i = 0; i < merged->mark_count; i++) {
        struct mark mark = merged->marks[i];
        uint64_t key = join_key(mark.joins, mark.ticks, mark.basis);
        if (key != 0 && !is_chosen(joins, join_count, key, mark.input))
            continue;
        merged->marks[kept++] = mark;
    }
    merged->mark_count = kept;
    kept = 0;
    for (size_t i = 0; i < merged->hit_count; i++) {
        struct hit *hit = &merged->hits[i];
        uint64_t key = join_key(hit->joins, hit->time.ticks, hit->time.basis);
        if (key != 0 && !is_chosen(joins, join_count, key, hit->input))
            hit_release(hit);
        else
            merged->hits[kept++] = *hit;
    }
    merged->hit_count = kept;
    free(joins);
    if (merged->mark_count != 0)
        qsort(merged->marks, merged->mark_count, sizeof(*merged->marks), compare_by_time);
    if (merged->hit_count != 0)
        qsort(merged->hits, merged->hit_count, sizeof(*merged->hits), compare_hits);
    join_values(merged);
    for (size_t i = 0; i < merged->mark_count; i++)
        merged->count += merged->marks[i].count;
    for (size_t i = 0; i < merged->value_count; i++)
        if (merged->values[i].count != 0)
            qsort(merged->values[i].items, merged->values[i].count, sizeof(struct value_item), compare_values);
}

const struct value_set *merged_values(const struct merged_hits *merged, struct text name)
{
    for (size_t i = 0; i < merged->value_count; i++)
        if (text_is(name, merged->values[i].name))
            return &merged->values[i];
    return NULL;
}

void merged_values_clear(struct merged_hits *merged)
{
    for (size_t i = 0; i < merged->value_count; i++) {
        for (size_t j = 0; j < merged->values[i].count; j++)
            free(merged->values[i].items[j].text);
        free(merged->values[i].items);
    }
    free(merged->values);
    merged->values = NULL;
    merged->value_count = 0;
}

void merged_values_add(struct merged_hits *merged, const struct captures *captures)
{
    for (size_t i = 0; i < captures->count; i++) {
        struct value_item item = {value_hash(captures->items[i].value), (char *)captures->items[i].value.data, 1};
        struct value_set one = {captures->items[i].name, &item, 1, 1, false}, *set = values_of(merged, one.name);
        add_values(set, &one);
        qsort(set->items, set->count, sizeof(*set->items), compare_values);
    }
}

void merged_hits_free(struct merged_hits *merged)
{
    free(merged->marks);
    for (size_t i = 0; i < merged->hit_count; i++)
        hit_release(&merged->hits[i]);
    free(merged->hits);
    merged_values_clear(merged);
    *merged = (struct merged_hits){0};
}
