# shellcheck shell=bash
# baseStripAndKeep, baseStripTools, baseStripInitrd, baseStripUnusedLibs.

# and keep
for name in more.1.gz less.1.gz 'two words' g++; do file "/doc/$name"; done
mkdir "$root/doc/more"
listed() { find "$root/doc" | sort | "$@"; }
listed baseStripAndKeep more g++
same 'keep' 'g++ more.1.gz' "$(tree /doc)"
same 'directories stay' yes "$([ -d "$root/doc/more" ] && echo yes)"
listed baseStripAndKeep 'x more'
same 'list in one argument' 'more.1.gz' "$(tree /doc)"
printf '%s' "$root/doc/more.1.gz" | baseStripAndKeep
same 'no name deletes all' '' "$(tree /doc)"
: | baseStripAndKeep more
printf '%s\n' "$root/doc/none" | baseStripAndKeep more

# tools
program /sbin/a
program /sbin/b
program /sbin/deep/c
link a /sbin/d
baseStripTools /sbin 'b c'
same 'tools' 'b deep/c' "$(tree /sbin)"
quiet baseStripTools /sbin
contains 'no names' needs "$message"
quiet baseStripTools
contains 'no directory' needs "$message"
baseStripTools /none a
same 'unchanged' 'b deep/c' "$(tree /sbin)"

# initrd
program /usr/bin/keep
program /usr/bin/drop
program /usr/bin/listed
program /usr/lib/stay
link usr/bin /bin
kiwi_initrd_system=dracut quiet baseStripInitrd keep
same 'dracut' 'drop keep listed' "$(tree /usr/bin)"
quiet suseStripInitrd keep
contains 'unknown initrd' kiwi_initrd_system "$message"
same 'unknown initrd' 'drop keep listed' "$(tree /usr/bin)"
kiwi_initrd_system=kiwi quiet baseStripInitrd
contains 'no names' 'nothing deleted' "$message"
same 'no names' 'drop keep listed' "$(tree /usr/bin)"
kiwi_initrd_system=none kiwi_strip_tools='listed b' suseStripInitrd keep
same 'names and kiwi_strip_tools' 'keep listed' "$(tree /usr/bin)"
same 'all bin directories' 'b' "$(tree /sbin)"
same 'no other' 'stay' "$(tree /usr/lib)"

# libraries
library() { program "$1"; }
library /usr/lib64/libc.so.6
library /usr/lib64/libused.so.1.2
link libused.so.1.2 /usr/lib64/libused.so.1
link libused.so.1 /usr/lib64/libused.so
library /usr/lib64/libunused.so.1
link libunused.so.1 /usr/lib64/libunused.so
library /usr/lib64/libpam.so.0
library /usr/lib64/libforpam.so.0
library /usr/lib64/libnss_dns.so.2
library /usr/lib64/libfornss.so.1
library /usr/lib64/ld-linux.so.2
library /usr/lib64/security/pam_x.so
file /usr/lib64/libstatic.a
link usr/lib64 /lib64
# Prints, like ldd, what a file needs.
fake ldd 'for file; do
    case $file in
        */bin/keep) printf "\tlinux-vdso.so.1 (0x1)\n\tlibused.so.1 => /lib64/libused.so.1 (0x2)\n\tlibc.so.6 => /lib64/libc.so.6 (0x3)\n\t/lib64/ld-linux.so.2 (0x4)\n\tlibgone.so => not found\n" ;;
        */pam_x.so) printf "%s:\n\tlibforpam.so.0 => /usr/lib64/libforpam.so.0 (0x2)\n" "$file" ;;
        */libnss_dns*) printf "\tlibfornss.so.1 => /usr/lib64/libfornss.so.1 (0x2)\n" ;;
        */libunused*) printf "\tlibpam.so.0 => /usr/lib64/libpam.so.0 (0x2)\n" ;;
        *) echo "not a dynamic executable" >&2 ;;
    esac
done
exit 1'
baseStripUnusedLibs 'libnss_ libother'
same 'libraries' 'ld-linux.so.2 libc.so.6 libfornss.so.1 libforpam.so.0 libnss_dns.so.2 libstatic.a libused.so.1 libused.so.1.2 security/pam_x.so' \
    "$(tree /usr/lib64)"
fake ldd 'exit 1'
quiet baseStripUnusedLibs
contains 'ldd finds nothing' 'nothing deleted' "$message"
rm "$bin/ldd"
mkdir empty
PATH=$PWD/empty quiet baseStripUnusedLibs || true
same 'libraries stay' 'ld-linux.so.2 libc.so.6 libfornss.so.1 libforpam.so.0 libnss_dns.so.2 libstatic.a libused.so.1 libused.so.1.2 security/pam_x.so' \
    "$(tree /usr/lib64)"
finish
