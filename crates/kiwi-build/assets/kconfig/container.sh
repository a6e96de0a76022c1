# shellcheck shell=bash
# Kernel file systems and container engines for scripts that run containers.

# mountProc
#   Mounts /proc if it is not, and unmounts it again when the script ends. An
#   exit trap that the script has set before is kept and runs first.
mountProc() {
    local root=${KIWI_FUNCTIONS_ROOT-} previous
    if [ -e "$root/proc/self" ]; then
        return 0
    fi
    mkdir -p "$root/proc"
    mount -t proc proc "$root/proc"
    previous=$(trap -p EXIT)
    previous=${previous#"trap -- '"}
    previous=${previous%"' EXIT"}
    previous=${previous//"'\\''"/"'"}
    # shellcheck disable=SC2064 # the old trap and the path are meant as of now
    trap "${previous:+$previous
}umount $(printf '%q' "$root/proc") || true" EXIT
}

# mountCgroups
#   Mounts the cgroup (version 1) controllers of the kernel below /sys/fs/cgroup.
#   Does nothing if cgroups are there already; a controller that cannot be
#   mounted is reported.
mountCgroups() {
    local root=${KIWI_FUNCTIONS_ROOT-} base name line
    base=$root/sys/fs/cgroup
    if [ -e "$base/cgroup.controllers" ] || [ -e "$base/memory" ]; then
        return 0
    fi
    if [ ! -r "$root/proc/cgroups" ]; then
        _kiwi_note mountCgroups 'cannot read /proc/cgroups, nothing mounted'
        return 0
    fi
    mkdir -p "$base"
    mount -t tmpfs cgroup "$base"
    while IFS= read -r line; do
        name=${line%%[[:space:]]*}
        # The last column says whether the controller is enabled.
        if [[ $name == '#'* || $line != *1 ]]; then
            continue
        fi
        mkdir -p "$base/$name"
        if ! mount -t cgroup -o "$name" cgroup "$base/$name"; then
            _kiwi_note mountCgroups "controller \`$name\` cannot be mounted"
            rmdir "$base/$name" || true
        fi
    done < "$root/proc/cgroups"
}

# umountCgroups
#   Unmounts what mountCgroups has mounted.
umountCgroups() {
    local base=${KIWI_FUNCTIONS_ROOT-}/sys/fs/cgroup directory
    local -a files=()
    if [ -e "$base/cgroup.controllers" ]; then
        return 0
    fi
    _kiwi_expand '/sys/fs/cgroup/*'
    for directory in ${files[@]+"${files[@]}"} "$base"; do
        if [ -d "$directory" ] && mountpoint -q "$directory"; then
            umount "$directory"
        fi
    done
}

# Callback of _kiwi_set_toml: SECTION KEY VALUE. Uses `section` and `found` of
# its caller.
_kiwi_set_toml_line() {
    if [[ $line == '['* ]]; then
        section=${line#'['}
        section=${section%%']'*}
        if [ "$section" = "$1" ] && [ -z "$found" ]; then
            line+=$'\n'"$2 = $3"
            found=yes
        fi
    elif [ "$section" = "$1" ] && [[ $line =~ ^[[:space:]]*"$2"[[:space:]]*= ]]; then
        line="# $line"
    fi
}

# _kiwi_set_toml FILE SECTION KEY VALUE
#   Sets a key in a section of a TOML file; an older setting becomes a comment.
_kiwi_set_toml() {
    local file=$1 section='' found=''
    shift
    if [ -f "$file" ]; then
        if grep -q -x -F -e "$2 = $3" "$file"; then
            return 0
        fi
        _kiwi_rewrite "$file" _kiwi_set_toml_line "$@"
    fi
    if [ -z "$found" ]; then
        printf '[%s]\n%s = %s\n' "$1" "$2" "$3" >> "$file"
    fi
}

# setupContainerRuntime
#   Configures podman so that it works inside a build: storage driver vfs, which
#   needs no mounts, and no pivot_root. The settings stay in the image.
setupContainerRuntime() {
    local root=${KIWI_FUNCTIONS_ROOT-} config
    mkdir -p "$root/etc/containers"
    config=$root/etc/containers/storage.conf
    if [ ! -f "$config" ]; then
        # This file replaces the vendor's as a whole, so it begins as a copy.
        if [ -f "$root/usr/share/containers/storage.conf" ]; then
            cat "$root/usr/share/containers/storage.conf" > "$config"
        else
            printf '%s\n' '[storage]' 'runroot = "/run/containers/storage"' \
                'graphroot = "/var/lib/containers/storage"' > "$config"
        fi
    fi
    _kiwi_set_toml "$config" storage driver '"vfs"'
    _kiwi_set_toml "$root/etc/containers/containers.conf" engine no_pivot_root true
}
