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

void evidence_join_groups(struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->cause->evidence_count; i++) {
        const struct evidence *evidence = judgement->items[i].evidence;
        judgement->items[i].group = evidence->group != NULL ? evidence->group : evidence->id;
    }
    for (size_t i = 0; i < judgement->cause->evidence_count; i++)
        for (size_t j = 0; j < judgement->items[i].evidence->all_count; j++) {
            struct judged *part = judgement_item(judgement, judgement->items[i].evidence->all[j]);
            if (part != NULL)
                part->group = judgement->items[i].group;
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
            if (strcmp(judgement->items[j].group, judgement->items[i].group) != 0)
                continue;
            first &= j >= i;
            bool better = weights[best] > 0 || weights[j] > 0 ? weights[j] > weights[best] : weights[j] < weights[best];
            if (better || (weights[j] == weights[best] && j < best))
                best = j;
        }
        if (counted != NULL)
            counted[i] = best == i ? weights[i] : 0;
        if (first)
            sum += weights[best];
    }
    return sum;
}
