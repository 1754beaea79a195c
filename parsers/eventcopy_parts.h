/*
 * The parts of a copied event, between the files of one block: eventcopy.c (labelled lines, record), eventcopy_text.c
 * (description, hex dump), eventcopy_xml.c.
 */
#ifndef WINCAUSE_PARSERS_EVENTCOPY_PARTS_H
#define WINCAUSE_PARSERS_EVENTCOPY_PARTS_H

#include "parsers/text.h"

/* `Event[12]:` */
bool event_is_mark(struct text line);

/* An id as people write it: 7000, 0x80041b58, -2147214504, `1000 (0x3e8)`. */
bool event_read_id(struct text value, uint32_t *id);

/* What Windows says of an event whose message it cannot find:
 *
 *     The description for Event ID 153 from source nvlddmkm cannot be found. ...
 *     The description for Event ID ( 7000 ) in Source ( Service Control Manager ) cannot be found. ...
 *
 * The source may be missing. The text is one line. */
bool event_read_unknown(struct text message, uint32_t *id, struct text *source);
bool event_unknown_starts(struct lines *lines);

/* Takes the description's lines into lines->text, which may hold its first already. `numbered`: the event stands behind
 * a mark. */
void event_take_description(struct lines *lines, bool numbered);

/* The hex dump: `Data:` and then, there or on the next line, `0000: c000005e`. Gives the bytes as hex digits in
 * lines->arena. */
bool event_dump_at(struct lines *lines, size_t at);
struct text event_take_dump(struct lines *lines);

/* `Event Xml:` */
bool event_xml_label_at(struct lines *lines, size_t at);

/* Takes lines up to the one with `</Event>`, or until something tells that it will not come. True: *xml is an event,
 * with what follows on its line. The current line is the XML's first (event_xml_starts()), or *xml has something
 * already. */
bool event_xml_starts(struct lines *lines);
bool event_take_xml(struct lines *lines, struct buffer *xml);

/* Hands out the first event of the XML, with `message` as its Message when there is one, and takes it off *xml. False:
 * *why says why, in lines->arena. */
bool event_give_xml(struct lines *lines, struct sink *sink, struct position at, struct text *xml, struct text message,
                    const char **why);

#endif
