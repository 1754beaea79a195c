#!/usr/bin/env bash
# Runs every test and ends with one line that says how many passed: `N passed, N failed`, `, N skipped` where some were.
#
#     tests/suite.sh UNIT_TEST…
#
# WINCAUSE is the program under test. The tests are: the unit tests given; the golden cases (tests/run.sh); the tests that
# stand in the rule files; and every other script tests/*.sh, called without arguments from the project's folder, which
# counts its tests with the same line (without one it is one test, passed when its status is 0, skipped when it is 77).
# What passes takes a line, what fails shows all it said.
set -u
cd "$(dirname "$0")/.." || exit 1
export WINCAUSE=${WINCAUSE:-./wincause}
# A finding of a sanitizer must look like no exit status of the program, and must not be lost.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99:detect_leaks=1:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}print_stacktrace=1:halt_on_error=1"

passed=0 failed=0 skipped=0
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT

count() { # count NAME STATUS PASSED FAILED SKIPPED: adds and shows; a part that broke off counts as one failure more
    local name=$1 status=$2 p=$3 f=$4 s=$5
    [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || [ "$status" -eq 77 ] || f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -gt 0 ]; then
        sed 's/^/    /' "$said"
        echo "FAILED  $name: $p passed, $f failed (status $status)"
    elif [ "$s" -gt 0 ]; then
        echo "ok      $name: $p passed, $s skipped: $(grep -i skipped "$said" | head -n 1)"
    else
        echo "ok      $name: $p passed"
    fi
}

unit_test() { # unit_test PROGRAM: one cmocka program, which says what it did in TAP
    local status
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$1" >"$said" 2>&1 </dev/null
    status=$?
    count "unit $(basename "$1")" $status "$(grep -c '^ok ' "$said")" "$(grep -c '^not ok ' "$said")" 0
}

number_before() { # number_before WORD LINE
    printf '%s\n' "$2" | sed -nE "s/(^|.*[, ])([0-9]+) $1.*/\2/p"
}

part() { # part NAME COMMAND…: something that counts its own tests
    local name=$1 status line p=0 f=0 s=0
    shift
    timeout 1200 "$@" >"$said" 2>&1 </dev/null
    status=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$said" | tail -n 1)
    if [ -n "$line" ]; then
        p=$(number_before passed "$line") f=$(number_before failed "$line") s=$(number_before skipped "$line")
    elif [ $status -eq 0 ]; then
        p=1
    elif [ $status -eq 77 ]; then
        s=1
    fi
    count "$name" $status "$p" "$f" "${s:-0}"
}

for test in "$@"; do unit_test "$test"; done
part "golden cases" tests/run.sh
part "rules test" "$WINCAUSE" rules test -r rules
for script in tests/*.sh; do
    case $script in
    tests/suite.sh | tests/run.sh | tests/needs.sh) ;; # this one, the golden cases, no test
    *) part "$script" "$script" ;;
    esac
done

line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ]
