#!/usr/bin/env bash
# Golden cases: runs the program on each folder of tests/cases and compares what it says with what it should.
#
#     tests/run.sh [CASE…]             compares; ends with "N passed, N failed", status 1 when one failed
#     tests/run.sh --update [CASE…]    shows what is different, then writes it as what is expected
#
# WINCAUSE is the program (default ./wincause). A case is a folder tests/cases/NAME with, all optional but `expected.*`:
#
#     args            the arguments, as the shell would take them, on one line or several; # begins a comment. $case is
#                     the case's folder, $out an empty folder to write into. Default: analyze $case/input
#     input           what is read, a file or a folder; or `args` names something else, e.g. samples/healthy
#     rules           a folder of rules to use instead of the shipped ones
#     stdin           standard input; without it there is none
#     status          the exit status (default 0)
#     expected.txt    standard output
#     expected.err    standard error
#     expected.json   the JSON report: standard output of the same command with -f json. Checked against
#                     analyzer/report/report.schema.json, too
#     expected.files  the names of the files in $out afterwards, one per line, sorted
#
# What exists is compared. The program runs in the project's folder, so that paths are short and the same everywhere.
# Versions, digests of rules and hashes of rule files are replaced by a word, and $out by OUT: they change for reasons
# that are not the case's.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1

program=${WINCAUSE:-./wincause}
schema=analyzer/report/report.schema.json
update=
if [ "${1-}" = --update ]; then
    update=yes
    shift
fi
if [ ! -x "$program" ]; then
    echo "tests/run.sh: $program is not there: run make first, or set WINCAUSE" >&2
    exit 2
fi
unset WINCAUSE_RULES NO_COLOR
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

settle() { # settle OUT: standard input without what changes for other reasons than the case's
    python3 -c '
import re, sys
text = sys.stdin.buffer.read().replace(sys.argv[1].encode(), b"OUT")
for pattern, settled in (
    (rb"(?m)^wincause \d+\.\d+\.\d+", rb"wincause VERSION"),           # --version
    (rb"(?m)( {2,})version \d+\.\d+\.\d+$", rb"\1version VERSION"),    # the text report
    (rb"digest [0-9a-f]{4,}", rb"digest DIGEST"),
    (rb"(\"name\": ?\"wincause\",\s*\"version\": ?\")[^\"]*", rb"\1VERSION"),   # the JSON report
    (rb"(\"libraries\": ?)\{[^}]*\}", rb"\1{}"),
    (rb"(\"digest\": ?\")[0-9a-f]+", rb"\1DIGEST"),
    (rb"(\"file\": ?\"[^\"]*\",\s*\"sha256\": ?\")[0-9a-f]+", rb"\1HASH"),      # of a rule
):
    text = re.sub(pattern, settled, text)
sys.stdout.buffer.write(text)' "$1"
}

# The case's words. It is one of ours, so the shell may read it.
arguments() { # arguments CASE OUT; sets `words`
    local case=$1 out=$2 text='analyze $case/input'
    [ ! -f "$case/args" ] || text=$(grep -v '^[[:space:]]*#' "$case/args" | tr '\n' ' ')
    eval "words=($text)"
    [ ! -d "$case/rules" ] || words=("${words[0]}" -r "$case/rules" "${words[@]:1}")
}

run_program() { # run_program CASE DIR WORD…: leaves DIR/stdout, DIR/stderr, DIR/status
    local case=$1 to=$2 input=/dev/null
    shift 2
    [ ! -e "$case/stdin" ] || input=$case/stdin
    timeout 120 "$program" "$@" <"$input" >"$to/stdout" 2>"$to/stderr"
    echo $? >"$to/status"
}

# The looks below print what is wrong, and nothing when all is right.

compare() { # compare CASE NAME ACTUAL: ACTUAL with CASE/NAME
    local expected=$1/$2
    diff -u --label "$expected" --label "what it says" "$expected" "$3" && return
    [ -z "$update" ] || cat "$3" >"$expected"
}

