//! Attributes in blocks of their own ("XFS Algorithms & Data Structures", "Leaf Attributes", "Node Attributes", "Remote
//! Attribute Values").

use super::attribute::Attribute;
use super::block::{self, HASHED_HEADER, Piece, REMOTE_HEADER, Remote, Seal};
use super::bytes::{put16, put32};
use super::hash_tree;
use super::superblock::Geometry;

const MAGIC: u16 = 0x3bee;
/// What comes behind the common header: counts, and up to three free parts.
const HEADER: usize = HASHED_HEADER + 24;
const ENTRY: usize = 8;
/// The value is beside the name.
const LOCAL: u8 = 0x01;
/// Bytes in front of a name with its value, and of one without.
const LOCAL_NAME: usize = 3;
const REMOTE_NAME: usize = 9;
/// What is reserved for a name without value is three bytes more than its fields take, for ever.
const REMOTE_RESERVED: usize = 11;

/// An attribute, and whether its value stays beside its name.
#[derive(Clone, Copy)]
struct Entry<'a> {
    attribute: &'a Attribute,
    is_local: bool,
}

/// How attributes are spread over blocks.
struct Shape<'a> {
    leaves: Vec<Vec<Entry<'a>>>,
    /// Blocks of leaves and of the nodes above them.
    index_blocks: u64,
}

impl<'a> Shape<'a> {
    /// Spreads attributes, which are sorted by hash.
    ///
    /// Those of one hash stay together, because `xfs_repair` wants the first of a leaf to be larger than the last before it:
    /// names that differ in their prefix only have the same. When they are too long for one leaf, their values go elsewhere.
    fn new(attributes: &'a [Attribute], size: usize) -> Self {
        let mut leaves = vec![Vec::new()];
        let mut used = HEADER;
        for same in attributes.chunk_by(|first, next| first.hash == next.hash) {
            let mut group = entries(same, |it| may_be_local(it, size));
            if length(&group) > size - HEADER {
                group = entries(same, |it| it.value.is_empty());
            }
            if used + length(&group) > size {
                leaves.push(Vec::new());
                used = HEADER;
            }
            used += length(&group);
            if let Some(leaf) = leaves.last_mut() {
                leaf.append(&mut group);
            }
        }
        let count = leaves.len() as u64;
        let nodes = if count == 1 {
            0
        } else {
            hash_tree::nodes(count, size)
        };
        Self {
            leaves,
            index_blocks: count + nodes,
        }
    }
}

fn entries(attributes: &[Attribute], is_local: impl Fn(&Attribute) -> bool) -> Vec<Entry<'_>> {
    let entry = |attribute| Entry {
        attribute,
        is_local: is_local(attribute),
    };
    attributes.iter().map(entry).collect()
}

fn length(entries: &[Entry<'_>]) -> usize {
    entries
        .iter()
        .map(|entry| ENTRY + entry.name_length())
        .sum()
}

impl Entry<'_> {
    /// Bytes for the name, and for the value if it is beside it.
    fn name_length(self) -> usize {
        if self.is_local {
            local_length(self.attribute)
        } else {
            (REMOTE_RESERVED + self.attribute.name.len()).next_multiple_of(4)
        }
    }

    /// Blocks for the value.
    fn remote_blocks(self, size: usize) -> u64 {
        if self.is_local {
            return 0;
        }
        (self.attribute.value.len() as u64).div_ceil((size - REMOTE_HEADER) as u64)
    }
}

/// Whether a value can stay beside its name: when both take less than three quarters of a block.
fn may_be_local(attribute: &Attribute, size: usize) -> bool {
    local_length(attribute) < size / 2 + size / 4
}

fn local_length(attribute: &Attribute) -> usize {
    (LOCAL_NAME + attribute.name.len() + attribute.value.len()).next_multiple_of(4)
}

/// Number of blocks that attributes take.
pub(super) fn blocks(attributes: &[Attribute], geometry: &Geometry) -> u64 {
    let size = geometry.block_size;
    let shape = Shape::new(attributes, size);
    let values = shape.leaves.iter().flatten();
    let remote: u64 = values.map(|entry| entry.remote_blocks(size)).sum();
    shape.index_blocks + remote
}

