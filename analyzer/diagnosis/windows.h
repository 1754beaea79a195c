/*
 * Occurrences of a problem, the windows around them, and whether evidence lies inside.
 *
 * An occurrence is a run of a problem's records at most 15 minutes apart. Around it lies the window of an evidence
 * item: the same boot (no start in between), or so long before and after. Only times of one kind can be compared: UTC
 * with UTC, a wall clock without a zone with itself inside one input, no time with nothing.
 */
#ifndef WINCAUSE_DIAGNOSIS_WINDOWS_H
#define WINCAUSE_DIAGNOSIS_WINDOWS_H

#include "diagnosis/survey.h"

#define OCCURRENCE_GAP (15 * 60 * TICKS_PER_SECOND)

struct occurrence {
    enum time_basis basis;
    size_t input;        /* LOCAL and NONE: the input */
    int64_t first, last; /* 0 for NONE */
};

struct occurrences {
    struct occurrence *items; /* UTC ones first, by time; then LOCAL, then NONE, by input */
    size_t count, capacity;
    size_t placed; /* how many are UTC */
};

/* From marks sorted as merged_hits has them; `width` of its buckets. A report after a restart is moved to before the
 * start. */
void occurrences_find(struct occurrences *found, const struct mark *marks, size_t count, int64_t width,
                      const struct host_survey *host);
/* Where a record that may have been written after a restart belongs: at the last record before the start, or, where
 * none is known, a second before the start itself. */
int64_t occurrence_time(const struct mark *mark, const struct host_survey *host);
/* The mark that a hit left. */
struct mark mark_of_hit(const struct hit *hit);
/* Moves marks that were written after a restart, and sorts them again. */
void marks_place(struct merged_hits *hits, const struct host_survey *host);

struct window {
    enum time_basis basis; /* UTC, or LOCAL inside `input`; UTC ones come first */
    size_t input;
    bool has_from, has_to; /* false: open on that side */
    int64_t from, to;      /* inclusive */
    int64_t last;          /* of its occurrences: what a log must reach when the window is open behind */
};

struct windows {
    struct window *items; /* by time; overlapping ones merged */
    size_t count, capacity;
    size_t placed; /* how many are in UTC */
};

void windows_around(struct windows *windows, const struct occurrences *occurrences, const struct evidence *evidence,
                    const struct host_survey *host);
bool window_holds(const struct window *window, const struct mark *mark, int64_t width);

/* Does the item's `count` (default: at least one) hold for the marks that `in` picks? */
typedef bool mark_filter(void *context, const struct mark *mark);
struct tally {
    uint64_t records, distinct;
    uint64_t number; /* what `count` compares: of the fullest span where it says `within` */
    bool holds;
};
struct tally windows_tally(const struct evidence *evidence, const struct mark *marks, size_t count, mark_filter *in,
                           void *context);

/* The most that the item may weigh, by chance in the same log (DESIGN "Chance cap"); INT_MAX: no cap. *why gets a
 * sentence. `hits` of the placed windows hold the item. */
int windows_chance_cap(const struct evidence *evidence, const struct mark *marks, size_t count,
                       const struct windows *windows, size_t hits, const struct host_survey *host, struct arena *arena,
                       const char **why);

#endif
