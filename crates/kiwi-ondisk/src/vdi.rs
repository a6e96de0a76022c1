//! VirtualBox disks (VDI), growing or of fixed size.
//!
//! The format has no published specification; fields are those of VirtualBox' public header of version 1.1. Numbers are
//! little-endian, identifiers are GUIDs with their first three parts little-endian. The map has one entry per block, which says
//! the block's place in the file.

use std::io::{Seek, SeekFrom, Write};

use uuid::Uuid;

use crate::raw_disk::RawDisk;
use crate::{Error, Result};

const SECTOR: u64 = 512;
/// Bytes of a block; QEMU reads no others.
const BLOCK: u64 = 1 << 20;
/// Where blocks begin: VirtualBox aligns map and data to this.
const ALIGNMENT: u64 = 1 << 20;
/// Place of the block map.
const MAP_OFFSET: u64 = 1 << 20;
/// A block that is zero and has no place in the file.
const UNALLOCATED: u32 = u32::MAX;
/// Bytes of the part of the header that counts itself.
const HEADER_BYTES: u32 = 400;

/// How a VDI is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vdi {
    /// Identifies the disk.
    pub uuid: Uuid,
    /// Identifies its content; VirtualBox changes it when it writes.
    pub modification_uuid: Uuid,
    /// All blocks have their place in the file from the beginning.
    pub is_static: bool,
}

impl Vdi {
    /// Writes the disk into the empty file `target`.
    pub fn write<W: Write + Seek>(&self, raw: &RawDisk<'_>, target: &mut W) -> Result<()> {
        let failed = Error::io("writing the VDI");
        let bytes = raw.bytes().next_multiple_of(SECTOR);
        let blocks = u32::try_from(bytes.div_ceil(BLOCK))
            .ok()
            .filter(|blocks| *blocks < u32::MAX - 1)
            .ok_or_else(|| {
                Error::value("disk size", bytes.to_string(), "a VDI cannot be that large")
            })?;
        let data_offset = (MAP_OFFSET + u64::from(blocks) * 4).next_multiple_of(ALIGNMENT);
        let mut map = vec![UNALLOCATED; blocks as usize];
        let mut allocated = 0;
        if self.is_static {
            map.iter_mut()
                .zip(0..)
                .for_each(|(entry, index)| *entry = index);
            allocated = blocks;
        }
        raw.blocks(BLOCK, |index, block| {
            let entry = &mut map[index as usize];
            if *entry == UNALLOCATED {
                *entry = allocated;
                allocated += 1;
            }
            let place = data_offset + u64::from(*entry) * BLOCK;
            target
                .seek(SeekFrom::Start(place))
                .and_then(|_| target.write_all(block))
                .map_err(&failed)
        })?;
        let header = self.header(bytes, data_offset, blocks, allocated);
        let map: Vec<u8> = map.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        let end = data_offset + u64::from(allocated) * BLOCK;
        for (place, bytes) in [(0, header.as_slice()), (MAP_OFFSET, &map)] {
            target.seek(SeekFrom::Start(place)).map_err(&failed)?;
            target.write_all(bytes).map_err(&failed)?;
        }
        // The file has to reach to the end of its last block even where that is zero.
        extend(target, end).map_err(&failed)
    }

    fn header(
        &self,
        bytes: u64,
        data_offset: u64,
        blocks: u32,
        allocated: u32,
    ) -> [u8; SECTOR as usize] {
        let mut header = [0; SECTOR as usize];
        let text = b"<<< Oracle VM VirtualBox Disk Image >>>\n";
        header[..text.len()].copy_from_slice(text);
        let mut put =
            |at: usize, number: u32| header[at..at + 4].copy_from_slice(&number.to_le_bytes());
        put(64, 0xbeda_107f);
        put(68, 0x0001_0001);
        put(72, HEADER_BYTES);
        put(76, if self.is_static { 2 } else { 1 });
        put(340, MAP_OFFSET as u32);
        put(344, data_offset as u32);
        put(360, SECTOR as u32);
        put(376, BLOCK as u32);
        put(384, blocks);
        put(388, allocated);
        header[368..376].copy_from_slice(&bytes.to_le_bytes());
        header[392..408].copy_from_slice(&self.uuid.to_bytes_le());
        header[408..424].copy_from_slice(&self.modification_uuid.to_bytes_le());
        header
    }
}

/// Makes a file at least so long by its last byte.
pub(crate) fn extend<W: Write + Seek>(target: &mut W, bytes: u64) -> std::io::Result<()> {
    if target.seek(SeekFrom::End(0))? < bytes {
        target.seek(SeekFrom::Start(bytes - 1))?;
        target.write_all(&[0])?;
    }
    target.flush()
}
