//! How the image starts: kernel command line, boot loader, initrd.

mod command_line;
mod grub_defaults;
mod initrd;
mod loader;

pub use command_line::{Additions, CommandLine, command_line};
pub use grub_defaults::{GrubTree, grub_defaults};
pub(crate) use initrd::{REPART_PACKAGES, plan as plan_initrd};
pub(crate) use loader::{
    LoaderRules, efi_partition_default, has_unified_kernel, plan as plan_loader,
};
