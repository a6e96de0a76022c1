//! Virtual machines and Vagrant boxes.

use crate::model::values::{DiskController, DiskMode, DvdController, VagrantProvider, XenLoader};
use crate::schema::define::Control::Own;
use crate::schema::define::Kind::{Boolean, Form, Integer, Number, Text, Words};
use crate::schema::define::{Element, any, element, maybe, optional, required, word};
use crate::schema::patterns::MAC_ADDRESS;

/// Virtual machines and Vagrant boxes.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("machine", "The virtual machine that a disk image is described for.")
        .attributes(&[
            optional("HWversion", Integer, "Version of the VMware virtual hardware; default 9."),
            optional("arch", Words(&[word("ix86"), word("x86_64")]), "Architecture of the machine; not used."),
            optional("guestOS", Text, "Guest system as VMware names it; default `suse-64`."),
            optional("max_cpu", Number, "Largest number of processors; not used."),
            optional("max_memory", Number, "Largest memory in MB; not used."),
            optional("memory", Number, "Memory in MB."),
            optional("min_cpu", Number, "Smallest number of processors; not used."),
            optional("min_memory", Number, "Smallest memory in MB; not used."),
            optional("ncpus", Number, "Number of processors."),
            optional("ovftype", Words(&[word("vmware")]), "Kind of OVF description."),
            optional("xen_loader", Words(XenLoader::WORDS), "Xen loader; marks the image as a Xen guest."),
        ])
        .children(&[any("vmconfig-entry"), maybe("vmdisk"), maybe("vmdvd"), any("vmnic")]),
    element("vmconfig-entry", "Line added to the VMware settings file.").text(Text),
    element("vmdisk", "The disk of the virtual machine.")
        .attributes(&[
            optional("controller", Words(DiskController::WORDS), "Disk controller; default `ide`."),
            optional("device", Text, "Device name; not used."),
            optional("diskmode", Words(DiskMode::WORDS), "How the VMDK file stores the disk."),
            optional("disktype", Text, "Kind of disk; not used."),
            optional("id", Number, "Number of the disk on its controller; default 0."),
        ]),
    element("vmdvd", "The DVD drive of the virtual machine.")
        .attributes(&[
            required("controller", Words(DvdController::WORDS), "Controller of the drive."),
            required("id", Number, "Number of the drive on its controller."),
        ]),
    element("vmnic", "A network card of the virtual machine.")
        .attributes(&[
            required("interface", Text, "Number of the card."),
            optional("driver", Text, "Kind of card the machine emulates."),
            optional("mac", Form(&MAC_ADDRESS), "Hardware address; generated when absent."),
            optional("mode", Text, "How the card is connected."),
        ]),
    element("vagrantconfig", "Makes the disk image a Vagrant box.")
        .attributes(&[
            required("provider", Words(VagrantProvider::WORDS), "Virtualisation the box is for."),
            required("virtualsize", Number, "Size of the disk in GB."),
            optional("boxname", Text, "Name of the box; not used."),
            optional("embedded_vagrantfile", Text, "File that replaces the generated Vagrantfile.").since("7.1"),
            optional("virtualbox_guest_additions_present", Boolean, "Whether the image has the VirtualBox guest additions.").since("6.9")
                .only_for(Own("provider"), &["virtualbox"]),
        ]),
];
