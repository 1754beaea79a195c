#include "rules/rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/unicode.h"

struct walk {
    struct found_files *files;
    size_t path;
    struct diagnostics *diagnostics;
};

static void report(struct diagnostics *diagnostics, const char *named, const char *what)
{
    struct buffer shown = {0};

    unicode_add_utf8(&shown, named, strlen(named));
    diagnostics_add(diagnostics, SEVERITY_ERROR, shown.data != NULL ? shown.data : "", 0, 0, 1, TEXT_NONE, NULL,
                    "the rules cannot be read: %s", what);
    buffer_free(&shown);
}

static char *joined(const char *folder, const char *name)
{
    struct buffer path = {0};

    buffer_add_string(&path, folder);
    if (path.size > 0 && path.data[path.size - 1] != '/')
        buffer_add_char(&path, '/');
    buffer_add_string(&path, name);
    return path.data;
}

static void add_file(struct walk *walk, const char *named, const char *relative)
{
    struct found_files *files = walk->files;
    struct buffer shown = {0};

    unicode_add_utf8(&shown, relative, strlen(relative));
    files->items = memory_room(files->items, files->count, &files->capacity, sizeof *files->items);
    files->items[files->count++] = (struct found_file){walk->path, memory_string(named), shown.data};
}

static bool is_rule_name(const char *name)
{
    struct text text = text_of(name);

    return text_ends_nocase(text, TEXT(".yml")) || text_ends_nocase(text, TEXT(".yaml"));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; NULL at the end. NULL when it cannot be read (errno). */
static char **folder_names(const char *folder)
{
    DIR *stream = opendir(folder);
    struct dirent *entry;
    char **names = NULL;
    size_t count = 0, capacity = 0;

    if (stream == NULL)
        return NULL;
    names = memory_room(names, count, &capacity, sizeof *names);
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        names = memory_room(names, count + 1, &capacity, sizeof *names);
        names[count++] = memory_string(entry->d_name);
    }
    closedir(stream);
    names[count] = NULL;
    qsort(names, count, sizeof *names, compare_names);
    return names;
}

static void walk_folder(struct walk *walk, const char *named, const char *relative, unsigned depth);

static void walk_entry(struct walk *walk, const char *named, const char *relative, unsigned depth)
{
    struct stat status, link;

    if (stat(named, &status) != 0 || lstat(named, &link) != 0)
        return;   /* a link to nowhere, or gone since */
    if (S_ISDIR(status.st_mode) && !S_ISLNK(link.st_mode))
        walk_folder(walk, named, relative, depth + 1);
    else if (S_ISREG(status.st_mode) && is_rule_name(relative))
        add_file(walk, named, relative);
}

static void walk_folder(struct walk *walk, const char *named, const char *relative, unsigned depth)
{
    char **names;

    if (depth > LIMIT_FOLDER_DEPTH) {
        report(walk->diagnostics, named, "folders are nested too deep");
        return;
    }
    names = folder_names(named);
    if (names == NULL) {
        report(walk->diagnostics, named, strerror(errno));
        return;
    }
    for (char **name = names; *name != NULL; name++) {
        char *inner = joined(named, *name), *inner_relative = relative[0] != '\0' ? joined(relative, *name) : NULL;

        if (walk->files->count < LIMIT_RULE_FILES)
            walk_entry(walk, inner, inner_relative != NULL ? inner_relative : *name, depth);
        free(inner);
        free(inner_relative);
        free(*name);
    }
    free(names);
}

static int compare_files(const void *a, const void *b)
{
    const struct found_file *left = a, *right = b;
    int order;

    if (left->path != right->path)
        return left->path < right->path ? -1 : 1;
    order = strcmp(left->relative, right->relative);
    return order != 0 ? order : strcmp(left->named, right->named);
}

void rule_files_find(struct found_files *files, const char *const *paths, size_t path_count,
                     struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < path_count; i++) {
        struct walk walk = {files, i, diagnostics};
        struct stat status;
        const char *last = strrchr(paths[i], '/');

        if (stat(paths[i], &status) != 0)
            report(diagnostics, paths[i], strerror(errno));
        else if (S_ISDIR(status.st_mode))
            walk_folder(&walk, paths[i], "", 0);
        else
            add_file(&walk, paths[i], last != NULL ? last + 1 : paths[i]);
    }
    if (files->count >= LIMIT_RULE_FILES)
        report(diagnostics, paths[path_count - 1], "there are too many files; the rest is left out");
    if (files->count > 0)
        qsort(files->items, files->count, sizeof *files->items, compare_files);
}

void rule_files_free(struct found_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].named);
        free(files->items[i].relative);
    }
    free(files->items);
    *files = (struct found_files){0};
}

bool rule_file_read(const char *named, struct buffer *bytes, struct diagnostics *diagnostics)
{
    char piece[16384];
    ssize_t got = 0;
    int fd = open(named, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        report(diagnostics, named, strerror(errno));
        return false;
    }
    while (bytes->size <= LIMIT_RULE_FILE_BYTES) {
        got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        buffer_add(bytes, piece, (size_t)got);
    }
    if (got < 0)
        report(diagnostics, named, strerror(errno));
    close(fd);
    return got >= 0;
}
