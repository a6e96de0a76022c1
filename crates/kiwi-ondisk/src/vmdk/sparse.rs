//! Growing extents: header, descriptor, two copies of the grain tables, grains.

use std::io::{Seek, SeekFrom, Write};

use super::{GRAIN, GRAINS_PER_TABLE, Header, SECTOR, sector, table};
use crate::raw_disk::RawDisk;
use crate::{Error, Result, vdi};

/// Sectors kept for the descriptor, as every writer does.
pub(super) const DESCRIPTOR_SECTORS: u64 = 20;
/// Flags: the line ends in the header are meant to be looked at; there is a second copy of the tables.
const FLAGS: u32 = 1 | 1 << 1;
/// Flag of version 2: an entry may say that its grain is zero.
const ZEROED_GRAINS: u32 = 1 << 2;
/// Sectors of a grain table.
const TABLE_SECTORS: u64 = GRAINS_PER_TABLE * 4 / SECTOR;

/// Writes an extent that holds the whole of `raw`.
pub(super) fn write<W: Write + Seek>(
    raw: &RawDisk<'_>,
    descriptor: Option<&str>,
    zeroed_grains: bool,
    target: &mut W,
) -> Result<()> {
    let failed = Error::io("writing the VMDK");
    let tables = raw.bytes().div_ceil(GRAIN * GRAINS_PER_TABLE);
    let directory_sectors = (tables * 4).div_ceil(SECTOR);
    let descriptor_sectors = descriptor.map_or(0, |_| DESCRIPTOR_SECTORS);
    let redundant_directory = 1 + descriptor_sectors;
    let one_copy = directory_sectors + tables * TABLE_SECTORS;
    let directory = redundant_directory + one_copy;
    let overhead = (directory + one_copy).next_multiple_of(GRAIN / SECTOR);

    let mut grains = vec![0; (tables * GRAINS_PER_TABLE) as usize];
    let mut position = overhead * SECTOR;
    target.seek(SeekFrom::Start(position)).map_err(&failed)?;
    raw.blocks(GRAIN, |index, grain| {
        grains[index as usize] = sector(position)?;
        position += GRAIN;
        target.write_all(grain).map_err(&failed)
    })?;

    let header = Header {
        version: if zeroed_grains { 2 } else { 1 },
        flags: FLAGS | if zeroed_grains { ZEROED_GRAINS } else { 0 },
        capacity: raw.bytes().div_ceil(SECTOR),
        descriptor_sectors,
        redundant_directory,
        directory,
        overhead,
        compressed: false,
    };
    let mut start = header.encode().to_vec();
    if let Some(descriptor) = descriptor {
        start.extend(descriptor.as_bytes());
    }
    start.resize((redundant_directory * SECTOR) as usize, 0);
    for place in [redundant_directory, directory] {
        let first = place + directory_sectors;
        let entries: Result<Vec<u32>> = (0..tables)
            .map(|index| sector((first + index * TABLE_SECTORS) * SECTOR))
            .collect();
        start.extend(table(&entries?));
        start.extend(table(&grains));
    }
    target.seek(SeekFrom::Start(0)).map_err(&failed)?;
    target.write_all(&start).map_err(&failed)?;
    vdi::extend(target, overhead * SECTOR).map_err(&failed)
}
