#include "diagnosis/intake.h"

#include <stdlib.h>
#include <string.h>

#include "records/names.h"
#include "rules/pattern.h"

/* A hit that waits until its position has been left. Captured values live in the pending arena. */
struct pending_hit {
    size_t detector;
    enum hit_kind kind;
    uint64_t value;
    struct captures captures;
};

struct intake_pending {
    bool active;
    struct position at;
    struct moment time;
    const char *label;
    unsigned control_set;
    bool after_restart;
    uint64_t joins;
    struct text text;
    struct pending_hit *hits;
    size_t hit_count, hit_capacity;
    bool error;
    struct text provider, channel;
    uint32_t event_id;
    unsigned level;
    size_t *stores; /* that got a hit from this position */
    size_t store_count, store_capacity;
    struct arena arena;
};

static bool same_position(const struct position *a, const struct position *b)
{
    return a->record == b->record && a->line == b->line && a->offset == b->offset;
}

/* ---- stores ---- */

static struct intake_store *store_of(struct intake *intake, size_t detector, enum hit_kind kind, const char *group,
                                     size_t *number)
{
    const struct intake_pending *pending = intake->pending;
    struct buffer *key = &intake->scratch;
    buffer_clear(key);
    uint32_t head[3] = {(uint32_t)detector, (uint32_t)kind, pending->control_set};
    buffer_add(key, head, sizeof(head));
    buffer_add(key, pending->label, strlen(pending->label) + 1);
    buffer_add_string(key, group);
    struct table_entry *entry = table_find(&intake->stores, buffer_text(key));
    if (entry == NULL) {
        if (group[0] != '\0' && intake->group_counts[detector] == LIMIT_GROUPS) {
            intake->groups_cut = true;
            return NULL;
        }
        intake->group_counts[detector]++;
        entry = table_add(&intake->stores, buffer_text(key));
        struct intake_store *store = memory_alloc(sizeof(*store));
        *store = (struct intake_store){detector,
                                       kind,
                                       pending->control_set,
                                       pending->label,
                                       memory_string(group),
                                       memory_alloc(sizeof(struct hit_store))};
        entry->value = store;
    }
    *number = (size_t)(entry - intake->stores.entries);
    return entry->value;
}

static bool add_to_store(struct intake *intake, const struct pending_hit *hit, size_t detector, enum hit_kind kind,
                         uint64_t value, const char *group)
{
    struct intake_pending *pending = intake->pending;
    size_t number;
    struct intake_store *store = store_of(intake, detector, kind, group, &number);
    if (store == NULL)
        return false;
    hit_store_add(store->hits, intake->input->index,
                  &(struct hit_seen){pending->time, pending->at, pending->after_restart, pending->joins, value,
                                     pending->text, &hit->captures});
    if (kind == HIT_COUNTS) {
        pending->stores =
            memory_room(pending->stores, pending->store_count, &pending->store_capacity, sizeof(*pending->stores));
        pending->stores[pending->store_count++] = number;
    }
    return true;
}

/* ---- what a hit amounts to ---- */

static bool look_up_capture(void *context, struct text name, size_t nth, struct text *value)
{
    const struct captures *captures = context;
    for (size_t i = 0; i < captures->count; i++)
        if (text_is(name, captures->items[i].name)) {
            *value = captures->items[i].value;
            return nth == 0;
        }
    return false;
}

static enum hit_kind kind_of(struct intake *intake, const struct evidence *evidence, struct captures *captures)
{
    switch (predicate_test(evidence->where, intake->matcher, look_up_capture, captures, NULL)) {
    case TRUTH_TRUE:
        return HIT_COUNTS;
    case TRUTH_FALSE:
        return HIT_OTHER_VALUE;
    default:
        return HIT_NO_VALUE;
    }
}

static char *group_of(struct intake *intake, const struct symptom *symptom, const struct captures *captures)
{
    struct buffer group = {0};
    for (size_t i = 0; i < symptom->identity_count; i++) {
        struct text value;
        if (!captures_get(captures, symptom->identity[i], &value)) {
            buffer_clear(&group); /* without its value a record belongs to no problem of its own */
            break;
        }
        if (i > 0)
            buffer_add_char(&group, '\x1f');
        for (size_t j = 0; j < value.size && j < LIMIT_CAPTURE_BYTES; j++)
            buffer_add_char(&group, text_lower_char(value.data[j]));
    }
    char *out = arena_string(&intake->pending->arena, buffer_text(&group));
    buffer_free(&group);
    return out;
}

