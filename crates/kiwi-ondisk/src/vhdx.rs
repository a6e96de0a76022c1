//! Hyper-V disks (VHDX), growing.
//!
//! Specification: [MS-VHDX], "Virtual Hard Disk v2 (VHDX) File Format". Numbers are little-endian, identifiers are GUIDs with
//! their first three parts little-endian, checksums are CRC-32C. The file is laid out in whole MiB: identifier, headers and
//! region tables in the first, then the log (empty: nothing is replayed), metadata, block table and blocks.

use std::io::{Seek, SeekFrom, Write};

use uuid::{Uuid, uuid};

use crate::raw_disk::RawDisk;
use crate::{Error, Result, SectorSize, vdi};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
/// Bytes of a block when nothing else is asked for: Microsoft's advice for disks with ext4.
pub const DEFAULT_BLOCK: u64 = MIB;
/// Bytes of the log when nothing else is asked for, the smallest allowed.
pub const DEFAULT_LOG: u64 = MIB;
/// Sectors that one sector bitmap block covers; decides where its entries lie in the block table.
const SECTORS_PER_BITMAP: u64 = 1 << 23;

const BLOCK_TABLE_REGION: Uuid = uuid!("2dc27766-f623-4200-9d64-115e9bfd4a08");
const METADATA_REGION: Uuid = uuid!("8b7ca206-4790-4b9a-b8fe-575f050f886e");
const FILE_PARAMETERS: Uuid = uuid!("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
const VIRTUAL_DISK_SIZE: Uuid = uuid!("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
const VIRTUAL_DISK_ID: Uuid = uuid!("beca12ab-b2e6-4523-93ef-c309e000c746");
const LOGICAL_SECTOR_SIZE: Uuid = uuid!("8141bf1d-a96f-4709-ba47-f233a8faab5f");
const PHYSICAL_SECTOR_SIZE: Uuid = uuid!("cda348c7-445d-4471-9cc9-e9885251c556");

/// State of a block with a place in the file.
const FULLY_PRESENT: u64 = 6;

/// How a VHDX is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vhdx {
    /// Identifies the disk to its guest.
    pub disk_id: Uuid,
    /// Identifies the file's content.
    pub file_write_id: Uuid,
    /// Identifies the disk's content.
    pub data_write_id: Uuid,
    /// Bytes of a block: a power of two from 1 to 256 MiB.
    pub block_bytes: u64,
    /// Bytes of the log: whole MiB.
    pub log_bytes: u64,
    /// Blocks without data are said to be zero, and not merely to be absent.
    pub zero_blocks: bool,
    /// The sectors that the guest sees.
    pub sector_size: SectorSize,
}

/// Where things are in the file.
struct Layout {
    metadata: u64,
    table: u64,
    table_bytes: u64,
    data: u64,
}

impl Vhdx {
    /// Writes the disk into the empty file `target`.
    pub fn write<W: Write + Seek>(&self, raw: &RawDisk<'_>, target: &mut W) -> Result<()> {
        let failed = Error::io("writing the VHDX");
        self.check()?;
        let bytes = raw.bytes().next_multiple_of(self.sector_size.bytes());
        let blocks = bytes.div_ceil(self.block_bytes);
        let per_bitmap = SECTORS_PER_BITMAP * self.sector_size.bytes() / self.block_bytes;
        let entries = blocks + blocks.saturating_sub(1) / per_bitmap;
        let layout = self.layout(entries);

        let absent = if self.zero_blocks { 2_u64 } else { 0 };
        let mut table = vec![0_u64; entries as usize];
        for block in 0..blocks {
            table[(block + block / per_bitmap) as usize] = absent;
        }
        let mut position = layout.data;
        target.seek(SeekFrom::Start(position)).map_err(&failed)?;
        raw.blocks(self.block_bytes, |block, content| {
            // The entry holds a number of MiB from bit 20 on, so a place in bytes is right as it is.
            table[(block + block / per_bitmap) as usize] = position | FULLY_PRESENT;
            position += self.block_bytes;
            target.write_all(content).map_err(&failed)
        })?;

        let table: Vec<u8> = table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        let regions = regions(&layout);
        let parts = [
            (0, identifier()),
            (64 * KIB, self.header(0)),
            (128 * KIB, self.header(1)),
            (192 * KIB, regions.clone()),
            (256 * KIB, regions),
            (layout.metadata, self.metadata(bytes)),
            (layout.table, table),
        ];
        for (place, bytes) in parts {
            target.seek(SeekFrom::Start(place)).map_err(&failed)?;
            target.write_all(&bytes).map_err(&failed)?;
        }
        // The last region counts in full even where nothing is stored.
        vdi::extend(target, layout.data).map_err(&failed)
    }

    fn check(&self) -> Result<()> {
        let block = self.block_bytes;
        if !block.is_power_of_two() || !(MIB..=256 * MIB).contains(&block) {
            let reason = "is no power of two from 1 to 256 MiB";
            return Err(Error::value("VHDX block size", block.to_string(), reason));
        }
        let log = self.log_bytes;
        if log == 0 || !log.is_multiple_of(MIB) || log >= 4096 * MIB {
            let reason = "is no number of whole MiB below 4096";
            return Err(Error::value("VHDX log size", log.to_string(), reason));
        }
        Ok(())
    }

    fn layout(&self, entries: u64) -> Layout {
        let metadata = MIB + self.log_bytes;
        let table = metadata + MIB;
        let table_bytes = (entries * 8).next_multiple_of(MIB);
        Layout {
            metadata,
            table,
            table_bytes,
            data: table + table_bytes,
        }
    }

    /// Of the two headers the one with the higher number counts.
    fn header(&self, sequence_number: u64) -> Vec<u8> {
        let mut header = vec![0; 4096];
        header[..4].copy_from_slice(b"head");
        header[8..16].copy_from_slice(&sequence_number.to_le_bytes());
        header[16..32].copy_from_slice(&self.file_write_id.to_bytes_le());
        header[32..48].copy_from_slice(&self.data_write_id.to_bytes_le());
        // The log's GUID stays zero: the log is empty.
        header[66..68].copy_from_slice(&1_u16.to_le_bytes());
        header[68..72].copy_from_slice(&(self.log_bytes as u32).to_le_bytes());
        header[72..80].copy_from_slice(&MIB.to_le_bytes());
        with_checksum(header)
    }

    fn metadata(&self, disk_bytes: u64) -> Vec<u8> {
        const REQUIRED: u32 = 1 << 2;
        const OF_THE_DISK: u32 = 1 << 1;
        let parameters = [(self.block_bytes as u32).to_le_bytes(), [0; 4]].concat();
        let sector = (self.sector_size.bytes() as u32).to_le_bytes();
        let items: [(Uuid, u32, &[u8]); 5] = [
            (FILE_PARAMETERS, REQUIRED, &parameters),
            (
                VIRTUAL_DISK_SIZE,
                REQUIRED | OF_THE_DISK,
                &disk_bytes.to_le_bytes(),
            ),
            (
                VIRTUAL_DISK_ID,
                REQUIRED | OF_THE_DISK,
                &self.disk_id.to_bytes_le(),
            ),
            (LOGICAL_SECTOR_SIZE, REQUIRED | OF_THE_DISK, &sector),
            (
                PHYSICAL_SECTOR_SIZE,
                REQUIRED | OF_THE_DISK,
                &4096_u32.to_le_bytes(),
            ),
        ];
        let mut table = b"metadata\0\0".to_vec();
        table.extend((items.len() as u16).to_le_bytes());
        table.resize(32, 0);
        let mut values: Vec<u8> = Vec::new();
        for (id, flags, value) in items {
            table.extend(id.to_bytes_le());
            for number in [
                64 * KIB as u32 + values.len() as u32,
                value.len() as u32,
                flags,
                0,
            ] {
                table.extend(number.to_le_bytes());
            }
            values.extend(value);
        }
        table.resize(64 * KIB as usize, 0);
        table.extend(values);
        table
    }
}

fn identifier() -> Vec<u8> {
    let mut bytes = b"vhdxfile".to_vec();
    bytes.extend("kiwi-rs".encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn regions(layout: &Layout) -> Vec<u8> {
    let mut table = b"regi\0\0\0\0".to_vec();
    table.extend(2_u32.to_le_bytes());
    table.extend([0; 4]);
    for (id, offset, length) in [
        (BLOCK_TABLE_REGION, layout.table, layout.table_bytes),
        (METADATA_REGION, layout.metadata, MIB),
    ] {
        table.extend(id.to_bytes_le());
        table.extend(offset.to_le_bytes());
        table.extend((length as u32).to_le_bytes());
        table.extend(1_u32.to_le_bytes());
    }
    table.resize(64 * KIB as usize, 0);
    with_checksum(table)
}

/// Fills in the checksum that follows the four bytes of the signature.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&bytes);
    bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
    bytes
}
