//! GRUB 2.
//!
//! Everything comes from the image's own packages and runs inside the tree: `grub-mkimage` for what
//! the firmware starts, `grub-mkconfig` for the menu. Three things are done by ourselves, because the originals want the
//! real disk: looking at devices ([`probe`] answers from the plan), placing the BIOS
//! images ([`kiwi_ondisk::grub_bios`]) and filling the EFI system partition ([`efi`]).

mod bios;
mod defaults;
mod early;
mod efi;
mod entries;
mod environment_block;
mod menu;
mod open_firmware;
mod places;
mod probe;
mod sysconfig;

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::Xen;
use kiwi_plan::plan::disk::DiskPlan;
use kiwi_plan::plan::filesystem::FileSystem;

pub use bios::CoreImage;
pub use open_firmware::write_core as write_open_firmware_core;

use self::places::Places;
use super::{BootFiles, unified_kernel};
use crate::context::BuildContext;
use crate::error::BuildError;

/// GRUB's name of the platform of Xen guests.
const XEN_TARGET: &str = "x86_64-xen";

/// Writes GRUB's files into `tree`: modules, fonts, EFI programs, settings; and the menu.
///
/// Returns what has to be placed on the disk itself when the image starts from a BIOS.
pub fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    files: Option<&BootFiles>,
) -> Result<Option<CoreImage>, BuildError> {
    let places = Places::of(tree)?;
    places.copy_font_and_theme(tree, disk)?;
    defaults::write(context, tree, disk, &places)?;
    sysconfig::write(tree, disk, &places)?;
    if disk.boot.xen == Some(Xen::Guest) {
        places.copy_modules(tree, XEN_TARGET)?;
    }
    let mut core = None;
    if disk.boot.bios && !starts_from_hypervisor_only(tree, disk) {
        core = Some(bios::make(context, tree, disk, &places)?);
    }
    if disk.boot.efi.is_some() {
        efi::install(context, tree, disk, &places)?;
    }
    menu::write_environment(context, tree, disk, &places)?;
    menu::write(context, tree, disk, &places)?;
    if let Some(files) = files.filter(|_| disk.boot.unified_kernel) {
        unified_kernel::install(context, tree, disk, files)?;
    }
    link_boot_to_itself(tree, disk);
    Ok(core)
}

/// Makes what Open Firmware starts, for [`write_open_firmware_core`].
pub fn open_firmware_core(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
) -> Result<Vec<u8>, BuildError> {
    open_firmware::make(context, tree, disk, &Places::of(tree)?)
}

/// A Xen guest may have no GRUB for a BIOS: the hypervisor brings its own and reads only the menu.
fn starts_from_hypervisor_only(tree: &TreeDir, disk: &DiskPlan) -> bool {
    disk.boot.xen == Some(Xen::Guest) && places::find_data(tree, bios::TARGET).is_none()
}

/// Lets paths that begin with `/boot` be found on a boot partition too, where its file system has symbolic links.
fn link_boot_to_itself(tree: &TreeDir, disk: &DiskPlan) {
    let links = early::boot_filesystem(disk)
        .is_some_and(|plan| !matches!(plan.kind, FileSystem::Fat16 | FileSystem::Fat32));
    if disk.boot.boot_path == "/" && links && !tree.exists("boot/boot") {
        // Nothing needs it, so that it does not matter when it cannot be made.
        let _ = tree.symlink(".", "boot/boot");
    }
}
