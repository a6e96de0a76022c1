//! squashfs, by `mksquashfs`.

use std::path::Path;

use kiwi_host::Cmd;
use kiwi_plan::image::squashfs_compression_arguments;
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::Source;
use super::options::Written;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Makes a file system in the file `path`.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    path: &Path,
) -> Result<(), BuildError> {
    let written = Written(&plan.create_options);
    let reproducibility = &context.plan.reproducibility;
    let mut command = Cmd::new("mksquashfs")
        .arg(source.path()?)
        .arg(path)
        .args(["-noappend", "-no-progress"]);
    if !written.has(&["-b"]) {
        command = command.args(["-b", "1M"]);
    }
    if !written.has(&["-processors"]) {
        command = command.args(["-processors", &context.processors.to_string()]);
    }
    command = command
        .args(&plan.create_options)
        .args(squashfs_compression_arguments(
            plan,
            &context.plan.identity.architecture,
        ));
    command = match reproducibility.source_date_epoch {
        // Also holds back times of files that are newer; `-all-time` would change older ones too.
        Some(epoch) => command.env("SOURCE_DATE_EPOCH", epoch.to_string()),
        None if written.has(&["-mkfs-time", "-fstime"]) => command,
        None => command.args(["-mkfs-time", &reproducibility.timestamp.to_string()]),
    };
    let left_out = source.left_out()?;
    if !left_out.is_empty() {
        // Must be the last option. Without `-wildcards` names stand for themselves.
        command = command.arg("-e").args(left_out);
    }
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose("making the squashfs file system")?;
    Ok(())
}
