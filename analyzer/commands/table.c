#include "commands/command.h"

const struct command *const commands[] = {
    &analyze_command,
    &records_command,
    &rules_command,
    &help_command,
    NULL,
};
