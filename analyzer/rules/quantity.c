#include "rules/quantity.h"

bool quantity_code(struct text text, uint64_t *code)
{
    return text_starts_nocase(text, TEXT("0x")) && text_number(text_slice(text, 2, text.size), 16, code);
}

bool quantity_parse(struct text text, struct quantity *quantity)
{
    struct text part;

    *quantity = (struct quantity){.negative = text.size > 1 && text.data[0] == '-'};
    if (quantity->negative)
        text = text_slice(text, 1, text.size);
    if (quantity_code(text, &quantity->parts[0])) {
        quantity->count = 1;
        return true;
    }
    if (text.size == 0 || text.data[text.size - 1] == '.')
        return false;
    while (text_next(&text, '.', &part))
        if (quantity->count == QUANTITY_PARTS || !text_number(part, 10, &quantity->parts[quantity->count++]))
            return false;
    if (quantity->count == 1 && quantity->parts[0] == 0)
        quantity->negative = false;
    return quantity->count == 1 || !quantity->negative;
}

int quantity_compare(const struct quantity *a, const struct quantity *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    for (unsigned i = 0; i < QUANTITY_PARTS; i++)   /* parts behind the last are 0 */
        if (a->parts[i] != b->parts[i])
            return (a->parts[i] < b->parts[i]) != a->negative ? -1 : 1;
    return 0;
}

bool quantity_is_code(uint64_t code, struct text text)
{
    uint64_t number;

    if (text.size > 1 && text.data[0] == '-') {
        if (!text_number(text_slice(text, 1, text.size), 10, &number) || number == 0)
            return false;
        return code == 0 - number || (number <= 0x80000000u && code == (uint32_t)(0 - number));
    }
    if (quantity_code(text, &number) || text_number(text, 10, &number))
        if (number == code)
            return true;
    return text.size == 8 && text_number(text, 16, &number) && number == code;
}
