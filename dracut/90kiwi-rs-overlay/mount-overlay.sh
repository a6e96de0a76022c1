#!/bin/sh
# Mounts both layers and, where the root file system is expected, their union.

. /lib/kiwi-rs-overlay-lib.sh

# Stands in a shell of its own, so that tracing ends with it.
overlay_mount() (
    if getargbool 0 rd.kiwi.debug; then
        mkdir -p /run/initramfs/log
        exec 2> /run/initramfs/log/boot.kiwi
        set -x
    fi
    base=/run/overlay
    mkdir -p "$base" || return 1
    mount -t tmpfs -o "$(overlay_memory_options)" overlay-base "$base" || return 1
    mkdir -m 0755 "$base/rootfsbase" "$base/overlayfs" || return 1
    mount -o ro "$1" "$base/rootfsbase" || return 1
    if getargbool 0 rd.root.overlay.readonly; then
        mount --bind "$base/rootfsbase" "$NEWROOT"
        return
    fi
    if [ -n "$2" ]; then
        mount -o rw "$2" "$base/overlayfs" || return 1
    fi
    # A new writable device is empty. The mode of rw becomes that of the system's root.
    for directory in rw work; do
        [ -d "$base/overlayfs/$directory" ] || mkdir -m 0755 "$base/overlayfs/$directory" || return 1
    done
    modprobe -q overlay
    mount -t overlay -o "$(overlay_options "$base")" overlay "$NEWROOT"
)

# A hook is sourced, and may be so again.
if overlay_found=$(overlay_lower) && ! ismounted "$NEWROOT"; then
    overlay_write=$(overlay_upper)
    info "mounting $overlay_found below ${overlay_write:-memory} as root"
    overlay_mount "$overlay_found" "$overlay_write" ||
        die "the root file system on $overlay_found with the writable layer in ${overlay_write:-memory} cannot be mounted"
fi
