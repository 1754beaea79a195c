#!/usr/bin/env bash
# Runs real inputs one by one through `wincause analyze -f json`: whatever they hold, each must end with status 0, 3 or
# 4, within 60 s and 1 GiB, and say what it read. Point it at your own collection:
#
#     tests/real-inputs.sh [FOLDER or FILE…]
#
# Without arguments: ../shared/data/evtx-odd and ../shared/data/real, where they are there (some 600 files in less than
# a minute; with the sanitizers some minutes).
# Ends with a table: per kind how many were read, partly read, refused and skipped. WINCAUSE is the program under
# test; with ASAN=1 (or a program below build/asan) a file may take 300 s, and memory is not looked at.
set -u
if [ $# -gt 0 ]; then
    mapfile -t places < <(realpath -s -- "$@")
    cd "$(dirname "$0")/.." || exit 1
else
    cd "$(dirname "$0")/.." || exit 1
    places=()
    for place in ../shared/data/evtx-odd ../shared/data/real; do
        [ ! -d "$place" ] || places+=("$place")
    done
    if [ ${#places[@]} -eq 0 ]; then
        echo "skipped: there is neither ../shared/data/evtx-odd nor ../shared/data/real"
        exit 77
    fi
fi
program=${WINCAUSE:-./wincause}
export WINCAUSE_RULES=${WINCAUSE_RULES:-$PWD/rules}
case $program in */asan/*) export ASAN=1 ;; esac
exec python3 tests/real_inputs.py "$program" "${places[@]}"
