//! The second half of a build: from a finished root tree to image files (spec 02, sections 5 and 11).

use kiwi_host::View;
use kiwi_plan::plan::root::Hook;

use crate::context::{BuildContext, Places};
use crate::error::{Because, BuildError};
use crate::progress::phase;
use crate::result::{Artefacts, Record};
use crate::root::record::RootTree;
use crate::root::scripts;
use crate::{image, metadata};

/// Makes the image of the plan from a prepared tree.
///
/// The tree stays as it is: scripts and everything else that changes files for this one image work on a view of it, so the
/// same tree gives the same image however often this is called. Files appear in the target directory when they are complete,
/// and replace those of an earlier run.
///
/// # Errors
/// The first step that fails.
pub fn create(context: &BuildContext<'_>, tree: &RootTree) -> Result<Artefacts, BuildError> {
    let target = &context.places.target;
    fs_err::create_dir_all(target).at("create", target)?;
    let view =
        View::open(tree.path(), &context.places.scratch).map_err(|error| no_view(tree, &error))?;
    let places = Places {
        root: view.path().to_owned(),
        target: std::path::absolute(target).at("find", target)?,
        ..context.places.clone()
    };
    let context = &BuildContext {
        places: &places,
        ..*context
    };
    run_hook(context, Hook::Images)?;
    let mut artefacts = Artefacts::default();
    for record in image::build(context)? {
        artefacts.add(record);
    }
    for record in phase("package lists", || package_lists(context))? {
        artefacts.add(record);
    }
    artefacts.write(context.plan, &places.target)?;
    Ok(artefacts)
}

fn run_hook(context: &BuildContext<'_>, hook: Hook) -> Result<(), BuildError> {
    context.check_interrupt()?;
    if scripts::is_there(&context.tree()?, hook) {
        phase(hook.file_name(), || scripts::run_in_tree(context, hook))?;
    }
    Ok(())
}

/// Writes the lists of packages and what differs from them.
fn package_lists(context: &BuildContext<'_>) -> Result<Vec<Record>, BuildError> {
    context.check_interrupt()?;
    let lists = metadata::write(context)?;
    let record = |key, path| Record::new(key, path).shasum(false);
    Ok([
        lists.packages.map(|path| record("image_packages", path)),
        lists
            .changes
            .map(|path| record("image_changes", path).compress(true)),
        lists.verified.map(|path| record("image_verified", path)),
    ]
    .into_iter()
    .flatten()
    .collect())
}

fn no_view(tree: &RootTree, error: &std::io::Error) -> BuildError {
    BuildError::Host {
        what: format!(
            "the kernel offers no overlay above the root tree `{}`: {error}",
            tree.path().display()
        ),
        mend: "use Linux 5.11 or newer, and a target directory on a local file system such as ext4, XFS or btrfs"
            .into(),
    }
}
