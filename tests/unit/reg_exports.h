/*
 * For the tests of registry exports. A test gives an export and says what comes of it, one line each:
 *
 *     KEY | value name | TYPE | data | control set      a record; the control set only where there is one
 *     loss LINE COUNT: why
 *     note: remark
 *
 * with line breaks and NULs in names and data shown as \r \n \0. Covered keys and positions are told apart from these.
 */
#ifndef WINCAUSE_TESTS_UNIT_REG_EXPORTS_H
#define WINCAUSE_TESTS_UNIT_REG_EXPORTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/unicode.h"
#include "parsers/reg.h"

#define VERSION4 "REGEDIT4\r\n\r\n"
#define VERSION5 "Windows Registry Editor Version 5.00\r\n\r\n"
#define KEY "[HKEY_LOCAL_MACHINE\\A]\r\n"

/* What a sink heard. */
struct hearing {
    struct sink sink;
    struct buffer said;          /* records, losses, notes, in the form above */
    struct buffer keys;          /* covered keys: KEY | control set | line */
    struct buffer places;        /* of the records: record line offset */
    uint64_t records;
};

static inline void add_shown(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\n')
            buffer_add_string(out, "\\n");
        else if (c == '\r')
            buffer_add_string(out, "\\r");
        else if (c == '\0')
            buffer_add_string(out, "\\0");
        else
            buffer_add_char(out, c);
    }
}

static inline void hear_record(struct sink *sink, struct record *record)
{
    struct hearing *hearing = (struct hearing *)sink;
    static const char *const names[] = {"Key", "ValueName", "Type", "Data", "ControlSet"};

    assert_int_equal(record->category, CATEGORY_REGISTRY);
    assert_int_equal(record->time.basis, BASIS_NONE);
    assert_int_equal(record->computer.size, 0);
    assert_true(record->field_count == 4 || record->field_count == 5);
    for (size_t i = 0; i < record->field_count; i++) {
        assert_true(text_is(record->fields[i].name, names[i]));
        assert_true(unicode_is_utf8(record->fields[i].value.data, record->fields[i].value.size));
        if (i > 0)
            buffer_add_string(&hearing->said, " | ");
        if (record->fields[i].value.size <= 1000)
            add_shown(&hearing->said, record->fields[i].value);
        else
            buffer_printf(&hearing->said, "%zu bytes", record->fields[i].value.size);
    }
    buffer_add_char(&hearing->said, '\n');
    hearing->records++;
    assert_true(record->at.has_offset);
    buffer_printf(&hearing->places, "%u %u %u\n", (unsigned)record->at.record, (unsigned)record->at.line,
                  (unsigned)record->at.offset);
}

static inline void hear_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    struct hearing *hearing = (struct hearing *)sink;
    buffer_printf(&hearing->said, "loss %u %u: %s\n", (unsigned)where.line, (unsigned)count, why);
}

static inline void hear_note(struct sink *sink, const char *remark)
{
    struct hearing *hearing = (struct hearing *)sink;
    buffer_printf(&hearing->said, "note: %s\n", remark);
}

static inline void hear_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                     struct position where)
{
    struct hearing *hearing = (struct hearing *)sink;
    assert_int_equal(written.basis, BASIS_NONE);
    add_shown(&hearing->keys, key);
    buffer_printf(&hearing->keys, " | %u | %u\n", control_set, (unsigned)where.line);
}

static inline enum read_end read_source(struct hearing *hearing, int fd, uint64_t size)
{
    struct source source = {.path = "export.reg", .fd = fd, .size = size};

    *hearing = (struct hearing){.sink = {.record = hear_record, .loss = hear_loss, .note = hear_note,
                                         .covers_key = hear_key}};
    /* All three must be strings, even where nothing is heard. */
    buffer_add_char(&hearing->said, ' ');
    buffer_clear(&hearing->said);
    buffer_add_char(&hearing->keys, ' ');
    buffer_clear(&hearing->keys);
    buffer_add_char(&hearing->places, ' ');
    buffer_clear(&hearing->places);
    return reg_reader.read(&source, &hearing->sink);
}

static inline int file_of(const void *bytes, size_t size)
{
    int fd = memfd_create("export", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static inline enum read_end read_bytes(struct hearing *hearing, const void *bytes, size_t size)
{
    int fd = file_of(bytes, size);
    enum read_end end = read_source(hearing, fd, size);
    close(fd);
    return end;
}

static inline void forget(struct hearing *hearing)
{
    buffer_free(&hearing->said);
    buffer_free(&hearing->keys);
    buffer_free(&hearing->places);
}

static inline void check_bytes(const void *bytes, size_t size, enum read_end end, const char *expected)
{
    struct hearing hearing;
    enum read_end got = read_bytes(&hearing, bytes, size);
    assert_string_equal(hearing.said.data, expected);
    assert_int_equal(got, end);
    forget(&hearing);
}

static inline void check(const char *export, const char *expected)
{
    check_bytes(export, strlen(export), READ_WHOLE, expected);
}

static inline void check_part(const char *export, const char *expected)
{
    check_bytes(export, strlen(export), READ_PART, expected);
}

static inline void check_keys(const char *export, const char *expected)
{
    struct hearing hearing;
    read_bytes(&hearing, export, strlen(export));
    assert_string_equal(hearing.keys.data, expected);
    forget(&hearing);
}

static inline void add_unit(struct buffer *out, uint32_t unit, bool big_endian)
{
    buffer_add_char(out, (char)(big_endian ? unit >> 8 : unit & 0xFF));
    buffer_add_char(out, (char)(big_endian ? unit & 0xFF : unit >> 8));
}

static inline void add_utf16(struct buffer *out, const char *utf8, bool big_endian)
{
    struct text rest = text_of(utf8);
    uint32_t character;

    while (unicode_next(&rest, &character)) {
        if (character >= 0x10000) {
            add_unit(out, 0xD800 + ((character - 0x10000) >> 10), big_endian);
            character = 0xDC00 + ((character - 0x10000) & 0x3FF);
        }
        add_unit(out, character, big_endian);
    }
}

/* The export as regedit writes it: UTF-16LE with a byte order mark. */
static inline void check_utf16(const char *export, enum read_end end, const char *expected)
{
    struct buffer bytes = {0};
    add_utf16(&bytes, "\xEF\xBB\xBF", false);
    add_utf16(&bytes, export, false);
    check_bytes(bytes.data, bytes.size, end, expected);
    buffer_free(&bytes);
}

#endif
