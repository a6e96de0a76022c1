//! Encryption of the payload, in place and on all cores.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::sector_cipher::SectorCipher;
use crate::{Error, Result, SectorSize};

/// Bytes that are read, encrypted and written at once; a multiple of every sector size.
const CHUNK: u64 = 1 << 20;

/// Encrypts ranges of the payload that begins at `start` of `file`. They are disjoint and consist of whole sectors.
///
/// Chunks are handed out in ascending order, so that the file is read and written nearly in one go.
pub(super) fn encrypt(
    file: &File,
    start: u64,
    ranges: &[Range<u64>],
    cipher: &SectorCipher,
    progress: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<()> {
    let total = ranges.iter().map(|range| range.end - range.start).sum();
    let done = AtomicU64::new(0);
    let chunks = ranges.iter().flat_map(|range| {
        let starts = range.clone().step_by(CHUNK as usize);
        starts.map(|position| position..range.end.min(position + CHUNK))
    });
    let encrypt_chunk = |buffer: &mut Vec<u8>, chunk: Range<u64>| {
        let bytes = chunk.end - chunk.start;
        let part = &mut buffer[..bytes as usize];
        file.read_exact_at(part, start + chunk.start)
            .map_err(Error::io("reading what is to be encrypted"))?;
        cipher.encrypt(chunk.start, part);
        file.write_all_at(part, start + chunk.start)
            .map_err(Error::io("writing what was encrypted"))?;
        let done = done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if progress(done, total) {
            Ok(())
        } else {
            Err(Error::Stopped)
        }
    };
    let buffer = || vec![0; CHUNK.min(total) as usize];
    chunks.par_bridge().try_for_each_init(buffer, encrypt_chunk)
}

/// Widens ranges to whole sectors of a payload of so many `bytes`, sorts them and joins those that touch, so that nothing is encrypted twice.
pub(super) fn whole_sectors(
    ranges: &[Range<u64>],
    sector_size: SectorSize,
    bytes: u64,
) -> Result<Vec<Range<u64>>> {
    let sector = sector_size.bytes();
    let mut sorted = Vec::with_capacity(ranges.len());
    for range in ranges.iter().filter(|range| range.start < range.end) {
        if range.end > bytes {
            return Err(Error::TooSmall {
                what: "the encrypted payload",
                needed: range.end,
                available: bytes,
            });
        }
        let end = range.end.next_multiple_of(sector);
        sorted.push(range.start - range.start % sector..end);
    }
    sorted.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    Ok(joined)
}
