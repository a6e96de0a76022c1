//! Blocks that carry their own address and a checksum, and the beginnings they share.

use super::bytes::{put_checksum, put16, put32, put64};
use super::superblock::Geometry;

/// Where a kind of block has its address and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    address: usize,
    checksum: usize,
}

impl Seal {
    /// Data and free space of directories.
    pub(super) const DIRECTORY: Self = Self {
        address: 8,
        checksum: 4,
    };
    /// Everything that is found by hash.
    pub(super) const HASHED: Self = Self {
        address: 16,
        checksum: 12,
    };
    /// Long values of attributes and targets of symbolic links.
    pub(super) const REMOTE: Self = Self {
        address: 40,
        checksum: 12,
    };
    /// Trees of extents.
    pub(super) const LONG_TREE: Self = Self {
        address: 24,
        checksum: 64,
    };
    /// Trees of allocation groups.
    pub(super) const SHORT_TREE: Self = Self {
        address: 16,
        checksum: 52,
    };

    /// Completes a block that will be stored at `address`.
    pub(super) fn close(self, bytes: &mut [u8], address: u64) {
        put64(bytes, self.address, address);
        put_checksum(bytes, self.checksum);
    }
}

/// A piece of a fork that still needs a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Block of the fork it begins at.
    pub(super) logical: u64,
    /// Whole blocks.
    pub(super) bytes: Vec<u8>,
    pub(super) seal: Seal,
}

/// Length of the beginning of blocks that are found by hash, without what each kind adds.
pub(super) const HASHED_HEADER: usize = 56;
/// Length of the beginning of remote blocks.
pub(super) const REMOTE_HEADER: usize = 56;

/// Begins a block of a directory: magic number and owner.
pub(super) fn start_directory(bytes: &mut [u8], magic: [u8; 4], geometry: &Geometry, owner: u64) {
    bytes[..4].copy_from_slice(&magic);
    bytes[24..40].copy_from_slice(&geometry.uuid);
    put64(bytes, 40, owner);
}

/// Begins a block that is found by hash: siblings (0 for none), magic number and owner.
pub(super) fn start_hashed(
    bytes: &mut [u8],
    magic: u16,
    siblings: (u32, u32),
    geometry: &Geometry,
    owner: u64,
) {
    let (before, after) = siblings;
    put32(bytes, 0, after);
    put32(bytes, 4, before);
    put16(bytes, 8, magic);
    bytes[32..48].copy_from_slice(&geometry.uuid);
    put64(bytes, 48, owner);
}

/// A kind of value that is too long for where it belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remote {
    magic: [u8; 4],
    /// Where it was written in the log.
    log: u64,
}

impl Remote {
    /// Targets of symbolic links.
    pub(super) const LINK: Self = Self {
        magic: *b"XSLM",
        log: 0,
    };
    /// Values of attributes, which are written before the log knows of them.
    pub(super) const ATTRIBUTE: Self = Self {
        magic: *b"XARM",
        log: u64::MAX,
    };

    /// Cuts a value into pieces of these lengths, which follow each other from the block `logical` on.
    pub(super) fn pieces(
        self,
        value: &[u8],
        logical: u64,
        lengths: impl IntoIterator<Item = usize>,
        owner: u64,
        geometry: &Geometry,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut logical, mut offset) = (logical, 0);
        for length in lengths {
            let end = value.len().min(offset + length - REMOTE_HEADER);
            let part = &value[offset..end];
            let mut bytes = vec![0; length];
            bytes[..4].copy_from_slice(&self.magic);
            put32(&mut bytes, 4, offset as u32);
            put32(&mut bytes, 8, part.len() as u32);
            bytes[16..32].copy_from_slice(&geometry.uuid);
            put64(&mut bytes, 32, owner);
            put64(&mut bytes, 48, self.log);
            bytes[REMOTE_HEADER..REMOTE_HEADER + part.len()].copy_from_slice(part);
            pieces.push(Piece {
                logical,
                bytes,
                seal: Seal::REMOTE,
            });
            logical += (length / geometry.block_size) as u64;
            offset = end;
        }
        pieces
    }
}

/// Names as numbers that directories and attributes are sorted by.
pub(super) fn hash(name: &[u8]) -> u32 {
    name.iter()
        .fold(0, |hash: u32, byte| hash.rotate_left(7) ^ u32::from(*byte))
}
