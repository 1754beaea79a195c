#include "diagnosis/problems.h"

#include <stdlib.h>
#include <string.h>

/* ---- which problems there are ---- */

static struct ranked_problem *add_problem(struct problem_list *list, size_t host_index,
                                          const struct evidence_context *context, const struct symptom *symptom,
                                          const char *group)
{
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    struct ranked_problem *ranked = list->items[list->count++] = memory_alloc(sizeof(*ranked));
    ranked->problem = (struct problem){.host_index = host_index,
                                       .host = &context->survey->items[host_index],
                                       .symptom = symptom,
                                       .group = memory_string(group)};
    return ranked;
}

/* Beyond 4,096 times only buckets are kept; the earliest and latest hit still say exactly where it began and ended. */
static void clamp_occurrences(struct problem *problem)
{
    for (size_t i = 0; i < problem->occurrences.placed; i++) {
        struct occurrence *occurrence = &problem->occurrences.items[i];
        int64_t earliest = INT64_MAX, latest = INT64_MIN;
        for (size_t j = 0; j < problem->hits.hit_count; j++) {
            struct mark mark = mark_of_hit(&problem->hits.hits[j]);
            if (mark.basis != BASIS_UTC)
                continue;
            int64_t ticks = occurrence_time(&mark, problem->host);
            earliest = ticks < earliest ? ticks : earliest;
            latest = ticks > latest ? ticks : latest;
        }
        if (occurrence->first < earliest && earliest <= occurrence->last)
            occurrence->first = earliest;
        if (occurrence->last > latest && latest >= occurrence->first)
            occurrence->last = latest;
    }
}

static void find_occurrences(struct problem *problem)
{
    hits_merge_end(&problem->hits);
    occurrences_find(&problem->occurrences, problem->hits.marks, problem->hits.mark_count, problem->hits.width,
                     problem->host);
    if (problem->hits.width != 0)
        clamp_occurrences(problem);
}

/* One problem for each identity value. What has none joins the only one there is, else it is a problem of its own. */
static void add_seen(struct problem_list *list, size_t host, const struct symptom *symptom,
                     struct evidence_context *context)
{
    size_t detector = detectors_of_symptom(context->detectors, symptom), groups = 0, named = 0;
    const char *group;
    for (; (group = harvest_group(context->harvest, host, detector, groups)) != NULL; groups++)
        named += group[0] != '\0';
    for (size_t i = 0; i < groups; i++) {
        group = harvest_group(context->harvest, host, detector, i);
        if (group[0] == '\0' && named == 1)
            continue;
        struct problem *problem = &add_problem(list, host, context, symptom, group)->problem;
        problem->seen = true;
        problem->takes_ungrouped = group[0] == '\0' || named == 1;
        harvest_take(context->harvest, host, detector, HIT_COUNTS, group, &problem->hits);
        if (group[0] != '\0' && problem->takes_ungrouped)
            harvest_take(context->harvest, host, detector, HIT_COUNTS, "", &problem->hits);
        find_occurrences(problem);
    }
}

static enum truth gate(const struct predicate *applies, const struct problem *problem, struct evidence_context *context,
                       struct predicate_reason *reason)
{
    struct names names = {.problem = problem};
    return predicate_test(applies, context->matcher, names_look_up, &names, reason);
}

/* A decisive item that speaks for itself: an event, crash or message. Registry state alone opens no problem. */
static bool is_anchor(const struct evidence *evidence)
{
    return evidence->from == FROM_RECORDS && evidence->strength == STRENGTH_DECISIVE && !evidence->against &&
           !(evidence->count.given && evidence->count.at_most) &&
           !(evidence->logsource.has_category &&
             (evidence->logsource.category == CATEGORY_REGISTRY || evidence->logsource.category == CATEGORY_FACT));
}

static bool earlier(const struct merged_hits *a, const struct merged_hits *b)
{
    return b->hit_count == 0 || (a->hit_count != 0 && hit_compare(&a->hits[0], &b->hits[0]) < 0);
}

struct in_window {
    const struct window *window;
    int64_t width;
};

static bool mark_in_window(void *context, const struct mark *mark)
{
    const struct in_window *in = context;
    return window_holds(in->window, mark, in->width);
}

/* Would the item be present in a problem anchored at this hit? */
static bool holds_around(const struct merged_hits *hits, const struct hit *hit, const struct evidence *evidence,
                         const struct host_survey *host)
{
    struct mark mark = mark_of_hit(hit);
    struct occurrences occurrences = {0};
    struct windows windows = {0};
    occurrences_find(&occurrences, &mark, 1, 0, host);
    windows_around(&windows, &occurrences, evidence, host);
    bool holds = evidence->when == WHEN_ANY || windows.count == 0
                     ? windows_tally(evidence, hits->marks, hits->mark_count, NULL, NULL).holds
                     : false;
    for (size_t i = 0; evidence->when != WHEN_ANY && i < windows.count; i++) {
        struct in_window in = {&windows.items[i], hits->width};
        holds |= windows_tally(evidence, hits->marks, hits->mark_count, mark_in_window, &in).holds;
    }
    free(windows.items);
    free(occurrences.items);
    return holds;
}

