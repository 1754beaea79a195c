/*
 * Subcommands: one file each, one line in commands/table.c. And the exit statuses, which are part of the contract
 * (DESIGN "Commands").
 */
#ifndef WINCAUSE_COMMANDS_COMMAND_H
#define WINCAUSE_COMMANDS_COMMAND_H

#include <stdio.h>

enum exit_status {
    EXIT_REPORT = 0,             /* report written */
    EXIT_NO_REPORT = 1,          /* a failure of the run; `rules test`: a test differs */
    EXIT_USAGE = 2,              /* also an output path that is an input or lies in an input folder */
    EXIT_INCOMPLETE = 3,         /* report written, but something that should have been read was not */
    EXIT_NOTHING = 4,            /* nothing to judge: no rule loaded or no input readable */
    EXIT_TEST_FAILED_TO_RUN = 5, /* `rules test`: the run itself failed */
    EXIT_FOUND = 10,             /* --fail-on: such a cause was found */
    EXIT_FOUND_INCOMPLETE = 13
};

struct command {
    const char *name;
    const char *usage;                 /* one line */
    const char *what;                  /* one line */
    const char *options;               /* the lines of `wincause help NAME` */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};
extern const struct command *const commands[]; /* in the order of `wincause help`; ends in NULL */

/* The commands, each in its own file. */
extern const struct command analyze_command, records_command, rules_command, help_command;

void help_usage(FILE *stream); /* what `wincause help` prints: the list of commands */

#endif
