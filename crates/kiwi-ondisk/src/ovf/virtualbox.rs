//! Machines for VirtualBox, as Vagrant boxes have them.

use super::xml::Element;
use super::{
    DiskFile, Hardware, Resource, disk, disk_section, envelope, network_section, references,
};

/// A machine for VirtualBox: one processor, 1 GiB of memory, a SATA disk and a card behind NAT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Name.
    pub name: String,
    /// What it is for, in words.
    pub description: String,
    /// Identifies the disk.
    pub disk_uuid: String,
}

impl Machine {
    /// Writes the description.
    pub fn document(&self, file: &DiskFile) -> String {
        let guest = Element::new("OperatingSystemSection")
            .attribute("ovf:id", "101")
            .child(Element::text("Info", "The guest system"))
            .child(Element::text("Description", "Linux_64"))
            .child(Element::text("vbox:OSType", "Linux_64").attribute("ovf:required", "false"));
        let annotation = Element::new("AnnotationSection")
            .child(Element::text("Info", "What the machine is for"))
            .child(Element::text("Annotation", self.description.as_str()));
        let system = Element::new("VirtualSystem")
            .attribute("ovf:id", self.name.as_str())
            .child(Element::text("Info", "A virtual machine"))
            .child(guest)
            .child(annotation)
            .child(self.hardware());
        envelope(&[("xmlns:vbox", "http://www.virtualbox.org/ovf/machine")])
            .attribute("ovf:version", "1.0")
            .child(references(file))
            .child(disk_section(
                disk(file).attribute("vbox:uuid", self.disk_uuid.as_str()),
            ))
            .child(network_section(["NAT"]))
            .child(system)
            .document()
    }

    fn hardware(&self) -> Element {
        let mut hardware = Hardware::new(&self.name, "virtualbox-2.2");
        let quantity = ("VirtualQuantity", "1");
        hardware.add(Resource::Processor, "1 virtual CPU", &[quantity]);
        let fields = [
            ("AllocationUnits", "MegaBytes"),
            ("VirtualQuantity", "1024"),
        ];
        hardware.add(Resource::Memory, "1024 MB of memory", &fields);
        for number in ["0", "1"] {
            let fields = [("Address", number), ("ResourceSubType", "PIIX4")];
            hardware.add(Resource::Ide, &format!("ideController{number}"), &fields);
        }
        let fields = [("Address", "0"), ("ResourceSubType", "AHCI")];
        let sata = hardware.add(Resource::OtherStorage, "sataController0", &fields);
        let fields = [
            ("AddressOnParent", "0"),
            ("HostResource", "/disk/vmdisk1"),
            ("Parent", &sata),
        ];
        hardware.add(Resource::HardDisk, "disk1", &fields);
        let fields = [
            ("AutomaticAllocation", "true"),
            ("Connection", "NAT"),
            ("ResourceSubType", "E1000"),
        ];
        hardware.add(Resource::Ethernet, "Ethernet adapter on NAT", &fields);
        let fields = [
            ("AddressOnParent", "3"),
            ("AutomaticAllocation", "false"),
            ("ResourceSubType", "ensoniq1371"),
        ];
        hardware.add(Resource::Sound, "sound", &fields);
        hardware.section
    }
}