/* Leaves the first hit around which the item would be present in front; false when there is none. */
static bool keep_first_match(struct merged_hits *hits, const struct evidence *evidence, const struct host_survey *host)
{
    marks_place(hits, host);
    for (size_t i = 0; i < hits->hit_count; i++) {
        if (!holds_around(hits, &hits->hits[i], evidence, host))
            continue;
        struct hit first = hits->hits[i];
        hits->hits[i] = hits->hits[0];
        hits->hits[0] = first;
        return true;
    }
    return false;
}

/* The hits of the item with the earliest match that makes this rule worth ranking without its symptom. */
static bool find_anchor(const struct rule *rule, const struct rule_set *rules, struct problem *problem,
                        struct merged_hits *anchor, struct evidence_context *context)
{
    bool found = false;
    if (gate(rule->applies, problem, context, NULL) == TRUTH_FALSE)
        return false;
    for (size_t i = 0; i < rule->cause_count; i++)
        for (size_t j = 0; j < rule->causes[i].evidence_count; j++) {
            const struct evidence *evidence = &rule->causes[i].evidence[j];
            if (!is_anchor(evidence) || cause_told_elsewhere(rules, &rule->causes[i]) != NULL ||
                gate(rule->causes[i].applies, problem, context, NULL) == TRUTH_FALSE ||
                gate(evidence->valid, problem, context, NULL) == TRUTH_FALSE)
                continue;
            struct merged_hits hits = {0};
            harvest_take(context->harvest, problem->host_index, detectors_of_evidence(context->detectors, evidence),
                         HIT_COUNTS, "", &hits);
            hits_merge_end(&hits);
            bool holds = keep_first_match(&hits, evidence, problem->host);
            found |= holds;
            if (holds && earlier(&hits, anchor)) {
                struct merged_hits previous = *anchor;
                *anchor = hits;
                hits = previous;
            }
            merged_hits_free(&hits);
        }
    return found;
}

static bool symptom_was_seen(const struct rule *rule, size_t host, const struct evidence_context *context)
{
    for (size_t i = 0; i < rule->symptom_count; i++)
        if (harvest_group(context->harvest, host, detectors_of_symptom(context->detectors, rule->symptoms[i]), 0) !=
            NULL)
            return true;
    return false;
}

/* The problem stands at the first hit of the earliest anchor. */
static void anchor_at(struct problem *problem, struct merged_hits *anchor)
{
    if (problem->hits.hit_count != 0 && hit_compare(&problem->hits.hits[0], &anchor->hits[0]) <= 0) {
        merged_hits_free(anchor);
        return;
    }
    merged_hits_free(&problem->hits);
    free(problem->occurrences.items);
    problem->occurrences = (struct occurrences){0};
    problem->hits = *anchor;
    *anchor = (struct merged_hits){0};
    struct mark mark = mark_of_hit(&problem->hits.hits[0]);
    occurrences_find(&problem->occurrences, &mark, 1, 0, problem->host);
}

static void drop_values(struct merged_hits *hits)
{
    struct merged_hits values = {.values = hits->values, .value_count = hits->value_count};
    hits->values = NULL;
    hits->value_count = 0;
    merged_hits_free(&values);
}

/* ---- candidates ---- */

#define SAME_AS_STEPS 64u /* a circle of more is not looked for */

static const struct cause *find_cause(const struct rule_set *rules, const char *full_id)
{
    for (size_t i = 0; full_id != NULL && i < rules->rule_count; i++)
        for (size_t j = 0; j < rules->rules[i]->cause_count; j++)
            if (strcmp(rules->rules[i]->causes[j].full_id, full_id) == 0)
                return &rules->rules[i]->causes[j];
    return NULL;
}

/* Of causes that point at each other in a circle the one with the lowest id is told where it stands. */
const struct cause *cause_told_elsewhere(const struct rule_set *rules, const struct cause *cause)
{
    const struct cause *told = find_cause(rules, cause->same_as);
    bool lowest = true;
    size_t steps = 0;
    for (const struct cause *next = told; next != NULL && lowest && steps < SAME_AS_STEPS;
         next = find_cause(rules, next->same_as)) {
        if (next == cause)
            return NULL;
        steps++;
        lowest = strcmp(cause->full_id, next->full_id) < 0;
    }
    return told;
}

