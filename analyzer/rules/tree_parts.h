/* What tree.c (YAML to nodes) and tree_places.c (where they stand) share. Nobody else includes this. */
#ifndef WINCAUSE_RULES_TREE_PARTS_H
#define WINCAUSE_RULES_TREE_PARTS_H

#include "rules/tree.h"

/* Finds the lines of tree->source. They end in LF, CR LF or CR, as YAML has it. */
void tree_index_lines(struct tree *tree);
/* The line without its line break; TEXT_NONE when there is no such line. */
struct text tree_source_line(const struct tree *tree, unsigned line);
struct mark tree_mark_of_offset(const struct tree *tree, size_t offset);
/* The line from a column on. */
struct text tree_from_column(struct text line, unsigned column);
bool tree_continues_character(char c);
/* A diagnostic at one character; line 0: about the whole file. */
void tree_error_at(struct tree *tree, struct mark at, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
