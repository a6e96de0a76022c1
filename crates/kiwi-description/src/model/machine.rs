//! Virtual machines and Vagrant boxes.

use super::Spanned;
use super::reader::{FromNode, Reader};
use super::values::{DiskController, DiskMode, DvdController, VagrantProvider, XenLoader};
use crate::span::Span;

/// The virtual machine that a disk image is described for.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Place of the element.
    pub span: Span,
    /// Version of the VMware virtual hardware; default 9.
    pub hw_version: Option<Spanned<i64>>,
    /// Architecture of the machine; not used.
    pub arch: Option<Spanned<String>>,
    /// Guest system as VMware names it; default `suse-64`.
    pub guest_os: Option<Spanned<String>>,
    /// Largest number of processors; not used.
    pub max_cpu: Option<Spanned<u64>>,
    /// Largest memory in MB; not used.
    pub max_memory: Option<Spanned<u64>>,
    /// Memory in MB.
    pub memory: Option<Spanned<u64>>,
    /// Smallest number of processors; not used.
    pub min_cpu: Option<Spanned<u64>>,
    /// Smallest memory in MB; not used.
    pub min_memory: Option<Spanned<u64>>,
    /// Number of processors.
    pub ncpus: Option<Spanned<u64>>,
    /// Kind of OVF description.
    pub ovftype: Option<Spanned<String>>,
    /// Xen loader; marks the image as a Xen guest.
    pub xen_loader: Option<Spanned<XenLoader>>,
    /// Line added to the VMware settings file.
    pub vmconfig_entries: Vec<Spanned<String>>,
    /// The disk of the virtual machine.
    pub vmdisk: Option<VmDisk>,
    /// The DVD drive of the virtual machine.
    pub vmdvd: Option<VmDvd>,
    /// A network card of the virtual machine.
    pub vmnics: Vec<VmNic>,
}

impl FromNode for Machine {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Machine {
            span: reader.place(),
            hw_version: reader.attribute("HWversion"),
            arch: reader.attribute("arch"),
            guest_os: reader.attribute("guestOS"),
            max_cpu: reader.attribute("max_cpu"),
            max_memory: reader.attribute("max_memory"),
            memory: reader.attribute("memory"),
            min_cpu: reader.attribute("min_cpu"),
            min_memory: reader.attribute("min_memory"),
            ncpus: reader.attribute("ncpus"),
            ovftype: reader.attribute("ovftype"),
            xen_loader: reader.attribute("xen_loader"),
            vmconfig_entries: reader.child_texts("vmconfig-entry"),
            vmdisk: reader.child("vmdisk"),
            vmdvd: reader.child("vmdvd"),
            vmnics: reader.children("vmnic"),
        })
    }
}

/// The disk of the virtual machine.
#[derive(Clone, Debug)]
pub struct VmDisk {
    /// Place of the element.
    pub span: Span,
    /// Disk controller; default `ide`.
    pub controller: Option<Spanned<DiskController>>,
    /// Device name; not used.
    pub device: Option<Spanned<String>>,
    /// How the VMDK file stores the disk.
    pub diskmode: Option<Spanned<DiskMode>>,
    /// Kind of disk; not used.
    pub disktype: Option<Spanned<String>>,
    /// Number of the disk on its controller; default 0.
    pub id: Option<Spanned<u64>>,
}

impl FromNode for VmDisk {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(VmDisk {
            span: reader.place(),
            controller: reader.attribute("controller"),
            device: reader.attribute("device"),
            diskmode: reader.attribute("diskmode"),
            disktype: reader.attribute("disktype"),
            id: reader.attribute("id"),
        })
    }
}

/// The DVD drive of the virtual machine.
#[derive(Clone, Debug)]
pub struct VmDvd {
    /// Place of the element.
    pub span: Span,
    /// Controller of the drive.
    pub controller: Spanned<DvdController>,
    /// Number of the drive on its controller.
    pub id: Spanned<u64>,
}

impl FromNode for VmDvd {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(VmDvd {
            span: reader.place(),
            controller: reader.required("controller")?,
            id: reader.required("id")?,
        })
    }
}

/// A network card of the virtual machine.
#[derive(Clone, Debug)]
pub struct VmNic {
    /// Place of the element.
    pub span: Span,
    /// Number of the card.
    pub interface: Spanned<String>,
    /// Kind of card the machine emulates.
    pub driver: Option<Spanned<String>>,
    /// Hardware address; generated when absent.
    pub mac: Option<Spanned<String>>,
    /// How the card is connected.
    pub mode: Option<Spanned<String>>,
}

impl FromNode for VmNic {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(VmNic {
            span: reader.place(),
            interface: reader.required("interface")?,
            driver: reader.attribute("driver"),
            mac: reader.attribute("mac"),
            mode: reader.attribute("mode"),
        })
    }
}

/// Makes the disk image a Vagrant box.
#[derive(Clone, Debug)]
pub struct VagrantConfig {
    /// Place of the element.
    pub span: Span,
    /// Virtualisation the box is for.
    pub provider: Spanned<VagrantProvider>,
    /// Size of the disk in GB.
    pub virtualsize: Spanned<u64>,
    /// Name of the box; not used.
    pub boxname: Option<Spanned<String>>,
    /// File that replaces the generated Vagrantfile.
    pub embedded_vagrantfile: Option<Spanned<String>>,
    /// Whether the image has the VirtualBox guest additions.
    pub virtualbox_guest_additions_present: Option<Spanned<bool>>,
}

impl FromNode for VagrantConfig {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(VagrantConfig {
            span: reader.place(),
            provider: reader.required("provider")?,
            virtualsize: reader.required("virtualsize")?,
            boxname: reader.attribute("boxname"),
            embedded_vagrantfile: reader.attribute("embedded_vagrantfile"),
            virtualbox_guest_additions_present: reader
                .attribute("virtualbox_guest_additions_present"),
        })
    }
}
