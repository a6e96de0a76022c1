//! File systems whose programs write a file of their own: made beside the image, then moved into their place.

use std::fs::File;

use kiwi_host::Scratch;
use kiwi_ondisk::sparse;
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::{Source, Target, make_packed};
use crate::context::BuildContext;
use crate::error::{Because, BuildError};

/// Makes a read-only file system in its place.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let scratch = Scratch::create(&context.places.scratch, "filesystem")
        .at("write in", &context.places.scratch)?;
    let path = scratch.path().join(plan.kind.fstab_name());
    make_packed(context, source, plan, &path)?;
    let file = File::open(&path).at("read", &path)?;
    let bytes = file.metadata().at("read", &path)?.len();
    if bytes > target.bytes {
        return Err(BuildError::TooSmall {
            what: format!(
                "the {} file system has {bytes} bytes, its place {}",
                plan.kind.fstab_name(),
                target.bytes
            ),
            mend: "give it a larger size".into(),
            origin: None,
        });
    }
    sparse::copy_range(&file, 0, target.file, target.offset, bytes)?;
    scratch.close().at("remove", &path)
}
