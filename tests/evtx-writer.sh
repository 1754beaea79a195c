#!/usr/bin/env bash
# What tests/tools/evtx_write writes is an event log for others, too: evtxinfo and evtxexport read it without complaint, and what
# they show is field by field what the description says and what the program reads.
# WINCAUSE is the program (default ./wincause); skipped where libevtx's tools are not installed.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
unset WINCAUSE_RULES
command -v evtxinfo >/dev/null && command -v evtxexport >/dev/null || { echo "skipped: no evtxinfo, evtxexport"; exit 77; }

writer=$(dirname "$program")/tests/tools/evtx_write
if [ ! -x "$writer" ]; then
    writer=build/release/tests/tools/evtx_write
    [ -x "$writer" ] || make --no-print-directory "$writer" >/dev/null || exit 1
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # check NAME COMMAND…: passed when the command is; its output is shown when it is not
    local name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name"
        head -n 30 "$work/said"
    fi
}

cat >"$work/one.txt" <<'END'
Channel: Application
Computer: srv01.example
Provider_Name: Example
Provider_Guid: {01234567-89AB-CDEF-0123-456789ABCDEF}
Provider_EventSourceName: Example Source
EventID: 1000
Qualifiers: 16384
Version: 1
Level: 2
Task: 100
Opcode: 3
Keywords: 0x8000000000000001
TimeCreated: 2012-03-04T05:06:07.89Z
EventRecordID: 4711
ProcessID: 4
ThreadID: 8
UserID: S-1-5-21-1-2-3-500
text: größer & <kleiner>
lines: first
  second
number (uint32): 4294967295
flags (hex32): 0xC0000142
guid (guid): {01234567-89AB-CDEF-0123-456789ABCDEF}
when (filetime): 2012-03-04T05:06:07Z
list (strings): one
  two
none:

# A classic event.
Provider_Name: Classic
EventID: 7
TimeCreated: 2012-03-04T05:06:08Z
Data: \Device\Harddisk0
Data:
Data: third
Binary: 0F00

Provider_Name: Microsoft-Windows-Eventlog
EventID: 104
TimeCreated: 2012-03-04T05:06:09Z
UserData: LogFileCleared
SubjectUserName: admin
BackupPath:
END

cat >"$work/one.expected" <<'END'
{"Record":4711,"Channel":"Application","Provider_Name":"Example","Provider_EventSourceName":"Example Source","EventID":1000,"Qualifiers":16384,"Version":1,"Level":2,"Task":100,"Opcode":3,"Keywords":"0x8000000000000001","TimeCreated":"2012-03-04T05:06:07.89Z","EventRecordID":4711,"Computer":"srv01.example","UserID":"S-1-5-21-1-2-3-500","ProcessID":4,"ThreadID":8,"Message":"größer & <kleiner> first\r\nsecond 4294967295 0xc0000142 {01234567-89AB-CDEF-0123-456789ABCDEF} 2012-03-04T05:06:07.000000000Z one two","text":"größer & <kleiner>","lines":"first\r\nsecond","number":"4294967295","flags":"0xc0000142","guid":"{01234567-89AB-CDEF-0123-456789ABCDEF}","when":"2012-03-04T05:06:07.000000000Z","list":["one","two"],"none":""}
{"Record":4712,"Channel":"Application","Provider_Name":"Classic","EventID":7,"Level":4,"Task":0,"Keywords":"0x0080000000000000","TimeCreated":"2012-03-04T05:06:08Z","EventRecordID":4712,"Computer":"srv01.example","Message":"\\Device\\Harddisk0 third","Data[1]":"\\Device\\Harddisk0","Data[2]":"","Data[3]":"third","Binary":"0F00"}
{"Record":4713,"Channel":"Application","Provider_Name":"Microsoft-Windows-Eventlog","EventID":104,"Level":4,"Task":0,"Keywords":"0x0080000000000000","TimeCreated":"2012-03-04T05:06:09Z","EventRecordID":4713,"Computer":"srv01.example","Message":"admin","SubjectUserName":"admin","BackupPath":""}
END

# Events in several chunks, of a few shapes.
awk 'BEGIN {
    print "Channel: System\nComputer: SRV01"
    for (i = 1; i <= 3000; i++)
        printf "Provider_Name: P%d\nEventID: %d\nTimeCreated: 2012-03-04T%02d:%02d:%02dZ\n%s: number %d\nn (uint64): %d\n\n",
               i % 7, i % 50, i / 3600, i / 60 % 60, i % 60, i % 3 ? "name" i % 4 : "Data", i, i * 1000003
}' >"$work/many.txt"

# Records without what depends on the file they came from; --host and other additions of the program stay out.
records() { # records FILE
    "$program" records -q "$1" | sed -E -e 's/^\{"Category":"event","Source":"[^"]*",/{/' -e 's/"(Offset|Line)":[0-9]+,//g' -e 's/"Host":"[^"]*",//' |
        grep -v '^{"Category"'
}

same() { # same FILE.evtx FILE.xml
    diff <(records "$1") <(records "$2")
}

is_listed() { # is_listed COUNT FILE.evtx: evtxinfo sees so many records and nothing to complain of
    evtxinfo "$2" >"$work/info" 2>&1 || { cat "$work/info"; return 1; }
    grep -q "Number of records.*: $1\$" "$work/info" && grep -q 'recovered records.*: 0$' "$work/info" &&
        ! grep -qi 'corrupt\|unable\|error' "$work/info" && return
    cat "$work/info"
    return 1
}

for name in one many; do
    count=3
    [ $name = one ] || count=3000
    check "$name: written" "$writer" "$work/$name.txt" "$work/$name.evtx"
    check "$name: evtxinfo" is_listed $count "$work/$name.evtx"
    check "$name: evtxexport" evtxexport -f xml "$work/$name.evtx"
    grep -v '^evtxexport' "$work/said" >"$work/$name.xml"
    check "$name: evtxexport says nothing but events" test "$(grep -c '^</Event>$' "$work/$name.xml")" -eq $count
    check "$name: as evtxexport's XML" same "$work/$name.evtx" "$work/$name.xml"
done
records "$work/one.evtx" >"$work/one.read"
check "one: field by field" diff "$work/one.expected" "$work/one.read"
check "many: every record" test "$(records "$work/many.evtx" | wc -l)" -eq 3000
check "a wrong description is refused" sh -c "! echo 'EventID 5' | '$writer' - '$work/wrong.evtx'"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
