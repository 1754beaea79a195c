#include "diagnosis/evidence_parts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/ranking.h"

#define PLACES_SHOWN 16

/* ---- places ---- */

static bool in_windows(void *context, const struct mark *mark)
{
    const struct windows *windows = context;
    for (size_t i = 0; i < windows->count; i++)
        if (window_holds(&windows->items[i], mark, 0))
            return true;
    return false;
}

/* Where the hit belongs; its own time is what it says. */
static struct mark placed_mark(const struct hit *hit, const struct host_survey *host)
{
    struct mark mark = mark_of_hit(hit);
    mark.ticks = occurrence_time(&mark, host);
    return mark;
}

struct place *places_of(const struct merged_hits *hits, const struct windows *windows, const struct host_survey *host,
                        const struct bundle *bundle, struct arena *arena, size_t *count)
{
    struct place *places = arena_alloc(arena, PLACES_SHOWN * sizeof(*places));
    *count = 0;
    for (size_t i = 0; i < hits->hit_count && *count < PLACES_SHOWN; i++) {
        const struct hit *hit = &hits->hits[i];
        struct mark mark = placed_mark(hit, host);
        if (windows == NULL || in_windows((void *)windows, &mark))
            places[(*count)++] =
                (struct place){bundle->inputs[hit->input], hit->at, hit->time, arena_string(arena, text_of(hit->text))};
    }
    return places;
}

/* ---- words ---- */

static const char *say_duration(struct arena *arena, int64_t ticks)
{
    int64_t seconds = ticks / TICKS_PER_SECOND;
    if (seconds < 120)
        return arena_printf(arena, "%lld s", (long long)seconds);
    if (seconds < 2 * 3600)
        return arena_printf(arena, "%lld min", (long long)(seconds / 60));
    if (seconds < 48 * 3600)
        return arena_printf(arena, "%lld h", (long long)(seconds / 3600));
    return arena_printf(arena, "%lld days", (long long)(seconds / 86400));
}

/* "same boot, 24 min before": how far the nearest match is from the first record of its occurrence. */
static const char *say_distance(const struct judged *item, const struct problem *problem, struct arena *arena)
{
    bool found = false;
    int64_t nearest = 0;
    for (size_t i = 0; i < item->hits.mark_count; i++)
        for (size_t j = 0; j < problem->occurrences.count; j++) {
            const struct mark *mark = &item->hits.marks[i];
            const struct occurrence *occurrence = &problem->occurrences.items[j];
            if (mark->basis != occurrence->basis || mark->basis == BASIS_NONE ||
                (mark->basis == BASIS_LOCAL && mark->input != occurrence->input))
                continue;
            int64_t distance = mark->ticks < occurrence->first  ? mark->ticks - occurrence->first
                               : mark->ticks > occurrence->last ? mark->ticks - occurrence->last
                                                                : 0;
            if (!found || llabs(distance) < llabs(nearest))
                nearest = distance;
            found = true;
        }
    const char *head = item->evidence->when == WHEN_SAME_BOOT ? "same boot, " : "";
    if (!found || item->evidence->when == WHEN_ANY || !problem->seen)
        return "";
    if (llabs(nearest) < TICKS_PER_SECOND)
        return arena_printf(arena, "%sat the same time", head);
    return arena_printf(arena, "%s%s %s", head, say_duration(arena, llabs(nearest)), nearest < 0 ? "before" : "after");
}

/* ---- matches ---- */

struct filter {
    const struct window *window;
    const struct windows *windows;
    int64_t width;
};

static bool in_one_window(void *context, const struct mark *mark)
{
    const struct filter *filter = context;
    return window_holds(filter->window, mark, filter->width);
}

/* A mark that no window can be compared with. */
static bool is_unplaced(void *context, const struct mark *mark)
{
    const struct filter *filter = context;
    if (mark->basis == BASIS_NONE)
        return true;
    if (mark->basis == BASIS_UTC)
        return filter->windows->placed == 0;
    for (size_t i = filter->windows->placed; i < filter->windows->count; i++)
        if (filter->windows->items[i].input == mark->input)
            return false;
    return true;
}

struct match {
    bool holds;
    bool unplaced; /* only with records that no window can be compared with */
    bool exceeded; /* more than "at most" allows, somewhere */
    size_t hits;   /* placed windows in which it holds */
    uint64_t count;
};

