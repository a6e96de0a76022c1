//! `zipl`, which writes the boot records of s390.
//!
//! Its records name the blocks in which kernel and initrd lie, so that it needs the finished disk as a device of the kernel, with
//! its file systems mounted. That takes root and an s390 machine (the plan says so); everything mounted lives in a mount
//! namespace of its own and ends with it.

use std::path::Path;

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::disk::layout::DiskLayout;
use kiwi_plan::plan::boot::ZiplTarget;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};

use super::boot_files::{BootFiles, entry_token};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// Directory of the boot entries.
const ENTRIES: &str = "boot/loader/entries";
/// Attaches the disk, mounts it and calls `zipl` inside.
const SCRIPT: &str = include_str!("install.sh");
/// What stands for the device until there is one.
const DEVICE: &str = "@DEVICE@";

/// Writes the boot entry. The distribution's entry for the kernel is replaced where there is one.
pub(super) fn prepare(
    tree: &TreeDir,
    disk: &DiskPlan,
    files: &BootFiles,
) -> Result<(), BuildError> {
    let version = &files.kernel.version;
    tree.create_dir_all(ENTRIES, 0o755)?;
    let existing = tree.read_dir(ENTRIES)?;
    let name = existing
        .iter()
        .filter_map(|name| name.to_str())
        .find(|name| {
            name.strip_suffix(".conf")
                .is_some_and(|name| name.contains(version.as_str()))
        });
    let name = match name {
        Some(name) => name.to_owned(),
        None => format!("{}-{version}.conf", entry_token(tree)),
    };
    tree.create_file(format!("{ENTRIES}/{name}"), 0o644, entry(disk, files))?;
    Ok(())
}

fn entry(disk: &DiskPlan, files: &BootFiles) -> String {
    let mut text = format!(
        "title {}\nversion {}\noptions {}\nlinux /{}\n",
        disk.boot.title, files.kernel.version, disk.boot.command_line, files.kernel.path
    );
    if let Some(initrd) = &files.initrd {
        text += &format!("initrd /{initrd}\n");
    }
    text
}

/// Writes the boot record onto the finished disk `raw`.
pub fn install(
    context: &BuildContext<'_>,
    disk: &DiskPlan,
    layout: &DiskLayout,
    raw: &Path,
) -> Result<(), BuildError> {
    let scratch = &context.places.scratch;
    let (script, settings) = (scratch.join("zipl.sh"), scratch.join("zipl.conf"));
    let mount_point = scratch.join("zipl");
    fs_err::create_dir_all(&mount_point).at("create", &mount_point)?;
    for (path, text) in [(&script, SCRIPT), (&settings, &configuration(disk, layout))] {
        fs_err::write(path, text).at("write", path)?;
    }
    let mut command = Cmd::new("unshare")
        .args(["--mount", "--propagation", "private", "bash"])
        .arg(script)
        .arg(raw)
        .arg(&mount_point)
        .arg(settings)
        .arg(disk.sector_size.to_string());
    for place in [PartitionRole::Root, PartitionRole::Boot]
        .into_iter()
        .filter_map(|role| layout.partition(role))
    {
        command = command
            .arg(place.start_bytes.to_string())
            .arg(place.bytes.to_string());
    }
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose("writing the boot record with `zipl`")?;
    fs_err::remove_dir(&mount_point).at("remove", &mount_point)
}

/// The configuration for this one disk; the installed system keeps its own.
fn configuration(disk: &DiskPlan, layout: &DiskLayout) -> String {
    let target = disk.boot.zipl_target.unwrap_or(ZiplTarget::Scsi);
    let offset = layout.partitions.first().map_or(0, |place| place.start_lba);
    let mut text = format!(
        "[defaultboot]\ndefaultauto\nprompt=1\ntimeout={}\ntarget=/boot\ntargetbase={DEVICE}\ntargettype={}\n\
         targetblocksize={}\ntargetoffset={offset}\n",
        disk.boot.timeout_seconds,
        target.name(),
        disk.sector_size,
    );
    if !matches!(target, ZiplTarget::Scsi | ZiplTarget::Fba) {
        text += &format!("targetgeometry={}\n", geometry(layout));
    }
    text.push_str("secure=auto\n");
    text
}

/// Cylinders, heads and sectors of a DASD: 15 tracks a cylinder, 12 blocks of 4096 bytes a track (kernel, `dasd_eckd.c`).
fn geometry(layout: &DiskLayout) -> String {
    const HEADS: u64 = 15;
    const BLOCKS: u64 = 12;
    let cylinders = layout.disk_bytes / (HEADS * BLOCKS * 4096);
    format!("{cylinders},{HEADS},{BLOCKS}")
}

#[cfg(test)]
mod tests;
