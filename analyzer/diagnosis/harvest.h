/*
 * All hits of a run by host: the stores of all inputs, sorted by what they belong to. Hits under a control set that
 * does not count, of an input that repeats another, or of no host are left out here.
 */
#ifndef WINCAUSE_DIAGNOSIS_HARVEST_H
#define WINCAUSE_DIAGNOSIS_HARVEST_H

#include "diagnosis/survey.h"

struct harvest;
struct harvest *harvest_new(const struct bundle *bundle, struct intake *const *intakes, const struct survey *survey);
void harvest_free(struct harvest *harvest);

/* Adds the hits to `into`; hits_merge_end() is the caller's. False when there is none. */
bool harvest_take(const struct harvest *harvest, size_t host, size_t detector, enum hit_kind kind, const char *group,
                  struct merged_hits *into);
/* The nth group (in byte order; "" first) of a detector's hits on a host, NULL when there are no more. */
const char *harvest_group(const struct harvest *harvest, size_t host, size_t detector, size_t nth);

/* Whether a pattern of the detector gave up on some record of this host: then no match there proves nothing. */
bool harvest_gave_up(const struct harvest *harvest, size_t host, size_t detector);

/* A key of this host's registry was read that proves the absence of what the detector looks for, and that was not
 * written after `last` (UTC ticks; ignored unless has_last). */
bool harvest_proves_key(const struct harvest *harvest, size_t host, size_t detector, bool has_last, int64_t last);

#endif
