#include "diagnosis/evidence.h"

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
static struct mark mark_of_hit(const struct hit *hit, const struct host_survey *host)
{
    struct mark mark = {hit->time.basis == BASIS_NONE ? 0 : hit->time.ticks, hit->joins, hit->value, hit->input, 1,
                        hit->time.basis, hit->after_restart};
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
        struct mark mark = mark_of_hit(hit, host);
        if (windows == NULL || in_windows((void *)windows, &mark))
            places[(*count)++] = (struct place){bundle->inputs[hit->input], hit->at, hit->time,
                                                arena_string(arena, text_of(hit->text))};
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

static const char *source_of(const struct evidence *evidence, struct arena *arena)
{
    if (evidence->from == FROM_SYMPTOM)
        return "the whole log in which the failures were logged";
    if (evidence->from == FROM_OTHER_SYMPTOM)
        return arena_printf(arena, "what shows \"%s\"", evidence->other_symptom->title);
    const struct logsource *logsource = &evidence->logsource;
    struct text channel = logsource_channel(logsource);
    if (channel.size != 0)
        return arena_printf(arena, "%.*s log", (int)channel.size, channel.data);
    enum category category = logsource->has_category ? logsource->category : CATEGORY_EVENT;
    switch (category) {
    case CATEGORY_REGISTRY: {
        const char *key = detection_key_text(evidence->detection);
        return key == NULL ? "registry export" : arena_printf(arena, "registry key %s", key);
    }
    case CATEGORY_CRASH:
        return "crash reports (Dr Watson log, Windows Error Reporting)";
    case CATEGORY_MESSAGE:
        return "the log or note with the message's text";
    case CATEGORY_FACT:
        return "the registry values that state the fact";
    default:
        return "event logs";
    }
}

/* ---- absence ---- */

static struct text below(struct buffer *out, struct text root, const char *middle, struct text pattern)
{
    buffer_clear(out);
    buffer_add_text(out, root);
    buffer_add_string(out, middle);
    buffer_add_text(out, pattern);
    return buffer_text(out);
}

static bool proves_key_or_parent(const struct evidence *evidence, struct matcher *matcher, struct text key)
{
    if (detection_key_proof(evidence->detection, matcher, key) == REGISTRY_PROVES)
        return true;
    size_t end = key.size;
    while (end > 0 && key.data[end - 1] != '\\')
        end--;
    return end > 1 && detection_wants_key_only(evidence->detection) &&
           detection_key_proof(evidence->detection, matcher, text_slice(key, 0, end - 1)) == REGISTRY_PROVES;
}

/* Whether a declared key with everything below it (`registry:SYSTEM` in a rule's test) would hold what the item looks for. */
static bool declared_proves(const struct evidence *evidence, const struct evidence_context *context)
{
    const char *wanted = detection_key_text(evidence->detection);
    if (wanted == NULL)
        return false;
    struct text tail = text_of(wanted);
    while (tail.size > 0 && tail.data[0] != '\\' && !text_starts_nocase(tail, TEXT("HK")))
        tail = text_slice(tail, 1, tail.size);
    struct buffer key = {0};
    bool proves = false;
    for (size_t i = 0; i < context->declared->key_count && !proves; i++) {
        struct text root = text_of(context->declared->keys[i]);
        bool system = text_ends_nocase(root, TEXT("HKLM\\SYSTEM"));
        bool system_only = text_starts_nocase(tail, TEXT("\\Control\\")) || text_starts_nocase(tail, TEXT("\\Services\\"));
        size_t last = root.size;
        while (last > 0 && root.data[last - 1] != '\\')
            last--;
        struct text name = text_slice(root, last == 0 ? 0 : last - 1, root.size); /* "\SOFTWARE": the tail may begin with it */
        if (text_starts_nocase(tail, TEXT("HK")))
            proves = text_starts_nocase(tail, root) && proves_key_or_parent(evidence, context->matcher, tail);
        else if (system && system_only)
            proves = proves_key_or_parent(evidence, context->matcher, below(&key, root, "\\CurrentControlSet", tail));
        else if (text_starts_nocase(tail, name))
            proves = proves_key_or_parent(evidence, context->matcher,
                                          below(&key, text_slice(root, 0, root.size - name.size), "", tail));
        else if (!system_only)
            proves = proves_key_or_parent(evidence, context->matcher, below(&key, root, "", tail)) ||
                     text_ends_nocase(root, tail);
    }
    buffer_free(&key);
    return proves;
}

static bool windows_proved(const struct host_survey *host, struct text channel, const struct windows *windows,
                           struct arena *arena, const char **why)
{
    *why = "the time of the failures is not known";
    for (size_t i = 0; i < windows->placed; i++) {
        const struct window *window = &windows->items[i];
        struct stretch stretch = {window->has_from, !window->has_to, window->from, window->has_to ? window->to : window->last};
        if (!survey_proves_log(host, channel, &stretch, arena, why))
            return false;
    }
    return windows->placed != 0;
}

static bool last_record(const struct problem *problem, int64_t *last)
{
    bool found = false;
    for (size_t i = 0; i < problem->occurrences.placed; i++)
        if (!found || problem->occurrences.items[i].last > *last) {
            *last = problem->occurrences.items[i].last;
            found = true;
        }
    return found;
}

/* Whether the absence of an item that asks records is proved; *why says what was searched, or what is lacking. */
static bool records_proved(const struct judged *item, const struct problem *problem, const struct windows *windows,
                           struct evidence_context *context, const char **why)
{
    const struct evidence *evidence = item->evidence;
    struct text channel = logsource_channel(&evidence->logsource);
    enum category category = evidence->logsource.has_category ? evidence->logsource.category : CATEGORY_EVENT;
    if (category == CATEGORY_REGISTRY) {
        int64_t last = 0;
        bool has_last = last_record(problem, &last);
        if (harvest_proves_key(context->harvest, problem->host_index, item->detector, has_last, last) ||
            declared_proves(evidence, context)) {
            *why = item->others.count != 0 ? "the value is there, and another" : "the key was collected";
            return true;
        }
        *why = problem->host->has_registry ? "that key is not in what was collected" : "no registry was collected";
        return false;
    }
    *why = category == CATEGORY_CRASH || category == CATEGORY_FACT ? "its absence proves nothing"
                                                                   : "the rule names no log that would prove its absence";
    if (category == CATEGORY_CRASH || category == CATEGORY_FACT || channel.size == 0 ||
        !windows_proved(problem->host, channel, windows, context->arena, why))
        return false;
    *why = arena_printf(context->arena, "the %.*s log covers the time and has none", (int)channel.size, channel.data);
    return true;
}

static bool has_source(const struct evidence *evidence, const struct host_survey *host)
{
    struct text channel = logsource_channel(&evidence->logsource);
    if (channel.size != 0) {
        const struct host_log *log = survey_log(host, channel);
        return log != NULL && log->part_count != 0;
    }
    switch (evidence->logsource.has_category ? evidence->logsource.category : CATEGORY_EVENT) {
    case CATEGORY_REGISTRY:
        return host->has_registry;
    case CATEGORY_CRASH:
        return host->has_crash;
    case CATEGORY_MESSAGE:
        return host->has_message;
    case CATEGORY_EVENT:
        return host->log_count != 0;
    default:
        return false;
    }
}

static bool input_proves(const struct problem *problem, size_t input, const struct occurrence *occurrence, struct arena *arena)
{
    const char *why;
    struct stretch stretch = {true, false, occurrence->first, occurrence->last};
    for (size_t i = 0; i < problem->host->log_count; i++)
        for (size_t j = 0; j < problem->host->logs[i].part_count; j++) {
            const struct log_part *part = &problem->host->logs[i].parts[j];
            if (part->whole && (part->input == input || part->trace == NULL) &&
                survey_proves_log(problem->host, text_of(problem->host->logs[i].channel), &stretch, arena, &why))
                return true;
        }
    return false;
}

/* The symptom's own records are all there is when each stands in a whole log that lacks nothing of that time. */
static bool symptom_proved(const struct problem *problem, struct arena *arena)
{
    for (size_t i = 0; i < problem->hits.hit_count; i++)
        for (size_t j = 0; j < problem->occurrences.placed; j++)
            if (problem->hits.hits[i].time.basis != BASIS_UTC ||
                !input_proves(problem, problem->hits.hits[i].input, &problem->occurrences.items[j], arena))
                return false;
    return problem->occurrences.placed != 0;
}

/* ---- matches ---- */

struct filter { const struct window *window; const struct windows *windows; int64_t width; };

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
    bool unplaced;             /* only with records that no window can be compared with */
    bool exceeded;             /* more than "at most" allows, somewhere */
    size_t hits;               /* placed windows in which it holds */
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

/* The span of the matching records: UTC times before others. */
static void set_times(struct judged *item, const struct windows *windows)
{
    item->first = item->last = (struct moment){0, BASIS_NONE};
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
        if (item->first.basis == BASIS_NONE || time.ticks < item->first.ticks)
            item->first = time;
        if (item->last.basis == BASIS_NONE || time.ticks > item->last.ticks)
            item->last = time;
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
        int cap = windows_chance_cap(evidence, item->hits.marks, item->hits.mark_count, windows, match->hits, problem->host,
                                     context->arena, &why);
        if (cap < abs(item->weight)) {
            item->weight = item->weight < 0 ? -cap : cap;
            item->why = arena_printf(context->arena, "%s%s%s", item->why, item->why[0] == '\0' ? "" : "; ", why);
        }
    }
}

