//! What a partition table cannot hold, and names that are taken.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Partition;
use kiwi_description::span::Span;
use thiserror::Error;

use super::builder::{FIRST_LOGICAL, is_extended};
use crate::disk::firmware::Firmware;
use crate::plan::disk::{PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::FileSystem;
use crate::resolve::Facts;

/// Numbers of a GPT.
const GPT_NUMBERS: u32 = 128;
/// UTF-16 units of a name in a GPT.
const GPT_NAME: usize = 36;

/// What is wrong with the numbers of partitions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Two partitions have one number.
    #[error("the partitions `{first}` and `{second}` both have number {number}")]
    Twice {
        /// Name of one partition.
        first: String,
        /// Name of the other one.
        second: String,
        /// The number.
        number: u32,
    },
    /// The table has no such number.
    #[error(
        "number {number} of the partition `{name}` does not exist: the table has numbers 1 to {limit}"
    )]
    OutOfRange {
        /// Name of the partition.
        name: String,
        /// The number.
        number: u32,
        /// Largest number of the table.
        limit: u32,
    },
    /// Numbers beside an extended partition follow from the order.
    #[error(
        "the partition `{name}` cannot have number {number}: with an extended layout the first ones have 1 to 3, all others 5 and so on in their order"
    )]
    Extended {
        /// Name of the partition.
        name: String,
        /// The number.
        number: u32,
    },
    /// There are more partitions than numbers.
    #[error("{count} partitions are more than the {limit} that the table has room for")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there can be.
        limit: u32,
    },
}

/// Finds partition numbers that a table cannot hold.
pub fn number_errors(
    partitions: &[PartitionPlan],
    table: TableKind,
    extended: bool,
) -> Vec<NumberError> {
    let limit = match table {
        TableKind::Gpt => GPT_NUMBERS,
        TableKind::Msdos => FIRST_LOGICAL - 1,
    };
    if !extended && partitions.len() > limit as usize {
        return vec![NumberError::TooMany {
            count: partitions.len(),
            limit,
        }];
    }
    let primary = partitions
        .iter()
        .take_while(|partition| (1..FIRST_LOGICAL - 1).contains(&partition.number))
        .count();
    let mut errors = Vec::new();
    for (index, partition) in partitions.iter().enumerate() {
        let earlier = partitions[..index]
            .iter()
            .find(|other| other.number == partition.number);
        let name = partition.id.clone();
        let number = partition.number;
        if let Some(earlier) = earlier {
            errors.push(NumberError::Twice {
                first: earlier.id.clone(),
                second: name,
                number,
            });
        } else if extended {
            // Every reader counts logical partitions as they lie.
            let logical = u32::try_from(index.saturating_sub(primary)).unwrap_or(u32::MAX);
            if index >= primary && number != FIRST_LOGICAL.saturating_add(logical) {
                errors.push(NumberError::Extended { name, number });
            }
        } else if !(1..=limit).contains(&number) {
            errors.push(NumberError::OutOfRange {
                name,
                number,
                limit,
            });
        }
    }
    errors
}

/// Reports all of it, at the places that ask for it.
pub(crate) fn report(
    facts: &Facts<'_>,
    partitions: &[PartitionPlan],
    firmware: &Firmware,
    sector_size: u32,
    diagnostics: &mut Diagnostics,
) {
    numbers(facts, partitions, firmware, diagnostics);
    names(facts, partitions, diagnostics);
    mount_points(facts, partitions, diagnostics);
    for partition in partitions.iter().filter(|it| it.copy_of.is_none()) {
        size(facts, partition, sector_size, diagnostics);
    }
}

fn numbers(
    facts: &Facts<'_>,
    partitions: &[PartitionPlan],
    firmware: &Firmware,
    diagnostics: &mut Diagnostics,
) {
    let kind = facts.kind();
    let disk = &kind.disk;
    let written = facts.kind().partitions.iter();
    let place = [
        disk.eficsmpart_id,
        disk.efipart_id,
        disk.bootpart_id,
        disk.rootpart_id,
    ]
    .into_iter()
    .chain(written.flat_map(|it| &it.partitions).map(|it| it.part_id))
    .flatten()
    .map(|number| number.span)
    .next_back()
    .unwrap_or(kind.span);
    let extended = is_extended(facts, firmware.table);
    for error in number_errors(partitions, firmware.table, extended) {
        let message = error.to_string();
        diagnostics.push(match error {
            NumberError::TooMany { .. } => Diagnostic::error(
                codes::checks::TOO_MANY_PARTITIONS,
                message,
            )
            .at(kind.span)
            .help(match firmware.table {
                TableKind::Gpt => "leave some of them or of their copies out",
                TableKind::Msdos => {
                    "add `dosparttable_extended_layout=\"true\"`, or use firmware that brings a GPT"
                }
            }),
            _ => Diagnostic::error(codes::checks::PARTITION_NUMBER, message)
                .at(place)
                .help("leave the number out, and it follows the one before"),
        });
    }
}

