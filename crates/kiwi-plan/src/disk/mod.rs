//! Disks: firmware, partitions, mount table, and where everything lies.

pub mod btrfs;
pub(crate) mod btrfs_volumes;
pub mod ext;
pub mod firmware;
pub mod fstab;
pub mod layout;
pub mod luks_format;
pub mod measure;
pub mod naming;
pub mod partitions;
pub mod stack;
pub mod storage;
pub mod type_codes;
pub mod volumes;
pub mod xfs;

pub use layout::{
    DiskLayout, FileSystemLayout, LayoutError, PartitionLayout, filesystem_layout, layout,
};
pub use measure::{Measured, TreeSize};
