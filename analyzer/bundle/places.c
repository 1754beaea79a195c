#include "bundle/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/unicode.h"

char *last_part(const char *path)
{
    size_t end = strlen(path), start;
    struct buffer part = {0};

    while (end > 1 && path[end - 1] == '/')
        end--;
    start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (start == end && start > 0)
        start--;
    buffer_add(&part, path + start, end - start);
    return part.data;
}

static char *joined(const char *first, const char *second)
{
    struct buffer path = {0};

    buffer_printf(&path, strcmp(first, "/") == 0 ? "%s%s" : "%s/%s", first, second);
    return path.data;
}

void places_add(struct bundle_places *places, size_t argument, struct found_list *found, uint64_t bytes)
{
    const struct argument *of = &places->arguments[argument];

    for (size_t i = 0; i < (found ? found->count : 1); i++) {
        struct place place = {.argument = argument, .bytes = bytes};

        if (found) {
            place.kind = found->items[i].kind;
            place.inside = found->items[i].inside;
            place.note = found->items[i].note;
            place.bytes = found->items[i].bytes;
            found->items[i] = (struct found){0};
        }
        place.real = place.inside && *place.inside ? joined(of->real, place.inside) : memory_string(of->real);
        places->items = memory_room(places->items, places->count, &places->capacity, sizeof(*places->items));
        places->items[places->count++] = place;
    }
    if (found)
        found_list_free(found);
}

static void place_free(struct place *place)
{
    free(place->inside);
    free(place->note);
    free(place->real);
    free(place->path);
}

/* The same file: the one with the longer path inside its folder stands first, it says more. */
static int compare_real(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = strcmp(a->real, b->real);
    const size_t sizes[] = {a->inside ? strlen(a->inside) : 0, b->inside ? strlen(b->inside) : 0};

    if (order != 0)
        return order;
    return sizes[0] == sizes[1] ? 0 : sizes[0] > sizes[1] ? -1 : 1;
}

static int compare_path(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = strcmp(a->path, b->path);

    return order != 0 ? order : strcmp(a->real, b->real);
}

static void drop_twins(struct bundle_places *places)
{
    size_t kept = 0;

    if (places->count == 0)
        return;
    qsort(places->items, places->count, sizeof(*places->items), compare_real);
    for (size_t i = 0; i < places->count; i++) {
        if (kept > 0 && strcmp(places->items[kept - 1].real, places->items[i].real) == 0)
            place_free(&places->items[i]);
        else
            places->items[kept++] = places->items[i];
    }
    places->count = kept;
    qsort(places->items, places->count, sizeof(*places->items), compare_path);
}

static char *in_utf8(const char *bytes)
{
    struct buffer text = {0};

    unicode_add_utf8(&text, bytes, strlen(bytes));
    return text.data ? text.data : memory_string("");
}

/* What tells an input apart from another one of the same name. */
static char *longer_path(const struct bundle_places *places, const struct place *place)
{
    const struct argument *argument = &places->arguments[place->argument];
    char *folder = NULL, *before, *path;

    if (argument->is_folder) {
        before = in_utf8(argument->label);
    } else {
        const char *slash = strrchr(place->real, '/');
        struct buffer above = {0};

        buffer_add(&above, place->real, slash ? (size_t)(slash - place->real) : 0);
        folder = last_part(above.size > 0 ? above.data : "/");
        before = in_utf8(folder);
        buffer_free(&above);
    }
    path = joined(strcmp(before, "/") == 0 ? "" : before, place->path);
    free(folder);
    free(before);
    return path;
}

static void tell_apart(struct bundle_places *places)
{
    bool *shared = memory_array(places->count + 1, sizeof(*shared));

    for (size_t i = 1; i < places->count; i++)
        if (strcmp(places->items[i - 1].path, places->items[i].path) == 0)
            shared[i - 1] = shared[i] = true;
    for (size_t i = 0; i < places->count; i++) {
        if (shared[i]) {
            char *path = longer_path(places, &places->items[i]);

            free(places->items[i].path);
            places->items[i].path = path;
        }
    }
    free(shared);
    if (places->count > 0)
        qsort(places->items, places->count, sizeof(*places->items), compare_path);
}

/* `text`, or `text (2)`, `text (3)`, ... : the first that is not in the table. Takes `text` over. */
static char *numbered(struct table *used, char *text)
{
    struct buffer name = {0};
    unsigned number = 1;

    buffer_add_string(&name, text);
    while (table_find(used, buffer_text(&name))) {
        buffer_clear(&name);
        buffer_printf(&name, "%s (%u)", text, ++number);
    }
    table_add(used, buffer_text(&name));
    free(text);
    return name.data;
}

static int compare_argument(const void *left, const void *right)
{
    return strcmp((*(struct argument *const *)left)->real, (*(struct argument *const *)right)->real);
}

static void label_arguments(struct bundle_places *places)
{
    struct argument **order = memory_array(places->argument_count + 1, sizeof(struct argument *));
    struct table used = {0};

    for (size_t i = 0; i < places->argument_count; i++)
        order[i] = &places->arguments[i];
    if (places->argument_count > 0)
        qsort(order, places->argument_count, sizeof(struct argument *), compare_argument);
    for (size_t i = 0; i < places->argument_count; i++) {
        if (i > 0 && strcmp(order[i - 1]->real, order[i]->real) == 0)
            order[i]->label = memory_string(order[i - 1]->label);
        else
            order[i]->label = numbered(&used, last_part(order[i]->real));
    }
    table_free(&used);
    free(order);
}

void places_name(struct bundle_places *places)
{
    struct table used = {0};

    label_arguments(places);
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];
        char *name = place->inside && *place->inside ? memory_string(place->inside) : last_part(place->real);

        place->path = in_utf8(name);
        free(name);
    }
    drop_twins(places);
    tell_apart(places);
    for (size_t i = 0; i < places->count; i++)
        places->items[i].path = numbered(&used, places->items[i].path);
    table_free(&used);
    if (places->count > 0)
        qsort(places->items, places->count, sizeof(*places->items), compare_path);
}

char *places_folder(const struct bundle_places *places, const struct place *place)
{
    const struct argument *argument = &places->arguments[place->argument];
    const char *path = place->inside ? place->inside : place->path, *slash = strrchr(path, '/');
    struct buffer folder = {0};
    char *text;

    if (argument->is_folder && places->argument_count > 1) {
        buffer_add_string(&folder, argument->label);
        if (slash)
            buffer_add_char(&folder, '/');
    }
    buffer_add(&folder, path, slash ? (size_t)(slash - path) : 0);
    text = in_utf8(folder.data ? folder.data : "");
    buffer_free(&folder);
    return text;
}

void places_free(struct bundle_places *places)
{
    if (!places)
        return;
    for (size_t i = 0; i < places->argument_count; i++) {
        free(places->arguments[i].real);
        free(places->arguments[i].label);
    }
    for (size_t i = 0; i < places->count; i++)
        place_free(&places->items[i]);
    free(places->arguments);
    free(places->items);
    free(places);
}
