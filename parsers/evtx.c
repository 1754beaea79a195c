/* See evtx.h. */
#include "parsers/evtx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "parsers/eventxml.h"
#include "parsers/evtx_child.h"
#include "parsers/evtx_chunk.h"
#include "parsers/evtx_integers.h"

#define PIECE_CHUNKS 64u

/* A record of the piece at hand, in the order in which libevtx lists them. */
struct piece_entry {
    uint64_t offset;           /* in the file */
    uint64_t id;
    bool broken;               /* already counted as lost; libevtx only walks over it */
    unsigned chunk;            /* in the piece */
};

struct log {
    struct source *source;
    struct sink *sink;
    struct event_parser *parser;
    uint64_t first_chunk;      /* offset of the first chunk */
    uint64_t chunk_count;      /* also one that the file has only part of */

    struct buffer piece;       /* file header and chunks, as libevtx gets them */
    unsigned piece_chunks;
    struct piece_entry *entries;
    size_t entry_count, entry_capacity;

    uint64_t *seen;            /* hash of every chunk's records, open addressing; 0: free */
    size_t seen_size;

    uint64_t header_chunks;    /* chunks of a log that was closed properly; 0: not known */
    uint64_t records, unused, foreign, empty, copies;
    bool cut;                  /* the file ends too early */
    bool lost_chunks;
    unsigned deaths;
    double wasted;
    bool given_up;
    struct buffer why, fixed;
};

static struct position at_offset(uint64_t offset)
{
    return (struct position){.offset = offset, .has_offset = true};
}

/* libevtx and its records. */

static void lose_entries(struct log *log, size_t from, size_t to, const char *why)
{
    for (size_t i = from; i < to; i++)
        if (!log->entries[i].broken)
            sink_loss(log->sink, at_offset(log->entries[i].offset), 1, "%s", why);
}

static void take_answer(struct log *log, const struct piece_entry *entry, const struct evtx_answer *answer)
{
    struct record record;
    if (entry->broken)
        return;
    struct position at = at_offset(entry->offset);
    if (answer->xml.data == NULL) {
        sink_loss(log->sink, at, 1, "libevtx cannot read a record: %s", answer->why);
        return;
    }
    const uint8_t *chunk = (const uint8_t *)log->piece.data + EVTX_FILE_HEAD + (size_t)entry->chunk * EVTX_CHUNK_SIZE;
    struct text xml = evtx_fix_integers(chunk, (size_t)(entry->offset - log->first_chunk) % EVTX_CHUNK_SIZE,
                                        answer->xml, &log->fixed);
    if (!event_parser_read(log->parser, xml, &record)) {
        sink_loss(log->sink, at, 1, "a record's XML cannot be read: %s", event_parser_error(log->parser));
        return;
    }
    at.record = record.at.record > 0 ? record.at.record : entry->id > 0 ? entry->id : log->records + 1;
    record.at = at;
    log->records++;
    if (event_parser_cut(log->parser))
        sink_loss(log->sink, at, 0,
                  "the event has more or longer values than the limits allow; the rest of it was left out");
    sink_record(log->sink, &record);
}

static struct text image_of(const struct log *log, unsigned chunk, struct buffer *own)
{
    uint8_t head[EVTX_FILE_HEAD];
    evtx_make_file_head(head, 1);
    buffer_clear(own);
    buffer_add(own, head, sizeof(head));
    buffer_add(own, log->piece.data + EVTX_FILE_HEAD + (size_t)chunk * EVTX_CHUNK_SIZE, EVTX_CHUNK_SIZE);
    return buffer_text(own);
}

/* Reads entries base .. base+count, which are those of `image`, with as many children as it takes. False: libevtx
 * does not take the image; nothing has been read. */
