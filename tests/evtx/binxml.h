/*
 * A chunk of an .evtx file while it is written, and the binary XML in it.
 *
 * Everything appends at chunk->used; what does not fit any more sets chunk->full, and the caller goes back to the
 * chunk as it was.
 */
#ifndef WINCAUSE_TESTS_EVTX_BINXML_H
#define WINCAUSE_TESTS_EVTX_BINXML_H

#include "tests/evtx/values.h"

#define CHUNK_SIZE 65536u
#define CHUNK_HEAD 512u
#define STRING_TABLE 128u      /* 64 offsets of names */
#define TEMPLATE_TABLE 384u    /* 32 offsets of templates */

struct chunk {
    uint8_t bytes[CHUNK_SIZE];
    size_t used;
    size_t last_record;        /* offset */
    uint64_t first_number, last_number, first_id, last_id;
    bool full;                 /* something did not fit */
};

void put(struct chunk *chunk, const void *bytes, size_t size);
uint64_t load(const uint8_t *from, size_t size);
void store(uint8_t *to, uint64_t value, size_t size);
void put_number(struct chunk *chunk, uint64_t value, size_t size);
/* Fills a size that was left open: everything written since. */
void close_size(struct chunk *chunk, size_t at, size_t width);
uint32_t chunk_checksum(uint32_t crc, const uint8_t *bytes, size_t size);
void put_literal(struct chunk *chunk, struct text text);
void put_substitution(struct chunk *chunk, size_t index, enum value_type type);
/* <name; returns where its size stands, for close_size(). */
size_t open_element(struct chunk *chunk, struct text name, bool has_attributes);
size_t open_attributes(struct chunk *chunk);
void open_attribute(struct chunk *chunk, struct text name, bool last);
void start_content(struct chunk *chunk);
void end_element(struct chunk *chunk, size_t at, bool empty);
/* <name>text or value</name> */
void put_simple(struct chunk *chunk, const char *name, struct text text, size_t index, enum value_type type);
/* The beginning of a template instance. True when the definition must follow here: the chunk does not have it yet. */
bool open_template(struct chunk *chunk, struct text shape, size_t *size_at);
void end_template(struct chunk *chunk, size_t size_at);

#endif
