#include "diagnosis/windows.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ---- occurrences ---- */

/* The starts that a time can be compared with: UTC ones, or those with the wall clock of the same input. */
static bool comparable(const struct host_start *start, enum time_basis basis, size_t input)
{
    return start->basis == basis && (basis == BASIS_UTC || start->input == input);
}

int64_t occurrence_time(const struct mark *mark, const struct host_survey *host)
{
    if (!mark->after_restart || mark->basis == BASIS_NONE)
        return mark->ticks;
    for (size_t i = host->start_count; i-- > 0;) {
        const struct host_start *start = &host->starts[i];
        if (comparable(start, mark->basis, mark->input) && start->ticks <= mark->ticks)
            return start->has_previous && start->previous < start->ticks ? start->previous
                                                                         : start->ticks - TICKS_PER_SECOND;
    }
    return mark->ticks;
}

static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    if (a->basis != b->basis)
        return a->basis < b->basis ? -1 : 1;
    if (a->ticks != b->ticks)
        return a->ticks < b->ticks ? -1 : 1;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return a->value < b->value ? -1 : a->value > b->value;
}

struct mark mark_of_hit(const struct hit *hit)
{
    return (struct mark){.ticks = hit->time.basis == BASIS_NONE ? 0 : hit->time.ticks,
                         .joins = hit->joins,
                         .value = hit->value,
                         .input = hit->input,
                         .count = 1,
                         .basis = hit->time.basis,
                         .after_restart = hit->after_restart};
}

void marks_place(struct merged_hits *hits, const struct host_survey *host)
{
    for (size_t i = 0; i < hits->mark_count; i++)
        hits->marks[i].ticks = occurrence_time(&hits->marks[i], host);
    if (hits->mark_count != 0)
        qsort(hits->marks, hits->mark_count, sizeof(*hits->marks), compare_marks);
}

struct moved {
    enum time_basis basis;
    size_t input;
    int64_t first, last;
};

static int compare_moved(const void *left, const void *right)
{
    const struct moved *a = left, *b = right;
    if (a->basis != b->basis)
        return a->basis > b->basis ? -1 : 1; /* UTC, LOCAL, NONE */
    if (a->basis != BASIS_UTC && a->input != b->input)
        return a->input < b->input ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->last < b->last ? -1 : a->last > b->last;
}

static bool continues(const struct occurrence *open, const struct moved *next)
{
    if (open->basis != next->basis || (next->basis != BASIS_UTC && open->input != next->input))
        return false;
    return next->basis == BASIS_NONE || next->first - open->last <= OCCURRENCE_GAP;
}

void occurrences_find(struct occurrences *found, const struct mark *marks, size_t count, int64_t width,
                      const struct host_survey *host)
{
    struct moved *moved = memory_array(count + 1, sizeof(*moved));
    for (size_t i = 0; i < count; i++) {
        const struct mark *mark = &marks[i];
        int64_t ticks = occurrence_time(mark, host);
        moved[i] = (struct moved){mark->basis, mark->input, ticks,
                                  mark->basis == BASIS_NONE || width == 0 ? ticks : ticks + width - 1};
    }
    qsort(moved, count, sizeof(*moved), compare_moved);
    for (size_t i = 0; i < count; i++) {
        struct occurrence *open = found->count == 0 ? NULL : &found->items[found->count - 1];
        if (open != NULL && continues(open, &moved[i])) {
            if (moved[i].last > open->last)
                open->last = moved[i].last;
            continue;
        }
        found->items = memory_room(found->items, found->count, &found->capacity, sizeof(*found->items));
        found->items[found->count++] =
            (struct occurrence){moved[i].basis, moved[i].input, moved[i].first, moved[i].last};
        found->placed += moved[i].basis == BASIS_UTC;
    }
    free(moved);
}

/* ---- windows ---- */

static struct window boot_of(const struct occurrence *occurrence, const struct host_survey *host)
{
    struct window window = {.basis = occurrence->basis, .input = occurrence->input, .last = occurrence->last};
    for (size_t i = 0; i < host->start_count; i++) {
        int64_t start = host->starts[i].ticks;
        if (!comparable(&host->starts[i], occurrence->basis, occurrence->input))
            continue;
        if (start <= occurrence->first) {
            window.has_from = true;
            window.from = start;
        }
        if (start > occurrence->last && !window.has_to) {
            window.has_to = true;
            window.to = start - 1;
        }
    }
    return window;
}

static bool overlaps(const struct window *open, const struct window *next)
{
    if (open->basis != next->basis || (next->basis == BASIS_LOCAL && open->input != next->input))
        return false;
    return !open->has_to || !next->has_from || next->from <= open->to;
}

