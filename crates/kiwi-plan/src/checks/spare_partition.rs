//! The spare partition: attributes that mean something to its file system, and a place where nothing else must grow.
//!
//! Mend: as the message says.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{Filesystem, ImageType};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    if kind.spare.spare_part.is_none() || *kind.image != ImageType::Oem {
        return;
    }
    attributes(facts, diagnostics);
    let last = kind.spare.spare_part_is_last.filter(|last| **last);
    if let Some(last) = last.filter(|_| facts.grows()) {
        diagnostics.push(
            Diagnostic::warning(
                codes::checks::SPARE_BEHIND_ROOT,
                "the root file system shall grow at first boot, and the spare partition lies behind it",
            )
            .at(last.span)
            .help("set `<oem-resize>false</oem-resize>`, or leave `spare_part_is_last` out"),
        );
    }
}

fn attributes(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let spare = &facts.kind().spare;
    let Some(written) = &spare.spare_part_fs_attributes else {
        return;
    };
    let mut warn = |message: String| {
        diagnostics.push(
            Diagnostic::warning(codes::checks::WITHOUT_EFFECT, message)
                .at(written.span)
                .help("remove it, or set what it depends on"),
        );
    };
    let Some(filesystem) = spare.spare_part_fs.map(|it| *it) else {
        warn("`spare_part_fs_attributes` has no effect without `spare_part_fs`".to_owned());
        return;
    };
    if written.has("no-copy-on-write") && filesystem != Filesystem::Btrfs {
        warn(format!(
            "`no-copy-on-write` has no effect on {filesystem}, which overwrites files in their place"
        ));
    }
}
