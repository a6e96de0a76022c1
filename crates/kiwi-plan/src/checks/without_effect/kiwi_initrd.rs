//! Settings of an initrd that kiwi builds from a boot description, where dracut makes it or there is none.

use kiwi_description::model::values::InitrdSystem;

use super::Report;
use crate::resolve::{Binding, Facts};

pub(super) fn settings(facts: &Facts<'_>, all: &mut Report<'_>) {
    if facts.initrd_system == InitrdSystem::Kiwi {
        return;
    }
    let why = "without `initrd_system=\"kiwi\"`";
    let boot = &facts.kind().boot;
    all.unused("bootkernel", boot.bootkernel.as_ref(), why);
    all.unused("bootprofile", boot.bootprofile.as_ref(), why);
    for drivers in &facts.description.drivers {
        let applies = facts.choice.applies(Binding {
            profiles: drivers.profiles.as_ref(),
            arch: None,
        });
        // Scripts see the list in `kiwi_drivers`.
        if applies && !has_scripts(facts) {
            all.at("drivers", Some(drivers.span), why);
        }
    }
}

fn has_scripts(facts: &Facts<'_>) -> bool {
    ["config.sh", "images.sh"]
        .iter()
        .any(|name| facts.host.is_file(&facts.host.absolute(name)))
}
