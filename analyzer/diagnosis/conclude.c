#include "diagnosis/conclude.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const verdict_words[] = {"ranked", "insufficient", "no_known_cause", "nothing_found", "nothing_read", NULL};
const char *const evidence_status_words[] = {"present",        "absent", "partial", "not_collected",
                                             "not_applicable", "model",  NULL};

#define TIMELINE_MOST 64

static unsigned ten_thousandths(double probability) { return (unsigned)lround(probability * 10000); }

/* ---- the ledger ---- */

static struct ledger_row model_row(const char *id, int tenths, char *title, char *why)
{
    return (struct ledger_row){.id = (char *)id, .title = title, .status = EVIDENCE_MODEL, .db = tenths, .why = why};
}

static char *join_strings(const struct strings *list, struct arena *arena)
{
    struct buffer out = {0};
    for (size_t i = 0; i < list->count; i++)
        buffer_printf(&out, "%s%s", i == 0 ? "" : ", ", list->items[i]);
    char *result = arena_string(arena, buffer_text(&out));
    buffer_free(&out);
    return result;
}

static void model_rows(struct ledger_row *rows, const struct candidate *candidate, bool seen, struct arena *arena)
{
    static const char *const priors[] = {"a common cause", "an occasional cause", "a rare cause"};
    const struct ranking_cause *ranking = &candidate->ranking;
    rows[0] = model_row("prior", 10 * ranking->prior,
                        arena_printf(arena, "starting point: %s", priors[candidate->cause->how_common]), "");
    rows[1] = model_row("crowd", 10 * ranking->crowd, "many causes compete for this symptom", "");
    rows[2] = model_row("gates", 10 * ranking->gates, "not verified whether the article applies",
                        join_strings(&candidate->unverified, arena));
    rows[3] =
        model_row("limit", 10 * ranking->limit, arena_printf(arena, "evidence counts at most %+d", RANKING_CLAMP), "");
    rows[4] = model_row("symptom", ranking->symptom,
                        seen ? "it explains the failures" : "the failure itself was not recorded",
                        seen ? arena_printf(arena, "%+.1f if nothing else could", ranking->alone / 10.0) : "");
}

static struct named_values values_of_set(const struct value_set *set, const char *name, struct arena *arena)
{
    struct named_values values = {arena_string(arena, text_of(name)), {NULL, 0}};
    size_t count = set == NULL ? 0 : set->count;
    values.values.items = arena_alloc(arena, (count + 1) * sizeof(char *));
    for (size_t i = 0; i < count; i++)
        values.values.items[values.values.count++] = arena_string(arena, text_of(set->items[i].text));
    return values;
}

static void row_values(struct ledger_row *row, const struct judged *item, struct arena *arena)
{
    const struct merged_hits *hits = item->hits.value_count != 0 ? &item->hits : &item->others;
    row->values = arena_alloc(arena, (hits->value_count + 1) * sizeof(*row->values));
    for (size_t i = 0; i < hits->value_count; i++)
        row->values[row->value_count++] = values_of_set(&hits->values[i], hits->values[i].name, arena);
}

static struct ledger_row evidence_row(const struct candidate *candidate, size_t number, struct names *names,
                                      struct arena *arena)
{
    const struct judged *item = &candidate->judgement.items[number];
    bool open = item->status == EVIDENCE_PARTIAL || item->status == EVIDENCE_NOT_COLLECTED;
    struct ledger_row row = {.id = item->evidence->id,
                             .title = names_expand(names, item->evidence->title, arena),
                             .status = item->status,
                             .db = 10 * item->counted,
                             .worth = open ? 10 * item->present : 0,
                             .why = arena_string(arena, text_of(item->why)),
                             .count = item->count,
                             .first = item->first,
                             .last = item->last,
                             .found = item->found,
                             .found_count = item->found_count};
    if (item->weight != 0 && item->counted == 0)
        row.why = arena_printf(arena, "%s%sthe same fact counts once", row.why, row.why[0] == '\0' ? "" : "; ");
    row_values(&row, item, arena);
    return row;
}

/* ---- causes ---- */

static void add_string(struct strings *list, const char *string, struct arena *arena)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], string) == 0)
            return;
    char **items = arena_alloc(arena, (list->count + 1) * sizeof(*items));
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i];
    items[list->count++] = arena_string(arena, text_of(string));
    list->items = items;
}

static void add_resolutions(struct strings *list, const struct cause *cause, struct names *names,
                            struct evidence_context *context)
{
    for (size_t i = 0; i < cause->resolution_count; i++)
        if (predicate_test(cause->resolutions[i].applies, context->matcher, names_look_up, names, NULL) != TRUTH_FALSE)
            add_string(list, names_expand(names, cause->resolutions[i].text, context->arena), context->arena);
}

