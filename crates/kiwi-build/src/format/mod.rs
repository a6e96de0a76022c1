//! Formats that a raw disk is converted to.
//!
//! The formats themselves are written by `kiwi-ondisk`, but for qcow2, which `qemu-img` writes. What is made is decided in the
//! plan; the raw disk stays as it is.

mod container;
mod gce;
mod machine;
mod qemu;
mod source;
mod vagrant;
mod virtual_disk;

use std::path::{Path, PathBuf};

use kiwi_host::atomic;
use kiwi_plan::plan::disk::DiskPlan;
use kiwi_plan::plan::format::{DiskFormatPlan, FormatPlan};

use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::image::container::load_command;
use crate::result::Record;

/// What is converted, and for whom.
#[derive(Clone, Copy)]
struct Conversion<'a> {
    context: &'a BuildContext<'a>,
    /// The raw disk.
    raw: &'a Path,
    /// Bytes of its sectors.
    sector_size: u32,
}

/// Converts the raw disk; the first record is the converted one.
pub fn convert(
    context: &BuildContext<'_>,
    raw: &Path,
    disk: &DiskPlan,
    plan: &FormatPlan,
) -> Result<Vec<Record>, BuildError> {
    let conversion = Conversion {
        context,
        raw,
        sector_size: disk.sector_size,
    };
    let files = match &plan.container {
        Some(container) => vec![container::write(conversion, &plan.disk, container)?],
        None => write(conversion, &plan.disk, &plan.file_name)?,
    };
    let mut records = Vec::new();
    for (number, file) in files.into_iter().enumerate() {
        let key = match number {
            0 => "disk_format_image".to_owned(),
            // Disks of several files are useless without the others.
            _ => format!("disk_format_image_{number:03}"),
        };
        let usage = (number == 0)
            .then(|| usage(context, &file, disk, plan))
            .flatten();
        let mut record = Record::new(&key, file).compress(plan.compress);
        record.usage = usage;
        records.push(record);
    }
    if let Some(settings) = &plan.settings {
        let path = context.places.target.join(&settings.file_name);
        let path = std::path::absolute(&path).at("find", &path)?;
        atomic::write(&path, settings.lines.join("\n") + "\n").at("write", &path)?;
        records.push(Record::new("disk_format_machine_settings", path).shasum(false));
    }
    Ok(records)
}

/// Writes the disk under a name in the target directory, and returns all files it consists of, the named one first.
fn write(
    conversion: Conversion<'_>,
    format: &DiskFormatPlan,
    name: &str,
) -> Result<Vec<PathBuf>, BuildError> {
    let one = |path| vec![path];
    match format {
        DiskFormatPlan::Raw => Ok(vec![conversion.raw.to_owned()]),
        DiskFormatPlan::Qcow2(plan) => qemu::convert(conversion, name, plan).map(one),
        DiskFormatPlan::Vmdk(plan) => virtual_disk::vmdk(conversion, name, plan),
        DiskFormatPlan::Vdi(plan) => virtual_disk::vdi(conversion, name, plan).map(one),
        DiskFormatPlan::Vhd(plan) => virtual_disk::vhd(conversion, name, plan).map(one),
        DiskFormatPlan::Vhdx(plan) => virtual_disk::vhdx(conversion, name, plan).map(one),
        DiskFormatPlan::Gce(plan) => gce::write(conversion, name, plan).map(one),
        DiskFormatPlan::Ova(plan) => machine::write_archive(conversion, name, plan).map(one),
        DiskFormatPlan::Vagrant(plan) => vagrant::write(conversion, name, plan).map(one),
    }
}

/// A command that does something useful with the file.
fn usage(
    context: &BuildContext<'_>,
    file: &Path,
    disk: &DiskPlan,
    plan: &FormatPlan,
) -> Option<String> {
    if let Some(container) = &plan.container {
        return Some(load_command(&container.container, file));
    }
    let qemu_format = match &plan.disk {
        DiskFormatPlan::Qcow2(_) => "qcow2",
        DiskFormatPlan::Vmdk(_) => "vmdk",
        DiskFormatPlan::Vdi(_) => "vdi",
        DiskFormatPlan::Vhd(_) => "vpc",
        DiskFormatPlan::Vhdx(_) => "vhdx",
        DiskFormatPlan::Raw => "raw",
        DiskFormatPlan::Vagrant(_) => {
            let name = &context.plan.identity.name;
            return Some(format!("vagrant box add --name {name} {}", file.display()));
        }
        DiskFormatPlan::Gce(_) | DiskFormatPlan::Ova(_) => return None,
    };
    Some(qemu_command(context, disk, file, qemu_format))
}

/// The command that starts the disk in a virtual machine.
pub(crate) fn qemu_command(
    context: &BuildContext<'_>,
    plan: &DiskPlan,
    image: &Path,
    format: &str,
) -> String {
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

#[cfg(test)]
mod tests;
