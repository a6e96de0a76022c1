//! Lists of the packages in the tree, for the target directory (spec 03 §13).
//!
//! | File | Content |
//! |---|---|
//! | `.packages` | one line per package |
//! | `.changes` | the packages' change logs, one after the other |
//! | `.verified` | files that differ from what their package brought |
//!
//! All are read from the tree by this process; no package manager runs.

mod changes;
mod packages;
mod verified;

use std::path::PathBuf;

use kiwi_host::atomic;
use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::root::PackageManager;

use crate::context::BuildContext;
use crate::error::{Because, BuildError};

/// The files that were written; `None` where the package manager has no such thing or it is switched off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `.packages`.
    pub packages: Option<PathBuf>,
    /// `.changes`.
    pub changes: Option<PathBuf>,
    /// `.verified`.
    pub verified: Option<PathBuf>,
}

/// Writes the lists of the tree's packages into the target directory.
///
/// # Errors
/// The package database cannot be read, or a list cannot be written.
pub fn write(context: &BuildContext<'_>) -> Result<Metadata, BuildError> {
    if context.plan.root.package_manager != PackageManager::Apt {
        return Ok(Metadata::default());
    }
    let tree = context.tree()?;
    let changes = if context.plan.settings.package_changes {
        Some(write_list(context, &tree, "changes", changes::text)?)
    } else {
        None
    };
    Ok(Metadata {
        packages: Some(write_list(context, &tree, "packages", packages::text)?),
        changes,
        verified: Some(write_list(context, &tree, "verified", verified::text)?),
    })
}

fn write_list(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    extension: &str,
    text: impl FnOnce(&TreeDir) -> Result<Vec<u8>, BuildError>,
) -> Result<PathBuf, BuildError> {
    context.check_interrupt()?;
    let name = format!("{}.{extension}", context.plan.identity.result_stem);
    let path = context.places.target.join(name);
    atomic::write(&path, text(tree)?).at("write", &path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn files_of_a_tree() {
        let mut bench = Bench::new();
        bench.write("var/lib/dpkg/status", "");
        let metadata = write(&bench.context()).unwrap();
        let stem = bench.outside("target").join("test.x86_64-1.0.0");
        for (file, extension) in [
            (metadata.packages, "packages"),
            (metadata.changes, "changes"),
            (metadata.verified, "verified"),
        ] {
            let mut expected = stem.clone().into_os_string();
            expected.push(format!(".{extension}"));
            assert_eq!(file.unwrap().as_os_str(), expected);
        }
        bench.plan.settings.package_changes = false;
        assert_eq!(write(&bench.context()).unwrap().changes, None);
    }
}
