//! The form for streams: compressed grains, each with its place in front, and the tables behind them.
//!
//! Grains are compressed on all cores; the number of cores leaves no trace, since each grain is compressed by itself.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;

use super::sparse::DESCRIPTOR_SECTORS;
use super::{GRAIN, GRAINS_PER_TABLE, Header, SECTOR, sector, table};
use crate::raw_disk::RawDisk;
use crate::{Error, Result};

/// Version of the format that knows compressed grains.
const VERSION: u32 = 3;
/// Flags: the line ends in the header are meant to be looked at; grains are compressed; markers lie between the parts.
const FLAGS: u32 = 1 | 1 << 16 | 1 << 17;
/// The header's place of the grain directory that means: see the footer.
const AT_END: u64 = u64::MAX;
/// Grains compressed at once; enough for many cores, and not more than 16 MiB of memory.
const BATCH: usize = 256;

/// What follows a marker.
#[derive(Clone, Copy)]
enum Marker {
    EndOfStream = 0,
    GrainTable = 1,
    GrainDirectory = 2,
    Footer = 3,
}

/// Writes the whole of `raw`.
pub(super) fn write<W: Write>(raw: &RawDisk<'_>, descriptor: &str, target: &mut W) -> Result<()> {
    let failed = Error::io("writing the VMDK");
    let overhead = GRAIN / SECTOR;
    let mut header = Header {
        version: VERSION,
        flags: FLAGS,
        capacity: raw.bytes().div_ceil(SECTOR),
        descriptor_sectors: DESCRIPTOR_SECTORS,
        redundant_directory: 0,
        directory: AT_END,
        overhead,
        compressed: true,
    };
    let mut start = header.encode().to_vec();
    start.extend(descriptor.as_bytes());
    start.resize((overhead * SECTOR) as usize, 0);

    let mut stream = Stream {
        target,
        position: 0,
        directory: vec![0; raw.bytes().div_ceil(GRAIN * GRAINS_PER_TABLE) as usize],
        grains: Vec::new(),
        table: 0,
    };
    stream.put(&start)?;
    let mut batch = Vec::with_capacity(BATCH);
    raw.blocks(GRAIN, |index, grain| {
        batch.push((index, grain.to_vec()));
        if batch.len() < BATCH {
            return Ok(());
        }
        stream.grains(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))
    })?;
    stream.grains(batch)?;
    stream.end_table()?;
    let directory = table(&stream.directory);
    stream.marker(Marker::GrainDirectory, directory.len() as u64 / SECTOR)?;
    header.directory = stream.position / SECTOR;
    stream.put(&directory)?;
    stream.marker(Marker::Footer, 1)?;
    stream.put(&header.encode())?;
    stream.marker(Marker::EndOfStream, 0)?;
    stream.target.flush().map_err(failed)
}

struct Stream<'w, W> {
    target: &'w mut W,
    position: u64,
    /// Places of the grain tables, in sectors; 0 where all grains of a table are zero.
    directory: Vec<u32>,
    /// Places of the grains of the current table; empty before its first grain.
    grains: Vec<u32>,
    /// Number of the current table.
    table: u64,
}

impl<W: Write> Stream<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.position += bytes.len() as u64;
        self.target
            .write_all(bytes)
            .map_err(Error::io("writing the VMDK"))
    }

    fn marker(&mut self, marker: Marker, sectors: u64) -> Result<()> {
        let mut bytes = [0; SECTOR as usize];
        bytes[..8].copy_from_slice(&sectors.to_le_bytes());
        bytes[12..16].copy_from_slice(&(marker as u32).to_le_bytes());
        self.put(&bytes)
    }

    fn grains(&mut self, batch: Vec<(u64, Vec<u8>)>) -> Result<()> {
        let packed: std::io::Result<Vec<_>> = batch
            .into_par_iter()
            .map(|(index, grain)| Ok((index, pack(index, &grain)?)))
            .collect();
        for (index, grain) in packed.map_err(Error::io("compressing a grain"))? {
            if index / GRAINS_PER_TABLE != self.table {
                self.end_table()?;
                self.table = index / GRAINS_PER_TABLE;
            }
            self.grains.resize(GRAINS_PER_TABLE as usize, 0);
            self.grains[(index % GRAINS_PER_TABLE) as usize] = sector(self.position)?;
            self.put(&grain)?;
        }
        Ok(())
    }

    /// Writes the current table, if it has grains.
    fn end_table(&mut self) -> Result<()> {
        if self.grains.is_empty() {
            return Ok(());
        }
        let bytes = table(&std::mem::take(&mut self.grains));
        self.marker(Marker::GrainTable, bytes.len() as u64 / SECTOR)?;
        self.directory[self.table as usize] = sector(self.position)?;
        self.put(&bytes)
    }
}

/// Compresses a grain and puts its place and length in front; whole sectors.
fn pack(index: u64, grain: &[u8]) -> std::io::Result<Vec<u8>> {
    const FRONT: usize = 12;
    let mut packed = Vec::with_capacity(grain.len() / 2);
    packed.extend((index * (GRAIN / SECTOR)).to_le_bytes());
    packed.extend([0; 4]);
    let mut encoder = ZlibEncoder::new(packed, Compression::new(6));
    encoder.write_all(grain)?;
    let mut packed = encoder.finish()?;
    let length = (packed.len() - FRONT) as u32;
    packed[8..FRONT].copy_from_slice(&length.to_le_bytes());
    packed.resize(packed.len().next_multiple_of(SECTOR as usize), 0);
    Ok(packed)
}
