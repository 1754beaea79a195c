#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "bundle/hosts.h"

#define INPUTS_MAX 8

/* A bundle of inputs that have a folder and a trace. */
struct made {
    struct bundle bundle;
    struct input inputs[INPUTS_MAX];
    struct input *pointers[INPUTS_MAX];
    struct host_trace *traces[INPUTS_MAX];
    struct hosts *hosts;
};

static void start(struct made *made)
{
    memset(made, 0, sizeof(*made));
    made->bundle.inputs = made->pointers;
}

static size_t add_input(struct made *made, const char *folder)
{
    size_t index = made->bundle.input_count++;

    made->inputs[index].index = index;
    made->inputs[index].folder = memory_string(folder);
    made->pointers[index] = &made->inputs[index];
    made->traces[index] = host_trace_new();
    return index;
}

static void add_event(struct made *made, size_t input, uint64_t number, const char *channel, const char *computer)
{
    struct record record = {
        .category = CATEGORY_EVENT,
        .at.record = number,
        .time = {(int64_t)number * TICKS_PER_SECOND, BASIS_UTC},
        .channel = text_of(channel),
        .computer = text_of(computer),
    };

    host_trace_record(made->traces[input], &record);
}

/* Records first..last of one computer. */
static void add_run(struct made *made, size_t input, uint64_t first, uint64_t last, const char *computer)
{
    for (uint64_t number = first; number <= last; number++)
        add_event(made, input, number, "System", computer);
}

static void add_fact(struct made *made, size_t input, const char *name, const char *value, const char *control_set)
{
    struct field fields[] = {{text_of(name), text_of(value)}, {TEXT("ControlSet"), text_of(control_set)}};
    struct record record = {
        .category = CATEGORY_FACT, .at.record = 1, .fields = fields, .field_count = control_set ? 2 : 1};

    host_trace_record(made->traces[input], &record);
}

static void add_nameless(struct made *made, size_t input)
{
    struct record record = {.category = CATEGORY_REGISTRY, .at.record = 1};

    assert_string_equal(host_trace_record(made->traces[input], &record), "");
}

static void decide(struct made *made)
{
    made->hosts = hosts_decide(&made->bundle, made->traces);
}

/* The hosts' names with their former ones: `SRV1 (WIN-1 WIN-2), SRV2`. */
static void assert_hosts(const struct made *made, const char *expected)
{
    struct buffer text = {0};

    buffer_add_string(&text, "");
    for (size_t i = 0; i < made->hosts->count; i++) {
        const struct host *host = &made->hosts->items[i];

        buffer_printf(&text, "%s%s", i > 0 ? ", " : "", host->name);
        for (size_t k = 0; k < host->former_count; k++)
            buffer_printf(&text, "%s%s%s", k == 0 ? " (" : " ", host->former_names[k],
                          k + 1 == host->former_count ? ")" : "");
    }
    assert_string_equal(text.data, expected);
    buffer_free(&text);
}

/* The host of the records of an input that carry the label; NULL: none. */
static void assert_host_of(const struct made *made, size_t input, const char *label, const char *expected)
{
    size_t host = hosts_of(made->hosts, input, label);

    if (!expected) {
        assert_int_equal(host, SIZE_MAX);
    } else {
        assert_in_range(host, 0, made->hosts->count - 1);
        assert_string_equal(made->hosts->items[host].name, expected);
    }
}

static void finish(struct made *made)
{
    for (size_t i = 0; i < made->bundle.input_count; i++) {
        free(made->inputs[i].folder);
        host_trace_free(made->traces[i]);
    }
    hosts_free(made->hosts);
}

static void a_log_belongs_to_the_computer_of_its_last_record(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, "");
    add_run(&made, log, 20, 30, "SRV1"); /* the last by number, not the last that was read */
    add_run(&made, log, 1, 19, "WIN-1");
    decide(&made);
    assert_hosts(&made, "SRV1 (WIN-1)");
    assert_host_of(&made, log, "win-1", "SRV1");
    assert_host_of(&made, log, "srv1", "SRV1");
    assert_host_of(&made, log, "", "SRV1");
    finish(&made);
}

static void names_compare_without_domain_and_case(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, ""), export = add_input(&made, "");
    add_run(&made, log, 1, 5, "srv01");
    add_run(&made, log, 6, 9, "SRV01.contoso.com");
    add_fact(&made, export, "host.name", "SRV01", "1");
    decide(&made);
    assert_hosts(&made, "SRV01.contoso.com");
    assert_host_of(&made, export, "", "SRV01.contoso.com");
    finish(&made);
}

