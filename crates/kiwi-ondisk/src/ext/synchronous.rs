//! The attribute that makes writers wait for the disk (`chattr +S`; kernel.org, `filesystems/ext4/inodes`, `EXT4_SYNC_FL`).

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::bytes::{get16, get32, put16, put32};
use super::checksum::crc32c;
use super::groups::Groups;
use super::inode::field;
use super::superblock::SuperBlock;
use crate::{Error, Result};

/// `EXT4_SYNC_FL`.
const SYNCHRONOUS: u32 = 0x8;
/// The root directory; of the inodes below the first ordinary one, no other is of a file that somebody sees.
const ROOT_INODE: u32 = 2;
/// Mode bits that say what an inode is.
const KIND: u16 = 0xf000;
const DIRECTORY: u16 = 0x4000;
const REGULAR: u16 = 0x8000;

/// Sets it on all directories and files, which is what files get that are made below a directory that has it.
pub(super) fn set(file: &File, offset: u64) -> Result<()> {
    let groups = Groups::read(file, offset)?;
    let super_block = &groups.super_block;
    let per_group = super_block.inodes_per_group();
    let size = super_block.inode_size() as usize;
    let mut table = vec![0; size * per_group as usize];
    for group in 0..super_block.groups() {
        let first = group * per_group + 1;
        let position = groups.inode_position(first);
        file.read_exact_at(&mut table, position)
            .map_err(Error::io("reading the inodes"))?;
        for (inode, number) in table.chunks_exact_mut(size).zip(first..) {
            let ordinary = number == ROOT_INODE || number >= super_block.first_inode();
            let kind = get16(inode, field::MODE) & KIND;
            if ordinary && (kind == DIRECTORY || kind == REGULAR) {
                set_flag(inode, number, super_block);
                let at = position + u64::from(number - first) * size as u64;
                file.write_all_at(inode, at)
                    .map_err(Error::io("writing an inode"))?;
            }
        }
    }
    Ok(())
}

fn set_flag(inode: &mut [u8], number: u32, super_block: &SuperBlock) {
    let flags = get32(inode, field::FLAGS);
    put32(inode, field::FLAGS, flags | SYNCHRONOUS);
    let Some(seed) = super_block.checksum_seed() else {
        return;
    };
    let has_high = inode.len() > field::EXTRA_SIZE && get16(inode, field::EXTRA_SIZE) >= 4;
    put16(inode, field::CHECKSUM, 0);
    if has_high {
        put16(inode, field::CHECKSUM_HIGH, 0);
    }
    let generation = get32(inode, field::GENERATION);
    let seed = crc32c(seed, &number.to_le_bytes());
    let seed = crc32c(seed, &generation.to_le_bytes());
    let checksum = crc32c(seed, inode);
    put16(inode, field::CHECKSUM, checksum as u16);
    if has_high {
        put16(inode, field::CHECKSUM_HIGH, (checksum >> 16) as u16);
    }
}
