#!/usr/bin/env bash
# Counts the values of registry exports independently of the program (tests/reg_count.py) and compares key, name, type,
# data and control set of each; then lets the program read a 33 MB export within 2 s and 64 MiB.
#
#     tests/reg-count.sh [FILE…]
#
# Without files: the project's own samples and cases, and ../shared/data/real/reg where that is there. WINCAUSE is the
# program under test; with ASAN=1 (or a program below build/asan) time and memory are not looked at.
set -u
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
case $program in */asan/*) export ASAN=1 ;; esac

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0 skipped=0

part() { # part WORD…: runs a part of reg_count.py, which ends with its own count
    local line
    python3 tests/reg_count.py "$@" >"$folder/said"
    sed '$d' "$folder/said"
    line=$(tail -n 1 "$folder/said")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        echo "$line"
        failed=$((failed + 1))
    fi
}

if [ $# -gt 0 ]; then
    part compare "$program" "$folder/records" "$@"
else
    mapfile -d '' -t own < <(find samples tests/cases -name '*.reg' -print0 | sort -z)
    [ ${#own[@]} -eq 0 ] || part compare "$program" "$folder/records" "${own[@]}"
    real=../shared/data/real/reg
    if [ -d "$real" ]; then
        part compare "$program" "$folder/records" "$real"/*.reg
    else
        echo "skipped: there is no $real"
        skipped=1
    fi
    part large "$program" "$folder"
fi
echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
