/*
 * Regular expressions: PCRE2 (8 bit, UTF, JIT) under limits. `(?P<name>...)` groups become captures; two groups may
 * have one name. Lines end in CR LF, LF or CR. A compiled pattern never changes and may be used by many threads; a
 * matcher belongs to one.
 *
 * Whatever the expression and the subject, a match takes well under a second: PCRE2's match, depth and heap limits
 * stop what explodes, a count of steps stops what takes the square of a long subject. Both are the same on every
 * machine. What was stopped did not match and is remembered in the matcher (matcher_gave_up).
 */
#ifndef WINCAUSE_RULES_PATTERN_H
#define WINCAUSE_RULES_PATTERN_H

#include "rules/detection.h"

/* `nocase`: as `re|i`. NULL when it does not compile: *message (static or owned by the caller's buffer) says why and
 * *offset where in `expression` (bytes). */
struct pattern *pattern_compile(struct text expression, bool nocase, struct buffer *message, size_t *offset);
void pattern_free(struct pattern *pattern);
/* Unanchored search. Named groups that took part are set in `captures` (NULL: not wanted); their values point into
 * `subject`. A pattern that hits its limits does not match and is remembered in the matcher. */
bool pattern_match(const struct pattern *pattern, struct matcher *matcher, struct text subject,
                   struct captures *captures);
/* Names of the groups, ending in NULL. */
const char *const *pattern_names(const struct pattern *pattern);

#endif
