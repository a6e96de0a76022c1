#!/bin/sh
# What the hooks of the overlay share. Sourced; getarg and getargbool are dracut's.

# The path of the link that udev makes for what $1 names, such as LABEL=data.
# Fails when $1 names nothing that can be a block device.
overlay_device() {
    case "$1" in
        UUID=?*) printf '/dev/disk/by-uuid/%s\n' "${1#*=}" ;;
        PARTUUID=?*) overlay_link partuuid "${1#*=}" 'y/ABCDEF/abcdef/' ;;
        LABEL=?*) overlay_link label "${1#*=}" 's,/,\\x2f,g;s, ,\\x20,g' ;;
        PARTLABEL=?*) overlay_link partlabel "${1#*=}" 's,/,\\x2f,g;s, ,\\x20,g' ;;
        MAPPER=?*) printf '/dev/mapper/%s\n' "${1#*=}" ;;
        UNIXNODE=/dev/?*) printf '%s\n' "${1#*=}" ;;
        UNIXNODE=?*) printf '/dev/%s\n' "${1#*=}" ;;
        /dev/?*) printf '%s\n' "$1" ;;
        *) return 1 ;;
    esac
}

overlay_link() {
    printf '/dev/disk/by-%s/%s\n' "$1" "$(printf '%s\n' "$2" | sed "$3")"
}

# Device of the lower layer, from root=overlay:. Returns 1 when the root is of
# another kind, and 2 when no device follows.
overlay_lower() {
    case "$(getarg root=)" in
        overlay:*) ;;
        *) return 1 ;;
    esac
    overlay_lower_name=$(getarg root=)
    overlay_device "${overlay_lower_name#overlay:}" || return 2
}

# Device of the writable layer. Prints nothing when it lies in memory; returns 2
# when what the command line says is no device.
overlay_upper() {
    if getargbool 0 rd.root.overlay.readonly || getargbool 0 rd.root.overlay.temporary; then
        return 0
    fi
    overlay_upper_name=$(getarg rd.root.overlay.write=) || return 0
    [ -n "$overlay_upper_name" ] || return 0
    overlay_device "$overlay_upper_name" || return 2
}

# Options of the mount of both layers together; $1 is the directory of all of it.
overlay_options() {
    overlay_flags=$(getarg rootflags=) || overlay_flags=
    printf '%slowerdir=%s,upperdir=%s,workdir=%s\n' "${overlay_flags:+$overlay_flags,}" \
        "$1/rootfsbase" "$1/overlayfs/rw" "$1/overlayfs/work"
}

# Options of the file system in memory that everything is mounted in.
overlay_memory_options() {
    overlay_size=$(getarg rd.root.overlay.size=) || overlay_size=
    printf 'mode=0755,size=%s\n' "${overlay_size:-50%}"
}
