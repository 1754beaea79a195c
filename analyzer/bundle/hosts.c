/*
 * Hosts, worked through on a bundle of two machines:
 *
 *     srv1/System.evtx     records 1-80 of WIN-4F2, 81-900 of SRV1.corp.local    SRV1.corp.local, formerly WIN-4F2
 *     srv1/reg/system.reg  ComputerName SRV1                                     SRV1: domain and case do not matter
 *     srv1/reg/run.reg     names nobody; the only host of srv1/reg               SRV1
 *     srv2/System.evtx     WIN-4F2 throughout                                    WIN-4F2: former names merge nothing
 *     srv2/note.txt        names nobody; the only host of srv2                   WIN-4F2
 *     all/Forwarded.evtx   SRV1 and DC1, their record numbers interleaved        collected: each record to its own
 *     notes.txt            names nobody; below its folder are two hosts          none
 *
 * A rename leaves two runs of record numbers, one behind the other; that is how it is told from a collected log, in
 * which they overlap. Mixed channels mean a collected log too where more than one computer is in it: what names one
 * computer only is that computer's, whatever was copied together.
 */
#include "bundle/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/table.h"

#define NAME_BYTES 256           /* a longer name is no computer's */
#define CONTROL_SETS 16u         /* of one input; Windows keeps four */

struct label {
    const char *key;             /* what names are compared by; the table's */
    char *shown;                 /* as last written */
    uint64_t first, last;        /* record numbers */
    struct moment time;          /* of the last */
};

struct host_trace {
    struct table labels;         /* key -> struct label */
    struct label *recent;        /* of the record before: records of one computer come in runs */
    char *recent_written;
    char *channel;               /* NULL: none seen yet */
    bool mixed_channels;
    bool unlabelled;             /* some record names no computer */
    struct set_name { uint64_t control_set; char *name; } sets[CONTROL_SETS]; /* the facts host.name; set 0: none */
    size_t set_count;
    uint64_t current_set;        /* 0: not stated */
};

struct host_trace *host_trace_new(void)
{
    return memory_alloc(sizeof(struct host_trace));
}

void host_trace_free(struct host_trace *trace)
{
    if (!trace)
        return;
    for (size_t i = 0; i < trace->labels.count; i++) {
        struct label *label = trace->labels.entries[i].value;

        free(label->shown);
        free(label);
    }
    table_free(&trace->labels);
    for (size_t i = 0; i < trace->set_count; i++)
        free(trace->sets[i].name);
    free(trace->recent_written);
    free(trace->channel);
    free(trace);
}

/* ---- names ---- */

static char *copy_of(struct text text)
{
    struct buffer copy = {0};

    buffer_add_text(&copy, text);
    return copy.data ? copy.data : memory_string("");
}

/* What names are compared by: SRV01.corp.local is srv01; an address stays whole. Caller frees. */
static char *key_of(struct text name)
{
    struct buffer key = {0};
    bool address = true;
    size_t dot;

    name = text_trim(name);
    for (size_t i = 0; i < name.size; i++)
        address = address && (name.data[i] == '.' || (name.data[i] >= '0' && name.data[i] <= '9'));
    dot = address ? TEXT_NOT_FOUND : text_find_char(name, '.');
    if (dot != TEXT_NOT_FOUND && dot > 0)
        name = text_slice(name, 0, dot);
    for (size_t i = 0; i < name.size; i++)
        buffer_add_char(&key, text_lower_char(name.data[i]));
    return key.data ? key.data : memory_string("");
}

/* ---- while reading ---- */

static void take_channel(struct host_trace *trace, struct text channel)
{
    if (channel.size == 0 || trace->mixed_channels)
        return;
    if (!trace->channel)
        trace->channel = copy_of(channel);
    else
        trace->mixed_channels = !text_is_nocase(channel, trace->channel);
}

static void take_fact(struct host_trace *trace, struct record *record)
{
    struct text name = record_text(record, "host.name");
    uint64_t number = 0;

    if (text_number(record_text(record, "registry.current_control_set"), 10, &number))
        trace->current_set = number;
    if (name.size == 0 || name.size > NAME_BYTES)
        return;
    if (!text_number(record_text(record, "ControlSet"), 10, &number))
        number = 0;
    for (size_t i = 0; i < trace->set_count; i++) {
        if (trace->sets[i].control_set == number) {
            free(trace->sets[i].name);
            trace->sets[i].name = copy_of(name);
            return;
        }
    }
    if (trace->set_count < CONTROL_SETS)
        trace->sets[trace->set_count++] = (struct set_name){number, copy_of(name)};
}

