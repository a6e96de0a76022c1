//! Sizes of finished trees, measured by whoever can read them.

use std::collections::BTreeMap;

/// What a directory tree weighs.
///
/// The directory itself counts as one entry. Hard links count once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeSize {
    /// Sum of all sizes as `du --apparent-size` counts them, in bytes.
    pub apparent_bytes: u64,
    /// Sum of the sizes of files and directories, each rounded up to 4096 bytes, in bytes.
    pub block_bytes: u64,
    /// Files, directories, links and everything else.
    pub entries: u64,
}

impl TreeSize {
    /// Returns the size of one file or directory.
    ///
    /// A symbolic link of up to 59 characters lives in its inode and needs no block; callers pass zero bytes for it.
    pub fn of_entry(bytes: u64) -> Self {
        Self {
            apparent_bytes: bytes,
            block_bytes: bytes.next_multiple_of(4096),
            entries: 1,
        }
    }

    /// Returns the size in whole MiB, rounded down as the reference does.
    pub fn apparent_mib(self) -> u64 {
        self.apparent_bytes / MIB
    }

    /// Returns what is left when a part of the tree goes elsewhere.
    pub fn without(self, part: Self) -> Self {
        Self {
            apparent_bytes: self.apparent_bytes.saturating_sub(part.apparent_bytes),
            block_bytes: self.block_bytes.saturating_sub(part.block_bytes),
            entries: self.entries.saturating_sub(part.entries),
        }
    }
}

impl std::ops::AddAssign for TreeSize {
    fn add_assign(&mut self, other: Self) {
        self.apparent_bytes += other.apparent_bytes;
        self.block_bytes += other.block_bytes;
        self.entries += other.entries;
    }
}

/// The sizes a disk layout depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The whole root tree without the contents of `proc`, `sys` and `dev`.
    pub root_tree: TreeSize,
    /// Of that, what lies in each directory that has a file system of its own, without what lies in another one below it; by
    /// mount point, absolute.
    pub parts: BTreeMap<String, TreeSize>,
}

impl Measured {
    /// Returns what lies in the file system mounted at `mountpoint`, `/` for what is in no other.
    pub fn at(&self, mountpoint: &str) -> TreeSize {
        if mountpoint == "/" {
            return self
                .parts
                .values()
                .fold(self.root_tree, |rest, part| rest.without(*part));
        }
        self.parts.get(mountpoint).copied().unwrap_or_default()
    }
}

/// Bytes in a MiB.
pub const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_rests() {
        let mut tree = TreeSize::of_entry(4096);
        tree += TreeSize::of_entry(1);
        tree += TreeSize::of_entry(0);
        assert_eq!(
            tree,
            TreeSize {
                apparent_bytes: 4097,
                block_bytes: 8192,
                entries: 3
            }
        );
        let rest = tree.without(TreeSize::of_entry(1));
        assert_eq!(
            (rest.apparent_bytes, rest.block_bytes, rest.entries),
            (4096, 4096, 2)
        );
        assert_eq!(TreeSize::default().without(tree), TreeSize::default());
    }
}
