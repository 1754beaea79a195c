#!/usr/bin/env bash
# The same bundle and rules give the same bytes: for any order of the paths and of the rules, and any number of threads.
# And the same ranking: with every file given twice, and with the records of a log shuffled.
# Tries all samples. WINCAUSE is the program (default ./wincause).
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
unset WINCAUSE_RULES
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

verdict() { # verdict NAME STATUS: counts; a diff may stand in $work/diff
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $1"
        head -n 40 "$work/diff"
    fi
}

report() { # report FILE ARGUMENT…: both formats of one case into FILE.text and FILE.json, or neither
    local to=$1
    shift
    rm -f "$to.text" "$to.json"
    "$program" analyze -q --case same -f text -o "$to.text" -f json -o "$to.json" "$@" </dev/null
    case $? in
    0 | 3) ;;
    *) rm -f "$to.text" "$to.json" ;; # no report is not the same report
    esac
}

same_bytes() { # same_bytes NAME A B
    { diff -u "$2.text" "$3.text" && diff -u "$2.json" "$3.json"; } >"$work/diff" 2>&1
    verdict "$1" $?
}

# What the ranking is: every problem with its causes, their scores and the evidence that counted. Positions and counts of
# records are left out: they may differ where the records come in another order.
ranking() {
    python3 - "$1" <<'EOF_PYTHON'
import json, sys
for problem in json.load(open(sys.argv[1], encoding="utf-8"))["problems"]:
    print(problem["symptom"], problem["host"], problem["verdict"], problem["count"], problem["p_none"])
    for cause in problem["causes"]:
        print("   ", cause["rank"], cause["id"], cause["score_db"], cause["probability"])
        for row in cause["ledger"]:
            print("       ", row["id"], row["status"], row["db"])
EOF_PYTHON
}

same_ranking() { # same_ranking NAME A B
    { ranking "$2.json" >"$work/a" && ranking "$3.json" >"$work/b" && diff -u "$work/a" "$work/b"; } >"$work/diff" 2>&1
    verdict "$1" $?
}

backwards() { # backwards WORD…: sets `turned`
    local i
    turned=()
    for ((i = $#; i > 0; i--)); do turned+=("${!i}"); done
}

# A copy of one .evtx as an XML export whose events stand in another order; always the same one.
shuffled_export() { # shuffled_export LOG TO
    evtxexport -f xml "$1" 2>/dev/null | python3 -c '
import random, re, sys
events = re.findall(r"<Event\b.*?</Event>", sys.stdin.buffer.read().decode("utf-8", "replace"), re.S)
if sys.argv[1] == "shuffle":
    random.Random(1).shuffle(events)
print("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Events>\n" + "\n".join(events) + "\n</Events>")' "$3" >"$2"
}

rules=(rules/*/)
rules=("${rules[@]%/}")
for sample in samples/*/; do
    sample=${sample%/}
    name=$(basename "$sample")
    mapfile -t files < <(find "$sample" -type f ! -name 'README*' | sort)
    [ ${#files[@]} -gt 0 ] || continue

    report "$work/plain" -r rules -j 1 "${files[@]}"
    backwards "${files[@]}"
    for threads in 2 3 4; do
        report "$work/other" -r rules -j $threads "${turned[@]}"
        same_bytes "$name: paths backwards, -j $threads" "$work/plain" "$work/other"
    done

    report "$work/plain" $(printf -- '-r %s ' "${rules[@]}") "${files[@]}"
    backwards "${rules[@]}"
    report "$work/other" $(printf -- '-r %s ' "${turned[@]}") "${files[@]}"
    same_bytes "$name: rules backwards" "$work/plain" "$work/other"

    mkdir -p "$work/once" "$work/twice"
    for file in "${files[@]}"; do
        cp "$file" "$work/once/"
        cp "$file" "$work/twice/"
        cp "$file" "$work/twice/copy-of-$(basename "$file")"
    done
    report "$work/plain" -r rules "$work/once"
    report "$work/other" -r rules "$work/twice"
    same_ranking "$name: every file twice" "$work/plain" "$work/other"

    mkdir -p "$work/sorted" "$work/shuffled"
    for file in "$work"/once/*; do
        case $file in
        *.evtx)
            shuffled_export "$file" "$work/sorted/$(basename "$file").xml" keep
            shuffled_export "$file" "$work/shuffled/$(basename "$file").xml" shuffle
            ;;
        *)
            cp "$file" "$work/sorted/"
            cp "$file" "$work/shuffled/"
            ;;
        esac
    done
    report "$work/plain" -r rules "$work/sorted"
    report "$work/other" -r rules "$work/shuffled"
    same_ranking "$name: events shuffled" "$work/plain" "$work/other"
    rm -rf "$work/once" "$work/twice" "$work/sorted" "$work/shuffled"
done
[ $((passed + failed)) -gt 0 ] || failed=1 # without samples nothing was shown
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
