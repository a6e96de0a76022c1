//! Disks (`oem`).
//!
//! Everything that goes onto the disk is finished in a view of the tree first: identity files, initrd,
//! boot loader, hooks. Then each file system is made from its directory straight into its place
//! in the image file; nothing is mounted and nothing is copied twice.

use std::fs::File;
use std::path::{Path, PathBuf};

use kiwi_host::TreeDir;
use kiwi_ondisk::grub_bios::{self, CoreLocation};
use kiwi_ondisk::swap::SwapArea;
use kiwi_plan::disk::layout::{DiskLayout, PartitionLayout, layout};
use kiwi_plan::plan::boot::BootLoader;
use kiwi_plan::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, TableKind};
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
use crate::{format, initrd, kernel, partitioner, snapper, system_files};

/// Size of a page of the machines that swap is made for, in bytes.
const PAGE: u32 = 4096;

/// Makes the raw disk and, when one is asked for, the converted one.
pub fn create(context: &BuildContext<'_>, plan: &DiskPlan) -> Result<Vec<Record>, BuildError> {
    let tree = &context.tree()?;
    system_files::write(context, tree, plan)?;
    snapper::configure(tree, plan)?;
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
    let number = plan
        .partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Boot)
        .unwrap_or(root)
        .number;
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
    plan.partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Root)
        .ok_or_else(|| BuildError::Unexpected("the plan has no root partition".into()))
}

/// Writes the image file.
fn assemble(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
    core: Option<CoreImage>,
) -> Result<PathBuf, BuildError> {
    let whole = Excludes::for_tree(tree, &without_mount_points(plan, |_| true))?;
    let measured = measure::measure(tree, &whole)?;
    let layout = layout(plan, &measured).map_err(BuildError::from_layout)?;
    let mut image = ResultFile::create(context, &plan.file_name)?;
    space::require(image.destination(), measured.root_tree.block_bytes)?;
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
    let own: Vec<String> = plan
        .partitions
        .iter()
        .filter_map(|partition| partition.mountpoint.as_deref())
        .filter(|mountpoint| is_wanted(mountpoint))
        .map(|mountpoint| mountpoint.trim_start_matches('/'))
        .filter(|directory| !directory.is_empty())
        .flat_map(|directory| [format!("{directory}/*"), format!("{directory}/.*")])
        .collect();
    plan.excludes
        .iter()
        .filter(|pattern| !own.contains(pattern))
        .cloned()
        .collect()
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
    let Some(mountpoint) = partition.mountpoint.as_deref() else {
        return Ok(());
    };
    let directory = mountpoint.trim_start_matches('/');
    if !directory.is_empty() {
        tree.create_dir_all(directory, 0o755)?;
    }
    let excludes = Excludes::for_tree(
        tree,
        &without_mount_points(plan, |other| other == mountpoint),
    )?;
    filesystem::make(
        context,
        Source {
            tree,
            directory,
            excludes: &excludes,
        },
        content,
        &Target {
            path: image.temporary_path(),
            file: image.file(),
            offset: place.start_bytes,
            bytes: place.bytes,
            sector_size: partitioner::sector_size(plan)?,
            ext: place.ext,
        },
    )
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
