//! Reads a raw disk block by block for the formats that store only what is not zero.
//!
//! Holes are found with `SEEK_DATA` and are not read; what is read is looked at once more, so that the same disk gives the same
//! blocks whether its zeros are stored or not.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use crate::{Error, Result};

/// Bytes that are read at once, at least.
const CHUNK: u64 = 1 << 20;
/// What blocks are compared with, piece by piece.
static ZEROS: [u8; 4096] = [0; 4096];

/// A raw disk, or a part of one, that is read from start to end.
#[derive(Clone, Copy)]
pub struct RawDisk<'a> {
    file: &'a File,
    start: u64,
    bytes: u64,
    watch: Option<&'a Watch<'a>>,
}

/// Is told how many bytes of the disk are done; its error ends the reading.
pub type Watch<'a> = dyn Fn(u64) -> Result<()> + 'a;

impl<'a> RawDisk<'a> {
    /// Takes the whole file.
    pub fn open(file: &'a File) -> Result<Self> {
        let metadata = file.metadata().map_err(Error::io("reading the raw disk"))?;
        Ok(Self {
            file,
            start: 0,
            bytes: metadata.len(),
            watch: None,
        })
    }

    /// Tells `watch` how far the reading is.
    #[must_use]
    pub fn watched(self, watch: &'a Watch<'a>) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    /// Makes the disk seem longer: zeros follow. Disks are never made shorter.
    #[must_use]
    pub fn grown_to(self, bytes: u64) -> Self {
        Self {
            bytes: self.bytes.max(bytes),
            ..self
        }
    }

    /// Takes a part of the disk as a disk of its own.
    #[must_use]
    pub fn part(self, start: u64, bytes: u64) -> Self {
        Self {
            start: self.start + start,
            bytes,
            ..self
        }
    }

    /// Length of the disk.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The file and where the disk begins in it.
    pub(crate) const fn place(&self) -> (&'a File, u64) {
        (self.file, self.start)
    }

    /// Hands all blocks that are not zero to `visit`, in order and with their number.
    ///
    /// The last one is filled up with zeros to the size of a block.
    pub fn blocks(
        &self,
        block_bytes: u64,
        mut visit: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let failed = Error::io("reading the raw disk");
        let chunk = CHUNK.next_multiple_of(block_bytes);
        let mut buffer = vec![0; chunk as usize];
        let mut position = 0;
        while position < self.bytes {
            let data = self.next_data(position).map_err(&failed)?;
            if data >= self.bytes {
                break;
            }
            position = position.max(data - data % block_bytes);
            let length = self
                .read(&mut buffer, position)
                .map_err(&failed)?
                .next_multiple_of(block_bytes as usize);
            let blocks = buffer[..length].chunks_exact(block_bytes as usize);
            for (index, block) in (position / block_bytes..).zip(blocks) {
                if !is_zero(block) {
                    visit(index, block)?;
                }
            }
            position += length as u64;
            self.report(position)?;
        }
        self.report(self.bytes)
    }

    /// Finds the stretches that are not zero, as offset and length; both are multiples of `granule` but for the disk's end.
    pub(crate) fn extents(&self, granule: u64) -> Result<Vec<(u64, u64)>> {
        let mut extents: Vec<(u64, u64)> = Vec::new();
        self.blocks(granule, |index, _| {
            let start = index * granule;
            let length = granule.min(self.bytes - start);
            match extents.last_mut() {
                Some((last, before)) if *last + *before == start => *before += length,
                _ => extents.push((start, length)),
            }
            Ok(())
        })?;
        Ok(extents)
    }

    /// Reads a range in pieces and hands them to `take`; what is beyond the file is zero.
    pub(crate) fn pieces(
        &self,
        start: u64,
        bytes: u64,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut buffer = vec![0; CHUNK.min(bytes) as usize];
        let mut done = 0;
        while done < bytes {
            let length = CHUNK.min(bytes - done) as usize;
            let part = &mut buffer[..length];
            self.read(part, start + done)
                .map_err(Error::io("reading the raw disk"))?;
            take(part)?;
            done += length as u64;
            self.report(start + done)?;
        }
        Ok(())
    }

