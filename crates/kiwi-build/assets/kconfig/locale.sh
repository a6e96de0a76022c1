# shellcheck shell=bash
# Removing locales and translations that the image does not need.

# _kiwi_matches TEXT PATTERN..
#   True if one of the basic regular expressions is found in TEXT.
_kiwi_matches() {
    local text=$1 pattern
    shift
    for pattern in "$@"; do
        if printf '%s\n' "$text" | grep -q -e "$pattern"; then
            return 0
        fi
    done
    return 1
}

# baseStripLocales NAME..
#   Deletes the directories in /usr/lib/locale whose name none of the NAMEs
#   (regular expressions of grep) matches. `en_US.UTF-8` also keeps
#   `en_US.utf8`, which is how the directory is spelled.
baseStripLocales() {
    local IFS=' ' directory
    local -a words=() files=()
    _kiwi_split "$*"
    if [ ${#words[@]} -eq 0 ]; then
        _kiwi_note baseStripLocales 'no locale to keep is named, nothing deleted'
        return 0
    fi
    words+=("${words[@]//UTF-8/utf8}")
    _kiwi_expand '/usr/lib/locale/*'
    for directory in ${files[@]+"${files[@]}"}; do
        if [ -d "$directory" ] && ! _kiwi_matches "${directory##*/}" "${words[@]}"; then
            Rm -rf -- "$directory"
        fi
    done
}

# baseStripTranslations PATTERN
#   Deletes the message files (*.mo) below /usr/share/locale whose path PATTERN
#   (a regular expression of grep) does not match.
baseStripTranslations() {
    local root=${KIWI_FUNCTIONS_ROOT-} locales=/usr/share/locale file
    if [ -z "${1-}" ]; then
        _kiwi_note baseStripTranslations 'no file to keep is named, nothing deleted'
        return 0
    fi
    if [ ! -d "$root$locales" ]; then
        return 0
    fi
    # The pattern sees the path inside the image.
    (cd "$root/" && find "./${locales#/}" -name '*.mo' ! -type d) \
        | sed 's/^\.//' | { grep -v -e "$1" || true; } \
        | while IFS= read -r file; do
            Debug "rm $file"
            printf '%s\0' "$root$file"
        done | xargs -0 -r rm -f --
}
