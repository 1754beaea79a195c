/* Values as .evtx files store them; see writer.h for the types' names. */
#ifndef WINCAUSE_TESTS_EVTX_VALUES_H
#define WINCAUSE_TESTS_EVTX_VALUES_H

#include "base/memory.h"

enum value_type {
    TYPE_STRING = 0x01, TYPE_ANSI, TYPE_INT8, TYPE_UINT8, TYPE_INT16, TYPE_UINT16, TYPE_INT32, TYPE_UINT32, TYPE_INT64,
    TYPE_UINT64, TYPE_BOOL = 0x0D, TYPE_BINARY, TYPE_GUID, TYPE_SIZE, TYPE_FILETIME, TYPE_SID = 0x13, TYPE_HEX32,
    TYPE_HEX64, TYPE_XML = 0x21, TYPE_STRINGS = 0x81
};

/* Appends the value. False: the text is none of that type, or the type is not known. An empty type is a string. */
bool encode_value(struct text text, struct text type_name, enum value_type *type, struct buffer *out);
void encode_utf16(struct buffer *out, struct text text);

#endif
