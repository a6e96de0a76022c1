//! What goes into the initrd (spec 03, section 15.3).

use kiwi_description::model::Dracut;
use kiwi_description::model::values::{InitrdAction, InitrdSystem};

use crate::plan::boot::InitrdPlan;
use crate::resolve::Facts;

/// Packages that bring the module which grows the root file system at first boot; one of them is enough.
pub(crate) const REPART_PACKAGES: [&str; 2] = ["dracut-kiwi-oem-repart", "kiwi-dracut-oem-repart"];

/// Plans the initrd of a disk; `None` when the type has none.
pub(crate) fn plan(facts: &Facts<'_>) -> Option<InitrdPlan> {
    if facts.initrd_system != InitrdSystem::Dracut {
        return None;
    }
    let resize_root = facts.grows() && facts.asks_for_any(&REPART_PACKAGES);
    let mut add_modules = listed(facts, InitrdAction::Add, |dracut| dracut.module.as_deref());
    if resize_root {
        push_new(&mut add_modules, "kiwi-repart");
    }
    let mut omit_modules = listed(facts, InitrdAction::Omit, |dracut| dracut.module.as_deref());
    let config = facts.kind().oemconfig.as_ref();
    let multipath = config
        .and_then(|config| config.oem_multipath_scan)
        .is_some_and(|it| *it);
    if !multipath {
        push_new(&mut omit_modules, "multipath");
    }
    Some(InitrdPlan {
        add_modules,
        omit_modules,
        add_drivers: listed(facts, InitrdAction::Add, |dracut| dracut.driver.as_deref()),
        omit_drivers: listed(facts, InitrdAction::Omit, |dracut| dracut.driver.as_deref()),
        install_files: vec!["/.profile".to_owned(), "/config.partids".to_owned()],
        resize_root,
    })
}

/// Modules or drivers of one action in document order, each once.
fn listed<'a>(
    facts: &Facts<'a>,
    action: InitrdAction,
    name: impl Fn(&'a Dracut) -> Option<&'a String>,
) -> Vec<String> {
    let mut names = Vec::new();
    let initrds = facts.kind().initrds.iter();
    for dracut in initrds
        .filter(|initrd| *initrd.action == action)
        .flat_map(|initrd| &initrd.dracut)
    {
        for word in name(dracut).iter().flat_map(|name| name.split_whitespace()) {
            push_new(&mut names, word);
        }
    }
    names
}

fn push_new(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|other| other == name) {
        names.push(name.to_owned());
    }
}
