//! Descriptions of virtual machines in the Open Virtualization Format.
//!
//! Specification: DMTF DSP0243 1.1. Resources have the numbers of CIM's `ResourceType`; what is behind them (models of
//! controllers, cards) is the word of each hypervisor: VMware's in [`vmware`], VirtualBox' in [`virtualbox`].

pub mod virtualbox;
pub mod vmware;
mod xml;

use xml::Element;

const ENVELOPE: &str = "http://schemas.dmtf.org/ovf/envelope/1";
const RESOURCE: &str =
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData";
const SYSTEM: &str =
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData";
/// What a disk of the form for streams is called.
const STREAM_OPTIMIZED: &str =
    "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

/// The file of the only disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFile {
    /// Name of the file beside the description.
    pub file_name: String,
    /// Its length.
    pub bytes: u64,
    /// Length of the disk inside.
    pub capacity: u64,
}

/// A resource of the machine, by the numbers of CIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Processor = 3,
    Memory = 4,
    Ide = 5,
    Scsi = 6,
    Ethernet = 10,
    CdDrive = 15,
    HardDisk = 17,
    OtherStorage = 20,
    Usb = 23,
    Sound = 35,
}

/// Collects the items of the virtual hardware and numbers them.
struct Hardware {
    section: Element,
    last: u32,
}

impl Hardware {
    fn new(machine: &str, kind: &str) -> Self {
        let system = Element::new("System")
            .child(Element::text("vssd:ElementName", "Virtual Hardware Family"))
            .child(Element::text("vssd:InstanceID", "0"))
            .child(Element::text("vssd:VirtualSystemIdentifier", machine))
            .child(Element::text("vssd:VirtualSystemType", kind));
        Self {
            section: Element::new("VirtualHardwareSection")
                .child(Element::text("Info", "Virtual hardware"))
                .child(system),
            last: 0,
        }
    }

    /// Adds an item and returns its number; `fields` are names without prefix, in any order.
    fn add(&mut self, resource: Resource, name: &str, fields: &[(&str, &str)]) -> String {
        self.last += 1;
        let number = self.last.to_string();
        let kind = (resource as u32).to_string();
        let own = [
            ("ElementName", name),
            ("InstanceID", &number),
            ("ResourceType", &kind),
        ];
        let mut all: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
        // The schema has them in the order of the alphabet.
        all.sort_unstable();
        let mut item = Element::new("Item");
        for (name, value) in all {
            item = item.child(Element::text(format!("rasd:{name}"), value));
        }
        self.section.push(item);
        number
    }
}

fn envelope(more: &[(&str, &str)]) -> Element {
    let mut envelope = Element::new("Envelope")
        .attribute("xmlns", ENVELOPE)
        .attribute("xmlns:ovf", ENVELOPE)
        .attribute("xmlns:rasd", RESOURCE)
        .attribute("xmlns:vssd", SYSTEM);
    for (name, value) in more {
        envelope = envelope.attribute(name, *value);
    }
    envelope
}

fn references(disk: &DiskFile) -> Element {
    Element::new("References").child(
        Element::new("File")
            .attribute("ovf:href", disk.file_name.as_str())
            .attribute("ovf:id", "file1")
            .attribute("ovf:size", disk.bytes.to_string()),
    )
}

fn disk_section(disk: Element) -> Element {
    Element::new("DiskSection")
        .child(Element::text("Info", "The disk of the machine"))
        .child(disk)
}

/// The disk itself; hypervisors add attributes of their own.
fn disk(disk: &DiskFile) -> Element {
    Element::new("Disk")
        .attribute("ovf:capacity", disk.capacity.to_string())
        .attribute("ovf:capacityAllocationUnits", "byte")
        .attribute("ovf:diskId", "vmdisk1")
        .attribute("ovf:fileRef", "file1")
        .attribute("ovf:format", STREAM_OPTIMIZED)
}

fn network_section<'a>(names: impl IntoIterator<Item = &'a str>) -> Element {
    let mut section = Element::new("NetworkSection").child(Element::text("Info", "Networks"));
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        section.push(
            Element::new("Network")
                .attribute("ovf:name", name)
                .child(Element::text(
                    "Description",
                    format!("The network `{name}`"),
                )),
        );
    }
    section
}
