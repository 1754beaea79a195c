#include "diagnosis/survey.h"

#include <stdlib.h>
#include <string.h>

#define START_JOIN (5 * 60 * TICKS_PER_SECOND)

static struct host_survey *host_of(struct survey *survey, size_t input, const char *label)
{
    size_t host = hosts_of(survey->hosts, input, label);
    return host == SIZE_MAX ? NULL : &survey->items[host];
}

/* ---- facts ---- */

static bool is_current(const struct host_survey *host, unsigned control_set)
{
    return control_set == 0 || host->control_set == 0 || control_set == host->control_set;
}

/* Within one input the latest says how it was in the end (a machine may have been upgraded). */
static bool is_superseded(struct survey *survey, const struct intake *intake, size_t number,
                          const struct host_survey *host)
{
    const struct intake_fact *fact = &intake->facts[number];
    for (size_t i = 0; i < intake->fact_count; i++) {
        const struct intake_fact *other = &intake->facts[i];
        if (i == number || strcmp(other->name, fact->name) != 0 ||
            host_of(survey, intake->input->index, other->label) != host || !is_current(host, other->control_set))
            continue;
        bool timed = other->time.basis != BASIS_NONE && fact->time.basis != BASIS_NONE;
        if (timed && other->time.ticks != fact->time.ticks ? other->time.ticks > fact->time.ticks : i > number)
            return true;
    }
    return false;
}

static struct host_fact *add_fact(struct host_survey *host, const char *name)
{
    host->facts = memory_room(host->facts, host->fact_count, &host->fact_capacity, sizeof(*host->facts));
    size_t place = host->fact_count++;
    while (place > 0 && strcmp(host->facts[place - 1].name, name) > 0) {
        host->facts[place] = host->facts[place - 1];
        place--;
    }
    host->facts[place] = (struct host_fact){.name = name, .input = SIZE_MAX};
    return &host->facts[place];
}

const struct host_fact *survey_fact(const struct host_survey *host, struct text name)
{
    for (size_t i = 0; i < host->fact_count; i++)
        if (text_is(name, host->facts[i].name))
            return &host->facts[i];
    return NULL;
}

/* A former name of the machine is no disagreement about its name. */
static bool names_same_host(const struct host_survey *host, const char *name, const char *value)
{
    if (strcmp(name, "host.name") != 0)
        return false;
    for (size_t i = 0; i < host->host->former_count; i++)
        if (text_is_nocase(text_of(value), host->host->former_names[i]))
            return true;
    struct text whole = text_of(host->host->name);
    return text_is_nocase(text_slice(whole, 0, text_find_char(whole, '.')), value);
}

static void take_facts(struct survey *survey, const struct bundle *bundle, struct intake *const *intakes)
{
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct intake *intake = intakes[i];
        for (size_t j = 0; intake != NULL && j < intake->fact_count; j++) {
            const struct intake_fact *fact = &intake->facts[j];
            struct host_survey *host = host_of(survey, i, fact->label);
            if (host == NULL || !is_current(host, fact->control_set) || is_superseded(survey, intake, j, host))
                continue;
            struct host_fact *known = (struct host_fact *)survey_fact(host, text_of(fact->name));
            if (known == NULL) {
                known = add_fact(host, fact->name);
                *known = (struct host_fact){fact->name, fact->value, i, fact->at, false};
            } else if (known->value != NULL && !text_is_nocase(text_of(known->value), fact->value) &&
                       !names_same_host(host, fact->name, fact->value)) {
                known->value = NULL;
                known->conflict = true;
            }
        }
    }
}

static void declare_facts(struct survey *survey, const struct declarations *declared)
{
    for (size_t h = 0; h < survey->hosts->count; h++)
        for (size_t i = 0; i < declared->fact_count; i++) {
            struct host_survey *host = &survey->items[h];
            struct host_fact *known = (struct host_fact *)survey_fact(host, text_of(declared->facts[i].name));
            if (known == NULL)
                known = add_fact(host, declared->facts[i].name);
            *known = (struct host_fact){declared->facts[i].name, declared->facts[i].value, SIZE_MAX, {0}, false};
        }
}

