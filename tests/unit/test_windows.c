/* Occurrences, windows around them, the counts inside, and what chance takes away. Times here are in minutes. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diagnosis/windows.h"

#define MINUTE (60 * TICKS_PER_SECOND)

static struct mark at(int64_t minute)
{
    return (struct mark){.ticks = minute * MINUTE, .count = 1, .basis = BASIS_UTC};
}

static size_t marks_at(struct mark *marks, const int *minutes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        marks[i] = at(minutes[i]);
    return count;
}

static struct occurrences occurrences_of(const int *minutes, size_t count, const struct host_survey *host)
{
    struct mark marks[64];
    struct occurrences found = {0};
    occurrences_find(&found, marks, marks_at(marks, minutes, count), 0, host);
    return found;
}

static void runs_of_fifteen_minutes_are_one_occurrence(void **unused)
{
    (void)unused;
    static const int minutes[] = {100, 115, 130, 146, 300};
    struct host_survey host = {0};
    struct occurrences found = occurrences_of(minutes, 5, &host);
    assert_int_equal(found.count, 3); /* 130 to 146 is more than 15 */
    assert_int_equal(found.items[0].first, 100 * MINUTE);
    assert_int_equal(found.items[0].last, 130 * MINUTE);
    assert_int_equal(found.items[1].first, 146 * MINUTE);
    assert_int_equal(found.items[2].first, 300 * MINUTE);
    free(found.items);
}

static void times_of_different_kinds_never_meet(void **unused)
{
    (void)unused;
    struct mark marks[] = {at(100),
                           {.ticks = 100 * MINUTE, .count = 1, .basis = BASIS_LOCAL, .input = 1},
                           {.ticks = 101 * MINUTE, .count = 1, .basis = BASIS_LOCAL, .input = 2},
                           {.count = 1, .basis = BASIS_NONE, .input = 3},
                           {.count = 1, .basis = BASIS_NONE, .input = 3}};
    struct host_survey host = {0};
    struct occurrences found = {0};
    occurrences_find(&found, marks, 5, 0, &host);
    assert_int_equal(found.count, 4);
    assert_int_equal(found.placed, 1);
    free(found.items);
}

static void a_report_after_the_restart_belongs_before_it(void **unused)
{
    (void)unused;
    struct host_start starts[] = {{BASIS_UTC, 0, 50 * MINUTE, 0, false},
                                  {BASIS_UTC, 0, 200 * MINUTE, 180 * MINUTE, true}};
    struct host_survey host = {.starts = starts, .start_count = 2, .utc_start_count = 2};
    struct mark report = at(202), other = at(202), early = at(60);
    report.after_restart = early.after_restart = true;
    assert_int_equal(occurrence_time(&report, &host), 180 * MINUTE);
    assert_int_equal(occurrence_time(&other, &host), 202 * MINUTE);
    assert_int_equal(occurrence_time(&early, &host), 50 * MINUTE - TICKS_PER_SECOND); /* what was before is not known */
}

static void the_same_boot_ends_at_the_next_start(void **unused)
{
    (void)unused;
    static const int minutes[] = {150};
    struct host_start starts[] = {{BASIS_UTC, 0, 100 * MINUTE, 0, false}, {BASIS_UTC, 0, 200 * MINUTE, 0, false}};
    struct host_survey host = {.starts = starts, .start_count = 2, .utc_start_count = 2};
    struct evidence evidence = {.when = WHEN_SAME_BOOT};
    struct occurrences found = occurrences_of(minutes, 1, &host);
    struct windows windows = {0};
    windows_around(&windows, &found, &evidence, &host);
    assert_int_equal(windows.count, 1);
    struct mark before = at(99), first = at(100), last = at(199), after = at(200);
    assert_false(window_holds(&windows.items[0], &before, 0));
    assert_true(window_holds(&windows.items[0], &first, 0));
    assert_true(window_holds(&windows.items[0], &last, 0));
    assert_false(window_holds(&windows.items[0], &after, 0));
    free(windows.items);
    free(found.items);
}

static void overlapping_windows_are_one(void **unused)
{
    (void)unused;
    static const int minutes[] = {100, 120, 200};
    struct host_survey host = {0};
    struct evidence evidence = {.when = WHEN_AROUND, .before = 15 * MINUTE, .after = 6 * MINUTE};
    struct occurrences found = occurrences_of(minutes, 3, &host);
    struct windows windows = {0};
    windows_around(&windows, &found, &evidence, &host);
    assert_int_equal(found.count, 3);
    assert_int_equal(windows.count, 2);
    assert_int_equal(windows.items[0].from, 85 * MINUTE);
    assert_int_equal(windows.items[0].to, 126 * MINUTE);
    free(windows.items);
    free(found.items);
}

