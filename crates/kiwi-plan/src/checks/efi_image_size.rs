//! The boot catalogue of an ISO image counts the sectors of the EFI image in 16 bits, so it cannot be larger than 31 MB.
//!
//! Mend: 31 or less.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

/// The largest whole number of MB.
const LARGEST_MIB: u64 = 31;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let size = facts.kind().disk.efifatimagesize;
    if let Some(size) = size.filter(|size| **size > LARGEST_MIB) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::EFI_IMAGE_TOO_LARGE,
                format!(
                    "an EFI image of {} MB does not fit into the boot catalogue of an ISO image",
                    *size
                ),
            )
            .at(size.span)
            .help(format!("use {LARGEST_MIB} or less")),
        );
    }
}
