#include "diagnosis/ranking.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "diagnosis/findings.h"

static const int strength_db[] = {20, 13, 7, 3};
static const int prior_db[] = {-7, -13, -20};
static const double frequency_chance[] = {.95, .80, .50, .20, 0};
static const double leak_chance[] = {.30, .10, .03, .003};

/* Names the table above and the model: change it with either. */
const char *const constants_digest = "wincause-constants/1";

int ranking_strength(enum strength strength) { return strength_db[strength]; }
int ranking_prior(enum how_common how_common) { return prior_db[how_common]; }
double ranking_frequency(enum frequency frequency) { return frequency_chance[frequency]; }
double ranking_leak(enum specificity specificity) { return leak_chance[specificity]; }

static double chance_of(double decibans) { return 1 / (1 + pow(10, -decibans / 10)); }

int ranking_absent(enum strength strength, enum frequency expected)
{
    if (expected == FREQUENCY_OMITTED)
        return 0;
    double sensitivity = frequency_chance[expected];
    double ratio = (1 - sensitivity) / (1 - sensitivity * pow(10, -strength_db[strength] / 10.0));
    return (int)lround(10 * log10(ratio));
}

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

/* The symptom's weight for a cause that shows it with chance s when everything else shows it with chance `other`. */
static double symptom_weight(double s, double other) { return 10 * log10((1 - (1 - other) * (1 - s)) / other); }

static double product_without(const double *q, const double *s, size_t count, size_t without)
{
    double product = 1;
    for (size_t j = 0; j < count; j++)
        if (j != without)
            product *= 1 - q[j] * s[j];
    return product;
}

static double none_of_them(const double *q, const double *s, size_t count, double leak, bool symptom_seen)
{
    double none = 1;
    for (size_t j = 0; j < count; j++)
        none *= 1 - q[j];
    if (!symptom_seen)
        return none;
    return leak * none / (1 - (1 - leak) * product_without(q, s, count, count));
}

double ranking_posteriors(const double *before, const double *explains, size_t count, double leak, bool symptom_seen,
                          double *out)
{
    double *q = memory_array(count + 1, sizeof(*q));
    for (size_t i = 0; i < count; i++)
        q[i] = chance_of(before[i]);
    for (size_t i = 0; i < count; i++) {
        double other = 1 - (1 - leak) * product_without(q, explains, count, i);
        out[i] = chance_of(before[i] + (symptom_seen ? symptom_weight(explains[i], other) : 0));
    }
    double none = none_of_them(q, explains, count, leak, symptom_seen);
    free(q);
    return none;
}

static int crowd_of(const struct ranking_cause *causes, size_t count)
{
    double odds = 0;
    for (size_t i = 0; i < count; i++)
        odds += pow(10, causes[i].prior / 10.0);
    /* The tolerance keeps exact powers of ten (ten causes at -10 dB) from being rounded up by the last bit. */
    int crowd = odds > 0 ? (int)ceil(10 * log10(odds) - 1e-9) : 0;
    return crowd > 0 ? crowd : 0;
}

double ranking_solve(struct ranking_cause *causes, size_t count, double leak, bool symptom_seen)
{
    double *q = memory_array(count + 1, sizeof(*q)), *s = memory_array(count + 1, sizeof(*s));
    int crowd = crowd_of(causes, count);
    for (size_t i = 0; i < count; i++) {
        struct ranking_cause *cause = &causes[i];
        int weight = clamp(cause->evidence, -RANKING_CLAMP, RANKING_CLAMP);
        int paid = weight > 0 ? weight : 0;
        cause->limit = weight - cause->evidence;
        cause->crowd = -(crowd > paid ? crowd - paid : 0);
        cause->gates = -clamp(RANKING_GATE * (int)cause->unverified, 0, RANKING_GATES);
        cause->before = cause->prior + cause->crowd + cause->gates + weight;
        q[i] = chance_of(cause->before);
        s[i] = cause->explains;
    }
    for (size_t i = 0; i < count; i++) {
        struct ranking_cause *cause = &causes[i];
        double other = 1 - (1 - leak) * product_without(q, s, count, i);
        double delta = symptom_seen ? symptom_weight(s[i], other) : 0;
        cause->score = (int)lround(10 * (cause->before + delta));
        cause->symptom = cause->score - 10 * cause->before;
        cause->alone = symptom_seen ? (int)lround(10 * symptom_weight(s[i], leak)) : 0;
        cause->probability = chance_of(cause->score / 10.0);
    }
    double none = none_of_them(q, s, count, leak, symptom_seen);
    free(q);
    free(s);
    return none;
}

const char *ranking_word(double probability)
{
    static const struct {
        double from;
        const char *word;
    } words[] = {
        {.95, "very likely"}, {.80, "likely"}, {.50, "more likely than not"}, {.20, "possible"}, {0, "unlikely"}};
    size_t i = 0;
    while (probability < words[i].from)
        i++;
    return words[i].word;
}
