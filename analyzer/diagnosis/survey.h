/*
 * What is known of each host once everything has been read: its facts, its logs and how far they prove absence, its
 * starts, its control set, and how the wall-clock times of its inputs become UTC.
 */
#ifndef WINCAUSE_DIAGNOSIS_SURVEY_H
#define WINCAUSE_DIAGNOSIS_SURVEY_H

#include "diagnosis/intake.h"

struct log_part { /* one log of one input, or a declared one (trace NULL) */
    const struct log_trace *trace;
    size_t input;
    bool whole; /* not copied events */
    bool cut; /* nothing is known behind its last record: a damaged log, or an export of XML, which may be of a part */
    int64_t first, last; /* UTC ticks of the earliest and latest record, inside --from and --to */
    int64_t reaches;     /* how far back it proves anything: the time of its lowest record number. A record with a wrong
                          * clock     further on may well be earlier. */
};

struct host_log {
    const char *channel; /* as written in the first input */
    struct log_part *parts;
    size_t part_count, part_capacity;
    struct moment *cleared; /* ascending */
    size_t cleared_count, cleared_capacity;
};

struct host_start {
    enum time_basis basis; /* UTC, or LOCAL inside `input` */
    size_t input;
    int64_t ticks;
    int64_t previous; /* of the last record before it */
    bool has_previous;
};

struct host_fact {
    const char *name;
    const char *value; /* NULL: unknown because places disagree */
    size_t input;      /* SIZE_MAX: declared */
    struct position at;
    bool conflict;
};

struct host_survey {
    const struct host *host;
    struct host_log *logs; /* by channel */
    size_t log_count, log_capacity;
    struct host_start
        *starts; /* UTC ones first, ascending, those within five minutes joined; then LOCAL ones by input */
    size_t start_count, start_capacity, utc_start_count;
    struct host_fact *facts; /* by name */
    size_t fact_count, fact_capacity;
    unsigned control_set; /* the one that counts; 0: no ControlSet00n occurs */
    bool has_registry, has_message, has_crash;
    bool has_latest;
    int64_t latest; /* how far any of its logs goes on */
};

struct declared_log {
    char *channel;
    struct moment from, to;
};
struct declared_fact {
    char *name, *value;
};
struct declarations {
    struct declared_log *logs;
    size_t log_count, log_capacity;
    struct declared_fact *facts;
    size_t fact_count, fact_capacity;
    char **keys;
    size_t key_count, key_capacity;
};

struct survey {
    struct hosts *hosts;
    struct host_survey *items; /* as hosts->items */
    struct zone_table zones;
    struct timezone *zone_storage;
    const char **zone_origins; /* of each input: where the zone comes from; NULL: none */
    bool *repeated;            /* of each input: an earlier input of the same host has the same bytes */
    struct arena arena;
};

/* intakes[i] belongs to bundle->inputs[i]; NULL when nothing was read. */
struct survey *survey_new(const struct bundle *bundle, struct intake *const *intakes,
                          const struct analysis_options *options, const struct declarations *declared);
void survey_free(struct survey *survey);

const struct host_fact *survey_fact(const struct host_survey *host, struct text name);
const struct host_log *survey_log(const struct host_survey *host, struct text channel);

/* The runs of record numbers in all whole parts of a log taken together, by number: an archived log goes before the
 * current one, and what lies between them was not collected. The caller frees. */
struct id_range *survey_ranges(const struct host_log *log, size_t *count);

/* A stretch of time in which a record would have to have been seen (ticks, UTC). */
struct stretch {
    bool has_from; /* false: its beginning is not known (no start of the machine was seen) */
    bool open;     /* it goes on behind `to` as far as the logs do: `to` is the least that they must reach */
    int64_t from, to;
};
/* Whether a record of `channel` in that stretch would have been seen: DESIGN "present / absent". When not, *why says
 * what is lacking (in the survey's words, static or in `arena`). */
bool survey_proves_log(const struct host_survey *host, struct text channel, const struct stretch *stretch,
                       struct arena *arena, const char **why);

#endif
