//! Trees, loaded in bulk: sorted items fill one leaf after the other, then nodes point to them.

use super::checksum::Checksum;
use super::item::{GENERATION, Item, Key};
use crate::{Error, Result};

/// Bytes of a block before its items (`struct btrfs_header`).
pub(super) const HEADER: usize = 101;
/// Bytes of an item's header (`struct btrfs_item`).
pub(super) const ITEM_HEADER: usize = 25;
/// Bytes of a pointer to a block (`struct btrfs_key_ptr`).
const POINTER: usize = 33;
/// The block was written, and knows references of both kinds.
const BLOCK_FLAGS: u64 = 1 | 1 << 56;

/// A tree whose blocks have no addresses yet.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// Number of the tree.
    pub(super) owner: u64,
    node_size: usize,
    /// Blocks by level, leaves first; each with its first key.
    levels: Vec<Vec<(Key, Vec<u8>)>>,
}

/// What all blocks of a file system have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) uuid: [u8; 16],
    pub(super) chunk_tree_uuid: [u8; 16],
    pub(super) checksum: Checksum,
}

/// Largest data of an item.
pub(super) fn largest_item(node_size: usize) -> usize {
    node_size - HEADER - ITEM_HEADER
}

/// How many nodes are above a number of leaves, level by level.
fn level_counts(leaves: u64, node_size: usize) -> Vec<u64> {
    let fan_out = ((node_size - HEADER) / POINTER) as u64;
    let mut counts = vec![leaves];
    while counts[counts.len() - 1] > 1 {
        let below = counts[counts.len() - 1];
        counts.push(below.div_ceil(fan_out));
    }
    counts
}

/// The level of every block of a tree with so many leaves, in the order that blocks are stored in.
pub(super) fn block_levels(leaves: u64, node_size: usize) -> Vec<u8> {
    level_counts(leaves, node_size)
        .into_iter()
        .zip(0_u8..)
        .flat_map(|(count, level)| std::iter::repeat_n(level, count as usize))
        .collect()
}

impl Tree {
    /// Packs items, which must be sorted.
    ///
    /// # Errors
    /// An item does not fit into a block.
    pub(super) fn pack(
        owner: u64,
        node_size: usize,
        items: impl IntoIterator<Item = Item>,
    ) -> Result<Self> {
        let mut leaves = Vec::new();
        let mut leaf = Leaf::new(node_size);
        let mut last: Option<Key> = None;
        for item in items {
            debug_assert!(last < Some(item.key), "{last:?} {:?}", item.key);
            last = Some(item.key);
            let needed = item.data.len() + ITEM_HEADER;
            if needed > node_size - HEADER {
                return Err(Error::TooSmall {
                    what: "an item of a btrfs tree",
                    needed: item.data.len() as u64,
                    available: largest_item(node_size) as u64,
                });
            }
            if leaf.free() < needed {
                leaves.push(std::mem::replace(&mut leaf, Leaf::new(node_size)).finish());
            }
            leaf.push(&item);
        }
        leaves.push(leaf.finish());
        let mut levels = vec![leaves];
        let fan_out = (node_size - HEADER) / POINTER;
        while levels[levels.len() - 1].len() > 1 {
            let level = levels.len() as u8;
            let nodes = levels[levels.len() - 1]
                .chunks(fan_out)
                .map(|below| node(below, level, node_size))
                .collect();
            levels.push(nodes);
        }
        Ok(Self {
            owner,
            node_size,
            levels,
        })
    }

    /// Number of blocks of all levels.
    pub(super) fn blocks(&self) -> u64 {
        self.levels.iter().map(|level| level.len() as u64).sum()
    }

    /// Number of blocks that hold items.
    pub(super) fn leaves(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// Gives every block its address, all that is the same in every block, and its checksum; `addresses` has one for each,
    /// leaves first and the root last.
    pub(super) fn finish(self, stamp: Stamp, addresses: &[u64]) -> Vec<(u64, Vec<u8>)> {
        let mut finished: Vec<(u64, Vec<u8>)> = Vec::with_capacity(addresses.len());
        let mut below = 0;
        for (level, blocks) in self.levels.into_iter().enumerate() {
            let first = finished.len();
            let mut pointed = below;
            for (_, mut bytes) in blocks {
                if level > 0 {
                    for pointer in bytes[HEADER..].chunks_exact_mut(POINTER) {
                        if pointer[Key::LENGTH + 8] == 0 {
                            break;
                        }
                        pointer[Key::LENGTH..Key::LENGTH + 8]
                            .copy_from_slice(&addresses[pointed].to_le_bytes());
                        pointed += 1;
                    }
                }
                let address = addresses[finished.len()];
                debug_assert_eq!(bytes.len(), self.node_size);
                stamp.put(&mut bytes, address, self.owner);
                finished.push((address, bytes));
            }
            below = first;
        }
        finished
    }
}

impl Stamp {
    fn put(self, bytes: &mut [u8], address: u64, owner: u64) {
        bytes[32..48].copy_from_slice(&self.uuid);
        bytes[48..56].copy_from_slice(&address.to_le_bytes());
        bytes[56..64].copy_from_slice(&BLOCK_FLAGS.to_le_bytes());
        bytes[64..80].copy_from_slice(&self.chunk_tree_uuid);
        bytes[80..88].copy_from_slice(&GENERATION.to_le_bytes());
        bytes[88..96].copy_from_slice(&owner.to_le_bytes());
        let (sum, rest) = bytes.split_at_mut(32);
        self.checksum.put(rest, sum);
    }
}

/// A leaf that is filled: headers of items from the front, their data from the end.
struct Leaf {
    bytes: Vec<u8>,
    first: Key,
    items: usize,
    /// Where the data begins.
    data: usize,
}

impl Leaf {
    fn new(node_size: usize) -> Self {
        Self {
            bytes: vec![0; node_size],
            first: Key::new(0, 0, 0),
            items: 0,
            data: node_size,
        }
    }