/* Select\Current as far as it was exported, else the lowest ControlSet00n that occurs. */
static void choose_control_sets(struct survey *survey, const struct bundle *bundle, struct intake *const *intakes)
{
    for (size_t i = 0; i < bundle->input_count; i++) {
        struct host_survey *host = intakes[i] == NULL ? NULL : host_of(survey, i, "");
        unsigned lowest = host == NULL ? 0 : intakes[i]->lowest_control_set;
        if (lowest != 0 && (host->control_set == 0 || lowest < host->control_set))
            host->control_set = lowest;
    }
    for (size_t i = 0; i < bundle->input_count; i++)
        for (size_t j = 0; intakes[i] != NULL && j < intakes[i]->fact_count; j++) {
            const struct intake_fact *fact = &intakes[i]->facts[j];
            struct host_survey *host = host_of(survey, i, fact->label);
            uint64_t current;
            if (host != NULL && strcmp(fact->name, "registry.current_control_set") == 0 &&
                text_number(text_of(fact->value), 10, &current) && current >= 1 && current <= 999)
                host->control_set = (unsigned)current;
        }
}

/* ---- zones ---- */

static void choose_zones(struct survey *survey, const struct bundle *bundle, struct intake *const *intakes,
                         const struct analysis_options *options)
{
    survey->zones.of_input = memory_array(bundle->input_count + 1, sizeof(*survey->zones.of_input));
    survey->zone_storage = memory_array(bundle->input_count + 1, sizeof(*survey->zone_storage));
    survey->zone_origins = memory_array(bundle->input_count + 1, sizeof(*survey->zone_origins));
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct host_survey *host = intakes[i] == NULL ? NULL : host_of(survey, i, "");
        const struct host_fact *fact = host == NULL ? NULL : survey_fact(host, TEXT("host.timezone"));
        if (fact != NULL && fact->value != NULL && timezone_parse(text_of(fact->value), &survey->zone_storage[i])) {
            survey->zones.of_input[i] = &survey->zone_storage[i];
            survey->zone_origins[i] = fact->input == SIZE_MAX ? "declared" : bundle->inputs[fact->input]->path;
        } else if (options->has_zone) {
            survey->zone_storage[i] = timezone_fixed(options->zone_minutes_east);
            survey->zones.of_input[i] = &survey->zone_storage[i];
            survey->zone_origins[i] = "--zone";
        }
    }
}

/* ---- logs ---- */

static struct host_log *log_of(struct survey *survey, struct host_survey *host, const char *channel)
{
    size_t place = 0;
    while (place < host->log_count && text_compare_nocase(text_of(host->logs[place].channel), text_of(channel)) < 0)
        place++;
    if (place < host->log_count && text_is_nocase(text_of(channel), host->logs[place].channel))
        return &host->logs[place];
    host->logs = memory_room(host->logs, host->log_count, &host->log_capacity, sizeof(*host->logs));
    memmove(&host->logs[place + 1], &host->logs[place], (host->log_count - place) * sizeof(*host->logs));
    host->log_count++;
    host->logs[place] = (struct host_log){.channel = arena_string(&survey->arena, text_of(channel))};
    return &host->logs[place];
}

static void add_part(struct host_survey *host, struct host_log *log, struct log_part part,
                     const struct analysis_options *options)
{
    if (options->from.basis != BASIS_NONE && part.first < options->from.ticks)
        part.first = options->from.ticks;
    if (options->from.basis != BASIS_NONE && part.reaches < options->from.ticks)
        part.reaches = options->from.ticks;
    if (options->to.basis != BASIS_NONE && part.last > options->to.ticks)
        part.last = options->to.ticks;
    log->parts = memory_room(log->parts, log->part_count, &log->part_capacity, sizeof(*log->parts));
    log->parts[log->part_count++] = part;
    if (part.whole && (!host->has_latest || part.last > host->latest))
        host->latest = part.last;
    host->has_latest |= part.whole;
}

static int compare_moments(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;
    return a->ticks < b->ticks ? -1 : a->ticks > b->ticks;
}

static int compare_starts(const void *left, const void *right)
{
    const struct log_start *a = left, *b = right;
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return a->time.ticks < b->time.ticks ? -1 : a->time.ticks > b->time.ticks;
}

