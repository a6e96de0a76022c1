//! Disks (`oem`).
//!
//! Everything that goes onto the disk is finished in a view of the tree first: identity files, initrd,
//! boot loader, hooks. Then each file system is made from its directory straight into its place
//! in the image file; nothing is mounted and nothing is copied twice.

use std::fs::File;
use std::path::{Path, PathBuf};

use kiwi_host::{Scratch, TreeDir};
use kiwi_ondisk::ext;
use kiwi_ondisk::grub_bios::{self, CoreLocation};
use kiwi_ondisk::swap::SwapArea;
use kiwi_plan::disk::layout::{DiskLayout, PartitionLayout, layout};
use kiwi_plan::plan::boot::BootLoader;
use kiwi_plan::plan::disk::{DiskPlan, FileAttribute, PartitionPlan, PartitionRole, TableKind};
use kiwi_plan::plan::filesystem::FileSystemPlan;
use kiwi_plan::plan::root::Hook;

use super::space;
use crate::bootloader::grub2::{self, CoreImage};
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::excludes::Excludes;
use crate::filesystem::{self, Source, Target};
use crate::progress::phase;
use crate::result::{Record, ResultFile};
use crate::root::{measure, scripts};
use crate::{format, initrd, kernel, partitioner, system_files};

/// Size of a page of the machines that swap is made for, in bytes.
const PAGE: u32 = 4096;

/// Makes the raw disk and, when one is asked for, the converted one.
pub fn create(context: &BuildContext<'_>, plan: &DiskPlan) -> Result<Vec<Record>, BuildError> {
    let tree = &context.tree()?;
    system_files::write(context, tree, plan)?;
    if let Some(initrd) = &plan.initrd {
        let kernel = kernel::newest(tree)?;
        phase("initrd", || initrd::build(context, tree, &kernel, initrd))?;
    }
    let core = phase("boot loader", || match plan.boot.loader {
        BootLoader::Grub2 => grub2::install(context, tree, plan),
        BootLoader::Custom => Ok(None),
    })?;
    run_hooks(context, plan)?;
    system_files::remove_build_files(tree)?;
    let raw = phase("disk", || assemble(context, tree, plan, core))?;
    let settings = &context.plan.settings;
    let mut records = vec![
        Record::new("disk_image", &raw)
            .use_for_bundle(plan.format.is_none())
            .compress(settings.compress_bundle.unwrap_or(true))
            .usage(qemu_command(context, plan, &raw, "raw")),
    ];
    if let Some(format) = &plan.format {
        let converted = phase("format", || format::convert(context, &raw, format))?;
        records.push(
            Record::new("disk_format_image", &converted)
                .compress(settings.compress_bundle.unwrap_or(false))
                .usage(qemu_command(context, plan, &converted, &format.name)),
        );
    }
    Ok(records)
}

/// The command that starts the disk in a virtual machine.
fn qemu_command(context: &BuildContext<'_>, plan: &DiskPlan, image: &Path, format: &str) -> String {
    let firmware = if plan.boot.bios {
        ""
    } else {
        "-bios /usr/share/ovmf/OVMF.fd "
    };
    format!(
        "qemu-system-{} {firmware}-m 1024 -nographic -drive file={},format={format},if=virtio",
        context.plan.identity.architecture,
        image.display()
    )
}

fn run_hooks(context: &BuildContext<'_>, plan: &DiskPlan) -> Result<(), BuildError> {
    let root = root_partition(plan)?;
    let number = plan.partition(PartitionRole::Boot).unwrap_or(root).number;
    let filesystem = root
        .filesystem
        .as_ref()
        .map_or("", |filesystem| filesystem.kind.fstab_name());
    let arguments = [filesystem, &number.to_string()].map(str::to_owned);
    scripts::run_on_host(context, Hook::EditBootConfig, arguments)?;
    scripts::run_in_tree(context, Hook::PreDiskSync)?;
    scripts::run_in_tree(context, Hook::Disk)?;
    Ok(())
}

fn root_partition(plan: &DiskPlan) -> Result<&PartitionPlan, BuildError> {
    plan.partition(PartitionRole::Root)
        .ok_or_else(|| BuildError::Unexpected("the plan has no root partition".into()))
}

/// Writes the image file.
fn assemble(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
    core: Option<CoreImage>,
) -> Result<PathBuf, BuildError> {
    for mountpoint in plan.mountpoints().into_iter().filter(|it| *it != "/") {
        tree.create_dir_all(mountpoint.trim_start_matches('/'), 0o755)?;
    }
    let whole = Excludes::for_tree(tree, &without_mount_points(plan, |_| true))?;
    let measured = measure::measure(tree, &whole, &plan.mountpoints())?;
    let layout = layout(plan, &measured).map_err(BuildError::from_layout)?;
    let mut image = ResultFile::create(context, &plan.file_name)?;
    let copies = plan.partitions.iter().map(|it| plan.original(it));
    let needed = copies
        .filter_map(|partition| partition.mountpoint.as_deref())
        .map(|mountpoint| measured.at(mountpoint).block_bytes)
        .sum();
    space::require(image.destination(), needed)?;
    image
        .file()
        .set_len(layout.disk_bytes)
        .at("resize", image.temporary_path())?;
    partitioner::write(plan, &layout, image.file_mut())?;
    for (partition, place) in plan.partitions.iter().zip(&layout.partitions) {
        fill(context, tree, plan, (partition, place), &mut image)?;
    }
    if let Some(core) = core {
        place_core(plan, &layout, &core, image.file_mut())?;
    }
    image.finish()
}

