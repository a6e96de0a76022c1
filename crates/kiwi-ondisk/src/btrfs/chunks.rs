//! How the device is divided into chunks.

use super::options::Profile;
use crate::{Error, Result};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// The first MiB belongs to boot loaders and the super block.
const START: u64 = MIB;
/// Where the copies of the super block are.
pub(super) const SUPER_BLOCKS: [u64; 3] = [64 << 10, 64 * MIB, 256 * GIB];
/// What each copy keeps free around it, so that chunks stay at full MiB.
const AROUND: u64 = MIB;
/// Length of the chunk for the chunk tree.
const SYSTEM: u64 = 8 * MIB;
/// Largest chunk of data.
const LARGEST_DATA: u64 = GIB;
/// Largest chunk of trees.
const LARGEST_METADATA: u64 = 256 * MIB;
/// The kernel needs some room in trees to change anything.
const LEAST_ROOM: u64 = 4 * MIB;

/// What a chunk holds (`BTRFS_BLOCK_GROUP_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Data = 1,
    System = 2,
    Metadata = 4,
}

/// A range of logical addresses. They are those of the first copy on the device; the second copy is behind the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) contains: Use,
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) copies: u64,
}

impl Chunk {
    const DUPLICATE: u64 = 1 << 5;

    /// `type` of a chunk item, `flags` of a block group.
    pub(super) fn flags(&self) -> u64 {
        self.contains as u64 | if self.copies > 1 { Self::DUPLICATE } else { 0 }
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.length
    }

    /// First byte behind all copies.
    fn device_end(&self) -> u64 {
        self.start + self.length * self.copies
    }

    /// Where each copy begins on the device.
    pub(super) fn stripes(&self) -> impl Iterator<Item = u64> + use<> {
        let Self { start, length, .. } = *self;
        (0..self.copies).map(move |copy| start + copy * length)
    }

    /// Where an address is on the device, once for each copy.
    pub(super) fn positions(&self, address: u64) -> impl Iterator<Item = u64> + use<> {
        let start = self.start;
        self.stripes().map(move |stripe| stripe + (address - start))
    }
}

/// The chunk for the chunk tree, and the first one for other trees, which are always there.
fn first_chunks(metadata: Profile) -> [Chunk; 2] {
    let copies = metadata.copies();
    let system = Chunk {
        contains: Use::System,
        start: START,
        length: SYSTEM,
        copies,
    };
    let start = system.device_end();
    // One MiB before the super block stays free because an odd number is left.
    let length = (SUPER_BLOCKS[1] - start) / copies / MIB * MIB;
    let metadata = Chunk {
        contains: Use::Metadata,
        start,
        length,
        copies,
    };
    [system, metadata]
}

/// Divides what is needed for contents into chunks. There is one even for nothing.
pub(super) fn data_chunks(bytes: u64, profile: Profile) -> Vec<Chunk> {
    let copies = profile.copies();
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut left = bytes.next_multiple_of(MIB).max(8 * MIB);
    let mut start = SUPER_BLOCKS[1] + AROUND;
    while left > 0 {
        let (at, length) = place(start, left.min(LARGEST_DATA), copies);
        chunks.push(Chunk {
            contains: Use::Data,
            start: at,
            length,
            copies,
        });
        left -= length;
        start = at + length * copies;
    }
    chunks
}

/// Finds room for a chunk at or behind `start`: it becomes shorter before the last super block, or follows it.
fn place(start: u64, wanted: u64, copies: u64) -> (u64, u64) {
    let barrier = SUPER_BLOCKS[2];
    let behind = barrier + AROUND;
    if start >= behind || start + wanted * copies <= barrier {
        return (start, wanted);
    }
    let room = barrier.saturating_sub(start) / copies / MIB * MIB;
    if room > 0 {
        (start, room)
    } else {
        (behind, wanted)
    }
}

