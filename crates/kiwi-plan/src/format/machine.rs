//! The virtual machine of an OVA (spec 04, section 22.1).

use kiwi_description::model::values::{DiskController, DvdController};
use kiwi_description::model::{Machine, VmNic};

use super::FormatRules;
use crate::plan::format::{ControllerPlan, MachinePlan, NetworkCardPlan};
use crate::resolve::Facts;

/// Version of the virtual hardware when none is written.
pub(super) const HARDWARE_VERSION: i64 = 9;
/// Guest system when none is written.
pub(super) const GUEST: &str = "suse-64";
/// Model of a network card when none is written.
const NETWORK_CARD: &str = "VmxNet3";
/// Network of the only card when nothing is written, as VMware calls its first one.
const NETWORK: &str = "VM Network";

/// Plans the machine.
pub(super) fn plan(facts: &Facts<'_>, rules: FormatRules<'_>) -> MachinePlan {
    let machine = facts.kind().machine.as_ref();
    let written = machine.and_then(|it| it.hw_version).map(|version| *version);
    let guest = machine.and_then(|it| it.guest_os.as_ref());
    let mut networks: Vec<NetworkCardPlan> = machine
        .iter()
        .flat_map(|it| &it.vmnics)
        .zip(0..)
        .map(network)
        .collect();
    if networks.is_empty() {
        networks.push(NetworkCardPlan {
            model: NETWORK_CARD.to_owned(),
            mac: None,
            network: NETWORK.to_owned(),
        });
    }
    MachinePlan {
        name: name(facts),
        hardware_version: format!("vmx-{:02}", written.unwrap_or(HARDWARE_VERSION)),
        guest_os: guest_system(guest.map_or(GUEST, |guest| guest.as_str())),
        memory_mib: machine.and_then(|it| it.memory).map(|it| *it),
        processors: machine.and_then(|it| it.ncpus).map(|it| *it),
        efi: rules.efi,
        secure_boot: rules.efi && rules.secure_boot,
        disk_controller: controller(machine),
        dvd_controller: machine
            .and_then(|it| it.vmdvd.as_ref())
            .map(|dvd| ControllerPlan {
                model: match *dvd.controller {
                    DvdController::Ide => "ide",
                    DvdController::Scsi => "lsilogic",
                }
                .to_owned(),
                number: *dvd.id,
            }),
        networks,
    }
}

/// Name of the machine.
pub(super) fn name(facts: &Facts<'_>) -> String {
    let identity = &facts.identity;
    identity
        .display_name
        .clone()
        .unwrap_or_else(|| identity.name.clone())
}

/// Number of a network card: the digits of its name, else its place in the list.
pub(crate) fn card_number(card: &VmNic, place: u64) -> u64 {
    let text = card.interface.trim();
    let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().unwrap_or(place)
}

/// Controllers that VMware has under other names, and NVMe for what it does not have.
fn controller(machine: Option<&Machine>) -> ControllerPlan {
    let disk = machine.and_then(|machine| machine.vmdisk.as_ref());
    let model = match disk.and_then(|disk| disk.controller).map(|it| *it) {
        Some(DiskController::Ide) => "ide",
        Some(DiskController::Buslogic) => "buslogic",
        Some(DiskController::Lsilogic) => "lsilogic",
        Some(DiskController::Lsisas1068) => "lsilogicsas",
        Some(DiskController::Pvscsi) => "VirtualSCSI",
        Some(DiskController::LegacyEsx) | None => "nvme",
    };
    ControllerPlan {
        model: model.to_owned(),
        number: disk.and_then(|disk| disk.id).map_or(0, |id| *id),
    }
}

fn network((card, place): (&VmNic, u64)) -> NetworkCardPlan {
    let model = card
        .driver
        .as_ref()
        .map_or(NETWORK_CARD, |driver| driver.as_str());
    let known = ["E1000", "E1000e", "PCNet32", "VmxNet", "VmxNet2", "VmxNet3"];
    let spelled = known.iter().find(|known| known.eq_ignore_ascii_case(model));
    let network = match &card.mode {
        Some(mode) => mode.value.clone(),
        None if card_number(card, place) == 0 => NETWORK.to_owned(),
        None => format!("{NETWORK} {}", card_number(card, place)),
    };
    NetworkCardPlan {
        model: (*spelled.unwrap_or(&model)).to_owned(),
        mac: card.mac.as_ref().map(|mac| mac.value.clone()),
        network,
    }
}

/// Turns the name of a guest as settings files have it into the one of OVF files: `suse-64` into `suse64Guest`, `sles11-64` into
/// `sles11_64Guest`. What is such a name already stays.
fn guest_system(name: &str) -> String {
    if name.ends_with("Guest") {
        return name.to_owned();
    }
    let (stem, is_64) = match name.strip_suffix("-64") {
        Some(stem) => (stem, true),
        None => (name, false),
    };
    let stem = match stem
        .strip_prefix("other")
        .and_then(|rest| rest.strip_suffix("linux"))
    {
        Some(version) => format!("other{version}Linux"),
        None => stem.to_owned(),
    };
    let bits = match (
        is_64,
        stem.ends_with(|letter: char| letter.is_ascii_digit()),
    ) {
        (true, true) => "_64",
        (true, false) => "64",
        (false, _) => "",
    };
    format!("{stem}{bits}Guest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_other_names_in_ovf_files() {
        for (written, expected) in [
            ("suse-64", "suse64Guest"),
            ("suse", "suseGuest"),
            ("sles11-64", "sles11_64Guest"),
            ("otherlinux-64", "otherLinux64Guest"),
            ("other3xlinux-64", "other3xLinux64Guest"),
            ("debian10_64Guest", "debian10_64Guest"),
        ] {
            assert_eq!(guest_system(written), expected);
        }
    }
}
