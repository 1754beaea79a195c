/*
 * The run as a whole: takes records while the inputs are read, and says at the end what was found.
 *
 *     struct analysis *analysis = analysis_new(rules, &options);
 *     bundle_read(bundle, &bundle_options, analysis_consumer(analysis));
 *     struct findings *findings = analysis_end(analysis, bundle);
 *     ... report ...
 *     findings_free(findings); analysis_free(analysis);
 *
 * Threads may feed different inputs at the same time. What only the end of the input knows (hosts, zones, control sets,
 * facts, gates, windows, coverage) is decided in analysis_end().
 */
#ifndef WINCAUSE_DIAGNOSIS_ANALYSIS_H
#define WINCAUSE_DIAGNOSIS_ANALYSIS_H

#include "bundle/bundle.h"
#include "diagnosis/findings.h"

struct analysis_options {
    struct moment from, to; /* basis NONE: open; only this interval counts */
    bool has_zone;          /* --zone */
    int zone_minutes_east;
};

struct analysis;
struct analysis *analysis_new(const struct rule_set *rules, const struct analysis_options *options);
struct consumer *analysis_consumer(struct analysis *analysis);
struct findings *analysis_end(struct analysis *analysis, const struct bundle *bundle);
void analysis_free(struct analysis *analysis);

/* For tests that stand in rule files: what the collected inputs would have said, without inputs. Call before
 * analysis_end(). */
void analysis_declare_fact(struct analysis *analysis, const char *name, const char *value /* NULL: unknown */);
/* A whole log of `channel` from..to (basis NONE: everything). */
void analysis_declare_log(struct analysis *analysis, struct text channel, struct moment from, struct moment to);
/* The registry key and everything below it. */
void analysis_declare_registry(struct analysis *analysis, struct text key);

#endif
