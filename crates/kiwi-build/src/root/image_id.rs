//! `/etc/ImageID`: the number of the description.

use crate::context::BuildContext;
use crate::error::BuildError;

/// Writes the file when the plan has an id and the tree has `/etc`.
pub(crate) fn write(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let Some(id) = &context.plan.root.system.image_id else {
        return Ok(());
    };
    let tree = context.tree()?;
    if tree.exists("etc") {
        tree.create_file("etc/ImageID", 0o644, format!("{id}\n"))?;
    }
    Ok(())
}
