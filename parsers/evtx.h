/*
 * Windows event logs since Vista (.evtx), read through libevtx.
 *
 * The program walks the file's chunks itself (evtx_chunk.h) and hands libevtx pieces of up to 64 chunks: private
 * copies in which what libevtx would stumble over is repaired. So a bad chunk header costs nothing, more than 65,535
 * chunks are no limit, the last chunk of a cut file is read as far as it goes, and which records there are is known
 * before libevtx is asked: each of them is either handed on or a counted loss. libevtx runs in a child process per
 * piece (evtx_child.h), because a log of 69 KB can drive it to gigabytes; what it makes of a record is XML, which
 * eventxml.h reads.
 *
 * A wrapped log is read in the order in which it was written, oldest chunk first. Slack behind a chunk's last record
 * is not read, and a chunk that is a copy of another counts once.
 */
#ifndef WINCAUSE_PARSERS_EVTX_H
#define WINCAUSE_PARSERS_EVTX_H

#include "records/sink.h"

extern const struct reader evtx_reader;

#endif