static struct match match_in_windows(const struct judged *item, const struct windows *windows)
{
    const struct evidence *evidence = item->evidence;
    const struct merged_hits *hits = &item->hits;
    struct match match = {.holds = evidence->count.given && evidence->count.at_most && windows->count != 0};
    for (size_t i = 0; i < windows->count; i++) {
        struct filter filter = {&windows->items[i], windows, hits->width};
        struct tally tally = windows_tally(evidence, hits->marks, hits->mark_count, in_one_window, &filter);
        match.count += tally.records;
        match.hits += tally.holds && i < windows->placed;
        match.exceeded |= evidence->count.at_most && tally.number > evidence->count.number;
        match.holds = evidence->count.at_most ? match.holds && tally.holds : match.holds || tally.holds;
    }
    if (!match.holds && !evidence->count.at_most) {
        struct filter filter = {NULL, windows, hits->width};
        struct tally tally = windows_tally(evidence, hits->marks, hits->mark_count, is_unplaced, &filter);
        match.unplaced = match.holds = tally.holds && tally.records != 0;
        match.count += match.unplaced ? tally.records : 0;
    }
    return match;
}

static struct match match_anywhere(const struct judged *item)
{
    struct tally tally = windows_tally(item->evidence, item->hits.marks, item->hits.mark_count, NULL, NULL);
    bool exceeded = item->evidence->count.at_most && tally.number > item->evidence->count.number;
    return (struct match){tally.holds, false, exceeded, tally.holds, tally.records};
}

static void widen(struct judged *item, struct moment time)
{
    if (time.basis == BASIS_NONE)
        return;
    if (item->first.basis == BASIS_NONE || time.ticks < item->first.ticks)
        item->first = time;
    if (item->last.basis == BASIS_NONE || time.ticks > item->last.ticks)
        item->last = time;
}

/* The span of the matching records: UTC times before others. */
static void set_times(struct judged *item, const struct windows *windows)
{
    item->first = item->last = (struct moment){0, BASIS_NONE};
    for (size_t i = 0; item->found_count >= item->count && i < item->found_count; i++)
        widen(item, item->found[i].time); /* all are at hand: what they say, wherever they belong */
    if (item->found_count >= item->count)
        return;
    bool placed = false;
    for (size_t i = 0; i < item->hits.mark_count; i++)
        placed |= item->hits.marks[i].basis == BASIS_UTC;
    for (size_t i = 0; i < item->hits.mark_count; i++) {
        const struct mark *mark = &item->hits.marks[i];
        struct moment time = {mark->ticks, mark->basis};
        if ((placed && mark->basis != BASIS_UTC) || (windows != NULL && !in_windows((void *)windows, mark)))
            continue;
        if (time.basis == BASIS_NONE)
            continue;
        widen(item, time);
    }
}

static void judge_present(struct judged *item, const struct problem *problem, const struct windows *windows,
                          const struct match *match, struct evidence_context *context)
{
    const struct evidence *evidence = item->evidence;
    item->status = EVIDENCE_PRESENT;
    item->weight = item->present;
    item->count = match->count;
    bool everywhere = evidence->when == WHEN_ANY || match->unplaced || evidence->from == FROM_SYMPTOM;
    item->found = places_of(&item->hits, everywhere ? NULL : windows, problem->host, context->bundle, context->arena,
                            &item->found_count);
    set_times(item, everywhere ? NULL : windows);
    item->why = say_distance(item, problem, context->arena);
    if (match->unplaced) {
        item->weight = item->present / 2;
        item->why = "the times cannot be compared without the time zone: it counts half";
        const char *path = item->found_count == 0 ? "the records" : item->found[0].input->path;
        for (size_t i = 0; i < problem->hits.hit_count && problem->occurrences.placed == 0; i++)
            path = context->bundle->inputs[problem->hits.hits[i].input]->path;
        item->lacking = arena_printf(context->arena, "the time zone of %s", path);
    } else if (evidence->from == FROM_RECORDS && evidence->when != WHEN_ANY && match->hits != 0) {
        const char *why = "";
        int cap = windows_chance_cap(evidence, item->hits.marks, item->hits.mark_count, windows, match->hits,
                                     problem->host, context->arena, &why);
        if (cap < abs(item->weight)) {
            item->weight = item->weight < 0 ? -cap : cap;
            item->why = arena_printf(context->arena, "%s%s%s", item->why, item->why[0] == '\0' ? "" : "; ", why);
        }
    }
}