static void wall_clocks_know_their_own_starts(void **unused)
{
    (void)unused;
    struct host_start starts[] = {{BASIS_LOCAL, 7, 100 * MINUTE, 0, false}, {BASIS_LOCAL, 8, 140 * MINUTE, 0, false}};
    struct host_survey host = {.starts = starts, .start_count = 2};
    struct mark failure = {.ticks = 150 * MINUTE, .count = 1, .basis = BASIS_LOCAL, .input = 7};
    struct evidence evidence = {.when = WHEN_SAME_BOOT};
    struct occurrences found = {0};
    struct windows windows = {0};
    occurrences_find(&found, &failure, 1, 0, &host);
    windows_around(&windows, &found, &evidence, &host);
    assert_int_equal(windows.count, 1);
    assert_int_equal(windows.placed, 0);
    assert_int_equal(windows.items[0].from, 100 * MINUTE);
    free(windows.items);
    free(found.items);
}

static void what_has_no_time_is_in_no_span(void **unused)
{
    (void)unused;
    struct mark marks[] = {at(1), {.count = 1, .basis = BASIS_NONE}, {.count = 1, .basis = BASIS_NONE}};
    struct evidence evidence = {.count = {.given = true, .number = 2, .within = 20 * MINUTE}};
    assert_false(windows_tally(&evidence, marks, 3, NULL, NULL).holds);
}

static void within_takes_the_fullest_span(void **unused)
{
    (void)unused;
    static const int minutes[] = {0, 50, 100, 110, 120, 400};
    struct mark marks[6];
    struct evidence evidence = {.count = {.given = true, .number = 3, .within = 20 * MINUTE}};
    marks_at(marks, minutes, 6);
    assert_true(windows_tally(&evidence, marks, 6, NULL, NULL).holds);
    evidence.count.number = 4;
    assert_false(windows_tally(&evidence, marks, 6, NULL, NULL).holds);
}

static void distinct_counts_values(void **unused)
{
    (void)unused;
    char name[] = "image";
    struct mark marks[] = {at(1), at(2), at(3)};
    marks[0].value = marks[1].value = 5;
    marks[2].value = 6;
    struct evidence three = {.count = {.given = true, .number = 3, .distinct = name}};
    struct evidence one = {.count = {.given = true, .at_most = true, .number = 1, .distinct = name}};
    assert_false(windows_tally(&three, marks, 3, NULL, NULL).holds);
    assert_false(windows_tally(&one, marks, 3, NULL, NULL).holds);
    assert_true(windows_tally(&one, marks, 2, NULL, NULL).holds);
    assert_false(
        windows_tally(&one, marks, 1, NULL, NULL).holds); /* one record alone says nothing about "only one value" */
}

/* A log from minute 0 to 1000 with the problem at 500; the item's window is ten minutes long. */
static int cap_with(const int *minutes, size_t count, size_t hits, const char **why)
{
    static const int symptom[] = {500};
    struct log_trace trace = {0};
    struct log_part part = {&trace, 0, true, false, 0, 1000 * MINUTE, 0};
    char channel[] = "System", service[] = "system";
    struct host_log log = {.channel = channel, .parts = &part, .part_count = 1};
    struct host_survey host = {.logs = &log, .log_count = 1};
    struct evidence evidence = {.when = WHEN_AROUND, .before = 10 * MINUTE, .logsource = {.service = service}};
    struct mark marks[256];
    struct arena arena = {0};
    struct occurrences found = occurrences_of(symptom, 1, &host);
    struct windows windows = {0};
    windows_around(&windows, &found, &evidence, &host);
    int cap = windows_chance_cap(&evidence, marks, marks_at(marks, minutes, count), &windows, hits, &host, &arena, why);
    free(windows.items);
    free(found.items);
    arena_free(&arena);
    return cap;
}

static void a_clean_log_costs_nothing(void **unused)
{
    (void)unused;
    static const int only[] = {495};
    const char *why = "";
    assert_int_equal(cap_with(only, 1, 1, &why), INT_MAX);
}

/* 98 other windows (48 before 490, 49 after 500... by pieces of ten minutes: 48 + 49), one of them with the event. */
static void a_chatty_event_loses_its_weight(void **unused)
{
    (void)unused;
    static const int rare[] = {100, 495};
    int often[101];
    const char *why = "";
    for (int i = 0; i <= 100; i++)
        often[i] = i * 10 + 5;
    assert_int_equal(cap_with(rare, 2, 1, &why), 18); /* 10 log10(98 / 1.5) = 18.15 */
    assert_in_range(cap_with(often, 100, 1, &why), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_fifteen_minutes_are_one_occurrence),
        cmocka_unit_test(times_of_different_kinds_never_meet),
        cmocka_unit_test(a_report_after_the_restart_belongs_before_it),
        cmocka_unit_test(the_same_boot_ends_at_the_next_start),
        cmocka_unit_test(overlapping_windows_are_one),
        cmocka_unit_test(wall_clocks_know_their_own_starts),
        cmocka_unit_test(what_has_no_time_is_in_no_span),
        cmocka_unit_test(within_takes_the_fullest_span),
        cmocka_unit_test(distinct_counts_values),
        cmocka_unit_test(a_clean_log_costs_nothing),
        cmocka_unit_test(a_chatty_event_loses_its_weight),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
