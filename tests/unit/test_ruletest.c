/* The tests that stand in rule files: how a test is put together, and what a difference says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules/ruletest.h"
#include "rules/testcase.h"

/* One symptom, a rule with two causes, and another rule that the first may name in `with`. */
static const char symptom_file[] =
    "schema: 1\n"
    "id: stopped\n"
    "title: The service stopped\n"
    "captures: [service]\n"
    "identity: [service]\n"
    "any_of:\n"
    "  text:\n"
    "    logsource: {category: message}\n"
    "    detection: {text: {Message|re: 'service (?P<service>\\w+) stopped'}, condition: text}\n";

static const char other_file[] =
    "schema: 1\n"
    "id: other\n"
    "title: Another article\n"
    "symptom: stopped\n"
    "applies: {service: [beta]}\n"
    "causes:\n"
    "  - {id: other_cause, title: Another cause}\n";

static const char rule_head[] =
    "schema: 1\n"
    "id: disks\n"
    "title: Services stop when a disk fails\n"
    "symptom: stopped\n"
    "applies: {service: [alpha]}\n"
    "causes:\n"
    "  - id: disk\n"
    "    title: The disk fails\n"
    "    applies: {os.version|gte: '5.0'}\n"
    "    evidence:\n"
    "      - id: disk_7\n"
    "        title: A bad block was found\n"
    "        logsource: {service: system}\n"
    "        detection: {event: {Provider_Name: disk, EventID: 7}, condition: event}\n"
    "        when: {before: 1h}\n"
    "        strength: decisive\n"
    "        expected: usually\n"
    "  - id: cable\n"
    "    title: A cable is loose\n"
    "    how_common: rare\n"
    "tests:\n"
    "  - name: base\n"
    "    facts: {os.version: '5.2'}\n"
    "    collected: {'log:System': ['2009-03-02T06:00:00Z', '2009-03-02T12:00:00Z']}\n"
    "    records:\n"
    "      - {Category: event, Channel: System, Provider_Name: disk, EventID: 7, TimeCreated: '2009-03-02T09:50:00Z'}\n"
    "      - {Category: event, Channel: System, Provider_Name: SCM, EventID: 1, TimeCreated: '2009-03-02T10:00:00Z',\n"
    "         Message: service alpha stopped}\n"
    "    expect: {order: [disk, cable], evidence: {disk_7: present}, verdict: ranked}\n";

static void write_file(const char *folder, const char *name, const char *first, const char *second)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(first, file);
    fputs(second, file);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

struct loaded { struct rule_set *rules; struct diagnostics diagnostics; };

/* The three files, with more tests behind `base`. */
static struct loaded load(const char *tests)
{
    struct loaded loaded = {0};
    char folder[] = "/tmp/ruletest-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *paths[] = {folder};
    write_file(folder, "stopped.yml", symptom_file, "");
    write_file(folder, "other.yml", other_file, "");
    write_file(folder, "disks.yml", rule_head, tests);
    loaded.rules = rule_set_load(paths, 1, &loaded.diagnostics);
    remove_file(folder, "stopped.yml");
    remove_file(folder, "other.yml");
    remove_file(folder, "disks.yml");
    rmdir(folder);
    if (loaded.diagnostics.errors > 0) {
        struct buffer out = {0};
        diagnostics_print(&loaded.diagnostics, &out);
        fail_msg("%s", out.data);
    }
    return loaded;
}

static void unload(struct loaded *loaded)
{
    rule_set_free(loaded->rules);
    diagnostics_free(&loaded->diagnostics);
}

static const struct rule_test *test_called(const struct rule_set *rules, const char *name)
{
    for (size_t i = 0; i < rules->test_count; i++)
        if (strcmp(rules->tests[i]->name, name) == 0)
            return rules->tests[i];
    fail_msg("no test is called %s", name);
    return NULL;
}

