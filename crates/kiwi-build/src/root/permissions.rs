//! SUSE's table of file permissions, where the tree has its tool.

use kiwi_host::command::Cmd;

use super::programs;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Applies the table.
pub(crate) fn apply(context: &BuildContext<'_>) -> Result<(), BuildError> {
    if !programs::has(&context.tree()?, "chkstat") {
        return Ok(());
    }
    let command = Cmd::new("chkstat")
        .args(["--system", "--set"])
        .in_tree(&context.sandbox());
    context
        .runner
        .run(&command)
        .purpose("setting the permissions of system files")?;
    Ok(())
}
