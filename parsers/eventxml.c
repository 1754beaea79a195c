/*
 * Event XML exports: finds the events and hands each to the parser of eventxml_event.c.
 *
 * The file is not parsed as one document, because it often is none: wevtutil writes events without a root element,
 * copies from a browser have MSXML's `- ` before elements, a console puts its own lines in front. So the reader looks
 * for `<Event`, takes everything up to its `</Event>`, and parses that. An event that is broken costs itself: the
 * next `<Event` that is followed by `<System` begins a new one, whatever the one before it left open. Only a window
 * of the file is in memory: one event and what was read beyond it.
 */
#include "parsers/eventxml.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/unicode.h"

#define READ_BYTES 65536u
#define LOOK_AHEAD 8192u   /* bytes behind `<Event` in which its `<System` must stand */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether `text` begins with the tag `opening` ("<Event"), and not with a longer name. */
static bool starts_tag(struct text text, struct text opening)
{
    if (!text_starts(text, opening) || text.size == opening.size)
        return false;
    char next = text.data[opening.size];
    return is_blank(next) || next == '>' || next == '/';
}

/* `<Event ...>`, blanks, MSXML's marker, `<System`: certainly the beginning of an event. */
static bool starts_event(struct text text)
{
    if (!starts_tag(text, TEXT("<Event")))
        return false;
    text = text_slice(text, 0, LOOK_AHEAD);
    size_t at = text_find_char(text, '>');
    if (at == TEXT_NOT_FOUND)
        return false;
    for (at++; at < text.size && (is_blank(text.data[at]) || text.data[at] == '-'); at++)
        ;
    return starts_tag(text_slice(text, at, text.size), TEXT("<System"));
}

/* The place of the next tag `opening` in `text` from `from` on, or TEXT_NOT_FOUND. A tag whose name could go on
 * behind the end of the text is not found. */
static size_t find_tag(struct text text, size_t from, struct text opening)
{
    for (;;) {
        size_t at = text_find(text_slice(text, from, text.size), opening);
        if (at == TEXT_NOT_FOUND)
            return TEXT_NOT_FOUND;
        if (starts_tag(text_slice(text, from + at, text.size), opening))
            return from + at;
        from += at + 1;
    }
}

struct export {
    struct source *source;
    struct sink *sink;                /* NULL while the events are only counted */
    enum encoding encoding;
    uint64_t next;                    /* offset in the file of what is to be read next */
    bool at_end, unreadable;
    bool skipping;                    /* behind an event that was given up; its end is not another one's */
    struct buffer window;             /* ASCII-compatible: UTF-16 has become UTF-8, the rest is as in the file */
    size_t start;                     /* used up part of the window */
    uint64_t offset, line;            /* in the file, of window[start] */
    struct buffer converted;
};

static struct text export_rest(const struct export *export)
{
    return text_slice(buffer_text(&export->window), export->start, export->window.size);
}

static struct position export_position(const struct export *export)
{
    return (struct position){.offset = export->offset, .has_offset = true, .line = export->line};
}

