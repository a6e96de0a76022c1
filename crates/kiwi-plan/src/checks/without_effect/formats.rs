//! Settings of a disk format or of a virtual machine that this format does not have.

use kiwi_description::model::values::{DiskFormat, DiskMode, ImageFormat};
use kiwi_description::model::{Machine, Type};

use super::Report;

pub(super) fn settings(kind: &Type, all: &mut Report<'_>) {
    let output = &kind.output;
    let written = output.format.map(|format| *format);
    let format = written.map(|format| format.disk);
    let options = output.formatoptions.as_ref();
    match format {
        None => all.unused("formatoptions", options, "without `format`"),
        Some(DiskFormat::Gce | DiskFormat::Raw) => {
            all.unused("formatoptions", options, "on a raw disk inside an archive");
        }
        Some(_) => {}
    }
    if format != Some(DiskFormat::Gce) {
        let why = "without `format=\"gce\"`";
        all.unused("gcelicense", output.gcelicense.as_ref(), why);
    }
    if format != Some(DiskFormat::VhdFixed) {
        let why = "without `format=\"vhd-fixed\"`";
        all.unused("vhdfixedtag", output.vhdfixedtag.as_ref(), why);
    }
    vagrant(kind, format, all);
    if let Some(machine) = &kind.machine {
        self::machine(machine, written, all);
    }
}

fn vagrant(kind: &Type, format: Option<DiskFormat>, all: &mut Report<'_>) {
    let is_box = format == Some(DiskFormat::Vagrant);
    let (made, why) = if is_box {
        (1, "behind the first one: a build makes one box")
    } else {
        (0, "without `format=\"vagrant\"`")
    };
    for config in kind.vagrantconfigs.iter().skip(made) {
        all.at("vagrantconfig", Some(config.span), why);
    }
    if let Some(config) = kind.vagrantconfigs.first().filter(|_| is_box)
        && config.embedded_vagrantfile.is_some()
    {
        let place = config.virtualbox_guest_additions_present.as_ref();
        let why = "with a `Vagrantfile` of your own";
        all.unused("virtualbox_guest_additions_present", place, why);
    }
}

/// A machine is described by the settings file beside a VMDK and by an OVA; the disk of a VMDK in a container knows its controller
/// and its form only.
fn machine(machine: &Machine, format: Option<ImageFormat>, all: &mut Report<'_>) {
    let xen = machine.xen_loader.is_some();
    match format.map(|format| (format.disk, format.container)) {
        Some((DiskFormat::Vmdk, None)) => {
            let why = "without `format=\"ova\"`";
            all.unused("ovftype", machine.ovftype.as_ref(), why);
        }
        Some((DiskFormat::Ova, _)) => {
            let entries = machine.vmconfig_entries.first();
            all.unused(
                "vmconfig-entry",
                entries,
                "in an OVA, which has no settings file",
            );
            let mode = machine.vmdisk.as_ref().and_then(|disk| disk.diskmode);
            let other = mode.filter(|mode| **mode != DiskMode::StreamOptimized);
            let why = "in an OVA, whose disk is always `streamOptimized`";
            all.unused("diskmode", other.as_ref(), why);
        }
        Some((DiskFormat::Vmdk, Some(_))) if machine.vmdisk.is_some() => {}
        _ if xen => {}
        _ => all.at(
            "machine",
            Some(machine.span),
            "without `format=\"vmdk\"` or `\"ova\"`",
        ),
    }
}
