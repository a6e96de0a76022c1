# shellcheck shell=bash
# Messages, and the small helpers that all other parts use.
#
# KIWI_FUNCTIONS_ROOT is put in front of every path of the image. It is empty in
# a build, where the functions run inside the root tree; tests set it.
# Names that begin with _kiwi_ are private.

# _kiwi_note FUNCTION TEXT..
#   Prints one line on stderr, so that output of a function stays usable in $().
_kiwi_note() {
    local function_name=$1 IFS=' '
    shift
    printf '%s: %s\n' "$function_name" "$*" >&2
}

# _kiwi_obsolete FUNCTION ADVICE
#   Says once per call that a function is kept for old descriptions only.
_kiwi_obsolete() {
    _kiwi_note "$1" "obsolete helper, kept for old descriptions; $2"
}

# _kiwi_split TEXT
#   Splits a list at blanks, line ends and commas into the array `words` of the
#   caller. Wildcards in the list stay as they are.
_kiwi_split() {
    local IFS=$' \t\n,'
    # shellcheck disable=SC2034,SC2206 # splits on purpose, into a variable of the caller
    case $- in
        *f*) words=($1) ;;
        *) set -f; words=($1); set +f ;;
    esac
}

# _kiwi_expand PATTERN
#   Puts the existing files of the image that match an absolute PATTERN into the
#   array `files` of the caller, whatever IFS and noglob the script has set.
_kiwi_expand() {
    local IFS='' file noglob=''
    case $- in *f*) noglob=yes; set +f ;; esac
    files=()
    for file in "${KIWI_FUNCTIONS_ROOT-}"$1; do
        if [ -e "$file" ] || [ -L "$file" ]; then
            files+=("$file")
        fi
    done
    if [ -n "$noglob" ]; then
        set -f
    fi
}

# Echo [-b] [-n] [-e] TEXT..
#   Prints TEXT behind a prefix. -b: blanks instead of the prefix, for a line
#   that goes on with the one before; -n: no line end; -e: backslash escapes.
Echo() {
    local option OPTIND=1 OPTARG prefix='----> ' format='%s' end='\n' IFS=' '
    while getopts bne option; do
        case $option in
            b) prefix='      ' ;;
            n) end='' ;;
            e) format='%b' ;;
            *) ;;
        esac
    done
    shift $((OPTIND - 1))
    # shellcheck disable=SC2059 # the format is put together above
    printf "%s$format$end" "$prefix" "$*"
}

# Debug TEXT..
#   Prints TEXT and the calling function on stderr if the variable DEBUG is 1.
Debug() {
    if [ "${DEBUG-}" = 1 ]; then
        _kiwi_note "debug: ${FUNCNAME[1]-script}" "$@"
    fi
}

# Rm ARGUMENTS..
#   Runs rm with ARGUMENTS after a debug message.
Rm() {
    Debug rm "$@"
    rm "$@"
}
