/* Compiling `applies`, `valid` and `where`, and the names that rules may use where. */
#ifndef WINCAUSE_RULES_PREDICATE_COMPILE_H
#define WINCAUSE_RULES_PREDICATE_COMPILE_H

#include "rules/predicate.h"
#include "rules/tree.h"

/* The names that mean something at one place of a rule. */
struct scope {
    const char *const *names;    /* captures, extracted names, `id.count`; ends in NULL */
    bool facts;                  /* names with a dot may be facts */
    bool open;                   /* there may be more names: unknown ones are not reported */
    bool names_as_values;        /* `where`: a value that is one of the names stands for its value */
    const char *what;            /* "captures of the symptom": for messages */
};

/* Reports a name that is not in scope, at byte `offset` of the scalar. */
bool scope_check(struct tree *tree, const struct node *node, size_t offset, struct text name,
                 const struct scope *scope);

/* Compiles into `arena`. NULL, reported, when something is wrong. predicate_free() frees what is not in the arena. */
struct predicate *predicate_compile(struct tree *tree, const struct node *node, const struct scope *scope,
                                    struct arena *arena);

#endif
