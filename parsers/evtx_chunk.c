/* See evtx_chunk.h. */
#include "parsers/evtx_chunk.h"

#include <string.h>

#define LAST_NUMBER_AT 16u
#define FIRST_NUMBER_AT 8u
#define FIRST_ID_AT 24u
#define LAST_ID_AT 32u
#define HEADER_SIZE_AT 40u
#define LAST_RECORD_AT 44u
#define FREE_SPACE_AT 48u

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t load64(const uint8_t *at)
{
    return load32(at) | (uint64_t)load32(at + 4) << 32;
}

static void store32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static bool has_mark(const uint8_t *bytes, size_t size, size_t at)
{
    return at + EVTX_RECORD_MIN <= size && memcmp(bytes + at, "**\0\0", 4) == 0;
}

/* The size of the sound record at `at`; 0 when there is none. */
static uint32_t sound_record(const uint8_t *bytes, size_t size, size_t at)
{
    if (!has_mark(bytes, size, at))
        return 0;
    uint32_t length = load32(bytes + at + 4);
    if (length < EVTX_RECORD_MIN || length > size - at || load32(bytes + at + length - 4) != length)
        return 0;
    return length;
}

struct walk {
    uint8_t *bytes;
    size_t size;               /* of the chunk in the file */
    size_t limit;              /* records up to here are live whatever their identifiers; 0: the header does not say */
    size_t at;
    uint64_t expected;         /* records that the header speaks of; 0: not known */
    uint64_t lost;
    uint64_t first_id, last_id; /* of the records, as the header has them */
    bool has_header;
    struct evtx_chunk *chunk;
};

static void lose(struct walk *walk, size_t offset, uint64_t count, const char *why)
{
    struct evtx_chunk *chunk = walk->chunk;
    if (chunk->loss_count < EVTX_CHUNK_RECORDS)
        chunk->losses[chunk->loss_count++] = (struct evtx_loss){(uint32_t)offset, count, why};
    walk->lost += count;
}

/* Whether the sound record at `at` is one of the log, and not left from an earlier use of the chunk. */
static bool is_live(const struct walk *walk, size_t at)
{
    const struct evtx_chunk *chunk = walk->chunk;
    if (at < walk->limit)
        return true;
    if (chunk->count == 0)
        return walk->limit == 0;
    return load64(walk->bytes + at + 8) == chunk->entries[chunk->count - 1].id + 1;
}

/* libevtx refuses a record that ends with the chunk. Its last bytes are padding; without four of them it is read.
 * False when they are not. */
static bool shorten_last(uint8_t *bytes, size_t at, uint32_t *length)
{
    if (at + *length <= EVTX_CHUNK_SIZE - 4)
        return true;
    if (*length < EVTX_RECORD_MIN + 4 || load32(bytes + at + *length - 8) != 0)
        return false;
    *length -= 4;
    store32(bytes + at + 4, *length);
    store32(bytes + at + *length - 4, *length);
    return true;
}

static bool add_entry(struct walk *walk, uint32_t length, uint64_t id, bool broken)
{
    struct evtx_chunk *chunk = walk->chunk;
    uint32_t shortened = length;
    if (chunk->count == EVTX_CHUNK_RECORDS || !shorten_last(walk->bytes, walk->at, &shortened))
        return false;
    chunk->entries[chunk->count++] = (struct evtx_entry){(uint32_t)walk->at, id, broken};
    chunk->end = walk->at + shortened;
    walk->at += length;
    return true;
}

/* The next sound record behind a broken one that belongs to the chunk; 0: none. Blocks of another use of the chunk
 * can stand in it (a copy made while it was written, a shadow copy); their identifiers give them away. */
static size_t find_sound(const struct walk *walk, size_t from)
{
    const struct evtx_chunk *chunk = walk->chunk;
    size_t end = walk->limit > 0 ? walk->limit : walk->size;
    uint64_t least = chunk->count > 0 ? chunk->entries[chunk->count - 1].id + 1 : walk->first_id;
    for (; from + EVTX_RECORD_MIN <= end; from += 4) {
        uint64_t id = sound_record(walk->bytes, walk->size, from) > 0 ? load64(walk->bytes + from + 8) : 0;
        if (id > 0 && id >= least && id <= walk->last_id)
            return from;
    }
    return 0;
}

/* Passes over the broken bytes at walk->at. False when nothing sound follows. */
static bool pass_broken(struct walk *walk)
{
    uint8_t *bytes = walk->bytes;
    size_t at = walk->at, next = find_sound(walk, at + EVTX_RECORD_MIN);
    if (next == 0)
        return false;
    struct evtx_chunk *chunk = walk->chunk;
    uint32_t length = (uint32_t)(next - at);
    bool mark = has_mark(bytes, walk->size, at);
    bool one_size_fits = mark && (load32(bytes + at + 4) == length || load32(bytes + next - 4) == length);
    uint64_t id = mark ? load64(bytes + at + 8) : 0, gap = 1;
    if (!one_size_fits) {
        /* How many records stood here follows from the identifiers around, when they make sense. */
        uint64_t before = chunk->count > 0 ? chunk->entries[chunk->count - 1].id : 0, after = load64(bytes + next + 8);
        if (chunk->count > 0 && after > before + 1 && after - before - 1 <= length / EVTX_RECORD_MIN)
            gap = after - before - 1;
        id = after - 1;
        memcpy(bytes + at, "**\0", 4);
        lose(walk, at, gap, "a record is damaged");
    }
    store32(bytes + at + 4, length);
    store32(bytes + next - 4, length);
    return add_entry(walk, length, id, !one_size_fits);
}