/* The label of a computer; NULL when there are too many. */
static struct label *label_of(struct host_trace *trace, struct text computer)
{
    char *key = key_of(computer);
    struct table_entry *entry = table_find(&trace->labels, text_of(key));

    if (!entry && *key && trace->labels.count < LIMIT_LABELS) {
        struct label *label = memory_alloc(sizeof(*label));

        entry = table_add(&trace->labels, text_of(key));
        entry->value = label;
        *label = (struct label){.key = entry->key.data, .first = UINT64_MAX};
    }
    free(key);
    return entry ? entry->value : NULL;
}

const char *host_trace_record(struct host_trace *trace, struct record *record)
{
    struct label *label = trace->recent;

    if (record->category == CATEGORY_EVENT)
        take_channel(trace, record->channel);
    if (record->category == CATEGORY_FACT)
        take_fact(trace, record);
    if (!label || !text_is(record->computer, trace->recent_written)) {
        label = record->computer.size <= NAME_BYTES ? label_of(trace, record->computer) : NULL;
        if (!label) {
            trace->unlabelled = true;
            return "";
        }
        trace->recent = label;
        free(trace->recent_written);
        trace->recent_written = copy_of(record->computer);
    }
    if (record->at.record < label->first)
        label->first = record->at.record;
    if (!label->shown || record->at.record >= label->last) {
        label->last = record->at.record;
        label->time = record->time;
        if (!label->shown || !text_is(record->computer, label->shown)) {
            free(label->shown);
            label->shown = copy_of(record->computer);
        }
    }
    return label->key;
}

/* ---- one input at the end ---- */

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = *(struct label *const *)left, *b = *(struct label *const *)right;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return strcmp(a->key, b->key);
}

static bool is_collected(const struct host_trace *trace)
{
    size_t count = trace->labels.count;
    struct label **labels = memory_array(count + 1, sizeof(struct label *));
    bool overlap = false;
    uint64_t last = 0;

    for (size_t i = 0; i < count; i++)
        labels[i] = trace->labels.entries[i].value;
    if (count > 1)
        qsort(labels, count, sizeof(struct label *), compare_labels);
    for (size_t i = 0; i < count; i++) {
        overlap = overlap || (i > 0 && labels[i]->first <= last);
        last = labels[i]->last > last ? labels[i]->last : last;
    }
    free(labels);
    return count > 1 && (overlap || trace->mixed_channels);
}

/* The registry's name: of the current control set, else of the lowest. NULL: it gives none. */
static const char *registry_name(const struct host_trace *trace)
{
    const struct set_name *best = NULL;

    for (size_t i = 0; i < trace->set_count; i++) {
        const struct set_name *set = &trace->sets[i];

        if (set->control_set == trace->current_set && trace->current_set > 0)
            return set->name;
        if (!best || set->control_set < best->control_set)
            best = set;
    }
    return best ? best->name : NULL;
}

static const struct label *last_label(const struct host_trace *trace)
{
    const struct label *last = NULL;

    for (size_t i = 0; i < trace->labels.count; i++) {
        const struct label *label = trace->labels.entries[i].value;

        if (!last || label->last > last->last)
            last = label;
    }
    return last;
}

/* ---- all inputs ---- */

/* A host to be: everything that is known under one key. */
struct candidate {
    const char *key;
    const char *shown;           /* borrowed from a trace */
    struct moment time;          /* when it was written so */
    struct table former;         /* key -> name as shown, borrowed */
    size_t place;                /* in hosts->items */
};

struct input_hosts {
    bool was_read, collected;
    bool unlabelled;             /* some record names no computer */
    struct candidate *own;       /* of all records; in a collected log of those that name no computer */
    struct table *labels;        /* collected: label -> struct candidate */
    size_t own_place;
};

/* The hosts that the inputs of a folder name: those directly in it, and those anywhere below. */
struct folder_hosts { struct candidate *direct, *below; bool many_direct, many_below; };

