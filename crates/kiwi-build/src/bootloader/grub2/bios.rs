//! What a BIOS starts: `boot.img` and a core image.

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::plan::disk::{DiskPlan, TableKind};
use kiwi_plan::plan::filesystem::FileSystem;

use super::early;
use super::places::{self, Places};
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// GRUB's name of the platform.
pub(super) const TARGET: &str = "i386-pc";
/// Names inside the tree while the image is made.
const CONFIGURATION: &str = "/.kiwi-grub-early.cfg";
const OUTPUT: &str = "/.kiwi-grub-core.img";

/// Two images that are placed on the disk together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreImage {
    /// 512 bytes for the first sector.
    pub boot: Vec<u8>,
    /// The rest, for the BIOS boot partition or the gap behind the first sector.
    pub core: Vec<u8>,
}

/// Makes the core image inside the tree, and copies the modules it will load.
///
/// The image holds only what it takes to read `/boot`; everything else it loads from there.
pub(super) fn make(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<CoreImage, BuildError> {
    let modules = places::modules(tree, TARGET)?;
    places.copy_modules(tree, TARGET)?;
    tree.create_file(CONFIGURATION, 0o600, early::search(tree, disk, places.name))?;
    let filesystem = early::boot_filesystem(disk).map_or(FileSystem::Ext4, |plan| plan.kind);
    let command = Cmd::new(places.program(tree, "mkimage")?)
        .in_tree(&context.sandbox_of(tree.path()))
        .args([
            "--format",
            TARGET,
            "--output",
            OUTPUT,
            "--config",
            CONFIGURATION,
        ])
        .args(["--directory", &format!("/{modules}")])
        .args(["--prefix", &early::prefix(disk, places.name)])
        .args([
            "biosdisk",
            "search",
            "search_fs_uuid",
            "normal",
            "configfile",
        ])
        .arg(match disk.table {
            TableKind::Gpt => "part_gpt",
            TableKind::Msdos => "part_msdos",
        })
        .arg(grub_module(filesystem))
        .args(early::device_modules(tree, disk, &modules));
    context
        .runner
        .run(&command)
        .purpose("making GRUB's core image")?;
    let core = tree.read(OUTPUT)?;
    tree.remove_file(OUTPUT)?;
    tree.remove_file(CONFIGURATION)?;
    let boot = tree.read(format!("{modules}/boot.img"))?;
    Ok(CoreImage { boot, core })
}

/// GRUB's module for a file system.
pub(super) fn grub_module(filesystem: FileSystem) -> &'static str {
    match filesystem {
        FileSystem::Xfs => "xfs",
        FileSystem::Btrfs => "btrfs",
        FileSystem::Squashfs => "squash4",
        FileSystem::Erofs => "erofs",
        FileSystem::Fat16 | FileSystem::Fat32 => "fat",
        FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 | FileSystem::Swap => "ext2",
    }
}