/* The references and fixes of the article, and of others that tell the same cause. */
static void add_advice(struct finding_cause *finding, const struct candidate *candidate, const struct rule_set *rules,
                       struct names *names, struct evidence_context *context)
{
    for (size_t i = 0; i < candidate->rule->reference_count; i++)
        add_string(&finding->references, candidate->rule->references[i], context->arena);
    add_resolutions(&finding->resolutions, candidate->cause, names, context);
    for (size_t i = 0; i < rules->rule_count; i++)
        for (size_t j = 0; j < rules->rules[i]->cause_count; j++) {
            const struct cause *other = &rules->rules[i]->causes[j];
            if (other->same_as == NULL || strcmp(other->same_as, candidate->cause->full_id) != 0)
                continue;
            for (size_t k = 0; k < rules->rules[i]->reference_count; k++)
                add_string(&finding->references, rules->rules[i]->references[k], context->arena);
            add_resolutions(&finding->resolutions, other, names, context);
        }
}

static struct finding_cause conclude_cause(const struct ranked_problem *ranked, size_t number,
                                           const struct rule_set *rules, struct evidence_context *context)
{
    const struct candidate *candidate = &ranked->candidates[number];
    struct arena *arena = context->arena;
    struct names names = {.problem = &ranked->problem, .judgement = &candidate->judgement};
    bool last = number + 1 == ranked->candidate_count;
    struct finding_cause finding = {
        .rank = (unsigned)number + 1,
        .rule = candidate->rule,
        .cause = candidate->cause,
        .title = names_expand(&names, candidate->cause->title, arena),
        .probability = ten_thousandths(candidate->ranking.probability),
        .word = ranking_word(candidate->ranking.probability),
        .score = candidate->ranking.score,
        .alone = candidate->ranking.alone,
        .separated =
            last || candidate->ranking.score - ranked->candidates[number + 1].ranking.score >= RANKING_SEPARATED,
        .unverified = candidate->unverified};
    finding.ledger_count = 5 + candidate->cause->evidence_count;
    finding.ledger = arena_alloc(arena, finding.ledger_count * sizeof(*finding.ledger));
    model_rows(finding.ledger, candidate, ranked->problem.seen, arena);
    for (size_t i = 0; i < candidate->cause->evidence_count; i++)
        finding.ledger[5 + i] = evidence_row(candidate, i, &names, arena);
    add_advice(&finding, candidate, rules, &names, context);
    return finding;
}

/* ---- what to collect ---- */

static int compare_missing(const void *left, const void *right)
{
    const struct finding_missing *a = left, *b = right;
    if (a->swing != b->swing)
        return a->swing > b->swing ? -1 : 1;
    int order = strcmp(a->source, b->source);
    return order != 0 ? order : strcmp(a->wanted_by, b->wanted_by);
}

static int swing_of(const struct judged *item)
{
    return item->lacking == NULL ? 0 : 10 * abs(item->present - item->absent);
}

static int total_swing(const struct candidate *candidate)
{
    int total = 0;
    for (size_t i = 0; i < candidate->cause->evidence_count; i++)
        total += swing_of(&candidate->judgement.items[i]);
    return total;
}

/* Could what is lacking for this cause, with what is lacking for the first, change places between the two? */
static bool could_change_order(const struct ranked_problem *ranked, size_t number)
{
    const struct candidate *first = &ranked->candidates[0], *other = &ranked->candidates[number];
    if (ranked->verdict != VERDICT_RANKED)
        return true;
    if (number != 0)
        return total_swing(first) + total_swing(other) >= first->ranking.score - other->ranking.score;
    bool could = total_swing(first) >= first->ranking.score; /* falls to even odds */
    for (size_t i = 1; i < ranked->candidate_count; i++)
        could |= could_change_order(ranked, i);
    return could;
}

static void conclude_missing(struct finding_problem *finding, const struct ranked_problem *ranked, struct arena *arena)
{
    size_t most = 0;
    for (size_t i = 0; i < ranked->candidate_count; i++)
        most += ranked->candidates[i].cause->evidence_count;
    finding->missing = arena_alloc(arena, (most + 1) * sizeof(*finding->missing));
    for (size_t i = 0; i < ranked->candidate_count; i++)
        for (size_t j = 0; j < ranked->candidates[i].cause->evidence_count; j++) {
            const struct judged *item = &ranked->candidates[i].judgement.items[j];
            if (item->lacking == NULL)
                continue;
            finding->missing[finding->missing_count++] = (struct finding_missing){
                arena_string(arena, text_of(item->lacking)),
                arena_printf(arena, "%s/%s", ranked->candidates[i].cause->full_id, item->evidence->id), swing_of(item),
                could_change_order(ranked, i)};
        }
    if (finding->missing_count != 0)
        qsort(finding->missing, finding->missing_count, sizeof(*finding->missing), compare_missing);
}

