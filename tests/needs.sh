#!/bin/sh
# Looks for what building, testing or linting needs, and gets what is missing.
#
#     tests/needs.sh build|test|lint
#
# All there: says nothing, asks nobody. Else it prints the one command that installs the rest and runs it, where there
# is apt-get. NO_INSTALL=1 prints the command and fails. CC is the compiler to look for.
set -u

packages= # what to install
missing=  # what was not found, in words

need() { # need WHAT PACKAGES: after a look that failed
    missing="$missing${missing:+, }$1"
    for package in $2; do
        case " $packages " in *" $package "*) ;; *) packages="$packages${packages:+ }$package" ;; esac
    done
}

has_command() { # has_command NAME PACKAGE
    command -v "$1" >/dev/null 2>&1 || need "$1" "$2"
}

has_library() { # has_library NAME PACKAGE; without pkg-config nothing is known and everything is asked for
    pkg-config --exists "$1" 2>/dev/null || need "$1" "$2"
}

look_for_build() {
    # A compiler without the C library's headers is half a compiler.
    printf '#include <stdio.h>\n' | ${CC:-gcc} -E - >/dev/null 2>&1 || need "a C compiler" "gcc libc6-dev"
    has_command pkg-config pkg-config
    has_library libevtx libevtx-dev
    has_library expat libexpat1-dev
    has_library yaml-0.1 libyaml-dev
    has_library libpcre2-8 libpcre2-dev
    has_library nettle nettle-dev
}

look_for_test() {
    look_for_build
    has_library cmocka libcmocka-dev
    has_command evtxexport libevtx-utils
    has_command python3 python3
    python3 -c 'import jsonschema' 2>/dev/null || need "python3's jsonschema" python3-jsonschema
}

look_for_lint() {
    look_for_build
    has_library cmocka libcmocka-dev
    has_command clang-tidy clang-tidy
    has_command cppcheck cppcheck
    has_command mandoc mandoc
}

look() {
    packages= missing=
    "look_for_$1"
}

# The lists of packages are fresh when they were fetched within a day. Their own times are the server's, so those of the
# folders count.
lists_are_fresh() {
    lists=/var/lib/apt/lists
    [ -n "$(find "$lists" -maxdepth 1 -name '*_Packages*' 2>/dev/null | head -n 1)" ] &&
        [ -n "$(find "$lists" "$lists/partial" -maxdepth 0 -mtime -1 2>/dev/null | head -n 1)" ]
}

install_command() {
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root="sudo "
        [ -t 0 ] || as_root="sudo -n " # nobody is there to type a password
    fi
    lists_are_fresh || printf '%sapt-get update && ' "$as_root"
    [ -z "$as_root" ] || as_root="${as_root}env "
    printf '%sDEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300 install %s\n' \
        "$as_root" "$packages"
}

case "${1-}" in
build | test | lint) what=$1 ;;
*)
    echo "usage: tests/needs.sh build|test|lint" >&2
    exit 2
    ;;
esac

look "$what"
[ -n "$packages" ] || exit 0

echo "Missing: $missing."
if ! command -v apt-get >/dev/null 2>&1; then
    echo "There is no apt-get here. Install what Debian calls: $packages"
    exit 1
fi
install=$(install_command)
if [ -n "${NO_INSTALL-}" ] && [ "$NO_INSTALL" != 0 ]; then
    echo "Nothing was installed. Run:"
    echo "    $install"
    exit 1
fi
echo "Installing it:"
echo "    $install"
if ! sh -c "$install"; then
    echo "That command failed. Run it as a user who may install packages, then try again." >&2
    exit 1
fi
look "$what"
if [ -n "$packages" ]; then
    echo "Still missing after installing: $missing (packages: $packages)." >&2
    exit 1
fi
