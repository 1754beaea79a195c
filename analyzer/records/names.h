/*
 * Names that differ between versions of Windows for the same thing: one table each.
 */
#ifndef WINCAUSE_RECORDS_NAMES_H
#define WINCAUSE_RECORDS_NAMES_H

#include "base/text.h"

/* Whether two names mean one provider: equal without case, equal but for a leading `Microsoft-Windows-`, or known
 * aliases (DCOM and Microsoft-Windows-DistributedCOM, BugCheck and Microsoft-Windows-WER-SystemErrorReporting, ...). */
bool provider_same(struct text a, struct text b);

/* The name of the `position`th (from 1) of `total` unnamed Data of an event of a classic provider (Application Error
 * 1000: AppName, AppVersion, AppTimeStamp, ModuleName, ...), as newer versions of Windows name it; NULL: it has none
 * and is called Data[position]. */
const char *event_data_name(struct text provider, uint32_t event_id, size_t position, size_t total);

#endif