    fn headers_end(&self) -> usize {
        HEADER + self.items * ITEM_HEADER
    }

    fn free(&self) -> usize {
        self.data - self.headers_end()
    }

    fn push(&mut self, item: &Item) {
        if self.items == 0 {
            self.first = item.key;
        }
        let header = self.headers_end();
        self.data -= item.data.len();
        self.bytes[self.data..self.data + item.data.len()].copy_from_slice(&item.data);
        item.key.put(&mut self.bytes[header..]);
        let at = header + Key::LENGTH;
        self.bytes[at..at + 4].copy_from_slice(&((self.data - HEADER) as u32).to_le_bytes());
        self.bytes[at + 4..at + 8].copy_from_slice(&(item.data.len() as u32).to_le_bytes());
        self.items += 1;
    }

    fn finish(mut self) -> (Key, Vec<u8>) {
        self.bytes[96..100].copy_from_slice(&(self.items as u32).to_le_bytes());
        (self.first, self.bytes)
    }
}

/// A node above some blocks, whose addresses are still missing.
fn node(below: &[(Key, Vec<u8>)], level: u8, node_size: usize) -> (Key, Vec<u8>) {
    let mut bytes = vec![0; node_size];
    bytes[96..100].copy_from_slice(&(below.len() as u32).to_le_bytes());
    bytes[100] = level;
    for ((key, _), pointer) in below.iter().zip(bytes[HEADER..].chunks_exact_mut(POINTER)) {
        key.put(pointer);
        pointer[Key::LENGTH + 8..].copy_from_slice(&GENERATION.to_le_bytes());
    }
    (below[0].0, bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAMP: Stamp = Stamp {
        uuid: [1; 16],
        chunk_tree_uuid: [2; 16],
        checksum: Checksum::Crc32c,
    };

    fn get32(bytes: &[u8], at: usize) -> usize {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    }

    fn get64(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    fn key(bytes: &[u8], at: usize) -> Key {
        Key::new(get64(bytes, at), bytes[at + 8], get64(bytes, at + 9))
    }

    /// Reads all items below a block, as someone who knows only the format.
    fn read(blocks: &[(u64, Vec<u8>)], address: u64, level: u8, found: &mut Vec<Item>) {
        let (_, bytes) = blocks.iter().find(|(it, _)| *it == address).unwrap();
        assert_eq!(get64(bytes, 48), address);
        assert_eq!(bytes[100], level);
        assert_eq!(get32(bytes, 0), crc32c::crc32c(&bytes[32..]) as usize);
        let count = get32(bytes, 96);
        let mut end = bytes.len();
        for index in 0..count {
            if level == 0 {
                let at = HEADER + index * ITEM_HEADER;
                let start = HEADER + get32(bytes, at + 17);
                let length = get32(bytes, at + 21);
                // No gaps, no overlaps.
                assert_eq!(start + length, end);
                end = start;
                assert!(end >= HEADER + count * ITEM_HEADER);
                let data = bytes[start..start + length].to_vec();
                found.push(Item {
                    key: key(bytes, at),
                    data,
                });
            } else {
                let at = HEADER + index * POINTER;
                let before = found.len();
                assert_eq!(get64(bytes, at + 25), GENERATION);
                read(blocks, get64(bytes, at + 17), level - 1, found);
                assert_eq!(found[before].key, key(bytes, at));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_is_found(
            sizes in prop::collection::vec(0_usize..3000, 0..3000),
            large in any::<bool>(),
        ) {
            let node_size = if large { 16384 } else { 4096 };
            let items: Vec<Item> = sizes
                .iter()
                .enumerate()
                .map(|(index, size)| Item {
                    key: Key::new(index as u64 / 3, (index % 3) as u8, *size as u64),
                    data: vec![index as u8; *size],
                })
                .collect();
            let tree = Tree::pack(5, node_size, items.clone()).unwrap();
            let level = (tree.levels.len() - 1) as u8;
            let addresses: Vec<u64> = (1..=tree.blocks()).map(|it| it * 65536).collect();
            prop_assert_eq!(
                block_levels(tree.leaves(), node_size).len() as u64,
                tree.blocks()
            );
            let blocks = tree.finish(STAMP, &addresses);
            let mut found = Vec::new();
            read(&blocks, addresses[addresses.len() - 1], level, &mut found);
            prop_assert!(found == items);
        }
    }

    #[test]
    fn the_largest_item_fits_and_one_more_byte_does_not() {
        let item = |bytes| Item {
            key: Key::new(1, 1, 1),
            data: vec![0; bytes],
        };
        assert!(Tree::pack(5, 4096, [item(largest_item(4096))]).is_ok());
        let error = Tree::pack(5, 4096, [item(largest_item(4096) + 1)]).unwrap_err();
        assert!(matches!(error, Error::TooSmall { .. }));
    }
}
