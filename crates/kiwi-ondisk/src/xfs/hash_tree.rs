//! Trees above blocks that are sorted by hash: those of large directories and of many attributes ("XFS Algorithms & Data
//! Structures", "Directory/Attribute Internal Nodes").
//!
//! The root lies at the start of its part of the fork, then come the leaves, then all nodes between.

use super::block::{self, HASHED_HEADER, Piece, Seal};
use super::bytes::{put16, put32};
use super::superblock::Geometry;

const MAGIC: u16 = 0x3ebe;
const HEADER: usize = HASHED_HEADER + 8;
const ENTRY: usize = 8;

/// Number of nodes above `leaves` leaves.
pub(super) fn nodes(leaves: u64, size: usize) -> u64 {
    let (mut below, mut nodes) = (leaves, 0);
    loop {
        below = below.div_ceil(((size - HEADER) / ENTRY) as u64);
        nodes += below;
        if below <= 1 {
            return nodes;
        }
    }
}

/// Blocks before and behind one of `count` blocks; 0 for none.
pub(super) fn siblings(index: usize, count: usize, number: impl Fn(usize) -> u64) -> (u32, u32) {
    let before = index.checked_sub(1).map_or(0, &number);
    let after = if index + 1 < count {
        number(index + 1)
    } else {
        0
    };
    // Forks have at most 2^32 blocks.
    (before as u32, after as u32)
}

/// Builds the nodes above leaves with these last hashes, which lie one behind the other after the root at `base`; `size` is
/// the length of a block.
pub(super) fn build(
    leaves: &[u32],
    base: u64,
    size: usize,
    owner: u64,
    geometry: &Geometry,
) -> Vec<Piece> {
    let step = (size / geometry.block_size) as u64;
    let mut next = base + step * (1 + leaves.len() as u64);
    let mut below: Vec<(u32, u64)> = leaves
        .iter()
        .enumerate()
        .map(|(index, hash)| (*hash, base + step * (1 + index as u64)))
        .collect();
    let mut pieces = Vec::new();
    for level in 1.. {
        let shares: Vec<_> = below.chunks((size - HEADER) / ENTRY).collect();
        let first = if shares.len() == 1 { base } else { next };
        let number = |index: usize| first + step * index as u64;
        let mut above = Vec::new();
        for (index, share) in shares.iter().enumerate() {
            let mut bytes = vec![0; size];
            let siblings = siblings(index, shares.len(), number);
            block::start_hashed(&mut bytes, MAGIC, siblings, geometry, owner);
            put16(&mut bytes, HASHED_HEADER, share.len() as u16);
            put16(&mut bytes, HASHED_HEADER + 2, level);
            for (place, (hash, block)) in bytes[HEADER..].chunks_exact_mut(ENTRY).zip(*share) {
                put32(place, 0, *hash);
                put32(place, 4, *block as u32);
            }
            above.push((share.last().map_or(0, |(hash, _)| *hash), number(index)));
            pieces.push(Piece {
                logical: number(index),
                bytes,
                seal: Seal::HASHED,
            });
        }
        if above.len() == 1 {
            break;
        }
        next += step * above.len() as u64;
        below = above;
    }
    pieces
}
