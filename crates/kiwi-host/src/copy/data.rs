//! The content of one file.

use std::fs::File;
use std::io;

use rustix::fs::{SeekFrom, copy_file_range, ftruncate, ioctl_ficlone, seek};
use rustix::io::Errno;

/// How much is copied with one call. Bytes.
const CHUNK: usize = 1 << 30;

/// Copies the content of `source` to the empty file `target` and returns its size in bytes.
///
/// The file system shares the blocks if it can (btrfs, xfs, bcachefs); otherwise the kernel copies what holds data, and holes stay holes.
///
/// # Errors
/// Reading or writing fails, or no space.
pub fn copy_data(source: &File, target: &File) -> io::Result<u64> {
    let size = source.metadata()?.len();
    if ioctl_ficlone(target, source).is_ok() {
        return Ok(size);
    }
    // The size first: what is never written stays a hole.
    ftruncate(target, size)?;
    let mut position = 0;
    while position < size {
        let Some((start, end)) = next_data(source, position, size)? else {
            break;
        };
        copy_range(source, target, start, end)?;
        position = end;
    }
    Ok(size)
}

/// Returns where the next data at or after `position` starts and ends.
fn next_data(source: &File, position: u64, size: u64) -> io::Result<Option<(u64, u64)>> {
    let start = match seek(source, SeekFrom::Data(position)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        // The file system does not tell: all is data.
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Some((position, size))),
        Err(error) => return Err(error.into()),
    };
    let end = seek(source, SeekFrom::Hole(start))?;
    Ok((start < size).then_some((start, end.min(size))))
}

fn copy_range(source: &File, target: &File, start: u64, end: u64) -> io::Result<()> {
    let (mut from, mut to) = (start, start);
    while from < end {
        let length = usize::try_from(end - from).unwrap_or(CHUNK).min(CHUNK);
        match copy_file_range(source, Some(&mut from), target, Some(&mut to), length) {
            // The file became shorter meanwhile.
            Ok(0) => return Ok(()),
            Ok(_) | Err(Errno::INTR) => {}
            // Different file systems on old kernels, or files that only exist when read (`/proc`).
            Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM) => {
                return copy_by_hand(source, target, from, end);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn copy_by_hand(source: &File, target: &File, start: u64, end: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    let mut buffer = vec![0; 256 * 1024];
    let mut position = start;
    while position < end {
        let length = usize::try_from(end - position)
            .unwrap_or(buffer.len())
            .min(buffer.len());
        let count = source.read_at(&mut buffer[..length], position)?;
        if count == 0 {
            break;
        }
        target.write_all_at(&buffer[..count], position)?;
        position += count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::*;

    #[test]
    fn keeps_content_and_holes() {
        let source = tempfile::tempfile().unwrap();
        source.write_all_at(b"begin", 0).unwrap();
        source.write_all_at(b"middle", 8 << 20).unwrap();
        source.set_len(32 << 20).unwrap();
        let target = tempfile::tempfile().unwrap();
        assert_eq!(copy_data(&source, &target).unwrap(), 32 << 20);
        let mut text = [0; 6];
        target.read_exact_at(&mut text, 8 << 20).unwrap();
        assert_eq!(&text, b"middle");
        let used = target.metadata().unwrap().blocks() * 512;
        assert!(used < 1 << 20, "{used} bytes used");
    }

    #[test]
    fn small_and_empty_files() {
        for content in [&b""[..], b"x", b"hello world"] {
            let source = tempfile::tempfile().unwrap();
            source.write_all_at(content, 0).unwrap();
            let target = tempfile::tempfile().unwrap();
            assert_eq!(copy_data(&source, &target).unwrap(), content.len() as u64);
            let mut copied = vec![0; content.len()];
            target.read_exact_at(&mut copied, 0).unwrap();
            assert_eq!(copied, content);
        }
    }

    #[test]
    fn by_hand_gives_the_same() {
        let source = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..700_000u32).map(|n| (n % 251) as u8).collect();
        source.write_all_at(&content, 0).unwrap();
        let target = tempfile::tempfile().unwrap();
        copy_by_hand(&source, &target, 100, 600_000).unwrap();
        let mut copied = vec![0; 599_900];
        target.read_exact_at(&mut copied, 100).unwrap();
        assert_eq!(copied, content[100..600_000]);
    }
}
