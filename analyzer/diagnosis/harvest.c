#include "diagnosis/harvest.h"

#include <stdlib.h>
#include <string.h>

struct store_ref {
    size_t input;
    const struct intake_store *store;
};
struct store_list {
    struct store_ref *items;
    size_t count, capacity;
};
struct group_list {
    char **items;
    size_t count, capacity;
};

struct harvest {
    const struct survey *survey;
    const struct bundle *bundle;
    struct intake *const *intakes;
    struct table stores; /* host, detector, kind, group -> struct store_list */
    struct table groups; /* host, detector -> struct group_list */
    struct buffer scratch;
};

static struct text store_key(struct buffer *out, size_t host, size_t detector, enum hit_kind kind, const char *group)
{
    buffer_clear(out);
    buffer_printf(out, "%zu %zu %d ", host, detector, (int)kind);
    buffer_add_string(out, group);
    return buffer_text(out);
}

static struct text group_key(struct buffer *out, size_t host, size_t detector)
{
    buffer_clear(out);
    buffer_printf(out, "%zu %zu", host, detector);
    return buffer_text(out);
}

static void add_group(struct harvest *harvest, size_t host, size_t detector, char *group)
{
    struct table_entry *entry = table_add(&harvest->groups, group_key(&harvest->scratch, host, detector));
    if (entry->value == NULL)
        entry->value = memory_alloc(sizeof(struct group_list));
    struct group_list *list = entry->value;
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = group;
}

static void add_store(struct harvest *harvest, size_t input, const struct intake_store *store)
{
    size_t host = hosts_of(harvest->survey->hosts, input, store->label);
    if (host == SIZE_MAX)
        return;
    unsigned current = harvest->survey->items[host].control_set;
    if (store->control_set != 0 && store->control_set != current)
        return;
    struct table_entry *entry =
        table_add(&harvest->stores, store_key(&harvest->scratch, host, store->detector, store->kind, store->group));
    if (entry->value == NULL) {
        entry->value = memory_alloc(sizeof(struct store_list));
        add_group(harvest, host, store->detector, store->group);
    }
    struct store_list *list = entry->value;
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = (struct store_ref){input, store};
}

static int compare_strings(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

struct harvest *harvest_new(const struct bundle *bundle, struct intake *const *intakes, const struct survey *survey)
{
    struct harvest *harvest = memory_alloc(sizeof(*harvest));
    harvest->survey = survey;
    harvest->bundle = bundle;
    harvest->intakes = intakes;
    for (size_t i = 0; i < bundle->input_count; i++)
        for (size_t j = 0; intakes[i] != NULL && !survey->repeated[i] && j < intakes[i]->stores.count; j++)
            add_store(harvest, i, intakes[i]->stores.entries[j].value);
    for (size_t i = 0; i < harvest->groups.count; i++) {
        struct group_list *list = harvest->groups.entries[i].value;
        qsort(list->items, list->count, sizeof(*list->items), compare_strings);
        size_t kept = 0; /* a group stands here once for each kind of hit */
        for (size_t j = 0; j < list->count; j++)
            if (kept == 0 || strcmp(list->items[kept - 1], list->items[j]) != 0)
                list->items[kept++] = list->items[j];
        list->count = kept;
    }
    return harvest;
}

void harvest_free(struct harvest *harvest)
{
    if (harvest == NULL)
        return;
    for (size_t i = 0; i < harvest->stores.count; i++) {
        struct store_list *list = harvest->stores.entries[i].value;
        free(list->items);
        free(list);
    }
    for (size_t i = 0; i < harvest->groups.count; i++) {
        struct group_list *list = harvest->groups.entries[i].value;
        free(list->items);
        free(list);
    }
    table_free(&harvest->stores);
    table_free(&harvest->groups);
    buffer_free(&harvest->scratch);
    free(harvest);
}

bool harvest_take(const struct harvest *harvest, size_t host, size_t detector, enum hit_kind kind, const char *group,
                  struct merged_hits *into)
{
    struct buffer key = {0};
    const struct table_entry *entry = table_find(&harvest->stores, store_key(&key, host, detector, kind, group));
    buffer_free(&key);
    const struct store_list *list = entry == NULL ? NULL : entry->value;
    for (size_t i = 0; list != NULL && i < list->count; i++)
        hits_merge(into, list->items[i].store->hits, list->items[i].input, &harvest->survey->zones);
    return list != NULL;
}

const char *harvest_group(const struct harvest *harvest, size_t host, size_t detector, size_t nth)
{
    struct buffer key = {0};
    const struct table_entry *entry = table_find(&harvest->groups, group_key(&key, host, detector));
    buffer_free(&key);
    const struct group_list *list = entry == NULL ? NULL : entry->value;
    return list == NULL || nth >= list->count ? NULL : list->items[nth];
}

bool harvest_gave_up(const struct harvest *harvest, size_t host, size_t detector)
{
    for (size_t i = 0; i < harvest->bundle->input_count; i++)
        if (harvest->intakes[i] != NULL && intake_gave_up(harvest->intakes[i], detector) &&
            hosts_of(harvest->survey->hosts, i, "") == host)
            return true;
    return false;
}

bool harvest_proves_key(const struct harvest *harvest, size_t host, size_t detector, bool has_last, int64_t last)
{
    for (size_t i = 0; i < harvest->bundle->input_count; i++) {
        const struct intake *intake = harvest->intakes[i];
        if (intake == NULL || intake->proves_nothing || hosts_of(harvest->survey->hosts, i, "") != host)
            continue;
        for (size_t j = 0; j < intake->proof_count; j++) {
            const struct intake_proof *proof = &intake->proofs[j];
            bool current = proof->control_set == 0 || proof->control_set == harvest->survey->items[host].control_set;
            bool later = has_last && proof->written.basis == BASIS_UTC && proof->written.ticks > last;
            if (proof->detector == detector && current && !later)
                return true;
        }
    }
    return false;
}
