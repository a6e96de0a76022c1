//! First start and installation of disk images.

use crate::schema::define::Kind::{Boolean, Number, Text};
use crate::schema::define::{Element, element, maybe};

/// First start and installation of disk images.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("oemconfig", "What a disk image does at its first start and when it is installed.")
        .children(&[
            maybe("oem-boot-title"), maybe("oem-bootwait"), maybe("oem-resize"), maybe("oem-resize-once"), maybe("oem-ramdisk-size"),
            maybe("oem-device-filter"), maybe("oem-nic-filter"), maybe("oem-inplace-recovery"), maybe("oem-kiwi-initrd"),
            maybe("oem-multipath-scan"), maybe("oem-vmcp-parmfile"), maybe("oem-partition-install"), maybe("oem-reboot"),
            maybe("oem-reboot-interactive"), maybe("oem-recovery"), maybe("oem-recoveryID"), maybe("oem-recovery-part-size"),
            maybe("oem-shutdown"), maybe("oem-shutdown-interactive"), maybe("oem-silent-boot"), maybe("oem-silent-install"),
            maybe("oem-silent-verify"), maybe("oem-skip-verify"), maybe("oem-swap"), maybe("oem-swapsize"), maybe("oem-swapname"),
            maybe("oem-systemsize"), maybe("oem-unattended"), maybe("oem-unattended-id"),
        ]),
    element("oem-boot-title", "Title of the boot menu entry; handed to scripts only.").text(Text),
    element("oem-bootwait", "Waits for a key before the installed system starts; handed to scripts only.").text(Boolean),
    element("oem-resize", "Lets the root file system grow to the size of the disk; default true.").since("7.3").text(Boolean),
    element("oem-resize-once", "Grows the disk at the first start only.").since("7.1").text(Boolean),
    element("oem-ramdisk-size", "Size of the RAM disk for an installation to memory.").since("8.3").text(Text),
    element("oem-device-filter", "Pattern of disks the installer leaves out.").text(Text),
    element("oem-nic-filter", "Pattern of network cards to leave out; handed to scripts only.").text(Text),
    element("oem-inplace-recovery", "Makes the recovery archive on the target instead of shipping it.").text(Boolean),
    element("oem-kiwi-initrd", "Wish for the kiwi initrd; handed to scripts only.").text(Boolean),
    element("oem-multipath-scan", "Keeps multipath support in the initrd; default false.").text(Boolean),
    element("oem-vmcp-parmfile", "Parameter file read by `vmcp`; handed to scripts only.").text(Text),
    element("oem-partition-install", "Installs to a partition; handed to scripts only.").text(Boolean),
    element("oem-reboot", "Starts anew after the installation.").text(Boolean),
    element("oem-reboot-interactive", "Asks before it starts anew after the installation.").text(Boolean),
    element("oem-recovery", "Creates a recovery archive.").text(Boolean),
    element("oem-recoveryID", "Type code of the recovery partition; handed to scripts only.").text(Number),
    element("oem-recovery-part-size", "Size of the recovery partition in MB.").text(Number),
    element("oem-shutdown", "Switches off after the installation.").text(Boolean),
    element("oem-shutdown-interactive", "Asks before it switches off after the installation.").text(Boolean),
    element("oem-silent-boot", "Boots quietly; handed to scripts only.").text(Boolean),
    element("oem-silent-install", "Installs without showing progress.").text(Boolean),
    element("oem-silent-verify", "Verifies the installed data without showing progress.").text(Boolean),
    element("oem-skip-verify", "Skips the verification of installed data.").text(Boolean),
    element("oem-swap", "Adds swap space.").text(Boolean),
    element("oem-swapsize", "Size of the swap space in MB; default 128.").text(Number),
    element("oem-swapname", "Name of the swap volume with LVM; default `LVSwap`.").since("7.3").text(Text),
    element("oem-systemsize", "Size of the root file system in MB, or the limit it may grow to.").text(Number),
    element("oem-unattended", "Installs without asking questions.").text(Boolean),
    element("oem-unattended-id", "Disks an unattended installation may use.").text(Text),
];
