//! `tbz`: a tar archive, compressed with xz whatever its name says (spec 06, section 10).

use super::excludes;
use crate::plan::image::ArchivePlan;
use crate::resolve::Facts;

/// Plans the archive.
pub(super) fn plan(facts: &Facts<'_>) -> ArchivePlan {
    ArchivePlan {
        file_name: format!("{}.tar.xz", facts.identity.result_stem),
        excludes: excludes::common(facts),
    }
}
