#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SLOTS_AT_START 64u

static size_t find_slot(const struct table *table, struct text key, uint64_t hash)
{
    size_t slot = (size_t)hash & (table->slot_count - 1);
    for (;;) {
        uint32_t number = table->slots[slot];
        if (number == 0)
            return slot;
        const struct table_entry *entry = &table->entries[number - 1];
        if (entry->hash == hash && text_equal(entry->key, key))
            return slot;
        slot = (slot + 1) & (table->slot_count - 1);
    }
}

static void rebuild(struct table *table)
{
    size_t wanted = table->slot_count == 0 ? SLOTS_AT_START : table->slot_count * 2;
    free(table->slots);
    table->slots = memory_array(wanted, sizeof(*table->slots));
    table->slot_count = wanted;
    for (size_t i = 0; i < table->count; i++)
        table->slots[find_slot(table, table->entries[i].key, table->entries[i].hash)] = (uint32_t)(i + 1);
}

struct table_entry *table_find(const struct table *table, struct text key)
{
    if (table->slot_count == 0)
        return NULL;
    uint32_t number = table->slots[find_slot(table, key, text_hash(key, 0))];
    return number == 0 ? NULL : &table->entries[number - 1];
}

struct table_entry *table_add(struct table *table, struct text key)
{
    if (table->count * 2 >= table->slot_count)
        rebuild(table);
    uint64_t hash = text_hash(key, 0);
    size_t slot = find_slot(table, key, hash);
    if (table->slots[slot] != 0)
        return &table->entries[table->slots[slot] - 1];
    char *copy = memory_alloc(key.size + 1);
    if (key.size != 0)
        memcpy(copy, key.data, key.size);
    table->entries = memory_room(table->entries, table->count, &table->capacity, sizeof(*table->entries));
    struct table_entry *entry = &table->entries[table->count++];
    *entry = (struct table_entry){{copy, key.size}, hash, NULL};
    table->slots[slot] = (uint32_t)table->count;
    return entry;
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free((char *)table->entries[i].key.data);
    free(table->entries);
    free(table->slots);
    *table = (struct table){0};
}
