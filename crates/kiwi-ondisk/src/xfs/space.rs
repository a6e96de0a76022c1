//! The file system as a place: hands out blocks and writes into them.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::block::Piece;
use super::fork::{Extent, Fork};
use super::group::Group;
use super::superblock::Geometry;
use crate::{Error, Result};

/// The blocks of a file system that is being filled.
pub(super) struct Space<'a> {
    pub(super) file: &'a File,
    /// Where the file system begins in the file.
    pub(super) offset: u64,
    pub(super) geometry: Geometry,
    pub(super) groups: Vec<Group>,
}

/// Where a fork gets its blocks, and what it may use of its inode.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    /// Group to take blocks from first.
    pub(super) home: u32,
    pub(super) inode: u64,
    /// Bytes of the inode.
    pub(super) room: usize,
}

impl Space<'_> {
    /// Takes `wanted` blocks, from the group `home` as long as it has some; gives runs of start and length.
    pub(super) fn allocate(&mut self, home: u32, wanted: u64) -> Result<Vec<(u64, u64)>> {
        let mut runs = Vec::new();
        let mut left = wanted;
        let (before, behind) = self.groups.split_at_mut(home as usize);
        for group in behind.iter_mut().chain(before) {
            while left > 0
                && let Some(run) = group.take(left)
            {
                let start = self.geometry.file_system_block(group.number, run.start);
                runs.push((start, u64::from(run.blocks)));
                left -= u64::from(run.blocks);
            }
        }
        if left > 0 {
            let size = self.geometry.block_size as u64;
            return Err(Error::TooSmall {
                what: "a file of the file system",
                needed: wanted * size,
                available: (wanted - left) * size,
            });
        }
        Ok(runs)
    }

    /// Where a block lies in the image file, in bytes.
    pub(super) fn position(&self, block: u64) -> u64 {
        self.offset + self.geometry.position(block)
    }

    pub(super) fn write(&self, bytes: &[u8], block: u64) -> Result<()> {
        self.write_at(bytes, self.position(block))
    }

    pub(super) fn write_at(&self, bytes: &[u8], position: u64) -> Result<()> {
        self.file
            .write_all_at(bytes, position)
            .map_err(Error::io("writing the file system"))
    }

    /// Finds a place for pieces of a fork and writes them.
    pub(super) fn place(&mut self, owner: Owner, pieces: Vec<Piece>) -> Result<Fork> {
        let bytes: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
        let runs = self.allocate(owner.home, (bytes / self.geometry.block_size) as u64)?;
        self.place_in(runs, owner, pieces)
    }

    /// Writes pieces of a fork into blocks that were taken for it.
    pub(super) fn place_in(
        &mut self,
        runs: Vec<(u64, u64)>,
        owner: Owner,
        pieces: Vec<Piece>,
    ) -> Result<Fork> {
        let size = self.geometry.block_size;
        let numbers: Vec<u64> = runs
            .iter()
            .flat_map(|(start, blocks)| *start..start + blocks)
            .collect();
        let mut next = numbers.iter();
        let mut extents = Vec::new();
        let mut bytes = Vec::with_capacity(numbers.len() * size);
        for mut piece in pieces {
            if let Some(first) = next.as_slice().first() {
                piece
                    .seal
                    .close(&mut piece.bytes, self.geometry.address(*first));
            }
            let logical = piece.logical..;
            for (logical, start) in logical.zip(next.by_ref().take(piece.bytes.len() / size)) {
                extents.push(Extent {
                    logical,
                    start: *start,
                    blocks: 1,
                });
            }
            bytes.append(&mut piece.bytes);
        }
        let mut rest = &bytes[..];
        for (start, blocks) in runs {
            let (here, behind) = rest.split_at(blocks as usize * size);
            self.write(here, start)?;
            rest = behind;
        }
        self.map(owner, &extents)
    }

    /// Describes where the blocks of a fork lie.
    pub(super) fn map(&mut self, owner: Owner, extents: &[Extent]) -> Result<Fork> {
        let geometry = self.geometry;
        let (fork, blocks) =
            Fork::of_extents(extents, owner.room, owner.inode, &geometry, |wanted| {
                let runs = self.allocate(owner.home, wanted)?;
                Ok(runs
                    .into_iter()
                    .flat_map(|(start, blocks)| start..start + blocks)
                    .collect())
            })?;
        for (number, bytes) in blocks {
            self.write(&bytes, number)?;
        }
        Ok(fork)
    }
}
