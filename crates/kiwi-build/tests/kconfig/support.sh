# shellcheck shell=bash
# Sourced by every test here: a sandbox tree, fake programs, and assertions.
#
# From the runner: KCONFIG is the file under test, MODE the way a script may be
# written (see `enter_mode`), the working directory is empty and for this test.

KIWI_FUNCTIONS_ROOT=$PWD/tree
root=$KIWI_FUNCTIONS_ROOT
bin=$PWD/bin
calls=$PWD/calls
failures=0
mkdir "$root" "$bin"
: > "$calls"
PATH=$bin:$PATH

# fake NAME [BODY]: puts a program first on PATH that records its arguments.
fake() {
    printf '%s\n' '#!/bin/bash' "printf '%s\n' \"$1\${*:+ \$*}\" >> '$calls'" "${2-}" > "$bin/$1"
    chmod +x "$bin/$1"
}

# file PATH [TEXT]: makes a file of the tree; a text gets a line end.
file() {
    mkdir -p "$root${1%/*}"
    if [ $# -gt 1 ]; then
        printf '%s\n' "$2" > "$root$1"
    else
        : > "$root$1"
    fi
}

# program PATH: makes an executable file of the tree.
program() {
    file "$1" '#!/bin/bash'
    chmod +x "$root$1"
}

# link TARGET PATH: makes a symbolic link in the tree.
link() {
    mkdir -p "$root${2%/*}"
    ln -s "$1" "$root$2"
}

# same WHAT EXPECTED ACTUAL
same() {
    if [ "$2" != "$3" ]; then
        failures=$((failures + 1))
        printf 'FAILED: %s\n  expected: %q\n  actual:   %q\n' "$1" "$2" "$3"
    fi
}

# contains WHAT PART ACTUAL
contains() {
    if [[ $3 != *"$2"* ]]; then
        failures=$((failures + 1))
        printf 'FAILED: %s\n  expected part: %q\n  actual:        %q\n' "$1" "$2" "$3"
    fi
}

# called WHAT EXPECTED: compares the calls of fake programs, and forgets them.
called() {
    same "$1" "$2" "$(cat "$calls")"
    : > "$calls"
}

# tree DIRECTORY: prints all that is below a directory of the tree but directories.
tree() {
    (cd "$root$1" && find . ! -type d | sed 's|^\./||' | sort | paste -s -d' ')
}

# quiet FUNCTION ARGUMENTS..: calls it; stderr goes to the variable `message`.
quiet() {
    local status=0
    set +e
    ( set -e; "$@" ) 2> message > output
    status=$?
    set -e
    message=$(cat message)
    output=$(cat output)
    return "$status"
}

# finish: the last line of every test.
finish() {
    if [ "$failures" -ne 0 ]; then
        printf '%s assertions failed\n' "$failures"
        exit 1
    fi
    printf 'ok\n'
}

# shellcheck source=/dev/null
. "$KCONFIG"

# Scripts in the wild begin in these ways, and the functions must not care.
case $MODE in
    plain) ;;
    strict) set -euo pipefail ;;
    traced) exec 9> trace; BASH_XTRACEFD=9; set -ex ;;
    posix) set -o posix; set -eu ;;
    # Nobody should, but word splitting and wildcards may be off.
    bare) set -euf; IFS=: ;;
    *) printf 'unknown mode %s\n' "$MODE"; exit 2 ;;
esac
