/*
 * From what Windows writes to UTF-8: UTF-16LE, ANSI code pages (iconv), and UTF-8 of doubtful honesty. Everything that
 * is not text becomes U+FFFD, so that the result is always valid UTF-8. NUL characters are kept where the caller gave
 * a length (a registry value may hold them).
 */
#ifndef WINCAUSE_BASE_UNICODE_H
#define WINCAUSE_BASE_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_ANSI };

/* Tells the encoding from the first bytes of a file: byte order mark, else the pattern of NULs, else valid UTF-8, else
 * ANSI. *mark_size is the byte order mark's length. Headless UTF-16LE is common (Windows 7 Report.wer). */
enum encoding unicode_detect(const uint8_t *head, size_t size, size_t *mark_size);

void unicode_add_char(struct buffer *out, uint32_t character);   /* not a character: U+FFFD */
void unicode_add_utf16le(struct buffer *out, const void *bytes, size_t size); /* an odd last byte gives U+FFFD */
void unicode_add_utf8(struct buffer *out, const void *bytes, size_t size);    /* invalid sequences give U+FFFD */
/* Takes the first character of *rest. False when *rest is used up; a byte that begins no valid character is U+FFFD. */
bool unicode_next(struct text *rest, uint32_t *character);
bool unicode_is_utf8(const void *bytes, size_t size);

/* ANSI code pages by name as iconv knows it, e.g. "CP1252" (the default everywhere), "CP932". One code page is used
 * for the whole run; set it before reading. False when iconv does not know it. Not thread-safe; adding is. */
bool unicode_set_codepage(const char *name);
const char *unicode_codepage(void);
void unicode_add_ansi(struct buffer *out, const void *bytes, size_t size);

#endif
