/*
 * The longest text that everything a regular expression matches must contain: "initialization of the dynamic " for
 * `(?:\S+ - )?initialization of the dynamic (?:link )?library`. A subject without it needs no matching.
 */
#ifndef WINCAUSE_RULES_LITERAL_H
#define WINCAUSE_RULES_LITERAL_H

#include "base/memory.h"

/* Appends the text to `literal`, or nothing when none of four characters or more is certain. To be looked for without
 * case (A-Z). */
void literal_find(struct text expression, bool nocase, struct buffer *literal);

#endif
