/*
 * A hash table from bytes to a pointer. Entries stay in the order in which they were added, so that walking them never
 * depends on addresses or on the hash.
 */
#ifndef WINCAUSE_BASE_TABLE_H
#define WINCAUSE_BASE_TABLE_H

#include "base/text.h"

struct table_entry {
    struct text key; /* owned by the table */
    uint64_t hash;
    void *value; /* the caller's */
};

struct table { /* zeroed: empty */
    struct table_entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* entry number + 1, 0: free; private */
    size_t slot_count;
};

/* The entry of `key`, or NULL. Valid until the next table_add(). */
struct table_entry *table_find(const struct table *table, struct text key);
/* The entry of `key`, added with value NULL when there was none. The key is copied. */
struct table_entry *table_add(struct table *table, struct text key);
void table_free(struct table *table); /* not the values */

#endif