/* Runs the test `name` of base plus `tests`; it must say `expected`, "" for passed. */
static void assert_says(const char *tests, const char *name, const char *expected)
{
    struct loaded loaded = load(tests);
    struct buffer differences = {0};
    buffer_add_string(&differences, "");
    bool passed = rule_test_run(loaded.rules, test_called(loaded.rules, name), &differences);
    assert_string_equal(differences.data, expected);
    assert_int_equal(passed, expected[0] == '\0');
    buffer_free(&differences);
    unload(&loaded);
}

#define LIKE(more) "  - {name: t, like: base, " more "}\n"

static void a_test_that_is_as_expected(void **state)
{
    (void)state;
    assert_says("", "base", "");
}

static void evidence_says_why(void **state)
{
    (void)state;
    assert_says(LIKE("drop: {Provider_Name: disk}, expect: {evidence: {disk_7: present}}"), "t",
                "disk_7: expected present, got absent (the System log covers the time and has none)");
    assert_says(LIKE("drop: {Provider_Name: disk}, collected: {'log:System': ['2009-03-02T09:30:00Z', "
                     "'2009-03-02T12:00:00Z']}, expect: {evidence: {disk/disk_7: absent}}"), "t",
                "disk/disk_7: expected absent, got partial (log starts 2009-03-02T09:30:00Z, "
                "window starts 2009-03-02T09:00:00Z)");
}

static void a_fact_that_is_changed_excludes_the_cause(void **state)
{
    (void)state;
    assert_says(LIKE("facts: {os.version: '4.0'}, expect: {excluded: {disk: applies.os.version}, order: [cable]}"),
                "t", "");
    assert_says(LIKE("facts: {os.version: '4.0'}, expect: {excluded: {disks/disk: applies.service}}"), "t",
                "disks/disk: expected to be excluded by applies.service, got applies.os.version: "
                "needs at least 5.0, here 4.0");
    assert_says(LIKE("facts: {os.version: '4.0'}, expect: {probability: {disk: '>=0.5'}, "
                     "evidence: {disk_7: present}}"), "t",
                "probability of disk: expected >=0.5000, but it is not ranked; "
                "disk_7: expected present, but no ranked cause has it");
    assert_says(LIKE("expect: {excluded: {disk: applies.os.version}}"), "t",
                "disk: expected to be excluded by applies.os.version, but it is not");
}

static void a_fact_that_is_taken_away_is_unverified(void **state)
{
    (void)state;
    assert_says(LIKE("facts: {os.version: ~}, expect: {unverified: [os.version]}"), "t", "");
    assert_says(LIKE("facts: {os.version: ~}, expect: {unverified: [os.arch]}"), "t",
                "unverified: expected os.arch, which is verified; unverified: did not expect os.version");
}

static void order_and_probability(void **state)
{
    (void)state;
    struct loaded loaded = load(LIKE("expect: {order: [cable, disk], probability: {disk: '<=0.5', cable: '<0.9'}}"));
    struct buffer differences = {0};
    assert_false(rule_test_run(loaded.rules, test_called(loaded.rules, "t"), &differences));
    assert_non_null(strstr(differences.data, "order: expected cable at rank 1, got disks/disk (P 0.9"));
    assert_non_null(strstr(differences.data, "; probability of disk: expected <=0.5000, got 0.9"));
    assert_null(strstr(differences.data, "probability of cable"));
    buffer_free(&differences);
    unload(&loaded);
    assert_says(LIKE("with: [other], expect: {order: [disk, cable, other_cause]}"), "t",
                "order: expected other_cause at rank 3, got no cause");
}

/* alpha's problem, where the rule is ranked, counts even if beta's comes first. */
static void the_problem_that_ranks_the_rule_counts(void **state)
{
    (void)state;
    static const char two_problems[] =
        "  - name: t\n"
        "    like: base\n"
        "    with: [other]\n"
        "    records:\n"
        "      - {Category: message, Source: a.txt, Message: service beta stopped}\n"
        "      - {Category: message, Source: b.txt, Message: service beta stopped}\n"
        "      - {Category: message, Source: c.txt, Message: service alpha stopped}\n"
        "    expect: {excluded: {other: applies.service}, evidence: {disk_7: partial}}\n";
    assert_says(two_problems, "t", "");
}