/* Whether more input of the same kind could settle the item; otherwise there is no use in asking for it. */
static bool can_prove(const struct evidence *evidence)
{
    if (evidence->from == FROM_SYMPTOM)
        return true;
    if (evidence->from == FROM_OTHER_SYMPTOM)
        return false;
    if (evidence->logsource.has_category && evidence->logsource.category == CATEGORY_REGISTRY)
        return detection_key_text(evidence->detection) != NULL;
    return logsource_channel(&evidence->logsource).size != 0;
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
    else if (!something || can_prove(item->evidence))
        item->lacking = source_of(item->evidence, context->arena);
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

/* Of many records only the times are kept, not what `distinct` counts in each: then the values of the whole host must do. */
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
        struct mark mark = mark_of_hit(&item->hits.hits[i], host);
        if (in_windows((void *)windows, &mark))
            merged_values_add(&item->hits, &item->hits.hits[i].values);
    }
}

static void judge_records(struct judged *item, const struct problem *problem, bool valid_known, struct evidence_context *context)
{
    struct windows windows = {0};
    windows_around(&windows, &problem->occurrences, item->evidence, problem->host);
    struct match match = item->evidence->when == WHEN_ANY ? match_anywhere(item) : match_in_windows(item, &windows);
    const char *why = "";
    bool proved = item->evidence->from == FROM_RECORDS && records_proved(item, problem, &windows, context, &why);
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
        judge_missing(item, proved || match.exceeded, valid_known, has_source(item->evidence, problem->host), why, context);
    if (item->status == EVIDENCE_PARTIAL && item->evidence->from == FROM_RECORDS)
        ask_for_zone(item, problem, context);
    free(windows.items);
}

