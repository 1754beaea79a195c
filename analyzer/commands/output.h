/*
 * Writing a result: to standard output, or to a file under another name that is renamed when everything is written, so
 * that nothing half-written is ever left. What goes wrong (a full disk, a closed pipe, a folder that cannot be written)
 * is printed once on standard error; the command then ends with EXIT_NO_REPORT.
 */
#ifndef WINCAUSE_COMMANDS_OUTPUT_H
#define WINCAUSE_COMMANDS_OUTPUT_H

#include "base/memory.h"

struct output {
    int fd;                  /* -1: not open */
    const char *path;        /* borrowed; NULL: standard output */
    char *temporary;         /* the other name, in the same folder; NULL on standard output, pipes and devices */
    struct buffer pending;   /* flushed in large pieces */
    bool failed;             /* the message has been printed; all further writing is ignored */
};

bool output_open(struct output *output, const char *path);      /* false: could not, message printed */
void output_add(struct output *output, struct text text);
struct buffer *output_buffer(struct output *output);            /* to be filled in place; then call output_settle() */
void output_settle(struct output *output);                      /* writes what is pending when it is much */
bool output_close(struct output *output);                       /* flushes and renames; false: nothing is left */
void output_discard(struct output *output);                     /* leaves nothing */

#endif
