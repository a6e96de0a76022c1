//! `ext4` and its kin: one file system in one file (spec 06, section 11).

use kiwi_ondisk::SectorSize;
use kiwi_plan::disk::layout::{FileSystemLayout, filesystem_layout};
use kiwi_plan::plan::image::FileSystemImagePlan;

use super::space;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::excludes::Excludes;
use crate::filesystem::{self, Source, Target};
use crate::progress::phase;
use crate::result::{Record, ResultFile};
use crate::root::measure;

/// Makes the image.
pub fn create(
    context: &BuildContext<'_>,
    plan: &FileSystemImagePlan,
) -> Result<Record, BuildError> {
    let tree = context.tree()?;
    let excludes = Excludes::for_tree(&tree, &plan.excludes)?;
    let source = Source {
        tree: &tree,
        directory: "",
        excludes: &excludes,
    };
    let measured = measure::measure(&tree, &excludes)?.root_tree;
    let layout = filesystem_layout(plan, measured).map_err(BuildError::from_layout)?;
    let file = ResultFile::create(context, &plan.file_name)?;
    phase("file system", || match layout {
        Some(layout) => {
            space::require(file.destination(), measured.block_bytes)?;
            make_sized(context, source, plan, layout, &file)
        }
        None => filesystem::make_packed(context, source, &plan.filesystem, file.temporary_path()),
    })?;
    let path = file.finish()?;
    let compress = context.plan.settings.compress_bundle.unwrap_or(true);
    let usage = format!("mount -o loop,ro {} /mnt", path.display());
    Ok(Record::new("filesystem_image", path)
        .compress(compress)
        .usage(usage))
}

fn make_sized(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemImagePlan,
    layout: FileSystemLayout,
    file: &ResultFile,
) -> Result<(), BuildError> {
    let path = file.temporary_path();
    file.file().set_len(layout.bytes).at("resize", path)?;
    filesystem::make(
        context,
        source,
        &plan.filesystem,
        &Target {
            path,
            file: file.file(),
            offset: 0,
            bytes: layout.bytes,
            sector_size: SectorSize::Bytes512,
            ext: layout.ext,
        },
    )
}
