//! Block groups: their descriptors, bitmaps, and what is free in them (kernel.org, `filesystems/ext4/group_descr` and
//! `bitmaps`).

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::bytes::{get16, get32, put16};
use super::checksum::{crc16, crc32c};
use super::superblock::{self, SuperBlock, incompat, ro_compat};
use crate::{Error, Result};

mod field {
    pub(super) const BLOCK_BITMAP: usize = 0x00;
    pub(super) const INODE_BITMAP: usize = 0x04;
    pub(super) const INODE_TABLE: usize = 0x08;
    pub(super) const FREE_BLOCKS: usize = 0x0c;
    pub(super) const FREE_INODES: usize = 0x0e;
    pub(super) const USED_DIRECTORIES: usize = 0x10;
    pub(super) const FLAGS: usize = 0x12;
    pub(super) const BLOCK_BITMAP_CHECKSUM: usize = 0x18;
    pub(super) const INODE_BITMAP_CHECKSUM: usize = 0x1a;
    pub(super) const UNUSED_INODES: usize = 0x1c;
    pub(super) const CHECKSUM: usize = 0x1e;
    /// The upper halves of the fields from 0 on lie this much later in descriptors of 64 bytes.
    pub(super) const HIGH: usize = 0x20;
    pub(super) const BLOCK_BITMAP_CHECKSUM_HIGH: usize = 0x38;
    pub(super) const INODE_BITMAP_CHECKSUM_HIGH: usize = 0x3a;
    /// Where the upper halves of the fields of 16 bits begin.
    pub(super) const FREE_BLOCKS_HIGH: usize = 0x2c;
    pub(super) const FREE_INODES_HIGH: usize = 0x2e;
    pub(super) const USED_DIRECTORIES_HIGH: usize = 0x30;
    pub(super) const UNUSED_INODES_HIGH: usize = 0x32;
}

/// The inode bitmap was never written; all inodes are free.
const INODE_UNINIT: u16 = 0x1;
/// The block bitmap was never written; only metadata is used.
const BLOCK_UNINIT: u16 = 0x2;

/// The groups of a file system that is being filled.
pub(super) struct Groups<'a> {
    file: &'a File,
    offset: u64,
    pub(super) super_block: SuperBlock,
    groups: Vec<Group>,
    /// Where to look for the next free block.
    next_block: u64,
    /// The next inode that may be free, counted from 1.
    next_inode: u32,
}

struct Group {
    descriptor: Vec<u8>,
    /// Read when first needed.
    block_bitmap: Option<Vec<u8>>,
    inode_bitmap: Option<Vec<u8>>,
}

/// Blocks that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u64,
    pub(super) blocks: u64,
}

impl<'a> Groups<'a> {
    /// Reads super block and descriptors of the file system at `offset` of `file`.
    pub(super) fn read(file: &'a File, offset: u64) -> Result<Self> {
        let mut raw = [0; superblock::LENGTH];
        file.read_exact_at(&mut raw, offset + superblock::OFFSET)
            .map_err(Error::io("reading the super block"))?;
        let super_block = SuperBlock::parse(&raw)?;
        let size = super_block.descriptor_size();
        let mut table = vec![0; size * super_block.groups() as usize];
        let at = (super_block.first_data_block() + 1) * super_block.block_size();
        file.read_exact_at(&mut table, offset + at)
            .map_err(Error::io("reading the group descriptors"))?;
        let groups = table
            .chunks_exact(size)
            .map(|descriptor| Group {
                descriptor: descriptor.to_vec(),
                block_bitmap: None,
                inode_bitmap: None,
            })
            .collect();
        Ok(Self {
            file,
            offset,
            next_block: super_block.first_data_block(),
            next_inode: super_block.first_inode(),
            super_block,
            groups,
        })
    }

    pub(super) fn block_size(&self) -> u64 {
        self.super_block.block_size()
    }

    /// Where a block lies in the image file, in bytes.
    pub(super) fn position(&self, block: u64) -> u64 {
        self.offset + block * self.block_size()
    }

    /// Where an inode lies in the image file, in bytes.
    pub(super) fn inode_position(&self, inode: u32) -> u64 {
        let per_group = self.super_block.inodes_per_group();
        let (group, index) = ((inode - 1) / per_group, (inode - 1) % per_group);
        self.position(self.block_field(group, field::INODE_TABLE))
            + u64::from(index) * self.super_block.inode_size()
    }

