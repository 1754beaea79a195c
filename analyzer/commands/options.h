/*
 * The options that the commands share (DESIGN "Commands"), and the one place where they are parsed.
 *
 *     struct common_options options;
 *     int status;
 *     if (!options_parse(&options, &analyze_command, OPTIONS_RULES | OPTIONS_READING, argc, argv, &status))
 *         return status;              // options_free() has been called
 *     ...
 *     options_free(&options);
 *
 * Every mistake is printed on standard error as `wincause: ...` with what to do, all of them before the function
 * returns. Options and paths may be mixed; `--` ends the options; `-` is a path.
 */
#ifndef WINCAUSE_COMMANDS_OPTIONS_H
#define WINCAUSE_COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bundle/bundle.h"
#include "commands/command.h"
#include "records/moment.h"
#include "report/report.h"

/* What a command takes. -q, --color and --help are always taken; an option outside these sets is a usage mistake. */
#define OPTIONS_RULES 1u      /* -r; `rules` is then never empty, unless no rules were found anywhere */
#define OPTIONS_READING 2u    /* -o --from --to --zone --dates --codepage -j, and at least one PATH */
#define OPTIONS_REPORT 4u     /* -f --case --fail-on */

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct output_option {
    const char *format;              /* as given to -f and known to report_format_find(); NULL: no -f for this one */
    const char *file;                /* NULL: standard output */
};

struct common_options {
    const char **rules;              /* -r in order; without it $WINCAUSE_RULES, else rules/ beside the program, else
                                      * the installed pack */
    size_t rule_count;
    bool rules_given;                /* by -r or $WINCAUSE_RULES: a path that does not exist is a mistake of the user */
    struct output_option *outputs;   /* at least one; at most one goes to standard output */
    size_t output_count;
    const char **paths;              /* what is left over */
    size_t path_count;
    struct moment from, to;          /* UTC, both inclusive; basis NONE: open */
    bool has_zone;                   /* --zone */
    int zone_minutes_east;
    enum date_order dates;
    const char *case_name;           /* NULL: not given */
    unsigned fail_on;                /* ten-thousandths of a probability: possible is 2000; 0: not given */
    unsigned threads;                /* -j, else the processors this process may use */
    enum color_choice color;
    bool quiet;
    struct arena arena;              /* private: owns what was built here; the rest points into argv */
};

/* False: do not run, *status says how to end (EXIT_USAGE, or EXIT_REPORT after --help). --codepage is set by
 * unicode_set_codepage(). */
bool options_parse(struct common_options *options, const struct command *command, unsigned sets, int argc, char **argv,
                   int *status);
void options_free(struct common_options *options);

/* Whether what is written to `fd` may hold colours: --color, else NO_COLOR and TERM, else whether it is a terminal. */
bool options_color(const struct common_options *options, int fd);
/* Whether to draw the progress bar: standard error is a terminal, and not -q. */
bool options_progress(const struct common_options *options);

/* False, with a message, when an output would be written over an input or into an input folder: EXIT_USAGE. */
bool options_outputs_are_safe(const struct common_options *options, const struct bundle *bundle);

/* One line `wincause: ...` on standard error, control characters escaped. */
void options_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
