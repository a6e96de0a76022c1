#!/bin/bash
# Attaches a raw disk, mounts it and calls zipl inside. Runs as root in a mount namespace of its own.
# Arguments: raw disk, mount point, configuration, sector size, then offset and length in bytes of the root partition, and those of
# the boot partition where there is one. Partitions are attached by these numbers: in containers the kernel's nodes for them are
# missing.
set -euo pipefail
raw=$1 mount_point=$2 configuration=$3 sector_size=$4
shift 4
devices=()

attach() {
    local device
    device=$(losetup --find --show --sector-size "$sector_size" "$@" "$raw")
    devices+=("$device")
}

finish() {
    umount --recursive "$mount_point" 2>/dev/null || true
    for device in "${devices[@]}"; do
        losetup --detach "$device"
    done
}
trap finish EXIT

attach
disk=${devices[0]}
attach --offset "$1" --sizelimit "$2"
mount "${devices[1]}" "$mount_point"
if [ $# -gt 2 ]; then
    attach --offset "$3" --sizelimit "$4"
    mount "${devices[2]}" "$mount_point/boot"
fi
mount --bind /dev "$mount_point/dev"
mount -t proc proc "$mount_point/proc"
sed "s|@DEVICE@|$disk|" "$configuration" > "$mount_point/boot/.kiwi-zipl.conf"
chroot "$mount_point" zipl --noninteractive --config /boot/.kiwi-zipl.conf --blsdir /boot/loader/entries --verbose
rm "$mount_point/boot/.kiwi-zipl.conf"
sync
