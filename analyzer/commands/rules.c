/* wincause rules test: runs the tests that stand in rule files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/output.h"
#include "rules/ruletest.h"

struct counts { size_t passed, failed, todo; };

/* A path that cannot be read is a failure of the run, not a mistake in a rule. */
static bool paths_are_readable(const char *const *paths, size_t count)
{
    bool readable = true;
    for (size_t i = 0; i < count; i++)
        if (access(paths[i], R_OK) != 0) {
            options_complain("%s: cannot be read; name a rule file or a folder of rules", paths[i]);
            readable = false;
        }
    return readable;
}

/* -r and then PATH...: a rule that stands in both is that of PATH. */
static const char **all_paths(const struct common_options *options, size_t *count)
{
    const char **paths = memory_array(options->rule_count + options->path_count + 1, sizeof(*paths));
    *count = 0;
    for (size_t i = 0; i < options->rule_count; i++)
        paths[(*count)++] = options->rules[i];
    for (size_t i = 0; i < options->path_count; i++)
        paths[(*count)++] = options->paths[i];
    return paths;
}

/* PATH... stand behind the -r of all_paths(). */
static bool is_wanted(const struct common_options *options, const struct rule_test *test)
{
    return options->path_count == 0 || test->file->from >= options->rule_count;
}

static const char *name_of_file(const struct rule_set *rules, const struct rule_test *test)
{
    if (test->rule != NULL)
        return test->rule->id;
    for (size_t i = 0; i < rules->symptom_count; i++)
        if (rules->symptoms[i]->file == test->file)
            return rules->symptoms[i]->id;
    return test->file->path;
}

/* What a rule file says goes to a terminal like what an input says: it may come from anybody. */
static void say(const char *file, const char *test, const struct buffer *what, struct buffer *out)
{
    buffer_add_printable(out, text_of(file));
    buffer_add_string(out, ": ");
    buffer_add_printable(out, text_of(test));
    buffer_add_string(out, ": ");
    buffer_add_printable(out, buffer_text(what));
    buffer_add_char(out, '\n');
}

static void run_test(const struct rule_set *rules, const struct rule_test *test, struct counts *counts,
                     struct buffer *out)
{
    struct buffer differences = {0};
    bool passed = rule_test_run(rules, test, &differences);
    counts->todo += test->todo;
    counts->passed += passed && !test->todo;
    counts->failed += !passed && !test->todo;
    if (passed && test->todo)
        buffer_add_string(&differences, "passes now, take its `todo` away");
    if (passed == test->todo)
        say(name_of_file(rules, test), test->name, &differences, out);
    buffer_free(&differences);
}

static struct counts run_tests(const struct rule_set *rules, const struct common_options *options,
                               struct output *output)
{
    struct counts counts = {0};
    for (size_t i = 0; i < rules->test_count; i++)
        if (is_wanted(options, rules->tests[i])) {
            run_test(rules, rules->tests[i], &counts, output_buffer(output));
            output_settle(output);
        }
    if (counts.todo > 0)
        buffer_printf(output_buffer(output), "%zu todo\n", counts.todo);
    buffer_printf(output_buffer(output), "%zu passed, %zu failed\n", counts.passed, counts.failed);
    return counts;
}

static void print_diagnostics(const struct diagnostics *diagnostics)
{
    struct buffer out = {0};
    diagnostics_print(diagnostics, &out);
    if (out.size > 0)
        fwrite(out.data, 1, out.size, stderr);
    buffer_free(&out);
}

static int test_rules(const struct common_options *options)
{
    struct diagnostics diagnostics = {0};
    struct output output;
    size_t count;
    const char **paths = all_paths(options, &count);
    struct rule_set *rules = NULL;
    int status = EXIT_TEST_FAILED_TO_RUN;
    if (!paths_are_readable(paths, count))
        goto out;
    rules = rule_set_load(paths, count, &diagnostics);
    print_diagnostics(&diagnostics);
    if (rules->rule_count + rules->symptom_count + diagnostics.errors == 0) {
        options_complain("no rule file found: name a file or a folder of .yml files, or one with -r");
        goto out;
    }
    if (!output_open(&output, NULL))
        goto out;
    struct counts counts = run_tests(rules, options, &output);
    if (output_close(&output))
        status = counts.failed > 0 || diagnostics.errors > 0 || rules->skipped_count > 0 ? EXIT_NO_REPORT : EXIT_REPORT;
out:
    rule_set_free(rules);
    diagnostics_free(&diagnostics);
    free(paths);
    return status;
}

static int run(int argc, char **argv)
{
    struct common_options options;
    int status;
    bool test = argc > 1 && strcmp(argv[1], "test") == 0;
    int skip = test ? 1 : 0;   /* `rules --help` has no subcommand; the options' parser answers it */
    if (!options_parse(&options, &rules_command, OPTIONS_RULES, argc - skip, argv + skip, &status))
        return status;
    if (test) {
        status = test_rules(&options);
    } else {
        options_complain("rules: what is to be done with them? usage: wincause %s", rules_command.usage);
        status = EXIT_USAGE;
    }
    options_free(&options);
    return status;
}

const struct command rules_command = {
    .name = "rules",
    .usage = "rules test [OPTION]... [PATH]...",
    .what = "runs the tests that stand in rule files",
    .options =
        "  PATH                   a rule file or folder whose tests are run; default those of -r\n"
        "  -r, --rules PATH       the rules that they may name, repeatable; default $WINCAUSE_RULES, else rules/\n"
        "                         beside the program, else the installed pack\n"
        "\n"
        "Of a test that fails it prints what differs. The last line says how many passed and failed.\n"
        "\n"
        "Exit status: 0 all passed, 1 a test differs or a rule file is wrong, 2 usage, 5 the run itself failed.\n",
    .run = run,
};
