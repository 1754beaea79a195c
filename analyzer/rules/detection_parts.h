/*
 * What a detection consists of: shared by the files that compile it (condition.c, detection_compile.c,
 * detection_summary.c) and the one that tests it (detection.c). Nobody else includes this.
 *
 *     detection:
 *       sel:                            a selection: OR of alternatives
 *         - {EventID: 7, Level: 2}      an alternative: AND of items
 *         - EventID: [11, 51]           an item: a field and its values
 *       condition: sel
 */
#ifndef WINCAUSE_RULES_DETECTION_PARTS_H
#define WINCAUSE_RULES_DETECTION_PARTS_H

#include "rules/comparison.h"

/* Fields that an event has without being decoded. */
enum known_field { FIELD_OTHER, FIELD_CHANNEL, FIELD_PROVIDER, FIELD_EVENT_ID, FIELD_LEVEL, FIELD_COMPUTER, FIELD_ANY };

/* How dear a test is: what is cheap goes first where the order does not matter. */
enum cost { COST_EVENT_ID, COST_SYSTEM /* no decoding */, COST_PLAIN, COST_PATTERN };

struct item {
    struct text field;           /* FIELD_ANY: a keyword, searched in every field */
    enum known_field known;
    bool all;
    struct comparison *values;
    size_t count;
    enum cost cost;
};

struct alternative {
    struct item *items;          /* cheapest first */
    size_t count;
};

struct selection {
    struct text name;
    struct alternative *alternatives;
    size_t count;
    enum cost cost;
    bool has_groups;             /* some pattern in it has named groups */
    bool used;                   /* by the condition; only while compiling */
};

enum condition_kind { CONDITION_SELECTION, CONDITION_AND, CONDITION_OR, CONDITION_NOT };

struct condition {
    enum condition_kind kind;
    const struct selection *selection;
    struct condition **parts;    /* AND: cheapest first */
    size_t count;
    enum cost cost;
    bool has_groups;             /* below a `not` nothing is captured */
};

struct detection {               /* with everything in it but its patterns in the arena that it was compiled into */
    struct arena *arena;         /* only while compiling */
    struct selection *selections;
    size_t selection_count;
    struct condition *condition;
    bool message_view;           /* category message: keywords look there, and what has no Message never matches */
    bool has_groups;

    /* The summary: what must be so for the detection to match. */
    uint32_t *event_ids;         /* sorted */
    size_t event_id_count;       /* 0: any */
    const char *provider;        /* or NULL */

    /* Registry. */
    const struct item **key_items; /* what the key must be like, all of them */
    size_t key_item_count;
    bool key_open;               /* alternatives or negations on the key: no key proves anything */
    bool wants_value;
    const char *key_text;
    struct text key_parent;      /* what stands before key_last in the pattern, up to its wildcard */
    struct text key_last;        /* last component that the pattern ends in, "" when it does not end in a whole one */
};

/* Reads the condition and builds the tree. NULL, reported, when it is wrong. */
struct condition *condition_compile(struct tree *tree, const struct node *node, struct detection *detection);

/* Fills the summary. */
void detection_summarize(struct detection *detection);

/* The names of the groups that a match may capture, each once. Returns how many there are, which may be more than
 * `room`. */
size_t detection_names(const struct detection *detection, const char **names, size_t room);

/* Compiles the map below `detection:` into `arena`. NULL, reported, when something in it is wrong. detection_free()
 * frees what is not in the arena. */
struct detection *detection_compile(struct tree *tree, const struct node *node, const struct logsource *logsource,
                                    struct arena *arena);

#endif
