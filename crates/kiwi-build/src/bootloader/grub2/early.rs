//! GRUB's first configuration: finds the file system with the real one.

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::btrfs::BtrfsPlan;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};
use kiwi_plan::plan::filesystem::FileSystemPlan;

/// File system that holds `/boot`.
pub(super) fn boot_filesystem(disk: &DiskPlan) -> Option<&FileSystemPlan> {
    let of = |role| {
        disk.partitions
            .iter()
            .find(|partition| partition.role == role)
            .and_then(|partition| partition.filesystem.as_ref())
    };
    of(PartitionRole::Boot).or_else(|| of(PartitionRole::Root))
}

/// `boot_path` followed by GRUB's directory, as GRUB sees it.
pub(super) fn prefix(disk: &DiskPlan, grub: &str) -> String {
    format!("{}/{grub}", disk.boot.boot_path.trim_end_matches('/'))
}

/// Whether paths are those of the default subvolume: snapper changes it, and the GRUB of some distributions follows.
pub(super) fn follows_default_subvolume(tree: &TreeDir, disk: &DiskPlan) -> bool {
    const WORD: &[u8] = b"btrfs_relative_path";
    if !btrfs(disk).is_some_and(|btrfs| btrfs.snapper) {
        return false;
    }
    [
        "usr/share/grub2",
        "usr/lib/grub2",
        "usr/share/grub",
        "usr/lib/grub",
    ]
    .iter()
    .flat_map(|data| {
        let targets = tree.read_dir(data).unwrap_or_default();
        targets
            .into_iter()
            .map(move |target| Path::new(data).join(target).join("btrfs.mod"))
    })
    .any(|module| {
        tree.read(module)
            .is_ok_and(|bytes| bytes.windows(WORD.len()).any(|it| it == WORD))
    })
}

/// Subvolumes of the file system that holds `/boot`.
fn btrfs(disk: &DiskPlan) -> Option<&BtrfsPlan> {
    boot_filesystem(disk)?.btrfs.as_deref()
}

/// Commands that set `root` and `prefix`.
pub(super) fn search(tree: &TreeDir, disk: &DiskPlan, grub: &str) -> String {
    if follows_default_subvolume(tree, disk) {
        let prefix = prefix(disk, grub);
        let root = btrfs(disk).map_or("", |btrfs| btrfs.root.as_str());
        let inside = prefix
            .strip_prefix(&format!("/{root}"))
            .unwrap_or(&prefix)
            .to_owned();
        return format!(
            "set btrfs_relative_path=\"yes\"\n{}",
            commands(disk, &inside)
        );
    }
    commands(disk, &prefix(disk, grub))
}

fn commands(disk: &DiskPlan, prefix: &str) -> String {
    let uuid = boot_filesystem(disk)
        .and_then(|filesystem| filesystem.uuid.clone())
        .unwrap_or_default();
    format!("search --no-floppy --fs-uuid --set=root {uuid}\nset prefix=($root){prefix}\n")
}

/// The whole configuration for a GRUB that loads its menu from there.
pub(super) fn configuration(tree: &TreeDir, disk: &DiskPlan, grub: &str) -> String {
    let mut text = search(tree, disk, grub);
    text.push_str("configfile $prefix/grub.cfg\n");
    text
}
