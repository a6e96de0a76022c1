//! Formats of disks: what they are called, what their options mean, and the machines they describe (spec 04, section 22).

mod container;
mod machine;
pub(crate) mod options;
mod settings;
mod vagrant;

use kiwi_description::model::values::{DiskFormat, ImageFormat, VagrantProvider};

use crate::ids::Ids;
use crate::plan::format::{
    DiskFormatPlan, FormatPlan, GcePlan, OvaPlan, Qcow2Plan, VdiPlan, VhdPlan, VhdxPlan, VmdkPlan,
};
use crate::resolve::Facts;
pub(crate) use machine::card_number;
use options::{Options, VmdkOptions};

/// What formats have to know of the rest of the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormatRules<'a> {
    /// A BIOS can start the disk.
    pub(crate) bios: bool,
    /// EFI firmware can start the disk.
    pub(crate) efi: bool,
    /// The firmware was written as `uefi`.
    pub(crate) secure_boot: bool,
    /// Identifies the root file system.
    pub(crate) root_uuid: &'a str,
}

/// Plans the conversion; `None` when the raw disk is what is wanted.
pub(crate) fn plan(facts: &Facts<'_>, rules: FormatRules<'_>, ids: &Ids) -> Option<FormatPlan> {
    let format = facts.kind().output.format?;
    if format.container.is_none() && format.disk == DiskFormat::Raw {
        return None;
    }
    let stem = &facts.identity.result_stem;
    let suffix = suffix(facts, format.disk);
    let file_name = match format.container {
        None => format!("{stem}.{suffix}"),
        Some(_) => container::file_name(facts, *format),
    };
    Some(FormatPlan {
        name: format.to_string(),
        disk: disk(facts, format.disk, rules, ids),
        settings: (format.disk == DiskFormat::Vmdk && format.container.is_none())
            .then(|| settings::plan(facts, &file_name)),
        container: format
            .container
            .map(|kind| Box::new(container::plan(facts, *format, kind, suffix))),
        compress: compress(facts, *format),
        file_name,
    })
}

/// What follows the stem in the name of a disk, without the dot.
pub(crate) fn suffix(facts: &Facts<'_>, format: DiskFormat) -> &'static str {
    match format {
        DiskFormat::Gce => "tar.gz",
        DiskFormat::Ova => "ova",
        DiskFormat::Qcow2 => "qcow2",
        DiskFormat::Raw => "raw",
        DiskFormat::Vdi => "vdi",
        DiskFormat::Vhd => "vhd",
        DiskFormat::VhdFixed => "vhdfixed",
        DiskFormat::Vhdx => "vhdx",
        DiskFormat::Vmdk => "vmdk",
        DiskFormat::Vagrant => match vagrant::provider(facts) {
            VagrantProvider::Libvirt => "vagrant.libvirt.box",
            VagrantProvider::Virtualbox => "vagrant.virtualbox.box",
        },
    }
}

fn disk(
    facts: &Facts<'_>,
    format: DiskFormat,
    rules: FormatRules<'_>,
    ids: &Ids,
) -> DiskFormatPlan {
    let options = Options::of(facts);
    match format {
        DiskFormat::Raw => DiskFormatPlan::Raw,
        DiskFormat::Qcow2 => DiskFormatPlan::Qcow2(qcow2(&options)),
        DiskFormat::Vmdk => DiskFormatPlan::Vmdk(vmdk(options.vmdk(facts), ids)),
        DiskFormat::Vdi => DiskFormatPlan::Vdi(VdiPlan {
            uuid: ids.uuid("vdi"),
            modification_uuid: ids.uuid("vdi content"),
            is_static: options.vdi_is_static(),
        }),
        DiskFormat::Vhd | DiskFormat::VhdFixed => {
            let always_fixed = format == DiskFormat::VhdFixed;
            let options = options.vhd();
            let tag = facts.kind().output.vhdfixedtag.as_ref();
            DiskFormatPlan::Vhd(VhdPlan {
                uuid: ids.uuid("vhd"),
                fixed: always_fixed || options.fixed,
                exact_size: options.exact_size,
                tag: tag.filter(|_| always_fixed).map(|tag| tag.value.clone()),
            })
        }
        DiskFormat::Vhdx => {
            let options = options.vhdx();
            DiskFormatPlan::Vhdx(VhdxPlan {
                disk_id: ids.uuid("vhdx"),
                file_write_id: ids.uuid("vhdx file"),
                data_write_id: ids.uuid("vhdx content"),
                block_bytes: options.block_bytes,
                log_bytes: options.log_bytes,
                zero_blocks: options.zero_blocks,
            })
        }
        DiskFormat::Gce => DiskFormatPlan::Gce(GcePlan {
            license: facts
                .kind()
                .output
                .gcelicense
                .as_ref()
                .map(|it| it.value.clone()),
        }),
        DiskFormat::Ova => DiskFormatPlan::Ova(Box::new(OvaPlan {
            disk: vmdk(
                VmdkOptions {
                    subformat: options::STREAM_OPTIMIZED.to_owned(),
                    ..options.vmdk(facts)
                },
                ids,
            ),
            machine: machine::plan(facts, rules),
        })),
        DiskFormat::Vagrant => {
            DiskFormatPlan::Vagrant(Box::new(vagrant::plan(facts, &options, rules, ids)))
        }
    }
}

fn qcow2(options: &Options) -> Qcow2Plan {
    Qcow2Plan {
        options: options.as_written(),
    }
}

fn vmdk(options: VmdkOptions, ids: &Ids) -> VmdkPlan {
    VmdkPlan {
        subformat: options.subformat,
        adapter: options.adapter,
        hardware_version: options.hardware_version,
        tools_version: options.tools_version,
        zeroed_grains: options.zeroed_grains,
        content_id: ids.medium_id("vmdk"),
    }
}

/// Whether a bundle compresses the result: disks that are not compressed by themselves, unless they hold encrypted data, which
/// does not become smaller.
fn compress(facts: &Facts<'_>, format: ImageFormat) -> bool {
    let wanted = facts.host.settings.bundle_compress;
    let encrypted = facts.kind().luks.luks.is_some();
    if format.container.is_some() {
        return false;
    }
    match format.disk {
        DiskFormat::Gce | DiskFormat::Vagrant | DiskFormat::Raw => false,
        DiskFormat::Qcow2 | DiskFormat::Ova => wanted.unwrap_or(false),
        DiskFormat::Vmdk => !encrypted && wanted.unwrap_or(false),
        DiskFormat::Vdi | DiskFormat::Vhd | DiskFormat::Vhdx | DiskFormat::VhdFixed => {
            !encrypted && wanted.unwrap_or(true)
        }
    }
}

#[cfg(test)]
mod tests;