static void judge_missing(struct judged *item, bool proved, bool valid_known, bool source, const char *why,
                          struct evidence_context *context)
{
    item->why = why;
    item->found = places_of(&item->others, NULL, NULL, context->bundle, context->arena, &item->found_count);
    if (proved && valid_known) {
        item->status = EVIDENCE_ABSENT;
        item->weight = item->absent;
        return;
    }
    if (proved)
        item->why = "not found, and whether it would be there on this version is not known";
    bool something = source || item->hits.count != 0 || item->others.count != 0;
    item->status = something ? EVIDENCE_PARTIAL : EVIDENCE_NOT_COLLECTED;
    if (proved)
        item->lacking = "what states the version of Windows";
    else if (!something || evidence_can_prove(item->evidence))
        item->lacking = evidence_source_of(item->evidence, context->arena);
}

/* The log is there, and only the zone of the failures' times keeps it from proving anything. */
static void ask_for_zone(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    const struct host_log *log = survey_log(problem->host, logsource_channel(&item->evidence->logsource));
    bool whole = false;
    for (size_t i = 0; log != NULL && i < log->part_count; i++)
        whole |= log->parts[i].whole;
    for (size_t i = 0; whole && item->lacking != NULL && i < problem->occurrences.count; i++)
        if (problem->occurrences.placed == 0 && problem->occurrences.items[i].basis == BASIS_LOCAL) {
            const char *path = context->bundle->inputs[problem->occurrences.items[i].input]->path;
            item->lacking = arena_printf(context->arena, "the time zone of %s", path);
            return;
        }
}

/* Of many records only the times are kept, not what `distinct` counts in each: then the values of the whole host must
 * do. */
static bool uncountable(const struct judged *item)
{
    return item->evidence->count.distinct != NULL && item->hits.width != 0;
}

static void judge_uncountable(struct judged *item, const struct problem *problem, const struct match *match,
                              struct evidence_context *context)
{
    const struct value_set *values = merged_values(&item->hits, text_of(item->evidence->count.distinct));
    size_t distinct = values == NULL ? 0 : values->count;
    if (!item->evidence->count.at_most && item->evidence->count.within == 0 && item->evidence->when == WHEN_ANY &&
        distinct >= item->evidence->count.number) {
        judge_present(item, problem, NULL, match, context);
        return;
    }
    item->status = EVIDENCE_PARTIAL;
    item->why = "too many records to count different values in";
}

/* An extracted value means something for the problem only where it was found in the windows. */
static void keep_values_of(struct judged *item, const struct windows *windows, const struct host_survey *host)
{
    bool all = true;
    for (size_t i = 0; i < item->hits.mark_count && all; i++)
        all = in_windows((void *)windows, &item->hits.marks[i]);
    if (all)
        return;
    merged_values_clear(&item->hits);
    for (size_t i = 0; i < item->hits.hit_count; i++) {
        struct mark mark = placed_mark(&item->hits.hits[i], host);
        if (in_windows((void *)windows, &mark))
            merged_values_add(&item->hits, &item->hits.hits[i].values);
    }
}

static void judge_records(struct judged *item, const struct problem *problem, bool valid_known,
                          struct evidence_context *context)
{
    struct windows windows = {0};
    windows_around(&windows, &problem->occurrences, item->evidence, problem->host);
    struct match match = item->evidence->when == WHEN_ANY ? match_anywhere(item) : match_in_windows(item, &windows);
    const char *why = "";
    bool proved =
        item->evidence->from == FROM_RECORDS && evidence_records_proved(item, problem, &windows, context, &why);
    item->count = match.count;
    if (item->evidence->when != WHEN_ANY && !match.unplaced)
        keep_values_of(item, &windows, problem->host);
    if (uncountable(item)) {
        judge_uncountable(item, problem, &match, context);
        free(windows.items);
        return;
    }
    /* "At most so many" is only known where it is known that there are no more. */
    if (match.holds && (!item->evidence->count.at_most || proved))
        judge_present(item, problem, &windows, &match, context);
    else
        judge_missing(item, proved || match.exceeded, valid_known, evidence_has_source(item->evidence, problem->host),
                      why, context);
    if (item->status == EVIDENCE_PARTIAL && item->evidence->from == FROM_RECORDS)
        ask_for_zone(item, problem, context);
    free(windows.items);
}

