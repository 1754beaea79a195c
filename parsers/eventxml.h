/*
 * Events as XML: exports (wevtutil /f:xml, Event Viewer's "Save as XML", pasted single events), and the XML that
 * libevtx makes of a record in an .evtx file. One parser for both, so that an event has the same fields whichever way
 * it came.
 *
 * Fields, in this order: Channel Provider_Name Provider_EventSourceName EventID Qualifiers Version Level Task Opcode
 * Keywords TimeCreated EventRecordID Computer UserID ProcessID ThreadID Message (those that the event has and that
 * are not empty), then the event's own data in the order of the XML:
 *
 *   <Data Name="param1">x</Data>            param1 = x
 *   <Data>x</Data>                          event_data_name() of records/names.h, else Data[n], n counting the unnamed
 *                                           ones from 1; an empty one keeps its place
 *   <Data Name="p"><string>x</string>..     p = x, p = ...: several values
 *   <Binary>0A0B</Binary>                   Binary = 0A0B
 *   <UserData><A><B>x</B><C d="y"/></A>     B = x, C_d = y: leaves by their name, attributes as Provider_Name is made
 *   ProcessingErrorData, BinaryEventData    as UserData
 *
 * Message is RenderingInfo's where there is one, else the values of EventData and UserData joined by one blank. An
 * EventID above 65535 holds its qualifiers in the high word. SystemTime without a zone is UTC, as the schema says.
 */
#ifndef WINCAUSE_PARSERS_EVENTXML_H
#define WINCAUSE_PARSERS_EVENTXML_H

#include "records/sink.h"

struct event_parser;

struct event_parser *event_parser_new(void);
void event_parser_free(struct event_parser *parser);

/* Reads one Event element of valid UTF-8, at most LIMIT_XML_EVENT_BYTES. True: *record is filled; at.record is the
 * EventRecordID, or 0 when there is none; its texts live until the next call. False: event_parser_error() says why in
 * a few words.
 *
 * XML that is not well-formed fails, with one exception: characters that XML forbids but real events hold (control
 * characters, also as references such as &#x1;) are kept. Line ends in values are kept as they are. There is never a
 * document type, so no entity but the five of XML exists. */
bool event_parser_read(struct event_parser *parser, struct text xml, struct record *record);
const char *event_parser_error(const struct event_parser *parser);
/* True when values of the last event were cut or left out at a limit of base/limits.h. */
bool event_parser_cut(const struct event_parser *parser);

/* Exports. More than one event makes an export a whole log: one event is what people copy. Whether records are
 * missing in between (an export made with a filter) shows in the record numbers, which is the analysis' business. */
extern const struct reader eventxml_reader;

#endif
