#include "bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/inventory.h"
#include "bundle/places.h"

static void cannot_use(struct diagnostics *diagnostics, const char *path, int error)
{
    diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0, 1, TEXT_NONE, NULL, "cannot be read: %s",
                    error_text(error));
}

/* Finds what a path that the user gave stands for. */
static void open_argument(struct bundle_places *places, const char *path, uint64_t *not_listed,
                          struct diagnostics *diagnostics)
{
    struct argument *argument = &places->arguments[places->argument_count];
    struct found_list found = {0};
    struct stat status;
    int descriptor;

    *argument = (struct argument){.path = path};
    if (strcmp(path, "-") == 0) {
        argument->real = memory_string("-");
        places_add(places, places->argument_count++, NULL, 0);
        return;
    }
    argument->real = realpath(path, NULL);
    if (!argument->real || stat(argument->real, &status) != 0) {
        cannot_use(diagnostics, path, errno);
        free(argument->real);
        return;
    }
    argument->is_folder = S_ISDIR(status.st_mode);
    if (!argument->is_folder) {
        places_add(places, places->argument_count++, NULL, (uint64_t)status.st_size);
        return;
    }
    descriptor = open(argument->real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        cannot_use(diagnostics, path, errno);
        free(argument->real);
        return;
    }
    walk_folder(descriptor, &found);
    *not_listed += found.not_listed;
    places_add(places, places->argument_count++, &found, 0);
}

static struct input *input_of_place(const struct bundle_places *places, const struct place *place, size_t index)
{
    const struct argument *argument = &places->arguments[place->argument];
    struct input *input = memory_alloc(sizeof(*input));

    input->index = index;
    input->path = memory_string(place->path);
    input->folder = places_folder(places, place);
    if (strcmp(argument->real, "-") != 0)
        input->file = memory_string(place->real);
    input->kind = "unknown";
    input->bytes = place->bytes;
    if (place->kind == FOUND_SKIPPED)
        input_decide(input, INPUT_SKIPPED, "%s", place->note);
    if (place->kind == FOUND_REFUSED)
        input_decide(input, INPUT_REFUSED, "%s", place->note);
    return input;
}

/* The case is called after the first path in bytewise order, so that the order of the arguments does not matter. */
static char *name_of(const struct bundle_places *places)
{
    char *name = NULL;

    for (size_t i = 0; i < places->argument_count; i++) {
        char *part = last_part(places->arguments[i].real);

        if (!name || strcmp(part, name) < 0) {
            free(name);
            name = part;
        } else {
            free(part);
        }
    }
    if (name && strcmp(name, "-") == 0) {
        free(name);
        name = memory_string("standard input");
    }
    return name ? name : memory_string("");
}

struct bundle *bundle_open(const char *const *paths, size_t path_count, const char *case_name,
                           struct diagnostics *diagnostics)
{
    struct bundle *bundle = memory_alloc(sizeof(*bundle));
    struct bundle_places *places = memory_alloc(sizeof(*places));
    uint64_t not_listed = 0;

    bundle->places = places;
    places->arguments = memory_array(path_count + 1, sizeof(*places->arguments));
    for (size_t i = 0; i < path_count; i++)
        open_argument(places, paths[i], &not_listed, diagnostics);
    places_name(places);
    bundle->name = case_name ? memory_string(case_name) : name_of(places);
    bundle->inputs = memory_array(places->count + 1, sizeof(struct input *));
    for (size_t i = 0; i < places->count; i++)
        bundle->inputs[bundle->input_count++] = input_of_place(places, &places->items[i], i);
    if (not_listed > 0)
        diagnostics_add(diagnostics, SEVERITY_WARNING, NULL, 0, 0, 1, TEXT_NONE, "give its parts one by one",
                        "the bundle has %llu more files than the %u that are read", (unsigned long long)not_listed,
                        LIMIT_INPUTS);
    return bundle;
}

void bundle_free(struct bundle *bundle)
{
    if (!bundle)
        return;
    for (size_t i = 0; i < bundle->input_count; i++) {
        struct input *input = bundle->inputs[i];

        for (size_t k = 0; k < input->note_count; k++)
            free(input->notes[k]);
        free(input->notes);
        free(input->path);
        free(input->folder);
        free(input->file);
        free(input);
    }
    places_free(bundle->places);
    free(bundle->inputs);
    free(bundle->name);
    free(bundle);
}

/* True when `real` is one of the inputs, or in one of the folders. */
static bool holds(const struct bundle_places *places, const char *real)
{
    for (size_t i = 0; i < places->argument_count; i++) {
        const struct argument *argument = &places->arguments[i];
        size_t size = strlen(argument->real);

        if (strcmp(real, argument->real) == 0)
            return true;
        if (argument->is_folder && strncmp(real, argument->real, size) == 0 &&
            (real[size] == '/' || argument->real[size - 1] == '/'))
            return true;
    }
    return false;
}

/* Both count: where the name is, and where a link of that name leads to. */
bool bundle_contains(const struct bundle *bundle, const char *path)
{
    char *folder = memory_string(path), *slash = strrchr(folder, '/'), *part = last_part(path), *real;
    struct buffer place = {0};
    bool held = false;

    if (slash)
        slash[slash == folder] = 0;
    real = realpath(slash ? folder : ".", NULL);
    if (real) {
        buffer_printf(&place, "%s/%s", strcmp(real, "/") == 0 ? "" : real, part);
        held = holds(bundle->places, place.data);
        free(real);
    }
    real = realpath(path, NULL);
    if (real)
        held = held || holds(bundle->places, real);
    free(real);
    free(folder);
    free(part);
    buffer_free(&place);
    return held;
}
