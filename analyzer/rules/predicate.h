/*
 * Predicates over named values: `applies`, `valid`, `where`.
 *
 *     applies: {dll: [user32.dll, kernel32.dll]}
 *     valid:   {os.version|gte: '5.2'}
 *     where:   {user_services.count|gt: '49152 / third'}      products and quotients of numbers and names
 *     where:   [{third|lt: 512}, {second|exists: false}]       a list is OR
 *
 * Names are captures, extracted names, `evidence_id.count`, or facts (they contain a dot). The caller answers what a
 * name stands for. Three-valued: a condition on a name without a value is unknown (except `exists`); AND is the least,
 * OR the greatest of false < unknown < true. A name with several values holds when one of them does.
 */
#ifndef WINCAUSE_RULES_PREDICATE_H
#define WINCAUSE_RULES_PREDICATE_H

#include "rules/detection.h"

enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

struct predicate;                /* NULL is always true */

/* Answers the nth value of a name; false when there is none (any more). The text must live until the predicate has
 * been tested. */
typedef bool predicate_lookup(void *context, struct text name, size_t nth, struct text *value);

struct predicate_reason {        /* of the first condition that decided; for messages */
    const char *name;            /* "os.service_pack"; owned by the rules */
    char needs[160];             /* "at most 3", "crypt32.dll" or "user32.dll or kernel32.dll" */
};

enum truth predicate_test(const struct predicate *predicate, struct matcher *matcher, predicate_lookup *lookup,
                          void *context, struct predicate_reason *reason /* NULL allowed; set when not true */);
/* The names whose absence makes it unknown, each once, in the order written; for "unverified". Returns how many. */
size_t predicate_unknown_names(const struct predicate *predicate, struct matcher *matcher, predicate_lookup *lookup,
                               void *context, const char **names, size_t room);
void predicate_free(struct predicate *predicate);   /* the rule set's business */

#endif