static int compare_host_starts(const void *left, const void *right)
{
    const struct host_start *a = left, *b = right;
    if (a->basis != b->basis)
        return a->basis == BASIS_UTC ? -1 : 1;
    if (a->basis == BASIS_LOCAL && a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return a->ticks < b->ticks ? -1 : a->ticks > b->ticks;
}

static void add_start(struct host_survey *host, struct host_start start)
{
    host->starts = memory_room(host->starts, host->start_count, &host->start_capacity, sizeof(*host->starts));
    host->starts[host->start_count++] = start;
}

/* In record order, those within five minutes being one: it begins with the earliest of their times, and what was before
 * it is before the first of them. */
static void take_starts(struct host_survey *host, const struct log_trace *trace, size_t input,
                        const struct timezone *zone)
{
    struct log_start *starts = memory_array(trace->start_count + 1, sizeof(*starts));
    if (trace->start_count != 0)
        memcpy(starts, trace->starts, trace->start_count * sizeof(*starts));
    qsort(starts, trace->start_count, sizeof(*starts), compare_starts);
    struct host_start open = {0};
    bool is_open = false;
    int64_t latest = 0;
    for (size_t i = 0; i < trace->start_count; i++) {
        struct moment time = moment_with_zone(starts[i].time, zone),
                      previous = moment_with_zone(starts[i].previous, zone);
        int64_t distance = time.ticks > latest ? time.ticks - latest : latest - time.ticks;
        if (is_open && open.basis == time.basis && distance <= START_JOIN) {
            open.ticks = time.ticks < open.ticks ? time.ticks : open.ticks;
        } else {
            if (is_open)
                add_start(host, open);
            open = (struct host_start){time.basis, input, time.ticks, previous.ticks, previous.basis == time.basis};
            is_open = true;
        }
        latest = time.ticks;
    }
    if (is_open)
        add_start(host, open);
    free(starts);
}

static void join_starts(struct host_survey *host)
{
    if (host->start_count == 0)
        return;
    qsort(host->starts, host->start_count, sizeof(*host->starts), compare_host_starts);
    size_t kept = 1;
    int64_t latest = host->starts[0].ticks;
    for (size_t i = 1; i < host->start_count; i++) {
        struct host_start *last = &host->starts[kept - 1], *next = &host->starts[i];
        bool same = last->basis == next->basis && (last->basis == BASIS_UTC || last->input == next->input) &&
                    next->ticks - latest <= START_JOIN;
        latest = next->ticks;
        if (!same) {
            host->starts[kept++] = *next;
        } else if (!last->has_previous) {
            last->previous = next->previous;
            last->has_previous = next->has_previous;
        }
    }
    host->start_count = kept;
    for (size_t i = 0; i < kept; i++)
        host->utc_start_count += host->starts[i].basis == BASIS_UTC;
}

/* The records of a start are not in the order of their times: Kernel-General 12 comes third and is the earliest. */
static int64_t reach_of(const struct log_trace *trace)
{
    int64_t lowest = trace->range_count == 0 ? trace->first : trace->ranges[0].low_ticks, reaches = lowest;
    for (size_t i = 0; i < trace->start_count; i++) {
        const struct moment *start = &trace->starts[i].time;
        if (start->basis == BASIS_UTC && start->ticks < reaches && lowest - start->ticks <= START_JOIN)
            reaches = start->ticks;
    }
    return reaches;
}

static void take_log(struct survey *survey, const struct bundle *bundle, const struct intake *intake,
                     const struct log_trace *trace, const struct analysis_options *options)
{
    size_t input = intake->input->index;
    struct host_survey *host = host_of(survey, input, trace->label);
    if (host == NULL)
        return;
    take_starts(host, trace, input, survey->zones.of_input[input]);
    if (!trace->timed && trace->cleared_count == 0)
        return;
    struct host_log *log = log_of(survey, host, trace->channel);
    for (size_t i = 0; i < trace->cleared_count; i++) {
        log->cleared = memory_room(log->cleared, log->cleared_count, &log->cleared_capacity, sizeof(*log->cleared));
        log->cleared[log->cleared_count++] = trace->cleared[i];
    }
    bool inside = (options->from.basis == BASIS_NONE || trace->last >= options->from.ticks) &&
                  (options->to.basis == BASIS_NONE || trace->first <= options->to.ticks);
    bool native = strcmp(bundle->inputs[input]->kind, "evtx") == 0; /* its end is the end of the log */
    if (trace->timed && inside)
        add_part(host, log,
                 (struct log_part){trace, input, intake->whole_log && !intake->proves_nothing,
                                   !native || bundle->inputs[input]->damaged, trace->first, trace->last,
                                   reach_of(trace)},
                 options);
}

static void take_logs(struct survey *survey, const struct bundle *bundle, struct intake *const *intakes,
                      const struct analysis_options *options)
{
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct intake *intake = intakes[i];
        struct host_survey *host = intake == NULL ? NULL : host_of(survey, i, "");
        if (host != NULL) {
            host->has_registry |= intake->has_registry;
            host->has_message |= intake->has_message;
            host->has_crash |= intake->has_crash;
        }
        for (size_t j = 0; intake != NULL && !survey->repeated[i] && j < intake->logs.count; j++)
            take_log(survey, bundle, intake, intake->logs.entries[j].value, options);
    }
}