static bool read_image(struct log *log, struct text image, size_t base, size_t count)
{
    size_t from = 0;
    while (from < count && !log->given_up) {
        struct evtx_answer answer;
        double seconds;
        struct evtx_child *child = evtx_child_start(image, (uint32_t)from, (uint32_t)count);
        while (evtx_child_next(child, &answer)) {
            take_answer(log, &log->entries[base + answer.index], &answer);
            from = answer.index + 1;
        }
        enum evtx_child_end end = evtx_child_stop(child, &seconds, &log->why);
        if (end == CHILD_DONE)
            return true;
        if (end == CHILD_REFUSED && from == 0)
            return false;
        if (end == CHILD_DIED && !log->entries[base + from].broken)
            sink_loss(log->sink, at_offset(log->entries[base + from].offset), 1, "libevtx failed on a record: %s",
                      log->why.data);
        from++;
        log->deaths++;
        log->wasted += seconds;
        if (end == CHILD_IMPOSSIBLE || log->deaths >= LIMIT_EVTX_CHILD_DEATHS ||
            log->wasted > LIMIT_EVTX_WASTED_SECONDS) {
            if (end == CHILD_IMPOSSIBLE)
                sink_note(log->sink, "no process for libevtx: %s", log->why.data);
            log->given_up = true;
        }
    }
    if (from < count)
        lose_entries(log, base + from, base + count, "given up after too many records that libevtx failed on");
    return true;
}

/* Hands the piece to libevtx; when it refuses it, chunk by chunk, so that only what it cannot take is lost. */
static void read_piece(struct log *log)
{
    uint8_t head[EVTX_FILE_HEAD];
    struct buffer own = {0};
    if (log->entry_count == 0)
        return;
    evtx_make_file_head(head, log->piece_chunks);
    memcpy(log->piece.data, head, sizeof(head));
    if (!read_image(log, buffer_text(&log->piece), 0, log->entry_count)) {
        for (size_t from = 0, to; from < log->entry_count; from = to) {
            unsigned chunk = log->entries[from].chunk;
            for (to = from; to < log->entry_count && log->entries[to].chunk == chunk; to++)
                ;
            if (!read_image(log, image_of(log, chunk, &own), from, to - from)) {
                struct buffer why = {0};
                buffer_printf(&why, "libevtx cannot read the chunk: %s", log->why.data);
                lose_entries(log, from, to, why.data);
                buffer_free(&why);
            }
        }
    }
    buffer_free(&own);
    log->entry_count = 0;
    log->piece_chunks = 0;
    log->piece.size = EVTX_FILE_HEAD;
}

/* Chunks. */

/* Whether a chunk with these records was there before. */
static bool is_copy(struct log *log, struct text records)
{
    uint64_t hash = text_hash(records, 0) | 1;
    size_t at = (size_t)(hash >> 1) % log->seen_size;
    while (log->seen[at] != 0 && log->seen[at] != hash)
        at = (at + 1) % log->seen_size;
    bool copy = log->seen[at] == hash;
    log->seen[at] = hash;
    return copy;
}

static void add_chunk(struct log *log, const uint8_t *bytes, const struct evtx_chunk *chunk, uint64_t offset)
{
    buffer_add(&log->piece, bytes, EVTX_CHUNK_SIZE);
    for (size_t i = 0; i < chunk->count; i++) {
        const struct evtx_entry *entry = &chunk->entries[i];
        log->entries = memory_room(log->entries, log->entry_count, &log->entry_capacity, sizeof(*log->entries));
        log->entries[log->entry_count++] =
            (struct piece_entry){offset + entry->offset, entry->id, entry->broken, log->piece_chunks};
    }
    if (++log->piece_chunks == PIECE_CHUNKS)
        read_piece(log);
}

