//! Puts partitions one behind the other: numbers, names, types and copies.

use kiwi_description::model::{DiskAttributes, Spanned};

use crate::disk::type_codes::{Content, TypeCodes, type_codes};
use crate::disk::{storage, volumes};
use crate::ids::Ids;
use crate::plan::Origin;
use crate::plan::disk::{FileAttribute, PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::layers::{LayerPlan, VerityPlan};
use crate::plan::volumes::VolumeGroupPlan;
use crate::resolve::Facts;

/// More copies than any partition table has room for.
const MOST_COPIES: u64 = 200;

/// Size of a partition in MiB, zero for what is left, and where it was written.
pub(super) type Size = (u64, Origin);

/// A partition before it has its place in the table.
pub(super) struct Draft<'a> {
    pub role: PartitionRole,
    pub id: &'a str,
    pub name: &'a str,
    pub size: Size,
    pub number: Option<Spanned<u64>>,
    pub content: Content<'a>,
    pub layers: &'a [LayerPlan],
    pub filesystem: Option<FileSystemPlan>,
    pub volumes: Option<&'a VolumeGroupPlan>,
    pub verity: Option<&'a VerityPlan>,
    pub mountpoint: Option<String>,
    pub attributes: Vec<FileAttribute>,
    pub takes_rest: bool,
    pub keys: Vec<String>,
    pub reason: &'a str,
    pub copies: Option<Copies<'a>>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(role: PartitionRole, id: &'a str, name: &'a str, size: Size) -> Self {
        Self {
            role,
            id,
            name,
            size,
            number: None,
            content: Content::Linux,
            layers: &[],
            filesystem: None,
            volumes: None,
            verity: None,
            mountpoint: None,
            attributes: Vec::new(),
            takes_rest: false,
            keys: Vec::new(),
            reason: "",
            copies: None,
        }
    }
}

/// Copies that a partition has in front of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copies<'a> {
    count: u64,
    id: &'a str,
    name: &'a str,
}

impl<'a> Copies<'a> {
    /// So many copies with names that start like these; `None` when there are none.
    pub(super) fn new(count: Option<Spanned<u64>>, id: &'a str, name: &'a str) -> Option<Self> {
        let count = count.map_or(0, |count| *count).min(MOST_COPIES);
        (count > 0).then_some(Self { count, id, name })
    }
}

pub(super) struct Builder<'a> {
    pub facts: &'a Facts<'a>,
    pub ids: &'a Ids,
    pub partitions: Vec<PartitionPlan>,
    table: TableKind,
}

impl<'a> Builder<'a> {
    pub(super) fn new(facts: &'a Facts<'a>, table: TableKind, ids: &'a Ids) -> Self {
        Self {
            facts,
            ids,
            partitions: Vec::new(),
            table,
        }
    }

