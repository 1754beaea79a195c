/*
 * A piece of UTF-8 text: a pointer and a length, owned by somebody else. Never assumed to end in NUL.
 *
 * All text in the program is valid UTF-8: readers turn what is not into U+FFFD (base/unicode.h). Comparisons "nocase"
 * fold A-Z only; rules that need more use `re|i`, where PCRE2 knows Unicode.
 *
 * No function here depends on the locale.
 */
#ifndef WINCAUSE_BASE_TEXT_H
#define WINCAUSE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *data;
    size_t size;
};

#define TEXT(literal) ((struct text){"" literal, sizeof(literal) - 1})
#define TEXT_NONE ((struct text){NULL, 0})

struct text text_of(const char *string);                     /* NULL gives TEXT_NONE */
struct text text_slice(struct text text, size_t from, size_t to); /* clamped to the text */
bool text_equal(struct text a, struct text b);
bool text_equal_nocase(struct text a, struct text b);
bool text_is(struct text a, const char *string);             /* text_equal with a C string */
bool text_is_nocase(struct text a, const char *string);
int text_compare(struct text a, struct text b);              /* bytewise, shorter first: a total order */
int text_compare_nocase(struct text a, struct text b);
bool text_starts(struct text text, struct text head);
bool text_starts_nocase(struct text text, struct text head);
bool text_ends_nocase(struct text text, struct text tail);
#define TEXT_NOT_FOUND ((size_t)-1)
size_t text_find(struct text text, struct text part);        /* offset of the first, or TEXT_NOT_FOUND */
size_t text_find_nocase(struct text text, struct text part);
size_t text_find_char(struct text text, char c);
struct text text_trim(struct text text);                     /* without blanks, tabs, CR, LF at both ends */
char text_lower_char(char c);

/* Takes the next piece of *rest up to `separator` (which is dropped). False when *rest is used up. */
bool text_next(struct text *rest, char separator, struct text *piece);

/* Numbers: the whole text must be one. `base` 10 or 16; no sign, no prefix, no blanks. False on overflow too. */
bool text_number(struct text text, unsigned base, uint64_t *number);
/* As people and Windows write it: decimal, or 0x and hex; an optional leading minus. */
bool text_integer(struct text text, int64_t *number);

uint64_t text_hash(struct text text, uint64_t seed);         /* stable across runs and machines (FNV-1a, mixed) */
uint64_t text_hash_nocase(struct text text, uint64_t seed);

#endif
