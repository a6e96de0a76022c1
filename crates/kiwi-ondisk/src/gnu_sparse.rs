//! Sparse files in tar archives, in the form of old GNU tar.
//!
//! Specification: GNU tar manual, "Storing Sparse Files, Old GNU Format": type `S`, four pieces in the header and 21 in each block
//! that follows it, then the pieces' bytes. It is what Google Compute Engine asks for.

use std::io::Write;

use crate::raw_disk::RawDisk;
use crate::tar_stream::{BLOCK, Entry, TYPE_FLAG, TarStream, encode, put_number, set_checksum};
use crate::{Error, Result};

/// What counts as a hole is a multiple of this.
const GRANULE: u64 = 4096;
/// Pieces in the header, and in each block of more of them.
const IN_HEADER: usize = 4;
const IN_BLOCK: usize = 21;
/// Offset and length of a piece.
const PIECE: usize = 24;

/// Writes the disk as the file `path`, its holes left out.
///
/// Holes are where the disk is zero, whether that is stored or not, so that equal disks give equal bytes.
pub fn append<W: Write>(
    archive: &mut TarStream<W>,
    path: &str,
    raw: &RawDisk<'_>,
    mtime: i64,
) -> Result<()> {
    let failed = Error::io("writing the sparse file");
    let mut pieces = raw.extents(GRANULE)?;
    let stored: u64 = pieces.iter().map(|(_, length)| length).sum();
    if pieces
        .last()
        .is_none_or(|(start, length)| start + length < raw.bytes())
    {
        // An empty piece at the end says how long the file is.
        pieces.push((raw.bytes(), 0));
    }
    archive
        .raw_entry(&headers(path, raw.bytes(), stored, &pieces, mtime), stored)
        .map_err(&failed)?;
    for (start, length) in pieces {
        raw.pieces(start, length, |bytes| archive.data(bytes).map_err(&failed))?;
    }
    Ok(())
}

fn headers(path: &str, bytes: u64, stored: u64, pieces: &[(u64, u64)], mtime: i64) -> Vec<u8> {
    let mut header = encode(
        &Entry::plain_file(path, stored, mtime),
        path.as_bytes(),
        b"",
    );
    header[TYPE_FLAG] = b'S';
    // The magic of GNU's own format, in which the places of the prefix and of the device numbers mean something else.
    header[257..265].copy_from_slice(b"ustar  \0");
    header[329..345].fill(0);
    let (first, rest) = pieces.split_at(pieces.len().min(IN_HEADER));
    put_pieces(&mut header[386..482], first);
    header[482] = u8::from(!rest.is_empty());
    put_number(&mut header[483..495], i128::from(bytes));
    set_checksum(&mut header);
    let mut all = header.to_vec();
    let mut blocks = rest.chunks(IN_BLOCK).peekable();
    while let Some(pieces) = blocks.next() {
        let mut block = [0; BLOCK];
        put_pieces(&mut block[..IN_BLOCK * PIECE], pieces);
        block[IN_BLOCK * PIECE] = u8::from(blocks.peek().is_some());
        all.extend(block);
    }
    all
}

fn put_pieces(field: &mut [u8], pieces: &[(u64, u64)]) {
    for (field, (start, length)) in field.chunks_exact_mut(PIECE).zip(pieces) {
        put_number(&mut field[..12], i128::from(*start));
        put_number(&mut field[12..], i128::from(*length));
    }
}
