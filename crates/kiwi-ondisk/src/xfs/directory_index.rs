//! How names of large directories are found ("XFS Algorithms & Data Structures", "Leaf Directories", "Node Directories").
//!
//! The index of a directory lies in its fork behind 32 GiB, the list of what is free in its blocks behind 64 GiB.

use super::block::{self, Piece, Seal};
use super::bytes::{put16, put32};
use super::hash_tree;
use super::superblock::Geometry;

/// Where the index begins.
const INDEX_START: u64 = 32 << 30;
/// Where the list of free space begins.
const FREE_START: u64 = 64 << 30;
/// The whole index is one block, which has the list of free space at its end.
const LEAF_MAGIC: u16 = 0x3df1;
/// One of several blocks of the index.
const LEAF_OF_TREE_MAGIC: u16 = 0x3dff;
const HEADER: usize = 64;
const ENTRY: usize = 8;
/// Number of blocks with names, at the end of an index of one block.
const TAIL: usize = 4;

/// Names by hash, and what is free in each block of names.
pub(super) struct Index<'a> {
    /// Hash and place, sorted.
    pub(super) entries: &'a [(u32, u32)],
    /// Longest free part of every block of names.
    pub(super) free: &'a [u16],
    pub(super) owner: u64,
}

/// Number of blocks that an index of `entries` for `blocks` blocks of names takes.
pub(super) fn blocks(entries: usize, blocks: usize, size: usize) -> u64 {
    if fits_one(entries, blocks, size) {
        return 1;
    }
    let leaves = entries.div_ceil((size - HEADER) / ENTRY) as u64;
    leaves + hash_tree::nodes(leaves, size) + blocks.div_ceil((size - HEADER) / 2) as u64
}

fn fits_one(entries: usize, blocks: usize, size: usize) -> bool {
    HEADER + entries * ENTRY + blocks * 2 + TAIL <= size
}

impl Index<'_> {
    /// The index in pieces.
    pub(super) fn pieces(&self, geometry: &Geometry) -> Vec<Piece> {
        let size = geometry.directory_block_size;
        let base = INDEX_START / geometry.block_size as u64;
        if fits_one(self.entries.len(), self.free.len(), size) {
            let mut bytes = self.leaf(self.entries, LEAF_MAGIC, (0, 0), geometry);
            let tail = size - TAIL;
            let free = tail - 2 * self.free.len();
            write_numbers(&mut bytes[free..tail], self.free);
            put32(&mut bytes, tail, self.free.len() as u32);
            return vec![Piece {
                logical: base,
                bytes,
                seal: Seal::HASHED,
            }];
        }
        let leaves: Vec<_> = self.entries.chunks((size - HEADER) / ENTRY).collect();
        let step = (size / geometry.block_size) as u64;
        let last_hashes: Vec<u32> = leaves
            .iter()
            .filter_map(|leaf| leaf.last().map(|(hash, _)| *hash))
            .collect();
        let numbers = |index: usize| base + (1 + index as u64) * step;
        let mut pieces: Vec<Piece> = leaves
            .iter()
            .enumerate()
            .map(|(index, entries)| {
                let siblings = hash_tree::siblings(index, leaves.len(), numbers);
                Piece {
                    logical: numbers(index),
                    bytes: self.leaf(entries, LEAF_OF_TREE_MAGIC, siblings, geometry),
                    seal: Seal::HASHED,
                }
            })
            .collect();
        pieces.extend(hash_tree::build(
            &last_hashes,
            base,
            size,
            self.owner,
            geometry,
        ));
        pieces.extend(self.free_blocks(geometry));
        pieces.sort_unstable_by_key(|piece| piece.logical);
        pieces
    }

    fn leaf(
        &self,
        entries: &[(u32, u32)],
        magic: u16,
        siblings: (u32, u32),
        geometry: &Geometry,
    ) -> Vec<u8> {
        let mut bytes = vec![0; geometry.directory_block_size];
        block::start_hashed(&mut bytes, magic, siblings, geometry, self.owner);
        put16(&mut bytes, 56, entries.len() as u16);
        write(&mut bytes[HEADER..], entries);
        bytes
    }

    /// The list of what is free in which block.
    fn free_blocks(&self, geometry: &Geometry) -> Vec<Piece> {
        let size = geometry.directory_block_size;
        let capacity = (size - HEADER) / 2;
        let step = (size / geometry.block_size) as u64;
        let base = FREE_START / geometry.block_size as u64;
        let piece = |(index, free): (usize, &[u16])| {
            let mut bytes = vec![0; size];
            block::start_directory(&mut bytes, *b"XDF3", geometry, self.owner);
            put32(&mut bytes, 48, (index * capacity) as u32);
            put32(&mut bytes, 52, free.len() as u32);
            put32(&mut bytes, 56, free.len() as u32);
            write_numbers(&mut bytes[HEADER..], free);
            Piece {
                logical: base + index as u64 * step,
                bytes,
                seal: Seal::DIRECTORY,
            }
        };
        self.free.chunks(capacity).enumerate().map(piece).collect()
    }
}

/// Writes entries of an index.
pub(super) fn write(bytes: &mut [u8], entries: &[(u32, u32)]) {
    for (place, (hash, address)) in bytes.chunks_exact_mut(ENTRY).zip(entries) {
        put32(place, 0, *hash);
        put32(place, 4, *address);
    }
}

fn write_numbers(bytes: &mut [u8], numbers: &[u16]) {
    for (place, number) in bytes.chunks_exact_mut(2).zip(numbers) {
        put16(place, 0, *number);
    }
}