compare_status() { # compare_status CASE DIR
    local expected=0 actual
    actual=$(cat "$2/status")
    [ ! -f "$1/status" ] || expected=$(cat "$1/status")
    [ "$actual" != "$expected" ] || return
    echo "$1: exit status $actual, expected $expected; standard error:"
    sed 's/^/    /' "$2/stderr"
    # A crash, a finding of a sanitizer or a program that is not there is never what is expected.
    [ -z "$update" ] || [ "$actual" -gt 13 ] || echo "$actual" >"$1/status"
}

compare_with_schema() { # compare_with_schema FILE
    python3 - "$schema" "$1" <<'PYTHON'
import json, sys
import jsonschema
def once(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            print(f"the report has the key {key} twice in one object")
    return dict(pairs)
schema = json.load(open(sys.argv[1], encoding="utf-8"))
try:
    report = json.load(open(sys.argv[2], encoding="utf-8"), object_pairs_hook=once)
except ValueError as error:
    print(f"the report is no JSON: {error}")
    sys.exit()
wrong = sorted(jsonschema.Draft7Validator(schema).iter_errors(report), key=lambda error: list(map(str, error.path)))
for error in wrong[:10]:
    print("against the schema: /" + "/".join(map(str, error.path)) + ": " + error.message[:200])
PYTHON
}

check_plain() { # check_plain CASE DIR: the run as it is
    local case=$1 to=$2 words
    arguments "$case" "$to/out"
    run_program "$case" "$to" "${words[@]}"
    compare_status "$case" "$to"
    settle "$to/out" <"$to/stdout" >"$to/stdout.settled"
    settle "$to/out" <"$to/stderr" >"$to/stderr.settled"
    [ ! -f "$case/expected.txt" ] || compare "$case" expected.txt "$to/stdout.settled"
    [ ! -f "$case/expected.err" ] || compare "$case" expected.err "$to/stderr.settled"
    (cd "$to/out" && find . -mindepth 1 | cut -c 3- | sort) >"$to/files"
    [ ! -f "$case/expected.files" ] || compare "$case" expected.files "$to/files"
}

check_json() { # check_json CASE DIR: the run with -f json
    local case=$1 to=$2 words
    arguments "$case" "$to/out"
    words=("${words[0]}" -f json "${words[@]:1}")
    run_program "$case" "$to" "${words[@]}"
    compare_status "$case" "$to"
    compare_with_schema "$to/stdout"
    settle "$to/out" <"$to/stdout" >"$to/stdout.settled"
    compare "$case" expected.json "$to/stdout.settled"
}

check_case() { # check_case CASE
    local case=$1 expected
    expected=$(find "$case" -maxdepth 1 -name 'expected.*' 2>&1)
    if [ -z "$expected" ] || [ ! -d "$case" ]; then
        echo "$case: nothing is expected here; an empty expected.txt, expected.json, expected.err or expected.files" \
            "says what to compare, and --update fills it"
        return
    fi
    rm -rf "${work:?}"/*
    mkdir -p "$work/plain/out" "$work/json/out"
    check_plain "$case" "$work/plain"
    [ ! -f "$case/expected.json" ] || check_json "$case" "$work/json"
}

if [ $# -gt 0 ]; then
    cases=()
    for name in "$@"; do cases+=("tests/cases/$(basename "$name")"); done
else
    shopt -s nullglob
    cases=(tests/cases/*/)
    cases=("${cases[@]%/}")
fi

passed=0 failed=0
for case in "${cases[@]}"; do
    wrong=$(check_case "$case" 2>&1)
    if [ -z "$wrong" ]; then
        passed=$((passed + 1))
        continue
    fi
    failed=$((failed + 1))
    printf '%s\n' "$wrong"
    if [ -n "$update" ]; then echo "written: $case"; else echo "FAILED $case"; fi
done
if [ -n "$update" ]; then
    echo "$passed as expected, $failed written"
    exit 0
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
