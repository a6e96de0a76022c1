//! On-disk formats that are written in process.
//!
//! Everything here turns plain descriptions into bytes of an open file or stream: no program is run, no clock is read, no
//! random number is drawn. What must be unique (GUIDs, serial numbers, times) is passed in, so the same call gives the same
//! bytes.
//!
//! A disk is made from the outside in: a partition table into a sparse file, then each partition's content into its byte
//! range (here [`fat`] and [`swap`]; file systems that tools make come in by offset or through [`sparse`]), then boot code.
//! Start reading with [`gpt`], the simplest of them all. Rooms know nothing of each other except that file
//! systems read a [`file_tree`] and images of containers are made of tar archives.
//!
//! | room | what it writes |
//! |---|---|
//! | [`gpt`], [`mbr`], [`guid`], [`sector`] | partition tables |
//! | [`grub_bios`] | GRUB's boot and core image for BIOS machines |
//! | [`fat`] | FAT file systems (EFI system partitions) |
//! | [`file_tree`] | what there is to store, for the file systems below |
//! | [`ext`] | files of a tree in ext2, ext3 and ext4 file systems |
//! | [`btrfs`] | btrfs file systems with subvolumes |
//! | [`swap`] | swap areas |
//! | [`tar_stream`], [`tree_archive`] | tar archives, entry by entry and of whole trees |
//! | [`container_image`], [`oci_layout`], [`docker_archive`] | container images |
//! | [`cpio`] | members of the archives that initrds are made of |
//! | [`compress`] | gzip, xz and Zstandard streams on all cores |
//! | [`sparse`] | ranges of other files, holes kept |

pub mod btrfs;
pub mod compress;
pub mod container_image;
pub mod cpio;
mod digest;
pub mod docker_archive;
pub mod error;
pub mod ext;
pub mod fat;
pub mod file_tree;
pub mod gpt;
pub mod grub_bios;
pub mod guid;
pub mod mbr;
pub mod oci_layout;
pub mod sector;
pub mod sparse;
pub mod swap;
pub mod tar_stream;
pub mod tree_archive;

pub use error::{Error, Result};
pub use sector::SectorSize;
