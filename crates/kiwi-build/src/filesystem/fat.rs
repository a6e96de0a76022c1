//! FAT, for EFI system partitions.

use std::path::Path;

use kiwi_ondisk::fat::{FatContent, FatEntry, FatImage, FatWidth};
use kiwi_plan::plan::filesystem::{FileSystem, FileSystemPlan};

use super::{Source, Target};
use crate::context::BuildContext;
use crate::error::BuildError;

/// Makes a FAT file system from a directory of a tree. Links have no place in it and are left out.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let volume_id = plan.uuid.as_deref().unwrap_or("0").replace('-', "");
    let image = FatImage {
        width: match plan.kind {
            FileSystem::Fat32 => FatWidth::Fat32,
            _ => FatWidth::Fat16,
        },
        label: plan.label.clone().unwrap_or_default(),
        volume_id: u32::from_str_radix(&volume_id, 16).map_err(|error| {
            BuildError::Unexpected(format!(
                "the plan's id `{volume_id}` is no FAT volume id: {error}"
            ))
        })?,
        time: context.plan.reproducibility.timestamp.cast_signed(),
        entries: entries(source)?,
    };
    image.write(target.file, target.offset, target.bytes, target.sector_size)?;
    Ok(())
}

/// Files and directories below a directory, sorted.
fn entries(source: Source<'_>) -> Result<Vec<FatEntry>, BuildError> {
    let Source {
        tree, directory, ..
    } = source;
    let mut entries = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(below) = waiting.pop() {
        let here = Path::new(directory).join(&below);
        for name in tree.read_dir(&here)? {
            let name = name.to_string_lossy();
            let path = if below.is_empty() {
                name.to_string()
            } else {
                format!("{below}/{name}")
            };
            if source.leaves_out(Path::new(&path)) {
                continue;
            }
            let full = Path::new(directory).join(&path);
            let metadata = tree.symlink_metadata(&full)?;
            let content = if metadata.is_dir() {
                waiting.push(path.clone());
                FatContent::Directory
            } else if metadata.is_file() {
                FatContent::File(tree.locate(&full)?)
            } else {
                tracing::warn!(
                    "`/{}` is neither file nor directory, so FAT goes without",
                    full.display()
                );
                continue;
            };
            // Times would differ from build to build, and nothing reads them.
            entries.push(FatEntry {
                path,
                content,
                modified: None,
            });
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}
