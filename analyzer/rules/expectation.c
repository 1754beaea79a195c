#include "rules/expectation.h"

#include <string.h>

struct comparison {
    const struct rule_test *test;
    const struct findings *findings;
    const struct finding_problem *problem;   /* NULL: none was found */
    struct buffer *out;
};

static void differ(struct comparison *comparison, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(struct comparison *comparison, const char *format, ...)
{
    va_list args;
    if (comparison->out->size > 0)
        buffer_add_string(comparison->out, "; ");
    va_start(args, format);
    buffer_vprintf(comparison->out, format, args);
    va_end(args);
}

/* ---- names ---- */

/* "kb184802/heap_full/win32k_243" is also "heap_full/win32k_243" and "win32k_243". */
static bool is_tail_of(const char *name, const char *full)
{
    size_t size = strlen(name), full_size = strlen(full);
    if (size > full_size || strcmp(full + full_size - size, name) != 0)
        return false;
    return size == full_size || full[full_size - size - 1] == '/';
}

static bool starts_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static const struct finding_cause *cause_called(const struct comparison *comparison, const char *id)
{
    const struct finding_problem *problem = comparison->problem;
    const struct finding_cause *other = NULL;
    for (size_t i = 0; problem != NULL && i < problem->cause_count; i++) {
        const struct finding_cause *cause = &problem->causes[i];
        if (!is_tail_of(id, cause->cause->full_id))
            continue;
        if (cause->rule == comparison->test->rule)
            return cause;
        if (other == NULL)
            other = cause;
    }
    return other;
}

/* ---- the problem ---- */

static bool ranks_rule(const struct finding_problem *problem, const struct rule *rule)
{
    for (size_t i = 0; i < problem->cause_count; i++)
        if (problem->causes[i].rule == rule)
            return true;
    return false;
}

static bool excludes_rule(const struct finding_problem *problem, const struct rule *rule)
{
    size_t size = strlen(rule->id);
    for (size_t i = 0; i < problem->excluded_count; i++)
        if (starts_with(problem->excluded[i].id, rule->id) &&
            (problem->excluded[i].id[size] == '\0' || problem->excluded[i].id[size] == '/'))
            return true;
    return false;
}

static const struct finding_problem *problem_of(const struct rule_test *test, const struct findings *findings)
{
    for (size_t i = 0; test->rule != NULL && i < findings->problem_count; i++)
        if (ranks_rule(&findings->problems[i], test->rule))
            return &findings->problems[i];
    for (size_t i = 0; test->rule != NULL && i < findings->problem_count; i++)
        if (excludes_rule(&findings->problems[i], test->rule))
            return &findings->problems[i];
    return findings->problem_count > 0 ? &findings->problems[0] : NULL;
}

/* ---- one kind of expectation each ---- */

static void compare_order(struct comparison *comparison)
{
    const struct finding_problem *problem = comparison->problem;
    size_t ranked = problem == NULL ? 0 : problem->cause_count;
    for (size_t i = 0; i < comparison->test->expect.order_count; i++) {
        const char *wanted = comparison->test->expect.order[i];
        if (i < ranked && is_tail_of(wanted, problem->causes[i].cause->full_id))
            continue;
        if (i < ranked)
            differ(comparison, "order: expected %s at rank %zu, got %s (P %u.%04u)", wanted, i + 1,
                   problem->causes[i].cause->full_id, problem->causes[i].probability / 10000,
                   problem->causes[i].probability % 10000);
        else
            differ(comparison, "order: expected %s at rank %zu, got no cause", wanted, i + 1);
        return;   /* what follows is shifted and says nothing */
    }
}

static bool bound_holds(const struct test_bound *bound, unsigned probability)
{
    unsigned limit = bound->ten_thousandths;
    if (strcmp(bound->op, ">=") == 0)
        return probability >= limit;
    if (strcmp(bound->op, "<=") == 0)
        return probability <= limit;
    if (bound->op[0] == '=')
        return probability == limit;
    return bound->op[0] == '>' ? probability > limit : probability < limit;
}

static void compare_probabilities(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->test->expect.bound_count; i++) {
        const struct test_bound *bound = &comparison->test->expect.bounds[i];
        const struct finding_cause *cause = cause_called(comparison, bound->id);
        if (cause == NULL)
            differ(comparison, "probability of %s: expected %s%u.%04u, but it is not ranked", bound->id, bound->op,
                   bound->ten_thousandths / 10000, bound->ten_thousandths % 10000);
        else if (!bound_holds(bound, cause->probability))
            differ(comparison, "probability of %s: expected %s%u.%04u, got %u.%04u", bound->id, bound->op,
                   bound->ten_thousandths / 10000, bound->ten_thousandths % 10000, cause->probability / 10000,
                   cause->probability % 10000);
    }
}

