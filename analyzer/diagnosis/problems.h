/*
 * Problems: which symptoms occurred on which host, which causes compete for each, and how they rank.
 */
#ifndef WINCAUSE_DIAGNOSIS_PROBLEMS_H
#define WINCAUSE_DIAGNOSIS_PROBLEMS_H

#include "diagnosis/evidence.h"
#include "diagnosis/ranking.h"

struct candidate {
    const struct rule *rule;
    const struct cause *cause;
    struct judgement judgement;
    struct ranking_cause ranking;
    struct strings unverified;           /* names of gates that could not be checked */
};

struct ruled_out { const char *id, *reason; };

struct ranked_problem {
    struct problem problem;
    struct candidate *candidates;        /* by score, best first */
    size_t candidate_count;
    struct ruled_out *ruled_out;
    size_t ruled_out_count, ruled_out_capacity;
    double none;                         /* P(none of the candidates) */
    enum verdict verdict;
};

struct problem_list { struct ranked_problem **items; size_t count, capacity; };

void problems_rank(struct problem_list *list, const struct rule_set *rules, struct evidence_context *context);
void problems_free(struct problem_list *list);

/* Whether an article is told by another one that is loaded. */
const struct cause *cause_told_elsewhere(const struct rule_set *rules, const struct cause *cause);

#endif