static void settle_symptom(struct intake *intake, struct pending_hit *hit)
{
    const struct detectors *detectors = intake->detectors;
    const struct symptom *symptom = detectors->items[hit->detector].symptom;
    const char *group = group_of(intake, symptom, &hit->captures);
    if (!add_to_store(intake, hit, hit->detector, HIT_COUNTS, 0, group))
        return;
    char *follower_group = arena_printf(&intake->pending->arena, "%s\x1e%s", symptom->id, group);
    const struct probe_list *followers = &detectors->followers[hit->detector];
    for (size_t i = 0; i < followers->count; i++) {
        const struct evidence *evidence = detectors->items[followers->items[i]].evidence;
        struct text value;
        bool distinct =
            evidence->count.distinct != NULL && captures_get(&hit->captures, evidence->count.distinct, &value);
        add_to_store(intake, hit, followers->items[i], kind_of(intake, evidence, &hit->captures),
                     distinct ? value_hash(value) : 0, follower_group);
    }
}

/* A record that is the symptom is evidence for its causes only through `from: symptom`: the hit goes into a group that
 * names the symptoms of its rule which the record is, each between \x1d; "" when it is none. */
static const char *own_symptoms(const struct intake *intake, const struct rule *rule)
{
    struct intake_pending *pending = intake->pending;
    const char *group = "";
    for (size_t i = 0; i < rule->symptom_count; i++)
        for (size_t j = 0; j < pending->hit_count; j++) {
            const struct symptom *symptom = intake->detectors->items[pending->hits[j].detector].symptom;
            if (symptom != NULL && symptom == rule->symptoms[i])
                group = arena_printf(&pending->arena, "%s\x1d%s\x1d", group, symptom->id);
        }
    return group;
}

static char *string_of(struct text text)
{
    char *out = memory_alloc(text.size + 1);
    if (text.size != 0)
        memcpy(out, text.data, text.size);
    return out;
}

static void settle_error(struct intake *intake)
{
    struct intake_pending *pending = intake->pending;
    struct buffer *key = &intake->scratch;
    buffer_clear(key);
    buffer_add_text(key, pending->provider);
    buffer_printf(key, "\x1f%u\x1f%u\x1f%s\x1f", pending->event_id, pending->level, pending->label);
    buffer_add_text(key, pending->channel);
    for (size_t i = 0; i < pending->store_count; i++)
        buffer_printf(key, "\x1f%zu", pending->stores[i]);
    struct table_entry *entry = table_find(&intake->errors, buffer_text(key));
    if (entry == NULL && intake->errors.count == LIMIT_ERROR_KINDS)
        return;
    if (entry == NULL) {
        entry = table_add(&intake->errors, buffer_text(key));
        struct intake_errors *errors = memory_alloc(sizeof(*errors));
        *errors = (struct intake_errors){.label = pending->label,
                                         .event_id = pending->event_id,
                                         .level = pending->level,
                                         .store_count = pending->store_count,
                                         .hits = memory_alloc(sizeof(struct hit_store))};
        errors->provider = string_of(pending->provider);
        errors->channel = string_of(pending->channel);
        errors->stores = memory_array(pending->store_count + 1, sizeof(*errors->stores));
        for (size_t i = 0; i < pending->store_count; i++)
            errors->stores[i] = pending->stores[i];
        entry->value = errors;
    }
    struct intake_errors *errors = entry->value;
    hit_store_add(
        errors->hits, intake->input->index,
        &(struct hit_seen){pending->time, pending->at, pending->after_restart, pending->joins, 0, pending->text, NULL});
}

