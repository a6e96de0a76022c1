//! Only a swap volume has a name. On a plain disk swap is a partition, and `oem-swapname` would be forgotten.
//!
//! Mend: remove `<oem-swapname>`, or use LVM.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::{Facts, VolumeManager, volume_manager};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let config = facts.kind().oemconfig.as_ref();
    let name = config.and_then(|config| config.oem_swapname.as_ref());
    if let Some(name) = name
        && volume_manager(facts.kind()) != Some(VolumeManager::Lvm)
    {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::SWAP_NAME_NEEDS_LVM,
                "`oem-swapname` needs LVM",
            )
            .at(name.span)
            .help("remove it; the label of the swap partition is `SWAP`"),
        );
    }
}