static void take_chunk(struct log *log, uint64_t number, uint8_t bytes[EVTX_CHUNK_SIZE], struct evtx_chunk *chunk)
{
    uint64_t offset = log->first_chunk + number * EVTX_CHUNK_SIZE;
    memset(bytes, 0, EVTX_CHUNK_SIZE);
    int64_t got = source_read(log->source, offset, bytes, EVTX_CHUNK_SIZE);
    if (got <= 0) {
        sink_loss(log->sink, at_offset(offset), 0, "the file cannot be read here");
        log->cut = true;
        return;
    }
    enum evtx_chunk_state state = evtx_chunk_walk(bytes, (size_t)got, chunk);
    bool copy = state == CHUNK_RECORDS &&
                is_copy(log, (struct text){(const char *)bytes + EVTX_CHUNK_HEAD, chunk->end - EVTX_CHUNK_HEAD});
    log->unused += state == CHUNK_UNUSED;
    log->empty += state == CHUNK_EMPTY;
    log->copies += copy;
    if ((size_t)got < EVTX_CHUNK_SIZE && state != CHUNK_UNUSED) {
        log->cut = true;
        sink_note(log->sink, "the file ends within the chunk at offset %llu", (unsigned long long)offset);
    }
    if (copy)
        return;
    for (size_t i = 0; i < chunk->loss_count; i++)
        sink_loss(log->sink, at_offset(offset + chunk->losses[i].offset), chunk->losses[i].count, "%s",
                  chunk->losses[i].why);
    bool lost = state == CHUNK_LOST || (state == CHUNK_FOREIGN && number < log->header_chunks);
    if (lost && chunk->loss_count == 0)
        sink_loss(log->sink, at_offset(offset), 0, "a chunk holds nothing that can be read");
    log->lost_chunks |= lost;
    log->foreign += state == CHUNK_FOREIGN && !lost;
    if (state != CHUNK_RECORDS)
        return;
    if (chunk->repair != NULL)
        sink_note(log->sink, "chunk header repaired: %s", chunk->repair);
    add_chunk(log, bytes, chunk, offset);
}

/* Where the oldest chunk of a wrapped log is: behind the one place at which the identifiers fall. 0 when there is no
 * such place, or more than one. */
static uint64_t oldest_chunk(struct log *log)
{
    uint8_t head[EVTX_CHUNK_HEAD + EVTX_RECORD_MIN];
    uint64_t before = 0, id, oldest = 0, first = 0;
    unsigned falls = 0;
    for (uint64_t i = 0; i < log->chunk_count; i++) {
        int64_t got = source_read(log->source, log->first_chunk + i * EVTX_CHUNK_SIZE, head, sizeof(head));
        if (got <= 0 || !evtx_chunk_first_id(head, (size_t)got, &id))
            continue;
        if (first == 0)
            first = id;
        if (id < before) {
            falls++;
            oldest = i;
        }
        before = id;
    }
    /* The newest chunk, the one before the fall, must not be older than the first of the file. */
    return falls == 1 && before < first ? oldest : 0;
}

static void read_chunks(struct log *log)
{
    uint8_t *bytes = memory_alloc(EVTX_CHUNK_SIZE);
    struct evtx_chunk *chunk = memory_alloc(sizeof(*chunk));
    uint64_t oldest = oldest_chunk(log), oldest_at = log->first_chunk + oldest * EVTX_CHUNK_SIZE;
    if (oldest > 0)
        sink_note(log->sink, "the log has wrapped: its oldest records begin at offset %llu",
                  (unsigned long long)oldest_at);
    for (uint64_t i = 0; i < log->chunk_count; i++)
        take_chunk(log, (oldest + i) % log->chunk_count, bytes, chunk);
    read_piece(log);
    free(chunk);
    free(bytes);
}

/* The file. */