static void settle(struct intake *intake)
{
    struct intake_pending *pending = intake->pending;
    if (!pending->active)
        return;
    for (size_t i = 0; i < pending->hit_count; i++)
        if (intake->detectors->items[pending->hits[i].detector].symptom != NULL)
            settle_symptom(intake, &pending->hits[i]);
    for (size_t i = 0; i < pending->hit_count; i++) {
        struct pending_hit *hit = &pending->hits[i];
        const struct detector *detector = &intake->detectors->items[hit->detector];
        if (detector->symptom == NULL)
            add_to_store(intake, hit, hit->detector, hit->kind, hit->value, own_symptoms(intake, detector->rule));
    }
    if (pending->error)
        settle_error(intake);
    pending->active = false;
}

/* ---- one record ---- */

static uint64_t joins_of(struct record *record)
{
    if (record->category == CATEGORY_EVENT && record->has_event_id) {
        struct text provider = record->provider;
        if (text_starts_nocase(provider, TEXT("Microsoft-Windows-")))
            provider = text_slice(provider, sizeof("Microsoft-Windows-") - 1, provider.size);
        return text_hash_nocase(provider, record->event_id) | 1;
    }
    if (record->category == CATEGORY_REGISTRY)
        return text_hash_nocase(record_text(record, "ValueName"), text_hash_nocase(record_text(record, "Key"), 3)) | 1;
    return 0;
}

static struct text excerpt_source(struct intake *intake, struct record *record)
{
    struct buffer *out = &intake->scratch;
    buffer_clear(out);
    switch (record->category) {
    case CATEGORY_REGISTRY: {
        struct text name, data;
        if (!record_field(record, TEXT("ValueName"), 0, &name)) {
            buffer_add_text(out, record_text(record, "Key"));
            break;
        }
        data = record_text(record, "Data");
        buffer_add_text(out, name.size == 0 ? TEXT("(default)") : name);
        buffer_add_string(out, " = ");
        buffer_add_text(out, text_slice(data, 0, 4 * LIMIT_HIT_TEXT));
        break;
    }
    case CATEGORY_CRASH: {
        static const char *const parts[] = {"Process", "ExceptionCode", "BugcheckCode", "Module"};
        for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
            struct text part = record_text(record, parts[i]);
            if (part.size != 0)
                buffer_printf(out, "%s%.*s", out->size == 0 ? "" : " ", (int)text_slice(part, 0, 64).size, part.data);
        }
        break;
    }
    default: {
        struct text message = record_text(record, "Message");
        buffer_add_text(out, message.size == 0 ? record->provider : text_slice(message, 0, 4 * LIMIT_HIT_TEXT));
        if (message.size == 0 && record->has_event_id)
            buffer_printf(out, " %u", record->event_id);
    }
    }
    return arena_text(&intake->pending->arena, buffer_text(out));
}

static unsigned control_set_of(struct record *record)
{
    uint64_t number;
    return text_number(record_text(record, "ControlSet"), 10, &number) && number <= 999 ? (unsigned)number : 0;
}

static void begin_position(struct intake *intake, struct record *record, const char *label)
{
    struct intake_pending *pending = intake->pending;
    settle(intake);
    arena_reset(&pending->arena);
    pending->active = true;
    pending->at = record->at;
    pending->time = record->time;
    pending->label = label;
    pending->control_set = record->category == CATEGORY_REGISTRY ? control_set_of(record) : 0;
    pending->after_restart = reports_after_restart(record);
    pending->joins = 0;
    pending->text = TEXT_NONE;
    pending->hit_count = pending->store_count = 0;
    pending->error = false;
}

static void pend_captures(struct arena *arena, struct captures *to, const struct captures *from)
{
    struct text have;
    for (size_t i = 0; i < from->count; i++)
        if (!captures_get(to, from->items[i].name, &have))
            captures_set(to, from->items[i].name, arena_text(arena, from->items[i].value));
}

static void pend(struct intake *intake, struct record *record, size_t detector, enum hit_kind kind, uint64_t value,
                 const struct captures *captures)
{
    struct intake_pending *pending = intake->pending;
    if (pending->joins == 0)
        pending->joins = joins_of(record);
    if (pending->text.size == 0)
        pending->text = excerpt_source(intake, record);
    for (size_t i = 0; i < pending->hit_count; i++)
        if (pending->hits[i].detector == detector) {
            pend_captures(&pending->arena, &pending->hits[i].captures, captures);
            return;
        }
    pending->hits = memory_room(pending->hits, pending->hit_count, &pending->hit_capacity, sizeof(*pending->hits));
    struct pending_hit *hit = &pending->hits[pending->hit_count++];
    hit->detector = detector;
    hit->kind = kind;
    hit->value = value;
    hit->captures.count = 0;
    pend_captures(&pending->arena, &hit->captures, captures);
}

