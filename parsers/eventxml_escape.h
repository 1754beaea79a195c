/*
 * Carrying characters through expat that XML forbids.
 *
 * Real events hold control characters (43 in 50,000 records of public samples), raw or as references like &#x1;, and
 * XML turns CR LF in a value into LF. So before parsing, each such character becomes a mark, U+F8FE (of the private
 * use area), and the four hex digits of its code; after parsing the marks become the characters again. A U+F8FE that
 * stands in the text is escaped too, so that nothing is mistaken for a mark.
 *
 *     <Data>a^Ab&#x2;</Data>   ->   <Data>a{mark}0001b{mark}0002</Data>   ->   a ^A b ^B
 *
 * References to what is no character at all (surrogates, beyond U+10FFFF) become U+FFFD. Comments and tags pass as
 * they are but for control characters; in CDATA a reference is text.
 */
#ifndef WINCAUSE_PARSERS_EVENTXML_ESCAPE_H
#define WINCAUSE_PARSERS_EVENTXML_ESCAPE_H

#include "base/memory.h"

/* Returns `xml` itself when there is nothing to escape, else a view of `out`, which is overwritten. At most seven
 * times as long. */
struct text xml_escape(struct text xml, struct buffer *out);
/* In place; returns the new size, never more than `size`. */
size_t xml_restore(char *text, size_t size);

#endif
