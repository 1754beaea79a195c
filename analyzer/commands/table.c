#include "commands/command.h"

const struct command *const commands[] = {
    &analyze_command,
    &records_command,
    &rules_command,
    &help_command,
    NULL,
};

_Static_assert(sizeof(commands) / sizeof(*commands) <= COMMANDS_MAX + 1, "COMMANDS_MAX is too small");
