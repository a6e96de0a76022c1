//! dm-verity: a tree of digests behind data that is only read, so that every change of it is found.
//!
//! Specification: `Documentation/admin-guide/device-mapper/verity.rst` of the kernel for the tree (format version 1, SHA-256), and
//! cryptsetup's description of its superblock, which `veritysetup format` writes in front of the tree.
//!
//! A hash block holds the digests of as many blocks as fit. Those of the data are the lowest level, each level above covers the
//! one below, until one block is left whose digest is the root hash. On disk the highest level comes first. Digests of data blocks
//! are made on all cores, one hash block at a time, straight into their place.

use std::fs::File;
use std::os::unix::fs::FileExt;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::digest::hexadecimal;
use crate::sparse::next_data;
use crate::{Error, Result};

/// Opens the superblock.
const MAGIC: &[u8; 8] = b"verity\0\0";
/// The only version of the superblock there is.
const SUPERBLOCK_VERSION: u32 = 1;
/// Format 1: the salt goes in front of a block, digests fill slots of a power of two.
const HASH_TYPE: u32 = 1;
/// Name of the hash as the kernel spells it.
const ALGORITHM: &str = "sha256";
const DIGEST_BYTES: usize = 32;
const SUPERBLOCK_BYTES: usize = 512;
const MOST_SALT: usize = 256;

type Digest = [u8; DIGEST_BYTES];

/// A hash tree to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verity {
    /// Bytes of data under one digest: what the kernel reads and checks at once.
    pub data_block_size: u32,
    /// Bytes of one block of the tree.
    pub hash_block_size: u32,
    /// Goes into every digest, at most 256 bytes; 32 are usual.
    pub salt: Vec<u8>,
    /// Identifies the superblock.
    pub uuid: Uuid,
}

/// How much of the data the tree covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataBlocks {
    /// All of it.
    All,
    /// So many blocks from the start.
    First(u64),
}

/// What one has to know to use a tree; all offsets count from the start of the data, as `veritysetup` wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Digest of the highest block: trusted, it vouches for all data.
    pub root_hash: [u8; DIGEST_BYTES],
    /// The salt.
    pub salt: Vec<u8>,
    /// Bytes of a data block.
    pub data_block_size: u32,
    /// Bytes of a hash block.
    pub hash_block_size: u32,
    /// Number of data blocks covered.
    pub data_blocks: u64,
    /// Where the superblock is.
    pub hash_offset: u64,
    /// Where the tree behind the superblock begins, in hash blocks.
    pub hash_start_block: u64,
    /// Bytes from the start of the superblock to the end of the tree.
    pub hash_bytes: u64,
}

impl Tree {
    /// Name of the hash as the kernel spells it.
    pub const ALGORITHM: &'static str = ALGORITHM;
    /// Version of the format of the tree.
    pub const HASH_TYPE: u32 = HASH_TYPE;

    /// Gives the root hash as hexadecimal digits.
    pub fn root_hash_text(&self) -> String {
        hexadecimal(&self.root_hash)
    }

    /// Gives the salt as hexadecimal digits; `-` stands for none, as in the kernel's table.
    pub fn salt_text(&self) -> String {
        if self.salt.is_empty() {
            return "-".to_owned();
        }
        hexadecimal(&self.salt)
    }
}

impl Verity {
    /// Says how many bytes superblock and tree take for so many data blocks.
    ///
    /// Exact where the superblock starts at a multiple of the hash block size, and never too little elsewhere.
    pub fn hash_bytes(&self, data_blocks: u64) -> u64 {
        let blocks: u64 = self.levels(data_blocks).iter().sum();
        (blocks + 1) * u64::from(self.hash_block_size)
    }

