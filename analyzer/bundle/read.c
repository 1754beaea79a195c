/*
 * Reading the inputs: open, hash, find the reader, hand the records on. Inputs are independent of each other, so
 * threads take one after the other, the largest first.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/bundle.h"
#include "bundle/hash.h"
#include "bundle/inventory.h"
#include "bundle/places.h"

struct reading {
    struct bundle *bundle;
    const struct bundle_options *options;
    struct consumer *consumer;
    struct progress *progress;
    size_t *order;               /* of the inputs */
    _Atomic size_t next;         /* in `order` */
};

/* ---- opening ---- */

/* Standard input in a file of its own, in memory and sealed, so that readers may seek in it. -1 with errno set. *cut:
 * there was more. */
static int copy_standard_input(bool *cut)
{
    int copy = memfd_create("standard input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t size = 1u << 20, total = 0;
    char *piece = memory_alloc(size);
    int error = copy < 0 ? errno : 0;

    *cut = false;
    while (error == 0 && !*cut) {
        ssize_t got = read(STDIN_FILENO, piece, size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            error = errno;
        if (got <= 0)
            break;
        if ((size_t)got > LIMIT_STANDARD_INPUT - total) {
            *cut = true;
            got = (ssize_t)(LIMIT_STANDARD_INPUT - total);
        }
        for (ssize_t done = 0; done < got && error == 0;) {
            ssize_t put = write(copy, piece + done, (size_t)(got - done));

            if (put < 0)
                error = errno;
            else
                done += put;
        }
        total += (size_t)got;
    }
    free(piece);
    if (error == 0 && fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        error = errno;
    if (error != 0 && copy >= 0)
        close(copy);
    errno = error;
    return error == 0 ? copy : -1;
}

static int open_input(const struct reading *reading, const struct input *input, bool *cut)
{
    const struct place *place = &reading->bundle->places->items[input->index];
    const struct argument *argument = &reading->bundle->places->arguments[place->argument];

    *cut = false;
    if (!input->file)
        return copy_standard_input(cut);
    if (argument->is_folder)
        return walk_open(argument->real, place->inside);
    return open(argument->real, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* ---- what kind of file it is ---- */

static size_t skip_blanks(const uint8_t *head, size_t size, size_t at)
{
    while (at < size && (head[at] == ' ' || head[at] == '\t' || head[at] == '\r' || head[at] == '\n'))
        at++;
    return at;
}

static bool skip_word(const uint8_t *head, size_t size, size_t *at, const char *word)
{
    size_t length = strlen(word), start = skip_blanks(head, size, *at);

    if (length > size - start || memcmp(head + start, word, length) != 0)
        return false;
    *at = start + length;
    return true;
}

/* Our own reports lie in the folders that they are about; reading them would make every case prove itself. */
static bool is_own_report(const uint8_t *head, size_t size)
{
    size_t at = 0;

    if (size >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
        head += 3;
        size -= 3;
    }
    if (skip_word(head, size, &at, "wincause report:"))
        return true;
    at = 0;
    return skip_word(head, size, &at, "{") && skip_word(head, size, &at, "\"report\"") &&
           skip_word(head, size, &at, ":") && skip_word(head, size, &at, "\"wincause/1\"");
}

/* An empty file is nothing to read, except where its name says that it was to hold evidence. */
static bool is_named(const struct input *input, const char *const *endings)
{
    for (size_t i = 0; endings[i]; i++)
        if (text_ends_nocase(text_of(input->path), text_of(endings[i])))
            return true;
    return false;
}

static void decide_empty(struct input *input)
{
    static const char *const evidence[] = {".evtx", ".evt", ".reg", ".dat", ".hiv", NULL};

    if (is_named(input, evidence))
        input_decide(input, INPUT_REFUSED, "empty file: nothing of what should be in it was collected");
    else
        input_decide(input, INPUT_SKIPPED, "empty file");
}

/* What is named as something that can be read, and cannot be recognised, is damaged: its beginning may have been overwritten. */
static void decide_unknown(struct input *input)
{
    static const char *const readable[] = {".evtx", ".reg", ".xml", NULL};

    if (is_named(input, readable))
        input_decide(input, INPUT_REFUSED, "its beginning is not that of the file it is named as");
    else
        input_decide(input, INPUT_SKIPPED, "no reader knows this kind of file");
}

/* Standard input is read as text, whatever it looks like. */
static const struct reader *reader_of(const struct input *input, const uint8_t *head, size_t size)
{
    if (input->file)
        return reader_find(head, size);
    for (size_t i = 0; readers[i]; i++)
        if (strcmp(readers[i]->name, "text") == 0)
            return readers[i];
    return NULL;
}

/* ---- reading ---- */

static void read_with(struct reading *reading, struct input *input, const struct reader *reader, struct source *source,
                      uint64_t hashed, int hash_error, bool cut)
{
    struct sink *sink = reading->consumer->open(reading->consumer, input);
    struct inventory *inventory = inventory_new(input, &reading->options->read, sink, reading->progress);
    enum read_end end;
    struct stat status;

    input->kind = reader->name;
    if (cut)
        inventory_loss(inventory, "standard input is longer than the %u MiB that are read", LIMIT_STANDARD_INPUT >> 20);
    if (hash_error != 0)
        inventory_loss(inventory, "reading failed at offset %llu: %s", (unsigned long long)hashed,
                       error_text(hash_error));
    else if (hashed < source->size)
        inventory_loss(inventory, "the file became shorter while it was read: %llu of %llu bytes were there",
                       (unsigned long long)hashed, (unsigned long long)source->size);
    end = reader->read(source, inventory_sink(inventory));
    if (fstat(source->fd, &status) == 0 && (uint64_t)status.st_size > source->size)
        inventory_note(inventory, "the file became longer while it was read; its first %llu bytes were",
                       (unsigned long long)source->size);
    inventory_end(inventory, end);
    reading->consumer->close(reading->consumer, input, sink);
}

static void read_open(struct reading *reading, struct input *input, int descriptor, bool cut)
{
    struct source source = {.path = input->path, .fd = descriptor};
    const struct reader *reader;
    uint8_t head[READER_HEAD];
    struct stat status;
    int64_t head_size;
    uint64_t hashed;
    int error;

    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        input_decide(input, INPUT_SKIPPED, "not a regular file");
        return;
    }
    source.size = (uint64_t)status.st_size;
    input->bytes = source.size;
    hashed = hash_source(&source, input->sha256, &error);
    head_size = source_read(&source, 0, head, sizeof(head));
    if (head_size < 0) {
        input_decide(input, INPUT_REFUSED, "it cannot be read: %s", error_text(errno));
        return;
    }
    if (head_size == 0) {
        decide_empty(input);
        return;
    }
    if (is_own_report(head, (size_t)head_size)) {
        input_decide(input, INPUT_SKIPPED, "a wincause report");
        return;
    }
    reader = reader_of(input, head, (size_t)head_size);
    if (reader && reader->probe(head, (size_t)head_size) == 0)
        input_decide(input, INPUT_REFUSED, "standard input is read as text, and this is none: save it and name the file");
    else if (reader)
        read_with(reading, input, reader, &source, hashed, error, cut);
    else
        decide_unknown(input);
}

static void read_input(struct reading *reading, struct input *input)
{
    uint64_t expected = input->bytes;
    bool cut;
    int descriptor;

    if (input->note_count > 0)
        return; /* decided when it was found */
    descriptor = open_input(reading, input, &cut);
    if (descriptor < 0) {
        input_decide(input, INPUT_REFUSED, "it cannot be opened: %s", error_text(errno));
    } else {
        read_open(reading, input, descriptor, cut);
        close(descriptor);
    }
    if (strcmp(input->kind, "unknown") == 0)
        progress_add(reading->progress, expected); /* no reader has told its progress */
}

static void *read_some(void *argument)
{
    struct reading *reading = argument;

    for (;;) {
        size_t next = atomic_fetch_add(&reading->next, 1);

        if (next >= reading->bundle->input_count)
            return NULL;
        read_input(reading, reading->bundle->inputs[reading->order[next]]);
    }
}

static int compare_largest_first(const void *left, const void *right, void *context)
{
    struct input *const *inputs = context;
    const struct input *a = inputs[*(const size_t *)left], *b = inputs[*(const size_t *)right];

    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Threads beside this one. None under the address sanitizer: readers fork, and its allocator, unlike glibc's, does not
 * survive that beside other threads. */
static size_t count_helpers(const struct bundle *bundle, unsigned threads)
{
#ifdef __SANITIZE_ADDRESS__
    (void)bundle;
    (void)threads;
    return 0;
#else
    if (threads <= 1 || bundle->input_count <= 1)
        return 0;
    return threads < bundle->input_count ? threads - 1 : bundle->input_count - 1;
#endif
}

void bundle_read(struct bundle *bundle, const struct bundle_options *options, struct consumer *consumer)
{
    struct reading reading = {.bundle = bundle, .options = options, .consumer = consumer};
    size_t helpers = count_helpers(bundle, options->threads), started = 0;
    pthread_t *threads = memory_array(helpers + 1, sizeof(*threads));
    uint64_t total = 0;

    reading.order = memory_array(bundle->input_count + 1, sizeof(*reading.order));
    for (size_t i = 0; i < bundle->input_count; i++) {
        reading.order[i] = i;
        total += bundle->inputs[i]->bytes;
    }
    if (helpers > 0)
        qsort_r(reading.order, bundle->input_count, sizeof(*reading.order), compare_largest_first, bundle->inputs);
    if (options->progress)
        reading.progress = progress_start(total);
    while (started < helpers && pthread_create(&threads[started], NULL, read_some, &reading) == 0)
        started++;
    read_some(&reading); /* this thread reads too, and alone where no other could be started */
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    progress_stop(reading.progress);
    free(threads);
    free(reading.order);
}
