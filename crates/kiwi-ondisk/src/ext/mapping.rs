//! Which blocks of the file system hold a file: extent trees of ext4 (kernel.org, `filesystems/ext4/ifork`) and the block maps
//! of ext2 and ext3.

use super::bytes::{high32, low32, put16, put32};
use super::checksum::crc32c;
use super::groups::Groups;
use crate::Result;

/// Bytes of an inode that say where its data is.
pub(super) const ROOT_LENGTH: usize = 60;

/// Longest initialised extent.
const MAX_EXTENT: u64 = 32768;
const EXTENT_MAGIC: u16 = 0xf30a;
const EXTENT_ENTRY: usize = 12;
/// Direct block numbers in an inode.
const DIRECT: usize = 12;

/// A part of a file that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// First block within the file.
    pub(super) logical: u64,
    /// First block within the file system.
    pub(super) physical: u64,
    /// Number of blocks.
    pub(super) blocks: u64,
}

/// What goes into the inode, and what into blocks of its own.
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) root: [u8; ROOT_LENGTH],
    /// Blocks of the map itself, with their content.
    pub(super) nodes: Vec<(u64, Vec<u8>)>,
}

/// Builds an extent tree; `checksum` is the seed of the inode's own checksums.
pub(super) fn extents(
    groups: &mut Groups<'_>,
    extents: &[Extent],
    checksum: Option<u32>,
) -> Result<Mapping> {
    let mut entries: Vec<(u64, [u8; EXTENT_ENTRY])> = extents
        .iter()
        .flat_map(|extent| split(*extent))
        .map(|extent| (extent.logical, leaf_entry(extent)))
        .collect();
    let mut nodes = Vec::new();
    let mut depth = 0;
    let in_root = (ROOT_LENGTH - EXTENT_ENTRY) / EXTENT_ENTRY;
    let in_node = (groups.block_size() as usize - EXTENT_ENTRY) / EXTENT_ENTRY;
    while entries.len() > in_root {
        let mut above = Vec::new();
        for part in entries.chunks(in_node) {
            let block = groups.allocate_block()?;
            let mut bytes = vec![0; groups.block_size() as usize];
            write_node(&mut bytes, part, in_node, depth);
            if let Some(seed) = checksum {
                let end = EXTENT_ENTRY * (1 + in_node);
                let sum = crc32c(seed, &bytes[..end]);
                put32(&mut bytes, end, sum);
            }
            nodes.push((block, bytes));
            above.push((part[0].0, index_entry(part[0].0, block)));
        }
        entries = above;
        depth += 1;
    }
    let mut root = [0; ROOT_LENGTH];
    write_node(&mut root, &entries, in_root, depth);
    Ok(Mapping { root, nodes })
}

/// Cuts an extent into pieces that one entry can describe.
fn split(extent: Extent) -> impl Iterator<Item = Extent> {
    (0..extent.blocks.div_ceil(MAX_EXTENT)).map(move |piece| {
        let done = piece * MAX_EXTENT;
        Extent {
            logical: extent.logical + done,
            physical: extent.physical + done,
            blocks: (extent.blocks - done).min(MAX_EXTENT),
        }
    })
}

fn leaf_entry(extent: Extent) -> [u8; EXTENT_ENTRY] {
    let mut entry = [0; EXTENT_ENTRY];
    put32(&mut entry, 0, low32(extent.logical));
    put16(&mut entry, 4, extent.blocks as u16);
    put16(&mut entry, 6, high32(extent.physical) as u16);
    put32(&mut entry, 8, low32(extent.physical));
    entry
}

fn index_entry(logical: u64, block: u64) -> [u8; EXTENT_ENTRY] {
    let mut entry = [0; EXTENT_ENTRY];
    put32(&mut entry, 0, low32(logical));
    put32(&mut entry, 4, low32(block));
    put16(&mut entry, 8, high32(block) as u16);
    entry
}

