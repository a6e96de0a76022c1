//! systemd's own programs, which every distribution has in the same places; signed ones first.

/// The boot loader.
pub(crate) const BOOT_LOADER: &[&str] = &[
    "usr/lib/systemd/boot/efi/systemd-boot{suffix}.efi.signed",
    "usr/lib/systemd/boot/efi/systemd-boot{suffix}.efi",
];

/// The stub that unified kernel images begin with. It is never taken signed: what is appended is not covered.
pub(crate) const STUB: &[&str] = &["usr/lib/systemd/boot/efi/linux{suffix}.efi.stub"];
