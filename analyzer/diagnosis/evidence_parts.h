/*
 * Between the files that judge evidence: what proves an item's absence. Used by evidence*.c alone.
 */
#ifndef WINCAUSE_DIAGNOSIS_EVIDENCE_PARTS_H
#define WINCAUSE_DIAGNOSIS_EVIDENCE_PARTS_H

#include "diagnosis/evidence.h"

/* What a person would have to collect to settle the item. */
const char *evidence_source_of(const struct evidence *evidence, struct arena *arena);

/* Whether the absence of an item that asks records is proved; *why says what was searched, or what is lacking. */
bool evidence_records_proved(const struct judged *item, const struct problem *problem, const struct windows *windows,
                             struct evidence_context *context, const char **why);

/* Whether anything of the kind that the item asks for was collected from this host. */
bool evidence_has_source(const struct evidence *evidence, const struct host_survey *host);

/* The symptom's own records are all there is when each stands in a whole log that lacks nothing of that time. */
bool evidence_symptom_proved(const struct problem *problem, struct arena *arena);

/* Whether more input of the same kind could settle the item; otherwise there is no use in asking for it. */
bool evidence_can_prove(const struct evidence *evidence);

#endif