    /// Writes the whole disk, its holes as zeros.
    pub fn copy_to<W: Write + ?Sized>(&self, out: &mut W) -> Result<()> {
        self.pieces(0, self.bytes, |bytes| {
            out.write_all(bytes).map_err(Error::io("copying a disk"))
        })
    }

    /// Says how far it is; formats that copy without reading call this themselves.
    pub(crate) fn report(&self, done: u64) -> Result<()> {
        match self.watch {
            Some(watch) => watch(self.start + done.min(self.bytes)),
            None => Ok(()),
        }
    }

    fn next_data(&self, position: u64) -> io::Result<u64> {
        match seek(self.file, SeekFrom::Data(self.start + position)) {
            Ok(data) => Ok(data - self.start),
            Err(Errno::NXIO) => Ok(u64::MAX),
            Err(error) => Err(error.into()),
        }
    }

    /// Fills `buffer` from `position` on, with zeros behind the disk's end; says how much of it is the disk.
    fn read(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let wanted = (self.bytes - position).min(buffer.len() as u64) as usize;
        let mut done = 0;
        while done < wanted {
            match self.file.read_at(
                &mut buffer[done..wanted],
                self.start + position + done as u64,
            ) {
                Ok(0) => break,
                Ok(length) => done += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        buffer[done..].fill(0);
        Ok(wanted)
    }
}

fn is_zero(block: &[u8]) -> bool {
    block
        .chunks(ZEROS.len())
        .all(|piece| *piece == ZEROS[..piece.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn disk(bytes: u64, data: &[(u64, &[u8])]) -> File {
        let file = tempfile::tempfile().unwrap();
        file.set_len(bytes).unwrap();
        for (offset, bytes) in data {
            file.write_all_at(bytes, *offset).unwrap();
        }
        file
    }

    #[test]
    fn zeros_that_are_stored_are_no_data() {
        let file = disk(
            8 << 20,
            &[(0, &[0; 8192]), (3 << 20, &[1]), ((8 << 20) - 1, &[2])],
        );
        let mut seen = Vec::new();
        let disk = RawDisk::open(&file).unwrap();
        disk.blocks(65536, |index, block| {
            seen.push((index, block.len()));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(48, 65536), (127, 65536)]);
        let expected = [(3 << 20, 4096), ((8 << 20) - 4096, 4096)];
        assert_eq!(disk.extents(4096).unwrap(), expected);
    }

    #[test]
    fn the_watch_sees_the_end_and_can_stop() {
        let file = disk(3 << 20, &[(5, &[1])]);
        let last = std::cell::Cell::new(0);
        let watch = |done| {
            last.set(done);
            Ok(())
        };
        let disk = RawDisk::open(&file).unwrap().grown_to(5 << 20);
        disk.watched(&watch).blocks(512, |_, _| Ok(())).unwrap();
        assert_eq!(last.get(), 5 << 20);
        let stop = |_| Err(Error::Stopped);
        assert!(disk.watched(&stop).blocks(512, |_, _| Ok(())).is_err());
    }

    proptest! {
        #[test]
        fn blocks_together_are_the_disk(
            data in proptest::collection::vec((0_u64..300_000, proptest::collection::vec(any::<u8>(), 1..5000)), 0..5),
            length in 1_u64..400_000,
            block in prop_oneof![Just(512_u64), Just(4096), Just(65536)],
            grown in 0_u64..500_000,
        ) {
            let file = disk(0, &data.iter().map(|(at, bytes)| (*at, bytes.as_slice())).collect::<Vec<_>>());
            file.set_len(length).unwrap();
            let raw = RawDisk::open(&file).unwrap().grown_to(grown);
            let whole = raw.bytes().next_multiple_of(block) as usize;
            let mut expected = vec![0; whole];
            file.read_exact_at(&mut expected[..length as usize], 0).unwrap();
            let mut found = vec![0; whole];
            raw.blocks(block, |index, bytes| {
                found[(index * block) as usize..][..bytes.len()].copy_from_slice(bytes);
                Ok(())
            }).unwrap();
            prop_assert!(found == expected);
        }
    }
}