static void note_gave_up(struct intake *intake, const struct probe *probe, const struct record *record)
{
    intake->give_ups[probe - intake->detectors->probes]++;
    if (intake->gave_up_count == LIMIT_GAVE_UP)
        return;
    for (size_t i = 0; i < intake->gave_up_count; i++)
        if (intake->gave_up[i].id == probe->full_id)
            return; /* the first record of each rule is enough to find the pattern */
    intake->gave_up[intake->gave_up_count++] = (struct intake_gave_up){probe->full_id, record->at.record};
}

static void extract(struct intake *intake, const struct evidence *evidence, struct record *record,
                    struct captures *captures)
{
    for (size_t i = 0; i < evidence->extraction_count; i++) {
        struct text value;
        for (size_t n = 0; record_field(record, text_of(evidence->extractions[i].field), n, &value); n++)
            if (pattern_match(evidence->extractions[i].pattern, intake->matcher, value, captures))
                break;
    }
}

static uint64_t distinct_of(const struct evidence *evidence, struct record *record, const struct captures *captures)
{
    struct text value;
    if (evidence->count.distinct == NULL || (!captures_get(captures, evidence->count.distinct, &value) &&
                                             !record_field(record, text_of(evidence->count.distinct), 0, &value)))
        return 0;
    return value_hash(value);
}

static void run_probe(struct intake *intake, const struct probe *probe, struct record *record)
{
    if (intake->give_ups[probe - intake->detectors->probes] == LIMIT_GIVE_UPS ||
        !logsource_fits(probe->logsource, record))
        return;
    struct captures captures;
    captures.count = 0;
    bool matched = detection_match(probe->detection, intake->matcher, record, &captures);
    if (matcher_gave_up(intake->matcher)) { /* neither a match nor none: `not` would make one of it */
        note_gave_up(intake, probe, record);
        return;
    }
    enum hit_kind kind = HIT_COUNTS;
    uint64_t value = 0;
    if (matched && probe->source != NULL) {
        for (size_t i = 0; i < probe->source->map_count; i++)
            captures_set(&captures, probe->source->maps[i].name, record_text(record, probe->source->maps[i].field));
    } else if (matched) {
        const struct evidence *evidence = intake->detectors->items[probe->detector].evidence;
        extract(intake, evidence, record, &captures);
        kind = kind_of(intake, evidence, &captures);
        value = distinct_of(evidence, record, &captures);
    }
    if (matched)
        pend(intake, record, probe->detector, kind, value, &captures);
    if (matcher_gave_up(intake->matcher)) /* `extract` or `where` */
        note_gave_up(intake, probe, record);
}

static void run_probes(struct intake *intake, const struct probe_list *list, struct record *record)
{
    for (size_t i = 0; i < list->count; i++)
        run_probe(intake, &intake->detectors->probes[list->items[i]], record);
}

static struct log_trace *log_of(struct intake *intake, struct text channel, const char *label)
{
    buffer_clear(&intake->scratch);
    for (size_t i = 0; i < channel.size; i++)
        buffer_add_char(&intake->scratch, text_lower_char(channel.data[i]));
    buffer_add_char(&intake->scratch, '\x1f');
    buffer_add_string(&intake->scratch, label);
    struct table_entry *entry = table_add(&intake->logs, buffer_text(&intake->scratch));
    if (entry->value == NULL) {
        struct log_trace *trace = memory_alloc(sizeof(*trace));
        trace->channel = string_of(channel);
        trace->label = label;
        entry->value = trace;
    }
    return entry->value;
}