static void judge_symptom(struct judged *item, const struct problem *problem, bool valid_known,
                          struct evidence_context *context)
{
    if (!problem->seen) {
        item->status = EVIDENCE_NOT_COLLECTED;
        item->why = "the failure itself was not recorded";
        item->lacking = evidence_source_of(item->evidence, context->arena);
        return;
    }
    const struct evidence *evidence = item->evidence;
    struct match match = match_anywhere(item);
    bool proved = evidence_symptom_proved(problem, context->arena);
    bool known = item->hits.count + item->others.count != 0;
    if (evidence->count.distinct != NULL) {
        known = false;
        for (size_t i = 0; i < item->hits.mark_count; i++)
            known |= item->hits.marks[i].value != 0;
    }
    item->count = match.count;
    if (uncountable(item)) {
        judge_uncountable(item, problem, &match, context);
        return;
    }
    if (match.holds && known && (!evidence->count.at_most || proved)) {
        judge_present(item, problem, NULL, &match, context);
        return;
    }
    if (proved && !known) { /* every failure was seen, and none says it: no log could add to that */
        item->status = EVIDENCE_PARTIAL;
        item->why = "the failures do not say";
    } else {
        judge_missing(item, proved && known, valid_known, true,
                      !known   ? "the failures do not say"
                      : proved ? "not so in the failures seen"
                               : "not so in the failures seen, which may not be all",
                      context);
    }
}

/* ---- evidence from evidence ---- */

static enum truth all_present(struct judgement *judgement, const struct evidence *evidence, bool *collected)
{
    enum truth truth = TRUTH_TRUE;
    for (size_t i = 0; i < evidence->all_count; i++) {
        const struct judged *part = judgement_item(judgement, evidence->all[i]);
        if (part == NULL || part->status == EVIDENCE_ABSENT)
            return TRUTH_FALSE;
        if (part->status != EVIDENCE_PRESENT)
            truth = TRUTH_UNKNOWN;
        *collected |= part->status != EVIDENCE_NOT_COLLECTED;
    }
    return truth;
}

static void judge_from_evidence(struct judgement *judgement, struct judged *item, const struct problem *problem,
                                bool valid_known, struct evidence_context *context)
{
    const struct evidence *evidence = item->evidence;
    bool collected = false;
    enum truth truth = TRUTH_TRUE;
    if (evidence->all_count != 0)
        truth = all_present(judgement, evidence, &collected);
    if (evidence->where != NULL) {
        struct names names = {.problem = problem, .judgement = judgement};
        enum truth holds = predicate_test(evidence->where, context->matcher, names_look_up, &names, NULL);
        truth = holds < truth ? holds : truth;
        for (size_t i = 0; i < judgement->cause->evidence_count; i++)
            collected |= judgement->items[i].hits.count != 0 || judgement->items[i].others.count != 0;
    }
    if (truth == TRUTH_TRUE) {
        item->status = EVIDENCE_PRESENT;
        item->weight = item->present;
        item->why = "follows from the other evidence";
    } else if (truth == TRUTH_FALSE && valid_known) {
        item->status = EVIDENCE_ABSENT;
        item->weight = item->absent;
        item->why = "does not follow from the other evidence";
    } else {
        item->status = collected ? EVIDENCE_PARTIAL : EVIDENCE_NOT_COLLECTED;
        item->why = "a part of it is not known";
    }
}

/* ---- one cause ---- */

/* Hits that are a symptom of their rule, too, stand in groups that name those symptoms: in a problem of that symptom
 * they are no evidence. */
static void gather_records(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    const char *group;
    struct buffer own = {0};
    buffer_printf(&own, "\x1d%s\x1d", problem->symptom->id);
    for (size_t n = 0; (group = harvest_group(context->harvest, problem->host_index, item->detector, n)) != NULL; n++) {
        if (strstr(group, own.data) != NULL)
            continue;
        harvest_take(context->harvest, problem->host_index, item->detector, HIT_COUNTS, group, &item->hits);
        harvest_take(context->harvest, problem->host_index, item->detector, HIT_OTHER_VALUE, group, &item->others);
        harvest_take(context->harvest, problem->host_index, item->detector, HIT_NO_VALUE, group, &item->others);
    }
    buffer_free(&own);
}

static void gather_symptom_group(struct judged *item, const struct problem *problem, const char *group,
                                 const struct evidence_context *context)
{
    struct buffer name = {0};
    buffer_printf(&name, "%s\x1e%s", problem->symptom->id, group);
    harvest_take(context->harvest, problem->host_index, item->detector, HIT_COUNTS, name.data, &item->hits);
    harvest_take(context->harvest, problem->host_index, item->detector, HIT_OTHER_VALUE, name.data, &item->others);
    buffer_free(&name);
}

