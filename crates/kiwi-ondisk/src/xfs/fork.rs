//! Forks of inodes: where the data, or the attributes, of a file lie ("XFS Algorithms & Data Structures", "Data Extents").

use super::superblock::Geometry;
use super::tree::{self, Block, EXTENTS, Item, shares};
use crate::Result;

/// Blocks an extent can have, one less than 21 bits count.
const MAX_BLOCKS: u64 = (1 << 21) - 1;
const EXTENT: usize = 16;
/// Level and number of pointers, in front of those of a tree's root.
const ROOT_HEADER: usize = 4;

/// How a fork is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Device = 0,
    Local = 1,
    Extents = 2,
    Tree = 3,
}

/// The part of a fork that is in its inode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fork {
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    pub(super) extents: u64,
    /// Blocks of the fork, those of its tree included.
    pub(super) blocks: u64,
}

/// Blocks that follow each other, in the fork and in the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) logical: u64,
    pub(super) start: u64,
    pub(super) blocks: u64,
}

impl Fork {
    /// A fork that is wholly in the inode.
    pub(super) fn inside(format: Format, bytes: Vec<u8>) -> Self {
        Self {
            format,
            bytes,
            extents: 0,
            blocks: 0,
        }
    }

    /// Describes extents within `room` bytes, with a tree when they are too many; `allocate` gives the blocks for it.
    pub(super) fn of_extents(
        extents: &[Extent],
        room: usize,
        owner: u64,
        geometry: &Geometry,
        mut allocate: impl FnMut(u64) -> Result<Vec<u64>>,
    ) -> Result<(Self, Vec<Block>)> {
        let extents = join(extents);
        let count = extents.len() as u64;
        let data: u64 = extents.iter().map(|extent| extent.blocks).sum();
        if extents.len() * EXTENT <= room {
            let fork = Self {
                format: Format::Extents,
                bytes: extents.iter().flat_map(|it| it.to_bytes()).collect(),
                extents: count,
                blocks: data,
            };
            return Ok((fork, Vec::new()));
        }
        let mut items: Vec<Item> = extents
            .iter()
            .map(|extent| Item {
                key: extent.logical.to_be_bytes().to_vec(),
                body: extent.to_bytes().to_vec(),
            })
            .collect();
        let mut blocks = Vec::new();
        let mut level = 0;
        let root = root_capacity(room);
        loop {
            let capacity = EXTENTS.capacity(level, geometry);
            let numbers = allocate(shares(items.len(), capacity).len() as u64)?;
            let (above, mut written) = EXTENTS.level(&items, level, &numbers, owner, geometry);
            blocks.append(&mut written);
            items = above;
            level += 1;
            if items.len() <= root {
                break;
            }
        }
        let mut bytes = vec![0; room];
        bytes[..2].copy_from_slice(&level.to_be_bytes());
        bytes[2..ROOT_HEADER].copy_from_slice(&(items.len() as u16).to_be_bytes());
        tree::write_pointers(&mut bytes[ROOT_HEADER..], &items, 8, root);
        let fork = Self {
            format: Format::Tree,
            bytes,
            extents: count,
            blocks: data + blocks.len() as u64,
        };
        Ok((fork, blocks))
    }
}

/// Number of blocks that a tree of `extents` takes, the root in `room` bytes of an inode.
pub(super) fn tree_blocks(extents: u64, room: usize, geometry: &Geometry) -> u64 {
    if extents * EXTENT as u64 <= room as u64 {
        return 0;
    }
    EXTENTS.blocks(extents, Some(root_capacity(room)), geometry)
}

fn root_capacity(room: usize) -> usize {
    (room - ROOT_HEADER) / 16
}

impl Extent {
    /// 54 bits of logical block, 52 of block, 21 of length; the first bit says that it was written.
    fn to_bytes(self) -> [u8; EXTENT] {
        let value =
            u128::from(self.logical) << 73 | u128::from(self.start) << 21 | u128::from(self.blocks);
        value.to_be_bytes()
    }
}

/// Joins neighbours, and cuts what is longer than an extent can be.
fn join(extents: &[Extent]) -> Vec<Extent> {
    let mut joined: Vec<Extent> = Vec::new();
    for extent in extents {
        let mut rest = *extent;
        if let Some(last) = joined.last_mut()
            && last.logical + last.blocks == rest.logical
            && last.start + last.blocks == rest.start
        {
            let more = rest.blocks.min(MAX_BLOCKS - last.blocks);
            last.blocks += more;
            rest = rest.without(more);
        }
        while rest.blocks > 0 {
            let blocks = rest.blocks.min(MAX_BLOCKS);
            joined.push(Extent { blocks, ..rest });
            rest = rest.without(blocks);
        }
    }
    joined
}

impl Extent {
    /// What is left behind the first `blocks`.
    fn without(self, blocks: u64) -> Self {
        Self {
            logical: self.logical + blocks,
            start: self.start + blocks,
            blocks: self.blocks - blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::geometry;
    use super::*;
    use proptest::prelude::*;

    fn extent(logical: u64, start: u64, blocks: u64) -> Extent {
        Extent {
            logical,
            start,
            blocks,
        }
    }

    #[test]
    fn bits_of_extents() {
        let bytes = extent(1, 1 << 43 | 5, 7).to_bytes();
        let (high, low) = bytes.split_at(8);
        assert_eq!(high, (1_u64 << 9 | 1).to_be_bytes());
        assert_eq!(low, (5_u64 << 21 | 7).to_be_bytes());
    }

    #[test]
    fn neighbours_are_joined_and_long_ones_cut() {
        assert_eq!(
            join(&[extent(0, 10, 2), extent(2, 12, 3), extent(6, 15, 1)]),
            [extent(0, 10, 5), extent(6, 15, 1)]
        );
        assert_eq!(
            join(&[
                extent(0, 10, MAX_BLOCKS + 1),
                extent(MAX_BLOCKS + 1, 10 + MAX_BLOCKS + 1, 4)
            ]),
            [
                extent(0, 10, MAX_BLOCKS),
                extent(MAX_BLOCKS, 10 + MAX_BLOCKS, 5)
            ]
        );
    }

    proptest! {
        #[test]
        fn trees_take_what_was_foretold(count in 1_u64..20_000, room in 56_usize..336, size in 10_u32..13) {
            let geometry = Geometry { block_size: 1 << size, ..geometry() };
            let extents: Vec<Extent> = (0..count).map(|it| extent(2 * it, 3 * it, 1)).collect();
            let mut next = 0;
            let (fork, blocks) = Fork::of_extents(&extents, room, 5, &geometry, |wanted| {
                next += wanted;
                Ok((next - wanted..next).collect())
            }).unwrap();
            prop_assert_eq!(blocks.len() as u64, tree_blocks(count, room, &geometry));
            prop_assert_eq!(fork.blocks, count + blocks.len() as u64);
            prop_assert_eq!(fork.extents, count);
            prop_assert!(fork.bytes.len() <= room);
            prop_assert_eq!(fork.format == Format::Tree, !blocks.is_empty());
        }
    }
}
