//! First start and installation of disk images.

use super::Spanned;
use super::reader::{FromNode, Reader};
use crate::span::Span;

/// What a disk image does at its first start and when it is installed.
#[derive(Clone, Debug)]
pub struct OemConfig {
    /// Place of the element.
    pub span: Span,
    /// Title of the boot menu entry; handed to scripts only.
    pub oem_boot_title: Option<Spanned<String>>,
    /// Waits for a key before the installed system starts; handed to scripts only.
    pub oem_bootwait: Option<Spanned<bool>>,
    /// Lets the root file system grow to the size of the disk; default true.
    pub oem_resize: Option<Spanned<bool>>,
    /// Grows the disk at the first start only.
    pub oem_resize_once: Option<Spanned<bool>>,
    /// Size of the RAM disk for an installation to memory.
    pub oem_ramdisk_size: Option<Spanned<String>>,
    /// Pattern of disks the installer leaves out.
    pub oem_device_filter: Option<Spanned<String>>,
    /// Pattern of network cards to leave out; handed to scripts only.
    pub oem_nic_filter: Option<Spanned<String>>,
    /// Makes the recovery archive on the target instead of shipping it.
    pub oem_inplace_recovery: Option<Spanned<bool>>,
    /// Wish for the kiwi initrd; handed to scripts only.
    pub oem_kiwi_initrd: Option<Spanned<bool>>,
    /// Keeps multipath support in the initrd; default false.
    pub oem_multipath_scan: Option<Spanned<bool>>,
    /// Parameter file read by `vmcp`; handed to scripts only.
    pub oem_vmcp_parmfile: Option<Spanned<String>>,
    /// Installs to a partition; handed to scripts only.
    pub oem_partition_install: Option<Spanned<bool>>,
    /// Starts anew after the installation.
    pub oem_reboot: Option<Spanned<bool>>,
    /// Asks before it starts anew after the installation.
    pub oem_reboot_interactive: Option<Spanned<bool>>,
    /// Creates a recovery archive.
    pub oem_recovery: Option<Spanned<bool>>,
    /// Type code of the recovery partition; handed to scripts only.
    pub oem_recovery_id: Option<Spanned<u64>>,
    /// Size of the recovery partition in MB.
    pub oem_recovery_part_size: Option<Spanned<u64>>,
    /// Switches off after the installation.
    pub oem_shutdown: Option<Spanned<bool>>,
    /// Asks before it switches off after the installation.
    pub oem_shutdown_interactive: Option<Spanned<bool>>,
    /// Boots quietly; handed to scripts only.
    pub oem_silent_boot: Option<Spanned<bool>>,
    /// Installs without showing progress.
    pub oem_silent_install: Option<Spanned<bool>>,
    /// Verifies the installed data without showing progress.
    pub oem_silent_verify: Option<Spanned<bool>>,
    /// Skips the verification of installed data.
    pub oem_skip_verify: Option<Spanned<bool>>,
    /// Adds swap space.
    pub oem_swap: Option<Spanned<bool>>,
    /// Size of the swap space in MB; default 128.
    pub oem_swapsize: Option<Spanned<u64>>,
    /// Name of the swap volume with LVM; default `LVSwap`.
    pub oem_swapname: Option<Spanned<String>>,
    /// Size of the root file system in MB, or the limit it may grow to.
    pub oem_systemsize: Option<Spanned<u64>>,
    /// Installs without asking questions.
    pub oem_unattended: Option<Spanned<bool>>,
    /// Disks an unattended installation may use.
    pub oem_unattended_id: Option<Spanned<String>>,
}

impl FromNode for OemConfig {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(OemConfig {
            span: reader.place(),
            oem_boot_title: reader.child_text("oem-boot-title"),
            oem_bootwait: reader.child_text("oem-bootwait"),
            oem_resize: reader.child_text("oem-resize"),
            oem_resize_once: reader.child_text("oem-resize-once"),
            oem_ramdisk_size: reader.child_text("oem-ramdisk-size"),
            oem_device_filter: reader.child_text("oem-device-filter"),
            oem_nic_filter: reader.child_text("oem-nic-filter"),
            oem_inplace_recovery: reader.child_text("oem-inplace-recovery"),
            oem_kiwi_initrd: reader.child_text("oem-kiwi-initrd"),
            oem_multipath_scan: reader.child_text("oem-multipath-scan"),
            oem_vmcp_parmfile: reader.child_text("oem-vmcp-parmfile"),
            oem_partition_install: reader.child_text("oem-partition-install"),
            oem_reboot: reader.child_text("oem-reboot"),
            oem_reboot_interactive: reader.child_text("oem-reboot-interactive"),
            oem_recovery: reader.child_text("oem-recovery"),
            oem_recovery_id: reader.child_text("oem-recoveryID"),
            oem_recovery_part_size: reader.child_text("oem-recovery-part-size"),
            oem_shutdown: reader.child_text("oem-shutdown"),
            oem_shutdown_interactive: reader.child_text("oem-shutdown-interactive"),
            oem_silent_boot: reader.child_text("oem-silent-boot"),
            oem_silent_install: reader.child_text("oem-silent-install"),
            oem_silent_verify: reader.child_text("oem-silent-verify"),
            oem_skip_verify: reader.child_text("oem-skip-verify"),
            oem_swap: reader.child_text("oem-swap"),
            oem_swapsize: reader.child_text("oem-swapsize"),
            oem_swapname: reader.child_text("oem-swapname"),
            oem_systemsize: reader.child_text("oem-systemsize"),
            oem_unattended: reader.child_text("oem-unattended"),
            oem_unattended_id: reader.child_text("oem-unattended-id"),
        })
    }
}
