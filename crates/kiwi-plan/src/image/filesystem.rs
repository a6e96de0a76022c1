//! File system images, and what all file systems share (spec 06, section 11; spec 04, section 9).

use kiwi_description::model::values::{Filesystem, ImageType};

use super::{excludes, size};
use crate::ids::Ids;
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::image::FileSystemImagePlan;
use crate::resolve::Facts;

/// Plans a file system image; `None` for kinds that come later.
pub(super) fn plan(facts: &Facts<'_>, ids: &Ids) -> Option<FileSystemImagePlan> {
    let kind = match *facts.kind().image {
        ImageType::Ext2 => FileSystem::Ext2,
        ImageType::Ext3 => FileSystem::Ext3,
        ImageType::Ext4 => FileSystem::Ext4,
        ImageType::Xfs => FileSystem::Xfs,
        ImageType::Btrfs => FileSystem::Btrfs,
        ImageType::Squashfs => FileSystem::Squashfs,
        ImageType::Erofs => FileSystem::Erofs,
        _ => return None,
    };
    let size = size::written(facts);
    Some(FileSystemImagePlan {
        file_name: format!(
            "{}.{}",
            facts.identity.result_stem, facts.identity.build_type
        ),
        filesystem: root(facts, kind, None, ids),
        size: size.rule,
        size_origin: size.origin,
        excludes: excludes::common(facts),
    })
}

/// The file system that holds the root of the tree: options of the type are for it.
pub(super) fn root(
    facts: &Facts<'_>,
    kind: FileSystem,
    label: Option<&str>,
    ids: &Ids,
) -> FileSystemPlan {
    let general = &facts.kind().general;
    let create_options: Vec<String> = general
        .fscreateoptions
        .iter()
        .flat_map(|options| options.split_whitespace())
        .map(str::to_owned)
        .collect();
    let compression = match kind {
        FileSystem::Squashfs if create_options.iter().any(|option| option == "-comp") => None,
        FileSystem::Squashfs => Some(
            general
                .squashfscompression
                .map_or("xz", |it| it.as_str())
                .to_owned(),
        ),
        FileSystem::Erofs => general
            .erofscompression
            .as_ref()
            .map(|compression| compression.value.clone()),
        _ => None,
    };
    FileSystemPlan {
        kind,
        label: label.map(str::to_owned),
        uuid: has_uuid(kind).then(|| ids.uuid("file system root")),
        create_options,
        mount_options: general
            .fsmountoptions
            .as_ref()
            .map(|options| options.value.clone()),
        compression,
        btrfs: None,
    }
}

/// The read-only root file system of a disk with a writable layer.
pub(super) fn read_only_root(facts: &Facts<'_>, ids: &Ids) -> FileSystemPlan {
    let overlay = &facts.kind().overlay;
    let kind = overlay
        .overlayroot_readonly_filesystem
        .map_or(FileSystem::Squashfs, |written| kind_of(*written));
    let options = overlay.overlayroot_readonly_createoptions.as_ref();
    let options = options
        .iter()
        .flat_map(|options| options.split_whitespace());
    FileSystemPlan {
        uuid: has_uuid(kind).then(|| ids.uuid("file system read-only root")),
        create_options: options.map(str::to_owned).collect(),
        mount_options: None,
        ..root(facts, kind, None, ids)
    }
}

/// Translates a file system of the description.
pub(crate) fn kind_of(written: Filesystem) -> FileSystem {
    match written {
        Filesystem::Btrfs => FileSystem::Btrfs,
        Filesystem::Ext2 => FileSystem::Ext2,
        Filesystem::Ext3 => FileSystem::Ext3,
        Filesystem::Ext4 => FileSystem::Ext4,
        Filesystem::Squashfs => FileSystem::Squashfs,
        Filesystem::Erofs => FileSystem::Erofs,
        Filesystem::Xfs => FileSystem::Xfs,
        Filesystem::Fat32 => FileSystem::Fat32,
        Filesystem::Fat16 => FileSystem::Fat16,
    }
}

/// squashfs has no uuid; erofs has.
fn has_uuid(kind: FileSystem) -> bool {
    kind != FileSystem::Squashfs
}

/// Returns the compression arguments of `mksquashfs` for a plan made here.
///
/// xz gets the filter for the machine code of the architecture, which makes binaries a few percent smaller. An option
/// that the description gives itself is not given twice.
pub fn squashfs_compression_arguments(plan: &FileSystemPlan, architecture: &str) -> Vec<String> {
    let given = |option: &str| plan.create_options.iter().any(|it| it == option);
    let mut arguments: Vec<&str> = Vec::new();
    match plan.compression.as_deref() {
        None => {}
        Some("uncompressed") => arguments.extend(
            ["-noI", "-noD", "-noF", "-noX"]
                .into_iter()
                .filter(|option| !given(option)),
        ),
        Some(other) => {
            arguments.extend(["-comp", other]);
            let filter = match architecture {
                "x86_64" | "i386" | "i486" | "i586" | "i686" | "ix86" => Some("x86"),
                "ppc" | "ppc64" | "ppc64le" => Some("powerpc"),
                _ => None,
            };
            if let (Some(filter), "xz", false) = (filter, other, given("-Xbcj")) {
                arguments.extend(["-Xbcj", filter]);
            }
        }
    }
    arguments.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squashfs_arguments() {
        let plan = |compression: Option<&str>, options: &[&str]| FileSystemPlan {
            kind: FileSystem::Squashfs,
            label: None,
            uuid: None,
            create_options: options.iter().map(|it| (*it).to_owned()).collect(),
            mount_options: None,
            compression: compression.map(str::to_owned),
            btrfs: None,
        };
        for (plan, architecture, expected) in [
            (plan(Some("xz"), &[]), "x86_64", "-comp xz -Xbcj x86"),
            (
                plan(Some("xz"), &["-Xbcj", "x86,arm"]),
                "x86_64",
                "-comp xz",
            ),
            (plan(Some("xz"), &[]), "ppc64le", "-comp xz -Xbcj powerpc"),
            (plan(Some("xz"), &[]), "aarch64", "-comp xz"),
            (plan(Some("zstd"), &[]), "x86_64", "-comp zstd"),
            (
                plan(Some("uncompressed"), &["-noX"]),
                "x86_64",
                "-noI -noD -noF",
            ),
            (plan(None, &["-comp", "lz4"]), "x86_64", ""),
        ] {
            assert_eq!(
                squashfs_compression_arguments(&plan, architecture).join(" "),
                expected
            );
        }
    }
}
