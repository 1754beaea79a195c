/*
 * What a sink hears from a reader of events, one line each, for test_eventxml.c and test_evtx.c:
 *
 *     RECORD: Name=value Name=value ...         a record, with line breaks and the like shown as \r \n \xNN
 *     loss COUNT: why
 *     note: remark
 *     whole log
 */
#ifndef WINCAUSE_TESTS_HEARD_H
#define WINCAUSE_TESTS_HEARD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/unicode.h"
#include "records/sink.h"

struct heard {
    struct sink sink;
    struct buffer said;
    struct buffer places;      /* of records and losses: "record line offset" */
    uint64_t records, lost;
    enum read_end end;
};

static void heard_add_shown(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '\n' || c == '\r')
            buffer_add_string(out, c == '\n' ? "\\n" : "\\r");
        else if (c < ' ')
            buffer_printf(out, "\\x%02X", c);
        else
            buffer_add_char(out, (char)c);
    }
}

static void heard_record(struct sink *sink, struct record *record)
{
    struct heard *heard = (struct heard *)sink;
    size_t count;
    const struct field *fields = record_fields(record, &count);
    assert_int_equal(record->category, CATEGORY_EVENT);
    assert_true(record->at.record > 0);
    assert_true(record->at.has_offset);
    buffer_printf(&heard->said, "%llu:", (unsigned long long)record->at.record);
    for (size_t i = 0; i < count; i++) {
        assert_true(unicode_is_utf8(fields[i].value.data, fields[i].value.size));
        buffer_printf(&heard->said, " %.*s=", (int)fields[i].name.size, fields[i].name.data);
        heard_add_shown(&heard->said, fields[i].value);
    }
    buffer_add_char(&heard->said, '\n');
    buffer_printf(&heard->places, "%llu %llu %llu\n", (unsigned long long)record->at.record,
                  (unsigned long long)record->at.line, (unsigned long long)record->at.offset);
    heard->records++;
}

static void heard_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    struct heard *heard = (struct heard *)sink;
    buffer_printf(&heard->said, "loss %llu: %s\n", (unsigned long long)count, why);
    buffer_printf(&heard->places, "loss %llu %llu\n", (unsigned long long)where.line, (unsigned long long)where.offset);
    heard->lost += count;
}

static void heard_note(struct sink *sink, const char *remark)
{
    buffer_printf(&((struct heard *)sink)->said, "note: %s\n", remark);
}

static void heard_covers_log(struct sink *sink)
{
    struct heard *heard = (struct heard *)sink;
    assert_int_equal(heard->records, 0);
    buffer_add_string(&heard->said, "whole log\n");
}

/* Reads `size` bytes with `reader`. The caller frees with heard_free(). */
static struct heard hear(const struct reader *reader, const void *bytes, size_t size)
{
    static const struct read_options options;
    struct heard heard = {.sink = {.options = &options, .record = heard_record, .loss = heard_loss, .note = heard_note,
                                   .covers_log = heard_covers_log}};
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    struct source source = {"test", fd, size};
    heard.end = reader->read(&source, &heard.sink);
    close(fd);
    if (heard.said.data == NULL)
        buffer_add_string(&heard.said, "");
    return heard;
}

static void heard_free(struct heard *heard)
{
    buffer_free(&heard->said);
    buffer_free(&heard->places);
}

#endif
