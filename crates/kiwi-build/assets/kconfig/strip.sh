# shellcheck shell=bash
# Removing files, programs and libraries that the image does not need.

# baseStripAndKeep NAME..
#   Reads paths from stdin, one per line, and deletes each file whose base name
#   none of the NAMEs (regular expressions of grep) matches. Without a NAME all
#   are deleted. Directories stay.
baseStripAndKeep() {
    local IFS=' ' file name numbers
    local -a files=() keep=() words=()
    while IFS= read -r file || [ -n "$file" ]; do
        if [ -n "$file" ] && { [ ! -d "$file" ] || [ -L "$file" ]; }; then
            files+=("$file")
        fi
    done
    if [ ${#files[@]} -eq 0 ]; then
        return 0
    fi
    _kiwi_split "$*"
    for name in ${words[@]+"${words[@]}"}; do
        keep+=(-e "$name")
    done
    if [ ${#keep[@]} -eq 0 ]; then
        printf '%s\0' "${files[@]}" | xargs -0 -r rm -f --
        return
    fi
    numbers=$(printf '%s\n' "${files[@]##*/}" \
        | { grep -vn "${keep[@]}" || true; } | sed 's/:.*//')
    _kiwi_split "$numbers"
    for name in ${words[@]+"${words[@]}"}; do
        Debug "rm ${files[name - 1]}"
        printf '%s\0' "${files[name - 1]}"
    done | xargs -0 -r rm -f --
}

# _kiwi_keep_programs "NAMES" DIRECTORY..
#   Deletes all files below directories of the image but those named. One find
#   process does it all: it can go on when it has deleted itself.
_kiwi_keep_programs() {
    local names=$1 name directory
    local -a words=() keep=() directories=()
    shift
    _kiwi_split "$names"
    for name in ${words[@]+"${words[@]}"}; do
        keep+=('!' -name "$name")
    done
    for directory in "$@"; do
        if [ -d "${KIWI_FUNCTIONS_ROOT-}$directory" ]; then
            directories+=("${KIWI_FUNCTIONS_ROOT-}$directory/")
        fi
    done
    if [ ${#directories[@]} -gt 0 ]; then
        find "${directories[@]}" ! -type d ${keep[@]+"${keep[@]}"} -delete
    fi
}

# baseStripTools DIRECTORY "NAMES"
#   Deletes all files below DIRECTORY whose base name is not in the list NAMES.
baseStripTools() {
    local IFS=' ' directory=${1-}
    if [ -z "$directory" ] || [ $# -lt 2 ]; then
        _kiwi_note baseStripTools 'needs a directory and the names to keep'
        return 0
    fi
    shift
    _kiwi_keep_programs "$*" "$directory"
}

# _kiwi_has_own_initrd FUNCTION
#   True if the initrd of this image is a root tree of its own, so that stripping
#   it makes sense. With dracut, or when nothing is known about the initrd, the
#   tree is the system itself and must stay whole.
_kiwi_has_own_initrd() {
    case ${kiwi_initrd_system-} in
        dracut) return 1 ;;
        '')
            _kiwi_note "$1" 'kiwi_initrd_system is not set, nothing stripped'
            return 1 ;;
        *) return 0 ;;
    esac
}

# baseStripInitrd NAME..
#   Keeps only the named programs, and those of kiwi_strip_tools, in the bin
#   directories. Does nothing if dracut makes the initrd.
baseStripInitrd() {
    local IFS=' ' names
    names="$* ${kiwi_strip_tools-}"
    if ! _kiwi_has_own_initrd baseStripInitrd; then
        return 0
    fi
    if [[ $names != *[![:space:],]* ]]; then
        _kiwi_note baseStripInitrd 'no program to keep is named, nothing deleted'
        return 0
    fi
    _kiwi_keep_programs "$names" /bin /sbin /usr/bin /usr/sbin
}

# suseStripInitrd NAME..
#   Other name of baseStripInitrd.
suseStripInitrd() { baseStripInitrd "$@"; }

# baseStripUnusedLibs "PREFIXES"
#   Deletes the libraries (lib*.so*) directly in the library directories that no
#   program and no plug-in needs, as ldd sees it. Libraries whose name begins
#   with one of PREFIXES, and what these need, stay. Without ldd nothing is done.
baseStripUnusedLibs() {
    local IFS=' ' root=${KIWI_FUNCTIONS_ROOT-} directory file word
    local -a words=() prefixes=() libraries=() programs=() objects=() files=()
    local -A is_library_directory=() needed=()
    if ! command -v ldd > /dev/null; then
        _kiwi_note baseStripUnusedLibs 'the image has no ldd, nothing deleted'
        return 0
    fi
    _kiwi_split "$*"
    prefixes=(${words[@]+"${words[@]}"})
    for word in {,/usr}/{lib,lib32,lib64,libx32} '/usr/lib/*-linux-*' '/lib/*-linux-*'; do
        _kiwi_expand "$word"
        for directory in ${files[@]+"${files[@]}"}; do
            directory=$(readlink -f "$directory") || continue
            if [ -d "$directory" ] && [ -z "${is_library_directory[$directory]-}" ]; then
                is_library_directory[$directory]=yes
                libraries+=("$directory")
            fi
        done
    done
    for directory in {,/usr,/usr/local}/{bin,sbin} /usr/libexec; do
        if [ -d "$root$directory" ]; then
            programs+=("$root$directory/")
        fi
    done
    if [ ${#libraries[@]} -eq 0 ] || [ ${#programs[@]} -eq 0 ]; then
        return 0
    fi
    _kiwi_collect_objects
    _kiwi_collect_needed
    if [ ${#needed[@]} -eq 0 ]; then
        _kiwi_note baseStripUnusedLibs 'ldd names no library at all, nothing deleted'
        return 0
    fi
    find "${libraries[@]}" -maxdepth 1 -name 'lib*.so*' ! -type d | sort -u \
        | while IFS= read -r file; do
            if [ -z "${needed[$file]-}" ] && ! _kiwi_has_prefix "${file##*/}"; then
                Debug "rm $file"
                printf '%s\0' "$file"
            fi
        done | xargs -0 -r rm -f --
}

# Part of baseStripUnusedLibs: true if NAME begins with one of `prefixes`.
_kiwi_has_prefix() {
    local prefix
    for prefix in ${prefixes[@]+"${prefixes[@]}"}; do
        if [[ $1 == "$prefix"* ]]; then
            return 0
        fi
    done
    return 1
}

# Part of baseStripUnusedLibs: fills `objects` with all files that ldd is asked
# about: programs, plug-ins in deeper directories, libraries with a prefix.
_kiwi_collect_objects() {
    local file list
    list=$(find "${programs[@]}" -type f -perm -0100
        find "${libraries[@]}" \( -type f -o -name 'lib*.so*' \) \( -perm -0100 -o -name '*.so' -o -name '*.so.*' \) \
            ! -name '*.ko*')
    while IFS= read -r file; do
        if [ -z "$file" ]; then
            continue
        fi
        if [[ ${file##*/} == lib*.so* && -n ${is_library_directory[${file%/*}]-} ]] \
            && ! _kiwi_has_prefix "${file##*/}"; then
            continue
        fi
        if [ ! -L "$file" ]; then
            objects+=("$file")
        elif file=$(readlink -f "$file"); then
            objects+=("$file")
        fi
    done <<< "$list"
}

# Part of baseStripUnusedLibs: fills `needed` with the paths that `objects`
# need, both the names that the loader looks up and the files behind links.
_kiwi_collect_needed() {
    local line path directory real
    local -A seen=()
    for path in ${objects[@]+"${objects[@]}"}; do
        needed[$path]=yes
    done
    # ldd fails for scripts and foreign files; those need no library.
    line=$(printf '%s\0' ${objects[@]+"${objects[@]}"} | { xargs -0 -r ldd 2> /dev/null || true; } \
        | sed -n -e 's|^.* => \(/[^ ]*\).*$|\1|p' -e 's|^[[:space:]]\{1,\}\(/[^ ]*\) (.*$|\1|p')
    while IFS= read -r path; do
        if [ -z "$path" ] || [ -n "${seen[$path]-}" ]; then
            continue
        fi
        seen[$path]=yes
        path=$root$path
        directory=$(readlink -f "${path%/*}") || continue
        needed[$directory/${path##*/}]=yes
        if real=$(readlink -f "$path"); then
            needed[$real]=yes
        fi
    done <<< "$line"
    if [ ${#seen[@]} -eq 0 ]; then
        needed=()
    fi
}
