/*
 * What the hits amount to for one cause of one problem: each evidence item present, absent, partial, not collected or
 * not applicable, what it weighs, and why (DESIGN "Ranking").
 */
#ifndef WINCAUSE_DIAGNOSIS_EVIDENCE_H
#define WINCAUSE_DIAGNOSIS_EVIDENCE_H

#include "diagnosis/findings.h"
#include "diagnosis/harvest.h"
#include "diagnosis/windows.h"

struct problem {
    size_t host_index;
    const struct host_survey *host;
    const struct symptom *symptom;
    bool seen;               /* false: only its evidence was (a problem of count 0) */
    char *group;             /* identity values */
    bool takes_ungrouped;    /* records without an identity value are its too */
    struct merged_hits hits; /* of the symptom; of the anchoring item when it was not seen */
    struct occurrences occurrences;
};

struct judged {
    const struct evidence *evidence;
    size_t detector; /* SIZE_MAX: none */
    enum evidence_status status;
    int present, absent; /* dB: what it would weigh */
    int weight;          /* dB: what it does weigh, before groups */
    int counted;         /* dB: what is left of it after groups */
    const char *why;
    size_t group;              /* items with the same number share one fact */
    struct merged_hits hits;   /* that count */
    struct merged_hits others; /* records found whose `where` is false */
    uint64_t count;            /* matching records in the windows */
    struct place *found;
    size_t found_count;
    struct moment first, last;
    const char *lacking; /* the source that would settle it; NULL: none */
};

struct judgement { /* of one cause */
    const struct rule *rule;
    const struct cause *cause;
    struct judged *items; /* as cause->evidence */
    int evidence;         /* dB: the sum over groups */
};

/* What names mean for a problem and, when `judgement` is given, for one cause: captures, facts, extracted names,
 * `item.count`. A predicate_lookup; the context is a struct names. */
struct names {
    const struct problem *problem;
    const struct judgement *judgement; /* NULL: captures and facts only */
    char number[24];
};
bool names_look_up(void *context, struct text name, size_t nth, struct text *value);
/* "The third value, {third}" with its names filled in; several values joined by ", "; a name without one is
 * left out with the commas or brackets around it, else it becomes "?". */
char *names_expand(struct names *names, const char *text, struct arena *arena);

struct evidence_context {
    const struct bundle *bundle;
    const struct survey *survey;
    const struct harvest *harvest;
    const struct detectors *detectors;
    const struct declarations *declared;
    struct matcher *matcher;
    struct arena *arena; /* of the findings: everything that `judged` points at, hits excepted */
};

void evidence_judge(struct judgement *judgement, const struct problem *problem, const struct rule *rule,
                    const struct cause *cause, struct evidence_context *context);
struct judged *judgement_item(struct judgement *judgement, const char *id); /* NULL: the cause has no such item */
/* Sets each item's group: its own unless it names one; items that `all` names join the item that names them. */
void evidence_join_groups(struct judgement *judgement);
/* The sum over groups for these weights (one for each item): of a group the largest counts, the smallest if none is
 * positive. counted[i], when wanted, is what is left of item i. */
int evidence_sum(const struct judgement *judgement, const int *weights, int *counted);
void judgement_free(struct judgement *judgement);

/* The places of hits, at most 16: those in `windows` (NULL: all). */
struct place *places_of(const struct merged_hits *hits, const struct windows *windows, const struct host_survey *host,
                        const struct bundle *bundle, struct arena *arena, size_t *count);

#endif
