//! Moves a range of one file into another without turning holes into zeros.
//!
//! Used where a tool can make its file system only in a file of its own. Holes are found with `SEEK_DATA` and `SEEK_HOLE`
//! (lseek(2)), data goes over with copy_file_range(2): on btrfs and XFS that shares the blocks instead of copying them as far as
//! they are aligned, elsewhere the kernel copies without a detour through this process. Where it is not to be had (two file
//! systems, old kernels) data is read and written.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rustix::fs::{FallocateFlags, SeekFrom, copy_file_range, fallocate, seek};
use rustix::io::Errno;

use crate::{Error, Result};

/// Bytes read and written at once where the kernel does not copy for us.
const CHUNK: u64 = 1 << 20;

/// What [`copy_range`] met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// Bytes that were copied or shared.
    pub data_bytes: u64,
    /// Bytes that stayed holes.
    pub hole_bytes: u64,
}

/// Makes `length` bytes of `target` from `target_offset` on read like those of `source` from `source_offset` on.
///
/// What lies beyond the end of `source` counts as a hole. Holes become holes: what `target` held there before is punched out
/// (or overwritten with zeros where its file system cannot). `target` grows when it is too short. The file position of both
/// files is moved.
pub fn copy_range(
    source: &File,
    source_offset: u64,
    target: &File,
    target_offset: u64,
    length: u64,
) -> Result<Copied> {
    let copied = copy(source, source_offset, target, target_offset, length);
    copied.map_err(Error::io("copying into the disk image"))
}

fn copy(source: &File, from: u64, target: &File, to: u64, length: u64) -> io::Result<Copied> {
    let overflow = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the range ends beyond all files",
        )
    };
    let end = from.checked_add(length).ok_or_else(overflow)?;
    let target_end = to.checked_add(length).ok_or_else(overflow)?;
    if target.metadata()?.len() < target_end {
        target.set_len(target_end)?;
    }
    let mut copied = Copied::default();
    let mut position = from;
    while position < end {
        let data = next_data(source, position)?.min(end);
        clear(target, to + (position - from), data - position)?;
        copied.hole_bytes += data - position;
        if data == end {
            break;
        }
        let hole = seek(source, SeekFrom::Hole(data))?.min(end);
        copy_data(source, data, target, to + (data - from), hole - data)?;
        copied.data_bytes += hole - data;
        position = hole;
    }
    Ok(copied)
}

/// Finds where data begins at or after `position`; the end of all numbers when only a hole is left.
pub(crate) fn next_data(file: &File, position: u64) -> io::Result<u64> {
    match seek(file, SeekFrom::Data(position)) {
        Ok(data) => Ok(data),
        Err(Errno::NXIO) => Ok(u64::MAX),
        Err(error) => Err(error.into()),
    }
}

