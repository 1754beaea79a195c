/*
 * What analysis keeps of one input while it is read: hits, logs, facts, keys. One thread at a time; nothing here asks
 * for what only the end of the input knows.
 *
 * Records at one position are one (an event and the crash derived from it): their hits are held back until the position
 * changes, so that a symptom that both show counts once, and a record that is the symptom is no evidence for its own
 * causes.
 */
#ifndef WINCAUSE_DIAGNOSIS_INTAKE_H
#define WINCAUSE_DIAGNOSIS_INTAKE_H

#include "bundle/hosts.h"
#include "diagnosis/analysis.h"
#include "diagnosis/hits.h"
#include "diagnosis/logtrace.h"

/* A thing that records are tested for: a symptom (all its sources), or an evidence item that asks records or the
 * symptom's own records. */
struct detector {
    const struct symptom *symptom; /* NULL: evidence */
    const struct rule *rule;       /* evidence */
    const struct cause *cause;
    const struct evidence *evidence;
};

/* One test to run on a record: which detector it feeds. */
struct probe {
    size_t detector;
    const struct logsource *logsource;
    const struct detection *detection;
    const struct symptom_source *source; /* NULL: evidence */
    char *full_id;                       /* for "gave up" */
};

/* All detectors of a rule set and the order in which records meet their probes. Built once, shared by threads. */
struct detectors {
    struct detector *items;
    size_t count;
    struct probe *probes;
    size_t probe_count;
    struct probe_list {
        uint32_t *items;
        size_t count, capacity;
    } by_category[CATEGORY_COUNT], messages, keys, registry_evidence; /* asked of every key whether it proves absence */
    struct table by_event_id;     /* 4 bytes little-endian -> struct probe_list; the others are in by_category[EVENT] */
    struct probe_list *followers; /* of each symptom detector: evidence detectors that look at its records */
};
struct detectors *detectors_new(const struct rule_set *rules);
void detectors_free(struct detectors *detectors);
/* The detector of an evidence item or symptom; SIZE_MAX when it has none. */
size_t detectors_of_evidence(const struct detectors *detectors, const struct evidence *evidence);
size_t detectors_of_symptom(const struct detectors *detectors, const struct symptom *symptom);

/* Why a hit is in its store: it counts; its `where` is false (the record is there, the value is another); `where` asks
 * for what the record does not say. */
enum hit_kind { HIT_COUNTS, HIT_OTHER_VALUE, HIT_NO_VALUE };

struct intake_store {
    size_t detector;
    enum hit_kind kind;
    unsigned control_set; /* 0: none */
    const char *label;
    char *
        group; /* of a symptom: identity values in lower case, joined by \x1f; of an item `from: symptom`: the symptom's
                * id, \x1e and that; of an item that asks records: the symptoms that the record is; "" none */
    struct hit_store *hits;
};

struct intake_fact {
    char *name, *value;
    const char *label;
    unsigned control_set;
    struct position at;
    struct moment time;
};

/* Error and critical events of one kind that hit the same stores. */
struct intake_errors {
    char *provider, *channel;
    const char *label;
    uint32_t event_id;
    unsigned level;
    size_t *stores;
    size_t store_count;
    struct hit_store *hits;
};
#define LIMIT_ERROR_KINDS 4096u

struct intake_proof {
    size_t detector;
    unsigned control_set;
    struct moment written;
};

struct intake_gave_up {
    const char *id;
    uint64_t record;
};
#define LIMIT_GAVE_UP 64u
#define LIMIT_GIVE_UPS 8u /* a pattern that ran into its limits so often is not asked again in this input */

struct intake {
    struct sink sink;          /* first: what readers see */
    const struct input *input; /* borrowed */
    const struct detectors *detectors;
    const struct analysis_options *options;
    struct matcher *matcher;
    struct host_trace *trace;
    bool whole_log, proves_nothing;
    uint64_t losses;
    struct table stores; /* -> struct intake_store */
    struct table logs;   /* -> struct log_trace */
    struct table errors; /* -> struct intake_errors */
    struct intake_fact *facts;
    size_t fact_count, fact_capacity;
    struct intake_proof *proofs;
    size_t proof_count, proof_capacity;
    bool has_registry, has_message, has_crash, has_local_time;
    unsigned lowest_control_set; /* that occurs; 0: none */
    uint8_t *give_ups;           /* of each probe: how often its pattern ran into its limits */
    struct intake_gave_up gave_up[LIMIT_GAVE_UP];
    size_t gave_up_count;
    size_t *group_counts;   /* of each detector */
    bool groups_cut;        /* more problems of one symptom than LIMIT_GROUPS: the later ones were left out */
    struct buffer last_key; /* the registry key whose key-only detections were tested */
    struct intake_pending *pending;
    struct buffer scratch;
};

struct intake *intake_new(const struct input *input, const struct detectors *detectors,
                          const struct analysis_options *options);
/* Whether a pattern of the detector gave up on a record of this input: then no match there proves nothing. */
bool intake_gave_up(const struct intake *intake, size_t detector);
/* No more records come: what was held back goes into the stores. */
void intake_finish(struct intake *intake);
void intake_free(struct intake *intake);

#endif