    fn is_64bit(&self) -> bool {
        self.super_block.has_incompat(incompat::BIT64) && self.super_block.descriptor_size() >= 64
    }

    fn has_checksums(&self) -> bool {
        self.super_block.has_ro_compat(ro_compat::GDT_CSUM)
            || self.super_block.checksum_seed().is_some()
    }

    /// A block number in a descriptor.
    fn block_field(&self, group: u32, at: usize) -> u64 {
        let descriptor = &self.groups[group as usize].descriptor;
        let high = if self.is_64bit() {
            u64::from(get32(descriptor, at + field::HIGH)) << 32
        } else {
            0
        };
        high | u64::from(get32(descriptor, at))
    }

    /// Adds to a counter of a descriptor that is stored in two halves.
    fn change(&mut self, group: u32, low: usize, high: usize, change: i64) {
        let wide = self.is_64bit();
        let descriptor = &mut self.groups[group as usize].descriptor;
        let mut value = u32::from(get16(descriptor, low));
        if wide {
            value |= u32::from(get16(descriptor, high)) << 16;
        }
        let value = value.wrapping_add(change as u32);
        put16(descriptor, low, value as u16);
        if wide {
            put16(descriptor, high, (value >> 16) as u16);
        }
    }

    fn flags(&self, group: u32) -> u16 {
        if self.has_checksums() {
            get16(&self.groups[group as usize].descriptor, field::FLAGS)
        } else {
            0
        }
    }

    fn clear_flag(&mut self, group: u32, flag: u16) {
        if self.has_checksums() {
            let descriptor = &mut self.groups[group as usize].descriptor;
            let flags = get16(descriptor, field::FLAGS);
            put16(descriptor, field::FLAGS, flags & !flag);
        }
    }

    fn first_block(&self, group: u32) -> u64 {
        self.super_block.first_data_block() + u64::from(group) * self.super_block.blocks_per_group()
    }

    fn blocks_in(&self, group: u32) -> u64 {
        (self.super_block.blocks() - self.first_block(group))
            .min(self.super_block.blocks_per_group())
    }

