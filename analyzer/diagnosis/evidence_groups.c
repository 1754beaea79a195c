/* Items that share one underlying fact count once. */
#include <string.h>

#include "diagnosis/evidence.h"

struct judged *judgement_item(struct judgement *judgement, const char *id)
{
    for (size_t i = 0; i < judgement->cause->evidence_count; i++)
        if (strcmp(judgement->items[i].evidence->id, id) == 0)
            return &judgement->items[i];
    return NULL;
}

static bool share_a_fact(const struct judgement *judgement, size_t one, size_t two)
{
    const struct evidence *a = judgement->items[one].evidence, *b = judgement->items[two].evidence;
    if (a->group != NULL && b->group != NULL && strcmp(a->group, b->group) == 0)
        return true;
    for (size_t i = 0; i < a->all_count; i++)
        if (strcmp(a->all[i], b->id) == 0)
            return true;
    return false;
}

/* Each item gets the number of the first item that it shares a fact with, directly or through others. */
void evidence_join_groups(struct judgement *judgement)
{
    size_t count = judgement->cause->evidence_count;
    for (size_t i = 0; i < count; i++)
        judgement->items[i].group = i;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++) {
                struct judged *a = &judgement->items[i], *b = &judgement->items[j];
                if (a->group == b->group || !share_a_fact(judgement, i, j))
                    continue;
                a->group = b->group = a->group < b->group ? a->group : b->group;
                changed = true;
            }
    }
}

int evidence_sum(const struct judgement *judgement, const int *weights, int *counted)
{
    int sum = 0;
    size_t count = judgement->cause->evidence_count;
    for (size_t i = 0; i < count; i++) {
        size_t best = i;
        bool first = true;
        for (size_t j = 0; j < count; j++) {
            if (judgement->items[j].group != judgement->items[i].group)
                continue;
            first &= j >= i;
            bool better = weights[best] > 0 || weights[j] > 0 ? weights[j] > weights[best] : weights[j] < weights[best];
            if (better || (j < best && weights[j] == weights[best]))
                best = j;
        }
        if (counted != NULL)
            counted[i] = best == i ? weights[i] : 0;
        if (first)
            sum += weights[best];
    }
    return sum;
}
