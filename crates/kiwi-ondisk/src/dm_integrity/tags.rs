//! Data and its tags.

use std::fs::File;
use std::os::unix::fs::FileExt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::geometry::{Geometry, RUN_SECTORS, TAG_BYTES};
use super::{Integrity, InternalHash, SECTOR_BYTES, WRITING};
use crate::sparse::{copy_range, next_data};
use crate::{Error, Result};

/// Sectors that one thread takes at a time; divides a run.
const BATCH_SECTORS: u64 = 2048;

/// Computes tags: over salt, sector number and data.
pub(super) struct Tagger {
    state: State,
}

/// A hash that has seen the key and the salt.
#[derive(Clone)]
enum State {
    Plain(Sha256),
    Keyed(Box<Hmac<Sha256>>),
}

impl Tagger {
    pub(super) fn new(integrity: &Integrity) -> Result<Self> {
        let salt = integrity.salt.as_ref().map_or(&[][..], |salt| salt);
        let state = match &integrity.hash {
            InternalHash::Sha256 => State::Plain(Sha256::new_with_prefix(salt)),
            InternalHash::HmacSha256 { key } if key.is_empty() => {
                return Err(Error::Malformed {
                    what: "the key of a dm-integrity device",
                    reason: "it is empty".into(),
                });
            }
            InternalHash::HmacSha256 { key } => {
                let keyed = Hmac::new_from_slice(key).expect("HMAC takes keys of every length");
                State::Keyed(Box::new(keyed.chain_update(salt)))
            }
        };
        Ok(Self { state })
    }

    /// Gives the tag of a sector, whose number makes sure that sectors cannot change places.
    pub(super) fn tag(&self, sector: u64, data: &[u8]) -> [u8; TAG_BYTES] {
        let number = sector.to_le_bytes();
        match self.state.clone() {
            State::Plain(hash) => hash
                .chain_update(number)
                .chain_update(data)
                .finalize()
                .into(),
            State::Keyed(hash) => hash
                .chain_update(number)
                .chain_update(data)
                .finalize()
                .into_bytes()
                .into(),
        }
    }
}

/// Moves content into a device.
pub(super) struct Writer<'a> {
    pub(super) content: &'a File,
    pub(super) content_bytes: u64,
    pub(super) file: &'a File,
    /// Where in `file` the device begins.
    pub(super) offset: u64,
    pub(super) geometry: &'a Geometry,
    pub(super) tagger: &'a Tagger,
}

impl Writer<'_> {
    /// Writes all data and all tags.
    pub(super) fn write(&self) -> Result<()> {
        let sectors = self.geometry.provided_bytes() / SECTOR_BYTES;
        const { assert!(RUN_SECTORS.is_multiple_of(BATCH_SECTORS)) };
        (0..sectors.div_ceil(BATCH_SECTORS))
            .into_par_iter()
            .map(|batch| batch * BATCH_SECTORS)
            .try_for_each_init(Vec::new, |buffer, first| {
                let length = BATCH_SECTORS.min(sectors - first) * SECTOR_BYTES;
                self.batch(first, length, buffer)
            })
    }

    /// Writes `length` bytes of data from sector `first` on, and their tags.
    fn batch(&self, first: u64, length: u64, buffer: &mut Vec<u8>) -> Result<()> {
        let failed = Error::io(WRITING);
        let position = first * SECTOR_BYTES;
        let place = self.offset + self.geometry.map(position);
        copy_range(self.content, position, self.file, place, length)?;
        buffer.clear();
        buffer.resize(length as usize, 0);
        let data_bytes = self.content_bytes.saturating_sub(position).min(length);
        if next_data(self.content, position).map_err(&failed)? < position + data_bytes {
            self.content
                .read_exact_at(&mut buffer[..data_bytes as usize], position)
                .map_err(&failed)?;
        }
        let mut tags = Vec::with_capacity(buffer.len() / SECTOR_BYTES as usize * TAG_BYTES);
        for (sector, data) in (first..).zip(buffer.chunks_exact(SECTOR_BYTES as usize)) {
            tags.extend_from_slice(&self.tagger.tag(sector, data));
        }
        self.file
            .write_all_at(&tags, self.offset + self.geometry.tag(first))
            .map_err(&failed)
    }
}
