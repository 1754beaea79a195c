/*
 * Where the inputs of a bundle are in the file system, and how they are called inside the bundle.
 *
 * An input from a folder argument is called by its path below that folder, a file argument by its last part. Inputs
 * that would get the same name are told apart by what stands before it: the folder argument's last part, a file
 * argument's folder; then by a number. A file that is reached through two arguments is one input. All of this depends
 * on where the files are, not on the order of the arguments.
 */
#ifndef WINCAUSE_BUNDLE_PLACES_H
#define WINCAUSE_BUNDLE_PLACES_H

#include "bundle/walk.h"

struct argument {
    const char *path;        /* as the user gave it; borrowed */
    char *real;              /* without links and dots; "-" is standard input */
    char *label;             /* its last part; unique among the arguments */
    bool is_folder;
};

struct place {               /* of one input */
    size_t argument;
    enum found_kind kind;
    char *inside;            /* below the folder argument; NULL for a file argument */
    char *note;              /* why it is not read; NULL when it is */
    char *real;
    char *path;              /* the input's path inside the bundle, valid UTF-8 */
    uint64_t bytes;
};

struct bundle_places {
    struct argument *arguments;
    size_t argument_count;
    struct place *items;     /* by path, after places_name() */
    size_t count, capacity;
};

/* Takes over what is in `found`, which is empty then. `found` NULL: the argument itself is the file. */
void places_add(struct bundle_places *places, size_t argument, struct found_list *found, uint64_t bytes);
/* Gives every place its path, drops files found twice, and sorts by path. */
void places_name(struct bundle_places *places);
/* The folder of an input inside the bundle; where there are several arguments a folder argument's label comes first.
 * Caller frees. */
char *places_folder(const struct bundle_places *places, const struct place *place);
/* The last part of a path, without slashes behind it; "/" for the root. Caller frees. */
char *last_part(const char *path);
void places_free(struct bundle_places *places);

#endif
