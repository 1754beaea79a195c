/* For tests of the rules: detections, predicates and records written in one line of YAML, as a rule file would have
 * them. */
#ifndef WINCAUSE_TESTS_RULE_TEXT_H
#define WINCAUSE_TESTS_RULE_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rules/detection_parts.h"
#include "rules/schema.h"

/* The diagnostics of `tree` as text; empty when there are none. The caller frees. */
static inline struct buffer printed(const struct diagnostics *diagnostics)
{
    struct buffer out = {0};

    buffer_add_string(&out, "");
    diagnostics_print(diagnostics, &out);
    return out;
}

/* Parses YAML that must be right. */
static inline struct tree *parsed(const char *yaml, struct diagnostics *diagnostics)
{
    struct tree *tree = tree_parse("test.yml", text_of(yaml), diagnostics);

    if (tree->root == NULL || tree->errors > 0) {
        struct buffer out = printed(diagnostics);

        fail_msg("%s\n%s", yaml, out.data);
    }
    return tree;
}

struct sample_record {
    struct tree *tree;
    struct arena arena;
    struct diagnostics diagnostics;
    struct record record;
};

static inline enum category category_of(struct text name)
{
    for (int i = 0; i < CATEGORY_COUNT; i++)
        if (text_is(name, category_names[i]))
            return (enum category)i;
    return CATEGORY_EVENT;
}

static inline void set_system_field(struct record *record, struct text name, struct text value)
{
    uint64_t number;

    if (text_is(name, "Category")) {
        record->category = category_of(value);
    } else if (text_is(name, "Channel")) {
        record->channel = value;
    } else if (text_is(name, "Provider_Name")) {
        record->provider = value;
    } else if (text_is(name, "EventSourceName")) {
        record->event_source = value;
    } else if (text_is(name, "Computer")) {
        record->computer = value;
    } else if (text_is(name, "EventID") && text_number(value, 10, &number)) {
        record->event_id = (uint32_t)number;
        record->has_event_id = true;
    } else if (text_is(name, "Level") && text_number(value, 10, &number)) {
        record->level = (uint8_t)number;
    }
}

/* `{EventID: 243, Data: [a, b]}`; an event unless Category says otherwise. */
static inline struct sample_record *record_of(const char *yaml)
{
    struct sample_record *test = memory_alloc(sizeof *test);
    struct field_list fields;

    test->tree = parsed(yaml, &test->diagnostics);
    field_list_start(&fields, &test->arena);
    for (size_t i = 0; i < test->tree->root->count; i++) {
        const struct node *key = test->tree->root->entries[i].key, *value = test->tree->root->entries[i].value;

        if (value->kind == NODE_SCALAR) {
            set_system_field(&test->record, key->text, value->text);
            if (!text_is(key->text, "Category"))
                field_list_add(&fields, key->text, value->text);
        }
        for (size_t j = 0; value->kind == NODE_LIST && j < value->count; j++)
            field_list_add(&fields, key->text, value->entries[j].value->text);
    }
    field_list_give(&fields, &test->record);
    return test;
}

static inline void record_free(struct sample_record *test)
{
    tree_free(test->tree);
    arena_free(&test->arena);
    diagnostics_free(&test->diagnostics);
    free(test);
}

/* What detections and predicates are compiled into; each test program frees it at its end. */
static struct arena compiled;

/* Compiles what must be right. `category` NULL: events. The tree is freed: a detection does not need it. */
static inline struct detection *detection_of(const char *yaml, const char *category)
{
    struct diagnostics diagnostics = {0};
    struct logsource logsource = {.has_category = category != NULL};
    struct tree *tree = parsed(yaml, &diagnostics);
    struct detection *detection;
    struct buffer out;

    if (category != NULL)
        logsource.category = category_of(text_of(category));
    detection = detection_compile(tree, tree->root, &logsource, &compiled);
    out = printed(&diagnostics);
    if (detection == NULL || out.size > 0)
        fail_msg("%s\n%s", yaml, out.data);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
    return detection;
}

#endif
