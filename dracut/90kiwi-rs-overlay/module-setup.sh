#!/bin/bash
# dracut module of kiwi-rs: a read-only root file system below a writable layer.

# Nothing but an explicit request brings this module into an initrd.
check() {
    return 255
}

depends() {
    echo base rootfs-block
}

# The file systems of both layers. On a running image dracut sees no disk below
# the overlay it could derive them from, so a host-only initrd gets them as well.
installkernel() {
    hostonly='' instmods overlay squashfs erofs ext4 xfs btrfs
}

install() {
    inst_multiple mkdir modprobe mount sed
    # shellcheck disable=SC2154 # dracut sets moddir
    inst_simple "$moddir/overlay-lib.sh" /lib/kiwi-rs-overlay-lib.sh
    inst_hook cmdline 30 "$moddir/parse-overlay.sh"
    inst_hook pre-mount 30 "$moddir/mount-overlay.sh"
    dracut_need_initqueue
}