static void without_a_problem_the_report_has_the_verdict(void **state)
{
    (void)state;
    assert_says(LIKE("drop: {Provider_Name: SCM}, replace: {EventID: {7: 8}}, expect: {verdict: ranked}"), "t",
                "verdict: expected ranked, got nothing_found");
    assert_says("  - {name: t, records: [], expect: {verdict: nothing_read}}\n", "t", "");
}

static void another_rule_is_seen_only_when_named(void **state)
{
    (void)state;
    assert_says(LIKE("expect: {excluded: {other: applies.service}}"), "t",
                "other: expected to be excluded by applies.service, but it is not");
    assert_says(LIKE("with: [other], expect: {excluded: {other: applies.service}}"), "t", "");
    assert_says(LIKE("with: [nobody], expect: {verdict: ranked}"), "t", "with: no rule `nobody` is loaded");
}

static void a_change_that_changes_nothing_is_a_mistake(void **state)
{
    (void)state;
    assert_says(LIKE("drop: {Provider_Name: disk, EventID: 8}, expect: {verdict: ranked}"), "t",
                "drop: no record has these fields (entry 1)");
    assert_says(LIKE("replace: {EventID: {9: 10}}, expect: {verdict: ranked}"), "t",
                "replace: no record has EventID `9`");
    assert_says("  - {name: t, records: [{Category: event, TimeCreated: yesterday}], expect: {verdict: ranked}}\n", "t",
                "a record's TimeCreated `yesterday` is no time such as 2009-03-02T09:20:00Z");
}

static void a_chain_of_tests(void **state)
{
    (void)state;
    static const char chain[] =
        "  - {name: one, like: base, facts: {os.arch: x86}, drop: {Provider_Name: disk},\n"
        "     expect: {verdict: no_known_cause}}\n"
        "  - {name: two, like: one, with: [other], replace: {EventID: {1: 2}}, facts: {os.version: '6.0'},\n"
        "     collected: {text: all}, expect: {verdict: insufficient}}\n";
    struct loaded loaded = load(chain);
    struct test_case built;
    struct buffer why = {0};
    assert_true(test_case_build(loaded.rules, test_called(loaded.rules, "two"), &built, &why));
    assert_int_equal(built.record_count, 1);
    assert_string_equal(test_record_value(&built.records[0], "EventID"), "2");
    assert_null(test_record_value(&built.records[0], "Level"));
    assert_int_equal(built.fact_count, 2);
    assert_string_equal(built.facts[0].value, "6.0");
    assert_string_equal(built.facts[1].name, "os.arch");
    assert_int_equal(built.collected_count, 1);
    assert_string_equal(built.collected[0].what, "text");
    assert_int_equal(built.with_count, 1);
    test_case_free(&built);
    /* What one test changes, the one that it builds on keeps. */
    assert_true(test_case_build(loaded.rules, test_called(loaded.rules, "base"), &built, &why));
    assert_int_equal(built.record_count, 2);
    assert_string_equal(test_record_value(&built.records[1], "EventID"), "1");
    test_case_free(&built);
    buffer_free(&why);
    unload(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_that_is_as_expected),
        cmocka_unit_test(evidence_says_why),
        cmocka_unit_test(a_fact_that_is_changed_excludes_the_cause),
        cmocka_unit_test(a_fact_that_is_taken_away_is_unverified),
        cmocka_unit_test(order_and_probability),
        cmocka_unit_test(the_problem_that_ranks_the_rule_counts),
        cmocka_unit_test(without_a_problem_the_report_has_the_verdict),
        cmocka_unit_test(another_rule_is_seen_only_when_named),
        cmocka_unit_test(a_change_that_changes_nothing_is_a_mistake),
        cmocka_unit_test(a_chain_of_tests),
    };
    return cmocka_run_group_tests_name("ruletest", tests, NULL, NULL);
}
