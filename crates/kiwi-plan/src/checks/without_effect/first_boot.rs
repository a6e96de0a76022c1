//! Settings of `oemconfig` that belong to something that this disk does not have.
//!
//! Settings of the installer are left alone: scripts of the image see them too.

use super::{Report, is};
use crate::resolve::Facts;

pub(super) fn settings(facts: &Facts<'_>, all: &mut Report<'_>) {
    let Some(config) = &facts.kind().oemconfig else {
        return;
    };
    if !is(config.oem_recovery) {
        let why = "without `oem-recovery`";
        let place = config.oem_recovery_part_size.as_ref();
        all.unused("oem-recovery-part-size", place, why);
        let inplace = config.oem_inplace_recovery.filter(|it| **it);
        all.unused("oem-inplace-recovery", inplace.as_ref(), why);
    }
    if !facts.grows() {
        let once = config.oem_resize_once.filter(|it| **it);
        let why = "when the disk does not grow";
        all.unused("oem-resize-once", once.as_ref(), why);
    }
    if !is(config.oem_unattended) {
        let place = config.oem_unattended_id.as_ref();
        all.unused("oem-unattended-id", place, "without `oem-unattended`");
    }
}
