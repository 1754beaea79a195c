/*
 * What a reader talks to, and what a reader is.
 *
 * A reader knows one file format, produces records in a stream and knows no rule. It gets a source (the bytes) and a
 * sink (where records, losses and coverage go). One bad record never loses a file: the reader reports the loss and goes
 * on.
 *
 * A new whole-file format is one file in parsers/ and one line in parsers/readers.c; a new block inside text is one
 * file and one line in parsers/text.c.
 */
#ifndef WINCAUSE_RECORDS_SINK_H
#define WINCAUSE_RECORDS_SINK_H

#include "records/record.h"

/* Settings of the run for what an input does not say itself. */
struct read_options {
    enum date_order dates; /* --dates */
};

/* Every function but `record` may be NULL: nobody wants to know. */
struct sink {
    const struct read_options *options;

    /* Takes a record; everything in it dies when this returns. */
    void (*record)(struct sink *sink, struct record *record);

    /* Something in the input that could not be read: `count` records (0: not known how many, e.g. a torn tail), where
     * it begins, and why: one sentence, no file name, no full stop. Counted and shown in the report. */
    void (*loss)(struct sink *sink, struct position where, uint64_t count, const char *why);

    /* A neutral remark about the input ("dirty flag set", "16 of 17 chunks unused", "12 deletion entries ignored"); not
     * a loss. */
    void (*note)(struct sink *sink, const char *remark);

    /* The registry key `key` (HKLM\..., ControlSet00n as CurrentControlSet) stands in this input, with whatever
     * values follow. Called for every key, before its values; deletion entries do not call it. `control_set` is n of
     * ControlSet00n, 0 for any other key. `written` is the key's last write time or basis NONE. */
    void (*covers_key)(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                       struct position where);

    /* This input is a whole log, not a copied event: absence from it may prove something. Call before the first record.
     */
    void (*covers_log)(struct sink *sink);

    /* What this input said that it covers proves nothing after all: it is no picture of a machine but an instruction
     * for one (a .reg with deletion entries). May be called at any time. */
    void (*covers_nothing)(struct sink *sink);
};

void sink_record(struct sink *sink, struct record *record);
void sink_loss(struct sink *sink, struct position where, uint64_t count, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void sink_note(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sink_covers_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                     struct position where);
void sink_covers_log(struct sink *sink);
void sink_covers_nothing(struct sink *sink);

/* The bytes of an input, read with pread: a share that shrinks must not kill the run. */
struct source {
    const char *path; /* inside the bundle, `/` between parts; for messages */
    int fd;           /* read-only; a file, or a sealed memfd for standard input */
    uint64_t size;    /* when it was opened */
};
/* Reads up to `size` bytes at `offset`. Returns the number read, 0 at the end, -1 on an error (errno set). Restarts on
 * EINTR; short only at the end. */
int64_t source_read(const struct source *source, uint64_t offset, void *bytes, size_t size);

enum read_end {
    READ_WHOLE,  /* everything was read (single losses are in sink.loss) */
    READ_PART,   /* the input is damaged or cut, and something was read */
    READ_REFUSED /* nothing could be read; the last sink.loss says why */
};

enum need {
    NEED_STREAM,
    NEED_SEEK,
    NEED_PATH
}; /* what the reader asks of the source; PATH: a name in the file system */

struct reader {
    const char *name; /* the input's `kind` in reports: evtx, reg, eventxml, text */
    const char *what; /* the line that help and the man page print */
    int (*probe)(const uint8_t *head,
                 size_t size); /* 0: not mine .. 100: certain; by content; head is up to READER_HEAD bytes */
    enum need need;
    enum read_end (*read)(struct source *source, struct sink *sink);
};
#define READER_HEAD 4096

extern const struct reader *const readers[]; /* parsers/readers.c; ends in NULL */

/* The reader with the highest probe, the first of equals; NULL when none wants it. */
const struct reader *reader_find(const uint8_t *head, size_t size);

#endif
