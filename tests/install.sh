#!/usr/bin/env bash
# `make install` puts a program that runs, every rule and the manual where it should, and `make uninstall` takes them away.
# Installs what is built into a folder that is deleted afterwards.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1
case ${WINCAUSE:-./wincause} in
./wincause) ;;
*)
    echo "skipped: only the release program is installed"
    exit 77
    ;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # check WHAT COMMAND…
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what"
        tail -n 20 "$work/said"
    fi
}

same_report() {
    ./wincause analyze samples/desktop-heap-243 >"$work/here" &&
        (cd / && "$installed/bin/wincause" analyze -r "$installed/share/wincause/rules" "$OLDPWD/samples/desktop-heap-243") \
            >"$work/there" && diff "$work/here" "$work/there"
}

same_rules() {
    diff <(cd rules && find . -name '*.yml' | sort) <(cd "$installed/share/wincause/rules" && find . -type f | sort)
}

nothing_left() {
    [ -z "$(find "$work/stage" -type f)" ]
}

installed=$work/stage/usr/local
check "make install" make --no-print-directory install DESTDIR="$work/stage"
check "the installed program writes the same report" same_report
check "the installed rules are those of rules/" same_rules
check "the manual is installed" cmp analyzer/wincause.1 "$installed/share/man/man1/wincause.1"
check "make uninstall" make --no-print-directory uninstall DESTDIR="$work/stage"
check "nothing is left" nothing_left
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