/* Forgets the next `size` bytes of the window, counting lines and, for UTF-16, the bytes that they had in the file. */
static void export_consume(struct export *export, size_t size)
{
    bool wide = export->encoding == ENCODING_UTF16LE || export->encoding == ENCODING_UTF16BE;
    struct text used = text_slice(export_rest(export), 0, size);
    for (size_t i = 0; i < used.size; i++) {
        unsigned char c = (unsigned char)used.data[i];
        export->line += c == '\n';
        if (wide)
            export->offset += (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 4 : 2;
    }
    if (!wide)
        export->offset += size;
    export->start += size;
}

static void add_utf16(struct export *export, uint8_t *bytes, size_t size)
{
    if (export->encoding == ENCODING_UTF16BE)
        for (size_t i = 0; i + 1 < size; i += 2) {
            uint8_t high = bytes[i];
            bytes[i] = bytes[i + 1];
            bytes[i + 1] = high;
        }
    unicode_add_utf16le(&export->window, bytes, size);
}

/* Bytes at the end of `bytes` that are better read again with what follows them: half a character. */
static size_t half_character(enum encoding encoding, const uint8_t *bytes, size_t size)
{
    size_t odd = size % 2;
    if (size < odd + 2)
        return odd;
    uint8_t high = bytes[size - odd - (encoding == ENCODING_UTF16BE ? 2 : 1)];
    return (high & 0xFC) == 0xD8 ? odd + 2 : odd;
}

/* Reads on until the window has `size` bytes or the file ends. */
static void export_fill(struct export *export, size_t size)
{
    uint8_t bytes[READ_BYTES];
    while (!export->at_end && export->window.size - export->start < size) {
        if (export->start > 0) {
            memmove(export->window.data, export->window.data + export->start, export->window.size - export->start);
            export->window.size -= export->start;
            export->start = 0;
        }
        int64_t got = source_read(export->source, export->next, bytes, sizeof(bytes));
        if (got <= 0) {
            export->at_end = true;
            export->unreadable = got < 0;
            return;
        }
        size_t count = (size_t)got;
        if (export->encoding == ENCODING_UTF16LE || export->encoding == ENCODING_UTF16BE) {
            if (count == sizeof(bytes))
                count -= half_character(export->encoding, bytes, count);
            add_utf16(export, bytes, count);
        } else {
            buffer_add(&export->window, bytes, count);
        }
        export->next += count;
    }
}

static bool export_open(struct export *export, struct source *source, struct sink *sink)
{
    uint8_t head[READER_HEAD];
    *export = (struct export){.source = source, .sink = sink, .line = 1};
    int64_t got = source_read(source, 0, head, sizeof(head));
    if (got <= 0)
        return false;
    size_t mark_size;
    export->encoding = unicode_detect(head, (size_t)got, &mark_size);
    export->next = export->offset = mark_size;
    return true;
}

static void export_close(struct export *export)
{
    buffer_free(&export->window);
    buffer_free(&export->converted);
}

static void export_lose(struct export *export, uint64_t count, const char *why)
{
    if (export->sink != NULL)
        sink_loss(export->sink, export_position(export), count, "%s", why);
}

/* Moves to the next `<Event`. An end tag on the way is an event whose beginning is missing. */
static bool export_seek(struct export *export)
{
    for (;;) {
        export_fill(export, READ_BYTES);
        struct text rest = export_rest(export);
        size_t at = find_tag(rest, 0, TEXT("<Event"));
        size_t end = find_tag(text_slice(rest, 0, at), 0, TEXT("</Event"));
        if (end != TEXT_NOT_FOUND) {
            export_consume(export, end);
            if (!export->skipping)
                export_lose(export, 1, "an event without its beginning");
            export->skipping = false;
            export_consume(export, strlen("</Event"));
            continue;
        }
        if (at != TEXT_NOT_FOUND) {
            export_consume(export, at);
            export->skipping = false;
            return true;
        }
        /* A tag may begin in the last bytes and end in what comes. */
        size_t keep = export->at_end ? 0 : strlen("</Event ");
        export_consume(export, rest.size > keep ? rest.size - keep : 0);
        if (export->at_end)
            return false;
    }
}

/* Whether the tag at `at`, which may be the window's last, is closed at once: `<Event/>`. */
static bool closes_itself(struct text rest, size_t at)
{
    size_t end = text_find_char(text_slice(rest, at, rest.size), '>');
    return end != TEXT_NOT_FOUND && rest.data[at + end - 1] == '/';
}

/* The size of the event at the window's start; 0: it is larger than it may be. *whole: its end is there. */
static size_t export_measure(struct export *export, bool *whole)
{
    size_t from = 1, last_end = 0;    /* from: what has been searched */
    unsigned nested = 0;              /* elements called Event inside UserData */
    *whole = true;
    export_fill(export, LOOK_AHEAD);
    if (closes_itself(export_rest(export), 0))
        return text_find_char(export_rest(export), '>') + 1;
    for (;;) {
        struct text rest = export_rest(export);
        size_t end = find_tag(rest, from, TEXT("</Event"));
        size_t start = find_tag(text_slice(rest, 0, end), from, TEXT("<Event"));
        if (start != TEXT_NOT_FOUND) {
            export_fill(export, start + LOOK_AHEAD);
            rest = export_rest(export);
            if (starts_event(text_slice(rest, start, rest.size))) {
                *whole = last_end > 0;
                return *whole ? last_end : start;
            }
            nested += closes_itself(rest, start) ? 0 : 1;
            from = start + 1;
            continue;
        }
        size_t close = end == TEXT_NOT_FOUND ? TEXT_NOT_FOUND : text_find_char(text_slice(rest, end, rest.size), '>');
        if (close != TEXT_NOT_FOUND) {
            last_end = from = end + close + 1;
            if (nested == 0)
                return last_end;
            nested--;
            continue;
        }
        if (export->at_end) {
            *whole = last_end > 0;
            return *whole ? last_end : rest.size;
        }
        if (rest.size > LIMIT_XML_EVENT_BYTES)
            return 0;
        if (end != TEXT_NOT_FOUND)
            from = end;
        else if (rest.size > strlen("</Event ") && from < rest.size - strlen("</Event "))
            from = rest.size - strlen("</Event ");
        export_fill(export, rest.size + READ_BYTES);
    }
}

/* The event as UTF-8. Bytes that are no UTF-8 are of the run's ANSI code page, whatever the XML declaration says: the
 * declarations of copies and of redirected output are those of another file. */
static struct text export_text(struct export *export, size_t size)
{
    struct text piece = text_slice(export_rest(export), 0, size);
    if (unicode_is_utf8(piece.data, piece.size))
        return piece;
    buffer_clear(&export->converted);
    unicode_add_ansi(&export->converted, piece.data, piece.size);
    return buffer_text(&export->converted);
}

static bool holds_two_events(struct source *source)
{
    struct export export;
    bool two = false, whole;
    if (export_open(&export, source, NULL) && export_seek(&export)) {
        size_t size = export_measure(&export, &whole);
        export_consume(&export, size > 0 ? size : 1);
        two = export_seek(&export);
    }
    export_close(&export);
    return two;
}

static enum read_end read_export(struct source *source, struct sink *sink)
{
    struct export export;
    if (!export_open(&export, source, sink)) {
        sink_loss(sink, (struct position){0}, 0, "the file cannot be read");
        return READ_REFUSED;
    }
    if (holds_two_events(source))
        sink_covers_log(sink);
    struct event_parser *parser = event_parser_new();
    uint64_t records = 0;
    bool whole = true;
    while (export_seek(&export)) {
        struct position at = export_position(&export);
        size_t size = export_measure(&export, &whole);
        struct record record;
        if (size == 0) {
            sink_loss(sink, at, 1, "the event is larger than %u bytes", LIMIT_XML_EVENT_BYTES);
            size = 1;
            export.skipping = true;
        } else if (event_parser_read(parser, export_text(&export, size), &record)) {
            records++;
            at.record = record.at.record > 0 ? record.at.record : records;
            record.at = at;
            if (event_parser_cut(parser))
                sink_loss(sink, at, 0,
                          "the event has more or longer values than the limits allow; the rest of it was left out");
            sink_record(sink, &record);
        } else if (!whole) {
            bool last = export.at_end && size == export_rest(&export).size;
            sink_loss(sink, at, 1, last ? "the file ends within the event" : "the event's end is missing");
        } else {
            sink_loss(sink, at, 1, "the event is no XML: %s", event_parser_error(parser));
        }
        export_consume(&export, size);
    }
    event_parser_free(parser);
    if (export.unreadable)
        sink_loss(sink, export_position(&export), 0, "the rest of the file cannot be read");
    bool part = export.unreadable || !whole;
    export_close(&export);
    if (records == 0) {
        sink_loss(sink, (struct position){0}, 0, "the file holds no event that can be read");
        return READ_REFUSED;
    }
    return part ? READ_PART : READ_WHOLE;
}

static int probe_export(const uint8_t *head, size_t size)
{
    size_t mark_size;
    enum encoding encoding = unicode_detect(head, size, &mark_size);
    struct buffer text = {0};
    head += mark_size;
    size -= mark_size;
    if (encoding == ENCODING_UTF16LE)
        unicode_add_utf16le(&text, head, size);
    else if (encoding == ENCODING_UTF16BE)
        for (size_t i = 0; i + 1 < size; i += 2)
            unicode_add_char(&text, (uint32_t)(head[i] << 8 | head[i + 1]));
    else
        buffer_add(&text, head, size);

    struct text rest = buffer_text(&text);
    size_t at = find_tag(rest, 0, TEXT("<Event"));
    int sure = 0;
    if (at != TEXT_NOT_FOUND && starts_event(text_slice(rest, at, rest.size))) {
        /* What may stand before the first event: blanks, MSXML's marker, the declaration, the root element. */
        struct text before = text_trim(text_slice(rest, 0, at));
        bool clean = before.size == 0 || text_is(before, "-") || text_starts(before, TEXT("<")) ||
                     text_starts(before, TEXT("- <"));
        bool copy = text_find(before, TEXT("Event Xml:")) != TEXT_NOT_FOUND;   /* an event copy with its XML: text.c */
        sure = clean ? 95 : copy ? 0 : 40;
    }
    buffer_free(&text);
    return sure;
}

const struct reader eventxml_reader = {
    .name = "eventxml",
    .what = "event XML: wevtutil /f:xml, Event Viewer's Save as XML, single events",
    .probe = probe_export,
    .need = NEED_STREAM,
    .read = read_export,
};
