//! LVM volumes have file systems of their own and so labels of their own; subvolumes of btrfs share the label of the root.
//!
//! Mend: no `label`, or LVM.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use super::storage::written_volumes;
use crate::resolve::{Facts, VolumeManager, volume_manager};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if volume_manager(facts.kind()) == Some(VolumeManager::Lvm) {
        return;
    }
    for label in written_volumes(facts).filter_map(|volume| volume.label.as_ref()) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::LABEL_NEEDS_LVM,
                "a subvolume of btrfs has no label",
            )
            .at(label.span)
            .help("remove it, or set `preferlvm=\"true\"` of `systemdisk`"),
        );
    }
}
