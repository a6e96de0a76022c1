//! Copies the contents of files to where a file system has them, on all cores.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{FileTree, Node};
use crate::sparse::copy_range;
use crate::{Error, Result};

/// Files up to this length are read and written together with their neighbours.
const SMALL: u64 = 256 << 10;
/// Bytes that are written together.
const BATCH: u64 = 4 << 20;

/// Part of a file that goes to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) node: usize,
    /// Where it begins in the file.
    pub(crate) from: u64,
    /// Where it begins in the image.
    pub(crate) to: u64,
    pub(crate) length: u64,
    /// Whether it is the whole file.
    pub(crate) whole: bool,
}

/// What is copied, and where to.
pub(crate) struct Contents<'a> {
    pub(crate) tree: &'a FileTree<'a>,
    pub(crate) nodes: &'a [Node],
    /// The image.
    pub(crate) file: &'a File,
    /// Block size of the file system; what lies between two files in one block is zeros.
    pub(crate) block_size: u64,
}

impl Contents<'_> {
    /// Copies everything; neighbours in the list that are neighbours in the image too are written together.
    pub(crate) fn copy(&self, copies: &[Copy]) -> Result<()> {
        let together = |first: &Copy, next: &Copy| {
            first.whole
                && next.whole
                && first.length <= SMALL
                && next.length <= SMALL
                && first.to + first.length.next_multiple_of(self.block_size) == next.to
        };
        let mut batches: Vec<&[Copy]> = Vec::new();
        for run in copies.chunk_by(together) {
            let mut rest = run;
            while let Some(first) = rest.first() {
                let fits = |copy: &&Copy| copy.to + copy.length <= first.to + BATCH;
                let (batch, behind) = rest.split_at(rest.iter().take_while(fits).count().max(1));
                batches.push(batch);
                rest = behind;
            }
        }
        let total = copies.iter().map(|copy| copy.length).sum();
        let done = AtomicU64::new(0);
        batches.into_par_iter().try_for_each(|batch| {
            let bytes = match batch {
                [large] if large.length > SMALL || !large.whole => self.copy_large(large)?,
                small => self.copy_small(small)?,
            };
            let done = done.fetch_add(bytes, Ordering::Relaxed) + bytes;
            match self.tree.progress {
                Some(progress) if !progress(done, total) => Err(Error::Stopped),
                _ => Ok(()),
            }
        })
    }

    fn copy_large(&self, copy: &Copy) -> Result<u64> {
        let path = self.tree.root.join(&self.nodes[copy.node].path);
        let source = File::open(&path).map_err(Error::path(&path))?;
        copy_range(&source, copy.from, self.file, copy.to, copy.length)?;
        Ok(copy.length)
    }

    /// Copies files that lie side by side with one write.
    fn copy_small(&self, copies: &[Copy]) -> Result<u64> {
        let (Some(first), Some(last)) = (copies.first(), copies.last()) else {
            return Ok(0);
        };
        let mut bytes = vec![0; (last.to + last.length - first.to) as usize];
        for copy in copies {
            let path = self.tree.root.join(&self.nodes[copy.node].path);
            let at = (copy.to - first.to) as usize;
            let part = &mut bytes[at..at + copy.length as usize];
            File::open(&path)
                .and_then(|source| source.read_exact_at(part, copy.from))
                .map_err(Error::path(&path))?;
        }
        self.file
            .write_all_at(&bytes, first.to)
            .map_err(Error::io("writing the file system"))?;
        Ok(copies.iter().map(|copy| copy.length).sum())
    }
}
