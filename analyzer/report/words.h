/*
 * How the text report says times, sizes, places and names. Everything here returns or appends plain text that still has
 * to go through the page (report/page.h), which makes it safe to show. Blanks inside a time or "KB 184802" are
 * PAGE_GLUE.
 */
#ifndef WINCAUSE_REPORT_WORDS_H
#define WINCAUSE_REPORT_WORDS_H

#include "diagnosis/findings.h"

/* "2010-05-04 09:55:12Z"; without Z for a local time; "at an unknown time" when there is none. */
void words_moment(struct buffer *out, struct moment moment);
/* The same with "05-04 09:55:12Z" in the year of `year_of`. */
void words_moment_near(struct buffer *out, struct moment moment, struct moment year_of);
/* "2010-05-04 09:55:12 to 09:57:01Z", to the second or to the minute; one moment when both are equal. To the minute and
 * over more than two days: "2010-05-04 to 2010-05-09". */
void words_interval(struct buffer *out, struct moment first, struct moment last, bool seconds);

/* "4 h", "35 min", "12 days". */
void words_duration(struct buffer *out, int64_t ticks);
/* "72 KB", "812 bytes". */
void words_bytes(struct buffer *out, uint64_t bytes);
/* "1,234,567". */
void words_number(struct buffer *out, uint64_t number);
/* "1 record", "1,234 records": `noun` in the singular, an s is added. */
void words_count(struct buffer *out, uint64_t number, const char *noun);
/* "+20", "-4", "+7.8", "0": tenths of a decibel. */
void words_db(struct buffer *out, int tenths);
/* "0.997", "<0.001", ">0.999": ten-thousandths. */
void words_probability(struct buffer *out, unsigned ten_thousandths);

/* "Windows Server 2003": what a version number is sold as. `arch` may be NULL. */
void words_windows(struct buffer *out, const char *version, const char *arch);

/* "KB 184802" for kb:184802, kb:Q184802 and the rule id kb184802; "KB 184802, heap_full" for kb184802/heap_full;
 * everything else as it is. */
void words_reference(struct buffer *out, struct text reference);

/* The last parts of an input's path, as many as no other input of the bundle shares;
 * "standard input" for `-`. */
struct text words_input(const struct bundle *bundle, const struct input *input);
/* "System.evtx #7 #8 #9", "system.reg:9": the first `room` of the places, all that lie in the input of places[0].
 * Returns how many were taken. */
size_t words_places(struct buffer *out, const struct bundle *bundle, const struct place *places, size_t count,
                    size_t room);

#endif
