#include "rules/testcase.h"

#include <string.h>

const char *test_record_value(const struct test_record *record, const char *name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (strcmp(record->fields[i].name, name) == 0 && record->fields[i].value_count > 0)
            return record->fields[i].values[0];
    return NULL;
}

/* ---- drop ---- */

static bool field_has_one_of(const struct test_field *field, const struct test_field *wanted)
{
    for (size_t i = 0; i < field->value_count; i++)
        for (size_t j = 0; j < wanted->value_count; j++)
            if (strcmp(field->values[i], wanted->values[j]) == 0)
                return true;
    return false;
}

static bool record_fits(const struct test_record *record, const struct test_record *pattern)
{
    for (size_t i = 0; i < pattern->field_count; i++) {
        bool found = false;
        for (size_t j = 0; j < record->field_count && !found; j++)
            found = strcmp(record->fields[j].name, pattern->fields[i].name) == 0 &&
                    field_has_one_of(&record->fields[j], &pattern->fields[i]);
        if (!found)
            return false;
    }
    return true;
}

static bool drop_records(struct test_case *built, const struct test_record *pattern)
{
    size_t kept = 0;
    for (size_t i = 0; i < built->record_count; i++)
        if (!record_fits(&built->records[i], pattern))
            built->records[kept++] = built->records[i];
    bool dropped = kept < built->record_count;
    built->record_count = kept;
    return dropped;
}

/* ---- replace ---- */

/* The fields belong to the rules, so that a change is made to a copy. */
static struct test_field *own_fields(struct arena *arena, struct test_record *record)
{
    struct test_field *fields = arena_alloc(arena, (record->field_count + 1) * sizeof(*fields));
    memcpy(fields, record->fields, record->field_count * sizeof(*fields));
    record->fields = fields;
    return fields;
}

static char **own_values(struct arena *arena, struct test_field *field)
{
    char **values = arena_alloc(arena, (field->value_count + 1) * sizeof(*values));
    memcpy(values, field->values, field->value_count * sizeof(*values));
    field->values = values;
    return values;
}

static bool replace_in_record(struct arena *arena, struct test_record *record, const struct test_replace *replace)
{
    bool replaced = false;
    for (size_t i = 0; i < record->field_count; i++) {
        if (strcmp(record->fields[i].name, replace->field) != 0)
            continue;
        for (size_t j = 0; j < record->fields[i].value_count; j++) {
            if (strcmp(record->fields[i].values[j], replace->old_value) != 0)
                continue;
            own_values(arena, &own_fields(arena, record)[i])[j] = replace->new_value;
            replaced = true;
        }
    }
    return replaced;
}

static bool replace_values(struct test_case *built, const struct test_replace *replace)
{
    bool replaced = false;
    for (size_t i = 0; i < built->record_count; i++)
        replaced |= replace_in_record(&built->arena, &built->records[i], replace);
    return replaced;
}

/* ---- the rest ---- */

static void take_records(struct test_case *built, const struct rule_test *test)
{
    built->records = arena_alloc(&built->arena, (test->record_count + 1) * sizeof(*built->records));
    if (test->record_count > 0)
        memcpy(built->records, test->records, test->record_count * sizeof(*built->records));
    built->record_count = test->record_count;
}

static void take_facts(struct test_case *built, const struct rule_test *test)
{
    struct test_fact *facts = arena_alloc(&built->arena, (built->fact_count + test->fact_count + 1) * sizeof(*facts));
    size_t count = built->fact_count;
    if (count > 0)
        memcpy(facts, built->facts, count * sizeof(*facts));
    for (size_t i = 0; i < test->fact_count; i++) {
        size_t place = 0;
        while (place < count && strcmp(facts[place].name, test->facts[i].name) != 0)
            place++;
        facts[place] = test->facts[i];
        if (place == count)
            count++;
    }
    built->facts = facts;
    built->fact_count = count;
}

static void take_with(struct test_case *built, const struct rule_test *test)
{
    const char **with = arena_alloc(&built->arena, (built->with_count + test->with_count + 1) * sizeof(*with));
    if (built->with_count > 0)
        memcpy(with, built->with, built->with_count * sizeof(*with));
    for (size_t i = 0; i < test->with_count; i++)
        with[built->with_count + i] = test->with[i];
    built->with = with;
    built->with_count += test->with_count;
}

/* A drop or replace that changes nothing is a slip of the pen, and the test would not test what its name says. */
static bool take_test(struct test_case *built, const struct rule_test *test, struct buffer *why)
{
    if (test->has_records)
        take_records(built, test);
    for (size_t i = 0; i < test->drop_count; i++)
        if (!drop_records(built, &test->drop[i])) {
            buffer_printf(why, "drop: no record has these fields (entry %zu)", i + 1);
            return false;
        }
    for (size_t i = 0; i < test->replace_count; i++)
        if (!replace_values(built, &test->replace[i])) {
            buffer_printf(why, "replace: no record has %s `%s`", test->replace[i].field, test->replace[i].old_value);
            return false;
        }
    take_facts(built, test);
    if (test->has_collected) {
        built->collected = test->collected;
        built->collected_count = test->collected_count;
    }
    take_with(built, test);
    return true;
}

static const struct rule_test *test_called(const struct rule_set *rules, const struct rule_file *file, const char *name)
{
    for (size_t i = 0; i < rules->test_count; i++)
        if (rules->tests[i]->file == file && strcmp(rules->tests[i]->name, name) == 0)
            return rules->tests[i];
    return NULL;
}

/* `like` names a test that stands above in the same file (rules/test_load.c), so that this ends. */
static bool take_chain(const struct rule_set *rules, const struct rule_test *test, struct test_case *built,
                       struct buffer *why)
{
    const struct rule_test *before = test->like == NULL ? NULL : test_called(rules, test->file, test->like);
    return (before == NULL || take_chain(rules, before, built, why)) && take_test(built, test, why);
}

bool test_case_build(const struct rule_set *rules, const struct rule_test *test, struct test_case *built,
                     struct buffer *why)
{
    *built = (struct test_case){0};
    return take_chain(rules, test, built, why);
}

void test_case_free(struct test_case *built)
{
    arena_free(&built->arena);
}