struct deciding {
    const struct bundle *bundle;
    struct host_trace *const *traces;
    struct hosts *hosts;
    struct table candidates, folders;
};

static struct candidate *candidate_of(struct deciding *deciding, const char *shown, struct moment time)
{
    char *key = key_of(text_of(shown));
    struct table_entry *entry = table_add(&deciding->candidates, text_of(key));
    struct candidate *candidate = entry->value;

    free(key);
    if (!candidate) {
        candidate = memory_alloc(sizeof(*candidate));
        *candidate = (struct candidate){.key = entry->key.data, .shown = shown, .time = time};
        entry->value = candidate;
    } else if (time.basis > candidate->time.basis ||
               (time.basis == candidate->time.basis &&
                (time.ticks > candidate->time.ticks ||
                 (time.ticks == candidate->time.ticks && strcmp(shown, candidate->shown) < 0)))) {
        candidate->shown = shown;
        candidate->time = time;
    }
    return candidate;
}

static struct folder_hosts *folder_of(struct deciding *deciding, struct text folder)
{
    struct table_entry *entry = table_add(&deciding->folders, folder);

    if (!entry->value)
        entry->value = memory_alloc(sizeof(struct folder_hosts));
    return entry->value;
}

/* The folder above; false at the top. */
static bool go_up(struct text *folder)
{
    if (folder->size == 0)
        return false;
    while (folder->size > 0 && folder->data[folder->size - 1] != '/')
        folder->size--;
    if (folder->size > 0)
        folder->size--;
    return true;
}

static void add_to_folders(struct deciding *deciding, const struct input *input, struct candidate *host)
{
    struct text folder = text_of(input->folder);
    struct folder_hosts *own = folder_of(deciding, folder);

    own->many_direct = own->many_direct || (own->direct && own->direct != host);
    own->direct = host;
    do {
        struct folder_hosts *above = folder_of(deciding, folder);

        above->many_below = above->many_below || (above->below && above->below != host);
        above->below = host;
    } while (go_up(&folder));
}

/* The only host of the input's folder, else of the nearest folder around it that has any; at the top that is the
 * bundle's only host. */
static struct candidate *host_of_surroundings(struct deciding *deciding, const struct input *input)
{
    struct text folder = text_of(input->folder);

    do {
        const struct table_entry *entry = table_find(&deciding->folders, folder);
        const struct folder_hosts *hosts = entry ? entry->value : NULL;

        if (hosts && hosts->direct)
            return hosts->many_direct ? NULL : hosts->direct;
        if (hosts && hosts->below)
            return hosts->many_below ? NULL : hosts->below;
    } while (go_up(&folder));
    return NULL;
}

/* What the input itself says: its name, or that it is a collected log. */
static void decide_by_name(struct deciding *deciding, size_t index)
{
    const struct host_trace *trace = deciding->traces[index];
    struct input_hosts *input = &deciding->hosts->of_inputs[index];
    const struct label *last = last_label(trace);
    const char *name = registry_name(trace);

    input->was_read = true;
    input->collected = is_collected(trace);
    input->unlabelled = trace->unlabelled;
    if (input->collected) {
        input->labels = memory_alloc(sizeof(*input->labels));
        for (size_t i = 0; i < trace->labels.count; i++) {
            const struct label *label = trace->labels.entries[i].value;

            table_add(input->labels, text_of(label->key))->value = candidate_of(deciding, label->shown, label->time);
        }
        return;
    }
    if (last)
        input->own = candidate_of(deciding, last->shown, last->time);
    else if (name)
        input->own = candidate_of(deciding, name, (struct moment){0});
    for (size_t i = 0; input->own && i < trace->labels.count; i++) {
        const struct label *label = trace->labels.entries[i].value;

        if (strcmp(label->key, input->own->key) != 0) {
            struct table_entry *former = table_add(&input->own->former, text_of(label->key));

            if (!former->value || strcmp(label->shown, former->value) < 0)
                former->value = label->shown;
        }
    }
    if (input->own)
        add_to_folders(deciding, deciding->bundle->inputs[index], input->own);
}

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = *(struct candidate *const *)left, *b = *(struct candidate *const *)right;
    int order = strcmp(a->shown, b->shown);

    return order != 0 ? order : strcmp(a->key, b->key);
}

