/*
 * Dr Watson records (drwtsn32.log, NT 3.51 to XP): a log is appended to, so a file holds many, oldest first.
 *
 *     Application exception occurred:
 *             App: exe\store.dbg (pid=117)
 *             When: 8/29/1997 @ 16:1:58.640
 *             Exception number: c0000005 (access violation)
 *
 *     *----> System Information <----*
 *             Computer Name: MAIL1
 *             ...
 *     *----> Task List <----*
 *        0 Idle.exe
 *      117 store.exe
 *
 * Fields of the crash record, those that the text has: Process ExceptionCode ProcessID TimeCreated Computer, then the
 * system information under its own names without blanks: ComputerName UserName NumberOfProcessors ProcessorType
 * WindowsVersion CurrentBuild ServicePack CurrentType RegisteredOrganization RegisteredOwner.
 *
 * Process is a file name. Where App has the name of a symbol file or nothing, the task list has the name; else it is
 * the symbol file's with what its folder says (dll\snatrc.dbg: snatrc.dll), by default .exe. Milliseconds have no
 * leading zeros: 9:46:4.78 is 78 ms.
 *
 * Threads, stacks, modules and symbols are taken and left for later. A record ends where the next begins, or behind a
 * blank line with what looks like nothing of Dr Watson's. An excerpt without its head gives a record when it has system
 * information.
 */
#ifndef WINCAUSE_PARSERS_DRWATSON_H
#define WINCAUSE_PARSERS_DRWATSON_H

#include "parsers/text.h"

extern const struct block drwatson_block;

#endif
