# shellcheck shell=bash
# mountProc, mountCgroups, umountCgroups, setupContainerRuntime.

fake mount
fake umount
fake mountpoint 'test -e "$2/mounted"'

( mountProc )
called 'proc' "mount -t proc proc $root/proc
umount $root/proc"
# shellcheck disable=SC2064
( trap "echo \"it's over\" > '$PWD/over'" EXIT; mountProc )
same 'own trap runs' "it's over" "$(cat over)"
called 'own trap stays' "mount -t proc proc $root/proc
umount $root/proc"
status=0
( mountProc; exit 7 ) || status=$?
same 'exit code stays' 7 "$status"
: > "$calls"
mkdir "$root/proc/self"
mountProc
called 'proc is there' ''

quiet mountCgroups
contains 'no list' '/proc/cgroups' "$message"
umountCgroups
called 'nothing mounted' ''
file /proc/cgroups $'#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\nblkio\t0\t1\t0\nfreezer\t0\t1\t1'
mountCgroups
called 'enabled controllers' "mount -t tmpfs cgroup $root/sys/fs/cgroup
mount -t cgroup -o cpu cgroup $root/sys/fs/cgroup/cpu
mount -t cgroup -o freezer cgroup $root/sys/fs/cgroup/freezer"
file /sys/fs/cgroup/mounted
file /sys/fs/cgroup/cpu/mounted
: > "$calls"
umountCgroups
same 'unmounted' "umount $root/sys/fs/cgroup/cpu
umount $root/sys/fs/cgroup" "$(grep -v mountpoint "$calls")"
fake mount 'case $* in *cpu*) exit 1 ;; esac'
quiet mountCgroups
contains 'controller fails' '`cpu`' "$message"
: > "$calls"
file /sys/fs/cgroup/cgroup.controllers
mountCgroups
umountCgroups
called 'version 2 is there' ''

setupContainerRuntime
same 'storage' $'[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"' \
    "$(cat "$root/etc/containers/storage.conf")"
same 'engine' $'[engine]\nno_pivot_root = true' "$(cat "$root/etc/containers/containers.conf")"
before=$(cat "$root/etc/containers/storage.conf" "$root/etc/containers/containers.conf")
setupContainerRuntime
same 'twice is once' "$before" \
    "$(cat "$root/etc/containers/storage.conf" "$root/etc/containers/containers.conf")"

rm "$root/etc/containers/storage.conf"
file /usr/share/containers/storage.conf $'# vendor\n[storage]\ndriver = "overlay"\n[storage.options]\ndriver = "x"'
file /etc/containers/containers.conf $'[network]\na = 1\n[engine]\nb = 2'
setupContainerRuntime
same 'vendor storage' $'# vendor\n[storage]\ndriver = "vfs"\n# driver = "overlay"\n[storage.options]\ndriver = "x"' \
    "$(cat "$root/etc/containers/storage.conf")"
same 'own engine' $'[network]\na = 1\n[engine]\nno_pivot_root = true\nb = 2' \
    "$(cat "$root/etc/containers/containers.conf")"
finish
