/*
 * Reading maps of a rule file by a table: every keyword of the rule language is one row of such a table (its name, who
 * reads it, where the value goes). What is wrong is reported with its place, what is allowed there and the nearest
 * word; reading goes on, so that every mistake is reported at once.
 */
#ifndef WINCAUSE_RULES_SCHEMA_H
#define WINCAUSE_RULES_SCHEMA_H

#include "rules/detection.h"
#include "rules/predicate.h"
#include "rules/tree.h"

struct reading {
    struct tree *tree;
    struct arena *arena;         /* for what stays when the tree is gone: the rule set's */
    void *context;               /* of the readers' own business */
};

struct keyword;
/* `target` is the struct that schema_read() was given. */
typedef void keyword_reader(struct reading *reading, const struct keyword *keyword, const struct node *value,
                            void *target);

struct keyword {
    const char *name;
    keyword_reader *read;
    bool required;
    size_t offset;               /* of the member in the target, for the readers below */
    size_t count_offset;         /* of the member that counts, for lists */
    const char *const *words;    /* read_word */
};

/* Reads the map `node` (an error when it is none). `what` names it in messages: "a cause". The table ends in a row
 * without a name. */
void schema_read(struct reading *reading, const struct node *node, const char *what, const struct keyword *keywords,
                 void *target);

/* Members: char *. */
keyword_reader read_sentence;    /* line breaks become blanks */
keyword_reader read_name;        /* an id: a-z 0-9 _ - and, inside, a dot */
/* Members: char **, size_t: a list of texts, or one alone. */
keyword_reader read_texts;
keyword_reader read_names;
/* Member: an enum in the order of `words`. */
keyword_reader read_word;
/* Member: bool; true or false. */
keyword_reader read_bool;
/* Nothing stays: checks that it is 1. */
keyword_reader read_schema_version;
/* Taken elsewhere, in an earlier or later pass. */
keyword_reader read_elsewhere;

/* The text of a scalar that must not be empty; NULL, reported, when it is none. Copied to the arena. */
char *schema_text(struct reading *reading, const struct node *node);
/* An id as above. Returns whether it is one; reported when not. */
bool schema_is_name(struct tree *tree, const struct node *node);
/* The index in `words`, or -1, reported as an unknown `what`. */
int schema_word(struct tree *tree, const struct node *node, const char *what, const char *const *words);
/* False, reported, when it is no whole number of at most `most`. */
bool schema_number(struct tree *tree, const struct node *node, uint64_t most, uint64_t *number);
/* 10s, 10m, 2h, 1d in ticks. */
bool schema_duration(struct tree *tree, const struct node *node, int64_t *ticks);
/* A regular expression; NULL, reported with the place inside it, when it does not compile. */
struct pattern *schema_pattern(struct tree *tree, const struct node *node, bool nocase);
/* "use decisive, strong, moderate or weak; did you mean `strong`?" Lives as long as the tree. */
char *schema_hint(struct tree *tree, const char *const *words, struct text given);
/* A node for "something is missing in this map": its first key, so that carets do not run over its first value. */
const struct node *schema_head(const struct node *map);

#endif
