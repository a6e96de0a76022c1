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
//! Start reading with [`gpt`], the simplest of them all. Rooms know nothing of each other except that images of containers
//! are made of tar archives, and that embedded metadata describes devices of dm-verity and dm-integrity.
//!
//! | room | what it writes |
//! |---|---|
//! | [`gpt`], [`gpt_backup`], [`mbr`], [`guid`], [`sector`] | partition tables |
//! | [`grub_bios`] | GRUB's boot and core image for BIOS machines |
//! | [`fat`] | FAT file systems (EFI system partitions) |
//! | [`file_tree`] | what there is to store, for the file systems below |
//! | [`ext`] | files of a tree in ext2, ext3 and ext4 file systems |
//! | [`luks`] | LUKS containers: headers and encryption |
//! | [`xfs`] | files of a tree in XFS file systems |
//! | [`btrfs`] | btrfs file systems with subvolumes |
//! | [`swap`] | swap areas |
//! | [`lvm`] | LVM2 volume groups of one physical volume |
//! | [`md`] | members of MD RAID arrays |
//! | [`uki`] | unified kernel images |
//! | [`tar_stream`], [`tree_archive`] | tar archives, entry by entry and of whole trees |
//! | [`container_image`], [`oci_layout`], [`docker_archive`] | container images |
//! | [`cpio`] | members of the archives that initrds are made of |
//! | [`compress`] | gzip, xz and Zstandard streams on all cores |
//! | [`verity`] | hash trees of dm-verity |
//! | [`dm_integrity`] | devices with a tag for every sector |
//! | [`embedded_metadata`] | blocks that say how to open these two |
//! | [`sparse`] | ranges of other files, holes kept |
//! | [`vmdk`], [`vdi`], [`vhd`], [`vhdx`] | disks of virtual machines, from a [`raw_disk`] |
//! | [`gnu_sparse`] | sparse files in tar archives |
//! | [`ovf`], [`ova`] | descriptions of virtual machines, and archives with their disks |

pub mod btrfs;
pub mod compress;
pub mod container_image;
pub mod cpio;
mod digest;
pub mod dm_integrity;
pub mod docker_archive;
pub mod embedded_metadata;
pub mod error;
pub mod ext;
pub mod fat;
pub mod file_tree;
pub mod gnu_sparse;
pub mod gpt;
pub mod gpt_backup;
pub mod grub_bios;
pub mod guid;
pub mod luks;
pub mod lvm;
pub mod mbr;
pub mod md;
pub mod oci_layout;
pub mod ova;
pub mod ovf;
pub mod raw_disk;
pub mod sector;
pub mod sparse;
pub mod swap;
pub mod tar_stream;
pub mod tree_archive;
pub mod uki;
pub mod vdi;
pub mod verity;
pub mod vhd;
pub mod vhdx;
pub mod vmdk;
pub mod xfs;

pub use error::{Error, Result};
pub use sector::SectorSize;