static void take_event(struct intake *intake, struct record *record, const char *label)
{
    struct intake_pending *pending = intake->pending;
    pending->joins = joins_of(record);
    log_trace_record(log_of(intake, record->channel, label), record);
    struct text cleared = log_cleared_channel(record);
    if (cleared.size != 0)
        log_trace_clear(log_of(intake, cleared, label), record->time);
    if (record->has_event_id) {
        const struct table_entry *entry = table_find(
            &intake->detectors->by_event_id, (struct text){(const char *)&record->event_id, sizeof(record->event_id)});
        if (entry != NULL)
            run_probes(intake, entry->value, record);
    }
    if (record->level == LEVEL_CRITICAL || record->level == LEVEL_ERROR) {
        pending->error = true;
        pending->provider = arena_text(&pending->arena, record->provider);
        pending->channel = arena_text(&pending->arena, record->channel);
        pending->event_id = record->event_id;
        pending->level = record->level;
        if (pending->text.size == 0)
            pending->text = excerpt_source(intake, record);
    }
}

/* A detection on a key alone is asked once a key, not once a value: by whichever comes first, the key or its first
 * value. */
static void take_key(struct intake *intake, struct record *record, struct text key)
{
    if (text_equal(buffer_text(&intake->last_key), key))
        return;
    buffer_clear(&intake->last_key);
    buffer_add_text(&intake->last_key, key);
    struct field field = {TEXT("Key"), key};
    struct record of_key = *record;
    of_key.fields = &field;
    of_key.field_count = 1;
    of_key.decode = NULL;
    run_probes(intake, &intake->detectors->keys, &of_key);
}

static void take_fact(struct intake *intake, struct record *record, const char *label)
{
    size_t count;
    const struct field *fields = record_fields(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (text_find_char(fields[i].name, '.') == TEXT_NOT_FOUND)
            continue;
        intake->facts = memory_room(intake->facts, intake->fact_count, &intake->fact_capacity, sizeof(*intake->facts));
        struct intake_fact *fact = &intake->facts[intake->fact_count++];
        *fact = (struct intake_fact){
            .label = label, .control_set = control_set_of(record), .at = record->at, .time = record->time};
        fact->name = string_of(fields[i].name);
        fact->value = string_of(fields[i].value);
    }
}

static void saw_control_set(struct intake *intake, unsigned control_set)
{
    if (control_set != 0 && (intake->lowest_control_set == 0 || control_set < intake->lowest_control_set))
        intake->lowest_control_set = control_set;
}

/* A wall clock is compared in the zone that the user gave, else as it stands. */
static bool outside(const struct analysis_options *options, const struct moment *time)
{
    int64_t ticks = time->ticks;
    if (time->basis == BASIS_LOCAL && options->has_zone)
        ticks -= options->zone_minutes_east * 60 * TICKS_PER_SECOND;
    return time->basis != BASIS_NONE && ((options->from.basis != BASIS_NONE && ticks < options->from.ticks) ||
                                         (options->to.basis != BASIS_NONE && ticks > options->to.ticks));
}

static void intake_record(struct sink *sink, struct record *record)
{
    struct intake *intake = (struct intake *)sink;
    const char *label = host_trace_record(intake->trace, record);
    if (record->category == CATEGORY_FACT)
        take_fact(intake, record, label);
    if (outside(intake->options, &record->time)) {
        if (record->category == CATEGORY_EVENT)
            log_trace_record(log_of(intake, record->channel, label), record);
        return;
    }
    if (!intake->pending->active || !same_position(&intake->pending->at, &record->at))
        begin_position(intake, record, label);
    saw_control_set(intake, intake->pending->control_set);
    intake->has_registry |= record->category == CATEGORY_REGISTRY;
    intake->has_crash |= record->category == CATEGORY_CRASH;
    intake->has_local_time |= record->time.basis == BASIS_LOCAL;
    if (record->category == CATEGORY_EVENT)
        take_event(intake, record, label);
    if (record->category == CATEGORY_REGISTRY)
        take_key(intake, record, record_text(record, "Key"));
    run_probes(intake, &intake->detectors->by_category[record->category], record);
    struct text message;
    if (intake->detectors->messages.count != 0 && record_field(record, TEXT("Message"), 0, &message)) {
        intake->has_message = true;
        run_probes(intake, &intake->detectors->messages, record);
    }
}

static void intake_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    (void)where;
    (void)why;
    ((struct intake *)sink)->losses += count == 0 ? 1 : count;
}

