/*
 * Text of any kind: pasted notes, logs, forum posts, in any encoding and with any line breaks.
 *
 * A text holds several formats one after the other. Each line is offered to the blocks, in the order of one table
 * (parsers/text.c); the first that claims it takes its lines: a copied event, a Dr Watson record. What no block claims
 * are paragraphs. A new block is one file and one line in that table.
 *
 * Lines come through a window (parsers/text_lines.c): a block peeks at the next LIMIT_LINES_AHEAD lines and takes them
 * one after the other; nothing else of the input is in memory. Text that was pasted behind a prefix is seen without it:
 * the blanks and `>` before the first line of a block are its frame, and are taken off the lines that follow.
 *
 *     > > Log Name:      System         a block sees     Log Name:      System
 *     > >                                                (an empty line)
 *     > > Event ID:      7000                            Event ID:      7000
 *     > and what now?                                    (the end: the quotation is over)
 */
#ifndef WINCAUSE_PARSERS_TEXT_H
#define WINCAUSE_PARSERS_TEXT_H

#include "base/limits.h"
#include "base/unicode.h"
#include "records/sink.h"

struct line {
    struct text text;     /* UTF-8 without line break, frame, NULs; valid until it is taken and the next is peeked at */
    uint64_t number;      /* 1-based */
    uint64_t offset;      /* of its first byte in the input */
    bool continued;       /* longer than LIMIT_LINE_BYTES: the next line is its continuation */
};

struct lines {
    struct arena arena;   /* for what a block builds; empty when its take() is called */
    struct buffer text;   /* likewise */
    uint64_t records;     /* handed out so far */

    /* Private. */
    const struct source *source;
    uint8_t *bytes;                   /* of the input: [at, size) are not yet lines; bytes[0] stands at `offset` */
    size_t at, size;
    uint64_t offset;
    bool read_all;
    int error;                        /* errno of a read that failed; 0: none */
    enum encoding encoding;
    uint64_t number;                  /* of the last line read */
    bool in_line;                     /* the last one read was only a piece */
    struct window_line { struct buffer decoded; struct text whole; struct line line; } *window;
    size_t first, count;              /* the window is a ring */
    struct frame { size_t quotes, indent; } frame;
    enum date_order dates;
    bool dates_searched;
    uint64_t block_line;              /* where the block that is being taken began */
    struct lines_remark { const char *what; uint64_t count, line; } remarks[4];
};

/* Looking at lines: 0 is the current one. NULL behind the end of the input, of the quotation, or of the window. */
const struct line *lines_peek(struct lines *lines, size_t ahead);
void lines_take(struct lines *lines, size_t count);
struct position lines_position(struct lines *lines); /* of the current line; at.record is the next ordinal */
bool line_blank(const struct line *line);            /* nothing but blanks; also when it is NULL */

/* Hands out a record, counting it. */
void lines_give(struct lines *lines, struct sink *sink, struct record *record);

/* A date as the machine's locale writes it. Which of 5/12/2003 is the day, --dates says, else the first date behind a
 * label (`Date: 21/5/2003`) in the whole input that allows only one order: all of the input is read in that order. When
 * there is none, as month and day, with a note. False when the text is no date; when it has a digit, that is
 * remarked. */
bool lines_moment(struct lines *lines, struct sink *sink, struct text text, struct moment *moment);

/* Something worth a note, said once per input with how often and where first: "a date could not be read (3 times, first
 * in the block at line 7)". `what` is a literal. */
void lines_remark(struct lines *lines, const char *what);

struct block {
    const char *name;
    bool (*starts)(struct lines *lines);  /* does one begin at the current line? Takes nothing. */
    enum read_end (*take)(struct lines *lines, struct sink *sink); /* takes at least one line; never READ_REFUSED */
};

/* Whether any block begins at the current line: for a block whose end is not marked. Lines behind the current one have
 * to be peeked at again. */
bool text_block_starts(struct lines *lines);

/*
 * Paragraphs: message records. A paragraph ends at a blank line, after 64 lines or 16 KiB (a longer line gives several
 * records), or where a block begins. Message has one blank for each run of blanks and line breaks.
 *
 * A paragraph of one line of at most 120 bytes that does not end in . ! ? ; or , is a caption: when exactly one blank
 * line and then text follow, the next paragraph joins it. So the title of a popup and its text are one record.
 */
void paragraph_take(struct lines *lines, struct sink *sink);

extern const struct reader text_reader;

/* For text.c alone. */
void lines_open(struct lines *lines, const struct source *source, enum date_order dates);
void lines_close(struct lines *lines);
bool lines_reframe(struct lines *lines); /* sets the frame by the current line; false when that is blank or missing */
bool lines_begin(struct lines *lines);   /* goes to the next line that is not blank, sets the frame; false at the end */

#endif