static int compare_strings(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void fill_host(struct host *host, const struct candidate *candidate)
{
    host->name = copy_of(text_trim(text_of(candidate->shown)));
    host->former_names = memory_array(candidate->former.count + 1, sizeof(*host->former_names));
    for (size_t i = 0; i < candidate->former.count; i++)
        host->former_names[host->former_count++] = memory_string(candidate->former.entries[i].value);
    if (host->former_count > 1)
        qsort(host->former_names, host->former_count, sizeof(*host->former_names), compare_strings);
}

/* Candidates become hosts, sorted; inputs point to their places. */
static void fill_hosts(struct deciding *deciding)
{
    struct hosts *hosts = deciding->hosts;
    size_t count = deciding->candidates.count;
    struct candidate **order = memory_array(count + 1, sizeof(struct candidate *));

    for (size_t i = 0; i < count; i++)
        order[i] = deciding->candidates.entries[i].value;
    if (count > 1)
        qsort(order, count, sizeof(struct candidate *), compare_candidates);
    hosts->items = memory_array(count + 1, sizeof(*hosts->items));
    hosts->count = count;
    for (size_t i = 0; i < count; i++) {
        order[i]->place = i;
        fill_host(&hosts->items[i], order[i]);
    }
    free(order);
    for (size_t i = 0; i < hosts->input_count; i++) {
        struct input_hosts *input = &hosts->of_inputs[i];

        input->own_place = input->own ? input->own->place : SIZE_MAX;
        for (size_t k = 0; input->labels && k < input->labels->count; k++) {
            struct table_entry *label = &input->labels->entries[k];

            label->value = &hosts->items[((struct candidate *)label->value)->place];
        }
        input->own = NULL;
    }
}

struct hosts *hosts_decide(const struct bundle *bundle, struct host_trace *const *traces)
{
    struct deciding deciding = {.bundle = bundle, .traces = traces, .hosts = memory_alloc(sizeof(struct hosts))};
    struct hosts *hosts = deciding.hosts;

    hosts->input_count = bundle->input_count;
    hosts->of_inputs = memory_array(bundle->input_count + 1, sizeof(*hosts->of_inputs));
    for (size_t i = 0; i < bundle->input_count; i++)
        if (traces[i])
            decide_by_name(&deciding, i);
    for (size_t i = 0; i < bundle->input_count; i++) {
        struct input_hosts *input = &hosts->of_inputs[i];

        if (!input->was_read || input->own)
            continue;
        if (!input->collected)
            input->own = host_of_surroundings(&deciding, bundle->inputs[i]);
        if (!input->own && (!input->collected || input->unlabelled))
            input->own = candidate_of(&deciding, "", (struct moment){0});
    }
    if (deciding.candidates.count == 0 && bundle->input_count > 0)
        candidate_of(&deciding, "", (struct moment){0});
    fill_hosts(&deciding);
    for (size_t i = 0; i < deciding.candidates.count; i++) {
        table_free(&((struct candidate *)deciding.candidates.entries[i].value)->former);
        free(deciding.candidates.entries[i].value);
    }
    for (size_t i = 0; i < deciding.folders.count; i++)
        free(deciding.folders.entries[i].value);
    table_free(&deciding.candidates);
    table_free(&deciding.folders);
    return hosts;
}

size_t hosts_of(const struct hosts *hosts, size_t input_index, const char *label)
{
    const struct input_hosts *input = &hosts->of_inputs[input_index];
    const struct table_entry *entry = input->labels && *label ? table_find(input->labels, text_of(label)) : NULL;

    return entry ? (size_t)((const struct host *)entry->value - hosts->items) : input->own_place;
}

void hosts_free(struct hosts *hosts)
{
    if (!hosts)
        return;
    for (size_t i = 0; i < hosts->count; i++) {
        for (size_t k = 0; k < hosts->items[i].former_count; k++)
            free(hosts->items[i].former_names[k]);
        free(hosts->items[i].former_names);
        free(hosts->items[i].name);
    }
    for (size_t i = 0; i < hosts->input_count; i++) {
        if (hosts->of_inputs[i].labels)
            table_free(hosts->of_inputs[i].labels);
        free(hosts->of_inputs[i].labels);
    }
    free(hosts->items);
    free(hosts->of_inputs);
    free(hosts);
}