/// The plan's excludes without those that keep the content of mount points out, where `is_wanted` says so.
fn without_mount_points(plan: &DiskPlan, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mountpoints = plan.mountpoints().into_iter();
    without_content_of(&plan.excludes, mountpoints.filter(|it| is_wanted(it)))
}

fn without_content_of<'a>(
    excludes: &[String],
    mountpoints: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut excludes = excludes.to_vec();
    let own = mountpoints
        .map(|mountpoint| mountpoint.trim_start_matches('/'))
        .filter(|directory| !directory.is_empty())
        .flat_map(|directory| [format!("{directory}/*"), format!("{directory}/.*")]);
    for pattern in own {
        // They are behind the others, among which there may be the same: `tmp/*` stays out wherever `/tmp` is.
        if let Some(index) = excludes.iter().rposition(|other| *other == pattern) {
            excludes.remove(index);
        }
    }
    excludes
}

/// Whether a path is a directory or below it.
fn is_within(path: &str, directory: &str) -> bool {
    Path::new(path).starts_with(directory)
}

/// Makes the content of one partition.
fn fill(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
    (partition, place): (&PartitionPlan, &PartitionLayout),
    image: &mut ResultFile,
) -> Result<(), BuildError> {
    let Some(content) = &partition.filesystem else {
        return Ok(());
    };
    if partition.role == PartitionRole::Swap {
        let area = SwapArea {
            label: content.label.clone().unwrap_or_default(),
            uuid: partitioner::uuid(content.uuid.as_deref().unwrap_or_default())?,
            page_size: PAGE,
        };
        area.write(image.file_mut(), place.start_bytes, place.bytes)?;
        return Ok(());
    }
    let target = Target {
        path: image.temporary_path(),
        file: image.file(),
        offset: place.start_bytes,
        bytes: place.bytes,
        sector_size: partitioner::sector_size(plan)?,
        ext: place.ext,
    };
    // A copy holds what its original holds, made once more with identifiers of its own.
    match plan.original(partition).mountpoint.as_deref() {
        Some(mountpoint) => {
            // What stays out of the file systems around this one is in it.
            let planned = without_mount_points(plan, |other| is_within(mountpoint, other));
            let source = Source {
                tree,
                directory: mountpoint.trim_start_matches('/'),
                excludes: &Excludes::for_tree(tree, &planned)?,
            };
            filesystem::make(context, source, content, &target)?;
        }
        None => make_empty(context, content, &target)?,
    }
    for attribute in &partition.attributes {
        match attribute {
            FileAttribute::SynchronousUpdates if content.kind.is_ext() => {
                ext::set_synchronous(image.file(), place.start_bytes)?;
            }
            FileAttribute::SynchronousUpdates | FileAttribute::NoCopyOnWrite => {
                return Err(BuildError::Unexpected(format!(
                    "the plan wants {attribute:?} on {}, which this version does not do",
                    content.kind.fstab_name()
                )));
            }
        }
    }
    Ok(())
}

/// Makes a file system that is mounted nowhere: it has its label and nothing in it.
fn make_empty(
    context: &BuildContext<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let scratch = Scratch::create(&context.places.scratch, "empty")
        .at("write in", &context.places.scratch)?;
    let tree = TreeDir::open(scratch.path())?;
    tree.create_dir_all("root", 0o755)?;
    let source = Source {
        tree: &tree,
        directory: "root",
        excludes: &Excludes::default(),
    };
    filesystem::make(context, source, plan, target)?;
    let path = scratch.path().to_owned();
    scratch.close().at("remove", &path)
}

/// Puts GRUB's BIOS images where the table leaves room for them.
fn place_core(
    plan: &DiskPlan,
    layout: &DiskLayout,
    core: &CoreImage,
    image: &mut File,
) -> Result<(), BuildError> {
    let location = match (plan.table, layout.partition(PartitionRole::BiosBoot)) {
        (TableKind::Gpt, Some(place)) => CoreLocation::BiosBootPartition {
            start_lba: place.start_lba,
            sectors: place.sectors,
        },
        (TableKind::Gpt, None) => {
            return Err(BuildError::Unexpected(
                "the plan has no BIOS boot partition for GRUB".into(),
            ));
        }
        (TableKind::Msdos, _) => CoreLocation::MbrGap {
            first_partition_lba: layout
                .partitions
                .iter()
                .map(|place| place.start_lba)
                .min()
                .unwrap_or(plan.start_sector),
        },
    };
    grub_bios::install(image, &core.boot, &core.core, location)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_mount_points_keep_their_content() {
        let patterns = [
            "tmp/*",
            "var/*",
            "var/.*",
            "var/log/*",
            "var/log/.*",
            "tmp/*",
            "tmp/.*",
        ];
        let planned = patterns.map(str::to_owned);
        let left = |mountpoint: &str| {
            let all = ["/", "/var", "/var/log", "/tmp"].into_iter();
            without_content_of(&planned, all.filter(|other| is_within(mountpoint, other)))
        };
        assert_eq!(left("/"), patterns);
        assert_eq!(
            left("/var"),
            ["tmp/*", "var/log/*", "var/log/.*", "tmp/*", "tmp/.*"]
        );
        assert_eq!(left("/var/log"), ["tmp/*", "tmp/*", "tmp/.*"]);
        // What is in `/tmp` stays out, wherever it lies.
        assert_eq!(
            left("/tmp"),
            ["tmp/*", "var/*", "var/.*", "var/log/*", "var/log/.*"]
        );
        assert!(!is_within("/variable", "/var"));
    }
}
