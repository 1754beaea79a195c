/*
 * Runs the tests that stand in rule files, through the same code as a real run: the records of a test become inputs
 * (one for each Source, by default one for each channel, one for registry values, one for text), and pass derivation,
 * detection, evidence and ranking; what `collected` and `facts` say is declared to the analysis.
 *
 * A test sees the rules of its own file and those it names in `with`, and the symptoms that these use; never the rest
 * of the set. A record proves only that it is there: what else its log or key would have shown is said by `collected`.
 */
#ifndef WINCAUSE_RULES_RULETEST_H
#define WINCAUSE_RULES_RULETEST_H

#include "rules/rule.h"

/* True when the test is as expected. Else `differences` says what differs, on one line. `rules` is the whole set. */
bool rule_test_run(const struct rule_set *rules, const struct rule_test *test, struct buffer *differences);

#endif
