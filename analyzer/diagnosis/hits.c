#include "diagnosis/hits.h"

#include <stdlib.h>
#include <string.h>

static int compare_u64(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }
static int compare_i64(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

uint64_t value_hash(struct text value)
{
    uint64_t hash = text_hash_nocase(value, 1);
    return hash == 0 ? 1 : hash;
}

int hit_compare(const struct hit *a, const struct hit *b)
{
    int order = (a->time.basis != BASIS_NONE) - (b->time.basis != BASIS_NONE);
    if (order == 0 && a->time.basis != BASIS_NONE)
        order = compare_i64(a->time.ticks, b->time.ticks);
    if (order == 0)
        order = compare_u64(a->at.record, b->at.record);
    if (order == 0)
        order = compare_u64(a->at.line, b->at.line);
    if (order == 0)
        order = compare_u64(a->at.offset, b->at.offset);
    return order != 0 ? order : compare_u64(a->input, b->input);
}

/* ---- values ---- */

static void value_set_add(struct value_set *set, struct text text, uint64_t count)
{
    if (text.size > LIMIT_CAPTURE_BYTES)
        text.size = LIMIT_CAPTURE_BYTES;
    uint64_t hash = value_hash(text);
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < set->count && set->items[low].hash == hash) {
        struct value_item *item = &set->items[low];
        item->count += count;
        if (text_compare(text, text_of(item->text)) < 0) { /* one spelling, whatever came first */
            free(item->text);
            item->text = memory_alloc(text.size + 1);
            memcpy(item->text, text.data, text.size);
        }
        return;
    }
    if (set->count == LIMIT_CAPTURE_VALUES) {
        set->cut = true;
        if (low == set->count)
            return;
        free(set->items[--set->count].text);
    }
    set->items = memory_room(set->items, set->count, &set->capacity, sizeof(*set->items));
    memmove(&set->items[low + 1], &set->items[low], (set->count - low) * sizeof(*set->items));
    char *copy = memory_alloc(text.size + 1);
    memcpy(copy, text.data, text.size);
    set->items[low] = (struct value_item){hash, copy, count};
    set->count++;
}

static struct value_set *value_set_of(struct value_set **sets, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*sets)[i].name, name) == 0)
            return &(*sets)[i];
    *sets = memory_grow(*sets, *count + 1, sizeof(**sets));
    (*sets)[*count] = (struct value_set){.name = name};
    return &(*sets)[(*count)++];
}

static void value_sets_free(struct value_set *sets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sets[i].count; j++)
            free(sets[i].items[j].text);
        free(sets[i].items);
    }
    free(sets);
}

/* ---- marks ---- */

static int64_t bucket_of(int64_t ticks, int64_t width)
{
    int64_t rest = ticks % width;
    return ticks - (rest < 0 ? rest + width : rest);
}

/* A bucket holds records of one store, which are mostly about one thing: those of two inputs still join as buckets. */
static uint64_t bucket_joins(const struct mark *mark) { return mark->joins != 0 && mark->basis == BASIS_UTC; }

static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    int order = (int)a->basis - (int)b->basis;
    if (order == 0)
        order = compare_i64(a->ticks, b->ticks);
    if (order == 0)
        order = compare_u64(a->joins, b->joins);
    if (order == 0)
        order = compare_u64(a->value, b->value);
    if (order == 0)
        order = (int)a->after_restart - (int)b->after_restart;
    return order != 0 ? order : compare_u64(a->input, b->input);
}

static void marks_widen(struct marks *marks, int64_t width)
{
    marks->width = width;
    for (size_t i = 0; i < marks->count; i++) {
        struct mark *mark = &marks->items[i];
        mark->joins = bucket_joins(mark);
        mark->value = 0;
        mark->ticks = mark->basis == BASIS_NONE ? 0 : bucket_of(mark->ticks, width);
    }
    qsort(marks->items, marks->count, sizeof(*marks->items), compare_marks);
    size_t kept = 0;
    for (size_t i = 0; i < marks->count; i++) {
        if (kept > 0 && compare_marks(&marks->items[kept - 1], &marks->items[i]) == 0)
            marks->items[kept - 1].count += marks->items[i].count;
        else
            marks->items[kept++] = marks->items[i];
    }
    marks->count = kept;
}

static void marks_add(struct marks *marks, struct mark mark)
{
    size_t place = marks->count;
    if (marks->width != 0) {
        mark.joins = bucket_joins(&mark);
        mark.value = 0;
        mark.ticks = mark.basis == BASIS_NONE ? 0 : bucket_of(mark.ticks, marks->width);
        size_t low = 0, high = marks->count;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (compare_marks(&marks->items[middle], &mark) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < marks->count && compare_marks(&marks->items[low], &mark) == 0) {
            marks->items[low].count += mark.count;
            return;
        }
        place = low;
    }
    marks->items = memory_room(marks->items, marks->count, &marks->capacity, sizeof(*marks->items));
    memmove(&marks->items[place + 1], &marks->items[place], (marks->count - place) * sizeof(*marks->items));
    marks->items[place] = mark;
    marks->count++;
    while (marks->count > LIMIT_MARKS)
        marks_widen(marks, marks->width == 0 ? TICKS_PER_SECOND : marks->width * 2);
}

