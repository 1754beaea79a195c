/*
 * What is wrong with something a person wrote (a rule file, an argument): data, not output. Functions that read such
 * things append to a list and go on, so that every mistake is reported at once; only commands print.
 *
 *     error: unknown strength `strongly`
 *       --> rules/windows/kb184802.yml:30:19
 *        |         strength: strongly
 *        |                   ^^^^^^^^ use decisive, strong, moderate or weak; did you mean `strong`?
 */
#ifndef WINCAUSE_BASE_DIAGNOSTIC_H
#define WINCAUSE_BASE_DIAGNOSTIC_H

#include "base/memory.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct diagnostic {
    enum severity severity;
    char *file;          /* as the user named it; NULL when it has no file */
    unsigned line;       /* 1-based; 0 when the place is the whole file */
    unsigned column;     /* 1-based, in characters */
    unsigned width;      /* characters to underline, at least 1 */
    char *source;        /* the line as written, without its line break; NULL when there is none */
    char *message;       /* one sentence, no full stop */
    char *hint;          /* what to do, printed behind the carets; NULL when there is none */
};

struct diagnostics {
    struct diagnostic *items;
    size_t count;
    size_t capacity;
    size_t errors;       /* how many of them are errors */
};

/* Copies everything it is given. Returned pointer is valid until the next add. */
struct diagnostic *diagnostics_add(struct diagnostics *list, enum severity severity, const char *file, unsigned line,
                                   unsigned column, unsigned width, struct text source, const char *hint,
                                   const char *format, ...) __attribute__((format(printf, 9, 10)));
/* Prints in the form above, escaping control characters, tabs as blanks so that carets stand right. */
void diagnostics_print(const struct diagnostics *list, struct buffer *out);
void diagnostics_free(struct diagnostics *list);

/* The candidate nearest to `word` when it is near enough to be a slip (edit distance at most 2, or a third of its
 * length), else NULL. `candidates` ends in NULL. */
const char *diagnostic_suggest(struct text word, const char *const *candidates);

#endif
