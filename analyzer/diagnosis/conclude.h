/*
 * From ranked problems to findings: everything a report prints, in the order in which it prints it.
 */
#ifndef WINCAUSE_DIAGNOSIS_CONCLUDE_H
#define WINCAUSE_DIAGNOSIS_CONCLUDE_H

#include "diagnosis/problems.h"

/* Sorts the list and fills findings->problems and the verdict. */
void conclude_problems(struct findings *findings, struct problem_list *list, struct evidence_context *context);
/* Hosts, zones, errors that nothing explains, rules that gave up. */
void conclude_overview(struct findings *findings, const struct problem_list *list, struct intake *const *intakes,
                       struct evidence_context *context);

#endif