/* ---- timeline ---- */

static int compare_timeline(const void *left, const void *right)
{
    const struct finding_moment *a = left, *b = right;
    if (a->time.basis != b->time.basis)
        return a->time.basis > b->time.basis ? -1 : 1;
    if (a->time.ticks != b->time.ticks)
        return a->time.ticks < b->time.ticks ? -1 : 1;
    size_t one = a->input == NULL ? 0 : a->input->index + 1, two = b->input == NULL ? 0 : b->input->index + 1;
    if (one != two)
        return one < two ? -1 : 1;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return strcmp(a->what, b->what);
}

static void add_moment(struct finding_problem *finding, struct moment time, const char *what, const struct input *input,
                       uint64_t record)
{
    for (size_t i = 0; i < finding->timeline_count; i++)
        if (finding->timeline[i].input == input && finding->timeline[i].record == record &&
            finding->timeline[i].time.ticks == time.ticks && strcmp(finding->timeline[i].what, what) == 0)
            return;
    if (time.basis != BASIS_NONE && finding->timeline_count < TIMELINE_MOST)
        finding->timeline[finding->timeline_count++] = (struct finding_moment){time, (char *)what, input, record};
}

static void conclude_timeline(struct finding_problem *finding, const struct ranked_problem *ranked, struct arena *arena)
{
    finding->timeline = arena_alloc(arena, TIMELINE_MOST * sizeof(*finding->timeline));
    for (size_t i = 0; ranked->problem.seen && i < finding->found_count; i++)
        add_moment(finding, finding->found[i].time, finding->found[i].text, finding->found[i].input,
                   finding->found[i].at.record);
    for (size_t i = 0; i < finding->cause_count; i++)
        for (size_t j = 5; j < finding->causes[i].ledger_count; j++) {
            const struct ledger_row *row = &finding->causes[i].ledger[j];
            for (size_t k = 0; row->status == EVIDENCE_PRESENT && k < row->found_count; k++)
                add_moment(finding, row->found[k].time, row->found[k].text, row->found[k].input,
                           row->found[k].at.record);
        }
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i < finding->timeline_count; i++)
        if (finding->timeline[i].time.basis == BASIS_UTC) {
            from = finding->timeline[i].time.ticks < from ? finding->timeline[i].time.ticks : from;
            to = finding->timeline[i].time.ticks > to ? finding->timeline[i].time.ticks : to;
        }
    const struct host_survey *host = ranked->problem.host;
    for (size_t i = 0; i < host->start_count; i++) /* those in between, and the one before */
        if (host->starts[i].ticks <= to && (i + 1 == host->start_count || host->starts[i + 1].ticks > from))
            add_moment(finding, (struct moment){host->starts[i].ticks, BASIS_UTC}, "the machine started", NULL, 0);
    if (finding->timeline_count != 0)
        qsort(finding->timeline, finding->timeline_count, sizeof(*finding->timeline), compare_timeline);
}

/* ---- problems ---- */

static void set_span(struct finding_problem *finding, const struct problem *problem)
{
    for (size_t i = 0; i < problem->occurrences.count; i++) {
        const struct occurrence *occurrence = &problem->occurrences.items[i];
        if (occurrence->basis == BASIS_NONE || (problem->occurrences.placed != 0 && occurrence->basis != BASIS_UTC))
            continue;
        if (finding->first.basis == BASIS_NONE || occurrence->first < finding->first.ticks)
            finding->first = (struct moment){occurrence->first, occurrence->basis};
        if (finding->last.basis == BASIS_NONE || occurrence->last > finding->last.ticks)
            finding->last = (struct moment){occurrence->last, occurrence->basis};
    }
}

