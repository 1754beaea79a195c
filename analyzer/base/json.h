/*
 * Writing JSON: a stream into a buffer, keys in the order of the calls, UTF-8 as it is, control characters, U+007F and
 * U+2028/2029 escaped. Commas and (when `indent` is set) line breaks are the writer's business. Misuse (a value without
 * a key in an object) is a programming error and aborts.
 */
#ifndef WINCAUSE_BASE_JSON_H
#define WINCAUSE_BASE_JSON_H

#include "base/memory.h"

#define JSON_DEPTH 32

struct json {
    struct buffer *out; /* borrowed */
    unsigned indent;    /* blanks per level; 0 writes everything on one line */
    unsigned depth;
    struct json_level {
        char kind;
        bool used;
        bool keyed;
    } levels[JSON_DEPTH]; /* private */
};

struct json json_begin(struct buffer *out, unsigned indent);
void json_object(struct json *json);
void json_end_object(struct json *json);
void json_array(struct json *json);
void json_end_array(struct json *json);
void json_key(struct json *json, const char *key);
void json_key_text(struct json *json, struct text key);
void json_string(struct json *json, const char *string); /* NULL writes null */
void json_text(struct json *json, struct text text);
void json_unsigned(struct json *json, uint64_t number);
void json_signed(struct json *json, int64_t number);
void json_fixed(struct json *json, int64_t scaled,
                unsigned decimals); /* 125 with 1 decimal is 12.5: exact, no locale */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

/* Two-call shorthands: key, then value. */
void json_member(struct json *json, const char *key, const char *string);
void json_member_unsigned(struct json *json, const char *key, uint64_t number);

#endif
