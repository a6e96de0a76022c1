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
mod menu;
mod places;
mod probe;

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::DiskPlan;

pub use bios::CoreImage;

use self::places::Places;
use crate::context::BuildContext;
use crate::error::BuildError;

/// Writes GRUB's files into `tree`: modules, fonts, EFI programs, settings; and the menu.
///
/// Returns what has to be placed on the disk itself when the image starts from a BIOS.
pub fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
) -> Result<Option<CoreImage>, BuildError> {
    let places = Places::of(tree)?;
    places.copy_font_and_theme(tree, disk)?;
    defaults::write(context, tree, disk, &places)?;
    let mut core = None;
    if disk.boot.bios {
        core = Some(bios::make(context, tree, disk, &places)?);
    }
    if disk.boot.efi.is_some() {
        efi::install(context, tree, disk, &places)?;
    }
    menu::write_environment(context, tree, disk, &places)?;
    menu::write(context, tree, disk, &places)?;
    Ok(core)
}
