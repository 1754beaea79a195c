/*
 * The chunks of an .evtx file: which records are in one, and what has to be repaired before libevtx reads it.
 *
 * A file is a header of 4 KiB and chunks of 64 KiB. A chunk is a header of 512 bytes and records one behind the
 * other; offsets in it count from its own beginning, so it can be read without the rest of the file. Behind its last
 * record lies free space, which often holds older records (slack).
 *
 *     chunk     0 "ElfChnk\0"   8 first, 16 last record number   24 first, 32 last identifier   40 header size (128)
 *              44 offset of the last record   48 of the free space   52 checksums   128 names   384 templates
 *             512 records
 *     record    0 "**\0\0"   4 size   8 identifier   16 time written   24 binary XML   size-4 the size again
 *
 * What is live, and not slack: the records up to the one that the header calls the last; when that is no record, up
 * to the free space. The header of a log that was not closed is behind the truth, so the walk goes on over records
 * whose identifier is the one before plus 1; slack is from an earlier use of the chunk and does not continue the
 * count. With a damaged header that alone decides.
 *
 * A record is broken when its size makes no sense or is not repeated at its end. Then the next sound record whose
 * identifier fits is looked for; the bytes in between become one record of that size, so that libevtx walks over
 * them. When one of the two sizes fits, only the other is damaged: that record is repaired and read.
 */
#ifndef WINCAUSE_PARSERS_EVTX_CHUNK_H
#define WINCAUSE_PARSERS_EVTX_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVTX_FILE_HEAD 4096u
#define EVTX_CHUNK_SIZE 65536u
#define EVTX_CHUNK_HEAD 512u
#define EVTX_RECORD_MIN 28u
#define EVTX_CHUNK_RECORDS ((EVTX_CHUNK_SIZE - EVTX_CHUNK_HEAD) / EVTX_RECORD_MIN)

struct evtx_entry {
    uint32_t offset;           /* in the chunk */
    uint64_t id;               /* the record header's identifier; EventRecordID may differ */
    bool broken;               /* no record: bytes that stand where records stood */
};

struct evtx_loss {
    uint32_t offset;
    uint64_t count;            /* 0: not known */
    const char *why;
};

struct evtx_chunk {
    struct evtx_entry entries[EVTX_CHUNK_RECORDS]; /* in the order in which libevtx lists them */
    size_t count;
    struct evtx_loss losses[EVTX_CHUNK_RECORDS];
    size_t loss_count;
    const char *repair;        /* what was repaired in the header; NULL: nothing */
    size_t end;                /* behind the last record */
};

enum evtx_chunk_state {
    CHUNK_UNUSED,              /* zeros */
    CHUNK_FOREIGN,             /* neither header nor record: what happened to be on the disk, or a destroyed chunk */
    CHUNK_EMPTY,               /* sound, no records */
    CHUNK_RECORDS,
    CHUNK_LOST                 /* it has a header that speaks of records; there are none */
};

/* Looks at one chunk and repairs it in place. `size` is what the file has of it; the rest of `bytes` is zero. */
enum evtx_chunk_state evtx_chunk_walk(uint8_t bytes[EVTX_CHUNK_SIZE], size_t size, struct evtx_chunk *chunk);

/* The identifier of the chunk's first record; false when it does not begin with one. `size` bytes of the chunk are
 * enough from EVTX_CHUNK_HEAD + EVTX_RECORD_MIN on. */
bool evtx_chunk_first_id(const uint8_t *bytes, size_t size, uint64_t *id);

/* A file header for `chunks` chunks, as libevtx wants it. */
void evtx_make_file_head(uint8_t head[EVTX_FILE_HEAD], unsigned chunks);

#endif
