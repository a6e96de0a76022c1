//! `boot` names a description to build an initrd from. Without `initrd_system="kiwi"` nobody reads it: most often it is left
//! over from releases in which that was the default.
//!
//! Mend: remove `boot`, or set `initrd_system="kiwi"`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::InitrdSystem;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(boot) = &facts.kind().boot.boot else {
        return;
    };
    if facts.initrd_system == InitrdSystem::Kiwi {
        return;
    }
    diagnostics.push(
        Diagnostic::error(
            codes::checks::BOOT_NEEDS_KIWI_INITRD,
            format!(
                "`boot` means nothing with initrd system `{}`",
                facts.initrd_system
            ),
        )
        .at(boot.span)
        .help("remove `boot`, or set `initrd_system=\"kiwi\"`"),
    );
}
