/*
 * The ranking model: from weights of evidence to an ordered list of causes. Knows neither records nor files.
 *
 * What it computes
 * ----------------
 * One problem is one symptom with n rival causes. Before the symptom is looked at, cause i has the log-odds L_i: its
 * prior (how common), plus the weights of its evidence, in decibans (10 log10 of a likelihood ratio; 10 dB is 10:1).
 * q_i = 1/(1+10^(-L_i/10)) is the chance that the cause is there. A cause that is there shows the symptom with chance
 * s_i ("explains"), and something outside the rules (the leak, from the symptom's specificity) shows it with chance
 * lambda. Any of them suffices: a noisy OR,
 *
 *     P(no symptom | causes) = (1-lambda) * PRODUCT over causes that are there (1 - s_i)
 *
 * Summing over all 2^n sets of causes gives P(cause i | symptom). With one symptom the sum has a closed form, so it
 * costs O(n) and no approximation: seen from cause i, all rivals and the leak together are one larger leak,
 *
 *     R_i = PRODUCT over j != i (1 - q_j s_j)             no rival shows the symptom
 *     lambda_i = 1 - (1-lambda) R_i                       something else shows it
 *     Delta_i = 10 log10((1 - (1-lambda_i)(1-s_i)) / lambda_i)
 *     F_i = L_i + Delta_i                                 P_i = 1/(1+10^(-F_i/10))
 *
 * Delta_i is the symptom's own weight for cause i. Were there no rival it would be larger: the difference is explaining
 * away, and the report shows it as one number ("+7.8; +9.1 if nothing else could").
 *
 * Priors are given per cause, but rivals share one prior mass: when many causes compete, the sum of their prior odds
 * can exceed even odds before any evidence. C = max(0, ceil(10 log10 SUM 10^(prior/10))) is taken back from each cause
 * except where its own evidence W already pays for it: -max(0, C - max(0, W)). It is shown as `crowd`.
 *
 * Worked example: event 243 in the same boot, third SharedSection value shrunk, three programs failed
 *     heap_full: prior -13; evidence +20 +7 +7 = +34, at most +30 (limit -4): L = +17
 *     winsta_access: prior -13, L = -13; heap_buffer: prior -20, event 244 absent -7: L = -27
 *     s = .8 each, lambda = .10; q = .9804, .0477, .0020
 *     R_1 = (1 - .0381)(1 - .0016) = .9604, lambda_1 = 1 - .9 * .9604 = .1357
 *     Delta_1 = 10 log10((1 - .8643 * .2) / .1357) = 7.85, F_1 = 24.8 (rounded to 0.1), P_1 = .997
 */
#ifndef WINCAUSE_DIAGNOSIS_RANKING_H
#define WINCAUSE_DIAGNOSIS_RANKING_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/rule.h"

/* The table of constants: words to numbers. Authors write words, only this table knows numbers. */
int ranking_strength(enum strength strength);       /* dB */
int ranking_prior(enum how_common how_common);      /* dB */
double ranking_frequency(enum frequency frequency); /* expected, explains: a probability */
double ranking_leak(enum specificity specificity);
/* The weight of an item's absence; 0 when `expected` is omitted. */
int ranking_absent(enum strength strength, enum frequency expected);

#define RANKING_CLAMP 30     /* dB that evidence counts at most, either way */
#define RANKING_GATE 3       /* dB lost for an unverified gate */
#define RANKING_GATES 6      /* dB lost for all of them at most */
#define RANKING_SEPARATED 60 /* tenths of a dB between ranks that count as separated */

struct ranking_cause {
    /* in */
    int prior;           /* dB */
    int evidence;        /* dB: sum over groups, not clamped */
    unsigned unverified; /* gates */
    double explains;
    /* out */
    int limit, crowd, gates; /* dB, at most 0 (limit also above, when it holds back evidence against) */
    int before;              /* L: dB before the symptom */
    int symptom;             /* Delta in tenths of dB: score - 10 * before */
    int alone;               /* tenths: Delta if no rival could explain the symptom */
    int score;               /* F in tenths */
    double probability;      /* of the rounded score */
};

/* Fills the out members; the causes stay in their order. Returns P(none of the causes). Products are taken in the order
 * given: callers pass causes in the order of their ids, so that the last bit does not depend on file order. */
double ranking_solve(struct ranking_cause *causes, size_t count, double leak, bool symptom_seen);

/* The exact posteriors before rounding, for tests: L in, P(cause i) out. Returns P(none). */
double ranking_posteriors(const double *before, const double *explains, size_t count, double leak, bool symptom_seen,
                          double *out);

const char *ranking_word(double probability);

#endif
