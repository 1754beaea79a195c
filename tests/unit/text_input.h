/*
 * For the tests of text: reads a text as the program does and keeps what comes out, one string per record (as JSON),
 * loss and note.
 */
#ifndef WINCAUSE_TESTS_TEXT_INPUT_H
#define WINCAUSE_TESTS_TEXT_INPUT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "parsers/text.h"

#define MOST_OUTPUTS 4096

struct output {
    struct sink sink;
    char *items[MOST_OUTPUTS];
    size_t count;
    enum read_end end;
};

static void keep(struct output *output, char *item)
{
    assert_true(output->count < MOST_OUTPUTS);
    output->items[output->count++] = item;
}

static void keep_record(struct sink *sink, struct record *record)
{
    struct buffer text = {0};
    struct json json = json_begin(&text, 0);

    record_write_json(record, TEXT_NONE, TEXT_NONE, &json);
    keep((struct output *)(void *)sink, text.data);
}

static void keep_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    struct buffer text = {0};

    buffer_printf(&text, "loss %u at line %u: %s", (unsigned)count, (unsigned)where.line, why);
    keep((struct output *)(void *)sink, text.data);
}

static void keep_note(struct sink *sink, const char *remark)
{
    struct buffer text = {0};

    buffer_printf(&text, "note: %s", remark);
    keep((struct output *)(void *)sink, text.data);
}

/* `said` is the size that the file had when it was opened. */
static struct output read_file(const void *bytes, size_t size, uint64_t said, enum date_order dates)
{
    const struct read_options options = {dates};
    struct output output = {.sink = {&options, keep_record, keep_loss, keep_note, NULL, NULL}};
    struct source source = {"test", memfd_create("test", 0), said};

    assert_true(source.fd >= 0);
    assert_int_equal(write(source.fd, bytes, size), size);
    output.end = text_reader.read(&source, &output.sink);
    close(source.fd);
    output.sink.options = NULL;
    return output;
}

static struct output read_bytes(const void *bytes, size_t size, enum date_order dates)
{
    return read_file(bytes, size, size, dates);
}

static struct output read_text(const char *text)
{
    return read_bytes(text, strlen(text), DATES_GUESS);
}

/* Compares with the expected strings and frees the output. */
static void expect(struct output output, const char *const *expected, size_t count)
{
    for (size_t i = 0; i < output.count && i < count; i++)
        assert_string_equal(output.items[i], expected[i]);
    if (output.count > count)
        fail_msg("not expected: %s", output.items[count]);
    if (output.count < count)
        fail_msg("missing: %s", expected[output.count]);
    for (size_t i = 0; i < output.count; i++)
        free(output.items[i]);
}

#define EXPECT(output, ...) \
    expect(output, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
