/*
 * Testing predicates. Every answer is one of false < unknown < true: a requirement on a name without a value is
 * unknown, a map takes the least of its requirements, a list of maps the greatest. The same for numbers: what cannot
 * be computed (a text that is no number, a division by zero) is unknown, never false.
 */
#include "rules/predicate.h"

#include <string.h>

#include "rules/predicate_parts.h"

/* Combinations of values that are tried when the names of an expression have several each. */
#define MOST_COMBINATIONS 65536u

struct test {
    struct matcher *matcher;
    predicate_lookup *lookup;
    void *context;
};

static enum truth greater(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static bool order_holds(enum comparison_way way, int order)
{
    switch (way) {
    case COMPARE_BELOW:
        return order < 0;
    case COMPARE_AT_MOST:
        return order <= 0;
    case COMPARE_ABOVE:
        return order > 0;
    case COMPARE_AT_LEAST:
        return order >= 0;
    default:
        return order == 0;
    }
}

/* ---- expressions ---- */

/* Multiplies or divides; false when the result cannot be had. */
static bool apply_term(struct fraction *result, const struct fraction *factor, bool divides)
{
    if (divides && factor->above == 0)
        return false;
    result->negative ^= factor->negative;
    return !__builtin_mul_overflow(result->above, divides ? factor->below : factor->above, &result->above) &&
           !__builtin_mul_overflow(result->below, divides ? factor->above : factor->below, &result->below);
}

/* a/b against c/d is a*d against c*b. */
static enum truth compare_fractions(enum comparison_way way, const struct fraction *left, const struct fraction *right)
{
    unsigned __int128 a, b;
    bool left_negative = left->negative && left->above != 0, right_negative = right->negative && right->above != 0;
    int order;

    if (left_negative != right_negative)
        return order_holds(way, left_negative ? -1 : 1) ? TRUTH_TRUE : TRUTH_FALSE;
    if (__builtin_mul_overflow(left->above, right->below, &a) || __builtin_mul_overflow(right->above, left->below, &b))
        return TRUTH_UNKNOWN;
    order = left_negative ? (a < b) - (a > b) : (a > b) - (a < b);
    return order_holds(way, order) ? TRUTH_TRUE : TRUTH_FALSE;
}

struct expression_test {
    const struct test *test;
    const struct operand *operand;
    struct fraction left;
    unsigned combinations;
};

/* Tries every value of every name from term `at` on: true when one combination makes it true. */
static enum truth try_terms(struct expression_test *expression, size_t at, struct fraction so_far)
{
    const struct operand *operand = expression->operand;
    const struct term *term = &operand->terms[at];
    enum truth best = TRUTH_FALSE;
    struct text value;
    size_t nth = 0;

    if (at == operand->term_count)
        return compare_fractions(operand->comparison.way, &expression->left, &so_far);
    if (term->name == NULL) {
        if (!apply_term(&so_far, &term->number, term->divides))
            return TRUTH_UNKNOWN;
        return try_terms(expression, at + 1, so_far);
    }
    while (best != TRUTH_TRUE &&
           expression->test->lookup(expression->test->context, text_of(term->name), nth, &value)) {
        struct fraction next = so_far, factor;
        bool good = fraction_parse(text_trim(value), &factor) && apply_term(&next, &factor, term->divides);

        nth++;
        if (++expression->combinations > MOST_COMBINATIONS)
            return TRUTH_UNKNOWN;
        best = greater(best, good ? try_terms(expression, at + 1, next) : TRUTH_UNKNOWN);
    }
    return nth == 0 ? TRUTH_UNKNOWN : best;
}

/* One name alone: texts and versions compare too. */
static enum truth compare_with_name(const struct test *test, const struct operand *operand, struct text value)
{
    enum truth best = TRUTH_FALSE;
    struct quantity left, right;
    bool number = quantity_parse(text_trim(value), &left);
    struct text other;
    size_t nth = 0;

    for (; best != TRUTH_TRUE && test->lookup(test->context, text_of(operand->terms[0].name), nth, &other); nth++) {
        enum truth truth = TRUTH_UNKNOWN;

        if (number && quantity_parse(text_trim(other), &right))
            truth = order_holds(operand->comparison.way, quantity_compare(&left, &right)) ? TRUTH_TRUE : TRUTH_FALSE;
        else if (operand->comparison.way == COMPARE_EQUAL)
            truth = text_equal_nocase(value, other) ? TRUTH_TRUE : TRUTH_FALSE;
        best = greater(best, truth);
    }
    return nth == 0 ? TRUTH_UNKNOWN : best;
}

static enum truth operand_holds(const struct test *test, const struct operand *operand, struct text value)
{
    struct expression_test expression = {.test = test, .operand = operand};
    struct quantity quantity;

    if (operand->term_count == 1 && operand->terms[0].name != NULL)
        return compare_with_name(test, operand, value);
    if (operand->term_count > 0) {
        if (!fraction_parse(text_trim(value), &expression.left))
            return TRUTH_UNKNOWN;
        return try_terms(&expression, 0, (struct fraction){.above = 1, .below = 1});
    }
    if (comparison_holds(&operand->comparison, test->matcher, value, NULL))
        return TRUTH_TRUE;
    switch (operand->comparison.way) {
    case COMPARE_BELOW:
    case COMPARE_AT_MOST:
    case COMPARE_ABOVE:
    case COMPARE_AT_LEAST:
        return quantity_parse(text_trim(value), &quantity) ? TRUTH_FALSE : TRUTH_UNKNOWN;
    default:
        return TRUTH_FALSE;
    }
}

/* ---- requirements ---- */

static enum truth operand_truth(const struct test *test, const struct requirement *requirement,
                                const struct operand *operand)
{
    enum truth best = TRUTH_FALSE;
    struct text value;
    size_t nth = 0;

    if (operand->comparison.way == COMPARE_EXISTS || operand->comparison.way == COMPARE_EXISTS_NOT)
        return test->lookup(test->context, text_of(requirement->name), 0, &value) ==
                       (operand->comparison.way == COMPARE_EXISTS)
                   ? TRUTH_TRUE
                   : TRUTH_FALSE;
    while (best != TRUTH_TRUE && test->lookup(test->context, text_of(requirement->name), nth, &value)) {
        best = greater(best, operand_holds(test, operand, value));
        nth++;
    }
    return nth == 0 ? TRUTH_UNKNOWN : best;
}

static enum truth requirement_truth(const struct test *test, const struct requirement *requirement)
{
    enum truth truth = requirement->all ? TRUTH_TRUE : TRUTH_FALSE;

    for (size_t i = 0; i < requirement->count; i++) {
        enum truth one = operand_truth(test, requirement, &requirement->operands[i]);

        if (requirement->all ? one < truth : one > truth)
            truth = one;
    }
    return truth;
}

/* The least of the requirements; *decides is the first that is so. */
static enum truth requirements_truth(const struct test *test, const struct requirements *requirements,
                                     const struct requirement **decides)
{
    enum truth truth = TRUTH_TRUE;

    for (size_t i = 0; i < requirements->count && truth != TRUTH_FALSE; i++) {
        enum truth one = requirement_truth(test, &requirements->items[i]);

        if (one < truth) {
            truth = one;
            *decides = &requirements->items[i];
        }
    }
    return truth;
}

/* ---- reasons ---- */

static const char *words_before(enum comparison_way way)
{
    switch (way) {
    case COMPARE_CONTAINS:
        return "a text with ";
    case COMPARE_STARTS:
        return "a text that begins with ";
    case COMPARE_ENDS:
        return "a text that ends with ";
    case COMPARE_PATTERN:
        return "a text like ";
    case COMPARE_BELOW:
        return "below ";
    case COMPARE_AT_MOST:
        return "at most ";
    case COMPARE_ABOVE:
        return "above ";
    case COMPARE_AT_LEAST:
        return "at least ";
    default:
        return "";
    }
}

static void add_words(struct predicate_reason *reason, size_t *used, struct text text)
{
    size_t room = sizeof reason->needs - 1 - *used;
    size_t size = text.size < room ? text.size : room;

    while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;   /* not in the middle of a character */
    if (size > 0)
        memcpy(reason->needs + *used, text.data, size);
    *used += size;
    reason->needs[*used] = '\0';
}

static void describe(const struct requirement *requirement, struct predicate_reason *reason)
{
    size_t used = 0;

    reason->name = requirement->name;
    reason->needs[0] = '\0';
    for (size_t i = 0; i < requirement->count; i++) {
        const struct operand *operand = &requirement->operands[i];
        const struct comparison *comparison = &operand->comparison;
        bool plain = operand->term_count == 0 && comparison->way <= COMPARE_ENDS;

        if (i > 0)
            add_words(reason, &used,
                      i + 1 < requirement->count ? TEXT(", ") :
                      requirement->all           ? TEXT(" and ") :
                                                   TEXT(" or "));
        if (comparison->way == COMPARE_EXISTS || comparison->way == COMPARE_EXISTS_NOT) {
            add_words(reason, &used, comparison->way == COMPARE_EXISTS ? TEXT("a value") : TEXT("no value"));
            continue;
        }
        if (i == 0)
            add_words(reason, &used, text_of(words_before(requirement->way)));
        if (comparison->way == COMPARE_PATTERN)
            add_words(reason, &used, TEXT("/"));
        add_words(reason, &used, plain ? comparison->literal : comparison->written);
        if (comparison->way == COMPARE_PATTERN)
            add_words(reason, &used, TEXT("/"));
    }
}

/* ---- predicates ---- */

enum truth predicate_test(const struct predicate *predicate, struct matcher *matcher, predicate_lookup *lookup,
                          void *context, struct predicate_reason *reason)
{
    struct test test = {matcher, lookup, context};
    const struct requirement *decides = NULL;
    enum truth best = TRUTH_FALSE;

    if (predicate == NULL)
        return TRUTH_TRUE;
    for (size_t i = 0; i < predicate->count && best != TRUTH_TRUE; i++) {
        const struct requirement *one_decides = NULL;
        enum truth one = requirements_truth(&test, &predicate->alternatives[i], &one_decides);

        if (decides == NULL || one > best)
            decides = one_decides;
        best = greater(best, one);
    }
    if (reason != NULL && best != TRUTH_TRUE && decides != NULL)
        describe(decides, reason);
    return best;
}

static bool has_value(const struct test *test, const char *name)
{
    struct text value;

    return test->lookup(test->context, text_of(name), 0, &value);
}

struct name_list {
    const char **names;
    size_t room, count;
};

static void add_name(struct name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_is(text_of(name), list->names[i]))
            return;
    if (list->count < list->room)
        list->names[list->count++] = name;
}

