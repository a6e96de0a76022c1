//! Partitions that the description adds (spec 04, section 5).

use kiwi_description::model::Partition;
use kiwi_description::model::values::PartitionType;

use super::builder::{Builder, Copies, Draft, plain};
use crate::disk::type_codes::Content;
use crate::image::filesystem_kind;
use crate::plan::disk::PartitionRole;

/// Adds them as they are written.
pub(super) fn add(builder: &mut Builder<'_>) {
    let written = builder.facts.kind().partitions.iter();
    for partition in written.flat_map(|all| &all.partitions) {
        add_one(builder, partition);
    }
}

fn add_one(builder: &mut Builder<'_>, partition: &Partition) {
    let id = partition.name.as_str();
    let default_name = format!("p.lx{id}");
    let name = partition
        .partition_name
        .as_ref()
        .map_or(default_name.as_str(), |name| name.as_str());
    let label = partition
        .label
        .as_ref()
        .map_or_else(|| id.to_uppercase(), |label| label.value.clone());
    let raid = partition
        .partition_type
        .is_some_and(|it| *it == PartitionType::Raid);
    let size = partition.size.mebibytes();
    let origin = builder.facts.places.origin(partition.size.span);
    builder.add(Draft {
        number: partition.part_id,
        content: if raid {
            Content::Raid
        } else {
            Content::Named(name)
        },
        filesystem: partition
            .filesystem
            .map(|kind| plain(builder.ids, filesystem_kind(*kind), &label, id)),
        mountpoint: partition.mountpoint.as_ref().map(|it| normal(it)),
        keys: vec![format!("kiwi_{}Part", title_case(id))],
        reason: "the description adds it",
        copies: Copies::new(partition.clone, id, name),
        ..Draft::new(PartitionRole::Custom, id, name, (size, origin))
    });
}

/// A mount point with one slash in front of each directory.
pub(super) fn normal(mountpoint: &str) -> String {
    let directories = mountpoint.trim().split('/').filter(|it| !it.is_empty());
    directories.fold(String::new(), |path, directory| path + "/" + directory)
}

/// Each run of letters with a capital letter in front: `my_data2x` becomes `My_Data2X`.
pub(super) fn title_case(name: &str) -> String {
    let mut inside = false;
    let mut title = String::new();
    for letter in name.chars() {
        if inside {
            title.extend(letter.to_lowercase());
        } else {
            title.extend(letter.to_uppercase());
        }
        inside = letter.is_alphabetic();
    }
    title
}
