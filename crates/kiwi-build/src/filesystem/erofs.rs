//! EROFS, by `mkfs.erofs`.

use std::ffi::OsString;
use std::path::Path;

use kiwi_host::Cmd;
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
    let mut command = Cmd::new("mkfs.erofs").args(&plan.create_options);
    if let Some(compression) = plan.compression.as_ref().filter(|_| !written.has(&["-z"])) {
        command = command.arg(format!("-z{compression}"));
    }
    if let Some(uuid) = plan.uuid.as_ref().filter(|_| !written.has(&["-U"])) {
        command = command.arg(format!("-U{uuid}"));
    }
    if let Some(label) = plan.label.as_ref().filter(|_| !written.has(&["-L"])) {
        command = command.arg(format!("-L{label}"));
    }
    if let Some(epoch) = context.plan.reproducibility.source_date_epoch {
        // Time of the file system and latest time in it; `-T` would change older times too.
        command = command.env("SOURCE_DATE_EPOCH", epoch.to_string());
    }
    for excluded in source.left_out()? {
        let mut argument = OsString::from("--exclude-path=");
        argument.push(excluded);
        command = command.arg(argument);
    }
    let command = command.arg(path).arg(source.path()?);
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose("making the EROFS file system")?;
    Ok(())
}
