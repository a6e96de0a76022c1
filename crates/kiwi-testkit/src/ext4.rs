//! Reads ext2, ext3 and ext4 out of an image file, without mounting it.
//!
//! Good enough to list what `mke2fs` and the kernel have written: extents and
//! block maps, attributes in the inode and in a block of their own. It trusts no
//! checksum and replays no journal; `e2fsck` judges the file system itself.
//!
//! Format: Linux kernel documentation, `filesystems/ext4/`.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::ext4_inode::{Inode, block_attributes, le16, le32};

const ROOT_INODE: u32 = 2;
const MAGIC: u16 = 0xef53;

/// Incompatible features that make no difference for reading: file types in
/// directories, extents, 64 bit, flexible groups, checksum seed, large and
/// case-insensitive directories.
const READABLE: u32 = 0x2 | 0x40 | 0x80 | 0x200 | 0x2000 | 0x4000 | 0x2_0000;
/// Incompatible feature: the journal holds changes that are not in place yet.
const NEEDS_RECOVERY: u32 = 0x4;
const FEATURE_64BIT: u32 = 0x80;

/// A file, directory or other node of an ext file system.
pub struct Node {
    /// Number of the inode; names with the same number are hard links.
    pub number: u32,
    inode: Inode,
}

impl Node {
    /// File type and permissions, as `stat` shows them.
    pub fn mode(&self) -> u32 {
        u32::from(self.inode.mode())
    }

    /// User and group.
    pub fn owner(&self) -> (u32, u32) {
        (self.inode.uid(), self.inode.gid())
    }

    /// Length of the data in bytes.
    pub fn size(&self) -> u64 {
        self.inode.size()
    }

    /// Number of hard links.
    pub fn links(&self) -> u16 {
        self.inode.links()
    }

    /// Time of the last change of the data, seconds since 1970.
    pub fn mtime(&self) -> i64 {
        self.inode.mtime()
    }

    /// Major and minor number of a device node.
    pub fn device(&self) -> (u32, u32) {
        self.inode.device()
    }
}

/// An ext2, ext3 or ext4 file system in an image.
pub struct Ext4 {
    file: fs_err::File,
    offset: u64,
    block_size: usize,
    blocks: u64,
    first_data_block: u64,
    inodes_per_group: u32,
    inode_size: usize,
    descriptor_size: usize,
}

impl Ext4 {
    /// Opens the file system that begins at byte `offset` of an image.
    ///
    /// # Errors
    /// If there is none, or one with features that are not read here, or one
    /// that was not cleanly unmounted.
    pub fn open(path: &Path, offset: u64) -> Result<Self> {
        let file = fs_err::File::open(path)?;
        let mut superblock = vec![0; 1024];
        let there = file.file().read_exact_at(&mut superblock, offset + 1024);
        if there.is_err() || le16(&superblock, 0x38) != MAGIC {
            bail!(
                "no ext file system at byte {offset} of `{}`",
                path.display()
            );
        }
        let features = le32(&superblock, 0x60);
        ensure!(
            features & NEEDS_RECOVERY == 0,
            "the journal of `{}` is not empty; run e2fsck on a copy first",
            path.display()
        );
        let unknown = features & !READABLE;
        ensure!(
            unknown == 0,
            "ext4 features {unknown:#x} of `{}` are not read here",
            path.display()
        );
        let large = features & FEATURE_64BIT != 0;
        let block_size = 1024usize << le32(&superblock, 0x18).min(6);
        let high = if large {
            u64::from(le32(&superblock, 0x150)) << 32
        } else {
            0
        };
        let this = Self {
            file,
            offset,
            block_size,
            blocks: u64::from(le32(&superblock, 0x04)) | high,
            first_data_block: u64::from(le32(&superblock, 0x14)),
            inodes_per_group: le32(&superblock, 0x28),
            // Revision 0 has no field for the size.
            inode_size: match le32(&superblock, 0x4c) {
                0 => 128,
                _ => usize::from(le16(&superblock, 0x58)),
            },
            descriptor_size: if large {
                usize::from(le16(&superblock, 0xfe))
            } else {
                32
            },
        };
        ensure!(
            this.inodes_per_group > 0 && this.inode_size >= 128 && this.descriptor_size >= 32,
            "impossible superblock in `{}`",
            path.display()
        );
        Ok(this)
    }