    /// Writes superblock and tree for the `data_bytes` that begin at `data_offset` of `file`.
    ///
    /// The superblock starts `hash_offset` bytes behind the start of the data, which must be a multiple of 512; the tree starts
    /// at the next multiple of the hash block size. `file` must be open for reading and writing, and grows where it is too short;
    /// data that is not there counts as zeros.
    ///
    /// # Errors
    /// Block sizes or a salt that the format does not know, data that does not consist of whole blocks or reaches into the
    /// superblock, or trouble with reading and writing.
    pub fn write(
        &self,
        file: &File,
        data_offset: u64,
        data_bytes: u64,
        data_blocks: DataBlocks,
        hash_offset: u64,
    ) -> Result<Tree> {
        self.check()?;
        let data_blocks = self.data_blocks(data_bytes, data_blocks)?;
        let covered = data_blocks * u64::from(self.data_block_size);
        if hash_offset < covered || !hash_offset.is_multiple_of(SUPERBLOCK_BYTES as u64) {
            let reason = "is no multiple of 512 behind the data";
            return Err(Error::value("hash offset", hash_offset.to_string(), reason));
        }
        let hash_block = u64::from(self.hash_block_size);
        let hash_start_block = (hash_offset + SUPERBLOCK_BYTES as u64).div_ceil(hash_block);
        let levels = self.levels(data_blocks);
        let hash_end = (hash_start_block + levels.iter().sum::<u64>()) * hash_block;

        let failed = Error::io(WRITING);
        let file_end = data_offset + hash_end;
        if file.metadata().map_err(&failed)?.len() < file_end {
            file.set_len(file_end).map_err(&failed)?;
        }
        let writer = TreeWriter {
            file,
            data_offset,
            data_block: self.data_block_size as usize,
            hash_block: self.hash_block_size as usize,
            salted: Sha256::new_with_prefix(&self.salt),
            data_blocks,
        };
        let root_hash = writer.tree(&levels, data_offset + hash_start_block * hash_block)?;
        let mut head = self.superblock(data_blocks).to_vec();
        head.resize((hash_start_block * hash_block - hash_offset) as usize, 0);
        file.write_all_at(&head, data_offset + hash_offset)
            .map_err(&failed)?;
        Ok(Tree {
            root_hash,
            salt: self.salt.clone(),
            data_block_size: self.data_block_size,
            hash_block_size: self.hash_block_size,
            data_blocks,
            hash_offset,
            hash_start_block,
            hash_bytes: hash_end - hash_offset,
        })
    }

    fn check(&self) -> Result<()> {
        for (what, size) in [
            ("data block size", self.data_block_size),
            ("hash block size", self.hash_block_size),
        ] {
            if !size.is_power_of_two() || !(512..=512 << 10).contains(&size) {
                let reason = "is no power of two from 512 to 524288";
                return Err(Error::value(what, size.to_string(), reason));
            }
        }
        if self.salt.len() > MOST_SALT {
            let reason = "is longer than 256 bytes";
            return Err(Error::value("salt", hexadecimal(&self.salt), reason));
        }
        Ok(())
    }

    fn data_blocks(&self, data_bytes: u64, wanted: DataBlocks) -> Result<u64> {
        let block = u64::from(self.data_block_size);
        let there = data_bytes / block;
        let blocks = match wanted {
            DataBlocks::First(blocks) => blocks,
            // Left alone, the rest would be cut off: the kernel shows whole blocks only.
            DataBlocks::All if !data_bytes.is_multiple_of(block) => {
                let reason = format!("is no multiple of the block size {block}");
                return Err(Error::value(
                    "length of the data",
                    data_bytes.to_string(),
                    reason,
                ));
            }
            DataBlocks::All => there,
        };
        if blocks == 0 || blocks > there {
            let reason = format!("the data has {there} blocks of {block} bytes");
            return Err(Error::value(
                "number of data blocks",
                blocks.to_string(),
                reason,
            ));
        }
        Ok(blocks)
    }

    /// Lists the number of blocks of each level, lowest first; none where a single data block needs no tree.
    fn levels(&self, data_blocks: u64) -> Vec<u64> {
        let digests = u64::from(self.hash_block_size) / DIGEST_BYTES as u64;
        let mut levels = Vec::new();
        let mut blocks = data_blocks;
        while blocks > 1 {
            blocks = blocks.div_ceil(digests);
            levels.push(blocks);
        }
        levels
    }