    fn read_block(&self, block: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.block_size() as usize];
        self.file
            .read_exact_at(&mut bytes, self.position(block))
            .map_err(Error::io("reading a bitmap"))?;
        Ok(bytes)
    }

    /// The block bitmap of a group, read or made when it is needed first.
    fn block_bitmap(&mut self, group: u32) -> Result<&mut Vec<u8>> {
        if self.groups[group as usize].block_bitmap.is_none() {
            let bitmap = if self.flags(group) & BLOCK_UNINIT != 0 {
                self.new_block_bitmap(group)
            } else {
                self.read_block(self.block_field(group, field::BLOCK_BITMAP))?
            };
            self.groups[group as usize].block_bitmap = Some(bitmap);
        }
        Ok(self.groups[group as usize]
            .block_bitmap
            .as_mut()
            .expect("it was put there above"))
    }

    /// The bitmap of a group in which nothing but metadata is used.
    fn new_block_bitmap(&self, group: u32) -> Vec<u8> {
        let mut bitmap = vec![0; self.block_size() as usize];
        let first = self.first_block(group);
        let count = self.blocks_in(group);
        let mut mark = |start: u64, blocks: u64| {
            for block in start.max(first)..(start + blocks).min(first + count) {
                set_bit(&mut bitmap, block - first);
            }
        };
        if self.super_block.has_copy(group) {
            let reserved = self.super_block.reserved_descriptor_blocks();
            mark(first, 1 + self.descriptor_blocks() + reserved);
        }
        let table = self.inode_table_blocks();
        for other in 0..self.super_block.groups() {
            mark(self.block_field(other, field::BLOCK_BITMAP), 1);
            mark(self.block_field(other, field::INODE_BITMAP), 1);
            mark(self.block_field(other, field::INODE_TABLE), table);
        }
        for beyond in count..self.block_size() * 8 {
            set_bit(&mut bitmap, beyond);
        }
        bitmap
    }

    fn inode_bitmap(&mut self, group: u32) -> Result<&mut Vec<u8>> {
        if self.groups[group as usize].inode_bitmap.is_none() {
            let bitmap = if self.flags(group) & INODE_UNINIT != 0 {
                let mut bitmap = vec![0; self.block_size() as usize];
                let inodes = u64::from(self.super_block.inodes_per_group());
                for beyond in inodes..self.block_size() * 8 {
                    set_bit(&mut bitmap, beyond);
                }
                bitmap
            } else {
                self.read_block(self.block_field(group, field::INODE_BITMAP))?
            };
            self.groups[group as usize].inode_bitmap = Some(bitmap);
        }
        Ok(self.groups[group as usize]
            .inode_bitmap
            .as_mut()
            .expect("it was put there above"))
    }

    fn descriptor_blocks(&self) -> u64 {
        (self.groups.len() as u64 * self.super_block.descriptor_size() as u64)
            .div_ceil(self.block_size())
    }

    fn inode_table_blocks(&self) -> u64 {
        (u64::from(self.super_block.inodes_per_group()) * self.super_block.inode_size())
            .div_ceil(self.block_size())
    }

    /// Takes the next free blocks, in ascending order and in as few runs as there are gaps.
    pub(super) fn allocate_blocks(&mut self, wanted: u64) -> Result<Vec<Run>> {
        let mut runs: Vec<Run> = Vec::new();
        let mut left = wanted;
        while left > 0 {
            let free = self.next_free_run(left)?.ok_or_else(|| Error::TooSmall {
                what: "the content of the file system",
                needed: wanted * self.block_size(),
                available: (wanted - left) * self.block_size(),
            })?;
            left -= free.blocks;
            match runs.last_mut() {
                Some(last) if last.start + last.blocks == free.start => last.blocks += free.blocks,
                _ => runs.push(free),
            }
        }
        Ok(runs)
    }

    /// Takes one free block.
    pub(super) fn allocate_block(&mut self) -> Result<u64> {
        Ok(self.allocate_blocks(1)?[0].start)
    }

    /// Takes at most `wanted` blocks that follow each other in one group.
    fn next_free_run(&mut self, wanted: u64) -> Result<Option<Run>> {
        while self.next_block < self.super_block.blocks() {
            let from_start = self.next_block - self.super_block.first_data_block();
            let group = (from_start / self.super_block.blocks_per_group()) as u32;
            let first = self.first_block(group);
            let count = self.blocks_in(group);
            let begin = self.next_block - first;
            let bitmap = self.block_bitmap(group)?;
            let Some(start) = (begin..count).find(|bit| !has_bit(bitmap, *bit)) else {
                self.next_block = first + count;
                continue;
            };
            let limit = count.min(start + wanted);
            let mut end = start;
            while end < limit && !has_bit(bitmap, end) {
                set_bit(bitmap, end);
                end += 1;
            }
            self.next_block = first + end;
            self.clear_flag(group, BLOCK_UNINIT);
            let blocks = end - start;
            self.change(
                group,
                field::FREE_BLOCKS,
                field::FREE_BLOCKS_HIGH,
                -blocks.cast_signed(),
            );
            let free = self.super_block.free_blocks();
            self.super_block.set_free_blocks(free - blocks);
            return Ok(Some(Run {
                start: first + start,
                blocks,
            }));
        }
        Ok(None)
    }

    /// Takes the next free inode.
    pub(super) fn allocate_inode(&mut self, directory: bool) -> Result<u32> {
        let per_group = self.super_block.inodes_per_group();
        while self.next_inode <= self.super_block.inodes() {
            let inode = self.next_inode;
            self.next_inode += 1;
            let (group, index) = ((inode - 1) / per_group, (inode - 1) % per_group);
            let bitmap = self.inode_bitmap(group)?;
            if has_bit(bitmap, index.into()) {
                continue;
            }
            set_bit(bitmap, index.into());
            self.clear_flag(group, INODE_UNINIT);
            if self.flags(group) & BLOCK_UNINIT != 0 {
                // A group with inodes in use must have a block bitmap: e2fsck wants both or none.
                self.block_bitmap(group)?;
                self.clear_flag(group, BLOCK_UNINIT);
            }
            self.change(group, field::FREE_INODES, field::FREE_INODES_HIGH, -1);
            if directory {
                let (low, high) = (field::USED_DIRECTORIES, field::USED_DIRECTORIES_HIGH);
                self.change(group, low, high, 1);
            }
            if self.has_checksums() {
                self.set_unused_inodes(group, per_group - index - 1);
            }
            let free = self.super_block.free_inodes();
            self.super_block.set_free_inodes(free - 1);
            return Ok(inode);
        }
        Err(Error::TooSmall {
            what: "the next inode of the file system",
            needed: self.super_block.inode_size(),
            available: 0,
        })
    }

    /// Records how many inodes at the end of a group's table were never used.
    fn set_unused_inodes(&mut self, group: u32, unused: u32) {
        let wide = self.is_64bit();
        let descriptor = &mut self.groups[group as usize].descriptor;
        put16(descriptor, field::UNUSED_INODES, unused as u16);
        if wide {
            put16(descriptor, field::UNUSED_INODES_HIGH, (unused >> 16) as u16);
        }
    }

    /// Writes what changed: bitmaps, descriptors and super block, and all copies of the last two.
    pub(super) fn write(&mut self) -> Result<()> {
        for group in 0..self.super_block.groups() {
            self.write_bitmaps(group)?;
            self.write_descriptor_checksum(group);
        }
        let table: Vec<u8> = self
            .groups
            .iter()
            .flat_map(|group| group.descriptor.iter().copied())
            .collect();
        let failed = Error::io("writing the group descriptors");
        for group in (0..self.super_block.groups()).filter(|it| self.super_block.has_copy(*it)) {
            let first = self.first_block(group);
            let position = if group == 0 {
                self.offset + superblock::OFFSET
            } else {
                self.position(first)
            };
            self.file
                .write_all_at(&table, self.position(first + 1))
                .and_then(|()| {
                    self.file
                        .write_all_at(&self.super_block.for_group(group), position)
                })
                .map_err(&failed)?;
        }
        Ok(())
    }

    fn write_bitmaps(&mut self, group: u32) -> Result<()> {
        let block_bits = self.super_block.blocks_per_group() as usize / 8;
        let inode_bits = self.super_block.inodes_per_group() as usize / 8;
        let seed = self.super_block.checksum_seed();
        let wide = self.is_64bit();
        for (block, bits, low, high) in [
            (
                self.block_field(group, field::BLOCK_BITMAP),
                block_bits,
                field::BLOCK_BITMAP_CHECKSUM,
                field::BLOCK_BITMAP_CHECKSUM_HIGH,
            ),
            (
                self.block_field(group, field::INODE_BITMAP),
                inode_bits,
                field::INODE_BITMAP_CHECKSUM,
                field::INODE_BITMAP_CHECKSUM_HIGH,
            ),
        ] {
            let position = self.position(block);
            let state = &mut self.groups[group as usize];
            let bitmap = if low == field::BLOCK_BITMAP_CHECKSUM {
                &state.block_bitmap
            } else {
                &state.inode_bitmap
            };
            let Some(bitmap) = bitmap else {
                continue;
            };
            self.file
                .write_all_at(bitmap, position)
                .map_err(Error::io("writing a bitmap"))?;
            if let Some(seed) = seed {
                let checksum = crc32c(seed, &bitmap[..bits]);
                put16(&mut state.descriptor, low, checksum as u16);
                if wide {
                    put16(&mut state.descriptor, high, (checksum >> 16) as u16);
                }
            }
        }
        Ok(())
    }

    fn write_descriptor_checksum(&mut self, group: u32) {
        let seed = self.super_block.checksum_seed();
        let with_crc16 = self.super_block.has_ro_compat(ro_compat::GDT_CSUM);
        let number = group.to_le_bytes();
        let descriptor = &mut self.groups[group as usize].descriptor;
        put16(descriptor, field::CHECKSUM, 0);
        let checksum = if let Some(seed) = seed {
            crc32c(crc32c(seed, &number), descriptor) as u16
        } else if with_crc16 {
            let start = crc16(crc16(!0, self.super_block.uuid()), &number);
            let (before, behind) = descriptor.split_at(field::CHECKSUM);
            crc16(crc16(start, before), &behind[2..])
        } else {
            return;
        };
        put16(descriptor, field::CHECKSUM, checksum);
    }
}

fn has_bit(bitmap: &[u8], bit: u64) -> bool {
    bitmap[(bit / 8) as usize] & (1 << (bit % 8)) != 0
}

fn set_bit(bitmap: &mut [u8], bit: u64) {
    bitmap[(bit / 8) as usize] |= 1 << (bit % 8);
}
