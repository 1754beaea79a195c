/*
 * Numbers and versions as rules and Windows write them: 512, -1073741502, 0xc0000142, 5.2, 10.0.19041.1. They compare
 * part by part, so "5.2" is below "10.0"; a part that is not there counts as 0, so "5.2" equals "5.2.0".
 */
#ifndef WINCAUSE_RULES_QUANTITY_H
#define WINCAUSE_RULES_QUANTITY_H

#include "base/text.h"

#define QUANTITY_PARTS 8

struct quantity {
    bool negative;               /* only with one part */
    unsigned count;
    uint64_t parts[QUANTITY_PARTS];
};

bool quantity_parse(struct text text, struct quantity *quantity);
int quantity_compare(const struct quantity *a, const struct quantity *b);

/* Whether `text` says the number that a rule writes as 0x...: as 0x and hex, in decimal, in signed 32-bit (or 64-bit)
 * decimal, or as eight bare hex digits. */
bool quantity_is_code(uint64_t code, struct text text);
/* The number of a text that begins with 0x. */
bool quantity_code(struct text text, uint64_t *code);

#endif
