//! Formats that a raw disk is converted to.

mod qemu;

use std::path::{Path, PathBuf};

use kiwi_plan::plan::disk::FormatPlan;

use crate::context::BuildContext;
use crate::error::BuildError;

/// Converts the raw disk and returns the new file.
pub fn convert(
    context: &BuildContext<'_>,
    raw: &Path,
    plan: &FormatPlan,
) -> Result<PathBuf, BuildError> {
    qemu::convert(context, raw, plan)
}