static void judge_symptom(struct judged *item, const struct problem *problem, bool valid_known, struct evidence_context *context)
{
    if (!problem->seen) {
        item->status = EVIDENCE_NOT_COLLECTED;
        item->why = "the failure itself was not recorded";
        item->lacking = source_of(item->evidence, context->arena);
        return;
    }
    const struct evidence *evidence = item->evidence;
    struct match match = match_anywhere(item);
    bool proved = symptom_proved(problem, context->arena);
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

static void judge_from_evidence(struct judgement *judgement, struct judged *item, const struct problem *problem, bool valid_known,
                                struct evidence_context *context)
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

/* Hits that are a symptom of their rule, too, stand in groups that name those symptoms: in a problem of that symptom they are no evidence. */
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

static void gather_symptom(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    struct buffer group = {0};
    for (int ungrouped = 0; ungrouped <= (problem->takes_ungrouped && problem->group[0] != '\0'); ungrouped++) {
        buffer_clear(&group);
        buffer_printf(&group, "%s\x1e%s", problem->symptom->id, ungrouped ? "" : problem->group);
        harvest_take(context->harvest, problem->host_index, item->detector, HIT_COUNTS, group.data, &item->hits);
        harvest_take(context->harvest, problem->host_index, item->detector, HIT_OTHER_VALUE, group.data, &item->others);
    }
    buffer_free(&group);
}

static void gather(struct judged *item, const struct problem *problem, const struct evidence_context *context)
{
    const struct evidence *evidence = item->evidence;
    const char *group;
    if (evidence->from == FROM_OTHER_SYMPTOM) {
        item->detector = detectors_of_symptom(context->detectors, evidence->other_symptom);
        for (size_t n = 0; (group = harvest_group(context->harvest, problem->host_index, item->detector, n)) != NULL; n++)
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

void evidence_judge(struct judgement *judgement, const struct problem *problem, const struct rule *rule, const struct cause *cause,
                    struct evidence_context *context)
{
    *judgement = (struct judgement){rule, cause, memory_array(cause->evidence_count + 1, sizeof(struct judged)), 0};
    for (size_t i = 0; i < cause->evidence_count; i++) {
        struct judged *item = &judgement->items[i];
        const struct evidence *evidence = &cause->evidence[i];
        int strength = ranking_strength(evidence->strength);
        *item = (struct judged){.evidence = evidence, .status = EVIDENCE_NOT_COLLECTED, .why = "",
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