    /// Returns the root directory.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn root(&self) -> Result<Node> {
        self.node(ROOT_INODE)
    }

    /// Returns the names in a directory but `.` and `..`, sorted, with their nodes.
    ///
    /// # Errors
    /// If the directory or a node is damaged.
    pub fn directory(&self, node: &Node) -> Result<Vec<(Vec<u8>, Node)>> {
        let data = self.data(node)?;
        let mut names = BTreeMap::new();
        for block in data.chunks(self.block_size) {
            let mut at = 0;
            while at + 8 <= block.len() {
                let (number, length) = (le32(block, at), usize::from(le16(block, at + 4)));
                ensure!(
                    length >= 8 && at + length <= block.len(),
                    "impossible directory entry"
                );
                let name = &block[at + 8..(at + 8 + usize::from(block[at + 6])).min(block.len())];
                // Number 0 stands for nothing: deleted, index block, checksum.
                if number != 0 && name != b"." && name != b".." {
                    names.insert(name.to_vec(), number);
                }
                at += length;
            }
        }
        names
            .into_iter()
            .map(|(name, number)| Ok((name, self.node(number)?)))
            .collect()
    }

    /// Returns the content of a file or directory.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn data(&self, node: &Node) -> Result<Vec<u8>> {
        let size = usize::try_from(node.size()).context("file too large for memory")?;
        let block = |number| self.block(number);
        let runs = node.inode.runs(self.block_size, &block)?;
        let mut data = vec![0; size];
        for run in runs {
            let start = run.logical * self.block_size as u64;
            let Some(start) = usize::try_from(start).ok().filter(|start| *start < size) else {
                continue;
            };
            let end = (start + run.count as usize * self.block_size).min(size);
            self.read(run.physical * self.block_size as u64, &mut data[start..end])?;
        }
        Ok(data)
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn link_target(&self, node: &Node) -> Result<Vec<u8>> {
        match node.inode.fast_link() {
            Some(target) => Ok(target.to_vec()),
            None => self.data(node),
        }
    }

    /// Returns the extended attributes, as `getxattr` shows them.
    ///
    /// # Errors
    /// If they are damaged.
    pub fn attributes(&self, node: &Node) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut found = BTreeMap::new();
        node.inode.attributes(&mut found)?;
        let block = node.inode.attribute_block();
        if block != 0 {
            block_attributes(&self.block(block)?, &mut found)?;
        }
        Ok(found)
    }

    fn node(&self, number: u32) -> Result<Node> {
        let index = number.checked_sub(1).context("inode 0")?;
        let (group, place) = (index / self.inodes_per_group, index % self.inodes_per_group);
        let table = (self.first_data_block + 1) * self.block_size as u64;
        let mut descriptor = vec![0; self.descriptor_size];
        self.read(
            table + u64::from(group) * self.descriptor_size as u64,
            &mut descriptor,
        )?;
        let inodes = u64::from(le32(&descriptor, 0x08)) | u64::from(le32(&descriptor, 0x28)) << 32;
        let mut bytes = vec![0; self.inode_size];
        let at = inodes * self.block_size as u64 + u64::from(place) * self.inode_size as u64;
        self.read(at, &mut bytes)
            .with_context(|| format!("inode {number}"))?;
        Ok(Node {
            number,
            inode: Inode { bytes },
        })
    }

    fn block(&self, number: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.block_size];
        self.read(number * self.block_size as u64, &mut bytes)?;
        Ok(bytes)
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<()> {
        let end = at.saturating_add(bytes.len() as u64);
        ensure!(
            end <= self.blocks * self.block_size as u64,
            "block beyond the file system"
        );
        self.file
            .file()
            .read_exact_at(bytes, self.offset + at)
            .with_context(|| format!("cannot read `{}`", self.file.path().display()))
    }
}