/* ---- hits ---- */

static void hit_clear(struct hit *hit)
{
    free(hit->text);
    for (size_t i = 0; i < hit->values.count; i++)
        free((char *)hit->values.items[i].value.data);
}

static void hit_free(struct hit *hit)
{
    if (hit != NULL)
        hit_clear(hit);
    free(hit);
}

static struct text copy_text(struct text text)
{
    if (text.size > LIMIT_CAPTURE_BYTES)
        text.size = LIMIT_CAPTURE_BYTES;
    char *copy = memory_alloc(text.size + 1);
    if (text.size != 0)
        memcpy(copy, text.data, text.size);
    return (struct text){copy, text.size};
}

static void copy_captures(struct captures *to, const struct captures *from)
{
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        to->items[i] = (struct capture){from->items[i].name, copy_text(from->items[i].value)};
}

/* The excerpt that reports show: one line, at most LIMIT_HIT_TEXT bytes, cut between characters. */
static char *excerpt_of(struct text text)
{
    char *out = memory_alloc(LIMIT_HIT_TEXT + 1);
    size_t size = 0;
    bool blank = false;
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] <= ' ') {
            blank = size > 0;
            continue;
        }
        if (size + blank + 1 > LIMIT_HIT_TEXT)
            break;
        if (blank)
            out[size++] = ' ';
        blank = false;
        out[size++] = text.data[i];
    }
    size_t start = size; /* of the last character: dropped when it was cut */
    while (start > 0 && ((unsigned char)out[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)out[start - 1] >= 0xC0) {
        unsigned char lead = (unsigned char)out[start - 1];
        size_t needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (size - start + 1 < needs)
            size = start - 1;
    }
    out[size] = '\0';
    return out;
}

static struct hit *hit_new(size_t input, const struct hit_seen *seen)
{
    struct hit *hit = memory_alloc(sizeof(*hit));
    *hit = (struct hit){.input = input,
                        .time = seen->time,
                        .at = seen->at,
                        .after_restart = seen->after_restart,
                        .joins = seen->joins,
                        .value = seen->value};
    hit->text = excerpt_of(seen->text);
    if (seen->captures != NULL)
        copy_captures(&hit->values, seen->captures);
    return hit;
}

/* Inserts into an ascending list. When it was full the one that falls out at the given end is returned. */
static struct hit *insert_hit(struct hit **list, size_t *count, struct hit *hit, bool drop_first)
{
    size_t place = *count;
    while (place > 0 && hit_compare(list[place - 1], hit) > 0)
        place--;
    if (*count < LIMIT_HITS_KEPT) {
        memmove(&list[place + 1], &list[place], (*count - place) * sizeof(*list));
        list[place] = hit;
        (*count)++;
        return NULL;
    }
    if (drop_first) {
        if (place == 0)
            return hit;
        struct hit *out = list[0];
        memmove(&list[0], &list[1], (place - 1) * sizeof(*list));
        list[place - 1] = hit;
        return out;
    }
    if (place == *count)
        return hit;
    struct hit *out = list[*count - 1];
    memmove(&list[place + 1], &list[place], (*count - 1 - place) * sizeof(*list));
    list[place] = hit;
    return out;
}

/* Whether a hit at this place would be kept: most of a chatty event's are not, and need no copy. */
static bool would_keep(const struct hit_store *store, const struct hit *probe)
{
    return store->early_count < LIMIT_HITS_KEPT || store->late_count < LIMIT_HITS_KEPT ||
           hit_compare(probe, store->early[LIMIT_HITS_KEPT - 1]) < 0 || hit_compare(probe, store->late[0]) > 0;
}

void hit_store_add(struct hit_store *store, size_t input, const struct hit_seen *seen)
{
    store->count++;
    marks_add(&store->marks, (struct mark){seen->time.basis == BASIS_NONE ? 0 : seen->time.ticks, seen->joins,
                                           seen->value, input, 1, seen->time.basis, seen->after_restart});
    if (seen->captures != NULL)
        for (size_t i = 0; i < seen->captures->count; i++)
            value_set_add(value_set_of(&store->values, &store->value_count, seen->captures->items[i].name),
                          seen->captures->items[i].value, 1);
    struct hit probe = {.input = input, .time = seen->time, .at = seen->at};
    if (!would_keep(store, &probe))
        return;
    struct hit *out = insert_hit(store->early, &store->early_count, hit_new(input, seen), false);
    if (out != NULL)
        out = insert_hit(store->late, &store->late_count, out, true);
    hit_free(out);
}

void hit_store_free(struct hit_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->early_count; i++)
        hit_free(store->early[i]);
    for (size_t i = 0; i < store->late_count; i++)
        hit_free(store->late[i]);
    free(store->marks.items);
    value_sets_free(store->values, store->value_count);
    free(store);
}
