# shellcheck shell=bash
# Helpers of older releases: they work, and say in one line what to use instead.

# notice FUNCTION ARGUMENTS..: calls it and expects exactly one line on stderr.
notice() {
    quiet "$@"
    same "$1: one line" 1 "$(printf '%s\n' "$message" | wc -l)"
    contains "$1: notice" "$1: obsolete" "$message"
}

fake systemctl
fake chown
fake mount
fake umount
fake depmod
fake zypper 'case $* in *search*) printf "S | Name | Summary | Type\n--+--+--+--\n  | SLES | server | product\ni | bash | a | package\n" ;; esac'
fake rpm 'case $* in
    -qa*) printf "%s\n" bash yast2 autoyast2 libyui ;;
    "-q vim") ;;
    -q*) exit 1 ;;
esac'

for name in suseConfig rhelSplashToGrub baseCreateCommonKernelFile; do
    notice $name
    same "$name: no output" '' "$output"
done
called 'nothing to do' ''

# mounts
notice baseCleanMount
called 'nothing mounted here' ''
{ baseMount; baseCleanMount; } 2> /dev/null
called 'mounted and unmounted' "mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t devpts devpts $root/dev/pts
umount $root/dev/pts
umount $root/sys
umount $root/proc"
mkdir -p "$root/proc/self" "$root/sys/kernel"
file /dev/pts/ptmx
notice baseMount
called 'all is there' ''

# services
file /usr/lib/systemd/system/network.service
notice suseActivateDefaultServices
called 'services that are there' 'systemctl enable network'

# users
file /etc/passwd $'root:x:0:0::/root:/bin/sh\ntux:x:1000:100::/home/tux:/bin/sh\nmad:x:1001:100::/dev:/bin/sh\nnobody:x:65534:65534::/home/tux:\ngone:x:1002:1:::\nbad line'
mkdir -p "$root/home/tux" "$root/root"
notice baseSetupUserPermissions
called 'homes' "chown -R 1000:100 $root/home/tux"

# lists
kiwi_delete='a b' notice baseGetPackagesForDeletion
same 'packages' 'a b' "$output"
kiwi_profiles='A,B' notice baseGetProfilesUsed
same 'profiles' 'A,B' "$output"
notice baseGetProfilesUsed
same 'no profiles' '' "$output"

# documentation
for name in COPYING LICENSE copyright README licence.txt changelog; do file "/usr/share/doc/p/$name"; done
notice baseStripDocs readme README
same 'docs' 'p/COPYING p/LICENSE p/README p/copyright p/licence.txt' "$(tree /usr/share/doc)"
notice baseStripMans
notice baseStripInfos
file /usr/share/man/man1/ls.1.gz
file /usr/share/man/man1/cp.1.gz
notice baseStripMans ls
same 'mans' man1/ls.1.gz "$(tree /usr/share/man)"
notice baseStripMans
same 'all mans' '' "$(tree /usr/share/man)"
file /usr/share/info/bash.info.gz
file /usr/share/info/sed.info.gz
notice baseStripInfos sed
same 'infos' sed.info.gz "$(tree /usr/share/info)"

# other names
kiwi_initrd_system=dracut notice rhelStripInitrd a
kiwi_initrd_system=dracut notice rhelStripKernel
kiwi_initrd_system=dracut notice debianStripKernel
program /sbin/a
program /sbin/b
kiwi_initrd_system=kiwi notice debianStripInitrd a
same 'stripped' a "$(tree /sbin)"

# packages
: > "$calls"
notice Rpm -q vim
called 'Rpm' 'rpm -q vim'
notice suseSetupProductInformation
called 'products' 'zypper --non-interactive search --type product
zypper --non-interactive install --type product SLES'
kiwi_delete='vim gone' notice suseRemovePackagesMarkedForDeletion
called 'marked packages' 'rpm -q vim
rpm -q gone
rpm -e --nodeps --noscripts vim'
notice suseRemovePackagesMarkedForDeletion
called 'no marked packages' ''
notice suseRemoveYaST
called 'yast' 'rpm -qa --qf %{NAME}\n
rpm -e --nodeps yast2 autoyast2'
file /etc/YaST2/firstboot.xml
notice suseRemoveYaST
called 'yast is needed' ''

# random seed
for name in baseCleanup suseCleanup; do
    file /var/lib/systemd/random-seed
    notice $name
    same "$name" '' "$(tree /var/lib/systemd)"
done
finish
