#!/usr/bin/env bash
# Makes the binary files of samples/ from their descriptions in tests/samples/.
#
#     tests/make-samples.sh            compares what it would make with what is there; status 1 when something differs
#     tests/make-samples.sh --write    makes them
#
# tests/samples/NAME/FILE.evtx.txt becomes samples/NAME/FILE.evtx (tests/evtx/writer.h says what such a description looks
# like), FILE.reg.txt becomes FILE.reg: a registry export as regedit writes it, except that a REG_EXPAND_SZ stands as
# "Name"=expand:"text", with single backslashes.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1

write=
[ "${1-}" != --write ] || write=yes
writer=$(ls build/*/tests/tools/evtx_write 2>/dev/null | head -n 1)
if [ -z "$writer" ]; then
    writer=build/release/tests/tools/evtx_write
    make --no-print-directory "$writer" >/dev/null || exit 1
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

make_reg() { # make_reg DESCRIPTION FILE
    python3 - "$1" "$2" <<'PYTHON'
import re, sys

text = open(sys.argv[1], encoding="utf-8").read()
version5 = not text.startswith("REGEDIT4")
encoding = "utf-16-le" if version5 else "cp1252"

def expand(match):
    """hex(2) as regedit breaks it: after a comma, from column 77 on."""
    name, value = match.group(1), match.group(2) + "\0"
    line, lines = name + "=hex(2):", []
    data = ["%02x" % byte for byte in value.encode(encoding)]
    for i, byte in enumerate(data):
        line += byte + ("," if i + 1 < len(data) else "")
        if len(line) >= 77 and i + 1 < len(data):
            lines.append(line + "\\")
            line = "  "
    return "\n".join(lines + [line])

text = re.sub(r'^("[^"]*")=expand:"(.*)"$', expand, text, flags=re.M)
data = text.replace("\n", "\r\n").encode(encoding)
open(sys.argv[2], "wb").write((b"\xff\xfe" if version5 else b"") + data)
PYTHON
}

passed=0 failed=0
for description in tests/samples/*/*.evtx.txt tests/samples/*/*.reg.txt; do
    sample=samples/${description#tests/samples/}
    sample=${sample%.txt}
    case $sample in
    *.evtx) "$writer" "$description" "$work/file" || exit 1 ;;
    *.reg) make_reg "$description" "$work/file" || exit 1 ;;
    esac
    if cmp -s "$work/file" "$sample"; then
        passed=$((passed + 1))
    elif [ -n "$write" ]; then
        mkdir -p "$(dirname "$sample")" && cp "$work/file" "$sample" || exit 1
        echo "written: $sample"
    else
        failed=$((failed + 1))
        echo "$sample is not what $description describes; tests/make-samples.sh --write makes it"
    fi
done
[ -n "$write" ] || echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
