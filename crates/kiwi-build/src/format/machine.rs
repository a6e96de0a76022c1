//! Archives of a virtual machine (OVA).

use std::io::BufWriter;
use std::path::PathBuf;

use kiwi_ondisk::ova;
use kiwi_ondisk::ovf::vmware::{Controller, ControllerKind, Machine, NetworkCard};
use kiwi_plan::plan::format::{ControllerPlan, MachinePlan, NetworkCardPlan, OvaPlan};

use super::Conversion;
use super::source::with_raw;
use super::virtual_disk::vmdk_of;
use crate::error::BuildError;
use crate::result::ResultFile;

/// Writes the archive.
pub(super) fn write_archive(
    conversion: Conversion<'_>,
    name: &str,
    plan: &OvaPlan,
) -> Result<PathBuf, BuildError> {
    let stem = name.trim_end_matches(".ova");
    let vmdk = vmdk_of(&plan.disk, &format!("{stem}.vmdk"))?;
    let machine = machine(&plan.machine);
    let time = conversion
        .context
        .plan
        .reproducibility
        .timestamp
        .cast_signed();
    let file = ResultFile::create(conversion.context, name)?;
    with_raw(conversion, |raw| {
        let mut writer = BufWriter::with_capacity(1 << 20, file.file());
        ova::write_archive(
            raw,
            stem,
            &vmdk,
            time,
            |disk| machine.document(disk),
            &mut writer,
        )
    })?;
    file.finish()
}

fn machine(plan: &MachinePlan) -> Machine {
    Machine {
        name: plan.name.clone(),
        hardware_version: plan.hardware_version.clone(),
        guest_os: plan.guest_os.clone(),
        memory_mib: plan.memory_mib,
        processors: plan.processors,
        efi: plan.efi,
        secure_boot: plan.secure_boot,
        disk_controller: controller(&plan.disk_controller),
        dvd: plan.dvd_controller.as_ref().map(controller),
        networks: plan.networks.iter().map(network_card).collect(),
    }
}

fn controller(plan: &ControllerPlan) -> Controller {
    Controller {
        kind: match plan.model.as_str() {
            "ide" => ControllerKind::Ide,
            "nvme" => ControllerKind::Nvme,
            model => ControllerKind::Scsi(model.to_owned()),
        },
        number: plan.number,
    }
}

fn network_card(plan: &NetworkCardPlan) -> NetworkCard {
    NetworkCard {
        model: plan.model.clone(),
        mac: plan.mac.clone(),
        network: plan.network.clone(),
    }
}