static void add_missing(const struct test *test, const struct requirement *requirement, struct name_list *list)
{
    if (!has_value(test, requirement->name))
        add_name(list, requirement->name);
    for (size_t i = 0; i < requirement->count; i++)
        for (size_t j = 0; j < requirement->operands[i].term_count; j++) {
            const char *name = requirement->operands[i].terms[j].name;

            if (name != NULL && !has_value(test, name))
                add_name(list, name);
        }
}

size_t predicate_unknown_names(const struct predicate *predicate, struct matcher *matcher, predicate_lookup *lookup,
                               void *context, const char **names, size_t room)
{
    struct test test = {matcher, lookup, context};
    struct name_list list = {names, room, 0};

    if (predicate == NULL || predicate_test(predicate, matcher, lookup, context, NULL) != TRUTH_UNKNOWN)
        return 0;
    for (size_t i = 0; i < predicate->count; i++) {
        const struct requirement *decides = NULL;

        if (requirements_truth(&test, &predicate->alternatives[i], &decides) != TRUTH_UNKNOWN)
            continue;
        for (size_t j = 0; j < predicate->alternatives[i].count; j++)
            if (requirement_truth(&test, &predicate->alternatives[i].items[j]) == TRUTH_UNKNOWN)
                add_missing(&test, &predicate->alternatives[i].items[j], &list);
    }
    return list.count;
}
