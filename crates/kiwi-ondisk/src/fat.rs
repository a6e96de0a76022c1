//! FAT file systems, above all for EFI system partitions.
//!
//! Specification: Microsoft's "FAT: General Overview of On-Disk Format" 1.03, with long names; UEFI 2.10 §13.3 for its use in
//! EFI system partitions. The bytes are laid out by the crate `hadris-fat`, a release candidate, which is why it is pinned and
//! used nowhere but here.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use hadris_fat::sync::write as write_tree;
use hadris_fat::{FatOptions, VolumeLabel};
use hadris_fs::{DateTime, ErrorKind, FileType, Node, PathError, SetAttr, Tree, host};
use hadris_storage::host::FileDevice;
use hadris_storage::{BlockSize, Partition};

use crate::{Error, Result, SectorSize};

/// The longest FAT16 file system that every reader takes: 65524 clusters of 32 KiB, rounded to the usual 2 GiB.
const FAT16_LIMIT: u64 = 2 << 30;
/// What FAT can tell of time: 1980-01-01 to 2107-12-31, in seconds since 1970.
const EARLIEST: i64 = 315_532_800;
const LATEST: i64 = 4_354_819_198;

/// Width of the entries in the file allocation table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FatWidth {
    /// 16 bits, but 32 bits where the file system is longer than 2 GiB.
    #[default]
    Fat16WherePossible,
    /// 16 bits.
    Fat16,
    /// 32 bits.
    Fat32,
}

/// A FAT file system to be made, with all that is in it.
#[derive(Debug, Clone, Default)]
pub struct FatImage {
    /// Width of the allocation table.
    pub width: FatWidth,
    /// Volume label, at most 11 characters; stored in upper case. Empty for none.
    pub label: String,
    /// Volume serial number, which `blkid` shows as the UUID `XXXX-XXXX`.
    pub volume_id: u32,
    /// Time stamp of everything that brings none of its own, in seconds since 1970 (UTC).
    pub time: i64,
    /// What is in it. Directories on the way to a file need not be listed.
    pub entries: Vec<FatEntry>,
}

/// One file or directory of a [`FatImage`].
#[derive(Debug, Clone)]
pub struct FatEntry {
    /// Path below the root of the file system, parts separated by `/`; case is kept but does not distinguish names.
    pub path: String,
    /// What is there.
    pub content: FatContent,
    /// Modification time in seconds since 1970 (UTC).
    pub modified: Option<i64>,
}

/// What one path of a [`FatImage`] holds.
#[derive(Debug, Clone)]
pub enum FatContent {
    /// A directory.
    Directory,
    /// A file with these bytes.
    Bytes(Vec<u8>),
    /// A file with the bytes of another file, which is read while the image is written.
    File(PathBuf),
}

impl FatImage {
    /// Makes the file system in `length` bytes of `disk` from `offset` on.
    ///
    /// `disk` must be open for reading and writing and at least `offset + length` long; both numbers must be multiples of the
    /// sector size. `offset` is recorded as the "hidden sectors" that old boot code wants. Unused clusters are left as they
    /// are, so in a fresh sparse file they stay holes.
    pub fn write(
        &self,
        disk: &File,
        offset: u64,
        length: u64,
        sector_size: SectorSize,
    ) -> Result<()> {
        let sector = sector_size.bytes();
        for (what, number) in [("offset", offset), ("length", length)] {
            if number % sector != 0 {
                let reason = format!("is not a multiple of the sector size {sector}");
                return Err(Error::value(
                    "FAT file system",
                    format!("{what} {number}"),
                    reason,
                ));
            }
        }
        let tree = self.tree()?;
        let options = self.options(length, sector as u32)?;
        let file = disk
            .try_clone()
            .map_err(Error::io("opening the disk a second time"))?;
        let block = BlockSize::new(sector as u32).expect("512 and 4096 are powers of two");
        let device =
            FileDevice::with_block_size(file, block).map_err(Error::io("measuring the disk"))?;
        write_tree(Partition::new(device, offset, length), &tree, &options)
            .map_err(|error| explain(error, length))?;
        Ok(())
    }

