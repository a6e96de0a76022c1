//! The journal, empty: no entry is in use, and every sector carries the commit id of its place.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::geometry::{
    ENTRIES, ENTRY_BYTES, ENTRY_SECTORS, Geometry, SECTION_SECTORS, SUPERBLOCK_SECTORS,
};
use super::{SECTOR_BYTES, WRITING};
use crate::{Error, Result};

/// The first of four commit ids that the kernel uses in turn. Section and sector are mixed in.
const COMMIT_ID: u64 = 0x1111_1111_1111_1111;
/// The upper half of the sector number of an entry that is not in use.
const UNUSED: u32 = u32::MAX;

/// Writes all sections behind the superblock.
pub(super) fn write(geometry: &Geometry, file: &File, offset: u64) -> Result<()> {
    let section_bytes = SECTION_SECTORS * SECTOR_BYTES;
    for number in 0..geometry.journal_sections {
        let position = SUPERBLOCK_SECTORS * SECTOR_BYTES + u64::from(number) * section_bytes;
        file.write_all_at(&section(number), offset + position)
            .map_err(Error::io(WRITING))?;
    }
    Ok(())
}

fn section(number: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((SECTION_SECTORS * SECTOR_BYTES) as usize);
    for index in 0..SECTION_SECTORS {
        let mut sector = [0; SECTOR_BYTES as usize];
        if index < ENTRY_SECTORS {
            for entry in sector.chunks_exact_mut(ENTRY_BYTES).take(ENTRIES) {
                entry[4..8].copy_from_slice(&UNUSED.to_le_bytes());
            }
        }
        let commit_id = COMMIT_ID ^ (u64::from(number) << 32) ^ index;
        sector[SECTOR_BYTES as usize - 8..].copy_from_slice(&commit_id.to_le_bytes());
        bytes.extend_from_slice(&sector);
    }
    bytes
}
