//! Of all volumes one can take what the others leave, not two.
//!
//! Mend: a size for all but one.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::VolumeSize;

use super::storage::written_volumes;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut full = written_volumes(facts).filter_map(|volume| {
        let sizes = [volume.size, volume.freespace];
        sizes
            .into_iter()
            .flatten()
            .find(|size| **size == VolumeSize::All)
    });
    let Some(first) = full.next() else { return };
    for other in full {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::TWO_FULL_VOLUMES,
                "only one volume can take all that is left",
            )
            .at(other.span)
            .related(first.span, "the first one")
            .help("give one of them a size, as in `size=\"2G\"`, or `freespace`"),
        );
    }
}