fn write_node(bytes: &mut [u8], entries: &[(u64, [u8; EXTENT_ENTRY])], room: usize, depth: u16) {
    put16(bytes, 0, EXTENT_MAGIC);
    put16(bytes, 2, entries.len() as u16);
    put16(bytes, 4, room as u16);
    put16(bytes, 6, depth);
    for (index, (_, entry)) in entries.iter().enumerate() {
        let at = EXTENT_ENTRY * (1 + index);
        bytes[at..at + EXTENT_ENTRY].copy_from_slice(entry);
    }
}

/// Builds a block map.
pub(super) fn block_map(groups: &mut Groups<'_>, extents: &[Extent]) -> Result<Mapping> {
    let mut map = BlockMap {
        extents,
        next: 0,
        nodes: Vec::new(),
        per_node: groups.block_size() / 4,
    };
    let mut root = [0; ROOT_LENGTH];
    for slot in 0..DIRECT {
        put32(&mut root, slot * 4, map.block_at(slot as u64));
    }
    let mut first = DIRECT as u64;
    for depth in 1..=3 {
        let block = map.node(groups, first, depth)?;
        put32(&mut root, (DIRECT + depth as usize - 1) * 4, block);
        first += map.per_node.pow(depth);
    }
    Ok(Mapping {
        root,
        nodes: map.nodes,
    })
}

struct BlockMap<'a> {
    extents: &'a [Extent],
    /// The extent that the last answer came from, or the one before the next: questions come in ascending order.
    next: usize,
    nodes: Vec<(u64, Vec<u8>)>,
    per_node: u64,
}

impl BlockMap<'_> {
    /// The block that holds a block of the file; 0 for a hole.
    fn block_at(&mut self, logical: u64) -> u32 {
        while let Some(extent) = self.extents.get(self.next) {
            if logical < extent.logical {
                return 0;
            }
            if logical < extent.logical + extent.blocks {
                return low32(extent.physical + logical - extent.logical);
            }
            self.next += 1;
        }
        0
    }

    /// Whether the file has data in a range of its blocks.
    fn has_data(&self, first: u64, blocks: u64) -> bool {
        self.extents[self.next.min(self.extents.len())..]
            .iter()
            .any(|extent| extent.logical < first + blocks && extent.logical + extent.blocks > first)
    }

    /// Makes the block that lists `per_node^depth` blocks of the file; 0 when all of them are holes.
    fn node(&mut self, groups: &mut Groups<'_>, first: u64, depth: u32) -> Result<u32> {
        let below = self.per_node.pow(depth - 1);
        if !self.has_data(first, below * self.per_node) {
            return Ok(0);
        }
        let block = groups.allocate_block()?;
        let index = self.nodes.len();
        self.nodes.push((block, Vec::new()));
        let mut bytes = vec![0; groups.block_size() as usize];
        for slot in 0..self.per_node {
            let at = first + slot * below;
            let entry = if depth == 1 {
                self.block_at(at)
            } else {
                self.node(groups, at, depth - 1)?
            };
            put32(&mut bytes, slot as usize * 4, entry);
        }
        self.nodes[index].1 = bytes;
        Ok(low32(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_extents_are_cut() {
        let extent = Extent {
            logical: 5,
            physical: 100,
            blocks: 2 * MAX_EXTENT + 1,
        };
        let pieces: Vec<_> = split(extent)
            .map(|it| (it.logical, it.physical, it.blocks))
            .collect();
        assert_eq!(
            pieces,
            [
                (5, 100, MAX_EXTENT),
                (5 + MAX_EXTENT, 100 + MAX_EXTENT, MAX_EXTENT),
                (5 + 2 * MAX_EXTENT, 100 + 2 * MAX_EXTENT, 1)
            ]
        );
    }

    #[test]
    fn holes_of_block_maps() {
        let extents = [
            Extent {
                logical: 2,
                physical: 50,
                blocks: 2,
            },
            Extent {
                logical: 9,
                physical: 70,
                blocks: 1,
            },
        ];
        let mut map = BlockMap {
            extents: &extents,
            next: 0,
            nodes: Vec::new(),
            per_node: 4,
        };
        let blocks: Vec<u32> = (0..11).map(|logical| map.block_at(logical)).collect();
        assert_eq!(blocks, [0, 0, 50, 51, 0, 0, 0, 0, 0, 70, 0]);
    }
}