    fn superblock(&self, data_blocks: u64) -> [u8; SUPERBLOCK_BYTES] {
        let mut bytes = [0; SUPERBLOCK_BYTES];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, MAGIC);
        put(8, &SUPERBLOCK_VERSION.to_le_bytes());
        put(12, &HASH_TYPE.to_le_bytes());
        put(16, self.uuid.as_bytes());
        put(32, ALGORITHM.as_bytes());
        put(64, &self.data_block_size.to_le_bytes());
        put(68, &self.hash_block_size.to_le_bytes());
        put(72, &data_blocks.to_le_bytes());
        put(80, &(self.salt.len() as u16).to_le_bytes());
        put(88, &self.salt);
        bytes
    }
}

const READING: &str = "reading data for its hash tree";
const WRITING: &str = "writing a hash tree";

struct TreeWriter<'a> {
    file: &'a File,
    data_offset: u64,
    data_block: usize,
    hash_block: usize,
    /// The hash after it has seen the salt.
    salted: Sha256,
    data_blocks: u64,
}

impl TreeWriter<'_> {
    /// Writes all levels from `start` on and gives the root hash.
    fn tree(&self, levels: &[u64], start: u64) -> Result<Digest> {
        let mut places: Vec<u64> = levels
            .iter()
            .rev()
            .scan(start, |next, blocks| {
                let place = *next;
                *next += blocks * self.hash_block as u64;
                Some(place)
            })
            .collect();
        places.reverse();
        let Some((lowest, above)) = places.split_first() else {
            return Ok(self.data_digests(0, &mut Vec::new())?[0]);
        };
        let mut digests = self.lowest_level(*lowest)?;
        for place in above {
            digests = digests
                .par_chunks(self.digests_per_block())
                .enumerate()
                .map(|(index, chunk)| self.hash_block(chunk, *place, index))
                .collect::<Result<_>>()?;
        }
        Ok(digests[0])
    }

    fn digests_per_block(&self) -> usize {
        self.hash_block / DIGEST_BYTES
    }

    /// Writes the digests of the data and gives the digests of the blocks that hold them.
    fn lowest_level(&self, place: u64) -> Result<Vec<Digest>> {
        let blocks = self.data_blocks.div_ceil(self.digests_per_block() as u64) as usize;
        (0..blocks)
            .into_par_iter()
            .map_init(Vec::new, |buffer, index| {
                let digests = self.data_digests(index, buffer)?;
                self.hash_block(&digests, place, index)
            })
            .collect()
    }

    /// Writes one hash block, the one with number `index` of the level at `place`, and gives its digest.
    fn hash_block(&self, digests: &[Digest], place: u64, index: usize) -> Result<Digest> {
        let mut block = digests.concat();
        block.resize(self.hash_block, 0);
        let position = place + index as u64 * self.hash_block as u64;
        self.file
            .write_all_at(&block, position)
            .map_err(Error::io(WRITING))?;
        Ok(self.digest(&block))
    }

    /// Gives the digests that the hash block with number `index` of the lowest level holds.
    fn data_digests(&self, index: usize, buffer: &mut Vec<u8>) -> Result<Vec<Digest>> {
        let first = (index * self.digests_per_block()) as u64;
        let blocks = (self.data_blocks - first).min(self.digests_per_block() as u64) as usize;
        let position = self.data_offset + first * self.data_block as u64;
        let length = blocks * self.data_block;
        let failed = Error::io(READING);
        let zeros = vec![0; self.data_block];
        if next_data(self.file, position).map_err(&failed)? >= position + length as u64 {
            return Ok(vec![self.digest(&zeros); blocks]);
        }
        buffer.resize(length, 0);
        self.file.read_exact_at(buffer, position).map_err(&failed)?;
        let mut digest_of_zeros = None;
        let digest = |block: &[u8]| {
            if block == zeros {
                return *digest_of_zeros.get_or_insert_with(|| self.digest(block));
            }
            self.digest(block)
        };
        Ok(buffer.chunks(self.data_block).map(digest).collect())
    }

    fn digest(&self, block: &[u8]) -> Digest {
        self.salted.clone().chain_update(block).finalize().into()
    }
}