/// The attribute fork of the inode `owner`, in pieces.
pub(super) fn pieces(attributes: &[Attribute], owner: u64, geometry: &Geometry) -> Vec<Piece> {
    let size = geometry.block_size;
    let Shape {
        leaves,
        index_blocks,
    } = Shape::new(attributes, size);
    // One leaf is the root; several have nodes above them, the root in front.
    let first = u64::from(leaves.len() > 1);
    let number = |index: usize| first + index as u64;
    let mut value_block = index_blocks;
    let (mut pieces, mut values) = (Vec::new(), Vec::new());
    for (index, leaf) in leaves.iter().enumerate() {
        let mut bytes = vec![0; size];
        let siblings = hash_tree::siblings(index, leaves.len(), number);
        block::start_hashed(&mut bytes, MAGIC, siblings, geometry, owner);
        for (entry, at) in write_leaf(&mut bytes, leaf, &mut value_block) {
            let lengths = (0..entry.remote_blocks(size)).map(|_| size);
            let value = &entry.attribute.value;
            values.extend(Remote::ATTRIBUTE.pieces(value, at, lengths, owner, geometry));
        }
        pieces.push(Piece {
            logical: number(index),
            bytes,
            seal: Seal::HASHED,
        });
    }
    if leaves.len() > 1 {
        let last_hashes: Vec<u32> = leaves
            .iter()
            .filter_map(|leaf| leaf.last().map(|entry| entry.attribute.hash))
            .collect();
        pieces.extend(hash_tree::build(&last_hashes, 0, size, owner, geometry));
        pieces.sort_unstable_by_key(|piece| piece.logical);
    }
    pieces.append(&mut values);
    pieces
}

/// Writes entries from the front and names from the back; gives those whose values go elsewhere, and where.
fn write_leaf<'a>(
    bytes: &mut [u8],
    entries: &[Entry<'a>],
    value_block: &mut u64,
) -> Vec<(Entry<'a>, u64)> {
    let size = bytes.len();
    let mut end = size;
    let mut remote = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Entry {
            attribute,
            is_local,
        } = *entry;
        let (name, value) = (&attribute.name, &attribute.value);
        end -= entry.name_length();
        let at = HEADER + index * ENTRY;
        put32(bytes, at, attribute.hash);
        put16(bytes, at + 4, end as u16);
        bytes[at + 6] = attribute.flags | if is_local { LOCAL } else { 0 };
        let start = if is_local {
            put16(bytes, end, value.len() as u16);
            bytes[end + 2] = name.len() as u8;
            let start = end + LOCAL_NAME;
            let behind = start + name.len();
            bytes[behind..behind + value.len()].copy_from_slice(value);
            start
        } else {
            put32(bytes, end, *value_block as u32);
            put32(bytes, end + 4, value.len() as u32);
            bytes[end + 8] = name.len() as u8;
            remote.push((*entry, *value_block));
            *value_block += entry.remote_blocks(size);
            end + REMOTE_NAME
        };
        bytes[start..start + name.len()].copy_from_slice(name);
    }
    let free = HEADER + entries.len() * ENTRY;
    put16(bytes, HASHED_HEADER, entries.len() as u16);
    put16(bytes, HASHED_HEADER + 2, (size - end) as u16);
    put16(bytes, HASHED_HEADER + 4, end as u16);
    put16(bytes, HASHED_HEADER + 8, free as u16);
    put16(bytes, HASHED_HEADER + 10, (end - free) as u16);
    remote
}

#[cfg(test)]
mod tests {
    use super::super::attribute::translate;
    use super::super::bytes::{get16, get32};
    use super::super::testing::geometry;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_attribute_is_found(
            list in proptest::collection::btree_map("(user|trusted|security)\\.[a-c]{1,60}", proptest::collection::vec(any::<u8>(), 0..5000), 1..60),
            log in 10_u32..13,
        ) {
            let size = 1 << log;
            let geometry = Geometry { block_size: size, ..geometry() };
            let list: Vec<_> = list.into_iter().map(|(name, value)| (name.into_bytes(), value)).collect();
            let attributes = translate(&list).unwrap();
            let pieces = pieces(&attributes, 200, &geometry);
            prop_assert_eq!(pieces.len() as u64, blocks(&attributes, &geometry));
            let mut found = Vec::new();
            for (number, piece) in pieces.iter().enumerate() {
                prop_assert_eq!(piece.logical, number as u64);
                let bytes = &piece.bytes;
                if piece.seal != Seal::HASHED || get16(bytes, 8) != MAGIC {
                    continue;
                }
                for index in 0..usize::from(get16(bytes, HASHED_HEADER)) {
                    let entry = &bytes[HEADER + index * ENTRY..];
                    let name = &bytes[usize::from(get16(entry, 4))..];
                    let local = entry[6] & LOCAL != 0;
                    let (name, value) = if local {
                        let behind = LOCAL_NAME + usize::from(name[2]);
                        let value = &name[behind..behind + usize::from(get16(name, 0))];
                        (&name[LOCAL_NAME..behind], value.to_vec())
                    } else {
                        let length = get32(name, 4) as usize;
                        let first = get32(name, 0) as usize;
                        let value: Vec<u8> = pieces[first..]
                            .iter()
                            .flat_map(|piece| piece.bytes[REMOTE_HEADER..].iter().copied())
                            .take(length)
                            .collect();
                        (&name[REMOTE_NAME..REMOTE_NAME + usize::from(name[8])], value)
                    };
                    found.push(Attribute {
                        hash: get32(entry, 0),
                        flags: entry[6] & !LOCAL,
                        name: name.to_vec(),
                        value,
                    });
                }
            }
            prop_assert!(found == attributes);
        }
    }
}