    fn options(&self, length: u64, sector: u32) -> Result<FatOptions> {
        let kind = match self.width {
            FatWidth::Fat16WherePossible if length > FAT16_LIMIT => hadris_fat::FatKind::Fat32,
            FatWidth::Fat16 | FatWidth::Fat16WherePossible => hadris_fat::FatKind::Fat16,
            FatWidth::Fat32 => hadris_fat::FatKind::Fat32,
        };
        let options = FatOptions::new()
            .with_kind(kind)
            .with_sector_size(sector)
            .with_serial(self.volume_id)
            .with_time(fat_time(self.time))
            // Old firmware compares the name; this is the one that all of it accepts.
            .with_oem_name(*b"MSWIN4.1");
        if self.label.is_empty() {
            return Ok(options);
        }
        let label = VolumeLabel::new(&self.label).map_err(|_| {
            Error::value(
                "FAT label",
                &self.label,
                "has more than 11 characters or ones that FAT does not know",
            )
        })?;
        Ok(options.with_label(label))
    }

    /// Sorts the entries into a tree in which no two names differ by case only.
    fn tree(&self) -> Result<Tree> {
        let mut entries: Vec<&FatEntry> = self.entries.iter().collect();
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        let mut spellings = Spellings::default();
        let mut tree = Tree::new();
        for entry in entries {
            let path = spellings.settle(&entry.path);
            let existing = tree
                .entry(&path)
                .map(|found| found.node().file_type() == FileType::Dir);
            let is_directory = matches!(entry.content, FatContent::Directory);
            if existing == Some(true) && is_directory {
                continue;
            }
            let node = match &entry.content {
                FatContent::Directory => Node::dir(),
                FatContent::Bytes(bytes) => Node::file(hadris_fs::Content::bytes(bytes.as_slice())),
                FatContent::File(source) => {
                    Node::file(host::file(source).map_err(|error| Error::Path {
                        path: source.clone(),
                        source: error.into(),
                    })?)
                }
            };
            let attributes = match entry.modified {
                Some(seconds) => {
                    let time = fat_time(seconds);
                    SetAttr::new()
                        .with_modified(time)
                        .with_created(time)
                        .with_accessed(time)
                }
                None => SetAttr::new(),
            };
            tree.insert(&path, node.with_attrs(attributes))
                .map_err(|error| Error::value("FAT path", &entry.path, error.to_string()))?;
        }
        Ok(tree)
    }
}

/// Remembers how each path was spelled first, because FAT takes `EFI/boot` and `efi/BOOT` for the same directory.
#[derive(Default)]
struct Spellings {
    by_folded: BTreeMap<String, String>,
}

impl Spellings {
    fn settle(&mut self, path: &str) -> String {
        let mut settled = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let candidate = format!("{settled}/{part}");
            settled.clone_from(
                self.by_folded
                    .entry(candidate.to_lowercase())
                    .or_insert(candidate),
            );
        }
        settled
    }
}

/// Brings a time into the years that FAT knows.
fn fat_time(seconds: i64) -> DateTime {
    DateTime::from_unix_seconds(seconds.clamp(EARLIEST, LATEST))
        .expect("the years 1980 to 2107 are known")
}

/// Puts what the FAT crate says into our words.
fn explain(error: PathError, length: u64) -> Error {
    match error.kind() {
        ErrorKind::NoSpace | ErrorKind::LimitExceeded => Error::value(
            "FAT file system",
            format!("{} MiB", length >> 20),
            format!("the content or the kind of FAT does not fit this size ({error})"),
        ),
        ErrorKind::InvalidInput | ErrorKind::NameTooLong => {
            Error::value("FAT file system", error.to_string(), "FAT cannot hold it")
        }
        _ => Error::Io {
            action: "writing the FAT file system",
            source: error.into(),
        },
    }
}
