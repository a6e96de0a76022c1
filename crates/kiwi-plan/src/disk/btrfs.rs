//! How large a btrfs file system must be at least.
//!
//! Numbers follow what `kiwi_ondisk::btrfs` does: one MiB and the chunk of the chunk tree come first, then trees up to
//! the second super block at 64 MiB, then contents, then more trees. Files of up to 2048 bytes are in the trees.

use super::measure::{MIB, TreeSize};

/// Where contents begin.
const CONTENTS: u64 = 65;
/// Trees that have room before the contents.
const TREES: u64 = 23;
/// Room that the kernel needs in trees, and that it needs to make chunks of its own, so that anything can be written.
const ROOM_IN_TREES: u64 = 4;
const ROOM: u64 = 39;
/// Items of an inode, of its name in two places, and its share of half-filled blocks.
const BYTES_PER_ENTRY: u64 = 1024;

/// Returns the smallest file system for `content`, in whole MiB.
///
/// Trees count twice, whatever the options are.
pub fn minimum_mib(content: TreeSize) -> u64 {
    let data = content.block_bytes.div_ceil(MIB).max(8);
    // Checksums, and what is said of every extent.
    let per_data = content.block_bytes / 512;
    let trees = (content.entries * BYTES_PER_ENTRY + per_data).div_ceil(MIB);
    let more_trees = (trees + ROOM_IN_TREES).saturating_sub(TREES);
    CONTENTS + data + 2 * more_trees + ROOM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let tree = |mib: u64, entries| TreeSize {
            apparent_bytes: mib * MIB,
            block_bytes: mib * MIB,
            entries,
        };
        for (content, mib) in [
            (tree(0, 1), 112),
            (tree(50, 1000), 154),
            (tree(1000, 60_000), 1188),
            (tree(10, 200_000), 468),
        ] {
            assert_eq!(minimum_mib(content), mib, "{content:?}");
        }
    }
}
