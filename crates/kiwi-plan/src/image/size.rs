//! `<size>` of a build type (spec 01, section 7.1).

use crate::plan::Origin;
use crate::plan::image::SizeRule;
use crate::resolve::Facts;

/// The size as written, everything in MiB.
pub(super) struct WrittenSize {
    /// How the size is found.
    pub rule: SizeRule,
    /// Part of it that stays behind the partitions.
    pub unpartitioned_mib: u64,
    /// Where it was written.
    pub origin: Option<Origin>,
}

/// Reads the size.
pub(super) fn written(facts: &Facts<'_>) -> WrittenSize {
    let Some(size) = &facts.kind().size else {
        return WrittenSize {
            rule: SizeRule::Computed,
            unpartitioned_mib: 0,
            origin: None,
        };
    };
    let unit = size.unit.map_or(1, |unit| unit.mebibytes());
    let mib = size.number.saturating_mul(unit);
    let additive = size.additive.is_some_and(|it| *it);
    WrittenSize {
        rule: if additive {
            SizeRule::Additive { mib }
        } else {
            SizeRule::Absolute { mib }
        },
        unpartitioned_mib: size.unpartitioned.map_or(0, |it| it.saturating_mul(unit)),
        origin: Some(facts.places.origin(size.span)),
    }
}