static void declare_logs(struct survey *survey, const struct declarations *declared,
                         const struct analysis_options *options)
{
    for (size_t h = 0; h < survey->hosts->count; h++)
        for (size_t i = 0; i < declared->log_count; i++) {
            const struct declared_log *log = &declared->logs[i];
            struct host_survey *host = &survey->items[h];
            int64_t first = log->from.basis == BASIS_NONE ? INT64_MIN : log->from.ticks;
            int64_t last = log->to.basis == BASIS_NONE ? INT64_MAX : log->to.ticks;
            add_part(host, log_of(survey, host, log->channel),
                     (struct log_part){NULL, SIZE_MAX, true, false, first, last, first}, options);
        }
}

/* One machine's file collected twice is one input; two machines may well have the same file. */
static void find_repeated(struct survey *survey, const struct bundle *bundle, struct intake *const *intakes)
{
    survey->repeated = memory_array(bundle->input_count + 1, sizeof(*survey->repeated));
    struct table seen = {0};
    struct buffer key = {0};
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        if (intakes[i] == NULL || input->sha256[0] == '\0')
            continue;
        buffer_clear(&key);
        buffer_printf(&key, "%zu %s", hosts_of(survey->hosts, i, ""), input->sha256);
        struct table_entry *entry = table_add(&seen, buffer_text(&key));
        survey->repeated[i] = entry->value != NULL;
        entry->value = survey;
    }
    buffer_free(&key);
    table_free(&seen);
}

struct survey *survey_new(const struct bundle *bundle, struct intake *const *intakes,
                          const struct analysis_options *options, const struct declarations *declared)
{
    struct survey *survey = memory_alloc(sizeof(*survey));
    struct host_trace **traces = memory_array(bundle->input_count + 1, sizeof(*traces));
    for (size_t i = 0; i < bundle->input_count; i++)
        traces[i] = intakes[i] == NULL ? NULL : intakes[i]->trace;
    survey->hosts = hosts_decide(bundle, traces);
    free(traces);
    survey->items = memory_array(survey->hosts->count + 1, sizeof(*survey->items));
    for (size_t h = 0; h < survey->hosts->count; h++)
        survey->items[h].host = &survey->hosts->items[h];
    find_repeated(survey, bundle, intakes);
    choose_control_sets(survey, bundle, intakes);
    take_facts(survey, bundle, intakes);
    declare_facts(survey, declared);
    choose_zones(survey, bundle, intakes, options);
    take_logs(survey, bundle, intakes, options);
    declare_logs(survey, declared, options);
    for (size_t h = 0; h < survey->hosts->count; h++) {
        struct host_survey *host = &survey->items[h];
        host->has_registry |= declared->key_count != 0;
        join_starts(host);
        for (size_t i = 0; i < host->log_count; i++)
            if (host->logs[i].cleared_count != 0)
                qsort(host->logs[i].cleared, host->logs[i].cleared_count, sizeof(struct moment), compare_moments);
    }
    return survey;
}

void survey_free(struct survey *survey)
{
    if (survey == NULL)
        return;
    for (size_t h = 0; h < survey->hosts->count; h++) {
        struct host_survey *host = &survey->items[h];
        for (size_t i = 0; i < host->log_count; i++) {
            free(host->logs[i].parts);
            free(host->logs[i].cleared);
        }
        free(host->logs);
        free(host->starts);
        free(host->facts);
    }
    hosts_free(survey->hosts);
    free(survey->items);
    free(survey->zones.of_input);
    free(survey->zone_storage);
    free(survey->zone_origins);
    free(survey->repeated);
    arena_free(&survey->arena);
    free(survey);
}

