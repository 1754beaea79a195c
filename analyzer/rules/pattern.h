/*
 * Regular expressions: PCRE2 (8 bit, UTF, JIT) under match, depth and heap limits. `(?P<name>...)` groups become captures.
 * A compiled pattern never changes and may be used by many threads; a matcher belongs to one.
 */
#ifndef WINCAUSE_RULES_PATTERN_H
#define WINCAUSE_RULES_PATTERN_H

#include "rules/detection.h"

/* `nocase`: as `re|i`. NULL when it does not compile: *message (static or owned by the caller's buffer) says why and *offset where in
 * `expression` (bytes). */
struct pattern *pattern_compile(struct text expression, bool nocase, struct buffer *message, size_t *offset);
void pattern_free(struct pattern *pattern);
/* Unanchored search. Named groups that took part are set in `captures` (NULL: not wanted); their values point into `subject`. A pattern that
 * hits its limits does not match and is remembered in the matcher. */
bool pattern_match(const struct pattern *pattern, struct matcher *matcher, struct text subject, struct captures *captures);
/* Names of the groups, ending in NULL. */
const char *const *pattern_names(const struct pattern *pattern);

#endif
