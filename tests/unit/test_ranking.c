/* The ranking model against brute force: the closed form must equal the sum over all sets of causes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "diagnosis/ranking.h"

#define MOST 8

/* A small generator of our own: the same models on every machine. */
static uint64_t state = 20240607;
static double random_unit(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) / 9007199254740992.0;
}

/* P(cause i | symptom) and P(none | symptom) by enumerating all 2^n sets. */
static double enumerate(const double *before, const double *explains, size_t count, double leak, bool seen, double *out)
{
    double total = 0, none = 0;
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    for (unsigned set = 0; set < 1u << count; set++) {
        double chance = 1, quiet = 1 - leak;
        for (size_t i = 0; i < count; i++) {
            double q = 1 / (1 + pow(10, -before[i] / 10));
            chance *= set >> i & 1 ? q : 1 - q;
            quiet *= set >> i & 1 ? 1 - explains[i] : 1;
        }
        chance *= seen ? 1 - quiet : 1;
        total += chance;
        none += set == 0 ? chance : 0;
        for (size_t i = 0; i < count; i++)
            out[i] += set >> i & 1 ? chance : 0;
    }
    for (size_t i = 0; i < count; i++)
        out[i] /= total;
    return none / total;
}

static void equals_brute_force_on_random_models(void **unused)
{
    (void)unused;
    static const double words[] = {.95, .80, .50, .20}, leaks[] = {.30, .10, .03, .003};
    double worst = 0;
    for (int model = 0; model < 2000; model++) {
        double before[MOST], explains[MOST], expected[MOST], got[MOST];
        size_t count = 1 + (size_t)(random_unit() * MOST);
        double leak = leaks[(int)(random_unit() * 4)];
        bool seen = random_unit() < .8;
        for (size_t i = 0; i < count; i++) {
            before[i] = floor(random_unit() * 80) - 45;
            explains[i] = words[(int)(random_unit() * 4)];
        }
        double none = enumerate(before, explains, count, leak, seen, expected);
        double off = fabs(none - ranking_posteriors(before, explains, count, leak, seen, got));
        worst = off > worst ? off : worst;
        for (size_t i = 0; i < count; i++)
            worst = fabs(expected[i] - got[i]) > worst ? fabs(expected[i] - got[i]) : worst;
    }
    assert_true(worst < 1e-12);
}

/* The worked example of ranking.h. */
static void ranks_the_desktop_heap(void **unused)
{
    (void)unused;
    struct ranking_cause causes[] = {
        {.prior = -20, .evidence = -7, .explains = .8},
        {.prior = -13, .evidence = 34, .explains = .8},
        {.prior = -13, .evidence = 0, .explains = .8},
    };
    double none = ranking_solve(causes, 3, .10, true);
    assert_int_equal(causes[1].limit, -4);
    assert_int_equal(causes[1].before, 17);
    assert_int_equal(causes[1].score, 248);
    assert_int_equal(causes[1].symptom, 78);
    assert_int_equal(causes[1].alone, 91);
    assert_true(causes[1].probability > .9965 && causes[1].probability < .9975);
    assert_int_equal(lround(causes[2].probability * 1000), 57);
    assert_int_equal(lround(causes[0].probability * 1000), 2);
    assert_int_equal(lround(none * 1000), 2);
}

static void absence_weighs_as_the_table_says(void **unused)
{
    (void)unused;
    /* decisive, strong, moderate, weak by always, usually, sometimes, rarely */
    static const int expected[4][4] = {{-13, -7, -3, -1}, {-13, -7, -3, -1}, {-12, -6, -3, -1}, {-10, -5, -2, -1}};
    static const enum strength strengths[] = {STRENGTH_DECISIVE, STRENGTH_STRONG, STRENGTH_MODERATE, STRENGTH_WEAK};
    for (size_t i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++)
            assert_int_equal(ranking_absent(strengths[i], (enum frequency)j), expected[i][j]);
        assert_int_equal(ranking_absent(strengths[i], FREQUENCY_OMITTED), 0);
    }
}

