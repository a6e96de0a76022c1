//! How much of an ext2, ext3 or ext4 file system its own structures take.
//!
//! The reference's size formula says how large a file system becomes. This says how large it must be at least, so that a
//! small tree with many files, or a size written into the description, is judged before gigabytes are copied. Numbers follow
//! the documentation of the on-disk format (kernel.org, `filesystems/ext4`): blocks of 4096 bytes, inodes of 256.

use super::measure::{MIB, TreeSize};
use crate::plan::filesystem::FileSystem;

const BLOCK: u64 = 4096;
const INODE: u64 = 256;
/// One bitmap block describes this many blocks.
const BLOCKS_PER_GROUP: u64 = 8 * BLOCK;
/// One inode for so many bytes, the common default of `mke2fs`.
const BYTES_PER_INODE: u64 = 16384;

/// The numbers of a planned file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtGeometry {
    /// Bytes of a block, for `-b`.
    pub block_size: u64,
    /// Number of inodes, for `-N`.
    pub inodes: u64,
}

/// Returns the geometry of a file system of `bytes` that holds `content`.
pub fn geometry(bytes: u64, content: TreeSize) -> ExtGeometry {
    ExtGeometry {
        block_size: BLOCK,
        inodes: (bytes / BYTES_PER_INODE).max(content.entries + content.entries / 4 + 64),
    }
}

/// Tells whether a file system of `bytes` can hold `content`.
pub fn fits(kind: FileSystem, bytes: u64, content: TreeSize) -> bool {
    let blocks = bytes / BLOCK;
    let inodes = geometry(bytes, content).inodes;
    own_blocks(kind, blocks, inodes) + content_blocks(kind, content) <= blocks
}

/// Returns the smallest file system for `content`, in whole MiB.
pub fn minimum_mib(kind: FileSystem, content: TreeSize) -> u64 {
    let mut mib = (content_blocks(kind, content) * BLOCK).div_ceil(MIB).max(1);
    while !fits(kind, mib * MIB, content) {
        let blocks = mib * MIB / BLOCK;
        let inodes = geometry(mib * MIB, content).inodes;
        let needed = own_blocks(kind, blocks, inodes) + content_blocks(kind, content);
        mib += ((needed - blocks) * BLOCK / MIB).max(1);
    }
    mib
}

/// Blocks for file contents, directories and the maps of where they lie.
fn content_blocks(kind: FileSystem, content: TreeSize) -> u64 {
    let data = content.block_bytes / BLOCK;
    let maps = if kind == FileSystem::Ext4 {
        data / 100
    } else {
        data / 48
    };
    data + maps + 64
}

/// Blocks for everything that is no content.
fn own_blocks(kind: FileSystem, blocks: u64, inodes: u64) -> u64 {
    let groups = blocks.div_ceil(BLOCKS_PER_GROUP).max(1);
    let inodes_per_group = inodes.div_ceil(groups).next_multiple_of(8);
    let inode_tables = groups * (inodes_per_group * INODE).div_ceil(BLOCK);
    let bitmaps = 2 * groups;
    let descriptor = if kind == FileSystem::Ext4 { 64 } else { 32 };
    let descriptors = (groups * descriptor).div_ceil(BLOCK);
    // Room to grow to a thousand times the size; one block of block numbers is the limit.
    let reserved = (groups * 1024 * descriptor)
        .div_ceil(BLOCK)
        .saturating_sub(descriptors)
        .min(BLOCK / 4);
    let copies = super_block_copies(groups) * (1 + descriptors + reserved);
    inode_tables + bitmaps + copies + journal_blocks(kind, blocks)
}

/// Groups that hold a copy of the super block: 0, 1 and the powers of 3, 5 and 7.
fn super_block_copies(groups: u64) -> u64 {
    let powers = |base: u64| {
        std::iter::successors(Some(base), move |power| power.checked_mul(base))
            .take_while(|power| *power < groups)
            .count() as u64
    };
    groups.min(2) + powers(3) + powers(5) + powers(7)
}

/// Length of the journal that `mke2fs` makes when it is not told.
fn journal_blocks(kind: FileSystem, blocks: u64) -> u64 {
    const THOUSAND: u64 = 1024;
    match blocks {
        _ if kind == FileSystem::Ext2 => 0,
        0..2048 => 0,
        2048..32_768 => THOUSAND,
        b if b < 256 * THOUSAND => 4 * THOUSAND,
        b if b < 512 * THOUSAND => 8 * THOUSAND,
        b if b < 4096 * THOUSAND => 16 * THOUSAND,
        b if b < 8192 * THOUSAND => 32 * THOUSAND,
        b if b < 16_384 * THOUSAND => 64 * THOUSAND,
        b if b < 32_768 * THOUSAND => 128 * THOUSAND,
        _ => 256 * THOUSAND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(mib: u64, entries: u64) -> TreeSize {
        TreeSize {
            apparent_bytes: mib * MIB,
            block_bytes: mib * MIB,
            entries,
        }
    }

    #[test]
    fn copies_of_the_super_block() {
        for (groups, copies) in [
            (1, 1),
            (2, 2),
            (3, 2),
            (4, 3),
            (8, 5),
            (10, 6),
            (26, 7),
            (50, 9),
        ] {
            assert_eq!(super_block_copies(groups), copies, "{groups}");
        }
    }

    #[test]
    fn minimum_is_the_smallest_that_fits() {
        for kind in [FileSystem::Ext2, FileSystem::Ext3, FileSystem::Ext4] {
            for content in [
                tree(0, 1),
                tree(5, 100),
                tree(300, 20_000),
                tree(1500, 60_000),
                tree(10, 200_000),
                tree(9000, 300_000),
            ] {
                let mib = minimum_mib(kind, content);
                assert!(fits(kind, mib * MIB, content), "{kind:?} {content:?} {mib}");
                // The steps may overshoot a little where the journal grows, never by more.
                assert!(
                    mib < 10 || !fits(kind, (mib - mib / 20 - 2) * MIB, content),
                    "{kind:?} {content:?} {mib}"
                );
            }
        }
    }

    #[test]
    fn many_small_files_get_inodes() {
        let content = tree(10, 200_000);
        let bytes = minimum_mib(FileSystem::Ext4, content) * MIB;
        assert!(geometry(bytes, content).inodes >= 250_000);
        assert_eq!(geometry(1 << 30, tree(300, 10)).inodes, 65_536);
    }
}
