/*
 * libevtx in a child process: records of a small, repaired .evtx image in, their XML out.
 *
 * libevtx is not trusted with hostile input: a record can drive it to gigabytes or to minutes. The child may have
 * LIMIT_EVTX_CHILD_MEMORY and, per record, LIMIT_EVTX_RECORD_SECONDS of processor time (LIMIT_EVTX_RECORDS_PER_SECOND
 * in the long run); it can write nowhere but into its pipe, and what comes out of that is checked. A child that ends
 * before its last record has died on the first one it has not answered for: the caller counts that record as lost and
 * starts another child behind it.
 *
 *     struct evtx_child *child = evtx_child_start(image, from, count);
 *     while (evtx_child_next(child, &answer)) ...
 *     enum evtx_child_end end = evtx_child_stop(child, &seconds, &why);
 */
#ifndef WINCAUSE_PARSERS_EVTX_CHILD_H
#define WINCAUSE_PARSERS_EVTX_CHILD_H

#include "base/memory.h"

struct evtx_child;

struct evtx_answer {
    uint32_t index;            /* of the record in the image, as libevtx counts */
    struct text xml;           /* valid UTF-8; empty data (NULL): libevtx cannot read the record */
    const char *why;           /* then: why not */
};                             /* texts live until the next call */

enum evtx_child_end {
    CHILD_DONE,                /* an answer for every record */
    CHILD_DIED,                /* on the record behind the last answer */
    CHILD_REFUSED,             /* libevtx cannot open the image, or lists another number of records than `count` */
    CHILD_IMPOSSIBLE           /* there is no child: no process, pipe or memory file to be had */
};

/* `image` is a whole file (header and chunks) with `count` records; the answers begin with record `from`. */
struct evtx_child *evtx_child_start(struct text image, uint32_t from, uint32_t count);
bool evtx_child_next(struct evtx_child *child, struct evtx_answer *answer);
/* Ends the child, also before it is done, and frees. *seconds: the processor time it used; *why, overwritten unless the
 * child was done: how it ended, in a few words. */
enum evtx_child_end evtx_child_stop(struct evtx_child *child, double *seconds, struct buffer *why);

#endif