/* Twenty common causes would have 2:1 odds together before any evidence: what is over even odds is taken back, except
 * where evidence pays. */
static void rivals_share_one_prior_mass(void **unused)
{
    (void)unused;
    struct ranking_cause causes[20];
    for (size_t i = 0; i < 20; i++)
        causes[i] = (struct ranking_cause){.prior = -7, .explains = .8, .evidence = i == 0 ? 3 : i == 1 ? 20 : 0};
    ranking_solve(causes, 20, .10, true);
    assert_int_equal(causes[2].crowd, -7); /* ceil(10 log10(20 * 10^-0.7)) = ceil(6.01) */
    assert_int_equal(causes[0].crowd, -4);
    assert_int_equal(causes[1].crowd, 0);
    ranking_solve(causes, 1, .10, true);
    assert_int_equal(causes[0].crowd, 0);
}

static void gates_cost_three_each_and_six_at_most(void **unused)
{
    (void)unused;
    for (unsigned gates = 0; gates <= 4; gates++) {
        struct ranking_cause cause = {.prior = -13, .explains = .8, .unverified = gates};
        ranking_solve(&cause, 1, .10, true);
        assert_int_equal(cause.gates, gates == 0 ? 0 : gates == 1 ? -3 : -6);
    }
}

static void the_rows_sum_to_the_score(void **unused)
{
    (void)unused;
    for (int model = 0; model < 500; model++) {
        struct ranking_cause causes[MOST] = {0};
        size_t count = 1 + (size_t)(random_unit() * MOST);
        for (size_t i = 0; i < count; i++)
            causes[i] = (struct ranking_cause){.prior = ranking_prior((enum how_common)(int)(random_unit() * 3)),
                                               .evidence = (int)(random_unit() * 90) - 45,
                                               .unverified = (unsigned)(random_unit() * 4),
                                               .explains = ranking_frequency((enum frequency)(int)(random_unit() * 4))};
        ranking_solve(causes, count, .10, model % 2 == 0);
        for (size_t i = 0; i < count; i++) {
            const struct ranking_cause *cause = &causes[i];
            assert_int_equal(10 * (cause->prior + cause->crowd + cause->gates + cause->limit + cause->evidence) +
                                 cause->symptom,
                             cause->score);
            if (model % 2 != 0)
                assert_int_equal(cause->symptom, 0);
        }
    }
}

static void more_evidence_never_lowers_its_cause(void **unused)
{
    (void)unused;
    for (int model = 0; model < 500; model++) {
        struct ranking_cause causes[3];
        int evidence = (int)(random_unit() * 60) - 30;
        for (size_t i = 0; i < 3; i++)
            causes[i] =
                (struct ranking_cause){.prior = -13, .evidence = (int)(random_unit() * 60) - 30, .explains = .8};
        causes[0].evidence = evidence;
        ranking_solve(causes, 3, .10, true);
        double own = causes[0].probability, rival = causes[1].probability;
        causes[0].evidence = evidence + 3;
        ranking_solve(causes, 3, .10, true);
        assert_true(causes[0].probability >= own);
        assert_true(causes[1].probability <= rival);
    }
}

static void nothing_known_leaves_no_known_cause(void **unused)
{
    (void)unused;
    assert_true(fabs(ranking_solve(NULL, 0, .10, true) - 1) < 1e-12);
    assert_true(fabs(ranking_solve(NULL, 0, .10, false) - 1) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_brute_force_on_random_models),   cmocka_unit_test(ranks_the_desktop_heap),
        cmocka_unit_test(absence_weighs_as_the_table_says),      cmocka_unit_test(rivals_share_one_prior_mass),
        cmocka_unit_test(gates_cost_three_each_and_six_at_most), cmocka_unit_test(the_rows_sum_to_the_score),
        cmocka_unit_test(more_evidence_never_lowers_its_cause),  cmocka_unit_test(nothing_known_leaves_no_known_cause),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
