//! Attributes that the schema allows and nothing ever reads, neither the reference nor this program.
//!
//! Mend: remove them.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::InitrdAction;
use kiwi_description::span::Span;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut report = |what: &str, place: Option<Span>, help: &str| {
        if let Some(span) = place {
            diagnostics.push(
                Diagnostic::warning(codes::checks::NOT_READ, format!("nothing reads {what}"))
                    .at(span)
                    .help(help),
            );
        }
    };
    let bind = "remove it; bind the section to a profile that has this `arch`";
    let rules = facts.package_rules();
    let sections = facts.description.packages.iter();
    for section in sections.filter(|section| rules.applies(section)) {
        for file in &section.files {
            report("`arch` of a file", place(file.arch.as_ref()), bind);
        }
        for product in &section.products {
            report("`arch` of a product", place(product.arch.as_ref()), bind);
        }
        for module in &section.collection_modules {
            report("`arch` of a module", place(module.arch.as_ref()), bind);
        }
    }
    if let Some(machine) = &facts.kind().machine {
        let plain = "remove it";
        report("`arch` of a machine", place(machine.arch.as_ref()), plain);
        let limits = [
            ("`max_cpu`", &machine.max_cpu),
            ("`min_cpu`", &machine.min_cpu),
        ];
        for (name, limit) in limits {
            report(
                name,
                place(limit.as_ref()),
                "`ncpus` sets the number of processors",
            );
        }
        let limits = [
            ("`max_memory`", &machine.max_memory),
            ("`min_memory`", &machine.min_memory),
        ];
        for (name, limit) in limits {
            report(
                name,
                place(limit.as_ref()),
                "`memory` sets the memory in MB",
            );
        }
        if let Some(disk) = &machine.vmdisk {
            report("`device` of a disk", place(disk.device.as_ref()), plain);
            report(
                "`disktype`",
                place(disk.disktype.as_ref()),
                "`diskmode` sets the kind of disk",
            );
        }
    }
    for vagrant in &facts.kind().vagrantconfigs {
        report("`boxname`", place(vagrant.boxname.as_ref()), "remove it");
    }
    for initrd in &facts.kind().initrds {
        let set = *initrd.action == InitrdAction::Set;
        report(
            "a fixed list of modules of the installed system",
            set.then_some(initrd.action.span),
            "use `add` and `omit`; `set` is for the initrd of `installmedia`",
        );
    }
    let media = facts.kind().installmedia.iter();
    for initrd in media.flat_map(|media| &media.initrds) {
        let setup = *initrd.action == InitrdAction::Setup;
        report(
            "`setup` of the installation medium",
            setup.then_some(initrd.action.span),
            "use `add`, `omit` or `set`",
        );
    }
}

fn place<T>(setting: Option<&Spanned<T>>) -> Option<Span> {
    setting.map(|setting| setting.span)
}
