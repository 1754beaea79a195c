/* SHA-256 of files. */
#ifndef WINCAUSE_BUNDLE_HASH_H
#define WINCAUSE_BUNDLE_HASH_H

#include "records/sink.h"

/* Hashes the first source->size bytes. Returns how many there were: fewer than that when the file is shorter now, or on
 * an error (then *error is its errno, else 0). The hash is of the bytes that were there. */
uint64_t hash_source(const struct source *source, char hex[65], int *error);

#endif
