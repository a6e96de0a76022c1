//! File systems made from a directory of the tree, straight into their place in a file. One kind per file.

mod beside;
mod btrfs;
mod erofs;
mod ext;
mod fat;
mod options;
mod squashfs;
mod store;
mod xfs;

use std::fs::File;
use std::path::{Path, PathBuf};

use kiwi_host::TreeDir;
use kiwi_ondisk::SectorSize;
use kiwi_plan::disk::ext::ExtGeometry;
use kiwi_plan::plan::filesystem::{FileSystem, FileSystemPlan};

use crate::context::BuildContext;
use crate::error::BuildError;
use crate::excludes::Excludes;

/// What goes into a file system.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The tree; a view of it, where files are added or removed for one image.
    pub tree: &'a TreeDir,
    /// The directory of the tree that becomes the root of the file system; empty for the tree itself.
    pub directory: &'a str,
    /// What stays out, by paths of the tree.
    pub excludes: &'a Excludes,
}

/// Where a file system goes.
pub struct Target<'a> {
    /// Path of the image file.
    pub path: &'a Path,
    /// The image file, open for reading and writing; zeros where the file system will be.
    pub file: &'a File,
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// Sector size of the disk.
    pub sector_size: SectorSize,
    /// Blocks and inodes of ext file systems; options of the description win over it.
    pub ext: Option<ExtGeometry>,
}

/// Makes a file system of exactly the target's size.
///
/// # Errors
/// The content does not fit, a program is missing or fails, or the options of the description ask for what cannot be done.
pub fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    context.check_interrupt()?;
    match plan.kind {
        FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => {
            ext::make(context, source, plan, target)
        }
        FileSystem::Fat16 | FileSystem::Fat32 => fat::make(context, source, plan, target),
        FileSystem::Squashfs | FileSystem::Erofs => beside::make(context, source, plan, target),
        FileSystem::Xfs => xfs::make(context, source, plan, target),
        FileSystem::Btrfs => btrfs::make(context, source, plan, target),
        FileSystem::Swap => Err(not_from_a_directory(plan)),
    }
}

/// Makes a read-only file system as large as its content in the file `path`.
///
/// # Errors
/// As [`make`].
pub fn make_packed(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    path: &Path,
) -> Result<(), BuildError> {
    context.check_interrupt()?;
    match plan.kind {
        FileSystem::Squashfs => squashfs::make(context, source, plan, path),
        FileSystem::Erofs => erofs::make(context, source, plan, path),
        _ => Err(not_from_a_directory(plan)),
    }
}

fn not_from_a_directory(plan: &FileSystemPlan) -> BuildError {
    BuildError::Unexpected(format!(
        "the plan wants {} made from a directory, which this version does not do",
        plan.kind.fstab_name()
    ))
}

impl Source<'_> {
    /// The directory's path on the host.
    fn path(&self) -> Result<PathBuf, BuildError> {
        if self.directory.is_empty() {
            return Ok(self.tree.path().to_owned());
        }
        Ok(self.tree.locate(self.directory)?)
    }

    /// Whether something stays out, given by its path below the directory.
    fn leaves_out(&self, path: &Path) -> bool {
        self.excludes.matches(&Path::new(self.directory).join(path))
    }

    /// Everything that stays out, by its path below the directory.
    fn left_out(&self) -> Result<Vec<PathBuf>, BuildError> {
        let directory = Path::new(self.directory);
        let found = self.excludes.found_in(self.tree.path())?;
        let inside = found
            .iter()
            .filter_map(|path| path.strip_prefix(directory).ok());
        Ok(inside
            .filter(|path| !path.as_os_str().is_empty())
            .map(Path::to_owned)
            .collect())
    }
}
