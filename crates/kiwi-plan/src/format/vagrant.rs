//! Vagrant boxes (spec 04, section 22).

use kiwi_description::model::VagrantConfig;
use kiwi_description::model::values::VagrantProvider;

use super::options::Options;
use super::{FormatRules, qcow2, vmdk};
use crate::ids::Ids;
use crate::plan::format::{VagrantPlan, VagrantProviderPlan, Vagrantfile};
use crate::resolve::Facts;

/// Size of the disk when none is written, in GiB.
const VIRTUAL_SIZE_GIB: u64 = 42;
/// First half of the hardware addresses of boxes; the rest is derived.
const MAC_PREFIX: &str = "00163E";

/// Only the first box of a type is made.
fn written<'a>(facts: &Facts<'a>) -> Option<&'a VagrantConfig> {
    facts.kind().vagrantconfigs.first()
}

/// What the box is for.
pub(super) fn provider(facts: &Facts<'_>) -> VagrantProvider {
    written(facts).map_or(VagrantProvider::Libvirt, |config| *config.provider)
}

/// Plans the box.
pub(super) fn plan(
    facts: &Facts<'_>,
    options: &Options,
    rules: FormatRules<'_>,
    ids: &Ids,
) -> VagrantPlan {
    let config = written(facts);
    let size = config.map_or(0, |config| *config.virtualsize);
    let provider = provider(facts);
    let embedded = config.and_then(|config| config.embedded_vagrantfile.as_ref());
    VagrantPlan {
        provider: match provider {
            VagrantProvider::Libvirt => VagrantProviderPlan::Libvirt {
                disk: qcow2(options),
            },
            VagrantProvider::Virtualbox => VagrantProviderPlan::Virtualbox {
                disk: vmdk(options.box_vmdk(), ids),
                machine_name: facts.identity.name.clone(),
                machine_description: facts.identity.specification.clone(),
                disk_uuid: rules.root_uuid.to_owned(),
            },
        },
        virtual_size_gib: if size == 0 { VIRTUAL_SIZE_GIB } else { size },
        vagrantfile: match embedded {
            Some(file) => {
                // A prepared tree has it beside the description, under its last name.
                let name = match file.rsplit_once('/') {
                    Some((_, name)) if facts.host.prepared => name,
                    _ => file.as_str(),
                };
                let path = facts.host.absolute(name);
                Vagrantfile::File(path.to_string_lossy().into_owned())
            }
            None => Vagrantfile::Lines(lines(config, provider, rules, ids)),
        },
    }
}

fn lines(
    config: Option<&VagrantConfig>,
    provider: VagrantProvider,
    rules: FormatRules<'_>,
    ids: &Ids,
) -> Vec<String> {
    const RSYNC: &str = "  config.vm.synced_folder \".\", \"/vagrant\", type: \"rsync\"";
    let mut lines = vec!["Vagrant.configure(\"2\") do |config|".to_owned()];
    match provider {
        VagrantProvider::Libvirt => {
            lines.push(RSYNC.to_owned());
            lines.push("  config.vm.provider :libvirt do |libvirt|".to_owned());
            lines.push("    libvirt.driver = \"kvm\"".to_owned());
            lines.push("  end".to_owned());
        }
        VagrantProvider::Virtualbox => {
            let address = ids.medium_id("vagrant address") & 0x00ff_ffff;
            lines.push(format!(
                "  config.vm.base_mac = \"{MAC_PREFIX}{address:06X}\""
            ));
            let additions = config.and_then(|config| config.virtualbox_guest_additions_present);
            if !additions.is_some_and(|present| *present) {
                lines.push(RSYNC.to_owned());
            }
            if !rules.bios && rules.efi {
                // The machine's description has no word for its firmware.
                lines.push("  config.vm.provider :virtualbox do |virtualbox|".to_owned());
                lines.push(
                    "    virtualbox.customize [\"modifyvm\", :id, \"--firmware\", \"efi\"]"
                        .to_owned(),
                );
                lines.push("  end".to_owned());
            }
        }
    }
    lines.push("end".to_owned());
    lines
}
