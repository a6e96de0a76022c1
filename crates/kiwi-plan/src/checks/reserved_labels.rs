//! Labels find file systems when the system starts. On LVM every volume has a file system of its own, and the labels of root,
//! swap and the spare partition are given away.
//!
//! Mend: another label.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use super::storage::written_volumes;
use crate::resolve::{Facts, VolumeManager, volume_manager};

/// Label of the root file system when none is written.
const ROOT: &str = "ROOT";

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if volume_manager(facts.kind()) != Some(VolumeManager::Lvm) {
        return;
    }
    let root = facts.kind().general.rootfs_label.as_ref();
    let reserved = [
        (
            root.map_or(ROOT, |label| label.as_str()),
            "the root file system",
        ),
        ("SWAP", "swap"),
        ("SPARE", "the spare partition"),
    ];
    for volume in written_volumes(facts) {
        let Some(label) = &volume.label else { continue };
        if let Some((_, owner)) = reserved.iter().find(|(name, _)| *name == label.as_str()) {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::RESERVED_LABEL,
                    format!("the label `{}` is the one of {owner}", **label),
                )
                .at(label.span)
                .help("choose another label"),
            );
        }
    }
}
