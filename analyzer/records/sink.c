#include "records/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void sink_record(struct sink *sink, struct record *record) { sink->record(sink, record); }

void sink_loss(struct sink *sink, struct position where, uint64_t count, const char *format, ...)
{
    struct buffer why = {0};
    va_list args;

    if (!sink->loss)
        return;
    va_start(args, format);
    buffer_vprintf(&why, format, args);
    va_end(args);
    sink->loss(sink, where, count, why.data);
    buffer_free(&why);
}

void sink_note(struct sink *sink, const char *format, ...)
{
    struct buffer remark = {0};
    va_list args;

    if (!sink->note)
        return;
    va_start(args, format);
    buffer_vprintf(&remark, format, args);
    va_end(args);
    sink->note(sink, remark.data);
    buffer_free(&remark);
}

void sink_covers_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                     struct position where)
{
    if (sink->covers_key)
        sink->covers_key(sink, key, control_set, written, where);
}

void sink_covers_log(struct sink *sink)
{
    if (sink->covers_log)
        sink->covers_log(sink);
}

void sink_covers_nothing(struct sink *sink)
{
    if (sink->covers_nothing)
        sink->covers_nothing(sink);
}

int64_t source_read(const struct source *source, uint64_t offset, void *bytes, size_t size)
{
    char *to = bytes;
    size_t done = 0;

    if (size > (size_t)INT64_MAX || offset > (uint64_t)INT64_MAX - size)
        return 0; /* no file reaches that far */
    while (done < size) {
        ssize_t got = pread(source->fd, to + done, size - done, (off_t)(offset + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (int64_t)done;
}