static void gather_symptom(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    gather_symptom_group(item, problem, problem->group, context);
    if (problem->takes_ungrouped && problem->group[0] != '\0')
        gather_symptom_group(item, problem, "", context);
}

static void gather(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    const struct evidence *evidence = item->evidence;
    const char *group;
    if (evidence->from == FROM_OTHER_SYMPTOM) {
        item->detector = detectors_of_symptom(context->detectors, evidence->other_symptom);
        for (size_t n = 0; (group = harvest_group(context->harvest, problem->host_index, item->detector, n)) != NULL;
             n++)
            harvest_take(context->harvest, problem->host_index, item->detector, HIT_COUNTS, group, &item->hits);
    } else {
        item->detector = detectors_of_evidence(context->detectors, evidence);
        if (evidence->from == FROM_RECORDS)
            gather_records(item, problem, context);
        if (evidence->from == FROM_SYMPTOM)
            gather_symptom(item, problem, context);
    }
    hits_merge_end(&item->hits);
    hits_merge_end(&item->others);
    marks_place(&item->hits, problem->host);
}

static void judge_item(struct judgement *judgement, struct judged *item, const struct problem *problem,
                       struct evidence_context *context)
{
    struct names names = {.problem = problem};
    struct predicate_reason reason;
    enum truth valid = predicate_test(item->evidence->valid, context->matcher, names_look_up, &names, &reason);
    if (valid == TRUTH_FALSE) {
        item->status = EVIDENCE_NOT_APPLICABLE;
        item->why = arena_printf(context->arena, "only where %s is %s", reason.name, reason.needs);
    } else if (item->evidence->from == FROM_EVIDENCE) {
        judge_from_evidence(judgement, item, problem, valid == TRUTH_TRUE, context);
    } else if (item->evidence->from == FROM_SYMPTOM) {
        judge_symptom(item, problem, valid == TRUTH_TRUE, context);
    } else {
        judge_records(item, problem, valid == TRUTH_TRUE, context);
    }
}

void evidence_judge(struct judgement *judgement, const struct problem *problem, const struct rule *rule,
                    const struct cause *cause, struct evidence_context *context)
{
    *judgement = (struct judgement){rule, cause, memory_array(cause->evidence_count + 1, sizeof(struct judged)), 0};
    for (size_t i = 0; i < cause->evidence_count; i++) {
        struct judged *item = &judgement->items[i];
        const struct evidence *evidence = &cause->evidence[i];
        int strength = ranking_strength(evidence->strength);
        *item =
            (struct judged){.evidence = evidence,
                            .status = EVIDENCE_NOT_COLLECTED,
                            .why = "",
                            .present = evidence->against ? -strength : strength,
                            .absent = evidence->against ? 0 : ranking_absent(evidence->strength, evidence->expected)};
        gather(item, problem, context);
    }
    evidence_join_groups(judgement);
    /* Items that ask other items come behind them; chains of those are as long as there are items at most. */
    for (size_t i = 0; i < cause->evidence_count; i++)
        if (cause->evidence[i].from != FROM_EVIDENCE)
            judge_item(judgement, &judgement->items[i], problem, context);
    for (size_t pass = 0; pass < cause->evidence_count; pass++)
        for (size_t i = 0; i < cause->evidence_count; i++)
            if (cause->evidence[i].from == FROM_EVIDENCE)
                judge_item(judgement, &judgement->items[i], problem, context);
    int *weights = memory_array(cause->evidence_count + 1, sizeof(*weights));
    int *counted = memory_array(cause->evidence_count + 1, sizeof(*counted));
    for (size_t i = 0; i < cause->evidence_count; i++)
        weights[i] = judgement->items[i].weight;
    judgement->evidence = evidence_sum(judgement, weights, counted);
    for (size_t i = 0; i < cause->evidence_count; i++)
        judgement->items[i].counted = counted[i];
    free(weights);
    free(counted);
}

void judgement_free(struct judgement *judgement)
{
    for (size_t i = 0; judgement->items != NULL && i < judgement->cause->evidence_count; i++) {
        merged_hits_free(&judgement->items[i].hits);
        merged_hits_free(&judgement->items[i].others);
    }
    free(judgement->items);
    judgement->items = NULL;
}
