//! The boot splash theme.

use kiwi_host::command::Cmd;

use super::programs;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

const TOOL: &str = "plymouth-set-default-theme";

/// Chooses the plan's plymouth themes, each in turn; the last one stays.
pub(crate) fn set_theme(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let themes = &context.plan.root.system.splash_themes;
    if themes.is_empty() {
        return Ok(());
    }
    if !programs::has(&context.tree()?, TOOL) {
        tracing::warn!("the tree has no plymouth, so the splash theme has no effect");
        return Ok(());
    }
    let sandbox = context.sandbox();
    for theme in themes {
        let command = Cmd::new(TOOL).arg(theme).in_tree(&sandbox);
        context
            .runner
            .run(&command)
            .purpose(format!("choosing the splash theme `{theme}`"))?;
    }
    Ok(())
}
