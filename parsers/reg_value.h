/*
 * Registry keys, types and data as records show them, whatever they are read from.
 */
#ifndef WINCAUSE_PARSERS_REG_VALUE_H
#define WINCAUSE_PARSERS_REG_VALUE_H

#include "base/memory.h"

enum reg_type {
    REG_NONE = 0, REG_SZ = 1, REG_EXPAND_SZ = 2, REG_BINARY = 3, REG_DWORD = 4, REG_DWORD_BIG_ENDIAN = 5, REG_LINK = 6,
    REG_MULTI_SZ = 7, REG_RESOURCE_LIST = 8, REG_FULL_RESOURCE_DESCRIPTOR = 9, REG_RESOURCE_REQUIREMENTS_LIST = 10,
    REG_QWORD = 11
};

#define REG_TYPE_NAME 32 /* room for reg_type_name() */

/* "REG_SZ"; a number without a name is REG_0xffff0012. Returns a name that lives as long as `room`. */
const char *reg_type_name(uint32_t type, char room[REG_TYPE_NAME]);

/* What the bytes of REG_SZ, REG_EXPAND_SZ and REG_MULTI_SZ are. REGEDIT4 exports should hold ANSI; some hold UTF-16 all
 * the same, which is told from its NULs. REG_LINK is always UTF-16. */
enum reg_strings { REG_STRINGS_UTF16, REG_STRINGS_ANSI };

/* What was odd about data; several may hold. The text is what could be made of it all the same. */
#define REG_ODD_LENGTH 1u        /* UTF-16 with half a character at its end */
#define REG_ODD_UNTERMINATED 2u  /* a string without its closing NUL, a multi-string without the two at its end */
#define REG_ODD_NUMBER 4u        /* a number that is not as long as its type says */
#define REG_ODD_UTF16 8u         /* UTF-16 where ANSI was to be expected */

/*
 * Adds the data as text: strings without the NULs at their end, multi-strings one item per line, numbers in decimal,
 * everything else as lower-case hex digits. Numbers of 1 to 8 bytes are read whatever length their type has; of other
 * lengths they are shown as hex. NULs and control characters inside a string stay. Returns REG_ODD_* bits.
 */
unsigned reg_value_add_text(struct buffer *out, uint32_t type, const uint8_t *bytes, size_t size,
                            enum reg_strings strings);

/*
 * Bytes as exports write them, `4c,69,6e,65`, gathered line by line: one or two digits each, blanks around the commas,
 * a backslash (and perhaps a comment) where the next line goes on.
 */
struct reg_hex {
    struct buffer bytes;
    bool after_byte;         /* what came last is a byte and not a comma */
    unsigned digits;         /* of the last byte: 1 or 2 */
};
enum reg_hex_end {
    REG_HEX_END,             /* the data ends; *at is the end of the line, a comment, or what else follows */
    REG_HEX_MORE,            /* a backslash: the next line goes on */
    REG_HEX_COMMA,           /* ends with a comma, without a backslash */
    REG_HEX_BAD              /* *at is at what cannot be read */
};
void reg_hex_start(struct reg_hex *hex);                    /* keeps the memory */
enum reg_hex_end reg_hex_add_line(struct reg_hex *hex, struct text line, size_t *at);

/*
 * A key's path as records show it:
 *   - the root by its short name in capitals (hkey_local_machine is HKLM; HKCU HKCR HKU HKCC), others as written;
 *   - a ControlSet00n that is the second or third component is CurrentControlSet, and *control_set is n (else 0):
 *     HKLM\SYSTEM\ControlSet001, HKLM\Name\ControlSet001 of a hive loaded under any name, and \ControlSet001 of a hive
 *     exported without saying where it belongs;
 *   - every other component, and a CurrentControlSet, as written; a backslash at the end is dropped.
 *
 *     HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Control   ->   HKLM\SYSTEM\CurrentControlSet\Control, 2
 */
void reg_key_add_path(struct buffer *out, struct text written, unsigned *control_set);

#endif
