//! The script `edit_boot_install.sh`, which looks after boot code of its own on the finished disk.
//!
//! The reference gives it the raw disk and the device node of the partition with `/boot`. There are no device nodes here:
//! the second argument is a file with the content of that partition, and what the script changes there comes into the disk.

use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use kiwi_ondisk::sparse;
use kiwi_plan::disk::layout::{DiskLayout, PartitionLayout};
use kiwi_plan::plan::disk::PartitionRole;
use kiwi_plan::plan::root::Hook;

use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::root::scripts;

/// Name of the partition's file in the scratch directory.
const PARTITION: &str = "boot-partition";
/// Bytes that are compared at once.
const BLOCK: usize = 1 << 20;

/// Runs the script on the disk `raw`, if the description has it.
pub(super) fn run(
    context: &BuildContext<'_>,
    layout: &DiskLayout,
    raw: &Path,
) -> Result<(), BuildError> {
    if !scripts::is_there(&context.tree()?, Hook::EditBootInstall) {
        return Ok(());
    }
    let place = layout
        .partition(PartitionRole::Boot)
        .or_else(|| layout.partition(PartitionRole::Root))
        .ok_or_else(|| BuildError::Unexpected("the plan has no root partition".into()))?;
    let path = context.places.scratch.join(PARTITION);
    let before = extract(raw, place, &path)?;
    scripts::run_on_host(context, Hook::EditBootInstall, [raw, &path])?;
    let changed = File::open(&path).at("open", &path)?;
    let after = changed.metadata().at("read", &path)?;
    if after.len() != place.bytes {
        return Err(BuildError::Unexpected(format!(
            "`{}` changed the size of the partition from {} to {} bytes",
            Hook::EditBootInstall.file_name(),
            place.bytes,
            after.len()
        )));
    }
    if state(&before) != state(&after) {
        write_back(&changed, raw, place)?;
    }
    fs_err::remove_file(&path).at("remove", &path)
}

/// Copies the partition out of the disk, holes kept.
fn extract(raw: &Path, place: &PartitionLayout, path: &Path) -> Result<Metadata, BuildError> {
    let disk = File::open(raw).at("open", raw)?;
    let file = File::create(path).at("create", path)?;
    file.set_len(place.bytes).at("resize", path)?;
    sparse::copy_range(&disk, place.start_bytes, &file, 0, place.bytes)?;
    file.metadata().at("read", path)
}

/// What tells whether a file was written to.
fn state(metadata: &Metadata) -> (i64, i64, i64, i64) {
    (
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}

/// Copies what differs; what the script changed on the disk itself elsewhere stays.
fn write_back(changed: &File, raw: &Path, place: &PartitionLayout) -> Result<(), BuildError> {
    let disk = File::options()
        .read(true)
        .write(true)
        .open(raw)
        .at("open", raw)?;
    let mut new = vec![0; BLOCK];
    let mut old = vec![0; BLOCK];
    let mut position = 0;
    while position < place.bytes {
        let length = BLOCK.min(usize::try_from(place.bytes - position).unwrap_or(BLOCK));
        let (new, old) = (&mut new[..length], &mut old[..length]);
        changed.read_exact_at(new, position).at("read", PARTITION)?;
        let target = place.start_bytes + position;
        disk.read_exact_at(old, target).at("read", raw)?;
        if new != old {
            disk.write_all_at(new, target).at("write", raw)?;
        }
        position += length as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kiwi_plan::disk::TreeSize;

    use super::*;
    use crate::root::testing::Bench;
    use kiwi_host::SystemRunner;

    const OFFSET: u64 = 1 << 20;
    const BYTES: u64 = 3 << 20;

    fn layout() -> DiskLayout {
        DiskLayout {
            disk_bytes: 8 << 20,
            partitioned_bytes: 8 << 20,
            sector_size: 512,
            extended: None,
            partitions: vec![PartitionLayout {
                role: PartitionRole::Root,
                id: "root".into(),
                is_copy: false,
                number: 1,
                start_lba: OFFSET / 512,
                sectors: BYTES / 512,
                start_bytes: OFFSET,
                bytes: BYTES,
                content_bytes: BYTES,
                content: TreeSize::default(),
                volumes: Vec::new(),
            }],
        }
    }

    /// Runs a script on a small disk and returns its bytes.
    fn after(script: &str) -> Result<Vec<u8>, BuildError> {
        let bench = Bench::new();
        bench.write("image/edit_boot_install.sh", script);
        let raw = bench.outside("a.raw");
        let disk = File::create(&raw).unwrap();
        disk.set_len(8 << 20).unwrap();
        disk.write_all_at(b"partition", OFFSET).unwrap();
        disk.write_all_at(b"behind", OFFSET + BYTES).unwrap();
        let interrupt = kiwi_host::Interrupt::detached().unwrap();
        let runner = SystemRunner::new(interrupt);
        let context = BuildContext {
            runner: &runner,
            ..bench.context()
        };
        run(&context, &layout(), &raw)?;
        assert!(!bench.outside("scratch").join(PARTITION).exists());
        Ok(std::fs::read(&raw).unwrap())
    }

    fn at(bytes: &[u8], offset: u64, length: usize) -> &[u8] {
        &bytes[offset as usize..offset as usize + length]
    }

    #[test]
    fn the_partition_is_a_file_that_comes_back() {
        let bytes = after(
            "set -e\n[ -d image ]\n[ \"$(head -c 9 \"$2\")\" = partition ]\n\
             printf loader | dd of=\"$1\" bs=1 seek=512 conv=notrunc 2>/dev/null\n\
             printf changed | dd of=\"$2\" bs=1 seek=2000000 conv=notrunc 2>/dev/null\n",
        )
        .unwrap();
        assert_eq!(at(&bytes, 512, 6), b"loader");
        assert_eq!(at(&bytes, OFFSET, 9), b"partition");
        assert_eq!(at(&bytes, OFFSET + 2_000_000, 7), b"changed");
        assert_eq!(at(&bytes, OFFSET + BYTES, 6), b"behind");
    }

    #[test]
    fn what_is_written_to_the_disk_itself_stays() {
        let bytes =
            after("printf other | dd of=\"$1\" bs=1 seek=1048576 conv=notrunc 2>/dev/null\n");
        assert_eq!(at(&bytes.unwrap(), OFFSET, 9), b"othertion");
    }

    #[test]
    fn failures_and_other_sizes_are_errors() {
        let error = after("exit 4\n").unwrap_err();
        assert_eq!(error.code(), "K0801");
        let error = after("printf x >> \"$2\"\n").unwrap_err().to_string();
        assert!(
            error.contains("changed the size of the partition"),
            "{error}"
        );
    }
}
