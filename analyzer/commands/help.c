#include <string.h>

#include "base/diagnostic.h"
#include "commands/command.h"
#include "commands/options.h"

void help_usage(FILE *stream)
{
    fputs("wincause finds out why a Windows machine failed, from what was collected of it.\n\n", stream);
    for (size_t i = 0; commands[i]; i++)
        fprintf(stream, "  wincause %s\n      %s\n", commands[i]->usage, commands[i]->what);
    fputs("\nBegin with `wincause analyze FOLDER`. `wincause help COMMAND` lists its options;\n"
          "`man wincause` tells how to read the report.\n",
          stream);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static int run(int argc, char **argv)
{
    if (argc > 2) {
        options_complain("help takes one command, not %d; e.g. `wincause help analyze`", argc - 1);
        return EXIT_USAGE;
    }
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_usage(stdout);
        return fflush(stdout) == 0 ? EXIT_REPORT : EXIT_NO_REPORT;
    }
    const struct command *command = find(argv[1]);
    if (!command) {
        options_complain("there is no command `%s`; `wincause help` lists them", argv[1]);
        return EXIT_USAGE;
    }
    printf("usage: wincause %s\n%s\n%s%s", command->usage, command->what, *command->options ? "\n" : "",
           command->options);
    return fflush(stdout) == 0 ? EXIT_REPORT : EXIT_NO_REPORT;
}

const struct command help_command = {
    .name = "help",
    .usage = "help [COMMAND]",
    .what = "this list, or the options of one command",
    .options = "",
    .run = run,
};
