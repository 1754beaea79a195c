/* The part of the findings that belongs to no problem: hosts, zones, errors that nothing explains, rules that gave up.
 */
#include <stdlib.h>
#include <string.h>

#include "diagnosis/conclude.h"

#define GAPS_SHOWN 64

/* ---- hosts ---- */

static void add_gaps(struct finding_log *log, const struct host_log *from)
{
    size_t count;
    struct id_range *ranges = survey_ranges(from, &count);
    for (size_t i = 1; i < count; i++) {
        const struct id_range *before = &ranges[i - 1], *after = &ranges[i];
        log->complete = false;
        if (log->gap_count < GAPS_SHOWN)
            log->gaps[log->gap_count++] = (struct finding_gap){
                before->high + 1, after->low - 1, {before->high_ticks, BASIS_UTC}, {after->low_ticks, BASIS_UTC}};
    }
    free(ranges);
}

static void conclude_log(struct finding_host *host, const struct host_log *from, struct arena *arena)
{
    struct finding_log log = {.channel = arena_string(arena, text_of(from->channel)),
                              .complete = from->part_count != 0,
                              .gaps = arena_alloc(arena, GAPS_SHOWN * sizeof(struct finding_gap))};
    for (size_t i = 0; i < from->part_count; i++) {
        const struct log_part *part = &from->parts[i];
        if (part->trace == NULL)
            continue;
        if (log.first.basis == BASIS_NONE || part->first < log.first.ticks)
            log.first = (struct moment){part->first, BASIS_UTC};
        if (log.last.basis == BASIS_NONE || part->last > log.last.ticks)
            log.last = (struct moment){part->last, BASIS_UTC};
        log.records += part->trace->records;
        log.complete &= part->whole && !part->cut;
        log.complete &= !part->trace->too_many_ranges;
    }
    add_gaps(&log, from);
    log.cleared = arena_alloc(arena, (from->cleared_count + 1) * sizeof(*log.cleared));
    for (size_t i = 0; i < from->cleared_count; i++)
        log.cleared[log.cleared_count++] = from->cleared[i];
    if (log.records != 0)
        host->logs[host->log_count++] = log;
}

static void conclude_host(struct finding_host *finding, const struct host_survey *host, const struct bundle *bundle,
                          struct arena *arena)
{
    finding->name = arena_string(arena, text_of(host->host->name));
    finding->former_names.items = arena_alloc(arena, (host->host->former_count + 1) * sizeof(char *));
    for (size_t i = 0; i < host->host->former_count; i++)
        finding->former_names.items[finding->former_names.count++] =
            arena_string(arena, text_of(host->host->former_names[i]));
    finding->facts = arena_alloc(arena, (host->fact_count + 1) * sizeof(*finding->facts));
    for (size_t i = 0; i < host->fact_count; i++) {
        const struct host_fact *fact = &host->facts[i];
        finding->facts[finding->fact_count++] = (struct finding_fact){
            arena_string(arena, text_of(fact->name)),
            fact->value == NULL ? NULL : arena_string(arena, text_of(fact->value)),
            fact->input == SIZE_MAX ? NULL : bundle->inputs[fact->input], fact->at, fact->conflict};
    }
    finding->logs = arena_alloc(arena, (host->log_count + 1) * sizeof(*finding->logs));
    for (size_t i = 0; i < host->log_count; i++)
        conclude_log(finding, &host->logs[i], arena);
}

/* A host that nothing names and nothing belongs to is only there so that there is one. */
static bool is_worth_showing(const struct host_survey *host, const struct survey *survey)
{
    return survey->hosts->count == 1 || host->host->name[0] != '\0' || host->log_count != 0 || host->has_registry ||
           host->has_message || host->has_crash;
}

/* ---- zones ---- */

