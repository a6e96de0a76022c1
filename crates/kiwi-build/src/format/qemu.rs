//! Formats that `qemu-img` writes.

use std::path::PathBuf;

use kiwi_host::Cmd;
use kiwi_plan::plan::format::Qcow2Plan;

use super::Conversion;
use crate::error::{BuildError, For};
use crate::result::ResultFile;

/// Makes a compressed qcow2 file of the raw disk.
pub(super) fn convert(
    conversion: Conversion<'_>,
    name: &str,
    plan: &Qcow2Plan,
) -> Result<PathBuf, BuildError> {
    let Conversion { context, raw, .. } = conversion;
    let file = ResultFile::create(context, name)?;
    let mut command = Cmd::new("qemu-img")
        .args(["convert", "-f", "raw", "-O", "qcow2"])
        // Compresses on several processors; without `-W` it still writes in order, so that the same disk gives the same bytes.
        .args(["-m", "8", "-c"]);
    for option in &plan.options {
        command = command.args(["-o", option]);
    }
    let command = command.arg(raw).arg(file.temporary_path());
    context
        .runner
        .run(&command)
        .purpose("converting the disk to qcow2")?;
    file.finish()
}
