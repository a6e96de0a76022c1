//! A Xen host is not at the same time a Xen guest: the boot loader would have to start the hypervisor inside of itself.
//!
//! Mend: remove `xen_server`, or what makes it a guest.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let Some(server) = kind.general.xen_server.filter(|it| **it) else {
        return;
    };
    if facts.choice.machine != "x86_64" {
        return;
    }
    let firmware = kind.disk.firmware.filter(|it| it.as_str() == "ec2");
    let loader = kind.machine.as_ref().and_then(|it| it.xen_loader);
    let guest = firmware
        .map(|it| ("firmware `ec2`", it.span))
        .or(loader.map(|it| ("`xen_loader`", it.span)));
    if let Some((what, span)) = guest {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::XEN_HOST_AND_GUEST,
                format!("`xen_server` makes a Xen host, and {what} a Xen guest"),
            )
            .at(server.span)
            .related(span, "makes it a guest")
            .help("remove one of them"),
        );
    }
}
