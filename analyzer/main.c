/* Where the program ends, except when memory runs out: base/memory.h. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diagnostic.h"
#include "base/version.h"
#include "commands/command.h"
#include "commands/options.h"

static int complain_about(const char *word)
{
    const char **names = NULL;
    size_t count = 0;

    do {
        names = memory_grow(names, count + 1, sizeof(*names));
        names[count] = commands[count] ? commands[count]->name : NULL;
    } while (names[count++]);
    const char *near = diagnostic_suggest(text_of(word), names);

    if (word[0] == '-')
        options_complain("unknown option `%s`; a command comes first, e.g. `wincause analyze FOLDER` (see `wincause "
                         "help`)",
                         word);
    else if (near)
        options_complain("unknown command `%s`; did you mean `%s`? (`wincause help` lists them all)", word, near);
    else
        options_complain("unknown command `%s`; `wincause help` lists the commands", word);
    free(names);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    /* A reader that closes its end (`wincause records | head`) is an error of writing, reported where it happens. */
    signal(SIGPIPE, SIG_IGN);

    if (argc < 2) {
        help_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("wincause " WINCAUSE_VERSION);
        return fflush(stdout) == 0 ? EXIT_REPORT : EXIT_NO_REPORT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_usage(stdout);
        return fflush(stdout) == 0 ? EXIT_REPORT : EXIT_NO_REPORT;
    }
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, argv[1]) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    }
    return complain_about(argv[1]);
}
