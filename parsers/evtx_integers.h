/*
 * Negative numbers that libevtx shows wrong.
 *
 * libevtx 20181227 takes the highest bit of a signed integer for a sign in front of a magnitude: -5 in 32 bits
 * (0xFFFFFFFB) becomes -2147483643 (minus 0x7FFFFFFB), the exit code 0xC000013A, -1073741510, becomes -1073742138.
 * The XML does not tell the type, and a text may hold such a number rightly. But the record's own bytes list the
 * types and values that are put into its template, so what libevtx made of each negative one is known, and an element
 * that holds exactly that gets the right number:
 *
 *     values of the record: int32 FB FF FF FF          libevtx shows >-2147483643<          becomes >-5<
 */
#ifndef WINCAUSE_PARSERS_EVTX_INTEGERS_H
#define WINCAUSE_PARSERS_EVTX_INTEGERS_H

#include "base/memory.h"

/* `record` is the offset of a record in the chunk. Returns `xml`, or a view of `out`, which is overwritten. */
struct text evtx_fix_integers(const uint8_t *chunk, size_t record, struct text xml, struct buffer *out);

#endif
