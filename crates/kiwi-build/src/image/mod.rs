//! What the root tree is turned into: one family of image types per file.

pub mod archive;
pub mod container;
pub mod disk;
mod edit_boot_install;
pub mod filesystem;
mod space;
mod watched;
pub(crate) mod xz;

use kiwi_plan::plan::image::ImagePlan;

use crate::context::BuildContext;
use crate::error::BuildError;
use crate::result::Record;

/// Makes the image of the plan and says which files it consists of.
///
/// The tree of `context` may be changed; `create` calls this with a view of the prepared one.
pub fn build(context: &BuildContext<'_>) -> Result<Vec<Record>, BuildError> {
    match &context.plan.image {
        ImagePlan::Archive(plan) => archive::create(context, plan).map(one),
        ImagePlan::FileSystem(plan) => filesystem::create(context, plan).map(one),
        ImagePlan::Container(plan) => container::create(context, plan).map(one),
        ImagePlan::Disk(plan) => disk::create(context, plan),
        ImagePlan::Later(_) => Err(BuildError::Unexpected(
            "the plan is one to look at, not to build from".into(),
        )),
    }
}

fn one(record: Record) -> Vec<Record> {
    vec![record]
}
