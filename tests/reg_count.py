"""Counts the values of registry exports a second time, in another way than the program, and compares.

    reg_count.py compare PROGRAM OUTPUT FILE...
                                            every FILE: what `PROGRAM records FILE` gives, which goes through the file
                                            OUTPUT, against what is counted here
    reg_count.py large PROGRAM FOLDER       writes a 33 MB export into FOLDER, reads it with PROGRAM, compares, and
                                            checks time and memory (not with ASAN=1 in the environment)
    reg_count.py run PROGRAM FILE OUTPUT    `PROGRAM records FILE`; prints status, processor seconds, KiB

Not the values are counted only: key, name, type, data and control set of each must agree, as often as they occur. The
program walks lines; here one regular expression a construct is matched against the whole text.
"""

import collections
import json
import os
import re
import struct
import subprocess
import sys
import time

SECONDS, MEBIBYTES = 2.0, 64
LARGE_BYTES = 33_000_000

TYPES = ["REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK",
         "REG_MULTI_SZ", "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST",
         "REG_QWORD"]
ROOTS = {"HKEY_LOCAL_MACHINE": "HKLM", "HKEY_CURRENT_USER": "HKCU", "HKEY_CLASSES_ROOT": "HKCR", "HKEY_USERS": "HKU",
         "HKEY_CURRENT_CONFIG": "HKCC"}

END = r"(?=[ \t\r]*(?:;[^\n]*)?(?:\n|\Z))"          # nothing more in the line but a comment
QUOTED = r'"([^"\\]*(?:\\[\s\S][^"\\]*)*)"'
NAME = re.compile(r"[ \t]*(?:@|" + QUOTED + r")[ \t]*=[ \t]*")
STRING = re.compile(QUOTED + END)
STRING_AND_MORE = re.compile(r'"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)"(?=[ \t]*(?:[^"\n]*(?:\n|\Z)|(?:@|"[^"\n]*")=))')
DWORD = re.compile(r"dword:[ \t]*([0-9a-f]{1,8})(?=[\s;]|\Z)", re.I)
NEXT = r"\\[ \t\r]*(?:;[^\n]*)?\n(?:[ \t\r]*(?:;[^\n]*)?\n)*"   # a continuation, blank lines, comments
BYTES = re.compile(r"hex(?:\(([0-9a-f]{1,8})\))?:((?:[ \t\r,0-9a-f]|" + NEXT + r")*)", re.I)
DELETION = re.compile(r"-" + END)
KEY = re.compile(r"[^\w\[\"@;#\n]*\[([^\n]*)\]")
WRAPPED_KEY = re.compile(r"[ \t]*\[([^\]\n]*(?:\n[ \t]*[^\s\[\]\"@;#][^\]\n]*){1,3})\]")
HEADER = re.compile(r"[ \t\ufeff]*(REGEDIT\d|Windows Registry Editor Version)[^\n]*")
COMMENT = re.compile(r"[ \t\r]*(?:[;#][^\n]*)?(?:\n|\Z)")
REST = re.compile(r"[^\n]*(?:\n|\Z)")


def text_of(path):
    """The text of an export, and whether it is UTF-16."""
    with open(path, "rb") as file:
        data = file.read()
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            wide = encoding != "utf-8"
            return data[len(mark):len(data) // 2 * 2 if wide else None].decode(encoding, "replace"), wide
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), False


def key_shown(path):
    """HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\X: ("HKLM\\SYSTEM\\CurrentControlSet\\X", "1")"""
    parts = path.rstrip("\\").split("\\")
    parts[0] = ROOTS.get(parts[0].upper(), parts[0])
    for place in (1, 2):
        if place < len(parts):
            found = re.fullmatch(r"ControlSet(\d\d\d)", parts[place], re.I)
            if found and int(found[1]) > 0:
                parts[place] = "CurrentControlSet"
                return "\\".join(parts), str(int(found[1]))
    return "\\".join(parts), None


def strings_shown(kind, data, version5):
    """The text of REG_SZ, REG_EXPAND_SZ and REG_MULTI_SZ."""
    narrow = data[1::2]
    wide = version5 or (len(data) % 2 == 0 and len(narrow) > 1 and narrow.count(0) * 4 > len(narrow) * 3)
    if wide and len(data) % 2 and data[-1] == 0:
        data = data[:-1]
    text = data.decode("utf-16-le" if wide else "cp1252", "replace").rstrip("\0")
    return text.replace("\0", "\n") if kind == 7 else text


