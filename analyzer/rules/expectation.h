/*
 * What a test in a rule file expects, compared with what a run found. Only differences are said:
 *
 *     win32k_243: expected present, got partial (log starts 2009-03-02T09:50:00Z, window starts 2009-03-02T06:00:00Z)
 *
 * A run may find several problems. Expectations hold for the first in which a cause of the test's rule is ranked, else
 * the first that excludes the rule or one of its causes, else the first. `verdict` is that problem's, or the report's
 * when there is none.
 *
 * A cause is named `heap_full` (a cause of the test's rule before those of others) or `kb184802/heap_full`; an item of
 * evidence `win32k_243` (of the best ranked cause that has it) or behind its cause, `heap_full/win32k_243`.
 */
#ifndef WINCAUSE_RULES_EXPECTATION_H
#define WINCAUSE_RULES_EXPECTATION_H

#include "diagnosis/findings.h"

/* Appends what differs to `differences`, separated by "; "; nothing when all is as expected. */
void expectation_compare(const struct rule_test *test, const struct findings *findings, struct buffer *differences);

#endif
