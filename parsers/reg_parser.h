/*
 * The state of reading one registry export, and what all its statements need: lines, quoted text, messages. Between
 * reg.c (the walk, headers, keys), reg_data.c (values) and reg_parser.c; nobody else's.
 */
#ifndef WINCAUSE_PARSERS_REG_PARSER_H
#define WINCAUSE_PARSERS_REG_PARSER_H

#include "parsers/reg_lines.h"
#include "parsers/reg_value.h"

/* Oddities that cost nothing: counted, and told once at the end. */
enum reg_remark {
    REMARK_DELETIONS, REMARK_BELOW_DELETED, REMARK_JOINED_KEYS, REMARK_JOINED_STRINGS, REMARK_JOINED_BYTES,
    REMARK_SHARED_LINES, REMARK_IGNORED_TAILS, REMARK_BEFORE_KEYS, REMARK_UTF16, REMARK_ODD_LENGTHS,
    REMARK_UNTERMINATED, REMARK_ODD_NUMBERS, REMARK_HEADERS, REMARK_COUNT
};

/* What values belong to: a key; none yet; one that is deleted; one whose name is broken. */
enum reg_key_state { KEY_NONE, KEY_OPEN, KEY_DELETED, KEY_BROKEN };

struct reg_parser {
    struct sink *sink;             /* borrowed */
    struct reg_lines lines;
    struct reg_line line;          /* the current one */
    size_t at;                     /* in line.text */
    bool ended;                    /* there was no next line */
    size_t statement_lines;        /* lines taken since the statement began */
    struct position start;         /* of the statement */

    enum reg_strings strings;
    bool strings_known;            /* a header said so; without one UTF-16 in place of ANSI is nothing to remark */
    enum reg_key_state key_state;
    struct buffer key;             /* as records show it */
    unsigned control_set;
    char control_set_text[12];     /* decimal */
    uint64_t key_line;

    struct buffer path, name, data, label;
    struct reg_hex hex;
    bool joined;                   /* the quoted text just read was put together from two lines */

    uint64_t records, keys, losses;
    uint64_t untold, untold_records;  /* losses over LIMIT_EXPORT_LOSSES, and what they cost */
    bool cut;                      /* the file ends inside something, or cannot be read to its end */
    struct { uint64_t count, first_line; } remarks[REMARK_COUNT];
};

/* A value or values in one line, from `@` or the opening quote on (reg_data.c). */
void reg_read_values(struct reg_parser *parser);

/* Messages. The texts that reg_label() and reg_excerpt() make die with the next call of either. */
void reg_note(struct reg_parser *parser, enum reg_remark remark);
void reg_lose(struct reg_parser *parser, uint64_t count, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *reg_label(struct reg_parser *parser);                       /* value "Start" of HKLM\... */
const char *reg_excerpt(struct reg_parser *parser, struct text text);
struct text reg_clip(struct text text, size_t size);  /* at most `size` bytes, no half character at the end */

/* Lines. */
bool reg_next_line(struct reg_parser *parser);
/* As reg_next_line(), where nothing will go back behind it: bytes may go on over hundreds of thousands of lines. */
bool reg_next_line_only(struct reg_parser *parser);
/* Gives back the line that reg_next_line_only() took: it is another statement's. The current line is empty then. */
void reg_return_line(struct reg_parser *parser);
/* After a statement that has no end: goes back to the first of its lines, behind its first one, that begins another
 * statement. False when there is none: then all of them are part of what is lost. The current line is empty then. */
bool reg_take_up_again(struct reg_parser *parser);
void reg_set_start(struct reg_parser *parser);                          /* the statement begins in the current line */
struct text reg_rest_of_line(struct reg_parser *parser);                /* steps over blanks */

/* What a text, without blanks before it, is. */
char reg_first_char(struct text text);                                  /* NUL when it is empty */
bool reg_is_blank(char c);
struct text reg_skip_blanks(struct text text);
bool reg_ends_statement(struct text rest);                              /* nothing or a comment */
bool reg_is_header(struct text text);
bool reg_is_key(struct text text);                                      /* `[HK` or `[-HK` */
bool reg_is_value(struct text text);                                    /* `@=` or `"name"=` */
bool reg_is_statement(struct text line);                                /* one of these, behind blanks */

/* Quoted text, from the opening quote to behind the closing one, over as many lines as it takes; line breaks belong to
 * it. Only `\\` and `\"` are escapes. */
enum reg_quoted { REG_QUOTED, REG_QUOTED_TOO_LONG, REG_QUOTED_END_OF_FILE };
enum reg_quoted reg_read_quoted(struct reg_parser *parser, struct buffer *out, size_t limit);

#endif
