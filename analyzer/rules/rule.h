/*
 * Rule files in memory: exactly what rules/README.md describes, typed and checked. Reading a set reports every mistake
 * at once; a file with an error is skipped as a whole and named in `skipped`.
 *
 * The set owns everything in it until rule_set_free(); it never changes after loading and is shared by threads.
 * Symptoms and rules are sorted by id, tests by file, causes and evidence stand as written; so nothing depends on the
 * order of a directory.
 *
 * What a file leaves out has been filled in: specificity shared, level medium, how_common occasional, explains usually,
 * points for, expected omitted, count gte 1, `when` same_boot for events and crashes (and for symptoms that have such
 * sources) and any for the rest. A logsource without a category means events.
 *
 * Every name in a predicate, a title or a resolution has been checked to mean something where it stands:
 *
 *     applies of a rule or cause, valid   captures of the rule's symptoms, facts
 *     where                               FROM_RECORDS: groups of its own detection and of `extract`
 *                                         FROM_SYMPTOM: captures of the rule's symptoms
 *                                         FROM_EVIDENCE: what all items of the cause extract, `id.count`, facts
 *     titles, resolutions                 all of these
 */
#ifndef WINCAUSE_RULES_RULE_H
#define WINCAUSE_RULES_RULE_H

#include "base/diagnostic.h"
#include "rules/detection.h"
#include "rules/predicate.h"

enum specificity { SPECIFICITY_GENERIC, SPECIFICITY_SHARED, SPECIFICITY_DISTINCTIVE, SPECIFICITY_UNIQUE };
enum rule_level { RULE_LEVEL_LOW, RULE_LEVEL_MEDIUM, RULE_LEVEL_HIGH, RULE_LEVEL_CRITICAL };
enum how_common { COMMON_COMMON, COMMON_OCCASIONAL, COMMON_RARE };
enum frequency { FREQUENCY_ALWAYS, FREQUENCY_USUALLY, FREQUENCY_SOMETIMES, FREQUENCY_RARELY, FREQUENCY_OMITTED };
enum strength { STRENGTH_DECISIVE, STRENGTH_STRONG, STRENGTH_MODERATE, STRENGTH_WEAK };

/* Each in the order of its enum, ending in NULL. */
extern const char *const specificity_words[], *const rule_level_words[], *const how_common_words[];
extern const char *const frequency_words[], *const strength_words[];

struct rule_file {
    char *path;  /* as found under the -r it came from */
    size_t from; /* which of the paths given to rule_set_load() that is */
    char sha256[65];
};

/* `extract: {Data: 'third=(?P<third>\d+)'}` */
struct extraction {
    char *field;
    struct pattern *pattern;
};
/* `map: {image: Process}` */
struct mapping {
    char *name;
    char *field;
};

struct symptom_source { /* one entry of `any_of` */
    char *id;
    struct logsource logsource;
    struct detection *detection;
    struct mapping *maps;
    size_t map_count;
};

struct symptom {
    char *id, *title;
    enum specificity specificity;
    const struct rule_file *file;
    char **captures; /* names, as written */
    size_t capture_count;
    char **identity; /* subset of captures */
    size_t identity_count;
    struct symptom_source *sources;
    size_t source_count;
};

enum evidence_from { FROM_RECORDS, FROM_SYMPTOM /* the problem's own records */, FROM_OTHER_SYMPTOM, FROM_EVIDENCE };
enum when_kind { WHEN_ANY, WHEN_SAME_BOOT, WHEN_AROUND };

struct evidence {
    char *id, *title;
    enum evidence_from from;
    const struct symptom *other_symptom; /* FROM_OTHER_SYMPTOM */
    struct logsource logsource;          /* FROM_RECORDS */
    struct detection *detection;         /* FROM_RECORDS */
    struct extraction *extractions;
    size_t extraction_count;
    struct predicate *where; /* NULL: none */
    struct predicate *valid; /* NULL: none */
    struct {
        bool given, at_most; /* at_most: lte, else gte */
        uint64_t number;     /* without `count`: gte 1 */
        char *distinct;      /* a capture, extracted name or field; NULL: records count */
        int64_t within;      /* ticks; 0: no span */
    } count;
    enum when_kind when;   /* the default of its kind is filled in */
    int64_t before, after; /* ticks, WHEN_AROUND */
    enum strength strength;
    enum frequency expected; /* FREQUENCY_OMITTED: absence counts nothing */
    bool against;            /* points: against */
    char *group;             /* NULL: its own */
    char **all;              /* FROM_EVIDENCE with `all`: ids of this cause */
    size_t all_count;
};

