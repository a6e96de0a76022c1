//! Boot loaders: their files in the tree, their code on the disk.

mod boot_files;
mod efi_programs;
pub mod grub2;
mod signing;
pub mod systemd_boot;
#[cfg(test)]
mod testing;
mod unified_kernel;
pub mod zipl;

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::BootLoader;
use kiwi_plan::plan::disk::DiskPlan;

pub use boot_files::BootFiles;
pub use grub2::CoreImage;

use crate::context::BuildContext;
use crate::error::BuildError;

/// Lays the plan's boot loader out in `tree`, with the initrd at the path given.
///
/// Returns what has to be placed on the disk itself when the image starts from a BIOS.
pub fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    initrd: Option<String>,
) -> Result<Option<CoreImage>, BuildError> {
    match disk.boot.loader {
        BootLoader::Grub2 if disk.boot.unified_kernel => {
            let files = BootFiles::of(tree, initrd)?;
            grub2::install(context, tree, disk, Some(&files))
        }
        BootLoader::Grub2 => grub2::install(context, tree, disk, None),
        BootLoader::SystemdBoot => {
            let files = BootFiles::of(tree, initrd)?;
            systemd_boot::install(context, tree, disk, &files)?;
            Ok(None)
        }
        BootLoader::Zipl => {
            let files = BootFiles::of(tree, initrd)?;
            zipl::prepare(tree, disk, &files)?;
            Ok(None)
        }
        BootLoader::Custom if disk.boot.unified_kernel => {
            let files = BootFiles::of(tree, initrd)?;
            unified_kernel::install(context, tree, disk, &files)?;
            Ok(None)
        }
        BootLoader::Custom => Ok(None),
    }
}

/// Copies a file within the tree.
fn copy(tree: &TreeDir, from: &Path, to: &Path) -> Result<(), BuildError> {
    tree.create_file(to, 0o644, tree.read(from)?)?;
    Ok(())
}
