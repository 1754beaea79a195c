#include "bundle/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

const char *error_text(int error)
{
    const char *text = strerrordesc_np(error);

    return text ? text : "unknown error";
}

struct walk {
    struct found_list *list;
    struct buffer inside;    /* path of what is looked at */
    unsigned depth;
};

static void add(struct walk *walk, enum found_kind kind, uint64_t bytes, const char *note, const char *detail)
{
    struct found_list *list = walk->list;
    struct buffer text = {0};

    if (list->count >= LIMIT_INPUTS) {
        list->not_listed++;
        return;
    }
    if (note)
        buffer_printf(&text, "%s%s", note, detail);
    list->items = memory_room(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = (struct found){kind, memory_string(walk->inside.data), text.data, bytes};
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; false when it could not be read to its end. */
static bool read_names(DIR *folder, char ***names, size_t *count)
{
    size_t capacity = 0;
    struct dirent *entry;

    for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        *names = memory_room(*names, *count, &capacity, sizeof(**names));
        (*names)[(*count)++] = memory_string(entry->d_name);
    }
    int error = errno;
    if (*count > 0)
        qsort(*names, *count, sizeof(**names), compare_names);
    errno = error;
    return error == 0;
}

static void walk_names(struct walk *walk, DIR *folder);

static void walk_below(struct walk *walk, int descriptor)
{
    DIR *folder = descriptor < 0 ? NULL : fdopendir(descriptor);

    if (!folder) {
        add(walk, FOUND_REFUSED, 0, "the folder cannot be opened: ", error_text(errno));
        if (descriptor >= 0)
            close(descriptor);
        return;
    }
    walk_names(walk, folder);
    closedir(folder);
}

static void walk_entry(struct walk *walk, int folder, const char *name)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        add(walk, FOUND_REFUSED, 0, "it cannot be looked at: ", error_text(errno));
    } else if (S_ISREG(status.st_mode)) {
        add(walk, FOUND_FILE, (uint64_t)status.st_size, NULL, NULL);
    } else if (S_ISLNK(status.st_mode)) {
        add(walk, FOUND_SKIPPED, 0, "a symbolic link", ", not followed");
    } else if (!S_ISDIR(status.st_mode)) {
        add(walk, FOUND_SKIPPED, 0, "not a regular file but a ",
            S_ISFIFO(status.st_mode) ? "pipe" : S_ISSOCK(status.st_mode) ? "socket" : "device");
    } else if (walk->depth >= LIMIT_FOLDER_DEPTH) {
        add(walk, FOUND_REFUSED, 0, "folders are nested too deep", "; what is below was not read");
    } else {
        walk->depth++;
        walk_below(walk, openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        walk->depth--;
    }
}

static void walk_names(struct walk *walk, DIR *folder)
{
    char **names = NULL;
    size_t count = 0, size = walk->inside.size;

    if (!read_names(folder, &names, &count))
        add(walk, FOUND_REFUSED, 0, "the folder cannot be listed to its end: ", error_text(errno));
    for (size_t i = 0; i < count; i++) {
        if (size > 0)
            buffer_add_char(&walk->inside, '/');
        buffer_add_string(&walk->inside, names[i]);
        walk_entry(walk, dirfd(folder), names[i]);
        walk->inside.size = size;
        walk->inside.data[size] = 0;
        free(names[i]);
    }
    free(names);
}

void walk_folder(int descriptor, struct found_list *list)
{
    struct walk walk = {.list = list};

    buffer_add_string(&walk.inside, "");
    walk_below(&walk, descriptor);
    buffer_free(&walk.inside);
}

void found_list_free(struct found_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].inside);
        free(list->items[i].note);
    }
    free(list->items);
    *list = (struct found_list){0};
}

int walk_open(const char *folder, const char *inside)
{
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct buffer part = {0};
    const char *end;

    while (at >= 0) {
        end = strchr(inside, '/');
        buffer_clear(&part);
        buffer_add(&part, inside, end ? (size_t)(end - inside) : strlen(inside));
        int next = openat(at, part.data, end ? O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
                                         : O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        int error = errno;
        close(at);
        errno = error;
        at = next;
        if (!end)
            break;
        inside = end + 1;
    }
    int error = errno;
    buffer_free(&part);
    errno = error;
    return at;
}
