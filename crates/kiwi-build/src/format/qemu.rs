//! Formats that `qemu-img` writes.

use std::path::{Path, PathBuf};

use kiwi_host::Cmd;
use kiwi_plan::plan::disk::FormatPlan;

use crate::context::BuildContext;
use crate::error::{BuildError, For};
use crate::result::ResultFile;

/// Converts `raw` with `qemu-img convert`.
pub(super) fn convert(
    context: &BuildContext<'_>,
    raw: &Path,
    plan: &FormatPlan,
) -> Result<PathBuf, BuildError> {
    let file = ResultFile::create(context, &plan.file_name)?;
    let mut command = Cmd::new("qemu-img")
        .args(["convert", "-f", "raw", "-O", &plan.name])
        // Compresses on several processors; without `-W` it still writes in order, so that the same disk gives the same bytes.
        .args(["-m", "8"]);
    if plan.name == "qcow2" {
        command = command.arg("-c");
    }
    for option in &plan.options {
        command = command.args(["-o", option]);
    }
    let command = command.arg(raw).arg(file.temporary_path());
    context
        .runner
        .run(&command)
        .purpose(format!("converting the disk to {}", plan.name))?;
    file.finish()
}
