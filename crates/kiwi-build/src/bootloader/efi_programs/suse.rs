//! SUSE. `shim-install` of these distributions copies from the same places.

use super::EfiPrograms;

pub(super) const PROGRAMS: EfiPrograms = EfiPrograms {
    shim: &["usr/share/efi/{machine}/shim.efi", "usr/lib64/efi/shim.efi"],
    signed_grub: &[
        "usr/share/efi/{machine}/grub.efi",
        "usr/lib64/efi/grub.efi",
        "usr/share/grub2/{target}/grub.efi",
        "usr/lib/grub2/{target}/grub.efi",
    ],
    plain_grub: &[
        "usr/share/grub2/{target}/grub.efi",
        "usr/lib/grub2/{target}/grub.efi",
    ],
    key_manager: &[
        "usr/share/efi/{machine}/MokManager.efi",
        "usr/lib64/efi/MokManager.efi",
    ],
};
