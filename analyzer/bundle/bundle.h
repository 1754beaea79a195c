/*
 * A bundle: what was collected. A file, a folder (all below it, in name order), several paths, or standard input. Finds
 * the inputs, hashes them, picks a reader for each, and passes the records on. Inputs are opened read-only and never
 * changed; symbolic links are not followed out of the bundle; our own reports are skipped.
 *
 * The inventory (struct input) is complete when bundle_read() returns.
 */
#ifndef WINCAUSE_BUNDLE_BUNDLE_H
#define WINCAUSE_BUNDLE_BUNDLE_H

#include "base/diagnostic.h"
#include "records/sink.h"

enum input_status { INPUT_READ, INPUT_PARTIAL, INPUT_REFUSED, INPUT_SKIPPED };
extern const char *const input_status_words[];   /* "read", "partial", "refused", "skipped" */

struct input {
    size_t index;              /* place in the bundle, from 0: name order */
    char *path;                /* inside the bundle, `/` between parts; unique; "-" for standard input */
    char *folder;              /* its folder inside the bundle ("" at the top): inputs of one folder may share a host */
    char *file;                /* how to open it; NULL for standard input */
    const char *kind;          /* the reader's name, or "unknown" */
    uint64_t bytes;
    char sha256[65];
    enum input_status status;
    uint64_t records;          /* handed on, derived ones not counted */
    uint64_t lost;             /* records known to be lost */
    struct moment first, last; /* of the records' times; UTC ones if there are any, else local */
    char **notes;              /* losses and remarks in the order found, equal ones counted; at most INPUT_NOTES and
                                * a closing line */
    size_t note_count;
    bool damaged;              /* something that should have been read was not: exit status 3 */
};
#define INPUT_NOTES 32

struct bundle {
    char *name;                /* the case: --case, else the last part of the first path */
    struct input **inputs;
    size_t input_count;
    struct bundle_places *places;  /* private: where the inputs are in the file system */
};

/* Collects the inputs. Problems (a path that does not exist, a folder that cannot be listed) go to `diagnostics`;
 * errors there mean that a path which the user named cannot be used. A file that is no regular file (socket, device) is
 * skipped. */
struct bundle *bundle_open(const char *const *paths, size_t path_count, const char *case_name,
                           struct diagnostics *diagnostics);
void bundle_free(struct bundle *bundle);
/* True when `path` is one of the inputs, or would lie in a folder given to bundle_open(): an output must not. */
bool bundle_contains(const struct bundle *bundle, const char *path);

/* Who takes the records. open() is called once an input, from any thread; the sink is then used by one thread only,
 * until close(). The sink's loss() and note() are told too, after the inventory has been. */
struct consumer {
    struct sink *(*open)(struct consumer *consumer, const struct input *input);
    void (*close)(struct consumer *consumer, const struct input *input, struct sink *sink);
};

struct bundle_options {
    struct read_options read;
    unsigned threads;          /* 1: inputs one after the other, in order */
    bool progress;             /* a bar on standard error */
};

/* Reads every input. Between reader and consumer stands records/derive.h, so the consumer sees derived records too. */
void bundle_read(struct bundle *bundle, const struct bundle_options *options, struct consumer *consumer);

#endif
