/*
 * Records that follow from other records: crashes from the events that report them, facts from whatever states them.
 *
 * Stands between a reader and whoever takes the records: everything is passed on, and derived records follow the record
 * they come from, with its position, time and computer.
 *
 * Crash records come from Application Error 1000, Application Hang 1002, Windows Error Reporting 1001, BugCheck 1001
 * (also Save Dump and Microsoft-Windows-WER-SystemErrorReporting), System Error 1003 of Windows XP, and Kernel-Power 41
 * with a code; by position, for all versions of Windows, and from the English message where a copied text has no more.
 * The struct of a derived crash has its event's channel, provider, id and level. Codes, offsets and parameters are hex
 * without leading zeros (`0x7e`, also where a small dump says 0x1000007e). Crashes of all readers get their Culprit
 * here.
 *
 * A fact record has Category fact and one field whose name contains a dot (os.version, os.build, os.service_pack,
 * os.arch, os.product, host.name, host.timezone, registry.current_control_set) plus ControlSet when it was read below
 * ControlSet00n. Facts that need several values (os.version: CurrentMajorVersionNumber.CurrentMinorVersionNumber, else
 * CurrentVersion, which says 6.3 on Windows 10 and 11) are emitted by derive_end(), and so are those that records state
 * again and again (EventLog 6009, Dr Watson): of each computer the latest, with a remark when it had changed.
 *
 * os.version is "major.minor" ("5.2", "10.0"); os.service_pack a number ("0": none); os.arch x86, x64, arm64, ia64 or
 * alpha; host.timezone is "bias=-60 standard=0:10/5/0 03:00 ..." as timezone.h reads it.
 */
#ifndef WINCAUSE_RECORDS_DERIVE_H
#define WINCAUSE_RECORDS_DERIVE_H

#include "records/sink.h"

struct derive;
/* A sink that passes on to `next` (borrowed). */
struct derive *derive_new(struct sink *next);
struct sink *derive_sink(struct derive *derive);
void derive_end(struct derive *derive);      /* emits what only the end of the input knows */
void derive_free(struct derive *derive);

#endif