static void an_export_belongs_to_the_name_in_its_current_control_set(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t with_select = add_input(&made, "a"), without = add_input(&made, "b");
    add_nameless(&made, with_select);
    add_fact(&made, with_select, "host.name", "OLD", "1");
    add_fact(&made, with_select, "host.name", "NEW", "2");
    add_fact(&made, with_select, "registry.current_control_set", "2", NULL);
    add_fact(&made, without, "host.name", "SECOND", "3");
    add_fact(&made, without, "host.name", "FIRST", "1");
    decide(&made);
    assert_hosts(&made, "FIRST, NEW");
    assert_host_of(&made, with_select, "", "NEW");
    assert_host_of(&made, without, "", "FIRST");
    finish(&made);
}

static void a_nameless_input_belongs_to_the_only_host_of_its_folder(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t one = add_input(&made, "srv1"), two = add_input(&made, "srv2"), export = add_input(&made, "srv2");
    size_t deep = add_input(&made, "srv1/registry/run"), top = add_input(&made, "");
    add_run(&made, one, 1, 5, "SRV1");
    add_run(&made, two, 1, 5, "SRV2");
    add_nameless(&made, export);
    add_nameless(&made, deep);
    add_nameless(&made, top);
    decide(&made);
    assert_hosts(&made, ", SRV1, SRV2");
    assert_host_of(&made, export, "", "SRV2");
    assert_host_of(&made, deep, "", "SRV1");
    assert_host_of(&made, top, "", ""); /* two hosts: it is nobody's */
    finish(&made);
}

static void a_nameless_input_belongs_to_the_bundles_only_host(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, "logs"), export = add_input(&made, "registry");
    add_run(&made, log, 1, 5, "SRV1");
    add_nameless(&made, export);
    decide(&made);
    assert_hosts(&made, "SRV1");
    assert_host_of(&made, export, "", "SRV1");
    finish(&made);
}

static void a_folder_of_two_hosts_gives_nothing_to_a_nameless_input(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t one = add_input(&made, "x"), two = add_input(&made, "x"), export = add_input(&made, "x");
    add_run(&made, one, 1, 5, "SRV1");
    add_run(&made, two, 1, 5, "SRV2");
    add_nameless(&made, export);
    decide(&made);
    assert_hosts(&made, ", SRV1, SRV2");
    assert_host_of(&made, export, "", "");
    finish(&made);
}

static void overlapping_runs_of_record_numbers_make_a_collected_log(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, "");
    add_run(&made, log, 1, 3, "SRV1");
    add_run(&made, log, 2, 5, "DC1.corp.local");
    add_run(&made, log, 9, 9, "SRV1");
    decide(&made);
    assert_hosts(&made, "DC1.corp.local, SRV1");
    assert_host_of(&made, log, "srv1", "SRV1");
    assert_host_of(&made, log, "dc1", "DC1.corp.local");
    assert_host_of(&made, log, "", NULL);
    finish(&made);
}

static void mixed_channels_of_two_computers_make_a_collected_log(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, "");
    add_event(&made, log, 1, "System", "SRV1");
    add_event(&made, log, 2, "Application", "SRV2");
    decide(&made);
    assert_hosts(&made, "SRV1, SRV2");
    assert_host_of(&made, log, "srv1", "SRV1");
    finish(&made);
}

static void mixed_channels_of_one_computer_are_its_own(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t note = add_input(&made, ""), export = add_input(&made, "");
    add_event(&made, note, 1, "System", "SRV1");
    add_event(&made, note, 2, "Application", "SRV1");
    add_nameless(&made, note);
    add_nameless(&made, export);
    decide(&made);
    assert_hosts(&made, "SRV1");
    assert_host_of(&made, note, "", "SRV1");
    assert_host_of(&made, export, "", "SRV1");
    finish(&made);
}

static void a_host_of_collected_logs_alone_takes_in_no_other_input(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, ""), export = add_input(&made, "");
    add_run(&made, log, 1, 3, "SRV1");
    add_run(&made, log, 2, 5, "SRV1");
    add_run(&made, log, 3, 3, "SRV2");
    add_nameless(&made, export);
    decide(&made);
    assert_hosts(&made, ", SRV1, SRV2");
    assert_host_of(&made, export, "", "");
    finish(&made);
}

static void a_host_that_is_known_otherwise_does(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t log = add_input(&made, ""), own = add_input(&made, ""), export = add_input(&made, "");
    add_run(&made, log, 1, 3, "SRV1");
    add_run(&made, log, 2, 5, "SRV2");
    add_run(&made, own, 1, 5, "SRV2");
    add_nameless(&made, export);
    decide(&made);
    assert_hosts(&made, "SRV1, SRV2");
    assert_host_of(&made, export, "", "SRV2");
    finish(&made);
}

