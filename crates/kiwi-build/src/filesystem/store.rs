//! Storing a directory in a file system by one of our own writers: what is stored, how far it is, what its errors mean.

use std::path::Path;

use kiwi_ondisk::file_tree::FileTree;
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::Source;
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::progress;
use crate::root::selinux;

/// What is counted while files are copied.
const FILES: &str = "files";

/// Calls `write` with the files of `source`.
///
/// # Errors
/// Those of `write`, with what to change in the description, and a signal that arrived meanwhile.
pub(super) fn store<T>(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    write: impl FnOnce(&FileTree<'_>) -> kiwi_ondisk::Result<T>,
) -> Result<T, BuildError> {
    let reproducibility = &context.plan.reproducibility;
    let directory = source.path()?;
    let exclude = |path: &Path| source.leaves_out(path);
    let progress = progress::watch(context, FILES);
    let tree = FileTree::new(&directory)
        .created(reproducibility.timestamp.cast_signed())
        .latest_time(reproducibility.source_date_epoch.map(u64::cast_signed))
        .selinux_labels(selinux::has_policy(context, source.tree))
        .exclude(&exclude)
        .progress(&progress);
    let result = write(&tree);
    context.check_interrupt()?;
    result.map_err(|error| explained(context, plan, error.into()))
}

/// Says what to change in the description, where that helps.
fn explained(context: &BuildContext<'_>, plan: &FileSystemPlan, error: BuildError) -> BuildError {
    let BuildError::OnDisk(cause) = error else {
        return error;
    };
    match cause {
        kiwi_ondisk::Error::TooSmall { .. } => BuildError::TooSmall {
            what: format!(
                "the {} file system is too small: {cause}",
                plan.kind.fstab_name()
            ),
            mend:
                "give it a larger size, leave the size to be computed, or change `fscreateoptions`"
                    .into(),
            origin: None,
        },
        kiwi_ondisk::Error::Value { .. } if !plan.create_options.is_empty() => BuildError::Host {
            what: cause.to_string(),
            mend: format!(
                "remove it from `fscreateoptions` of the build type `{}`",
                context.plan.identity.build_type
            ),
        },
        cause => cause.into(),
    }
}