/// Divides a device of `bytes` bytes: what there must be, and some room for trees to grow as far as there is space.
///
/// # Errors
/// It is too small.
pub(super) fn divide(
    bytes: u64,
    data: &[Chunk],
    metadata_bytes: u64,
    metadata: Profile,
) -> Result<Vec<Chunk>> {
    let [system, first] = first_chunks(metadata);
    let mut chunks = vec![system, first];
    chunks.extend(data);
    let mut end = data.last().map_or(first.device_end(), Chunk::device_end);
    let copies = metadata.copies();
    let mut needed = (metadata_bytes + LEAST_ROOM).saturating_sub(first.length);
    // As much as `mkfs.btrfs` gives, or what is there and room for a quarter more of it.
    let mut wanted = (bytes / 20)
        .min(LARGEST_METADATA)
        .max(metadata_bytes + (metadata_bytes / 4).min(LARGEST_METADATA))
        .saturating_sub(first.length);
    if end > bytes {
        return Err(too_small(end + needed * copies, bytes));
    }
    while wanted.max(needed) > 0 {
        let length = wanted
            .max(needed)
            .next_multiple_of(MIB)
            .min(LARGEST_METADATA);
        let (start, length) = place(end, length, copies);
        let room = bytes.saturating_sub(start) / copies / MIB * MIB;
        let length = length.min(room);
        if length == 0 {
            break;
        }
        chunks.push(Chunk {
            contains: Use::Metadata,
            start,
            length,
            copies,
        });
        end = start + length * copies;
        needed = needed.saturating_sub(length);
        wanted = wanted.saturating_sub(length);
    }
    if needed > 0 {
        let needed = needed.next_multiple_of(MIB);
        let (start, _) = place(end, MIB, copies);
        return Err(too_small(start + needed * copies, bytes));
    }
    chunks.sort_by_key(|chunk| chunk.start);
    Ok(chunks)
}

fn too_small(needed: u64, available: u64) -> Error {
    Error::TooSmall {
        what: "the btrfs file system with its content",
        needed,
        available,
    }
}

/// Bytes of the device that belong to chunks.
pub(super) fn allocated(chunks: &[Chunk]) -> u64 {
    chunks.iter().map(|chunk| chunk.length * chunk.copies).sum()
}

/// Finds the chunk of an address.
pub(super) fn chunk_of(chunks: &[Chunk], address: u64) -> &Chunk {
    let index = chunks.partition_point(|chunk| chunk.end() <= address);
    &chunks[index]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(duplicate: bool) -> Profile {
        if duplicate {
            Profile::Duplicate
        } else {
            Profile::Single
        }
    }

    proptest! {
        #[test]
        fn chunks_overlap_nothing_and_hold_everything(
            device in 0_u64..(600 * GIB),
            data in 0_u64..(300 * GIB),
            metadata in 0_u64..(3 * GIB),
            duplicate_data in any::<bool>(),
            duplicate_metadata in any::<bool>(),
        ) {
            let data_chunks = data_chunks(data, profile(duplicate_data));
            let chunks = match divide(device, &data_chunks, metadata, profile(duplicate_metadata)) {
                Ok(chunks) => chunks,
                Err(Error::TooSmall { needed, available, .. }) => {
                    prop_assert!(needed > available, "{needed} {available}");
                    return Ok(());
                }
                Err(other) => panic!("{other}"),
            };
            let sum = |contains| -> u64 {
                chunks
                    .iter()
                    .filter(|chunk| chunk.contains == contains)
                    .map(|chunk| chunk.length)
                    .sum()
            };
            prop_assert!(sum(Use::Data) >= data);
            prop_assert!(sum(Use::Metadata) >= metadata);
            let mut taken: Vec<(u64, u64)> = chunks
                .iter()
                .flat_map(|chunk| chunk.stripes().map(|at| (at, at + chunk.length)))
                .chain(SUPER_BLOCKS.iter().map(|at| (*at, *at + 65536)))
                .filter(|(at, _)| *at < device)
                .collect();
            taken.sort_unstable();
            prop_assert!(taken.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{taken:?}");
            prop_assert!(chunks.iter().all(|chunk| chunk.device_end() <= device));
            prop_assert!(chunks.windows(2).all(|pair| pair[0].end() <= pair[1].start));
            for chunk in &chunks {
                prop_assert_eq!(chunk_of(&chunks, chunk.start), chunk);
                prop_assert_eq!(chunk_of(&chunks, chunk.end() - 1), chunk);
            }
        }
    }
}
