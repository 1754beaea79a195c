/*
 * What a predicate consists of: shared by predicate_compile.c and predicate.c. Nobody else includes this.
 *
 *     where: [{user_services.count|gt: '49152 / third'}, {third|exists: false}]
 *
 * is two alternatives of one requirement each; the first compares a name with an expression of two terms.
 */
#ifndef WINCAUSE_RULES_PREDICATE_PARTS_H
#define WINCAUSE_RULES_PREDICATE_PARTS_H

#include "rules/comparison.h"

#define EXPRESSION_TERMS 8u      /* of one expression */

/* A decimal number as a fraction: exact, whatever is multiplied and divided, up to 128 bits. */
struct fraction {
    bool negative;
    unsigned __int128 above, below;
};
bool fraction_parse(struct text text, struct fraction *fraction);

struct term {
    bool divides;
    const char *name;            /* NULL: the number */
    struct fraction number;
};

struct operand {                 /* one value behind the colon */
    struct comparison comparison;
    struct term *terms;          /* none: the comparison alone */
    size_t term_count;
};

struct requirement {             /* one `name|modifier: values` */
    const char *name;
    enum comparison_way way;
    bool all;
    struct operand *operands;
    size_t count;
};

struct requirements {            /* one map: all of them */
    struct requirement *items;
    size_t count;
};

struct predicate {               /* with everything in it but its patterns in the arena that it was compiled into */
    struct requirements *alternatives;
    size_t count;
};

#endif
