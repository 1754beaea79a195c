"""Runs real inputs one by one through the program; tests/real-inputs.sh says how and why.

    real_inputs.py PROGRAM PATH...
"""

import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

STATUSES = (0, 3, 4)                      # report; report, but an input was damaged; nothing to judge
SANITIZED = os.environ.get("ASAN") == "1"
SECONDS = 300 if SANITIZED else 60        # that one input may take
MEBIBYTES = None if SANITIZED else 1024   # that one run may take; the sanitizers' own memory is not the program's
WORDS = ("read", "partial", "refused", "skipped")


def files_below(path):
    """All regular files below a folder, in name order; a file is itself."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if os.path.isfile(os.path.join(folder, name)):
                yield os.path.join(folder, name)


def run(program, path, said):
    """One run, its standard error going to the file `said`. (status, report or None, seconds, MiB)"""
    with tempfile.TemporaryFile() as report:
        begun = time.monotonic()
        process = subprocess.Popen([program, "analyze", "-f", "json", path], stdin=subprocess.DEVNULL, stdout=report,
                                   stderr=said, start_new_session=True)
        late = threading.Timer(SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        late.start()
        _, status, usage = os.wait4(process.pid, 0)
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begun
        report.seek(0)
        text = report.read()
    try:
        return process.returncode, json.loads(text), seconds, usage.ru_maxrss / 1024
    except ValueError:
        return process.returncode, None, seconds, usage.ru_maxrss / 1024


def fault(status, report, seconds, mebibytes):
    """What is wrong with a run, or None."""
    if seconds >= SECONDS:
        return "took %.0f s and was ended; %d s are allowed" % (seconds, SECONDS)
    if status < 0:
        return "ended by signal %d (%s)" % (-status, signal.Signals(-status).name)
    if status not in STATUSES:
        return "status %d" % status
    if MEBIBYTES and mebibytes > MEBIBYTES:
        return "took %.0f MiB of memory; %d are allowed" % (mebibytes, MEBIBYTES)
    if report is None:
        return "status %d and no JSON report" % status
    return None


class Kind:
    """The runs of one kind of input."""

    def __init__(self):
        self.files = collections.Counter()
        self.records = self.lost = 0
        self.seconds = self.longest = self.mebibytes = 0

    def add(self, one, seconds, mebibytes):
        self.files[one["status"]] += 1
        self.records += one["records"]
        self.lost += one["lost"]
        self.seconds += seconds
        self.longest = max(self.longest, seconds)
        self.mebibytes = max(self.mebibytes, mebibytes)


def print_table(kinds):
    print("%-10s" % "kind" + "".join("%9s" % word for word in WORDS) +
          "%10s%8s%9s%9s%9s" % ("records", "lost", "seconds", "longest", "MiB"))
    for name in sorted(kinds):
        kind = kinds[name]
        print("%-10s" % name + "".join("%9d" % kind.files[word] for word in WORDS) +
              "%10d%8d%9.1f%9.1f%9.0f" % (kind.records, kind.lost, kind.seconds, kind.longest, kind.mebibytes))


def main():
    program = os.path.abspath(sys.argv[1])
    kinds = collections.defaultdict(Kind)
    passed = failed = 0
    for path in (file for path in sys.argv[2:] for file in files_below(path)):
        with tempfile.TemporaryFile() as said:
            status, report, seconds, mebibytes = run(program, path, said)
            wrong = fault(status, report, seconds, mebibytes)
            if wrong:
                said.seek(0)
                print("FAILED %s: %s" % (path, wrong))
                for line in said.read(20000).decode("utf-8", "replace").splitlines():
                    print("    " + line[:300])
        passed, failed = passed + (not wrong), failed + bool(wrong)
        inputs = report["inputs"] if report else []
        for one in inputs or [{"kind": "none", "status": "skipped", "records": 0, "lost": 0}]:
            kinds[one["kind"]].add(one, seconds, mebibytes)
    print_table(kinds)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
