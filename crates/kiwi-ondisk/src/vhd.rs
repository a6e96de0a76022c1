//! Virtual PC disks (VHD), of fixed size or growing.
//!
//! Specification: Microsoft, "Virtual Hard Disk Image Format Specification", version 1.0. All numbers are big-endian. The footer
//! says the size twice, in bytes and as cylinders, heads and sectors; some readers take the one and some the other, so disks are
//! made as long as both can say unless the exact size is asked for.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use uuid::Uuid;

use crate::raw_disk::RawDisk;
use crate::sparse::copy_range;
use crate::{Error, Result};

const SECTOR: u64 = 512;
/// Bytes of a block of a growing disk; the specification's default.
const BLOCK: u64 = 2 << 20;
/// Sectors of the map in front of each block: one bit per sector of the block.
const BITMAP_BYTES: u64 = BLOCK / SECTOR / 8;
/// 2000-01-01 00:00:00 UTC, from where the format counts seconds.
const EPOCH: u64 = 946_684_800;
/// The largest disk that cylinders, heads and sectors can say.
const LARGEST_GEOMETRY: u64 = 65535 * 16 * 255;
/// Readers that know this name take the size in bytes and not the geometry.
const CREATOR: &[u8; 4] = b"win ";
/// Place of the tag that Azure's marketplace reads, and its length.
const TAG_OFFSET: u64 = 65536;
const TAG_BYTES: usize = 512;

/// What identifies a VHD, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vhd {
    /// Identifies the disk.
    pub uuid: Uuid,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// Keep the exact size, where it is otherwise rounded up to what the geometry can say.
    pub exact_size: bool,
}

/// Cylinders, heads and sectors per track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Geometry {
    cylinders: u16,
    heads: u8,
    sectors: u8,
}

#[derive(Clone, Copy)]
enum Kind {
    Fixed = 2,
    Growing = 3,
}

impl Vhd {
    /// Writes a disk of fixed size into the empty file `target`: the raw disk and a footer.
    ///
    /// Holes stay holes, and on some file systems the data is shared with the raw disk.
    pub fn write_fixed(&self, raw: &RawDisk<'_>, target: &File) -> Result<()> {
        let (bytes, geometry) = self.size(raw.bytes());
        let (file, start) = raw.place();
        copy_range(file, start, target, 0, raw.bytes())?;
        let footer = self.footer(Kind::Fixed, bytes, geometry);
        target
            .write_all_at(&footer, bytes)
            .map_err(Error::io("writing the VHD footer"))?;
        raw.report(raw.bytes())
    }

    /// Writes a growing disk into the empty file `target`.
    pub fn write_dynamic<W: Write + Seek>(&self, raw: &RawDisk<'_>, target: &mut W) -> Result<()> {
        let failed = Error::io("writing the VHD");
        let (bytes, geometry) = self.size(raw.bytes());
        let blocks = u32::try_from(bytes.div_ceil(BLOCK)).map_err(|_| {
            Error::value("disk size", bytes.to_string(), "a VHD cannot be that large")
        })?;
        let footer = self.footer(Kind::Growing, bytes, geometry);
        let table_offset = 3 * SECTOR;
        let table_bytes = (u64::from(blocks) * 4).next_multiple_of(SECTOR);
        // Data begins at multiples of 4096 where that costs nothing: the map in front of the first block ends there.
        let mut position =
            (table_offset + table_bytes + BITMAP_BYTES).next_multiple_of(4096) - BITMAP_BYTES;
        let mut table = vec![0xff; table_bytes as usize];
        target.seek(SeekFrom::Start(position)).map_err(&failed)?;
        let grown = raw.grown_to(bytes);
        grown.blocks(BLOCK, |index, block| {
            let sector = u32::try_from(position / SECTOR).map_err(|_| Error::TooSmall {
                what: "the VHD",
                needed: position,
                available: u64::from(u32::MAX) * SECTOR,
            })?;
            table[index as usize * 4..][..4].copy_from_slice(&sector.to_be_bytes());
            target
                .write_all(&[0xff; BITMAP_BYTES as usize])
                .and_then(|()| target.write_all(block))
                .map_err(&failed)?;
            position += BITMAP_BYTES + BLOCK;
            Ok(())
        })?;
        let mut put = |place, bytes: &[u8]| {
            target
                .seek(SeekFrom::Start(place))
                .and_then(|_| target.write_all(bytes))
                .map_err(&failed)
        };
        put(position, &footer)?;
        put(0, &footer)?;
        put(SECTOR, &dynamic_header(table_offset, blocks))?;
        put(table_offset, &table)?;
        target.flush().map_err(&failed)
    }

    /// The size the disk shows, and its geometry.
    fn size(&self, bytes: u64) -> (u64, Geometry) {
        let sectors = bytes.div_ceil(SECTOR);
        let geometry = geometry(sectors);
        if self.exact_size || sectors > LARGEST_GEOMETRY {
            return (sectors * SECTOR, geometry);
        }
        let geometry = geometry_for(sectors);
        (geometry.sectors() * SECTOR, geometry)
    }