static void conclude_zones(struct findings *findings, struct intake *const *intakes, const struct survey *survey)
{
    size_t count = findings->bundle->input_count;
    findings->converted = arena_alloc(&findings->arena, (count + 1) * sizeof(*findings->converted));
    findings->unknown_zone = arena_alloc(&findings->arena, (count + 1) * sizeof(*findings->unknown_zone));
    for (size_t i = 0; i < count; i++) {
        if (intakes[i] == NULL || !intakes[i]->has_local_time)
            continue;
        if (survey->zones.of_input[i] == NULL) {
            findings->unknown_zone[findings->unknown_zone_count++] = findings->bundle->inputs[i];
            continue;
        }
        struct buffer zone = {0};
        timezone_describe(survey->zones.of_input[i], &zone);
        findings->converted[findings->converted_count++] =
            (struct finding_converted){findings->bundle->inputs[i], arena_string(&findings->arena, buffer_text(&zone)),
                                       arena_string(&findings->arena, text_of(survey->zone_origins[i]))};
        buffer_free(&zone);
    }
}

/* ---- errors that nothing explains ---- */

static void explain(struct table *explained, size_t host, size_t detector, const char *group)
{
    struct buffer key = {0};
    buffer_printf(&key, "%zu %zu %s", host, detector, group);
    table_add(explained, buffer_text(&key));
    buffer_free(&key);
}

/* What belongs to a ranked problem: its symptom's records and the evidence that is present. */
static void explain_problem(struct table *explained, const struct ranked_problem *ranked,
                            const struct evidence_context *context)
{
    const struct problem *problem = &ranked->problem;
    size_t detector = detectors_of_symptom(context->detectors, problem->symptom);
    explain(explained, problem->host_index, detector, problem->group);
    if (problem->takes_ungrouped)
        explain(explained, problem->host_index, detector, "");
    for (size_t i = 0; i < ranked->candidate_count; i++)
        for (size_t j = 0; j < ranked->candidates[i].cause->evidence_count; j++) {
            const struct judged *item = &ranked->candidates[i].judgement.items[j];
            const char *group;
            if (item->status == EVIDENCE_PRESENT &&
                (item->evidence->from == FROM_RECORDS || item->evidence->from == FROM_OTHER_SYMPTOM))
                for (size_t n = 0;
                     (group = harvest_group(context->harvest, problem->host_index, item->detector, n)) != NULL; n++)
                    explain(explained, problem->host_index, item->detector, group);
        }
}

static bool is_explained(const struct table *explained, const struct intake *intake, const struct intake_errors *errors,
                         const struct survey *survey)
{
    struct buffer key = {0};
    bool found = false;
    for (size_t i = 0; i < errors->store_count && !found; i++) {
        const struct intake_store *store = intake->stores.entries[errors->stores[i]].value;
        buffer_clear(&key);
        buffer_printf(&key, "%zu %zu %s", hosts_of(survey->hosts, intake->input->index, store->label), store->detector,
                      store->group);
        found = table_find(explained, buffer_text(&key)) != NULL;
    }
    buffer_free(&key);
    return found;
}

struct error_kind {
    const struct intake_errors *first;
    const char *channel;
    struct merged_hits hits;
};

static struct error_kind *error_kind_of(struct table *kinds, const struct intake_errors *errors)
{
    struct buffer key = {0};
    for (const char *at = errors->provider; *at != '\0'; at++)
        buffer_add_char(&key, text_lower_char(*at));
    buffer_printf(&key, "\x1f%u\x1f%u", errors->event_id, errors->level);
    struct table_entry *entry = table_add(kinds, buffer_text(&key));
    buffer_free(&key);
    if (entry->value == NULL) {
        struct error_kind *kind = memory_alloc(sizeof(*kind));
        kind->first = errors;
        kind->channel = errors->channel;
        entry->value = kind;
    }
    struct error_kind *kind = entry->value;
    if (kind->channel[0] == '\0')
        kind->channel = errors->channel;
    return kind;
}

