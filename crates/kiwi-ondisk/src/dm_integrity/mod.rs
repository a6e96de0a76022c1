//! dm-integrity: a device that keeps a tag for every sector and so notices when a sector changes behind its back.
//!
//! Specification: `Documentation/admin-guide/device-mapper/dm-integrity.rst` of the kernel; field widths, defaults and what exactly
//! a tag covers are those of Linux 6.1 and cryptsetup 2.6, read off devices that `integritysetup format` made.
//!
//! Layout: superblock, journal, then runs of tags each followed by the data they are for. Because data and tags take turns, a
//! finished file system cannot stay where it is: [`Integrity::write`] moves it, sector by sector as [`Geometry::map`] says, and
//! computes the tags on all cores. Every sector gets its tag, those of zeros too: the kernel refuses to read a sector without.

mod geometry;
mod journal;
mod superblock;
mod tags;

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;

pub use geometry::Geometry;
pub use superblock::Flag;
use superblock::Superblock;
use tags::{Tagger, Writer};

use crate::embedded_metadata::BLOCK_BYTES;
use crate::sparse::clear;
use crate::{Error, Result};

/// Bytes of a sector, here always the size under one tag too.
pub const SECTOR_BYTES: u64 = 512;
/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

const WRITING: &str = "writing a dm-integrity device";

/// A device to be made: sectors of 512 bytes, tags of 32, and the journal and runs that `integritysetup` makes by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    /// How tags are computed.
    pub hash: InternalHash,
    /// Goes into every tag. `None` makes tags the older and weaker way, as `integritysetup --integrity-legacy-hmac` does.
    pub salt: Option<[u8; SALT_BYTES]>,
}

/// What a tag is, in the kernel's words `internal_hash`.
#[derive(Clone, PartialEq, Eq)]
pub enum InternalHash {
    /// A digest: finds damage.
    Sha256,
    /// A digest under a key: finds changes by those who do not know the key.
    HmacSha256 {
        /// The key, whole.
        key: Vec<u8>,
    },
}

/// What one has to know to use a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Sectors of 512 bytes that the opened device has.
    pub provided_data_sectors: u64,
    /// What the superblock says about the format, in the order of its bits.
    pub flags: Vec<Flag>,
}

impl InternalHash {
    /// Name of the algorithm for the kernel.
    pub const fn kernel_name(&self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::HmacSha256 { .. } => "hmac(sha256)",
        }
    }

    /// Name of the algorithm for `integritysetup` and `/etc/integritytab`.
    pub const fn integritysetup_name(&self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::HmacSha256 { .. } => "hmac-sha256",
        }
    }
}

impl fmt::Debug for InternalHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kernel_name())
    }
}

impl Integrity {
    /// Makes a device of `device_bytes` at `offset` of `file` and fills it with what `content` holds from its start.
    ///
    /// Where `content` ends, zeros follow. Holes stay holes, tags are dense: a 16th of the device. The same input gives the
    /// same bytes, whatever `file` held in that range before. `file` must be open for reading and writing, and grows where it is
    /// too short.
    ///
    /// # Errors
    /// The device is too small for its journal or for the content, its size is no multiple of 512, the key is empty, or
    /// trouble with reading and writing.
    pub fn write(
        &self,
        content: &File,
        file: &File,
        offset: u64,
        device_bytes: u64,
    ) -> Result<Device> {
        let failed = Error::io(WRITING);
        let geometry = Geometry::new(device_bytes)?;
        let tagger = Tagger::new(self)?;
        let content_bytes = content.metadata().map_err(&failed)?.len();
        if content_bytes > geometry.provided_bytes() {
            return Err(Error::TooSmall {
                what: "the content of a dm-integrity device",
                needed: content_bytes,
                available: geometry.provided_bytes(),
            });
        }
        // Before many threads write, because growing from several would race.
        if file.metadata().map_err(&failed)?.len() < offset + device_bytes {
            file.set_len(offset + device_bytes).map_err(&failed)?;
        }
        let superblock = Superblock::new(&geometry, self.salt);
        file.write_all_at(&superblock.bytes(), offset)
            .map_err(&failed)?;
        journal::write(&geometry, file, offset)?;
        let writer = Writer {
            content,
            content_bytes,
            file,
            offset,
            geometry: &geometry,
            tagger: &tagger,
        };
        writer.write()?;
        for (start, end) in geometry.unused() {
            clear(file, offset + start, end - start).map_err(&failed)?;
        }
        Ok(Device {
            provided_data_sectors: geometry.provided_bytes() / SECTOR_BYTES,
            flags: superblock.flags(),
        })
    }

    /// Writes embedded metadata to the last 4096 bytes of a device that [`Integrity::write`] made.
    ///
    /// The end of the device is the end of its data too in most cases, so the tags of these sectors are made anew. The content
    /// must not reach further than [`Geometry::bytes_before_metadata`].
    pub fn write_metadata(
        &self,
        metadata: &[u8; BLOCK_BYTES as usize],
        file: &File,
        offset: u64,
        device_bytes: u64,
    ) -> Result<()> {
        let failed = Error::io(WRITING);
        let geometry = Geometry::new(device_bytes)?;
        let tagger = Tagger::new(self)?;
        file.write_all_at(metadata, offset + geometry.metadata())
            .map_err(&failed)?;
        let sectors = geometry.provided_bytes() / SECTOR_BYTES;
        let first = geometry.bytes_before_metadata() / SECTOR_BYTES;
        for sector in first..sectors {
            let mut data = [0; SECTOR_BYTES as usize];
            let place = geometry.map(sector * SECTOR_BYTES);
            file.read_exact_at(&mut data, offset + place)
                .map_err(&failed)?;
            file.write_all_at(&tagger.tag(sector, &data), offset + geometry.tag(sector))
                .map_err(&failed)?;
        }
        Ok(())
    }
}
