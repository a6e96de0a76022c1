//! How much of an XFS file system its own structures take.
//!
//! `mkfs.xfs` refuses what is too small for a useful log, and the log alone takes a good part of a small file system; so a size
//! written into the description is judged before gigabytes are copied. Numbers follow the documentation of the on-disk
//! format ("XFS Algorithms & Data Structures") and what `mkfs.xfs` chooses when it is not told: blocks of 4096 bytes, inodes of 512.

use super::measure::{MIB, TreeSize};

const BLOCK: u64 = 4096;
const INODE: u64 = 512;
/// `mkfs.xfs` makes no smaller file systems since xfsprogs 5.19.
const SMALLEST_MIB: u64 = 300;
/// Nor does it make smaller logs.
const SMALLEST_LOG: u64 = 64 * MIB / BLOCK;
/// From 128 GiB on the log is this part of the file system.
const LOG_PART: u64 = 2048;
/// Four allocation groups with their headers and trees, and what must stay free in each.
const GROUPS: u64 = 4 * 64;
/// A name takes more here than where it was measured, because it is in an index too.
const NAME: u64 = 32;

/// Tells whether a file system of `bytes` can hold `content`.
pub fn fits(bytes: u64, content: TreeSize) -> bool {
    bytes >= SMALLEST_MIB * MIB
        && own_blocks(bytes / BLOCK) + content_blocks(content) <= bytes / BLOCK
}

/// Returns the smallest file system for `content`, in whole MiB.
pub fn minimum_mib(content: TreeSize) -> u64 {
    let mut mib = SMALLEST_MIB;
    while !fits(mib * MIB, content) {
        let blocks = mib * MIB / BLOCK;
        let missing = own_blocks(blocks) + content_blocks(content) - blocks;
        mib += (missing * BLOCK).div_ceil(MIB).max(1);
    }
    mib
}

/// Blocks for file contents, directories, inodes, and the trees that find them.
fn content_blocks(content: TreeSize) -> u64 {
    let data = content.block_bytes / BLOCK;
    let inodes = (content.entries * INODE).div_ceil(BLOCK);
    let names = (content.entries * NAME).div_ceil(BLOCK);
    data + data / 250 + inodes + inodes / 250 + names
}

/// Blocks for everything that is no content.
fn own_blocks(blocks: u64) -> u64 {
    (blocks / LOG_PART).max(SMALLEST_LOG) + GROUPS
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
    fn minimum_is_the_smallest_that_fits() {
        for (content, expected) in [
            (tree(0, 0), 300..=300),
            (tree(200, 1000), 300..=300),
            (tree(300, 20_000), 375..=385),
            (tree(10, 1_000_000), 590..=620),
            (tree(300 << 10, 100), (301 << 10)..=(302 << 10)),
        ] {
            let mib = minimum_mib(content);
            assert!(expected.contains(&mib), "{content:?} {mib}");
            assert!(fits(mib * MIB, content), "{content:?} {mib}");
            assert!(
                !fits((mib - 1 - mib / 200) * MIB, content),
                "{content:?} {mib}"
            );
        }
    }
}
