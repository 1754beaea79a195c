/*
 * What one input says about one event log: how far it reaches, what is missing in it, when it was cleared, and where
 * the machine started. Kept while reading, so that absence can be judged at the end (DESIGN "present / absent").
 *
 * Starts are Kernel-General 12, EventLog 6005 and 6009 in record order; those within five minutes are one. A start
 * remembers the time of the record before it: what is reported after a restart happened before that (BugCheck 1001,
 * Kernel-Power 41).
 *
 * Record numbers (EventRecordID) of a whole log follow each other without gaps [measured: both System logs at hand],
 * also when it was saved under another name. A gap is where records are missing: damaged, filtered out on export, or
 * never forwarded.
 */
#ifndef WINCAUSE_DIAGNOSIS_LOGTRACE_H
#define WINCAUSE_DIAGNOSIS_LOGTRACE_H

#include "records/record.h"

struct id_range {
    uint64_t low, high;
    int64_t low_ticks, high_ticks;
};
struct log_start {
    uint64_t record;
    struct moment time;
    struct moment previous;
};

struct log_trace {
    char *channel;     /* as written; "" for copies that name no log */
    const char *label; /* of the records: bundle/hosts.h; borrowed */
    uint64_t records;
    bool timed;              /* first and last are set */
    int64_t first, last;     /* UTC ticks */
    struct id_range *ranges; /* by record number, disjoint and not adjacent */
    size_t range_count, range_capacity;
    bool too_many_ranges;
    struct moment *cleared;
    size_t cleared_count, cleared_capacity;
    struct log_start *starts; /* as read */
    size_t start_count, start_capacity;
    struct moment latest; /* of the record read last */
};

#define LIMIT_LOG_MARKS 65536u /* starts, and clears, kept of one log */

void log_trace_record(struct log_trace *trace, struct record *record);
/* The channel whose clearing this record reports, or TEXT_NONE. */
struct text log_cleared_channel(struct record *record);
void log_trace_clear(struct log_trace *trace, struct moment time);
void log_trace_free(struct log_trace *trace);

/* A report, written after the restart, of something that happened before it. */
bool reports_after_restart(struct record *record);

#endif