static void rule_out(struct ranked_problem *ranked, const char *id, const struct predicate_reason *reason,
                     struct evidence_context *context)
{
    struct names names = {.problem = &ranked->problem};
    char *name = arena_printf(context->arena, "{%s}", reason->name);
    ranked->ruled_out = memory_room(ranked->ruled_out, ranked->ruled_out_count, &ranked->ruled_out_capacity,
                                    sizeof(*ranked->ruled_out));
    ranked->ruled_out[ranked->ruled_out_count++] =
        (struct ruled_out){id, arena_printf(context->arena, "applies.%s: needs %s, here %s", reason->name,
                                            reason->needs, names_expand(&names, name, context->arena))};
}

static void add_unverified(struct candidate *candidate, const struct predicate *applies, const struct problem *problem,
                           struct evidence_context *context)
{
    const char *unknown[LIMIT_CAPTURES];
    struct names names = {.problem = problem};
    size_t count = predicate_unknown_names(applies, context->matcher, names_look_up, &names, unknown, LIMIT_CAPTURES);
    struct strings *list = &candidate->unverified;
    char **items = arena_alloc(context->arena, (list->count + count + 1) * sizeof(*items));
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i];
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < list->count; j++)
            known |= strcmp(items[j], unknown[i]) == 0;
        if (!known)
            items[list->count++] = arena_string(context->arena, text_of(unknown[i]));
    }
    list->items = items;
}

static void add_cause(struct ranked_problem *ranked, const struct rule *rule, const struct cause *cause,
                      size_t *capacity, struct evidence_context *context)
{
    struct predicate_reason reason;
    if (gate(cause->applies, &ranked->problem, context, &reason) == TRUTH_FALSE) {
        rule_out(ranked, cause->full_id, &reason, context);
        return;
    }
    ranked->candidates =
        memory_room(ranked->candidates, ranked->candidate_count, capacity, sizeof(*ranked->candidates));
    struct candidate *candidate = &ranked->candidates[ranked->candidate_count++];
    *candidate = (struct candidate){.rule = rule, .cause = cause};
    if (gate(rule->applies, &ranked->problem, context, NULL) == TRUTH_UNKNOWN)
        add_unverified(candidate, rule->applies, &ranked->problem, context);
    if (gate(cause->applies, &ranked->problem, context, NULL) == TRUTH_UNKNOWN)
        add_unverified(candidate, cause->applies, &ranked->problem, context);
    evidence_judge(&candidate->judgement, &ranked->problem, rule, cause, context);
    candidate->ranking = (struct ranking_cause){.prior = ranking_prior(cause->how_common),
                                                .evidence = candidate->judgement.evidence,
                                                .unverified = (unsigned)candidate->unverified.count,
                                                .explains = ranking_frequency(cause->explains)};
}

static bool has_symptom(const struct rule *rule, const struct symptom *symptom)
{
    for (size_t i = 0; i < rule->symptom_count; i++)
        if (rule->symptoms[i] == symptom)
            return true;
    return false;
}

static void add_rule(struct ranked_problem *ranked, const struct rule *rule, const struct rule_set *rules,
                     size_t *capacity, struct evidence_context *context)
{
    struct predicate_reason reason;
    if (gate(rule->applies, &ranked->problem, context, &reason) == TRUTH_FALSE) {
        rule_out(ranked, rule->id, &reason, context);
        return;
    }
    for (size_t i = 0; i < rule->cause_count; i++)
        if (cause_told_elsewhere(rules, &rule->causes[i]) == NULL)
            add_cause(ranked, rule, &rule->causes[i], capacity, context);
}

/* ---- ranking ---- */

static int compare_ids(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    return strcmp(a->cause->full_id, b->cause->full_id);
}

static int compare_scores(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    return a->ranking.score != b->ranking.score ? (a->ranking.score > b->ranking.score ? -1 : 1)
                                                : compare_ids(left, right);
}

static double solve(struct ranked_problem *ranked, struct ranking_cause *causes)
{
    return ranking_solve(causes, ranked->candidate_count, ranking_leak(ranked->problem.symptom->specificity),
                         ranked->problem.seen);
}

static bool has_positive_item(const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->cause->evidence_count; i++)
        if (candidate->judgement.items[i].counted > 0)
            return true;
    return false;
}

/* Would what was not collected, were it all there, lift this cause above "none of them"? */
static bool could_rise(struct ranked_problem *ranked, struct ranking_cause *causes, size_t number)
{
    const struct candidate *candidate = &ranked->candidates[number];
    int *weights = memory_array(candidate->cause->evidence_count + 1, sizeof(*weights));
    bool open = false;
    for (size_t i = 0; i < candidate->cause->evidence_count; i++) {
        const struct judged *item = &candidate->judgement.items[i];
        bool missing =
            item->present > 0 && (item->status == EVIDENCE_PARTIAL || item->status == EVIDENCE_NOT_COLLECTED);
        weights[i] = missing ? item->present : item->weight;
        open |= missing;
    }
    for (size_t i = 0; i < ranked->candidate_count; i++)
        causes[i] = ranked->candidates[i].ranking;
    causes[number].evidence = evidence_sum(&candidate->judgement, weights, NULL);
    free(weights);
    double none = solve(ranked, causes);
    return open && causes[number].probability > none;
}

