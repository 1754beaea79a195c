#!/usr/bin/env bash
# Runs the examples that people will copy: the command lines in the ```sh blocks of README.md and in the EXAMPLES of
# wincause(1). Each runs in a copy of the project's samples and rules, and has to end with status 0 or 3, or with 10
# where it says --fail-on. A ```text block behind a ```sh block of README.md is what its last command prints, to the letter but
# for the digest of the rules.
#
#     tests/examples.sh             compares; ends with "N passed, N failed"
#     tests/examples.sh --update    shows what is different, then writes what the commands print into README.md
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
if [ ! -x "$program" ]; then
    echo "tests/examples.sh: $program is not there: run make first, or set WINCAUSE" >&2
    exit 2
fi
unset WINCAUSE_RULES NO_COLOR
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/place" "$work/said"
cp -R samples rules "$work/place/" && cp "$program" "$work/place/wincause" || exit 1
export PATH="$work/place:$PATH"
passed=0 failed=0

result() { # result WHAT STATUS: counts; 0 is passed
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED  $1"
    fi
}

example() { # example COMMAND OUTPUT-FILE
    local status
    (cd "$work/place" && timeout 60 bash -c "$1") >"$2" 2>"$2.err" </dev/null
    status=$?
    case "$1 $status" in
    *--fail-on*\ 10 | *\ 0 | *\ 3) result "$1" 0 ;;
    *)
        tail -n 20 "$2" "$2.err"
        result "$1 (status $status)" 1
        ;;
    esac
}

# The lines of README.md that matter: "C command" and "T number" for the text block that shows the last command's output.
awk -v folder="$work/said" '
    /^```sh$/ { inside = 1; next }
    /^```text$/ && behind { inside = 2; shown++; print "T " shown; next }
    /^```/ { behind = inside == 1; inside = 0; next }
    inside == 1 && /^(\.\/)?wincause / { print "C " $0; behind = 0 }
    inside == 2 { print > (folder "/shown." shown) }
    inside == 0 && NF && !/^```/ { behind = 0 }' README.md >"$work/list" || exit 1

settle() {
    sed -E 's/digest [0-9a-f]{4,}/digest DIGEST/' "$1"
}

count=0
while read -r what rest; do
    if [ "$what" = C ]; then
        count=$((count + 1))
        example "$rest" "$work/said/readme.$count"
    elif diff <(settle "$work/said/shown.$rest") <(settle "$work/said/readme.$count") >"$work/difference"; then
        result "README.md: report $rest" 0
    else
        cat "$work/difference"
        if [ "${1-}" = --update ]; then
            python3 - "$rest" "$work/said/readme.$count" <<'PYTHON'
import sys
number, printed = int(sys.argv[1]), open(sys.argv[2], encoding="utf-8").read()
parts = open("README.md", encoding="utf-8").read().split("\n```text\n")
parts[number] = printed + parts[number][parts[number].index("```"):]
open("README.md", "w", encoding="utf-8").write("\n```text\n".join(parts))
PYTHON
            result "README.md: report $rest (written)" 0
        else
            result "README.md shows another report than the program prints (tests/examples.sh --update writes it)" 1
        fi
    fi
done <"$work/list"

while read -r command; do
    count=$((count + 1))
    example "$command" "$work/said/manual.$count"
done < <(sed -nE '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/s/^\.Dl (wincause .*)/\1/p' analyzer/wincause.1)

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
