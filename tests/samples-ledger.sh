#!/usr/bin/env bash
# The ledgers that samples/NAME.md compute by hand are those of the program's JSON report: every row of every cause, its
# status, the score, the probabilities and the verdict.
#
# A ledger is a Markdown table whose head is `| dB | RULE/CAUSE | RULE/CAUSE … |`; a row is `| ID | DB STATUS | … |`, an empty
# cell where the cause has no such item. Model rows (prior, crowd, gates, limit, symptom) have no status. The rows `score` and `P`
# end it. `P_none = N, verdict VERDICT` says the rest; a page without a problem says `no problem, verdict VERDICT`.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset WINCAUSE_RULES

passed=0 failed=0
for sample in samples/*/; do
    sample=${sample%/}
    "$program" analyze -r rules -f json "$sample" >"$work/report" 2>"$work/errors" </dev/null
    status=$?
    if [ $status -ne 0 ]; then
        wrong="status $status: $(cat "$work/errors")"
    else
        wrong=$(python3 - "$sample.md" "$work/report" <<'PYTHON' 2>&1
import json, re, sys

page = open(sys.argv[1], encoding="utf-8").read().replace("−", "-")
report = json.load(open(sys.argv[2], encoding="utf-8"))
problem = report["problems"][0] if report["problems"] else None

def rows(page):
    table = re.search(r"^\| dB \|.*\n\|[ \-|]+\|\n((?:\|.*\n)+)", page, re.M)
    if not table:
        return [], []
    cut = lambda line: [cell.strip(" `") for cell in line.strip().strip("|").split("|")]
    return cut(table.group(0).split("\n")[0])[1:], [cut(line) for line in table.group(1).strip().split("\n")]

causes, written = rows(page)
said = re.search(r"^(?:P_none = ([.\d]+)|no problem), verdict `?(\w+)`?", page, re.M)
if not said:
    sys.exit("the page says no verdict")
if said.group(2) != report["verdict"]:
    print(f"verdict: the page says {said.group(2)}, the report {report['verdict']}")
if (problem is None) != (said.group(1) is None):
    sys.exit(f"problems: the report has {len(report['problems'])}")
if problem is None:
    sys.exit(0)
if float(said.group(1)) != problem["p_none"]:
    print(f"P_none: the page says {said.group(1)}, the report {problem['p_none']}")
ranked = [cause["id"] for cause in problem["causes"]]
if causes != ranked:
    sys.exit(f"causes: the page has {causes}, the report {ranked}")
for column, cause in enumerate(problem["causes"], 1):
    there = {row["id"]: (row["db"], "" if row["status"] == "model" else row["status"]) for row in cause["ledger"]}
    there["score"], there["P"] = (cause["score_db"], ""), (cause["probability"], "")
    for row in written:
        if column >= len(row) or not row[column]:
            continue
        number, _, status = row[column].partition(" ")
        actual = there.pop(row[0], None)
        if actual != (float(number), status):
            print(f"{cause['id']} {row[0]}: the page says {row[column]}, the report {actual}")
    if there:
        print(f"{cause['id']}: the page lacks {there}")
PYTHON
        )
    fi
    if [ -z "$wrong" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s.md: %s\n' "$sample" "$wrong"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