/* What the file header says that the reader of a report should know. */
static void note_header(struct log *log, const uint8_t head[EVTX_FILE_HEAD])
{
    struct cursor cursor = cursor_over(head + 40, 2 * sizeof(uint16_t)),
                  flags_at = cursor_over(head + 120, sizeof(uint32_t));
    uint16_t block_size = 0, count = 0;
    uint32_t flags = 0;
    cursor_u16le(&cursor, &block_size);
    cursor_u16le(&cursor, &count);
    cursor_u32le(&flags_at, &flags);
    if (memcmp(head, "ElfFile", 8) != 0 || block_size != EVTX_FILE_HEAD)
        sink_note(log->sink, "the file header is damaged; it was not needed");
    else if ((flags & 1) != 0)
        sink_note(log->sink, "dirty flag set: the log was in use or not closed when it was copied");
    else if (count <= log->chunk_count)
        log->header_chunks = count;
    else if (log->chunk_count < UINT16_MAX) {
        sink_loss(log->sink, at_offset(log->source->size), 0,
                  "the file ends early: its header speaks of %u chunks, it has %llu", count,
                  (unsigned long long)log->chunk_count);
        log->cut = true;
    }
}

static void note_chunks(const struct log *log)
{
    if (log->unused > 0)
        sink_note(log->sink, "%llu of %llu chunks unused", (unsigned long long)log->unused,
                  (unsigned long long)log->chunk_count);
    if (log->foreign > 0)
        sink_note(log->sink, "%llu of %llu chunks hold something else", (unsigned long long)log->foreign,
                  (unsigned long long)log->chunk_count);
    if (log->copies > 0)
        sink_note(log->sink, "%llu chunks are copies of others and were read once", (unsigned long long)log->copies);
    if (log->records == 0 && log->empty > 0)
        sink_note(log->sink, "the log is empty");
}

static enum read_end refuse(struct sink *sink, const char *why)
{
    sink_loss(sink, (struct position){0}, 0, "%s", why);
    return READ_REFUSED;
}

static enum read_end read_evtx(struct source *source, struct sink *sink)
{
    uint8_t head[EVTX_FILE_HEAD];
    int64_t got = source_read(source, 0, head, sizeof(head));
    if (got < 0)
        return refuse(sink, strerror(errno));
    struct log log = {.source = source, .sink = sink};
    /* A file that begins with a chunk has been carved, or has lost its header. */
    log.first_chunk = got >= 8 && memcmp(head, "ElfChnk", 8) == 0 ? 0 : EVTX_FILE_HEAD;
    if (source->size <= log.first_chunk)
        return refuse(sink, "the file ends before its first chunk: it holds no record");
    log.chunk_count = (source->size - log.first_chunk + EVTX_CHUNK_SIZE - 1) / EVTX_CHUNK_SIZE;
    if (log.first_chunk > 0)
        note_header(&log, head);
    log.parser = event_parser_new();
    log.seen_size = (size_t)log.chunk_count * 2 + 1;
    log.seen = memory_array(log.seen_size, sizeof(*log.seen));
    memset(head, 0, sizeof(head));
    buffer_add(&log.piece, head, sizeof(head));
    sink_covers_log(sink);
    read_chunks(&log);
    note_chunks(&log);
    event_parser_free(log.parser);
    buffer_free(&log.piece);
    buffer_free(&log.why);
    buffer_free(&log.fixed);
    free(log.entries);
    free(log.seen);
    if (log.records == 0 && (log.empty == 0 || log.lost_chunks))
        return refuse(sink, "no record of the file can be read");
    return log.cut || log.lost_chunks || log.given_up ? READ_PART : READ_WHOLE;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static int probe_evtx(const uint8_t *head, size_t size)
{
    if (size >= 8 && (memcmp(head, "ElfFile", 8) == 0 || memcmp(head, "ElfChnk", 8) == 0))
        return 100;
    /* A damaged signature: what follows it is nearly the same in every file (sizes, version 3, zeros to the first
     * chunk). */
    bool alike = size == EVTX_FILE_HEAD && memcmp(head + 32, "\x80\0\0", 4) == 0 && head[38] == 3 && head[40] == 0 &&
                 head[41] == 0x10 && all_zero(head + 128, size - 128);
    return alike ? 60 : 0;
}

const struct reader evtx_reader = {
    .name = "evtx",
    .what = "event logs of Windows Vista and later (.evtx)",
    .probe = probe_evtx,
    .need = NEED_SEEK,
    .read = read_evtx,
};
