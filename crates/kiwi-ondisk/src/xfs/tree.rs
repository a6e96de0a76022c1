//! B+trees ("XFS Algorithms & Data Structures", "B+trees"): short ones describe an allocation group, long ones the extents of
//! a fork.

use super::block::Seal;
use super::bytes::{put16, put32, put64};
use super::superblock::Geometry;

/// A kind of tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    magic: [u8; 4],
    is_long: bool,
    /// Length of a record of the lowest level.
    record: usize,
    /// Length of a key of the levels above.
    key: usize,
}

/// A record with the key it is found by, or the key and the pointer to a block of the level below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// A finished block and its number in the file system.
pub(super) type Block = (u64, Vec<u8>);

/// Free space by place.
pub(super) const BY_BLOCK: Tree = Tree::short(*b"AB3B", 8, 8);
/// Free space by length.
pub(super) const BY_LENGTH: Tree = Tree::short(*b"AB3C", 8, 8);
/// Chunks of inodes.
pub(super) const INODES: Tree = Tree::short(*b"IAB3", 16, 4);
/// Chunks with free inodes.
pub(super) const FREE_INODES: Tree = Tree::short(*b"FIB3", 16, 4);
/// Extents of a fork.
pub(super) const EXTENTS: Tree = Tree {
    magic: *b"BMA3",
    is_long: true,
    record: 16,
    key: 8,
};

impl Tree {
    const fn short(magic: [u8; 4], record: usize, key: usize) -> Self {
        Self {
            magic,
            is_long: false,
            record,
            key,
        }
    }

    fn header(self) -> usize {
        if self.is_long { 72 } else { 56 }
    }

    fn pointer(self) -> usize {
        if self.is_long { 8 } else { 4 }
    }

    pub(super) fn magic(self) -> [u8; 4] {
        self.magic
    }

    /// How many records or pointers a block holds.
    pub(super) fn capacity(self, level: u16, geometry: &Geometry) -> usize {
        let item = if level == 0 {
            self.record
        } else {
            self.key + self.pointer()
        };
        (geometry.block_size - self.header()) / item
    }

    /// Number of blocks of a whole tree whose root has a place of its own that holds `root` pointers, or of one
    /// whose root is a block like all others.
    pub(super) fn blocks(self, records: u64, root: Option<usize>, geometry: &Geometry) -> u64 {
        let (mut items, mut level, mut blocks) = (records, 0, 0);
        loop {
            items = items.div_ceil(self.capacity(level, geometry) as u64).max(1);
            blocks += items;
            level += 1;
            if items <= root.unwrap_or(1) as u64 {
                return blocks;
            }
        }
    }

    /// Writes a level into the blocks `numbers`, evenly; gives what stands for them in the level above.
    ///
    /// `numbers` must be as many as [`shares`] says.
    pub(super) fn level(
        self,
        items: &[Item],
        level: u16,
        numbers: &[u64],
        owner: u64,
        geometry: &Geometry,
    ) -> (Vec<Item>, Vec<Block>) {
        let capacity = self.capacity(level, geometry);
        let (mut above, mut blocks) = (Vec::new(), Vec::new());
        let mut rest = items;
        for (index, count) in shares(items.len(), capacity).into_iter().enumerate() {
            let (here, behind) = rest.split_at(count);
            rest = behind;
            let number = numbers[index];
            let mut bytes = vec![0; geometry.block_size];
            let before = index.checked_sub(1).map(|before| numbers[before]);
            let after = numbers.get(index + 1).copied();
            self.start(&mut bytes, geometry, owner, [before, after]);
            put16(&mut bytes, 4, level);
            put16(&mut bytes, 6, count as u16);
            if level == 0 {
                let records = here.iter().flat_map(|item| item.body.iter().copied());
                fill(&mut bytes[self.header()..], records);
            } else {
                let body = &mut bytes[self.header()..];
                write_pointers(body, here, self.key, capacity);
            }
            let seal = if self.is_long {
                Seal::LONG_TREE
            } else {
                Seal::SHORT_TREE
            };
            seal.close(&mut bytes, geometry.address(number));
            above.push(Item {
                key: here.first().map_or_else(Vec::new, |item| item.key.clone()),
                body: self.pointer_bytes(Some(number), geometry),
            });
            blocks.push((number, bytes));
        }
        (above, blocks)
    }