static int compare_unexplained(const void *left, const void *right)
{
    const struct finding_unexplained *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = strcmp(a->provider, b->provider);
    if (order == 0 && a->event_id != b->event_id)
        return a->event_id < b->event_id ? -1 : 1;
    return order != 0 ? order : (int)a->level - (int)b->level;
}

static struct finding_unexplained conclude_error(struct error_kind *kind, struct arena *arena)
{
    hits_merge_end(&kind->hits);
    struct finding_unexplained finding = {arena_string(arena, text_of(kind->first->provider)),
                                          arena_string(arena, text_of(kind->channel)),
                                          kind->first->event_id,
                                          kind->first->level,
                                          kind->hits.count,
                                          {0, BASIS_NONE},
                                          {0, BASIS_NONE},
                                          ""};
    if (kind->hits.hit_count != 0) {
        finding.first = kind->hits.hits[0].time;
        finding.last = kind->hits.hits[kind->hits.hit_count - 1].time;
        finding.text = arena_string(arena, text_of(kind->hits.hits[0].text));
    }
    return finding;
}

static void conclude_errors(struct findings *findings, const struct problem_list *list, struct intake *const *intakes,
                            const struct evidence_context *context)
{
    struct table explained = {0}, kinds = {0};
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i]->verdict == VERDICT_RANKED)
            explain_problem(&explained, list->items[i], context);
    for (size_t i = 0; i < findings->bundle->input_count; i++)
        for (size_t j = 0; intakes[i] != NULL && !context->survey->repeated[i] && j < intakes[i]->errors.count; j++) {
            const struct intake_errors *errors = intakes[i]->errors.entries[j].value;
            if (!is_explained(&explained, intakes[i], errors, context->survey))
                hits_merge(&error_kind_of(&kinds, errors)->hits, errors->hits, i, &context->survey->zones);
        }
    findings->unexplained = arena_alloc(&findings->arena, (kinds.count + 1) * sizeof(*findings->unexplained));
    for (size_t i = 0; i < kinds.count; i++) {
        struct error_kind *kind = kinds.entries[i].value;
        findings->unexplained[findings->unexplained_count++] = conclude_error(kind, &findings->arena);
        merged_hits_free(&kind->hits);
        free(kind);
    }
    if (findings->unexplained_count != 0)
        qsort(findings->unexplained, findings->unexplained_count, sizeof(*findings->unexplained), compare_unexplained);
    table_free(&explained);
    table_free(&kinds);
}

static void conclude_gave_up(struct findings *findings, struct intake *const *intakes)
{
    size_t count = findings->bundle->input_count, most = 0;
    for (size_t i = 0; i < count; i++)
        most += intakes[i] == NULL ? 0 : intakes[i]->gave_up_count;
    findings->gave_up = arena_alloc(&findings->arena, (most + 1) * sizeof(*findings->gave_up));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; intakes[i] != NULL && j < intakes[i]->gave_up_count; j++)
            findings->gave_up[findings->gave_up_count++] =
                (struct finding_gave_up){arena_string(&findings->arena, text_of(intakes[i]->gave_up[j].id)),
                                         findings->bundle->inputs[i], intakes[i]->gave_up[j].record};
}

void conclude_overview(struct findings *findings, const struct problem_list *list, struct intake *const *intakes,
                       struct evidence_context *context)
{
    const struct survey *survey = context->survey;
    findings->hosts = arena_alloc(&findings->arena, (survey->hosts->count + 1) * sizeof(*findings->hosts));
    for (size_t i = 0; i < survey->hosts->count; i++)
        if (is_worth_showing(&survey->items[i], survey))
            conclude_host(&findings->hosts[findings->host_count++], &survey->items[i], findings->bundle,
                          &findings->arena);
    conclude_zones(findings, intakes, survey);
    conclude_errors(findings, list, intakes, context);
    conclude_gave_up(findings, intakes);
}
