//! What tests of this room share.

use super::superblock::Geometry;

/// The geometry of a file system of 400 MiB.
pub(super) fn geometry() -> Geometry {
    Geometry {
        block_size: 4096,
        sector_size: 512,
        inode_size: 512,
        inodes_per_block: 8,
        inodes_per_block_log: 3,
        ag_blocks: 25_600,
        ag_blocks_log: 15,
        ag_count: 4,
        blocks: 102_400,
        inode_alignment: 8,
        directory_block_size: 4096,
        root_inode: 128,
        uuid: [7; 16],
        free_inode_tree: true,
        inode_tree_counts: true,
        sparse_inodes: true,
        big_time: true,
        large_extent_counts: false,
    }
}