/* The row of an item: of the test's own rule before others. */
static const struct ledger_row *row_called(const struct comparison *comparison, const char *id)
{
    const struct finding_problem *problem = comparison->problem;
    const struct ledger_row *other = NULL;
    for (size_t i = 0; problem != NULL && i < problem->cause_count; i++) {
        const struct finding_cause *cause = &problem->causes[i];
        for (size_t j = 0; j < cause->ledger_count; j++) {
            struct buffer full = {0};
            buffer_printf(&full, "%s/%s", cause->cause->full_id, cause->ledger[j].id);
            bool found = cause->ledger[j].status != EVIDENCE_MODEL && is_tail_of(id, full.data);
            buffer_free(&full);
            if (found && cause->rule == comparison->test->rule)
                return &cause->ledger[j];
            if (found && other == NULL)
                other = &cause->ledger[j];
        }
    }
    return other;
}

static void compare_evidence(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->test->expect.evidence_count; i++) {
        const struct test_pair *pair = &comparison->test->expect.evidence[i];
        const struct ledger_row *row = row_called(comparison, pair->id);
        if (row == NULL) {
            differ(comparison, "%s: expected %s, but no ranked cause has it", pair->id, pair->value);
            continue;
        }
        const char *status = evidence_status_words[row->status];
        if (strcmp(status, pair->value) == 0)
            continue;
        if (row->why != NULL && row->why[0] != '\0')
            differ(comparison, "%s: expected %s, got %s (%s)", pair->id, pair->value, status, row->why);
        else
            differ(comparison, "%s: expected %s, got %s", pair->id, pair->value, status);
    }
}

/* An id may be excluded as a whole ("kb184802") or as a cause ("kb184802/heap_buffer"). */
static void compare_excluded(struct comparison *comparison)
{
    const struct finding_problem *problem = comparison->problem;
    for (size_t i = 0; i < comparison->test->expect.excluded_count; i++) {
        const struct test_pair *pair = &comparison->test->expect.excluded[i];
        const char *reason = NULL;
        for (size_t j = 0; problem != NULL && j < problem->excluded_count && reason == NULL; j++)
            if (is_tail_of(pair->id, problem->excluded[j].id))
                reason = problem->excluded[j].reason;
        if (reason == NULL)
            differ(comparison, "%s: expected to be excluded by %s, but it is not", pair->id, pair->value);
        else if (!starts_with(reason, pair->value))
            differ(comparison, "%s: expected to be excluded by %s, got %s", pair->id, pair->value, reason);
    }
}

static bool list_has(char *const *items, size_t count, const char *item)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i], item) == 0)
            return true;
    return false;
}

/* The gates that could not be checked, of the best ranked cause of the test's rule: if given, these and no others. */
static void compare_unverified(struct comparison *comparison)
{
    const struct rule_test *test = comparison->test;
    const struct finding_problem *problem = comparison->problem;
    const struct finding_cause *cause = NULL;
    if (test->expect.unverified_count == 0)
        return;
    for (size_t i = 0; problem != NULL && i < problem->cause_count && cause == NULL; i++)
        if (test->rule == NULL || problem->causes[i].rule == test->rule)
            cause = &problem->causes[i];
    if (cause == NULL) {
        differ(comparison, "unverified: no cause of the rule is ranked");
        return;
    }
    for (size_t i = 0; i < test->expect.unverified_count; i++)
        if (!list_has(cause->unverified.items, cause->unverified.count, test->expect.unverified[i]))
            differ(comparison, "unverified: expected %s, which is verified", test->expect.unverified[i]);
    for (size_t i = 0; i < cause->unverified.count; i++)
        if (!list_has(test->expect.unverified, test->expect.unverified_count, cause->unverified.items[i]))
            differ(comparison, "unverified: did not expect %s", cause->unverified.items[i]);
}

static void compare_verdict(struct comparison *comparison)
{
    const char *wanted = comparison->test->expect.verdict;
    enum verdict verdict = comparison->problem != NULL ? comparison->problem->verdict : comparison->findings->verdict;
    if (wanted != NULL && strcmp(wanted, verdict_words[verdict]) != 0)
        differ(comparison, "verdict: expected %s, got %s", wanted, verdict_words[verdict]);
}

void expectation_compare(const struct rule_test *test, const struct findings *findings, struct buffer *differences)
{
    struct comparison comparison = {test, findings, problem_of(test, findings), differences};
    compare_order(&comparison);
    compare_probabilities(&comparison);
    compare_evidence(&comparison);
    compare_excluded(&comparison);
    compare_unverified(&comparison);
    compare_verdict(&comparison);
}
