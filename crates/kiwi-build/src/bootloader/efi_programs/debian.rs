//! Debian, Ubuntu and their descendants.

use super::EfiPrograms;

pub(super) const PROGRAMS: EfiPrograms = EfiPrograms {
    shim: &[
        "usr/lib/shim/shim{suffix}.efi.signed.latest",
        "usr/lib/shim/shim{suffix}.efi.signed",
        "usr/lib/shim/shim{suffix}.efi.dualsigned",
        "usr/lib/shim/shim{suffix}.efi",
    ],
    signed_grub: &["usr/lib/grub/{target}-signed/grub{suffix}.efi.signed"],
    plain_grub: &[
        "usr/lib/grub/{target}/monolithic/grub{suffix}.efi",
        "usr/lib/grub/{target}/grub.efi",
    ],
    key_manager: &[
        "usr/lib/shim/mm{suffix}.efi.signed",
        "usr/lib/shim/mm{suffix}.efi",
    ],
};