static void add_window(struct windows *windows, struct window window)
{
    struct window *open = windows->count == 0 ? NULL : &windows->items[windows->count - 1];
    if (open != NULL && overlaps(open, &window)) {
        if (!window.has_to || (open->has_to && window.to > open->to)) {
            open->has_to = window.has_to;
            open->to = window.to;
        }
        if (window.last > open->last)
            open->last = window.last;
        return;
    }
    windows->items = memory_room(windows->items, windows->count, &windows->capacity, sizeof(*windows->items));
    windows->items[windows->count++] = window;
}

void windows_around(struct windows *windows, const struct occurrences *occurrences, const struct evidence *evidence,
                    const struct host_survey *host)
{
    for (size_t i = 0; i < occurrences->count; i++) {
        const struct occurrence *occurrence = &occurrences->items[i];
        if (occurrence->basis == BASIS_NONE)
            continue;
        if (evidence->when == WHEN_AROUND)
            add_window(windows,
                       (struct window){occurrence->basis, occurrence->input, true, true,
                                       occurrence->first - evidence->before, occurrence->last + evidence->after,
                                       occurrence->last + evidence->after});
        else
            add_window(windows, boot_of(occurrence, host));
        if (occurrence->basis == BASIS_UTC)
            windows->placed = windows->count;
    }
}

bool window_holds(const struct window *window, const struct mark *mark, int64_t width)
{
    if (mark->basis != window->basis || (mark->basis == BASIS_LOCAL && mark->input != window->input))
        return false;
    int64_t last = width == 0 ? mark->ticks : mark->ticks + width - 1;
    return (!window->has_from || last >= window->from) && (!window->has_to || mark->ticks <= window->to);
}

/* ---- count ---- */

struct counted {
    int64_t ticks;
    uint64_t value;
    size_t input;
    enum time_basis basis;
    uint32_t count;
};

static int compare_u64(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static uint64_t count_distinct(const struct counted *items, size_t count, uint64_t *scratch)
{
    size_t values = 0, distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].value != 0)
            scratch[values++] = items[i].value;
    qsort(scratch, values, sizeof(*scratch), compare_u64);
    for (size_t i = 0; i < values; i++)
        distinct += i == 0 || scratch[i] != scratch[i - 1];
    return distinct;
}

static uint64_t count_records(const struct counted *items, size_t count)
{
    uint64_t records = 0;
    for (size_t i = 0; i < count; i++)
        records += items[i].count;
    return records;
}

static int compare_counted(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;
    if (a->basis != b->basis)
        return a->basis < b->basis ? -1 : 1;
    if (a->basis == BASIS_LOCAL && a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return a->ticks < b->ticks ? -1 : a->ticks > b->ticks;
}

static bool in_one_span(const struct counted *first, const struct counted *other, int64_t length)
{
    return first->basis == other->basis && (first->basis == BASIS_UTC || first->input == other->input) &&
           other->ticks - first->ticks <= length;
}

/* The fullest span of the item's length. Marks are sorted, so each span begins at a mark. What has no time is in no
 * span; wall clocks without a zone only meet inside one input. */
static uint64_t fullest(const struct evidence *evidence, const struct counted *items, size_t count, uint64_t *scratch)
{
    uint64_t most = 0;
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].basis == BASIS_NONE)
            continue;
        end = end < i ? i : end;
        while (end < count && in_one_span(&items[i], &items[end], evidence->count.within))
            end++;
        uint64_t here = evidence->count.distinct != NULL ? count_distinct(&items[i], end - i, scratch)
                                                         : count_records(&items[i], end - i);
        most = here > most ? here : most;
    }
    return most;
}

struct tally windows_tally(const struct evidence *evidence, const struct mark *marks, size_t count, mark_filter *in,
                           void *context)
{
    struct counted *items = memory_array(count + 1, sizeof(*items));
    uint64_t *scratch = memory_array(count + 1, sizeof(*scratch));
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (in == NULL || in(context, &marks[i]))
            items[used++] =
                (struct counted){marks[i].ticks, marks[i].value, marks[i].input, marks[i].basis, marks[i].count};
    struct tally tally = {count_records(items, used), count_distinct(items, used, scratch), 0, false};
    tally.number = evidence->count.distinct != NULL ? tally.distinct : tally.records;
    if (evidence->count.within > 0) {
        qsort(items, used, sizeof(*items), compare_counted);
        tally.number = fullest(evidence, items, used, scratch);
    }
    if (!evidence->count.given)
        tally.holds = tally.records >= 1;
    else if (evidence->count.at_most)
        tally.holds = tally.number <= evidence->count.number &&
                      (evidence->count.distinct == NULL || tally.records > evidence->count.number);
    else
        tally.holds = tally.number >= evidence->count.number;
    free(items);
    free(scratch);
    return tally;
}

/* ---- chance ---- */

struct span {
    int64_t from, to;
};

static bool in_span(void *context, const struct mark *mark)
{
    const struct span *span = context;
    return mark->basis == BASIS_UTC && mark->ticks >= span->from && mark->ticks <= span->to;
}