struct resolution {
    char *text;
    struct predicate *applies;
};

struct cause {
    char *id, *title;
    char *full_id; /* "kb184802/heap_full" */
    enum how_common how_common;
    enum frequency explains;
    struct predicate *applies; /* NULL: none */
    bool harmless;
    char *same_as; /* full id of another article's cause; NULL: none */
    struct evidence *evidence;
    size_t evidence_count;
    struct resolution *resolutions;
    size_t resolution_count;
};

struct rule {
    char *id, *title;
    enum rule_level level;
    const struct rule_file *file;
    char **references;
    size_t reference_count;
    const struct symptom **symptoms;
    size_t symptom_count;
    struct predicate *applies; /* NULL: none */
    struct cause *causes;
    size_t cause_count;
};

/* ---- tests that stand in rule files ---- */
struct test_field {
    char *name;
    char **values;
    size_t value_count;
}; /* a scalar has one value */
struct test_record {
    struct test_field *fields;
    size_t field_count;
};
struct test_collected {
    char *what;
    bool all;
    struct moment from, to;
}; /* `log:System`, `registry:KEY`, `text` */
struct test_fact {
    char *name;
    char *value;
}; /* value NULL: unknown (`~`) */
struct test_replace {
    char *field, *old_value, *new_value;
}; /* replace: {EventID: {243: 244}} */
struct test_bound {
    char *id;
    char op[3];
    unsigned ten_thousandths;
}; /* probability: {heap_full: '>=0.85'} */
struct test_pair {
    char *id, *value;
}; /* evidence, excluded: {id: reason} */

struct rule_test {
    const struct rule_file *file;
    const struct rule *rule; /* the rule of the same file; NULL in a symptom's file */
    char *name;
    unsigned line;
    char *like; /* name of a test of the same file; NULL: none */
    char **with;
    size_t with_count; /* ids of other rules that this test may see */
    struct test_record *records;
    size_t record_count; /* replace those of `like` when given */
    bool has_records;
    struct test_record *drop;
    size_t drop_count; /* records with all these fields are left out */
    struct test_replace *replace;
    size_t replace_count;
    struct test_collected *collected;
    size_t collected_count;
    bool has_collected;
    struct test_fact *facts;
    size_t fact_count; /* added to those of `like` */
    bool todo;         /* a known gap: run, reported, does not fail */
    struct {
        char **order;
        size_t order_count; /* cause ids, best first; a prefix of the ranking */
        struct test_bound *bounds;
        size_t bound_count;
        struct test_pair *evidence;
        size_t evidence_count;
        struct test_pair *excluded;
        size_t excluded_count;
        char **unverified;
        size_t unverified_count;
        char *verdict;
    } expect;
};

struct rule_skipped {
    char *file;
    char *reason;
};

struct rule_set {
    struct rule_file **files;
    size_t file_count;
    struct symptom **symptoms;
    size_t symptom_count;
    struct rule **rules;
    size_t rule_count;
    struct rule_test **tests;
    size_t test_count;
    struct rule_skipped *skipped;
    size_t skipped_count;
    char digest[65];    /* SHA-256 over path and content hash of every file in force, sorted */
    struct arena arena; /* private: owns all of the above but compiled patterns */
};

/* Reads every .yml / .yaml under each path (a file or a folder), in order; a later path's ids replace an earlier
 * one's; a duplicate inside one path skips all its bearers. Never fails: what is wrong is in `diagnostics` and
 * `skipped`. */
struct rule_set *rule_set_load(const char *const *paths, size_t path_count, struct diagnostics *diagnostics);
void rule_set_free(struct rule_set *set);

#endif
