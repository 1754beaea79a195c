/*
 * One condition of a detection or predicate on one value: `lt: 512`, `endswith: '\SubSystems'`, `re|i: '^wuser32'`,
 * compiled from a rule file. What `field|modifier|modifier` means is known here alone.
 *
 * Texts compare without case (A-Z). In plain values * stands for any text and ? for one character; \* and \? are the
 * characters themselves, \\ is one backslash, and a backslash before anything else is a backslash (Sigma's rules). A
 * plain value that is a dotted version equals the same version written differently, one that begins with 0x the same
 * number (rules/quantity.h). `re` distinguishes case unless `re|i` is written.
 */
#ifndef WINCAUSE_RULES_COMPARISON_H
#define WINCAUSE_RULES_COMPARISON_H

#include "rules/detection.h"
#include "rules/quantity.h"
#include "rules/tree.h"

enum comparison_way {
    COMPARE_EQUAL, COMPARE_CONTAINS, COMPARE_STARTS, COMPARE_ENDS,     /* plain text */
    COMPARE_WILDCARD, COMPARE_PATTERN,
    COMPARE_BELOW, COMPARE_AT_MOST, COMPARE_ABOVE, COMPARE_AT_LEAST,   /* lt lte gt gte */
    COMPARE_EXISTS, COMPARE_EXISTS_NOT, COMPARE_NULL                   /* ask for the field: the caller's business */
};

/* `contains|all`, read from the key that the values belong to. */
struct modifiers {
    enum comparison_way way;     /* COMPARE_EXISTS: the value says which */
    bool all;                    /* every value of the list must hold, else one */
    bool nocase;                 /* re|i */
};

struct glob_part { enum { GLOB_LITERAL, GLOB_ONE, GLOB_ANY } kind; struct text literal; };

struct comparison {
    enum comparison_way way;
    struct text written;         /* as the rule has it */
    struct text literal;         /* plain ways: without escapes */
    struct glob_part *parts;     /* COMPARE_WILDCARD: the whole value must fit; `contains` is a * at both ends */
    size_t part_count;
    struct pattern *pattern;     /* COMPARE_PATTERN; owned: comparison_clear() */
    struct quantity quantity;    /* the ordering ways; COMPARE_EQUAL with is_version */
    bool is_version;             /* COMPARE_EQUAL of a dotted version */
    bool is_code;                /* COMPARE_EQUAL of 0x... */
    uint64_t code;
};

/* Splits a key at its bars. False, with diagnostics, when a modifier is unknown or does not go with another. */
bool modifiers_read(struct tree *tree, const struct node *key, struct text *name, struct modifiers *modifiers);
/* Compiles one scalar. False, with diagnostics, when it does not fit its modifiers. Strings go to `arena`. */
bool comparison_compile(struct tree *tree, const struct node *value, const struct modifiers *modifiers,
                        struct arena *arena, struct comparison *comparison);
void comparison_clear(struct comparison *comparison);

/* `captures`, NULL allowed, gets the named groups of a pattern that matched. */
bool comparison_holds(const struct comparison *comparison, struct matcher *matcher, struct text value,
                      struct captures *captures);

#endif
