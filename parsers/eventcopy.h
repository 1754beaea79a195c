/*
 * Copied events in text: what people paste from Event Viewer, and what wevtutil prints. One grammar for all: a run of
 * labelled lines (parsers/eventlabels.h), in any order, blank lines between them allowed, that names an event id and a
 * source, log or description; then the description.
 *
 *     Log Name:      System                 Event Type:     Error                    Event[0]:
 *     Source:        Service Control Man..  Event Source:   Service Control Manager    Log Name: System
 *     Event ID:      7000                   Event ID:       7000                       Source: ...
 *     Description:                          Description:                               Description:
 *     The X service failed to start ...     The X service failed to start ...        The X service failed to start ...
 *
 * Without its label, the description is what stands directly behind the labelled lines.
 *
 * Where a description ends is not marked. It goes on over blank lines when
 *   - its end is marked after all: `Event Xml:`, `Data:`, or the next `Event[n]` stand in the look-ahead;
 *   - it stopped at a colon;
 *   - what follows is indented, in capitals (ADDITIONAL INFO), a sentence of Windows' own (For more information, see
 *     ...), or a labelled line in a description that had labelled lines before (Problem signature:).
 * Otherwise, and where a block begins, it is over, and what follows is on its own.
 *
 * Fields: Channel (only when the copy names the log) Provider_Name EventID Qualifiers Level Task Opcode Keywords
 * TimeCreated Computer UserID (a SID) User (a name) Message Binary. Message keeps its line breaks. Levels are numbers,
 * words of security audits are in Keywords in English. An id above 65535 holds its qualifiers in the high word. "The
 * description for Event ID 7 from source X cannot be found" gives id and source where the labelled lines do not, or
 * where there are none.
 *
 * The XML behind `Event Xml:` is the event itself: when it can be read, the record is made of it, with the description
 * as its Message, so that one event is one record. XML of single events that stands in a text on its own is a block,
 * too.
 *
 * A copy is never a whole log.
 */
#ifndef WINCAUSE_PARSERS_EVENTCOPY_H
#define WINCAUSE_PARSERS_EVENTCOPY_H

#include "parsers/text.h"

extern const struct block eventcopy_block, eventxml_block;

#endif