fn names(facts: &Facts<'_>, partitions: &[PartitionPlan], diagnostics: &mut Diagnostics) {
    for (index, partition) in partitions.iter().enumerate() {
        let span = written(facts, partition).map_or(facts.kind().span, |it| it.name.span);
        let mut complain = |message: String| {
            diagnostics.push(
                Diagnostic::error(codes::checks::STORAGE_NAME, message)
                    .at(span)
                    .help("choose another name"),
            );
        };
        let own = partition.role == PartitionRole::Custom && partition.copy_of.is_none();
        let earlier = partitions[..index]
            .iter()
            .find(|other| other.id == partition.id);
        if let Some(earlier) = earlier
            // Two with a name of the description are found by the check of names.
            && (partition.copy_of.is_some() || earlier.copy_of.is_some())
        {
            complain(format!(
                "the name `{}` is that of a copy of another partition",
                partition.id
            ));
        }
        let is_derived = !own
            || written(facts, partition).is_some_and(|written| written.partition_name.is_none());
        if is_derived && partition.name.encode_utf16().count() > GPT_NAME {
            complain(format!(
                "`{}` is longer than the {GPT_NAME} letters that a partition table has room for",
                partition.name
            ));
        }
    }
}

/// What the description says about a partition that it adds, or about the one that this is a copy of.
fn written<'a>(facts: &Facts<'a>, partition: &PartitionPlan) -> Option<&'a Partition> {
    let id = partition.copy_of.as_ref().unwrap_or(&partition.id);
    facts
        .kind()
        .partitions
        .iter()
        .flat_map(|all| &all.partitions)
        .find(|written| partition.role == PartitionRole::Custom && *written.name == *id)
}

/// Reports partitions of the description that are mounted where the disk has one anyway.
fn mount_points(facts: &Facts<'_>, partitions: &[PartitionPlan], diagnostics: &mut Diagnostics) {
    let is_added = |partition: &&PartitionPlan| {
        matches!(partition.role, PartitionRole::Custom | PartitionRole::Spare)
    };
    for partition in partitions.iter().filter(is_added) {
        let Some(mountpoint) = &partition.mountpoint else {
            continue;
        };
        // What is mounted at `/` is found by a check of its own.
        let other = partitions
            .iter()
            .filter(|other| !is_added(other) && mountpoint != "/")
            .find(|other| other.mountpoint.as_ref() == Some(mountpoint));
        if let Some(other) = other {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::MOUNT_POINT,
                    format!(
                        "the {} partition is mounted at `{mountpoint}` already",
                        other.role.name()
                    ),
                )
                .at(mount_point_span(facts, partition))
                .help("choose another mount point"),
            );
        }
    }
}

fn mount_point_span(facts: &Facts<'_>, partition: &PartitionPlan) -> Span {
    let of_spare = facts.kind().spare.spare_part_mountpoint.as_ref();
    match written(facts, partition) {
        Some(written) => written.mountpoint.as_ref(),
        None => of_spare,
    }
    .map_or(facts.kind().span, |mountpoint| mountpoint.span)
}

/// Reports sizes that are nothing, or that a FAT cannot have.
fn size(
    facts: &Facts<'_>,
    partition: &PartitionPlan,
    sector_size: u32,
    diagnostics: &mut Diagnostics,
) {
    let gets_rest = partition.takes_rest
        || matches!(
            partition.role,
            PartitionRole::Root | PartitionRole::ReadOnlyRoot
        );
    let message = match (partition.size_mib, &partition.filesystem) {
        (None, _) if !gets_rest => format!("the partition `{}` has no size", partition.id),
        (Some(mib), Some(filesystem)) => match fat_sizes(filesystem.kind, sector_size) {
            Some((least, most)) if !(least..=most).contains(&mib) => format!(
                "the partition `{}` has {mib} MiB, and this kind of FAT needs {least} to {most} MiB",
                partition.id
            ),
            _ => return,
        },
        _ => return,
    };
    let disk = &facts.kind().disk;
    let span = match partition.role {
        PartitionRole::Custom => written(facts, partition).map(|it| it.size.span),
        PartitionRole::Spare => facts.kind().spare.spare_part.map(|it| it.span),
        PartitionRole::Efi => disk.efipartsize.map(|it| it.span),
        PartitionRole::Boot => disk.bootpartsize.map(|it| it.span),
        _ => None,
    };
    diagnostics.push(
        Diagnostic::error(codes::checks::PARTITION_SIZE, message)
            .at(span.unwrap_or(facts.kind().span))
            .help("choose another size"),
    );
}

/// Smallest and largest size in MiB, from the numbers of clusters that tell one kind from the other.
fn fat_sizes(kind: FileSystem, sector_size: u32) -> Option<(u64, u64)> {
    let sector = u64::from(sector_size);
    let (clusters, entry, most) = match kind {
        FileSystem::Fat16 => (4085, 2, super::FAT32_FROM_MIB - 1),
        // Sectors are counted with 32 bits.
        FileSystem::Fat32 => (65_525, 4, (u64::from(u32::MAX) * sector) >> 20),
        _ => return None,
    };
    // Clusters of one sector, two tables, and what is in front of them.
    let least = clusters * (sector + 2 * entry) + 64 * sector;
    Some((least.div_ceil(1 << 20), most))
}
