/*
 * Finding the files of a bundle. Symbolic links below an argument are never followed, so nothing outside of what the
 * user named is read.
 */
#ifndef WINCAUSE_BUNDLE_WALK_H
#define WINCAUSE_BUNDLE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

enum found_kind {
    FOUND_FILE,              /* a regular file */
    FOUND_SKIPPED,           /* a link, a pipe, a device: `note` says what */
    FOUND_REFUSED            /* a folder that could not be looked into: `note` says why */
};

struct found {
    enum found_kind kind;
    char *inside;            /* path below the folder, as the file system spells it */
    char *note;              /* NULL for a file */
    uint64_t bytes;
};

struct found_list {
    struct found *items;
    size_t count, capacity;
    uint64_t not_listed;     /* what was found after LIMIT_INPUTS */
};

/* Adds everything below the open folder (whose descriptor is taken over). */
void walk_folder(int descriptor, struct found_list *list);
void found_list_free(struct found_list *list);

/* Opens a file below a folder, part by part, following no link. -1 with errno set. */
int walk_open(const char *folder, const char *inside);

/* "Permission denied": what an errno means, in the same words everywhere. */
const char *error_text(int error);

#endif
