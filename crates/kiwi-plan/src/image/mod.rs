//! What the tree is turned into, by family of build types.

mod archive;
mod container;
mod disk;
mod excludes;
mod filesystem;
pub(crate) mod later;
mod not_yet;
mod size;

use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::model::values::ImageType;

use crate::ids::Ids;
use crate::plan::image::ImagePlan;
use crate::resolve::Facts;

pub(crate) use filesystem::kind_of as filesystem_kind;
pub use filesystem::squashfs_compression_arguments;
pub(crate) use not_yet::report as report_not_yet;

/// Plans a container, whatever the build type: what the reference knows about a container it knows for every type.
pub fn container_plan(facts: &Facts<'_>) -> crate::plan::container::ContainerPlan {
    container::plan(facts)
}

/// Plans a container around a disk.
pub(crate) fn disk_container_plan(
    facts: &Facts<'_>,
    format: crate::plan::container::ContainerFormat,
) -> crate::plan::container::ContainerPlan {
    container::plan_for_disk(facts, format)
}

/// Plans the image of a build type; `None` when this version does not build it, or when something is wrong.
pub(crate) fn plan(
    facts: &Facts<'_>,
    ids: &Ids,
    diagnostics: &mut Diagnostics,
) -> Option<ImagePlan> {
    match *facts.kind().image {
        ImageType::Tbz => Some(ImagePlan::Archive(archive::plan(facts))),
        ImageType::Ext2
        | ImageType::Ext3
        | ImageType::Ext4
        | ImageType::Xfs
        | ImageType::Btrfs
        | ImageType::Squashfs
        | ImageType::Erofs => filesystem::plan(facts, ids).map(ImagePlan::FileSystem),
        ImageType::Docker | ImageType::Oci => {
            Some(ImagePlan::Container(Box::new(container::plan(facts))))
        }
        ImageType::Oem => {
            disk::plan(facts, ids, diagnostics).map(|plan| ImagePlan::Disk(Box::new(plan)))
        }
        ImageType::Cpio
        | ImageType::Iso
        | ImageType::Pxe
        | ImageType::Kis
        | ImageType::Appx
        | ImageType::Enclave
        | ImageType::Wsl => None,
    }
}
