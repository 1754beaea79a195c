/*
 * Registry exports (.reg): REGEDIT4 and "Windows Registry Editor Version 5.00", by regedit, reg.exe, chntpw's reged,
 * hivexregedit, by hand, or printed in an article.
 *
 *     Windows Registry Editor Version 5.00
 *
 *     ; a comment
 *     [HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\Tcpip]
 *     @="the default value"
 *     "Start"=dword:00000000
 *     "ImagePath"=hex(2):53,00,79,00,\
 *       73,00,00,00
 *     "Gone"=-
 *
 * Every value is a registry record: Key, ValueName, Type, Data, and ControlSet where the key was written ControlSet00n
 * (reg_value.h says how keys, types and data are shown). Its position is the line where the value begins.
 *
 * What the plain rules leave open, and what becomes of it:
 *   - `[-KEY]` and `"name"=-` delete: no records, a note.
 *   - A string goes on over line breaks, which belong to it. When something else than the end of a statement follows
 *     its closing quote on a later line, that quote was another value's: the string has no end, and reading goes on at
 *     the next statement.
 *   - A key or a pair of backslashes that an article printed over two lines is joined, several values in one line are
 *     read, and so are bytes that go on behind a comma where the backslash is missing. Notes.
 *   - Quotes inside a string that are not escaped, bytes with other characters between them, numbers of more than eight
 *     digits: the value is lost. Text without quotes behind a value is ignored, with a note.
 *   - Values below a key whose name is broken are lost: they must not pass for values of the key before.
 *   - A file cut inside a key or value: that is lost, and READ_PART. A file that ends with bytes and without a line
 *     break may be cut there. Where neither the bytes nor their type tell, a UTF-16 file, which regedit ends with a
 *     line break, has lost the value; an 8-bit one, perhaps written by hand, keeps it, and a loss tells the doubt.
 *   - Lines that begin with # are comments too: regedit ignores them. Any other line is a loss without a record.
 */
#ifndef WINCAUSE_PARSERS_REG_H
#define WINCAUSE_PARSERS_REG_H

#include "records/sink.h"

extern const struct reader reg_reader;

#endif
