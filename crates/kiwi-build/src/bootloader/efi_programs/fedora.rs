//! Fedora, RHEL and their descendants: packages install onto the EFI system partition itself.

use super::EfiPrograms;

pub(super) const PROGRAMS: EfiPrograms = EfiPrograms {
    shim: &["boot/efi/EFI/*/shim{suffix}.efi", "boot/efi/EFI/*/shim.efi"],
    signed_grub: &["boot/efi/EFI/*/grub{suffix}.efi"],
    plain_grub: &["boot/efi/EFI/*/grub{suffix}.efi"],
    key_manager: &["boot/efi/EFI/*/mm{suffix}.efi"],
};
