# shellcheck shell=bash
# Kernel modules and firmware.

module() { file "/lib/modules/$1"; }
fill() {
    rm -rf "$root/lib"
    module 6.1/kernel/drivers/ata/ahci.ko.xz
    module 6.1/kernel/drivers/ata/lib-ahci.ko.xz
    module 6.1/kernel/drivers/scsi/scsi_mod.ko.xz
    module 6.1/kernel/drivers/net/e1000.ko
    module 6.1/kernel/drivers/net/phy/mii.ko
    module 6.1/kernel/fs/ext4/ext4.ko.zst
    module 6.1/kernel/crypto/crc32c.ko
    module 6.1/kernel/sound/beep.ko.gz
    module 6.1/updates/e1000.ko.xz
    file /lib/modules/6.1/modules.builtin
    file /lib/modules/6.2/kernel/fs/xfs.ko
    file /lib/firmware/LICENSE.e100
    file /lib/firmware/e100/ucode.bin.xz
    file /lib/firmware/e100/other.bin
    file /lib/firmware/updates/sata.fw
    file /lib/firmware/6.1/wild/one.bin
    file /lib/firmware/real/linked.fw
    link ../real/linked.fw /lib/firmware/alias/linked.fw
    file /lib/firmware/gone/unused.fw
    link gone/unused.fw /lib/firmware/dangling.fw
    file /lib/firmware/brcm2/by-directory.fw
    link brcm2 /lib/firmware/brcm
    file /lib/firmware/notes.txt
}
fake depmod
fake modinfo 'field=$2; shift 2
for file; do
    case $field,$file in
        depends,*/ahci.ko.xz) echo lib_ahci ;;
        depends,*/lib-ahci.ko.xz) echo "scsi_mod,unknown" ;;
        depends,*) echo ;;
        softdep,*/ext4.ko.zst) echo "pre: crc32c" ;;
        firmware,*/e1000*) echo e100/ucode.bin; echo "wild/*.bin" ;;
        firmware,*/ahci*) echo sata.fw; echo alias/linked.fw; echo missing.fw ;;
        firmware,*/scsi_mod*) echo brcm/by-directory.fw ;;
    esac
done'
modinfo_calls() { : > "$calls"; }

# matching
matches() { if kiwi_drivers=$1 baseKernelDriverMatches "$2"; then echo yes; else echo no; fi; }
path=/lib/modules/6.1/kernel/drivers/ata/ahci.ko.xz
same 'directory pattern' yes "$(matches 'fs/*,drivers/ata/*' $path)"
same 'file' yes "$(matches drivers/ata/ahci.ko $path)"
same 'with kernel/' yes "$(matches kernel/drivers/ata/ahci.ko $path)"
same 'directory' yes "$(matches drivers/ata $path)"
same 'blank separated' yes "$(matches 'x drivers/*' $path)"
same 'other' no "$(matches 'drivers/net/*' $path)"
same 'empty' no "$(matches '' $path)"
same 'relative path' yes "$(matches 'drivers/ata/*' drivers/ata/ahci.ko)"
same 'with root' yes "$(matches 'drivers/ata/*' "$root$path")"
same 'no module' no "$(kiwi_drivers='a' baseKernelDriverMatches && echo yes || echo no)"

# nothing to do
quiet baseStripKernel
contains 'unknown initrd' kiwi_initrd_system "$message"
kiwi_initrd_system=dracut quiet baseStripKernel
same 'dracut' '' "$message"
kiwi_initrd_system=kiwi quiet baseStripKernel
contains 'no modules' 'no kernel modules' "$message"
baseStripKernelModules
baseFixupKernelModuleDependencies
baseSyncKernelTree
baseStripModules
baseStripFirmware
baseUpdateModuleDependencies
called 'nothing to do: nothing called' ''

# all
fill
export kiwi_initrd_system=kiwi
export kiwi_drivers='drivers/ata/ahci.ko,drivers/net/e1000.ko,fs/*,updates/*'
export kiwi_strip_delete='/usr/share/doc/* /../etc / /var/one'
file /usr/share/doc/a
file '/usr/share/doc/b c/d'
file /usr/share/stay
file /var/one/two
file /etc/passwd
quiet baseStripKernel
contains 'odd paths are refused' '/../etc' "$message"
same 'deletes' 'usr/share/stay etc/passwd' "$(cd "$root" && find usr etc var -type f | paste -s -d' ')"
same 'modules' '6.1/kernel/crypto/crc32c.ko 6.1/kernel/drivers/ata/ahci.ko.xz 6.1/kernel/drivers/ata/lib-ahci.ko.xz 6.1/kernel/drivers/scsi/scsi_mod.ko.xz 6.1/kernel/fs/ext4/ext4.ko.zst 6.1/modules.builtin 6.1/updates/e1000.ko.xz 6.2/kernel/fs/xfs.ko' \
    "$(tree /lib/modules)"
same 'no empty directory' no "$([ -d "$root/lib/modules/6.1/kernel/sound" ] && echo yes || echo no)"
same 'no work tree' no "$([ -e "$root/lib/.kiwi-modules" ] && echo yes || echo no)"
same 'firmware' '6.1/wild/one.bin LICENSE.e100 alias/linked.fw brcm brcm2/by-directory.fw e100/ucode.bin.xz notes.txt real/linked.fw updates/sata.fw' \
    "$(tree /lib/firmware)"
contains 'depmod 6.1' "depmod -b $root 6.1" "$(cat "$calls")"
contains 'depmod 6.2' "depmod -b $root 6.2" "$(cat "$calls")"

# no list of drivers: all modules stay
fill
unset kiwi_drivers kiwi_strip_delete
suseStripKernel
same 'all modules but the old copy' 9 "$(find "$root/lib/modules" -name '*.ko*' | wc -l)"
same 'old copy' '' "$(find "$root/lib/modules/6.1/kernel" -name 'e1000*')"

# firmware without modinfo or modules
fill
rm -rf "$root/lib/modules/6.1" "$root/lib/modules/6.2"
before=$(tree /lib/firmware)
quiet baseStripFirmware
contains 'no modules' 'nothing deleted' "$message"
same 'no modules: all stays' "$before" "$(tree /lib/firmware)"
finish
