//! GRUB's first configuration: finds the file system with the real one.

use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};
use kiwi_plan::plan::filesystem::FileSystemPlan;

/// File system that holds `/boot`.
pub(super) fn boot_filesystem(disk: &DiskPlan) -> Option<&FileSystemPlan> {
    let of = |role| {
        disk.partition(role)
            .and_then(|partition| partition.filesystem.as_ref())
    };
    of(PartitionRole::Boot).or_else(|| of(PartitionRole::Root))
}

/// `boot_path` followed by GRUB's directory, as GRUB sees it.
pub(super) fn prefix(disk: &DiskPlan, grub: &str) -> String {
    format!("{}/{grub}", disk.boot.boot_path.trim_end_matches('/'))
}

/// Commands that set `root` and `prefix`.
pub(super) fn search(disk: &DiskPlan, grub: &str) -> String {
    let uuid = boot_filesystem(disk)
        .and_then(|filesystem| filesystem.uuid.clone())
        .unwrap_or_default();
    let prefix = prefix(disk, grub);
    format!("search --no-floppy --fs-uuid --set=root {uuid}\nset prefix=($root){prefix}\n")
}

/// The whole configuration for a GRUB that loads its menu from there.
pub(super) fn configuration(disk: &DiskPlan, grub: &str) -> String {
    let mut text = search(disk, grub);
    text.push_str("configfile $prefix/grub.cfg\n");
    text
}
