//! Machines for VMware.

use super::xml::Element;
use super::{
    DiskFile, Hardware, Resource, disk, disk_section, envelope, network_section, references,
};

/// A machine for VMware's hypervisors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Name.
    pub name: String,
    /// Version of the virtual hardware: `vmx-09`.
    pub hardware_version: String,
    /// The guest system as `vmw:osType` names it: `suse64Guest`.
    pub guest_os: String,
    /// Memory in MiB; nothing leaves it to the hypervisor.
    pub memory_mib: Option<u64>,
    /// Processors; nothing leaves it to the hypervisor.
    pub processors: Option<u64>,
    /// The firmware is EFI.
    pub efi: bool,
    /// The firmware starts only what is signed.
    pub secure_boot: bool,
    /// Controller of the disk.
    pub disk_controller: Controller,
    /// The DVD drive.
    pub dvd: Option<Controller>,
    /// Network cards.
    pub networks: Vec<NetworkCard>,
}

/// A controller and its number among those of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// Kind and model.
    pub kind: ControllerKind,
    /// Number among those of the kind.
    pub number: u64,
}

/// Kinds of controllers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControllerKind {
    /// IDE.
    Ide,
    /// NVMe.
    Nvme,
    /// SCSI, with the model as VMware names it: `lsilogic`, `lsilogicsas`, `VirtualSCSI`, `buslogic`.
    Scsi(String),
}

/// A network card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkCard {
    /// Model as VMware names it: `VmxNet3`.
    pub model: String,
    /// Hardware address; nothing lets the hypervisor choose.
    pub mac: Option<String>,
    /// Name of the network it is on.
    pub network: String,
}

impl Machine {
    /// Writes the description.
    pub fn document(&self, file: &DiskFile) -> String {
        let mut system = Element::new("VirtualSystem")
            .attribute("ovf:id", self.name.as_str())
            .child(Element::text("Info", "A virtual machine"))
            .child(Element::text("Name", self.name.as_str()))
            .child(self.guest());
        system.push(self.hardware());
        envelope(&[("xmlns:vmw", "http://www.vmware.com/schema/ovf")])
            .child(references(file))
            .child(disk_section(disk(file)))
            .child(network_section(
                self.networks.iter().map(|card| card.network.as_str()),
            ))
            .child(system)
            .document()
    }

    /// CIM knows hardly any guest, so the number says "other 64 or 32 bit system" and VMware's own word the rest.
    fn guest(&self) -> Element {
        let number = if self.guest_os.contains("64") {
            "102"
        } else {
            "1"
        };
        Element::new("OperatingSystemSection")
            .attribute("ovf:id", number)
            .attribute("vmw:osType", self.guest_os.as_str())
            .child(Element::text("Info", "The guest system"))
    }

    fn hardware(&self) -> Element {
        let mut hardware = Hardware::new(&self.name, &self.hardware_version);
        if let Some(processors) = self.processors {
            let quantity = processors.to_string();
            let fields = [
                ("AllocationUnits", "hertz * 10^6"),
                ("VirtualQuantity", &quantity),
            ];
            hardware.add(Resource::Processor, "Processors", &fields);
        }
        if let Some(memory) = self.memory_mib {
            let quantity = memory.to_string();
            let fields = [
                ("AllocationUnits", "byte * 2^20"),
                ("VirtualQuantity", &quantity),
            ];
            hardware.add(Resource::Memory, "Memory", &fields);
        }
        let disk_parent = add_controller(&mut hardware, &self.disk_controller);
        let own = self
            .dvd
            .as_ref()
            .filter(|dvd| **dvd != self.disk_controller);
        let dvd_parent = own.map(|dvd| add_controller(&mut hardware, dvd));
        for (name, model) in [("USB 2", "vmware.usb.ehci"), ("USB 3", "vmware.usb.xhci")] {
            hardware.add(Resource::Usb, name, &[("ResourceSubType", model)]);
        }
        let fields = [
            ("AddressOnParent", "0"),
            ("HostResource", "ovf:/disk/vmdisk1"),
            ("Parent", &disk_parent),
        ];
        hardware.add(Resource::HardDisk, "Disk", &fields);
        if self.dvd.is_some() {
            let fields = [
                ("AddressOnParent", if own.is_some() { "0" } else { "1" }),
                ("AutomaticAllocation", "true"),
                ("Parent", dvd_parent.as_deref().unwrap_or(&disk_parent)),
                ("ResourceSubType", "vmware.cdrom.remotepassthrough"),
            ];
            hardware.add(Resource::CdDrive, "DVD drive", &fields);
        }
        for (number, card) in self.networks.iter().enumerate() {
            let mut fields = vec![
                ("AutomaticAllocation", "true"),
                ("Connection", card.network.as_str()),
                ("ResourceSubType", card.model.as_str()),
            ];
            if let Some(mac) = &card.mac {
                fields.push(("Address", mac));
            }
            hardware.add(
                Resource::Ethernet,
                &format!("Network card {number}"),
                &fields,
            );
        }
        let mut section = hardware.section;
        let firmware = if self.efi { "efi" } else { "bios" };
        section.push(setting("firmware", firmware));
        if self.secure_boot {
            section.push(setting("bootOptions.efiSecureBootEnabled", "true"));
        }
        section
    }
}

fn add_controller(hardware: &mut Hardware, controller: &Controller) -> String {
    let number = controller.number.to_string();
    let (resource, name, model) = match &controller.kind {
        ControllerKind::Ide => (Resource::Ide, "IDE", None),
        ControllerKind::Nvme => (
            Resource::OtherStorage,
            "NVMe",
            Some("vmware.nvme.controller"),
        ),
        ControllerKind::Scsi(model) => (Resource::Scsi, "SCSI", Some(model.as_str())),
    };
    let mut fields = vec![("Address", number.as_str())];
    fields.extend(model.map(|model| ("ResourceSubType", model)));
    hardware.add(resource, &format!("{name} controller {number}"), &fields)
}

fn setting(key: &str, value: &str) -> Element {
    Element::new("vmw:Config")
        .attribute("ovf:required", "false")
        .attribute("vmw:key", key)
        .attribute("vmw:value", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drive_shares_the_controller_of_the_disk() {
        let ide = |number| Controller {
            kind: ControllerKind::Ide,
            number,
        };
        let mut machine = Machine {
            name: "m".into(),
            hardware_version: "vmx-09".into(),
            guest_os: "suse64Guest".into(),
            memory_mib: None,
            processors: None,
            efi: false,
            secure_boot: false,
            disk_controller: ide(0),
            dvd: Some(ide(0)),
            networks: Vec::new(),
        };
        let file = DiskFile {
            file_name: "m.vmdk".into(),
            bytes: 1,
            capacity: 2,
        };
        let controllers = |machine: &Machine| {
            let text = machine.document(&file);
            text.matches("<rasd:ResourceType>5<").count()
        };
        assert_eq!(controllers(&machine), 1);
        machine.dvd = Some(ide(1));
        assert_eq!(controllers(&machine), 2);
    }
}
