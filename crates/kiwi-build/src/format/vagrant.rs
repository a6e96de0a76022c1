//! Vagrant boxes: the disk and what says how to start it, in a compressed tar archive.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use kiwi_ondisk::compress::Compression;
use kiwi_ondisk::ovf::{DiskFile, virtualbox};
use kiwi_ondisk::raw_disk::RawDisk;
use kiwi_ondisk::tar_stream::{Entry, TarStream};
use kiwi_plan::plan::format::{VagrantPlan, VagrantProviderPlan, Vagrantfile};
use serde_json::{Value, json};

use super::Conversion;
use super::source::with_raw;
use super::virtual_disk::vmdk_of;
use super::{container, qemu};
use crate::error::{Because, BuildError, MissingFile};
use crate::image::xz::Xz;
use crate::result::ResultFile;

const GIB: u64 = 1 << 30;
/// Names that each provider looks for.
const LIBVIRT_DISK: &str = "box.img";
const VIRTUALBOX_DISK: &str = "box.vmdk";
const VIRTUALBOX_MACHINE: &str = "box.ovf";

/// What a box holds.
struct Content {
    metadata: Value,
    vagrantfile: Vec<u8>,
    disk_name: &'static str,
    disk: PathBuf,
    machine: Option<String>,
}

/// Writes the box.
pub(super) fn write(
    conversion: Conversion<'_>,
    name: &str,
    plan: &VagrantPlan,
) -> Result<PathBuf, BuildError> {
    let vagrantfile = vagrantfile(&plan.vagrantfile)?;
    let scratch = container::scratch(conversion)?;
    let raw_bytes = fs_err::metadata(conversion.raw)
        .at("read", conversion.raw)?
        .len();
    let content = match &plan.provider {
        VagrantProviderPlan::Libvirt { disk } => {
            let size = virtual_size(plan.virtual_size_gib, raw_bytes);
            Content {
                metadata: json!({ "format": "qcow2", "provider": "libvirt", "virtual_size": size }),
                vagrantfile,
                disk_name: LIBVIRT_DISK,
                disk: container::in_scratch(conversion, &scratch, |inner| {
                    qemu::convert(inner, LIBVIRT_DISK, disk)
                })?,
                machine: None,
            }
        }
        VagrantProviderPlan::Virtualbox {
            disk,
            machine_name,
            machine_description,
            disk_uuid,
        } => {
            let capacity = virtual_size(plan.virtual_size_gib, raw_bytes) * GIB;
            let path = scratch.path().join(VIRTUALBOX_DISK);
            let vmdk = vmdk_of(disk, VIRTUALBOX_DISK)?;
            let file = File::create_new(&path).at("create", &path)?;
            with_raw(conversion, |raw| {
                let mut writer = BufWriter::with_capacity(1 << 20, &file);
                vmdk.write(&raw.grown_to(capacity), &mut writer)
            })?;
            let machine = virtualbox::Machine {
                name: machine_name.clone(),
                description: machine_description.clone(),
                disk_uuid: disk_uuid.clone(),
            };
            let document = machine.document(&DiskFile {
                file_name: VIRTUALBOX_DISK.to_owned(),
                bytes: file.metadata().at("read", &path)?.len(),
                capacity,
            });
            Content {
                metadata: json!({ "provider": "virtualbox" }),
                vagrantfile,
                disk_name: VIRTUALBOX_DISK,
                disk: path,
                machine: Some(document),
            }
        }
    };
    let packed = pack(conversion, name, &content);
    scratch.close().at("remove", &content.disk)?;
    packed
}

/// The planned size, or that of the disk where it does not fit.
fn virtual_size(planned_gib: u64, raw_bytes: u64) -> u64 {
    let needed = raw_bytes.div_ceil(GIB);
    if needed > planned_gib {
        tracing::warn!(
            "the disk has {needed} GiB, more than the {planned_gib} of `virtualsize`; the box says {needed}"
        );
    }
    needed.max(planned_gib)
}

fn vagrantfile(plan: &Vagrantfile) -> Result<Vec<u8>, BuildError> {
    match plan {
        Vagrantfile::Lines(lines) => Ok((lines.join("\n") + "\n").into_bytes()),
        Vagrantfile::File(path) if !Path::new(path).exists() => {
            Err(BuildError::MissingFiles(vec![MissingFile {
                what: "Vagrantfile",
                path: path.into(),
                origin: None,
            }]))
        }
        Vagrantfile::File(path) => fs_err::read(path).at("read", path),
    }
}

fn pack(conversion: Conversion<'_>, name: &str, content: &Content) -> Result<PathBuf, BuildError> {
    let context = conversion.context;
    let time = context.plan.reproducibility.timestamp.cast_signed();
    let threads = Xz::of(context).threads();
    let box_file = ResultFile::create(context, name)?;
    let metadata = format!("{:#}", content.metadata);
    let packing = Conversion {
        raw: &content.disk,
        ..conversion
    };
    with_raw(packing, |disk: &RawDisk<'_>| {
        let writer = BufWriter::with_capacity(1 << 20, box_file.file());
        // The disk is compressed already, so that trying hard gains nothing.
        let compression = Compression::Gzip { level: 1 };
        let mut archive = TarStream::new(compression.writer(writer, threads)?);
        archive.file("metadata.json", metadata.as_bytes(), time)?;
        archive.file("Vagrantfile", &content.vagrantfile, time)?;
        archive.entry(&Entry::plain_file(content.disk_name, disk.bytes(), time))?;
        disk.copy_to(&mut archive.data_writer())?;
        if let Some(machine) = &content.machine {
            archive.file(VIRTUALBOX_MACHINE, machine.as_bytes(), time)?;
        }
        archive
            .finish()?
            .finish()?
            .flush()
            .map_err(kiwi_ondisk::Error::from)
    })?;
    box_file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_never_smaller_than_their_disk() {
        for (planned, raw, expected) in [(42, GIB, 42), (1, 2 * GIB + 1, 3), (2, 2 * GIB, 2)] {
            assert_eq!(virtual_size(planned, raw), expected);
        }
    }

    #[test]
    fn metadata_is_sorted_and_indented_by_two() {
        let metadata = json!({ "provider": "libvirt", "format": "qcow2", "virtual_size": 42 });
        let expected =
            "{\n  \"format\": \"qcow2\",\n  \"provider\": \"libvirt\",\n  \"virtual_size\": 42\n}";
        assert_eq!(format!("{metadata:#}"), expected);
    }
}
