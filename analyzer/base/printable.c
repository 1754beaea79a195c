#include "base/printable.h"

#define REPLACEMENT 0xFFFDu

struct range {
    uint32_t first, last;
};

/* Characters that steer a terminal or hide text instead of showing it. */
static const struct range steering[] = {{0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD},   {0x061C, 0x061C},
                                        {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},
                                        {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFEFF, 0xFEFF},
                                        {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

/* Unicode's East Asian Width W and F, and pictographs, as terminals draw them: two columns. */
static const struct range wide[] = {{0x1100, 0x115E},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
                                    {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97C},
                                    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
                                    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1B000, 0x1B2FF},
                                    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

/* The most common combining marks: no column of their own. */
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x06D6, 0x06DC},
    {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

#define IN(ranges, character) in_ranges(ranges, sizeof(ranges) / sizeof(*(ranges)), character)

static bool in_ranges(const struct range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count && ranges[i].first <= character; i++) {
        if (character <= ranges[i].last)
            return true;
    }
    return false;
}

/* Bytes of the character that begins with `head`; 0 when none does. */
static size_t length_after(uint8_t head)
{
    if (head < 0x80)
        return 1;
    if (head < 0xC2 || head > 0xF4)
        return 0;
    return head < 0xE0 ? 2 : head < 0xF0 ? 3 : 4;
}

uint32_t printable_next(struct text *rest)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t head_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint8_t head = (uint8_t)rest->data[0];
    size_t length = length_after(head);
    uint32_t character = head & head_bits[length];

    if (length > rest->size)
        length = 0;
    for (size_t i = 1; i < length; i++) {
        uint8_t next = (uint8_t)rest->data[i];
        if ((next & 0xC0) != 0x80)
            length = 0;
        character = character << 6 | (next & 0x3Fu);
    }
    if (length == 0 || character < least[length] || character > 0x10FFFF ||
        (character >= 0xD800 && character <= 0xDFFF)) {
        *rest = text_slice(*rest, 1, rest->size);
        return REPLACEMENT;
    }
    *rest = text_slice(*rest, length, rest->size);
    return character;
}

void buffer_add_printable(struct buffer *out, struct text text)
{
    while (text.size > 0) {
        struct text before = text;
        uint32_t character = printable_next(&text);

        if (character == '\t' || character == '\n' || character == '\r')
            buffer_add_char(out, ' ');
        else if (IN(steering, character))
            buffer_printf(out, "\\u{%x}", (unsigned)character);
        else if (character == REPLACEMENT)
            buffer_add_string(out, "\xEF\xBF\xBD");
        else
            buffer_add(out, before.data, before.size - text.size);
    }
}

unsigned printable_columns(uint32_t character)
{
    if (character < 0x300)
        return 1;
    if (IN(combining, character))
        return 0;
    return IN(wide, character) ? 2 : 1;
}

size_t printable_width(struct text text)
{
    size_t width = 0;
    while (text.size > 0)
        width += printable_columns(printable_next(&text));
    return width;
}
