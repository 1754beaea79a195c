#!/usr/bin/env bash
# Counts the heads of Dr Watson records (`App:`) and of copied events (`Event ID:`) in real texts without the program's
# own reader, and compares with the records that the program finds: none may be missing.
#
#     tests/text-count.sh [FOLDER]
#
# FOLDER has the folders drwatson and eventtext; without it ../shared/data/real, where that is there. WINCAUSE is the
# program under test.
set -u
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
folder=${1:-../shared/data/real}
passed=0 failed=0

if [ ! -d "$folder/drwatson" ] || [ ! -d "$folder/eventtext" ]; then
    echo "skipped: there is no $folder/drwatson and $folder/eventtext"
    exit 77
fi

compare() { # compare FOLDER CATEGORY HEAD: HEAD is an extended regular expression
    local file heads records all_heads=0 all_records=0
    for file in "$folder/$1"/*; do
        heads=$(grep -aEc "$3" "$file")
        [ "$heads" -gt 0 ] || continue
        records=$("$program" records "$file" 2>/dev/null | grep -c "^{\"Category\":\"$2\"")
        all_heads=$((all_heads + heads)) all_records=$((all_records + records))
        if [ "$records" -ge "$heads" ]; then
            passed=$((passed + 1))
        else
            echo "missing: $file has $heads heads, $records records were found"
            failed=$((failed + 1))
        fi
    done
    echo "$1: $all_heads heads, $all_records $2 records"
}

compare drwatson crash '^[ >]*App:'
compare eventtext event '^[ >]*Event ID *:'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