def data_shown(kind, data, version5):
    if kind in (1, 2, 7):
        return strings_shown(kind, data, version5)
    if kind in (4, 5, 11) and 0 < len(data) <= 8:
        return str(int.from_bytes(data, "big" if kind == 5 else "little"))
    return data.hex()


class Export:
    """The values of one export, counted."""

    def __init__(self, text, wide):
        self.text, self.wide, self.at, self.version5 = text, wide, 0, False
        self.end = len(text.rstrip(" \t\r\n\\"))
        self.key = None            # (path, control set), or None where values have no whole key
        self.values = collections.Counter()
        while self.at < len(text):
            self.statement()

    def take(self, pattern):
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def statement(self):
        if self.take(COMMENT):
            return
        header = self.take(HEADER)
        if header:
            self.version5 = header[1].startswith("Windows")
            self.key = None
        elif NAME.match(self.text, self.at):
            while self.value():
                pass
        else:
            found = self.take(KEY) or self.take(WRAPPED_KEY)
            if found:
                path = re.sub(r"[ \t\r]*\n[ \t]*", "\n", found[1])
                path = re.sub(r"(?<=[\\-])\n|\n(?=\\)", "", path).replace("\n", " ").strip()
                self.key = None if path.startswith("-") else key_shown(path)
            elif re.match(r"[ \t]*\[", self.text[self.at:self.at + 80]):
                self.key = None
        self.take(REST)

    def value(self):
        """One value. False when there is none, or none behind it in its line."""
        start = self.at
        name = self.take(NAME)
        if not name:
            return False
        found = self.take(STRING) or self.take(STRING_AND_MORE)
        if found:
            string = re.sub(r"\\\r?\n[ \t]*\\?", r"\\\\", found[1])
            self.count(name, "REG_SZ", re.sub(r'\\(["\\])', r"\1", string))
            return True
        found = self.take(DWORD)
        if found and not (self.wide and self.at == len(self.text) and len(found[1]) < 8):
            self.count(name, "REG_DWORD", str(int(found[1], 16)))
            return True
        found = self.take(BYTES)
        if found:
            digits = re.sub(NEXT + r"|[ \t\r]", "", found[2])
            kind = int(found[1] or "3", 16)
            pairs = [int(pair, 16) if len(pair) < 3 else 256 for pair in digits.split(",") if pair]
            if max(pairs, default=0) > 255:
                self.at = start
                return False
            data = bytes(pairs)
            if self.at >= self.end and self.cut(kind, data, found[0]):
                self.at = len(self.text)
                return False
            self.count(name, TYPES[kind] if kind < len(TYPES) else "REG_0x%x" % kind,
                       data_shown(kind, data, self.version5))
            return True
        if not self.take(DELETION):
            self.at = start        # broken: goes on in the next line
        return False

    def cut(self, kind, data, written):
        """Whether bytes that nothing follows lack their end."""
        if written.rstrip()[-1] in ",\\" or self.text.endswith("\\"):
            return True
        if self.text.endswith("\n"):
            return False
        size = {4: 4, 5: 4, 11: 8}.get(kind)
        closing = {1: 1, 2: 1, 7: 2}.get(kind, 0) * (2 if self.version5 else 1)
        if self.wide and not size and not closing:
            return True
        return (len(re.split("[,:]", written)[-1].strip()) < 2 or not data.endswith(bytes(closing)) or
                len(data) != (size or len(data)))

    def count(self, name, kind, data):
        if self.key:
            shown = re.sub(r'\\(["\\])', r"\1", name[1] or "")
            self.values[(self.key[0], shown, kind, data, self.key[1])] += 1


def records_of(lines):
    values = collections.Counter()
    for line in lines:
        record = json.loads(line)
        if record["Category"] == "registry":
            values[(record["Key"], record["ValueName"], record["Type"], record["Data"], record.get("ControlSet"))] += 1
    return values


def run(program, path, output):
    """Runs `PROGRAM records PATH` into the file `output`. Exit status, processor seconds, KiB of memory."""
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.execv(program, [program, "records", path])
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def run_measured(program, path, output):
    """As run, in a fresh interpreter: a process inherits the peak of memory of the one that it was forked from."""
    said = subprocess.run([sys.executable, __file__, "run", program, path, output], check=True, stdout=subprocess.PIPE)
    status, seconds, kibibytes = said.stdout.split()
    return int(status), float(seconds), int(kibibytes)


def differences(mine, theirs, most=5):
    """What only one side has, in words."""
    said = []
    for who, more in (("only counted here", mine - theirs), ("only read by the program", theirs - mine)):
        for value in sorted(more.elements(), key=repr)[:most]:
            said.append("    %s: %s" % (who, ", ".join(repr(part)[:200] for part in value)))
    return said