fn copy_data(source: &File, from: u64, target: &File, to: u64, length: u64) -> io::Result<()> {
    let (mut from_position, mut to_position) = (from, to);
    while from_position < from + length {
        let left = from + length - from_position;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        match copy_file_range(
            source,
            Some(&mut from_position),
            target,
            Some(&mut to_position),
            wanted,
        ) {
            Ok(1..) | Err(Errno::INTR) => {}
            // Some kernels answer 0 where they cannot copy.
            Ok(0)
            | Err(
                Errno::XDEV
                | Errno::INVAL
                | Errno::NOSYS
                | Errno::OPNOTSUPP
                | Errno::BADF
                | Errno::PERM,
            ) => {
                return read_and_write(source, from_position, target, to_position, left);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn read_and_write(source: &File, from: u64, target: &File, to: u64, length: u64) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK.min(length) as usize];
    let mut done = 0;
    while done < length {
        let part = &mut buffer[..CHUNK.min(length - done) as usize];
        source.read_exact_at(part, from + done)?;
        target.write_all_at(part, to + done)?;
        done += part.len() as u64;
    }
    Ok(())
}

/// Makes a range read as zeros, preferably by giving its blocks back; touches nothing where there are none.
pub(crate) fn clear(file: &File, offset: u64, length: u64) -> io::Result<()> {
    let end = offset + length;
    let data = next_data(file, offset)?;
    if data >= end {
        return Ok(());
    }
    let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    match fallocate(file, punch, data, end - data) {
        Ok(()) => Ok(()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => write_zeros(file, data, end),
        Err(error) => Err(error.into()),
    }
}

fn write_zeros(file: &File, start: u64, end: u64) -> io::Result<()> {
    let zeros = vec![0; CHUNK.min(end - start) as usize];
    let mut position = start;
    while position < end {
        let part = &zeros[..CHUNK.min(end - position) as usize];
        file.write_all_at(part, position)?;
        position += part.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::MetadataExt;

    const MIB: u64 = 1 << 20;

    fn sparse(length: u64, data: &[(u64, u64, u8)]) -> File {
        let file = tempfile::tempfile().unwrap();
        file.set_len(length).unwrap();
        for (offset, bytes, fill) in data {
            file.write_all_at(&vec![*fill; *bytes as usize], *offset)
                .unwrap();
        }
        file
    }

    fn bytes(file: &File, offset: u64, length: u64) -> Vec<u8> {
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(&mut bytes, offset).unwrap();
        bytes
    }

    #[test]
    fn holes_stay_holes() {
        let source = sparse(64 * MIB, &[(MIB, 4096, 1), (40 * MIB, 4096, 2)]);
        let target = sparse(0, &[]);
        let copied = copy_range(&source, 0, &target, 3 * MIB, 64 * MIB).unwrap();
        assert_eq!(copied.data_bytes + copied.hole_bytes, 64 * MIB);
        let metadata = target.metadata().unwrap();
        assert_eq!(metadata.len(), 67 * MIB);
        assert!(
            metadata.blocks() * 512 < MIB,
            "{} blocks are stored",
            metadata.blocks()
        );
        assert_eq!(bytes(&target, 4 * MIB, 4096), [1; 4096]);
        assert_eq!(bytes(&target, 43 * MIB, 4096), [2; 4096]);
    }

    #[test]
    fn what_was_there_before_is_gone() {
        let source = sparse(MIB, &[(8192, 4096, 1)]);
        let target = sparse(0, &[(0, 3 * MIB, 9)]);
        // Twice as much as the source has: the rest counts as a hole.
        copy_range(&source, 0, &target, 4096, 2 * MIB).unwrap();
        assert_eq!(bytes(&target, 0, 4096), [9; 4096]);
        assert_eq!(bytes(&target, 4096, 2 * MIB)[8192..12288], [1; 4096]);
        assert_eq!(
            bytes(&target, 4096, 2 * MIB)
                .iter()
                .filter(|byte| **byte != 0)
                .count(),
            4096
        );
        assert_eq!(bytes(&target, 4096 + 2 * MIB, 16), [9; 16]);
    }

    #[test]
    fn zeros_do_where_holes_cannot_be_punched() {
        let file = sparse(0, &[(0, 3 * MIB, 9)]);
        write_zeros(&file, 5, 2 * MIB + 7).unwrap();
        let expected = [
            vec![9; 5],
            vec![0; 2 * MIB as usize + 2],
            vec![9; MIB as usize - 7],
        ]
        .concat();
        assert!(bytes(&file, 0, 3 * MIB) == expected);
    }

    #[test]
    fn reading_and_writing_does_too() {
        let source = sparse(0, &[(0, 2 * MIB + 5, 3)]);
        let target = sparse(4 * MIB, &[]);
        read_and_write(&source, 1, &target, 7, 2 * MIB + 4).unwrap();
        assert!(bytes(&target, 7, 2 * MIB + 4).iter().all(|byte| *byte == 3));
        assert!(
            read_and_write(&source, 1, &target, 7, 2 * MIB + 5).is_err(),
            "the source is too short"
        );
    }

    #[test]
    fn endless_ranges_are_refused() {
        let (source, target) = (sparse(1, &[]), sparse(1, &[]));
        assert!(copy_range(&source, 2, &target, 0, u64::MAX).is_err());
        assert!(copy_range(&source, 0, &target, 2, u64::MAX).is_err());
    }

    proptest! {
        #[test]
        fn the_target_reads_like_the_source(
            data in proptest::collection::vec((0_u64..300_000, 1_u64..70_000, 1_u8..), 0..5),
            before in proptest::collection::vec((0_u64..300_000, 1_u64..70_000, 1_u8..), 0..5),
            from in 0_u64..200_000,
            to in 0_u64..200_000,
            length in 0_u64..300_000,
        ) {
            let (source, target) = (sparse(0, &data), sparse(700_000, &before));
            copy_range(&source, from, &target, to, length).unwrap();
            source.set_len(700_000).unwrap();
            prop_assert!(bytes(&source, from, length) == bytes(&target, to, length));
        }
    }
}
