/*
 * Hits: what detections leave behind while the inputs are read.
 *
 * A store holds the hits of one thing (a symptom, an evidence item) in one input, and is bounded whatever the input:
 * the count, the 16 earliest and 16 latest hits in full, all times, and the distinct values of each captured name.
 * Times are exact up to 4,096 of them; beyond that they become buckets aligned to 1601-01-01 whose width doubles (from
 * one second) while more than 4,096 are in use. Distinct values are cut to those with the smallest hashes. So the
 * content depends on the set of hits alone, not on the order of their arrival:
 *
 *     width(set) = the least power of two of seconds for which the set fills at most 4,096 buckets
 *     kept(set)  = the 256 values with the smallest hashes; whatever was thrown out once can never come back
 *
 * At the end stores of several inputs are merged per host (hits_merge). A record that arrives from two inputs (a log
 * and its text export) counts once: records that `joins` says are the same thing (provider and event id, or registry
 * key and value) and that lie in the same second are one record for as many as the input with the most of them has.
 */
#ifndef WINCAUSE_DIAGNOSIS_HITS_H
#define WINCAUSE_DIAGNOSIS_HITS_H

#include "base/limits.h"
#include "base/table.h"
#include "bundle/bundle.h"
#include "records/record.h"
#include "records/timezone.h"
#include "rules/detection.h"

struct hit {
    size_t input;
    struct moment time;
    struct position at;
    bool after_restart;     /* a report about what ended with the boot before */
    uint64_t joins;         /* what the record is about; 0: joins nothing */
    uint64_t value;         /* hash of the value that `count: distinct` counts; 0: none */
    char *text;             /* excerpt, one line */
    struct captures values; /* values are owned by the hit */
};

struct mark {
    int64_t ticks;         /* bucketed: the bucket's beginning */
    uint64_t joins, value; /* bucketed: 1 for all that join, 0 */
    size_t input;          /* set by hits_merge() */
    uint32_t count;
    enum time_basis basis;
    bool after_restart;
};

struct marks {
    struct mark *items;
    size_t count, capacity;
    int64_t width; /* 0: exact */
};

struct value_item {
    uint64_t hash;
    char *text;
    uint64_t count;
};
struct value_set {
    const char *name; /* the rules' */
    struct value_item *items;
    size_t count, capacity;
    bool cut; /* more values than are kept */
};

struct hit_store {
    uint64_t count;
    struct hit *early[LIMIT_HITS_KEPT]; /* by hit_compare(), ascending */
    struct hit *late[LIMIT_HITS_KEPT];  /* ascending; the latest of those that are not early */
    size_t early_count, late_count;
    struct marks marks;
    struct value_set *values;
    size_t value_count;
};

/* Time (none first), then position, then input. */
int hit_compare(const struct hit *a, const struct hit *b);

/* A hit as it is seen: everything borrowed. */
struct hit_seen {
    struct moment time;
    struct position at;
    bool after_restart;
    uint64_t joins, value;
    struct text text;
    const struct captures *captures;
};
void hit_store_add(struct hit_store *store, size_t input, const struct hit_seen *seen);
void hit_store_free(struct hit_store *store); /* and the store itself; NULL is allowed */

/* How the wall-clock times of an input become UTC; NULL members: not known. */
struct zone_table {
    const struct timezone **of_input;
};

/* Adds the store to `into` (which starts zeroed): times converted where the zone is known. Call in the order of the
 * inputs, then hits_merge_end(). Values and hits are copied. */
struct merged_hits {
    struct mark *marks; /* by time */
    size_t mark_count, mark_capacity;
    int64_t width;    /* the widest bucket, 0: all exact */
    struct hit *hits; /* by hit_compare(); at most 32 of each input, joined ones once */
    size_t hit_count, hit_capacity;
    struct value_set *values; /* items by text */
    size_t value_count;
    uint64_t count; /* records, joined ones once */
};
void hits_merge(struct merged_hits *into, const struct hit_store *store, size_t input, const struct zone_table *zones);
void hits_merge_end(struct merged_hits *merged);
void merged_hits_free(struct merged_hits *merged);
/* Takes all values away; adds those of one hit (their bytes end in NUL). */
void merged_values_clear(struct merged_hits *merged);
void merged_values_add(struct merged_hits *merged, const struct captures *captures);
const struct value_set *merged_values(const struct merged_hits *merged, struct text name);

struct moment moment_with_zone(struct moment moment, const struct timezone *zone /* NULL: not known */);

/* Two names' tests of equality for values: hash without case. */
uint64_t value_hash(struct text value);

#endif
