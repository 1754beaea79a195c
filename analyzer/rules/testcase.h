/*
 * A test that stands in a rule file, put together: what `like` brings, without what `drop` takes away, with what
 * `replace` and `facts` change. Expectations are not inherited.
 *
 * Order, for each test of the chain from the one that builds on nothing to the test itself: `records` (when given,
 * instead of those so far), `drop`, `replace`, `facts` (each added, or instead of the same name), `collected` (when
 * given, instead), `with` (added).
 */
#ifndef WINCAUSE_RULES_TESTCASE_H
#define WINCAUSE_RULES_TESTCASE_H

#include "rules/rule.h"

struct test_case {
    struct test_record *records;
    size_t record_count;
    struct test_fact *facts;
    size_t fact_count;
    const struct test_collected *collected; /* borrowed from the rules */
    size_t collected_count;
    const char **with;
    size_t with_count;
    struct arena arena; /* private: owns the lists; the texts are the rules' */
};

/* False: `why` says what is wrong with the test (one sentence, no full stop). test_case_free() in either case. */
bool test_case_build(const struct rule_set *rules, const struct rule_test *test, struct test_case *built,
                     struct buffer *why);
void test_case_free(struct test_case *built);

/* The first value of a field, or NULL. */
const char *test_record_value(const struct test_record *record, const char *name);

#endif
