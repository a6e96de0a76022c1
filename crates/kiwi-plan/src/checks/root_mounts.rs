//! The root file system is mounted at `/`. A volume or partition that is mounted there too would hide it; the root volume is
//! written as `@root`.
//!
//! Mend: `name="@root"` for the root volume, another mount point for others.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::Span;

use super::storage::{written_partitions, written_volumes};
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    for volume in written_volumes(facts).filter(|it| !it.name.contains("@root")) {
        let place = volume.mountpoint.as_ref().unwrap_or(&volume.name);
        if is_root(place) {
            diagnostics.push(twice("a volume", place.span).help(
                "call it `@root`, or `@root=NAME`, without a mount point: that is the root volume",
            ));
        }
    }
    let partitions = written_partitions(facts).filter_map(|it| it.mountpoint.as_ref());
    let spare = facts.kind().spare.spare_part_mountpoint.as_ref();
    for place in partitions.chain(spare).filter(|it| is_root(it)) {
        diagnostics.push(
            twice("a partition", place.span).help(
                "the root partition is made without being listed; choose another mount point",
            ),
        );
    }
}

fn twice(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::checks::ROOT_TWICE,
        format!("{what} cannot be mounted at `/`, where the root file system is"),
    )
    .at(span)
}

fn is_root(path: &str) -> bool {
    let path = path.trim();
    !path.is_empty() && path.chars().all(|letter| letter == '/')
}
