#!/usr/bin/env bash
# The example of rules/README.md loads and passes its own tests: every ```yaml block of it begins with `# file: PATH`.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
program=${WINCAUSE:-./wincause}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

python3 - rules/README.md "$work" <<'PYTHON' || exit 1
import os, re, sys
blocks = re.findall(r"^```yaml\n(.*?)^```$", open(sys.argv[1], encoding="utf-8").read(), re.S | re.M)
for block in blocks:
    head = re.match(r"# file: (\S+)\n", block)
    if not head:
        sys.exit("rules/README.md: a yaml block does not begin with `# file: PATH`")
    path = os.path.join(sys.argv[2], head.group(1))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w", encoding="utf-8").write(block)
if not blocks:
    sys.exit("rules/README.md: no yaml block found")
PYTHON

"$program" rules test -r "$work" >"$work/said" 2>&1
status=$?
cat "$work/said"
# A file without tests would pass as well.
[ $status -eq 0 ] && ! grep -q '^0 passed' "$work/said"