/* What is missing behind the last record found. */
static void account_for_tail(struct walk *walk)
{
    uint64_t seen = walk->lost;
    const struct evtx_chunk *chunk = walk->chunk;
    for (size_t i = 0; i < chunk->count; i++)
        seen += !chunk->entries[i].broken;
    bool cut = walk->size < EVTX_CHUNK_SIZE;
    if (walk->expected > seen && (walk->limit > walk->at || cut))
        lose(walk, walk->at, walk->expected - seen, cut ? "the file ends here" : "the rest of the chunk is damaged");
    else if (cut && has_mark(walk->bytes, EVTX_CHUNK_SIZE, walk->at) && (walk->limit == 0 || walk->at < walk->limit))
        lose(walk, walk->at, 1, "the file ends here");
}

/* What the header says about the records, where it can be believed. */
static void read_header(struct walk *walk)
{
    const uint8_t *bytes = walk->bytes;
    walk->last_id = UINT64_MAX;
    if (memcmp(bytes, "ElfChnk", 8) != 0) {
        walk->chunk->repair = "signature";
        return;
    }
    walk->has_header = true;
    if (load64(bytes + LAST_ID_AT) >= load64(bytes + FIRST_ID_AT)) {
        walk->first_id = load64(bytes + FIRST_ID_AT);
        walk->last_id = load64(bytes + LAST_ID_AT);
    }
    uint32_t last = load32(bytes + LAST_RECORD_AT), space = load32(bytes + FREE_SPACE_AT);
    uint32_t length = last >= EVTX_CHUNK_HEAD && last < walk->size ? sound_record(bytes, walk->size, last) : 0;
    bool space_fits = space >= EVTX_CHUNK_HEAD && space <= EVTX_CHUNK_SIZE;
    if (load32(bytes + HEADER_SIZE_AT) != 128)
        walk->chunk->repair = "header size";
    else if (!space_fits)
        walk->chunk->repair = "free space offset";
    walk->limit = length > 0 ? last + length : space_fits ? space : 0;
    uint64_t first_number = load64(bytes + FIRST_NUMBER_AT), last_number = load64(bytes + LAST_NUMBER_AT);
    if (last_number >= first_number && last_number - first_number < EVTX_CHUNK_RECORDS)
        walk->expected = last_number - first_number + 1;
}

static void repair_header(uint8_t *bytes, const struct evtx_chunk *chunk)
{
    memcpy(bytes, "ElfChnk", 8);
    store32(bytes + HEADER_SIZE_AT, 128);
    store32(bytes + LAST_RECORD_AT, chunk->entries[chunk->count - 1].offset);
    store32(bytes + FREE_SPACE_AT, (uint32_t)chunk->end);
}

enum evtx_chunk_state evtx_chunk_walk(uint8_t bytes[EVTX_CHUNK_SIZE], size_t size, struct evtx_chunk *chunk)
{
    chunk->count = chunk->loss_count = chunk->end = 0;
    chunk->repair = NULL;
    if (all_zero(bytes, size))
        return CHUNK_UNUSED;
    struct walk walk = {.bytes = bytes, .size = size, .at = EVTX_CHUNK_HEAD, .chunk = chunk};
    read_header(&walk);
    while (walk.at + EVTX_RECORD_MIN <= size) {
        uint32_t length = sound_record(bytes, size, walk.at);
        if (length > 0) {
            if (!is_live(&walk, walk.at) || !add_entry(&walk, length, load64(bytes + walk.at + 8), false))
                break;
        } else if (walk.at >= (walk.limit > 0 || chunk->count > 0 ? walk.limit : size) || !pass_broken(&walk)) {
            break;   /* behind the live records, or nothing tells live ones from slack any more */
        }
    }
    if (walk.has_header)
        account_for_tail(&walk);
    if (chunk->count > 0) {
        repair_header(bytes, chunk);
        return CHUNK_RECORDS;
    }
    if (!walk.has_header)
        return CHUNK_FOREIGN;
    return walk.expected == 0 && chunk->loss_count == 0 && size >= EVTX_CHUNK_HEAD ? CHUNK_EMPTY : CHUNK_LOST;
}

bool evtx_chunk_first_id(const uint8_t *bytes, size_t size, uint64_t *id)
{
    if (!has_mark(bytes, size, EVTX_CHUNK_HEAD))
        return false;
    *id = load64(bytes + EVTX_CHUNK_HEAD + 8);
    return true;
}

void evtx_make_file_head(uint8_t head[EVTX_FILE_HEAD], unsigned chunks)
{
    memset(head, 0, EVTX_FILE_HEAD);
    memcpy(head, "ElfFile", 8);
    store32(head + 16, chunks - 1);      /* last chunk */
    store32(head + 32, 128);             /* header size */
    store32(head + 36, 0x00030001);      /* version 3.1 */
    store32(head + 40, EVTX_FILE_HEAD | chunks << 16);
}