    /// The attributes of the build type that are about disks.
    pub(super) fn disk(&self) -> &'a DiskAttributes {
        &self.facts.kind().disk
    }

    pub(super) fn fixed(&self, written: Option<Spanned<u64>>, default: u64, rule: &str) -> Size {
        match written {
            Some(size) => (*size, self.facts.places.origin(size.span)),
            None => (default, Origin::Default(rule.to_owned())),
        }
    }

    /// Adds a partition, its copies first: nothing refers to them, and what grows shall come last.
    pub(super) fn add(&mut self, draft: Draft<'_>) {
        let number = draft
            .number
            .map(|number| u32::try_from(*number).unwrap_or(u32::MAX));
        if let Some(copies) = draft.copies {
            for index in (1..).take(usize::try_from(copies.count).unwrap_or(0)) {
                self.add_copy(&draft, copies, number, index);
            }
        }
        let partition = self.partition(&draft, number);
        self.partitions.push(PartitionPlan {
            id_keys: draft.keys,
            mountpoint: draft.mountpoint,
            filesystem: draft.filesystem,
            ..partition
        });
    }

    /// A copy has the number of the partition and its own one added, when there is such a number; then its name has it, too.
    fn add_copy(&mut self, draft: &Draft<'_>, copies: Copies<'_>, number: Option<u32>, index: u32) {
        let number = number.map(|number| number.saturating_add(index));
        let suffix = number.unwrap_or(index);
        let id = format!("{}clone{suffix}", copies.id);
        let name = format!("{}clone{suffix}", copies.name);
        let reason = format!("a copy of `{}`", draft.id);
        let copy = Draft {
            content: match draft.content {
                Content::Raid | Content::Lvm | Content::Copy => draft.content,
                // A machine that looks for the type shall find the partition itself.
                Content::Linux | Content::Named(_) => Content::Copy,
            },
            attributes: draft.attributes.clone(),
            reason: &reason,
            ..Draft::new(draft.role, &id, &name, draft.size.clone())
        };
        let partition = self.partition(&copy, number);
        self.partitions.push(PartitionPlan {
            copy_of: Some(draft.id.to_owned()),
            id_keys: vec![format!("kiwi_{}PartClone{suffix}", copies.id)],
            filesystem: draft.filesystem.clone().map(|filesystem| FileSystemPlan {
                uuid: own_uuid(self.ids, filesystem.kind, &id),
                ..filesystem
            }),
            layers: draft
                .layers
                .iter()
                .map(|layer| storage::copy_of_layer(layer, self.ids, &id))
                .collect(),
            volumes: draft
                .volumes
                .map(|group| volumes::copy_of_group(group, self.ids, &id)),
            verity: draft.verity.cloned(),
            ..partition
        });
    }

    fn partition(&self, draft: &Draft<'_>, number: Option<u32>) -> PartitionPlan {
        let (size_mib, size_origin) = draft.size.clone();
        let discoverable = self.disk().apply_dps_codes.is_some_and(|it| *it);
        let TypeCodes { gpt, mbr } = type_codes(
            draft.role,
            draft.content,
            discoverable && self.table == TableKind::Gpt,
            &self.facts.choice.machine,
        );
        PartitionPlan {
            role: draft.role,
            id: draft.id.to_owned(),
            copy_of: None,
            number: number.unwrap_or_else(|| self.next_number()),
            name: draft.name.to_owned(),
            type_guid: gpt.to_owned(),
            mbr_type: mbr,
            guid: self.ids.uuid(&format!("partition {}", draft.id)),
            active: false,
            size_mib: (size_mib > 0).then_some(size_mib),
            takes_rest: draft.takes_rest,
            attributes: draft.attributes.clone(),
            layers: draft.layers.to_vec(),
            filesystem: None,
            volumes: draft.volumes.cloned(),
            verity: draft.verity.cloned(),
            mountpoint: None,
            id_keys: Vec::new(),
            reason: draft.reason.to_owned(),
            size_origin,
        }
    }

    /// The number behind the last one that is not given away yet.
    fn next_number(&self) -> u32 {
        let container = if is_extended(self.facts, self.table) {
            Some(FIRST_LOGICAL - 1)
        } else {
            None
        };
        let is_free = |number: &u32| {
            Some(*number) != container && self.partitions.iter().all(|it| it.number != *number)
        };
        let last = self.partitions.last().map_or(0, |last| last.number);
        (last.saturating_add(1)..=u32::MAX)
            .find(is_free)
            .unwrap_or(u32::MAX)
    }
}

/// The first number inside an extended partition; the one before it is that of the extended partition itself.
pub(crate) const FIRST_LOGICAL: u32 = 5;

/// Whether the fourth partition of an MBR becomes the container of all that follow.
pub(super) fn is_extended(facts: &Facts<'_>, table: TableKind) -> bool {
    let written = facts.kind().disk.dosparttable_extended_layout;
    table == TableKind::Msdos && written.is_some_and(|it| *it)
}

/// A file system with nothing but a label and an identifier made for the partition `id`.
pub(super) fn plain(ids: &Ids, kind: FileSystem, label: &str, id: &str) -> FileSystemPlan {
    FileSystemPlan {
        kind,
        label: (kind != FileSystem::Squashfs).then(|| label.to_owned()),
        uuid: own_uuid(ids, kind, id),
        create_options: Vec::new(),
        mount_options: None,
        compression: None,
        btrfs: None,
    }
}

/// The identifier of a file system in the form its kind has; squashfs has none.
pub(crate) fn own_uuid(ids: &Ids, kind: FileSystem, id: &str) -> Option<String> {
    let purpose = format!("file system {id}");
    match kind {
        FileSystem::Squashfs => None,
        FileSystem::Fat16 | FileSystem::Fat32 => Some(ids.fat_volume_id(&purpose)),
        _ => Some(ids.uuid(&purpose)),
    }
}
