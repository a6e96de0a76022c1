//! The settings file (`.vmx`) that VMware reads beside a VMDK (spec 04, section 22.1).

use kiwi_description::model::values::{DiskController, DvdController};
use kiwi_description::model::{Machine, VmNic};

use super::machine::{GUEST, HARDWARE_VERSION, card_number, name};
use crate::plan::format::MachineSettings;
use crate::resolve::Facts;

/// Settings that every machine has.
const FIXED: [(&str, &str); 9] = [
    ("config.version", "8"),
    ("tools.syncTime", "true"),
    ("uuid.action", "create"),
    ("priority.grabbed", "normal"),
    ("priority.ungrabbed", "normal"),
    ("powerType.powerOn", "soft"),
    ("powerType.powerOff", "soft"),
    ("powerType.suspend", "soft"),
    ("powerType.reset", "soft"),
];

/// Plans the file that belongs to the disk `disk_name`.
pub(super) fn plan(facts: &Facts<'_>, disk_name: &str) -> MachineSettings {
    let machine = facts.kind().machine.as_ref();
    let mut lines = Lines(vec!["#!/usr/bin/env vmware".to_owned()]);
    for (key, value) in FIXED {
        lines.set(key, value);
    }
    let version = machine
        .and_then(|it| it.hw_version)
        .map_or(HARDWARE_VERSION, |it| *it);
    lines.set("virtualHW.version", version);
    lines.set("displayName", name(facts));
    let guest = machine.and_then(|it| it.guest_os.as_ref());
    lines.set("guestOS", guest.map_or(GUEST, |guest| guest.as_str()));
    if let Some(memory) = machine.and_then(|it| it.memory) {
        lines.set("memsize", *memory);
    }
    if let Some(processors) = machine.and_then(|it| it.ncpus) {
        lines.set("numvcpus", *processors);
    }
    let disk_bus = lines.disk(machine, disk_name);
    if let Some(machine) = machine {
        for (card, place) in machine.vmnics.iter().zip(0..) {
            lines.card(card, place);
        }
        lines.dvd(machine, &disk_bus);
    }
    lines.set("usb.present", "true");
    for entry in machine.iter().flat_map(|it| &it.vmconfig_entries) {
        lines.0.extend(
            entry
                .lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty()),
        );
    }
    MachineSettings {
        file_name: format!("{}.vmx", disk_name.trim_end_matches(".vmdk")),
        lines: lines.0,
    }
}

struct Lines(Vec<String>);

impl Lines {
    fn set(&mut self, key: impl std::fmt::Display, value: impl ToString) {
        self.0
            .push(format!("{key} = \"{}\"", escaped(&value.to_string())));
    }

    /// Adds the disk and returns its bus: `ide0`.
    fn disk(&mut self, machine: Option<&Machine>, disk_name: &str) -> String {
        let disk = machine.and_then(|machine| machine.vmdisk.as_ref());
        let number = disk.and_then(|disk| disk.id).map_or(0, |id| *id);
        let controller = disk
            .and_then(|disk| disk.controller)
            .map_or(DiskController::Ide, |it| *it);
        if controller == DiskController::Ide {
            let bus = format!("ide{number}");
            self.set(format!("{bus}:0.present"), "true");
            self.set(format!("{bus}:0.fileName"), disk_name);
            self.set(format!("{bus}:0.redo"), "");
            return bus;
        }
        let bus = format!("scsi{number}");
        self.scsi(&bus, &controller.to_string());
        self.set(format!("{bus}:0.present"), "true");
        self.set(format!("{bus}:0.fileName"), disk_name);
        self.set(format!("{bus}:0.deviceType"), "scsi-hardDisk");
        bus
    }

    fn scsi(&mut self, bus: &str, model: &str) {
        self.set(format!("{bus}.present"), "true");
        self.set(format!("{bus}.sharedBus"), "none");
        self.set(format!("{bus}.virtualDev"), model);
    }

    fn card(&mut self, card: &VmNic, place: u64) {
        let name = format!("ethernet{}", card_number(card, place));
        self.set(format!("{name}.present"), "true");
        self.set(format!("{name}.allow64bitVmxnet"), "true");
        match &card.mac {
            Some(mac) => {
                self.set(format!("{name}.addressType"), "static");
                self.set(format!("{name}.address"), mac.as_str());
            }
            None => self.set(format!("{name}.addressType"), "generated"),
        }
        if let Some(driver) = &card.driver {
            self.set(format!("{name}.virtualDev"), driver.as_str());
        }
        if let Some(mode) = &card.mode {
            self.set(format!("{name}.connectionType"), mode.as_str());
        }
    }

    /// A drive on the disk's bus is the second device of it.
    fn dvd(&mut self, machine: &Machine, disk_bus: &str) {
        let Some(dvd) = &machine.vmdvd else {
            return;
        };
        let kind = match *dvd.controller {
            DvdController::Ide => "ide",
            DvdController::Scsi => "scsi",
        };
        let bus = format!("{kind}{}", *dvd.id);
        let device = u8::from(bus == disk_bus);
        if *dvd.controller == DvdController::Scsi && bus != disk_bus {
            self.scsi(&bus, "lsilogic");
        }
        self.set(format!("{bus}:{device}.present"), "true");
        self.set(format!("{bus}:{device}.deviceType"), "cdrom-raw");
        self.set(format!("{bus}:{device}.autodetect"), "true");
        self.set(format!("{bus}:{device}.startConnected"), "true");
    }
}

/// Writes what would end a value as `|` and two digits, as VMware does.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        match letter {
            '"' | '|' | '\n' | '\r' => text.push_str(&format!("|{:02X}", u32::from(letter))),
            _ => text.push(letter),
        }
    }
    text
}