static void intake_note(struct sink *sink, const char *remark)
{
    (void)sink;
    (void)remark;
}

static void intake_covers_log(struct sink *sink) { ((struct intake *)sink)->whole_log = true; }

static void intake_covers_nothing(struct sink *sink) { ((struct intake *)sink)->proves_nothing = true; }

static void intake_covers_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                              struct position where)
{
    struct intake *intake = (struct intake *)sink;
    struct record record = {.category = CATEGORY_REGISTRY, .at = where};
    intake->has_registry = true;
    begin_position(intake, &record, "");
    intake->pending->control_set = control_set;
    saw_control_set(intake, control_set);
    take_key(intake, &record, key);
    const struct detectors *detectors = intake->detectors;
    for (size_t i = 0; i < detectors->registry_evidence.count; i++) {
        const struct probe *probe = &detectors->probes[detectors->registry_evidence.items[i]];
        if (detection_key_proof(probe->detection, intake->matcher, key) != REGISTRY_PROVES)
            continue;
        size_t known = 0;
        while (known < intake->proof_count &&
               (intake->proofs[known].detector != probe->detector || intake->proofs[known].control_set != control_set))
            known++;
        if (known < intake->proof_count) { /* the key stands there again */
            if (written.basis == BASIS_UTC && written.ticks > intake->proofs[known].written.ticks)
                intake->proofs[known].written = written;
            continue;
        }
        intake->proofs =
            memory_room(intake->proofs, intake->proof_count, &intake->proof_capacity, sizeof(*intake->proofs));
        intake->proofs[intake->proof_count++] = (struct intake_proof){probe->detector, control_set, written};
    }
}

struct intake *intake_new(const struct input *input, const struct detectors *detectors,
                          const struct analysis_options *options)
{
    struct intake *intake = memory_alloc(sizeof(*intake));
    intake->sink = (struct sink){
        NULL, intake_record, intake_loss, intake_note, intake_covers_key, intake_covers_log, intake_covers_nothing};
    intake->input = input;
    intake->detectors = detectors;
    intake->options = options;
    intake->matcher = matcher_new();
    intake->trace = host_trace_new();
    intake->group_counts = memory_array(detectors->count + 1, sizeof(*intake->group_counts));
    intake->give_ups = memory_array(detectors->probe_count + 1, sizeof(*intake->give_ups));
    intake->pending = memory_alloc(sizeof(*intake->pending));
    return intake;
}

bool intake_gave_up(const struct intake *intake, size_t detector)
{
    for (size_t i = 0; i < intake->detectors->probe_count; i++)
        if (intake->detectors->probes[i].detector == detector && intake->give_ups[i] != 0)
            return true;
    return false;
}

void intake_finish(struct intake *intake)
{
    settle(intake);
    matcher_free(intake->matcher);
    intake->matcher = NULL;
    arena_free(&intake->pending->arena);
    free(intake->pending->hits);
    free(intake->pending->stores);
    free(intake->pending);
    intake->pending = NULL;
    buffer_free(&intake->last_key);
    buffer_free(&intake->scratch);
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    if (intake->pending != NULL)
        intake_finish(intake);
    for (size_t i = 0; i < intake->stores.count; i++) {
        struct intake_store *store = intake->stores.entries[i].value;
        hit_store_free(store->hits);
        free(store->group);
        free(store);
    }
    for (size_t i = 0; i < intake->logs.count; i++)
        log_trace_free(intake->logs.entries[i].value);
    for (size_t i = 0; i < intake->errors.count; i++) {
        struct intake_errors *errors = intake->errors.entries[i].value;
        hit_store_free(errors->hits);
        free(errors->provider);
        free(errors->channel);
        free(errors->stores);
        free(errors);
    }
    for (size_t i = 0; i < intake->fact_count; i++) {
        free(intake->facts[i].name);
        free(intake->facts[i].value);
    }
    table_free(&intake->stores);
    table_free(&intake->logs);
    table_free(&intake->errors);
    free(intake->facts);
    free(intake->proofs);
    free(intake->group_counts);
    free(intake->give_ups);
    host_trace_free(intake->trace);
    free(intake);
}
