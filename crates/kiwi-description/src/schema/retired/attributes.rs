//! Attributes that are gone.

use super::{Retired, gone};

/// Attributes that are gone, by element.
#[rustfmt::skip] // one line per attribute
pub const ATTRIBUTES: &[Retired] = &[
    gone("type", "bootloader", "7.1", "write `<bootloader name=\"...\"/>` inside `type`"),
    gone("type", "bootloader_console", "7.1", "use `output_console` of the element `bootloader`"),
    gone("type", "boottimeout", "7.1", "use `timeout` of the element `bootloader`"),
    gone("type", "zipl_targettype", "7.1", "use `targettype` of the element `bootloader`"),
    gone("type", "vga", "8.4", "use `video_mode` of the element `bootloader`"),
    gone("type", "btrfs_root_is_snapshot", "8.2", "it is called `btrfs_root_is_snapper_snapshot` now"),
    gone("type", "overlayroot_verity_blocks", "7.5", "it is called `verity_blocks` now"),
    gone("type", "container", "6.4", "write `<containerconfig name=\"...\"/>` inside `type`"),
    gone("type", "hybrid", "6.8", "remove it: ISO images always boot from USB sticks too"),
    gone("type", "checkprebuilt", "6.6", "remove it: there are no prebuilt boot images any more"),
    gone("type", "fsnocheck", "6.6", "remove it"),
    gone("type", "fsreadonly", "6.2", "use `overlayroot=\"true\"`"),
    gone("type", "fsreadwrite", "6.2", "use `overlayroot=\"true\"`"),
    gone("type", "zfsoptions", "6.2", "remove it: ZFS is not supported"),
    gone("bootloader", "console", "8.3", "use `output_console` and `input_console`"),
    gone("containerconfig", "additionaltags", "7.4", "use `additionalnames` with a colon before each tag"),
    gone("repository", "use_for_bootstrap", "8.1", "remove it: all repositories are used for the bootstrap phase"),
    gone("repository", "status", "6.6", "remove it"),
    gone("repository", "prefer-license", "6.6", "remove it"),
    gone("image", "kiwirevision", "6.6", "remove it"),
    gone("package", "replaces", "6.6", "list the other package with `ignore`"),
    gone("users", "group", "6.3", "use `groups` of each `user`"),
    gone("users", "id", "6.3", "remove it: `groups` of each `user` can have numbers, as in `NAME:GID`"),
    gone("machine", "domain", "6.5", "use `xen_server` of `type` for a Xen host"),
];
