# shellcheck shell=bash
# Files of key=value lines: setting a variable, quoting values, day of the build.

# _kiwi_double_quoted TEXT
#   Prints TEXT in double quotes. A quote gets a backslash unless it has one;
#   `$` keeps its meaning, because such files refer to other variables that way.
_kiwi_double_quoted() {
    local text=${1-} out=''
    while [ -n "$text" ]; do
        case $text in
            \\?*) out+=${text:0:2}; text=${text:2} ;;
            \\) out+=\\\\; text='' ;;
            '"'*) out+='\"'; text=${text:1} ;;
            *) out+=${text:0:1}; text=${text:1} ;;
        esac
    done
    printf '"%s"' "$out"
}

# _kiwi_single_quoted TEXT
#   Prints TEXT in single quotes, so that a shell reads back exactly TEXT.
_kiwi_single_quoted() {
    local rest=${1-} out='' quote="'"
    while [[ $rest == *"$quote"* ]]; do
        out+=${rest%%"$quote"*}"'\\''"
        rest=${rest#*"$quote"}
    done
    printf "'%s'" "$out$rest"
}

# _kiwi_rewrite FILE CALLBACK ARGUMENTS..
#   Hands each line of FILE to CALLBACK, which puts the new line into the
#   variable `line`. The file is written in place, so owner, mode, links and
#   attributes stay, and not at all if nothing changed.
_kiwi_rewrite() {
    local file=$1 callback=$2 line before='' after='' end
    shift 2
    while end=$'\n'; IFS= read -r line || { end=''; [ -n "$line" ]; }; do
        before+=$line$end
        "$callback" "$@"
        after+=$line$end
    done < "$file"
    if [ "$before" != "$after" ]; then
        printf '%s' "$after" > "$file"
    fi
}

# Callback of baseUpdateSysConfig: VARIABLE QUOTED_VALUE.
_kiwi_set_variable() {
    if [[ $line == "$1="* ]]; then
        line="$1=$2"
        found=yes
    fi
}

# baseUpdateSysConfig FILE VARIABLE VALUE
#   Replaces each line `VARIABLE=..` of FILE by `VARIABLE="VALUE"`. A variable
#   that is not there is never added, a file that is not there is only reported.
baseUpdateSysConfig() {
    local file=${KIWI_FUNCTIONS_ROOT-}${1-} found=''
    if [ $# -lt 3 ] || [ -z "$1" ] || [ -z "$2" ]; then
        _kiwi_note baseUpdateSysConfig 'needs a file, a variable and a value'
        return 0
    fi
    if [ ! -f "$file" ]; then
        _kiwi_note baseUpdateSysConfig "warning: no file \`$1\`, \`$2\` is not set"
        return 0
    fi
    _kiwi_rewrite "$file" _kiwi_set_variable "$2" "$(_kiwi_double_quoted "$3")"
    if [ -z "$found" ]; then
        _kiwi_note baseUpdateSysConfig "\`$1\` has no \`$2\`, nothing changed"
    fi
}

# Callback of baseQuoteFile.
_kiwi_quote_line() {
    local name=${line%%=*} value=${line#*=} escaped="'\\''" quote="'"
    if [[ ! $line =~ ^[A-Za-z_][A-Za-z_0-9]*= ]]; then
        return 0
    fi
    case $value in
        \'*\') value=${value:1:${#value}-2}; value=${value//"$escaped"/"$quote"} ;;
        \"*\") value=${value:1:${#value}-2} ;;
        *) ;;
    esac
    line=$name=$(_kiwi_single_quoted "$value")
}

# baseQuoteFile FILE
#   Puts the value of each key=value line of FILE into single quotes, in place,
#   so that the file can be sourced. Quotes around a value are taken off first:
#   a second call changes nothing. Comments and other lines stay.
baseQuoteFile() {
    local file=${KIWI_FUNCTIONS_ROOT-}${1-}
    if [ -z "${1-}" ] || [ ! -f "$file" ]; then
        _kiwi_note baseQuoteFile "no file \`${1-}\`"
        return 0
    fi
    _kiwi_rewrite "$file" _kiwi_quote_line
}

# baseSetupBuildDay
#   Writes `build_day=YYYYMMDD` (UTC) to /build_day. The day is that of
#   SOURCE_DATE_EPOCH if set, else today.
baseSetupBuildDay() {
    local day
    if [ -n "${SOURCE_DATE_EPOCH-}" ]; then
        day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d)
    else
        day=$(date -u +%Y%m%d)
    fi
    printf 'build_day=%s\n' "$day" > "${KIWI_FUNCTIONS_ROOT-}/build_day"
}
