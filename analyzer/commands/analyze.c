/* wincause analyze: one case in, a ranked report out. */
#include <stdlib.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/options.h"
#include "commands/output.h"
#include "diagnosis/analysis.h"

static void print_diagnostics(const struct diagnostics *diagnostics)
{
    struct buffer out = {0};

    if (diagnostics->count == 0)
        return;
    diagnostics_print(diagnostics, &out);
    fwrite(out.data, 1, out.size, stderr);
    buffer_free(&out);
}

/* NULL, with a message, when there is no rule. */
static struct rule_set *load_rules(const struct common_options *options)
{
    struct diagnostics diagnostics = {0};
    struct rule_set *rules = rule_set_load(options->rules, options->rule_count, &diagnostics);

    if (!options->quiet || rules->rule_count == 0)
        print_diagnostics(&diagnostics);
    diagnostics_free(&diagnostics);
    if (rules->rule_count > 0)
        return rules;
    if (options->rule_count == 0)
        options_complain("no rules found: name a folder of rules with -r, or set WINCAUSE_RULES");
    else if (rules->skipped_count > 0)
        options_complain("no rule could be loaded from %s: %zu skipped for the reasons above", options->rules[0],
                         rules->skipped_count);
    else
        options_complain("no rule in %s: name a folder that holds .yml rule files with -r", options->rules[0]);
    rule_set_free(rules);
    return NULL;
}

/* Before anything is read: who waits an hour should not learn then that the report has nowhere to go. */
static bool open_outputs(const struct common_options *options, struct output *outputs)
{
    for (size_t i = 0; i < options->output_count; i++) {
        if (output_open(&outputs[i], options->outputs[i].file))
            continue;
        while (i-- > 0)
            output_discard(&outputs[i]);
        return false;
    }
    return true;
}

static bool write_reports(const struct common_options *options, const struct findings *findings, struct output *outputs)
{
    bool written = true;

    for (size_t i = 0; i < options->output_count; i++) {
        const char *format = options->outputs[i].format;
        struct report_style style = {.color = options_color(options, outputs[i].fd)};
        report_format_find(format ? format : "text")->write(findings, &style, output_buffer(&outputs[i]));
        written = output_close(&outputs[i]) && written;
    }
    return written;
}

/* --fail-on: a cause at least that likely, in a problem that its first cause does not call harmless. */
static bool is_found(const struct findings *findings, unsigned fail_on)
{
    for (size_t i = 0; fail_on > 0 && i < findings->problem_count; i++) {
        const struct finding_problem *problem = &findings->problems[i];
        if (problem->cause_count > 0 && !problem->causes[0].cause->harmless &&
            problem->causes[0].probability >= fail_on)
            return true;
    }
    return false;
}

static int status_of(const struct findings *findings, unsigned fail_on, bool path_missing)
{
    bool incomplete = path_missing || findings->rules->skipped_count > 0 || findings->gave_up_count > 0;

    for (size_t i = 0; i < findings->bundle->input_count; i++)
        incomplete = incomplete || findings->bundle->inputs[i]->damaged;
    if (findings->verdict == VERDICT_NOTHING_READ)
        return EXIT_NOTHING;
    if (is_found(findings, fail_on))
        return incomplete ? EXIT_FOUND_INCOMPLETE : EXIT_FOUND;
    return incomplete ? EXIT_INCOMPLETE : EXIT_REPORT;
}

static int read_and_report(const struct common_options *options, const struct rule_set *rules, struct bundle *bundle,
                           struct output *outputs, bool path_missing)
{
    struct analysis_options analysis_options = {.from = options->from,
                                                .to = options->to,
                                                .has_zone = options->has_zone,
                                                .zone_minutes_east = options->zone_minutes_east};
    struct bundle_options bundle_options = {
        .read = {.dates = options->dates}, .threads = options->threads, .progress = options_progress(options)};
    struct analysis *analysis = analysis_new(rules, &analysis_options);

    bundle_read(bundle, &bundle_options, analysis_consumer(analysis));
    struct findings *findings = analysis_end(analysis, bundle);
    bool written = write_reports(options, findings, outputs);
    int status = written ? status_of(findings, options->fail_on, path_missing) : EXIT_NO_REPORT;
    if (written && findings->verdict == VERDICT_NOTHING_READ && !options->quiet)
        options_complain(bundle->input_count == 0 ? "there is no file in %s"
                                                  : "nothing could be read from %s; the report says why for each file",
                         bundle->name);
    findings_free(findings);
    analysis_free(analysis);
    return status;
}

static int run(int argc, char **argv)
{
    struct common_options options;
    struct diagnostics diagnostics = {0};
    struct rule_set *rules = NULL;
    struct bundle *bundle = NULL;
    struct output *outputs = NULL;
    int status;

    if (!options_parse(&options, &analyze_command, OPTIONS_RULES | OPTIONS_READING | OPTIONS_REPORT, argc, argv,
                       &status))
        return status;
    outputs = memory_array(options.output_count, sizeof(*outputs));
    status = EXIT_NOTHING;
    rules = load_rules(&options);
    if (!rules)
        goto out;
    bundle = bundle_open(options.paths, options.path_count, options.case_name, &diagnostics);
    print_diagnostics(&diagnostics);
    if (diagnostics.errors > 0 && bundle->input_count == 0)
        goto out;
    status = EXIT_USAGE;
    if (!options_outputs_are_safe(&options, bundle))
        goto out;
    status = EXIT_NO_REPORT;
    if (open_outputs(&options, outputs))
        status = read_and_report(&options, rules, bundle, outputs, diagnostics.errors > 0);
out:
    free(outputs);
    if (bundle)
        bundle_free(bundle);
    if (rules)
        rule_set_free(rules);
    diagnostics_free(&diagnostics);
    options_free(&options);
    return status;
}

const struct command analyze_command = {
    .name = "analyze",
    .usage = "analyze [OPTION]... PATH...",
    .what = "one case: a ranked report of what went wrong, why, and what to do",
    .options = "  PATH                   a folder, a file, several of them, or - for text on standard input\n"
               "  -r, --rules PATH       a rule file or folder, repeatable; default $WINCAUSE_RULES, else rules/\n"
               "                         beside the program, else the installed pack\n"
               "  -f, --format FORMAT    text (default) or json; repeat -f and -o in pairs for several reports\n"
               "  -o, --output FILE      write to FILE; default standard output\n"
               "      --from, --to TIME  only what happened in this interval, e.g. 2010-05-04T09:00:00Z\n"
               "      --zone ZONE        time zone of inputs that do not say theirs, e.g. +01:00\n"
               "      --dates ORDER      us or day-first: how to read dates like 4/5/2010\n"
               "      --codepage CP      code page of ANSI text, e.g. CP1252 (default), CP932\n"
               "      --case NAME        name of the case; default the last part of PATH\n"
               "      --fail-on WORD     end with status 10 when a cause is at least possible,\n"
               "                         more-likely-than-not, likely or very-likely (13: and input was damaged)\n"
               "  -j N                   threads; default the processors that may be used\n"
               "      --color WHEN       auto (default), always or never\n"
               "  -q, --quiet            no messages, no progress bar\n"
               "\n"
               "Exit status: 0 report written, 1 no report, 2 usage, 3 report written but an input was damaged or a\n"
               "rule skipped, 4 nothing to judge (no rule, or no input readable), 10 and 13 with --fail-on.\n",
    .run = run,
};
