/*
 * The physical lines of a registry export, whatever it is encoded in: UTF-16LE and -BE, UTF-8, an ANSI code page, with
 * or without a byte order mark, CR LF or LF.
 *
 * A statement of an export may reach over several lines and may turn out to be broken only at their end; its reader
 * then takes up again at one of them. So lines stay in memory until they are forgotten:
 *
 *     reg_lines_forget(&lines);            what was handed out is no longer needed
 *     reg_lines_next(&lines, &line);       its index is 0
 *     reg_lines_next(&lines, &line);       1
 *     reg_lines_return(&lines, 1);         the next reg_lines_next() hands out 1 again
 */
#ifndef WINCAUSE_PARSERS_REG_LINES_H
#define WINCAUSE_PARSERS_REG_LINES_H

#include "base/unicode.h"
#include "records/sink.h"

struct reg_line {
    struct text text;          /* UTF-8 without the line break; dies with the next call of reg_lines_next or _forget */
    struct text ending;        /* "\r\n", "\n", or "" where the file ends without a line break; static */
    uint64_t number;           /* from 1 */
    uint64_t offset;           /* of its first byte in the file */
    bool too_long;             /* over LIMIT_VALUE_BYTES: text is empty */
};

struct reg_lines {
    const struct source *source;   /* borrowed */
    enum encoding encoding;
    bool marked;                   /* it had a byte order mark: what is not UTF-8 then is damage, not ANSI */
    int error;                     /* errno of a read that failed; lines end there */
    bool half_character;           /* UTF-16 that ends in the middle of a character */

    uint8_t *window;               /* bytes read and not yet made into lines */
    size_t window_capacity, window_from, window_to;
    uint64_t offset;               /* of window_from in the file */
    uint64_t number;               /* of the last line made */
    bool ended;                    /* the source has no more */

    struct buffer text;            /* of the kept lines */
    struct reg_kept_line {
        size_t from, to;           /* in `text` */
        struct text ending;
        uint64_t number, offset;
        bool too_long;
    } *kept;
    size_t kept_count, kept_capacity;
    size_t first;                  /* kept lines below are forgotten */
    size_t next;                   /* the kept line to hand out next */
};

void reg_lines_open(struct reg_lines *lines, const struct source *source);
void reg_lines_close(struct reg_lines *lines);
bool reg_lines_utf16(const struct reg_lines *lines);
bool reg_lines_next(struct reg_lines *lines, struct reg_line *line);
void reg_lines_forget(struct reg_lines *lines);
/* `index` counts the lines handed out since the last forget, from 0. */
void reg_lines_return(struct reg_lines *lines, size_t index);

#endif
