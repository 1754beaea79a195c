/*
 * What a run found: everything that a report prints, and nothing that it would have to compute. The one interface
 * between diagnosis and the report writers; its members mirror the keys of the JSON report (DESIGN "Commands"), which
 * is their documentation.
 *
 * Everything is owned by the findings and lives until findings_free(). Lists are in the order in which reports print
 * them. dB values are in tenths (248 is 24.8 dB), probabilities in ten-thousandths (9970 is 0.997).
 */
#ifndef WINCAUSE_DIAGNOSIS_FINDINGS_H
#define WINCAUSE_DIAGNOSIS_FINDINGS_H

#include "bundle/bundle.h"
#include "rules/rule.h"

enum verdict {
    VERDICT_RANKED,
    VERDICT_INSUFFICIENT,
    VERDICT_NO_KNOWN_CAUSE,
    VERDICT_NOTHING_FOUND,
    VERDICT_NOTHING_READ
};
extern const char *const verdict_words[];
enum evidence_status {
    EVIDENCE_PRESENT,
    EVIDENCE_ABSENT,
    EVIDENCE_PARTIAL,
    EVIDENCE_NOT_COLLECTED,
    EVIDENCE_NOT_APPLICABLE,
    EVIDENCE_MODEL /* a ledger row of the model: prior, crowd, gates, limit, symptom; JSON status "model" */
};
extern const char *const evidence_status_words[];

struct strings {
    char **items;
    size_t count;
};
struct named_values {
    char *name;
    struct strings values;
}; /* values sorted, distinct */

struct place { /* a record that proves something */
    const struct input *input;
    struct position at;
    struct moment time; /* UTC, or LOCAL when the zone is unknown */
    char *text;         /* excerpt, at most LIMIT_HIT_TEXT bytes, one line */
};

struct ledger_row {
    char *id;    /* evidence id, or prior, crowd, gates, limit, symptom */
    char *title; /* with {names} filled in */
    enum evidence_status status;
    int db;    /* tenths */
    int worth; /* tenths: what it would add if it were present (status partial, not_collected); else 0 */
    char *why; /* one line: "same boot, 24 min before"; "log starts 09:50, window starts 06:00" */
    struct named_values *values;
    size_t value_count;
    uint64_t count; /* matching records */
    struct moment first, last;
    struct place *found;
    size_t found_count; /* at most 16 */
};

struct finding_cause {
    unsigned rank; /* from 1 */
    const struct rule *rule;
    const struct cause *cause;
    char *title;
    unsigned probability; /* ten-thousandths */
    const char *word;     /* "very likely", "likely", "more likely than not", "possible", "unlikely" */
    int score;            /* tenths */
    int alone;            /* tenths: what the symptom row would be if no other cause could explain it */
    bool separated;       /* at least 6 dB above the next (the last: true) */
    struct ledger_row *ledger;
    size_t ledger_count;        /* the five model rows, then evidence as written in the rule */
    struct strings unverified;  /* names of gates that could not be checked */
    struct strings resolutions; /* with {names} filled in; those whose own gate is false left out */
    struct strings references;  /* also those of same_as articles */
};

struct finding_excluded {
    char *id;     /* rule id, or rule/cause */
    char *reason; /* "applies.dll: needs crypt32.dll, here user32.dll" */
};
struct finding_missing {
    char *source;
    char *wanted_by; /* "kb184802/heap_full/win32k_243": JSON key `for` */
    int swing;       /* tenths */
    bool decides;    /* all that its cause lacks could change which cause is first, or the verdict */
};
struct finding_moment {
    struct moment time;
    char *what;
    const struct input *input;
    uint64_t record;
};

struct finding_problem {
    const struct symptom *symptom;
    const char *host; /* "" when nothing names it */
    enum rule_level level;
    enum verdict verdict; /* one of the first three */
    struct moment first, last;
    uint64_t count, records; /* occurrences, records */
    struct named_values *captures;
    size_t capture_count;
    unsigned p_none; /* ten-thousandths */
    struct place *found;
    size_t found_count;
    struct finding_cause *causes;
    size_t cause_count;
    struct finding_excluded *excluded;
    size_t excluded_count;
    struct finding_missing *missing;
    size_t missing_count;
    struct finding_moment *timeline;
    size_t timeline_count;
};

struct finding_fact {
    char *name, *value;        /* value NULL: unknown because places disagree */
    const struct input *input; /* NULL: given by the user */
    struct position at;
    bool conflict;
};
struct finding_gap {
    uint64_t from, to; /* record numbers that are missing */
    struct moment after, before;
};
struct finding_log {
    char *channel;
    struct moment first, last;
    uint64_t records;
    bool complete; /* whole log, read to its end, no gap */
    struct moment *cleared;
    size_t cleared_count;
    struct finding_gap *gaps;
    size_t gap_count; /* at most 64 */
};
struct finding_host {
    char *name;
    struct strings former_names;
    struct finding_fact *facts;
    size_t fact_count;
    struct finding_log *logs;
    size_t log_count;
};

struct finding_unexplained {
    char *provider, *channel; /* "" when not known */
    uint32_t event_id;
    unsigned level;
    uint64_t count;
    struct moment first, last;
    char *text;
};
struct finding_gave_up {
    char *id; /* "kb184802/heap_full/win32k_243" or symptom "id/source" */
    const struct input *input;
    uint64_t record;
};
struct finding_converted {
    const struct input *input;
    char *zone;
    char *from; /* where the zone comes from: "--zone" or a place */
};

struct findings {
    const struct bundle *bundle;  /* borrowed: name, inputs */
    const struct rule_set *rules; /* borrowed */
    enum verdict verdict;
    struct moment from, to; /* --from and --to; basis NONE: open */
    struct finding_converted *converted;
    size_t converted_count;
    const struct input **unknown_zone;
    size_t unknown_zone_count;
    struct finding_host *hosts;
    size_t host_count;
    struct finding_problem *problems;
    size_t problem_count;
    struct finding_unexplained *unexplained;
    size_t unexplained_count;
    struct finding_gave_up *gave_up;
    size_t gave_up_count;
    struct arena arena; /* private: owns all of the above */
};

extern const char *const constants_digest; /* names the table of constants: changes with it */
void findings_free(struct findings *findings);

#endif
