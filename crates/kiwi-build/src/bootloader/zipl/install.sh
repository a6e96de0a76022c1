#!/bin/bash
# Attaches a raw disk, mounts it and calls zipl inside. Runs as root in a mount namespace of its own.
# Arguments: raw disk, mount point, configuration, sector size, number of the root partition, number of the boot partition or nothing.
set -euo pipefail
raw=$1 mount_point=$2 configuration=$3 sector_size=$4 root=$5 boot=$6

disk=$(losetup --find --show --partscan --sector-size "$sector_size" "$raw")
finish() {
    umount --recursive "$mount_point" 2>/dev/null || true
    losetup --detach "$disk"
}
trap finish EXIT

mount "${disk}p$root" "$mount_point"
if [ -n "$boot" ]; then
    mount "${disk}p$boot" "$mount_point/boot"
fi
mount --bind /dev "$mount_point/dev"
mount -t proc proc "$mount_point/proc"
sed "s|@DEVICE@|$disk|" "$configuration" > "$mount_point/boot/.kiwi-zipl.conf"
chroot "$mount_point" zipl --noninteractive --config /boot/.kiwi-zipl.conf --blsdir /boot/loader/entries --verbose
rm "$mount_point/boot/.kiwi-zipl.conf"