    fn footer(&self, kind: Kind, bytes: u64, geometry: Geometry) -> [u8; SECTOR as usize] {
        let mut footer = [0; SECTOR as usize];
        footer[0..8].copy_from_slice(b"conectix");
        footer[8..12].copy_from_slice(&2_u32.to_be_bytes()); // no features; this bit is always set
        footer[12..16].copy_from_slice(&0x0001_0000_u32.to_be_bytes());
        let data_offset = match kind {
            Kind::Fixed => u64::MAX,
            Kind::Growing => SECTOR,
        };
        footer[16..24].copy_from_slice(&data_offset.to_be_bytes());
        let seconds = u32::try_from(self.created.saturating_sub(EPOCH)).unwrap_or(u32::MAX);
        footer[24..28].copy_from_slice(&seconds.to_be_bytes());
        footer[28..32].copy_from_slice(CREATOR);
        footer[32..36].copy_from_slice(&0x000a_0000_u32.to_be_bytes());
        footer[36..40].copy_from_slice(b"Wi2k");
        footer[40..48].copy_from_slice(&bytes.to_be_bytes());
        footer[48..56].copy_from_slice(&bytes.to_be_bytes());
        footer[56..58].copy_from_slice(&geometry.cylinders.to_be_bytes());
        footer[58] = geometry.heads;
        footer[59] = geometry.sectors;
        footer[60..64].copy_from_slice(&(kind as u32).to_be_bytes());
        footer[68..84].copy_from_slice(self.uuid.as_bytes());
        let checksum = checksum(&footer);
        footer[64..68].copy_from_slice(&checksum.to_be_bytes());
        footer
    }
}

/// Writes the tag of a marketplace image into a disk of fixed size: 512 bytes at 64 KiB that begin with the GUID.
///
/// # Errors
/// Something is stored there.
pub fn write_tag(disk: &File, tag: Uuid) -> Result<()> {
    let mut sector = [0; TAG_BYTES];
    disk.read_exact_at(&mut sector, TAG_OFFSET)
        .map_err(Error::io("reading the place of the VHD tag"))?;
    if sector.iter().any(|byte| *byte != 0) {
        return Err(Error::value(
            "VHD tag",
            tag.to_string(),
            "its place at 64 KiB of the disk is taken, by the boot loader for instance",
        ));
    }
    sector[..16].copy_from_slice(&tag.to_bytes_le());
    disk.write_all_at(&sector, TAG_OFFSET)
        .map_err(Error::io("writing the VHD tag"))
}

impl Geometry {
    const fn sectors(self) -> u64 {
        self.cylinders as u64 * self.heads as u64 * self.sectors as u64
    }
}

/// Finds the smallest geometry of at least so many sectors.
fn geometry_for(sectors: u64) -> Geometry {
    let mut asked = sectors;
    loop {
        let found = geometry(asked);
        if found.sectors() >= sectors || asked > LARGEST_GEOMETRY {
            return found;
        }
        asked += 1;
    }
}

/// The calculation of the specification's appendix "CHS Calculation"; the result holds at most so many sectors.
fn geometry(sectors: u64) -> Geometry {
    let total = sectors.min(LARGEST_GEOMETRY);
    let (per_track, heads, tracks);
    if total >= 65535 * 16 * 63 {
        (per_track, heads) = (255, 16);
        tracks = total / per_track;
    } else {
        let short = total / 17;
        let needed = short.div_ceil(1024).max(4);
        if short < needed * 1024 && needed <= 16 {
            (per_track, heads, tracks) = (17, needed, short);
        } else if total / 31 < 16 * 1024 {
            (per_track, heads, tracks) = (31, 16, total / 31);
        } else {
            (per_track, heads, tracks) = (63, 16, total / 63);
        }
    }
    Geometry {
        cylinders: (tracks / heads) as u16,
        heads: heads as u8,
        sectors: per_track as u8,
    }
}

fn dynamic_header(table_offset: u64, blocks: u32) -> [u8; 2 * SECTOR as usize] {
    let mut header = [0; 2 * SECTOR as usize];
    header[0..8].copy_from_slice(b"cxsparse");
    header[8..16].copy_from_slice(&u64::MAX.to_be_bytes());
    header[16..24].copy_from_slice(&table_offset.to_be_bytes());
    header[24..28].copy_from_slice(&0x0001_0000_u32.to_be_bytes());
    header[28..32].copy_from_slice(&blocks.to_be_bytes());
    header[32..36].copy_from_slice(&(BLOCK as u32).to_be_bytes());
    let checksum = checksum(&header);
    header[36..40].copy_from_slice(&checksum.to_be_bytes());
    header
}

/// One's complement of the sum of all bytes, the checksum's own field being zero.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn geometries_are_those_of_the_appendix() {
        let mib = |mib: u64| mib << 11;
        for (sectors, expected) in [
            (mib(3), (90, 4, 17)),
            (mib(100), (1003, 12, 17)),
            (mib(200), (825, 16, 31)),
            (mib(504), (1024, 16, 63)),
            (mib(8192), (16644, 16, 63)),
            (mib(130_000), (65254, 16, 255)),
            (mib(4_000_000), (65535, 16, 255)),
        ] {
            let Geometry {
                cylinders,
                heads,
                sectors: per_track,
            } = geometry(sectors);
            assert_eq!((cylinders, heads, per_track), expected, "{sectors}");
        }
    }

    proptest! {
        #[test]
        fn the_geometry_holds_the_disk_and_little_more(sectors in 1_u64..LARGEST_GEOMETRY) {
            let holds = geometry_for(sectors).sectors();
            prop_assert!(holds >= sectors);
            prop_assert!(holds - sectors < 16 * 255 * 2);
            prop_assert!(geometry(sectors).sectors() <= sectors);
        }
    }

    #[test]
    fn tags_overwrite_nothing() {
        let disk = tempfile::tempfile().unwrap();
        disk.set_len(1 << 20).unwrap();
        let tag = Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
        write_tag(&disk, tag).unwrap();
        let mut found = [0; 16];
        disk.read_exact_at(&mut found, TAG_OFFSET).unwrap();
        let expected = [
            0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
            0xff,
        ];
        assert_eq!(found, expected);
        assert!(write_tag(&disk, tag).is_err());
    }
}
