#!/usr/bin/env bash
# The JSON report of every case in tests/unit/test_report.c against analyzer/report/report.schema.json, its keys in
# the schema's order. (The golden cases check real reports the same way.)
set -u
cd "$(dirname "$0")/.." || exit 1
kind=release
case ${WINCAUSE:-./wincause} in */asan/*) kind=asan ;; esac
writer=build/$kind/tests/unit/test_report
if [ ! -x "$writer" ]; then
    echo "skipped: $writer is not built"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for case in $("$writer" json list); do
    if "$writer" json "$case" >"$work/report.json" && python3 - "$work/report.json" >"$work/said" 2>&1 <<'PYTHON'; then
import json, jsonschema, sys
schema = json.load(open("analyzer/report/report.schema.json"))
report = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema).validate(report)

def resolve(part):
    for inner in part.get("allOf", []):
        part = inner
    while "$ref" in part:
        part = schema["definitions"][part["$ref"].split("/")[-1]]
    return part

def ordered(value, part, where):
    part = resolve(part)
    if isinstance(value, dict) and "properties" in part:
        if list(value) != list(part["properties"]):
            sys.exit("%s: keys %s, the schema has %s" % (where, list(value), list(part["properties"])))
        for key, inner in value.items():
            ordered(inner, part["properties"][key], where + "." + key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            ordered(inner, part.get("items", {}), "%s[%d]" % (where, number))

ordered(report, schema, "report")
PYTHON
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$case:"
        tail -n 5 "$work/said"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