static struct finding_problem conclude_problem(const struct ranked_problem *ranked, const struct rule_set *rules,
                                               struct evidence_context *context)
{
    const struct problem *problem = &ranked->problem;
    struct arena *arena = context->arena;
    struct finding_problem finding = {.symptom = problem->symptom,
                                      .host = arena_string(arena, text_of(problem->host->host->name)),
                                      .level = ranked->candidate_count == 0 ? RULE_LEVEL_MEDIUM
                                                                            : ranked->candidates[0].rule->level,
                                      .verdict = ranked->verdict,
                                      .count = problem->seen ? problem->occurrences.count : 0,
                                      .records = problem->seen ? problem->hits.count : 0,
                                      .p_none = ten_thousandths(ranked->none)};
    set_span(&finding, problem);
    finding.captures = arena_alloc(arena, (problem->symptom->capture_count + 1) * sizeof(*finding.captures));
    for (size_t i = 0; i < problem->symptom->capture_count; i++) {
        const char *name = problem->symptom->captures[i];
        finding.captures[finding.capture_count++] =
            values_of_set(merged_values(&problem->hits, text_of(name)), name, arena);
    }
    finding.found = places_of(&problem->hits, NULL, problem->host, context->bundle, arena, &finding.found_count);
    finding.causes = arena_alloc(arena, (ranked->candidate_count + 1) * sizeof(*finding.causes));
    for (size_t i = 0; i < ranked->candidate_count; i++)
        finding.causes[finding.cause_count++] = conclude_cause(ranked, i, rules, context);
    finding.excluded = arena_alloc(arena, (ranked->ruled_out_count + 1) * sizeof(*finding.excluded));
    for (size_t i = 0; i < ranked->ruled_out_count; i++)
        finding.excluded[finding.excluded_count++] =
            (struct finding_excluded){arena_string(arena, text_of(ranked->ruled_out[i].id)),
                                      arena_string(arena, text_of(ranked->ruled_out[i].reason))};
    conclude_missing(&finding, ranked, arena);
    conclude_timeline(&finding, ranked, arena);
    return finding;
}

static bool is_harmless(const struct ranked_problem *ranked)
{
    return ranked->candidate_count != 0 && ranked->candidates[0].cause->harmless;
}

static int level_of(const struct ranked_problem *ranked)
{
    return ranked->candidate_count == 0 ? RULE_LEVEL_MEDIUM : (int)ranked->candidates[0].rule->level;
}

static int compare_problems(const void *left, const void *right)
{
    const struct ranked_problem *a = *(struct ranked_problem *const *)left, *b = *(struct ranked_problem *const *)right;
    if (is_harmless(a) != is_harmless(b))
        return is_harmless(a) ? 1 : -1;
    if (level_of(a) != level_of(b))
        return level_of(a) > level_of(b) ? -1 : 1;
    if ((a->verdict == VERDICT_RANKED) != (b->verdict == VERDICT_RANKED))
        return a->verdict == VERDICT_RANKED ? -1 : 1;
    size_t many = a->problem.seen ? a->problem.occurrences.count : 0,
           others = b->problem.seen ? b->problem.occurrences.count : 0;
    if (many != others)
        return many > others ? -1 : 1;
    const struct occurrences *one = &a->problem.occurrences, *two = &b->problem.occurrences;
    if ((one->count != 0) != (two->count != 0))
        return one->count != 0 ? -1 : 1;
    if (one->count != 0 && one->items[0].basis != two->items[0].basis)
        return one->items[0].basis > two->items[0].basis ? -1 : 1;
    if (one->count != 0 && one->items[0].first != two->items[0].first)
        return one->items[0].first < two->items[0].first ? -1 : 1;
    int order = strcmp(a->problem.symptom->id, b->problem.symptom->id);
    if (order == 0)
        order = strcmp(a->problem.group, b->problem.group);
    return order != 0                                      ? order
           : a->problem.host_index < b->problem.host_index ? -1
                                                           : a->problem.host_index > b->problem.host_index;
}

static enum verdict overall(const struct findings *findings)
{
    uint64_t records = 0;
    for (size_t i = 0; i < findings->bundle->input_count; i++)
        records += findings->bundle->inputs[i]->records;
    enum verdict verdict = records == 0 ? VERDICT_NOTHING_READ : VERDICT_NOTHING_FOUND;
    for (size_t i = 0; i < findings->problem_count; i++)
        if (findings->problems[i].verdict < verdict)
            verdict = findings->problems[i].verdict;
    return verdict;
}

void conclude_problems(struct findings *findings, struct problem_list *list, struct evidence_context *context)
{
    if (list->count != 0)
        qsort(list->items, list->count, sizeof(*list->items), compare_problems);
    findings->problems = arena_alloc(&findings->arena, (list->count + 1) * sizeof(*findings->problems));
    for (size_t i = 0; i < list->count; i++)
        findings->problems[findings->problem_count++] = conclude_problem(list->items[i], findings->rules, context);
    findings->verdict = overall(findings);
}
