//! The spare partition (spec 04, section 4, rows 7 and 10).

use super::builder::{Builder, Draft, plain};
use super::custom::normal;
use crate::image::filesystem_kind;
use crate::plan::disk::{FileAttribute, PartitionRole};
use crate::plan::filesystem::FileSystem;
use crate::resolve::Facts;

/// Adds it, unless it shall be the last one.
pub(super) fn add_before_root(builder: &mut Builder<'_>) {
    if !is_last(builder) {
        add(builder, false);
    }
}

/// Adds it when it shall be the last one; then it also gets what is left over.
pub(super) fn add_behind_root(builder: &mut Builder<'_>) {
    if is_last(builder) {
        add(builder, true);
    }
}

fn is_last(builder: &Builder<'_>) -> bool {
    let last = builder.facts.kind().spare.spare_part_is_last;
    last.is_some_and(|it| *it)
}

fn add(builder: &mut Builder<'_>, takes_rest: bool) {
    let spare = &builder.facts.kind().spare;
    let Some(size) = &spare.spare_part else {
        return;
    };
    let origin = builder.facts.places.origin(size.span);
    let kind = spare.spare_part_fs.map(|kind| filesystem_kind(*kind));
    builder.add(Draft {
        filesystem: kind.map(|kind| plain(builder.ids, kind, "SPARE", "spare")),
        mountpoint: spare.spare_part_mountpoint.as_ref().map(|it| normal(it)),
        attributes: kind.map_or_else(Vec::new, |kind| attributes(builder.facts, kind)),
        takes_rest,
        keys: vec!["kiwi_SparePart".to_owned()],
        reason: if takes_rest {
            "spare space, with what is left over"
        } else {
            "spare space"
        },
        ..Draft::new(
            PartitionRole::Spare,
            "spare",
            "p.spare",
            (size.mebibytes(), origin),
        )
    });
}

/// What is written, without what the file system does anyway: only btrfs copies what it overwrites.
fn attributes(facts: &Facts<'_>, kind: FileSystem) -> Vec<FileAttribute> {
    let written = facts.kind().spare.spare_part_fs_attributes.iter();
    let mut attributes: Vec<FileAttribute> = Vec::new();
    for word in written.flat_map(|list| list.iter()) {
        let attribute = match word.trim() {
            "no-copy-on-write" if kind == FileSystem::Btrfs => FileAttribute::NoCopyOnWrite,
            "synchronous-updates" => FileAttribute::SynchronousUpdates,
            _ => continue,
        };
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    attributes
}
