/* The rule files below the paths of -r, and their bytes. */
#ifndef WINCAUSE_RULES_RULE_FILES_H
#define WINCAUSE_RULES_RULE_FILES_H

#include "base/diagnostic.h"

struct found_file {
    size_t path;                 /* which of the given paths */
    char *named;                 /* to open it, and as the user would name it: rules/windows/kb184802.yml */
    char *relative;              /* below the path: windows/kb184802.yml; UTF-8 whatever the disk says */
};

struct found_files {
    struct found_file *items;    /* by path, then by relative name, bytewise */
    size_t count, capacity;
};

/* Every .yml and .yaml below each path that is a folder, and each path that is a file whatever its name. Names that
 * begin with a dot and links to folders are left out. Reports what cannot be read. */
void rule_files_find(struct found_files *files, const char *const *paths, size_t path_count,
                     struct diagnostics *diagnostics);
void rule_files_free(struct found_files *files);

/* Reads a file, up to one byte more than LIMIT_RULE_FILE_BYTES, so that the reader of rules can refuse it. False,
 * reported, when it cannot be read. */
bool rule_file_read(const char *named, struct buffer *bytes, struct diagnostics *diagnostics);

#endif