/* How far the log reaches that the item would be in; any log when the item names none. */
static bool log_span(const struct evidence *evidence, const struct host_survey *host, struct span *span)
{
    struct text channel = logsource_channel(&evidence->logsource);
    bool found = false;
    for (size_t i = 0; i < host->log_count; i++) {
        if (channel.size != 0 && !text_is_nocase(channel, host->logs[i].channel))
            continue;
        for (size_t j = 0; j < host->logs[i].part_count; j++) {
            const struct log_part *part = &host->logs[i].parts[j];
            if (!part->whole || part->trace == NULL)
                continue;
            if (!found || part->first < span->from)
                span->from = part->first;
            if (!found || part->last > span->to)
                span->to = part->last;
            found = true;
        }
    }
    return found;
}

static bool touches_window(const struct windows *windows, int64_t from, int64_t to)
{
    for (size_t i = 0; i < windows->placed; i++)
        if ((!windows->items[i].has_from || windows->items[i].from <= to) &&
            (!windows->items[i].has_to || windows->items[i].to >= from))
            return true;
    return false;
}

struct chance {
    uint64_t windows, holding;
};

static void count_boots(struct chance *chance, const struct evidence *evidence, const struct mark *marks, size_t count,
                        const struct windows *windows, const struct host_survey *host, const struct span *log)
{
    size_t starts = host->utc_start_count;
    for (size_t i = 0; i <= starts; i++) {
        struct span boot = {i == 0 ? log->from : host->starts[i - 1].ticks,
                            i == starts ? log->to : host->starts[i].ticks - 1};
        boot.from = boot.from < log->from ? log->from : boot.from;
        boot.to = boot.to > log->to ? log->to : boot.to;
        if (boot.from > boot.to || touches_window(windows, boot.from, boot.to))
            continue;
        chance->windows++;
        chance->holding += windows_tally(evidence, marks, count, in_span, &boot).holds;
    }
}

/* The stretch between two occurrences' windows, cut into pieces of the item's length. Only pieces with a mark are
 * looked at. */
static void count_stretch(struct chance *chance, const struct evidence *evidence, const struct mark *marks,
                          size_t count, struct span stretch, int64_t length)
{
    if (stretch.to <= stretch.from)
        return;
    uint64_t pieces = (uint64_t)((stretch.to - stretch.from) / length);
    /* "At most so many" holds in every piece without a mark. */
    bool without = evidence->count.given && evidence->count.at_most && evidence->count.distinct == NULL;
    chance->windows += pieces;
    chance->holding += without ? pieces : 0;
    int64_t done = -1;
    for (size_t i = 0; i < count; i++) {
        if (!in_span(&stretch, &marks[i]))
            continue;
        int64_t piece = (marks[i].ticks - stretch.from) / length;
        if (piece <= done || (uint64_t)piece >= pieces)
            continue;
        done = piece;
        struct span here = {stretch.from + piece * length, stretch.from + (piece + 1) * length - 1};
        size_t end = i; /* marks are sorted by time: those of this piece follow each other */
        while (end < count && in_span(&here, &marks[end]))
            end++;
        bool holds = windows_tally(evidence, &marks[i], end - i, in_span, &here).holds;
        chance->holding += holds && !without;
        chance->holding -= !holds && without;
    }
}

int windows_chance_cap(const struct evidence *evidence, const struct mark *marks, size_t count,
                       const struct windows *windows, size_t hits, const struct host_survey *host, struct arena *arena,
                       const char **why)
{
    struct span log;
    struct chance chance = {0};
    if (windows->placed == 0 || evidence->when == WHEN_ANY || !log_span(evidence, host, &log))
        return INT_MAX;
    if (evidence->when == WHEN_SAME_BOOT) {
        count_boots(&chance, evidence, marks, count, windows, host, &log);
    } else {
        int64_t length = evidence->before + evidence->after;
        if (length <= 0)
            return INT_MAX;
        int64_t from = log.from;
        for (size_t i = 0; i < windows->placed; i++) {
            const struct window *window = &windows->items[i];
            int64_t to = window->from - 1 < log.to ? window->from - 1 : log.to;
            count_stretch(&chance, evidence, marks, count, (struct span){from, to}, length);
            from = window->to + 1 > from ? window->to + 1 : from;
        }
        count_stretch(&chance, evidence, marks, count, (struct span){from, log.to}, length);
    }
    if (chance.windows < 10 || (chance.holding == 0 && hits == windows->placed))
        return INT_MAX;
    double ratio =
        (double)hits / (double)windows->placed * ((double)chance.windows + 1) / ((double)chance.holding + .5);
    int cap = ratio <= 0 ? 0 : (int)floor(10 * log10(ratio) + 1e-9);
    *why = arena_printf(arena, "by chance: also in %llu of %llu other %s", (unsigned long long)chance.holding,
                        (unsigned long long)chance.windows,
                        evidence->when == WHEN_SAME_BOOT ? "boots" : "windows of that length");
    return cap < 0 ? 0 : cap;
}
