#include <stdlib.h>

#include "diagnosis/intake.h"

static void list_add(struct probe_list *list, uint32_t item)
{
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = item;
}

static struct text id_key(const uint32_t *event_id) { return (struct text){(const char *)event_id, sizeof(*event_id)}; }

#define EVENT_IDS_PER_PROBE 64

static void sort_event_probe(struct detectors *detectors, const struct probe *probe, uint32_t number)
{
    uint32_t ids[EVENT_IDS_PER_PROBE];
    size_t count = detection_event_ids(probe->detection, ids, EVENT_IDS_PER_PROBE);
    for (size_t i = 0; i < count; i++) {
        struct table_entry *entry = table_add(&detectors->by_event_id, id_key(&ids[i]));
        if (entry->value == NULL)
            entry->value = memory_alloc(sizeof(struct probe_list));
        list_add(entry->value, number);
    }
    if (count == 0)
        list_add(&detectors->by_category[CATEGORY_EVENT], number);
}

static void sort_probe(struct detectors *detectors, uint32_t number)
{
    const struct probe *probe = &detectors->probes[number];
    const struct logsource *logsource = probe->logsource;
    if (probe->source == NULL && logsource->has_category && logsource->category == CATEGORY_REGISTRY)
        list_add(&detectors->registry_evidence, number);
    if (!logsource->has_category || logsource->category == CATEGORY_EVENT)
        sort_event_probe(detectors, probe, number);
    else if (logsource->category == CATEGORY_MESSAGE)
        list_add(&detectors->messages, number);
    else if (logsource->category == CATEGORY_REGISTRY && detection_wants_key_only(probe->detection))
        list_add(&detectors->keys, number);
    else
        list_add(&detectors->by_category[logsource->category], number);
}

static void add_probe(struct detectors *detectors, size_t *capacity, struct probe probe)
{
    detectors->probes = memory_room(detectors->probes, detectors->probe_count, capacity, sizeof(*detectors->probes));
    detectors->probes[detectors->probe_count++] = probe;
}

static char *join_ids(const char *first, const char *second)
{
    struct buffer id = {0};
    buffer_printf(&id, "%s/%s", first, second);
    return id.data;
}

static void add_symptom(struct detectors *detectors, size_t *capacity, const struct symptom *symptom)
{
    for (size_t i = 0; i < symptom->source_count; i++) {
        const struct symptom_source *source = &symptom->sources[i];
        add_probe(detectors, capacity,
                  (struct probe){detectors->count, &source->logsource, source->detection, source,
                                 join_ids(symptom->id, source->id)});
    }
    detectors->items[detectors->count++] = (struct detector){.symptom = symptom};
}

static void add_evidence(struct detectors *detectors, size_t *capacity, struct detector detector)
{
    const struct evidence *evidence = detector.evidence;
    if (evidence->from == FROM_RECORDS)
        add_probe(detectors, capacity,
                  (struct probe){detectors->count, &evidence->logsource, evidence->detection, NULL,
                                 join_ids(detector.cause->full_id, evidence->id)});
    if (evidence->from == FROM_SYMPTOM)
        for (size_t i = 0; i < detector.rule->symptom_count; i++)
            list_add(&detectors->followers[detectors_of_symptom(detectors, detector.rule->symptoms[i])],
                     (uint32_t)detectors->count);
    detectors->items[detectors->count++] = detector;
}

static size_t evidence_total(const struct rule_set *rules)
{
    size_t total = 0;
    for (size_t i = 0; i < rules->rule_count; i++)
        for (size_t j = 0; j < rules->rules[i]->cause_count; j++)
            total += rules->rules[i]->causes[j].evidence_count;
    return total;
}

struct detectors *detectors_new(const struct rule_set *rules)
{
    struct detectors *detectors = memory_alloc(sizeof(*detectors));
    detectors->items = memory_array(rules->symptom_count + evidence_total(rules) + 1, sizeof(*detectors->items));
    detectors->followers = memory_array(rules->symptom_count + 1, sizeof(*detectors->followers));
    size_t capacity = 0;
    for (size_t i = 0; i < rules->symptom_count; i++)
        add_symptom(detectors, &capacity, rules->symptoms[i]);
    for (size_t i = 0; i < rules->rule_count; i++) {
        const struct rule *rule = rules->rules[i];
        for (size_t j = 0; j < rule->cause_count; j++)
            for (size_t k = 0; k < rule->causes[j].evidence_count; k++)
                add_evidence(detectors, &capacity,
                             (struct detector){NULL, rule, &rule->causes[j], &rule->causes[j].evidence[k]});
    }
    for (size_t i = 0; i < detectors->probe_count; i++)
        sort_probe(detectors, (uint32_t)i);
    return detectors;
}

size_t detectors_of_symptom(const struct detectors *detectors, const struct symptom *symptom)
{
    for (size_t i = 0; i < detectors->count && detectors->items[i].symptom != NULL; i++)
        if (detectors->items[i].symptom == symptom)
            return i;
    return SIZE_MAX;
}

size_t detectors_of_evidence(const struct detectors *detectors, const struct evidence *evidence)
{
    for (size_t i = 0; i < detectors->count; i++)
        if (detectors->items[i].evidence == evidence)
            return i;
    return SIZE_MAX;
}

void detectors_free(struct detectors *detectors)
{
    size_t symptoms = 0;
    while (symptoms < detectors->count && detectors->items[symptoms].symptom != NULL)
        free(detectors->followers[symptoms++].items);
    for (size_t i = 0; i < detectors->probe_count; i++)
        free(detectors->probes[i].full_id);
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        free(detectors->by_category[i].items);
    free(detectors->messages.items);
    free(detectors->keys.items);
    free(detectors->registry_evidence.items);
    for (size_t i = 0; i < detectors->by_event_id.count; i++) {
        struct probe_list *list = detectors->by_event_id.entries[i].value;
        free(list->items);
        free(list);
    }
    table_free(&detectors->by_event_id);
    free(detectors->followers);
    free(detectors->items);
    free(detectors->probes);
    free(detectors);
}
