/* Reading `logsource`, and the names that Sigma gives to Windows' logs. */
#ifndef WINCAUSE_RULES_LOGSOURCE_H
#define WINCAUSE_RULES_LOGSOURCE_H

#include "rules/schema.h"

/* Member: struct logsource. */
keyword_reader read_logsource;

#endif