/* ---- absence ---- */

const struct host_log *survey_log(const struct host_survey *host, struct text channel)
{
    for (size_t i = 0; i < host->log_count; i++)
        if (text_is_nocase(channel, host->logs[i].channel))
            return &host->logs[i];
    return NULL;
}

static int compare_ranges(const void *left, const void *right)
{
    const struct id_range *a = left, *b = right;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return a->high < b->high ? -1 : a->high > b->high;
}

struct id_range *survey_ranges(const struct host_log *log, size_t *count)
{
    size_t found = 0, most = 0;
    *count = 0;
    for (size_t i = 0; i < log->part_count; i++)
        most += log->parts[i].trace == NULL ? 0 : log->parts[i].trace->range_count;
    struct id_range *ranges = memory_array(most + 1, sizeof(*ranges));
    for (size_t i = 0; i < log->part_count; i++) {
        const struct log_trace *trace = log->parts[i].trace;
        for (size_t j = 0; trace != NULL && log->parts[i].whole && j < trace->range_count; j++)
            ranges[found++] = trace->ranges[j];
    }
    qsort(ranges, found, sizeof(*ranges), compare_ranges);
    for (size_t i = 0; i < found; i++) {
        struct id_range *last = *count == 0 ? NULL : &ranges[*count - 1];
        if (last == NULL || ranges[i].low > last->high + 1) {
            ranges[(*count)++] = ranges[i];
        } else if (ranges[i].high > last->high) {
            last->high = ranges[i].high;
            last->high_ticks = ranges[i].high_ticks;
        }
    }
    return ranges;
}

static bool has_gap(const struct host_log *log, int64_t from, int64_t to)
{
    size_t count;
    struct id_range *ranges = survey_ranges(log, &count);
    bool gap = false;
    for (size_t i = 0; i < log->part_count; i++)
        gap |= log->parts[i].trace != NULL && log->parts[i].whole && log->parts[i].trace->too_many_ranges;
    for (size_t i = 1; i < count; i++)
        gap |= ranges[i].low_ticks >= from && ranges[i - 1].high_ticks <= to;
    free(ranges);
    return gap;
}

/* What this part of the log lacks to prove that nothing happened in the stretch; NULL: nothing. */
static const char *lacks(const struct host_survey *host, const struct host_log *log, const struct log_part *part,
                         const struct stretch *stretch, struct arena *arena)
{
    char one[MOMENT_TEXT], two[MOMENT_TEXT];
    int64_t end = stretch->open && host->has_latest && host->latest > stretch->to ? host->latest : stretch->to;
    moment_print((struct moment){part->reaches, BASIS_UTC}, one);
    if (!part->whole)
        return "only copied events of that log";
    if (!stretch->has_from)
        return arena_printf(arena, "the log starts %s, after the machine did", one);
    if (part->reaches > stretch->from)
        return arena_printf(arena, "log starts %s, window starts %s", one,
                            moment_print((struct moment){stretch->from, BASIS_UTC}, two));
    for (size_t i = 0; i < log->cleared_count; i++)
        if (log->cleared[i].ticks > stretch->from && log->cleared[i].ticks <= end)
            return arena_printf(arena, "the log was cleared %s", moment_print(log->cleared[i], two));
    if (part->trace != NULL && has_gap(log, stretch->from, end))
        return "records of that time are missing in the log";
    if (part->cut && part->last < stretch->to)
        return arena_printf(arena, "what there is of the log ends %s",
                            moment_print((struct moment){part->last, BASIS_UTC}, two));
    if (!host->has_latest || host->latest < stretch->to)
        return arena_printf(arena, "no log goes on to %s", moment_print((struct moment){stretch->to, BASIS_UTC}, two));
    return NULL;
}

bool survey_proves_log(const struct host_survey *host, struct text channel, const struct stretch *stretch,
                       struct arena *arena, const char **why)
{
    const struct host_log *log = survey_log(host, channel);
    *why = "the log was not collected";
    for (size_t i = 0; log != NULL && i < log->part_count; i++) {
        *why = lacks(host, log, &log->parts[i], stretch, arena);
        if (*why == NULL)
            return true;
    }
    return false;
}