static enum verdict verdict_of(struct ranked_problem *ranked)
{
    size_t count = ranked->candidate_count;
    if (count == 0)
        return VERDICT_NO_KNOWN_CAUSE;
    const struct candidate *first = &ranked->candidates[0];
    if (first->ranking.probability > ranked->none && (has_positive_item(first) || first->ranking.probability >= .5))
        return VERDICT_RANKED;
    struct ranking_cause *causes = memory_array(count, sizeof(*causes));
    enum verdict verdict = VERDICT_NO_KNOWN_CAUSE;
    for (size_t i = 0; i < count && verdict != VERDICT_INSUFFICIENT; i++)
        if (could_rise(ranked, causes, i))
            verdict = VERDICT_INSUFFICIENT;
    free(causes);
    return verdict;
}

static void rank(struct ranked_problem *ranked)
{
    size_t count = ranked->candidate_count;
    struct ranking_cause *causes = memory_array(count + 1, sizeof(*causes));
    if (count != 0)
        qsort(ranked->candidates, count, sizeof(*ranked->candidates), compare_ids);
    for (size_t i = 0; i < count; i++)
        causes[i] = ranked->candidates[i].ranking;
    ranked->none = solve(ranked, causes);
    for (size_t i = 0; i < count; i++)
        ranked->candidates[i].ranking = causes[i];
    if (count != 0)
        qsort(ranked->candidates, count, sizeof(*ranked->candidates), compare_scores);
    free(causes);
    ranked->verdict = verdict_of(ranked);
}

/* The problem of a host and symptom that was not seen, made on its first anchor. */
static struct ranked_problem *unseen_problem(struct problem_list *list, size_t from, size_t host,
                                             const struct symptom *symptom, struct evidence_context *context)
{
    for (size_t i = from; i < list->count; i++)
        if (list->items[i]->problem.symptom == symptom)
            return list->items[i];
    return add_problem(list, host, context, symptom, "");
}

static void add_unseen(struct problem_list *list, size_t host, const struct rule_set *rules,
                       struct evidence_context *context)
{
    size_t from = list->count;
    size_t *rule_problem = memory_array(rules->rule_count + 1, sizeof(*rule_problem)); /* number + 1 */
    for (size_t i = 0; i < rules->rule_count; i++) {
        const struct rule *rule = rules->rules[i];
        struct problem probe = {.host_index = host, .host = &context->survey->items[host], .group = ""};
        struct merged_hits anchor = {0};
        if (rule->symptom_count == 0 || symptom_was_seen(rule, host, context) ||
            !find_anchor(rule, rules, &probe, &anchor, context))
            continue;
        struct ranked_problem *ranked = unseen_problem(list, from, host, rule->symptoms[0], context);
        drop_values(&anchor);
        anchor_at(&ranked->problem, &anchor);
        for (size_t j = from; j < list->count; j++)
            if (list->items[j] == ranked)
                rule_problem[i] = j + 1;
    }
    for (size_t j = from; j < list->count; j++) {
        size_t capacity = 0;
        for (size_t i = 0; i < rules->rule_count; i++)
            if (rule_problem[i] == j + 1)
                add_rule(list->items[j], rules->rules[i], rules, &capacity, context);
        rank(list->items[j]);
    }
    free(rule_problem);
}

void problems_rank(struct problem_list *list, const struct rule_set *rules, struct evidence_context *context)
{
    for (size_t host = 0; host < context->survey->hosts->count; host++) {
        size_t from = list->count;
        for (size_t i = 0; i < rules->symptom_count; i++)
            add_seen(list, host, rules->symptoms[i], context);
        for (size_t i = from; i < list->count; i++) {
            size_t capacity = 0;
            for (size_t j = 0; j < rules->rule_count; j++)
                if (has_symptom(rules->rules[j], list->items[i]->problem.symptom))
                    add_rule(list->items[i], rules->rules[j], rules, &capacity, context);
            rank(list->items[i]);
        }
        add_unseen(list, host, rules, context);
    }
}

void problems_free(struct problem_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct ranked_problem *ranked = list->items[i];
        for (size_t j = 0; j < ranked->candidate_count; j++)
            judgement_free(&ranked->candidates[j].judgement);
        free(ranked->candidates);
        free(ranked->ruled_out);
        merged_hits_free(&ranked->problem.hits);
        free(ranked->problem.occurrences.items);
        free(ranked->problem.group);
        free(ranked);
    }
    free(list->items);
    *list = (struct problem_list){0};
}
