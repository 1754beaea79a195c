/*
 * How rule files become rules: what symptom_load.c, rule_load.c, evidence_load.c, test_load.c and rule_set.c share.
 * Nobody else includes this.
 */
#ifndef WINCAUSE_RULES_RULE_PARTS_H
#define WINCAUSE_RULES_RULE_PARTS_H

#include "base/table.h"
#include "rules/predicate_compile.h"
#include "rules/rule.h"
#include "rules/schema.h"

/* A growing list of names that ends in NULL; the names are borrowed. Lives in an arena. */
struct names {
    struct arena *arena;
    const char **items;
    size_t count, capacity;
};
void names_add(struct names *names, const char *name);    /* each once */
bool names_have(const struct names *names, struct text name);
const char *const *names_list(const struct names *names);

/* What the readers of one rule file share: reading.context. */
struct rule_reading {
    const struct table *symptoms;        /* id -> struct symptom: all that can be had */
    const struct table *skipped;         /* id -> char *: the file of a symptom that was skipped */
    struct rule *rule;
    struct names captures;               /* of all of the rule's symptoms */
    bool names_lost;                     /* what would have given names was wrong: unknown ones are not reported */
    const struct scope *cause_scope;     /* while the resolutions of a cause are read */
};

/* Reads a symptom: a file's root, or one written in place, whose id is `inherited` unless it has its own. Never NULL.
 * */
struct symptom *symptom_read(struct reading *reading, const struct node *node, const char *inherited);
void symptom_clear(struct symptom *symptom);     /* what is not in the arena */

/* Reads a rule. A symptom written in place is taken from `symptoms` too. Never NULL. */
struct rule *rule_read(struct reading *reading, const struct node *root, const struct rule_file *file,
                       const struct table *symptoms, const struct table *skipped);
void rule_clear(struct rule *rule);
/* The id of a symptom written in place, or NULL. */
const char *rule_own_symptom(const struct node *root);

/* Reads the evidence of a cause: fills evidence and evidence_count. */
void evidence_read(struct reading *reading, const struct node *list, struct cause *cause);
void evidence_clear(struct evidence *evidence);

/* The names that mean something in a cause: captures, what its items extract, and `id.count` of each. */
struct names cause_names(struct reading *reading, const struct cause *cause);
/* The names that gates may use: captures and facts. */
struct scope captures_scope(const struct rule_reading *rule);
/* Reports the {name}s in a title or a resolution that mean nothing. `node` NULL: nothing to check. */
void check_placeholders(struct tree *tree, const struct node *node, const struct scope *scope);
/* The symptom that a scalar names, or NULL, reported. */
const struct symptom *symptom_named(struct reading *reading, const struct node *node);

/* Reads `tests`. Returns how many; *tests is a list in the arena. */
size_t tests_read(struct reading *reading, const struct node *node, const struct rule_file *file,
                  const struct rule *rule, struct rule_test ***tests);

#endif