def compare(program, paths, output):
    """Prints what differs. How many files agree, and how many do not."""
    passed = failed = values = 0
    for path in paths:
        mine = Export(*text_of(path)).values
        status, _, _ = run(program, path, output)
        with open(output, encoding="utf-8") as lines:
            theirs = records_of(lines)
        if status in (0, 3, 4) and mine == theirs:
            passed += 1
            values += sum(mine.values())
            continue
        failed += 1
        print("FAILED %s: status %d, %d values counted here, %d read by the program"
              % (path, status, sum(mine.values()), sum(theirs.values())))
        print("\n".join(differences(mine, theirs)))
    print("%d files with %d values agree" % (passed, values))
    return passed, failed


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def wrapped(name, kind, data):
    """Bytes as regedit writes them: a line ends behind the comma that reaches column 77."""
    line, lines = '"%s"=hex%s:' % (escaped(name), "" if kind == 3 else "(%x)" % kind), []
    for i, byte in enumerate(data):
        line += "%02x" % byte
        if i + 1 < len(data):
            line += ","
            if len(line) >= 77:
                lines.append(line + "\\")
                line = "  "
    return "\r\n".join(lines + [line])


def write_large(path):
    """An export of services as regedit would write it. The values that it holds, counted; the same every time."""
    values = collections.Counter()
    random = 1

    def add(key, name, kind, data, shown):
        out.append(wrapped(name, kind, data) if isinstance(data, bytes) else '"%s"=%s' % (escaped(name), data))
        values[(key, name, TYPES[kind], shown, "1")] += 1

    with open(path, "wb") as file:
        size = file.write("\ufeffWindows Registry Editor Version 5.00\r\n".encode("utf-16-le"))
        number = 0
        while size < LARGE_BYTES:
            random = random * 1103515245 + 12345 & 0x7FFFFFFF
            key = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Service%06d\\Parameters" % number
            out = ["", "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Service%06d\\Parameters]" % number]
            add(key, "Start", 4, "dword:%08x" % random, str(random))
            words = 'Dienst "%d" für C:\\Übung\\%d' % (number, random)
            add(key, "Anzeigename", 1, '"%s"' % escaped(words), words)
            words = "%%SystemRoot%%\\system32\\drivers\\s%d.sys" % random
            add(key, "ImagePath", 2, (words + "\0").encode("utf-16-le"), words)
            items = ["RpcSs", "Tcpip", "Служба%d" % number][:random % 3 + 1]
            add(key, "DependOnService", 7, ("\0".join(items) + "\0\0").encode("utf-16-le"), "\n".join(items))
            data = bytes((random + i * i) & 0xFF for i in range(random % 600))
            add(key, "Binär\\%d" % (random % 10), 3, data, data.hex())
            add(key, "Last", 11, struct.pack("<Q", random << 20), str(random << 20))
            size += file.write("".join(line + "\r\n" for line in out).encode("utf-16-le"))
            number += 1
        file.write("\r\n".encode("utf-16-le"))
    return values


def large(program, folder):
    """Whether the program reads the large export in full, in time, and within its memory."""
    path, output = os.path.join(folder, "large.reg"), os.path.join(folder, "large.json")
    expected = write_large(path)
    begun = time.monotonic()
    status, seconds, kibibytes = run_measured(program, path, output)
    elapsed = time.monotonic() - begun
    with open(output, encoding="utf-8") as lines:
        got = records_of(lines)
    passed = failed = 0
    checks = [("all of its %d values are read" % sum(expected.values()), status == 0 and got == expected)]
    if os.environ.get("ASAN") != "1":
        checks.append(("in less than %.0f s of processor time" % SECONDS, seconds < SECONDS))
        checks.append(("in less than %d MiB" % MEBIBYTES, kibibytes < MEBIBYTES * 1024))
    for what, good in checks:
        passed, failed = passed + good, failed + (not good)
        if not good:
            print("FAILED a large export: %s" % what)
    print("a %.0f MB export: status %d, %d values, %.2f s (%.2f s on the clock), %.1f MiB"
          % (os.path.getsize(path) / 1e6, status, sum(got.values()), seconds, elapsed, kibibytes / 1024))
    if got != expected:
        print("\n".join(differences(expected, got)))
    return passed, failed


def main():
    what, program = sys.argv[1:3]
    program = os.path.abspath(program)
    if what == "run":
        print(*run(program, *sys.argv[3:5]))
        return 0
    if what == "compare":
        passed, failed = compare(program, sys.argv[4:], sys.argv[3])
    else:
        passed, failed = large(program, sys.argv[3])
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
