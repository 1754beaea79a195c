/* Hit stores: bounded, and the same whatever the order in which hits arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diagnosis/hits.h"

static uint64_t state;
static uint64_t random_number(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 20;
}

struct sample {
    int64_t seconds;
    uint64_t record;
    int value;
};

static void add(struct hit_store *store, size_t input, const struct sample *sample, enum time_basis basis,
                uint64_t joins)
{
    char text[16];
    struct captures captures;
    captures.count = 0;
    snprintf(text, sizeof(text), "program%d.exe", sample->value);
    captures_set(&captures, "image", text_of(text));
    hit_store_add(store, input,
                  &(struct hit_seen){{basis == BASIS_NONE ? 0 : sample->seconds * TICKS_PER_SECOND, basis},
                                     {.record = sample->record},
                                     false,
                                     joins,
                                     value_hash(text_of(text)),
                                     text_of(text),
                                     &captures});
}

static struct hit_store *store_of(const struct sample *samples, size_t count, size_t input, enum time_basis basis,
                                  uint64_t joins)
{
    struct hit_store *store = memory_alloc(sizeof(*store));
    for (size_t i = 0; i < count; i++)
        add(store, input, &samples[i], basis, joins);
    return store;
}

static void shuffle(struct sample *samples, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)(random_number() % i);
        struct sample kept = samples[i - 1];
        samples[i - 1] = samples[j];
        samples[j] = kept;
    }
}

static const struct timezone *no_zones[4];
static const struct zone_table zones = {no_zones};

static struct merged_hits merged_of(struct hit_store **stores, size_t count)
{
    struct merged_hits merged = {0};
    for (size_t i = 0; i < count; i++)
        hits_merge(&merged, stores[i], i, &zones);
    hits_merge_end(&merged);
    return merged;
}

static void assert_same(const struct merged_hits *a, const struct merged_hits *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->mark_count, b->mark_count);
    for (size_t i = 0; i < a->mark_count; i++) {
        assert_int_equal(a->marks[i].ticks, b->marks[i].ticks);
        assert_int_equal(a->marks[i].count, b->marks[i].count);
    }
    assert_int_equal(a->hit_count, b->hit_count);
    for (size_t i = 0; i < a->hit_count; i++) {
        assert_int_equal(a->hits[i].at.record, b->hits[i].at.record);
        assert_string_equal(a->hits[i].text, b->hits[i].text);
    }
    assert_int_equal(a->value_count, b->value_count);
    for (size_t i = 0; i < a->value_count; i++) {
        assert_int_equal(a->values[i].count, b->values[i].count);
        for (size_t j = 0; j < a->values[i].count; j++)
            assert_string_equal(a->values[i].items[j].text, b->values[i].items[j].text);
    }
}

static void order_of_arrival_changes_nothing(size_t count, int values)
{
    struct sample *samples = memory_array(count, sizeof(*samples));
    for (size_t i = 0; i < count; i++)
        samples[i] =
            (struct sample){(int64_t)(random_number() % 1000000), i + 1, (int)(random_number() % (uint64_t)values)};
    struct hit_store *first = store_of(samples, count, 0, BASIS_UTC, 0);
    struct merged_hits one = merged_of(&first, 1);
    assert_int_equal(one.count, count);
    assert_true(one.mark_count <= LIMIT_MARKS);
    for (int round = 0; round < 3; round++) {
        shuffle(samples, count);
        struct hit_store *second = store_of(samples, count, 0, BASIS_UTC, 0);
        struct merged_hits other = merged_of(&second, 1);
        assert_same(&one, &other);
        merged_hits_free(&other);
        hit_store_free(second);
    }
    merged_hits_free(&one);
    hit_store_free(first);
    free(samples);
}

static void few_hits_in_any_order(void **unused)
{
    (void)unused;
    state = 1;
    order_of_arrival_changes_nothing(10, 3);
    order_of_arrival_changes_nothing(100, 50);
}

static void many_hits_in_any_order(void **unused)
{
    (void)unused;
    state = 2;
    order_of_arrival_changes_nothing(20000, 1000); /* buckets, and more values than are kept */
}

static void keeps_the_earliest_and_the_latest(void **unused)
{
    (void)unused;
    struct sample samples[100];
    for (size_t i = 0; i < 100; i++)
        samples[i] = (struct sample){(int64_t)i, i + 1, 1};
    state = 3;
    shuffle(samples, 100);
    struct hit_store *store = store_of(samples, 100, 0, BASIS_UTC, 0);
    struct merged_hits merged = merged_of(&store, 1);
    assert_int_equal(merged.hit_count, 32);
    assert_int_equal(merged.hits[0].at.record, 1);
    assert_int_equal(merged.hits[15].at.record, 16);
    assert_int_equal(merged.hits[16].at.record, 85);
    assert_int_equal(merged.hits[31].at.record, 100);
    merged_hits_free(&merged);
    hit_store_free(store);
}

static uint64_t count_of(struct sample *a, size_t a_count, struct sample *b, size_t b_count, enum time_basis basis,
                         uint64_t joins)
{
    struct hit_store *stores[2] = {store_of(a, a_count, 0, basis, joins), store_of(b, b_count, 1, basis, joins)};
    struct merged_hits merged = merged_of(stores, 2);
    uint64_t count = merged.count;
    merged_hits_free(&merged);
    hit_store_free(stores[0]);
    hit_store_free(stores[1]);
    return count;
}

/* The log and its text export: the same three records, two of them in one second. */
static void a_record_from_two_inputs_counts_once(void **unused)
{
    (void)unused;
    struct sample log[] = {{100, 1, 1}, {100, 2, 2}, {200, 3, 3}}, export[] = {{100, 1, 1}, {100, 2, 2}, {300, 3, 3}};
    assert_int_equal(count_of(log, 3, log, 3, BASIS_UTC, 77), 3);
    assert_int_equal(count_of(log, 3, export, 3, BASIS_UTC, 77), 4);
    assert_int_equal(count_of(log, 3, export, 1, BASIS_UTC, 77), 3);
    assert_int_equal(count_of(log, 3, log, 3, BASIS_UTC, 0), 6);    /* nothing says that they are the same */
    assert_int_equal(count_of(log, 3, log, 3, BASIS_LOCAL, 77), 6); /* a wall clock without a zone joins nothing */
    assert_int_equal(count_of(log, 3, log, 3, BASIS_NONE, 77), 1);  /* one registry key and value */
}

static void a_wall_clock_with_its_zone_joins(void **unused)
{
    (void)unused;
    struct sample at[] = {{7200, 1, 1}}, local[] = {{7200 + 3600, 1, 1}};
    struct timezone east = timezone_fixed(60);
    const struct timezone *of_input[] = {NULL, &east};
    struct zone_table known = {of_input};
    struct hit_store *log = store_of(at, 1, 0, BASIS_UTC, 77), *copy = store_of(local, 1, 1, BASIS_LOCAL, 77);
    struct merged_hits merged = {0};
    hits_merge(&merged, log, 0, &known);
    hits_merge(&merged, copy, 1, &known);
    hits_merge_end(&merged);
    assert_int_equal(merged.count, 1);
    merged_hits_free(&merged);
    hit_store_free(log);
    hit_store_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_hits_in_any_order),
        cmocka_unit_test(many_hits_in_any_order),
        cmocka_unit_test(keeps_the_earliest_and_the_latest),
        cmocka_unit_test(a_record_from_two_inputs_counts_once),
        cmocka_unit_test(a_wall_clock_with_its_zone_joins),
    };
    return cmocka_run_group_tests_name("hits", tests, NULL, NULL);
}