    /// Writes all levels of a short tree; `numbers` are the blocks it may use, the root first. Gives its height.
    pub(super) fn build(
        self,
        mut items: Vec<Item>,
        numbers: &[u64],
        owner: u64,
        geometry: &Geometry,
    ) -> (u32, Vec<Block>) {
        let (root, mut spare) = numbers.split_at(1);
        let mut blocks = Vec::new();
        let mut level = 0;
        while items.len() > self.capacity(level, geometry) {
            let count = shares(items.len(), self.capacity(level, geometry)).len();
            let (here, behind) = spare.split_at(count);
            spare = behind;
            let (above, mut written) = self.level(&items, level, here, owner, geometry);
            blocks.append(&mut written);
            items = above;
            level += 1;
        }
        let (_, mut written) = self.level(&items, level, root, owner, geometry);
        blocks.append(&mut written);
        (u32::from(level) + 1, blocks)
    }

    fn start(self, bytes: &mut [u8], geometry: &Geometry, owner: u64, siblings: [Option<u64>; 2]) {
        bytes[..4].copy_from_slice(&self.magic);
        let siblings = siblings.map(|number| self.pointer_bytes(number, geometry));
        fill(&mut bytes[8..], siblings.concat().into_iter());
        if self.is_long {
            bytes[40..56].copy_from_slice(&geometry.uuid);
            put64(bytes, 56, owner);
        } else {
            bytes[32..48].copy_from_slice(&geometry.uuid);
            put32(bytes, 48, owner as u32);
        }
    }

    /// A pointer as it is stored: short trees count from the start of their allocation group.
    fn pointer_bytes(self, number: Option<u64>, geometry: &Geometry) -> Vec<u8> {
        if self.is_long {
            number.unwrap_or(u64::MAX).to_be_bytes().to_vec()
        } else {
            let in_group = |number| (number & ((1_u64 << geometry.ag_blocks_log) - 1)) as u32;
            number.map_or(u32::MAX, in_group).to_be_bytes().to_vec()
        }
    }
}

/// Writes keys and, behind the room for `capacity` of them, pointers.
pub(super) fn write_pointers(body: &mut [u8], items: &[Item], key: usize, capacity: usize) {
    fill(body, items.iter().flat_map(|item| item.key.iter().copied()));
    let pointers = items.iter().flat_map(|item| item.body.iter().copied());
    fill(&mut body[key * capacity..], pointers);
}

fn fill(bytes: &mut [u8], values: impl Iterator<Item = u8>) {
    for (byte, value) in bytes.iter_mut().zip(values) {
        *byte = value;
    }
}

/// How many items each block of a level gets: as equal as can be, because no block may be less than half full.
pub(super) fn shares(items: usize, capacity: usize) -> Vec<usize> {
    let blocks = items.div_ceil(capacity).max(1);
    (0..blocks)
        .map(|block| items / blocks + usize::from(block < items % blocks))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::bytes::{get16, get32, has_checksum};
    use super::super::testing::geometry;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_whole_and_at_least_half_full(items in 0_usize..100_000, capacity in 2_usize..600) {
            let shares = shares(items, capacity);
            prop_assert_eq!(shares.iter().sum::<usize>(), items);
            prop_assert!(shares.iter().all(|share| *share <= capacity));
            prop_assert!(shares.len() == 1 || shares.iter().all(|share| *share >= capacity / 2));
        }

        #[test]
        fn short_trees_hold_all_records(count in 0_u32..70_000) {
            let geometry = Geometry { block_size: 1024, ..geometry() };
            let items: Vec<Item> = (0..count)
                .map(|index| Item {
                    key: (index * 64).to_be_bytes().to_vec(),
                    body: [(index * 64).to_be_bytes(), [0; 4], [0; 4], [0; 4]].concat(),
                })
                .collect();
            let needed = INODES.blocks(count.into(), None, &geometry);
            let numbers: Vec<u64> = (100..100 + needed).collect();
            let (height, blocks) = INODES.build(items, &numbers, 0, &geometry);
            prop_assert_eq!(blocks.len() as u64, needed);
            let block = |number: u32| &blocks.iter().find(|it| it.0 == u64::from(number)).unwrap().1;
            // Down the left side, then along the leaves.
            let mut at = 100;
            for level in (1..height).rev() {
                prop_assert_eq!(u32::from(get16(block(at), 4)), level);
                let capacity = INODES.capacity(level as u16, &geometry);
                at = get32(block(at), 56 + 4 * capacity);
            }
            let mut found = 0;
            while at != u32::MAX {
                let bytes = block(at);
                prop_assert!(has_checksum(bytes, 52));
                for index in 0..usize::from(get16(bytes, 6)) {
                    prop_assert_eq!(get32(bytes, 56 + 16 * index), found * 64);
                    found += 1;
                }
                at = get32(bytes, 12);
            }
            prop_assert_eq!(found, count);
        }
    }
}
