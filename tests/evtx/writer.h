/*
 * Writing .evtx files for samples and tests, from a description that can stand in a README:
 *
 *     # Blank lines separate events; a line that begins with # is a comment.
 *     Channel: System
 *     Computer: SRV01
 *     Provider_Name: Application Popup
 *     EventID: 26
 *     TimeCreated: 2010-05-04T09:55:12Z
 *     Data: cmd.exe - DLL Initialization Failed
 *     Data: a second unnamed value,
 *       which has two lines (CR LF between them)
 *     param (uint32): 7
 *
 * Names of System's parts are those that `wincause records` prints (Channel, Provider_Name, Provider_EventSourceName,
 * EventID, Qualifiers, Version, Level, Task, Opcode, Keywords, TimeCreated, EventRecordID, Computer, UserID,
 * ProcessID, ThreadID) and Provider_Guid. Channel and Computer go on from the event before; EventRecordID counts on;
 * Level is 4, Task 0, Keywords 0x80000000000000 unless given. An event needs Provider_Name, EventID and TimeCreated.
 *
 * Every other name is data: `Data` (also Data[1], Data[2], ...) unnamed, `Binary` hex bytes, the rest named.
 * `UserData: NAME` makes the data elements of UserData/NAME instead of EventData. A type may follow the name: string
 * (the default), escaped (a string with \n \r \t \\ \xHH), strings (an array: one item per line), ansi, int8 uint8
 * int16 uint16 int32 uint32 int64 uint64, hex32 hex64 size, bool, binary, guid, filetime, sid.
 *
 * The file has what Windows writes: chunks of 64 KiB with their checksums, names and templates stored once a chunk
 * and found through the chunk's tables, a template for System and a nested one for the data, values typed.
 */
#ifndef WINCAUSE_TESTS_EVTX_WRITER_H
#define WINCAUSE_TESTS_EVTX_WRITER_H

#include "base/memory.h"

/* Appends the file to `out`. False: `error` says why, with the line. */
bool evtx_write(struct text description, struct buffer *out, char error[200]);

#endif