static void former_names_never_merge_two_hosts(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t one = add_input(&made, "1"), two = add_input(&made, "2"), setup = add_input(&made, "3");
    add_run(&made, one, 1, 5, "CLONE");
    add_run(&made, one, 6, 9, "SRV1");
    add_run(&made, two, 1, 5, "CLONE");
    add_run(&made, two, 6, 9, "SRV2");
    add_run(&made, setup, 1, 9, "clone");
    decide(&made);
    assert_hosts(&made, "SRV1 (CLONE), SRV2 (CLONE), clone");
    assert_host_of(&made, one, "clone", "SRV1");
    assert_host_of(&made, two, "clone", "SRV2");
    assert_host_of(&made, setup, "clone", "clone");
    finish(&made);
}

static void names_of_several_logs_are_joined(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t application = add_input(&made, ""), system = add_input(&made, "");
    add_run(&made, application, 1, 5, "WIN-2");
    add_run(&made, application, 6, 9, "SRV1");
    add_run(&made, system, 1, 5, "WIN-1");
    add_run(&made, system, 6, 20, "srv1.corp.local");
    decide(&made);
    assert_hosts(&made, "srv1.corp.local (WIN-1 WIN-2)"); /* as written last */
    finish(&made);
}

static void a_bundle_that_names_nobody_has_one_host_without_a_name(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t note = add_input(&made, "");
    add_nameless(&made, note);
    decide(&made);
    assert_hosts(&made, "");
    assert_int_equal(made.hosts->count, 1);
    assert_host_of(&made, note, "", "");
    finish(&made);
}

static void an_input_that_was_not_read_belongs_to_nobody(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t refused = add_input(&made, "");
    host_trace_free(made.traces[refused]);
    made.traces[refused] = NULL;
    decide(&made);
    assert_int_equal(made.hosts->count, 1);
    assert_host_of(&made, refused, "", NULL);
    finish(&made);
}

static void an_address_is_a_name(void **state)
{
    struct made made;

    (void)state;
    start(&made);
    size_t one = add_input(&made, "1"), two = add_input(&made, "2");
    add_run(&made, one, 1, 5, "10.0.0.1");
    add_run(&made, two, 1, 5, "10.0.0.2");
    decide(&made);
    assert_hosts(&made, "10.0.0.1, 10.0.0.2");
    finish(&made);
}

static void more_computers_than_the_limit_are_nameless(void **state)
{
    struct made made;
    char name[32];

    (void)state;
    start(&made);
    size_t log = add_input(&made, "");
    for (unsigned i = 0; i < LIMIT_LABELS + 10; i++) {
        struct record record = {.category = CATEGORY_EVENT, .at.record = 1};

        snprintf(name, sizeof(name), "PC%u", i);
        record.computer = text_of(name);
        if (i >= LIMIT_LABELS)
            assert_string_equal(host_trace_record(made.traces[log], &record), "");
        else
            host_trace_record(made.traces[log], &record);
    }
    decide(&made);
    assert_int_equal(made.hosts->count, LIMIT_LABELS + 1);
    assert_host_of(&made, log, "", "");
    finish(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_belongs_to_the_computer_of_its_last_record),
        cmocka_unit_test(names_compare_without_domain_and_case),
        cmocka_unit_test(an_export_belongs_to_the_name_in_its_current_control_set),
        cmocka_unit_test(a_nameless_input_belongs_to_the_only_host_of_its_folder),
        cmocka_unit_test(a_nameless_input_belongs_to_the_bundles_only_host),
        cmocka_unit_test(a_folder_of_two_hosts_gives_nothing_to_a_nameless_input),
        cmocka_unit_test(overlapping_runs_of_record_numbers_make_a_collected_log),
        cmocka_unit_test(mixed_channels_of_two_computers_make_a_collected_log),
        cmocka_unit_test(mixed_channels_of_one_computer_are_its_own),
        cmocka_unit_test(a_host_of_collected_logs_alone_takes_in_no_other_input),
        cmocka_unit_test(a_host_that_is_known_otherwise_does),
        cmocka_unit_test(former_names_never_merge_two_hosts),
        cmocka_unit_test(names_of_several_logs_are_joined),
        cmocka_unit_test(a_bundle_that_names_nobody_has_one_host_without_a_name),
        cmocka_unit_test(an_input_that_was_not_read_belongs_to_nobody),
        cmocka_unit_test(an_address_is_a_name),
        cmocka_unit_test(more_computers_than_the_limit_are_nameless),
    };

    return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
