/*
 * A rule file as a tree of nodes, each with its exact place: YAML through libyaml's events, cut down to what cannot
 * surprise.
 *
 * Every scalar is text (`no`, `1e3` and 010 are what is written). Refused, each with a diagnostic: duplicate keys,
 * anchors and aliases, tags, merge keys, several documents, keys that are not plain text, and files that are no UTF-8,
 * too large, too deep or empty.
 *
 * A tree owns its nodes and the file's bytes; everything dies with tree_free().
 */
#ifndef WINCAUSE_RULES_TREE_H
#define WINCAUSE_RULES_TREE_H

#include "base/diagnostic.h"

struct mark {
    unsigned line;               /* 1-based */
    unsigned column;             /* 1-based, in characters */
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
enum node_style { STYLE_PLAIN, STYLE_SINGLE_QUOTED, STYLE_DOUBLE_QUOTED, STYLE_BLOCK };

struct node {
    enum node_kind kind;
    enum node_style style;       /* scalars */
    bool repeated;               /* private: a key that stands in its map already */
    struct mark start, end;      /* end: behind the last character; a block ends where the next thing begins */
    struct text text;            /* scalars: without NUL inside, and NUL-terminated behind its end */
    struct node_entry *entries;  /* lists and maps, as written */
    size_t count;
};

struct node_entry {
    struct node *key;            /* a scalar; NULL in a list */
    struct node *value;
};

struct tree {
    const char *file;            /* as the user named it; borrowed */
    struct text source;          /* without byte order mark; owned by the arena */
    struct node *root;           /* NULL when the file could not be read as YAML at all */
    struct diagnostics *diagnostics; /* borrowed: where mistakes in this file go */
    size_t errors, warnings;     /* how many this file has so far */
    struct mark first_error;     /* in the file's order; line 0: none, or the whole file */
    char *first_message;         /* NULL: no error so far */
    struct arena arena;
    uint32_t *lines;             /* private: byte offsets of the lines of `source` */
    size_t line_count;
    bool partial;                /* `enough` ended it */
};

/* Never NULL. What is wrong is in `diagnostics` and counted in tree->errors. */
struct tree *tree_parse(const char *file, struct text bytes, struct diagnostics *diagnostics);
/* The same up to the first key of the root for which `enough` says so: the head of a long file. */
typedef bool tree_enough(const struct node *root, struct text key);
struct tree *tree_parse_until(const char *file, struct text bytes, struct diagnostics *diagnostics,
                              tree_enough *enough);
void tree_free(struct tree *tree);

/* Where a node stands, for a diagnostic that comes when the tree is gone. */
struct place {
    unsigned line, column, width;
    char *source;                /* the line; in the arena that was given */
};
struct place tree_place(const struct tree *tree, const struct node *node, struct arena *arena);

/* The value of `key`, or NULL. */
struct node *tree_get(const struct node *map, const char *key);
/* The entry of a list that says `text`, or the list itself: where a diagnostic about that entry belongs. */
const struct node *tree_item(const struct node *list, struct text text);
/* Plain `~`, `null` or nothing at all; everything else, '' too, is text. */
bool node_is_null(const struct node *node);
bool node_is(const struct node *node, enum node_kind kind);   /* false for NULL */

/* Adds a diagnostic with its source line and carets under the node, or under one part of a scalar: `offset` and `size`
 * count bytes of node->text. At most LIMIT_RULE_PROBLEMS of a file are added. `hint` may be NULL. */
void tree_error(struct tree *tree, const struct node *node, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void tree_warning(struct tree *tree, const struct node *node, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void tree_error_in(struct tree *tree, const struct node *node, size_t offset, size_t size, const char *hint,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));
void tree_warning_in(struct tree *tree, const struct node *node, size_t offset, size_t size, const char *hint,
                     const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
