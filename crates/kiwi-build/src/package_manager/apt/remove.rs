//! Taking packages out of the tree.

use std::path::Path;

use fs_err as fs;
use kiwi_plan::plan::packages::Request;

use super::database;
use crate::error::{Because, BuildError};
use crate::package_manager::PackageError;

/// Those of the requested packages that are installed; an error when none is.
pub(super) fn installed_of(root: &Path, requests: &[Request]) -> Result<Vec<String>, BuildError> {
    let installed = database::read(root)?;
    let (found, absent): (Vec<&Request>, Vec<&Request>) = requests.iter().partition(|request| {
        installed
            .iter()
            .any(|package| package.is_installed && package.name == super::bare_name(&request.name))
    });
    for request in &absent {
        tracing::warn!("`{}` is not installed, so it is not removed", request.name);
    }
    if found.is_empty() {
        return Err(PackageError::NothingToRemove {
            names: super::names(requests).join(", "),
            origin: requests.first().map(|request| request.origin.clone()),
        }
        .into());
    }
    Ok(found.iter().map(|request| request.name.clone()).collect())
}

/// Removes the scripts that packages would run when they are removed.
pub(super) fn drop_scripts(root: &Path, names: &[String]) -> Result<(), BuildError> {
    let directory = root.join("var/lib/dpkg/info");
    for entry in fs::read_dir(&directory).at("read", &directory)? {
        let entry = entry.at("read", &directory)?;
        let file = entry.file_name();
        let Some((stem, "preinst" | "postinst" | "prerm" | "postrm")) =
            file.to_str().and_then(|name| name.rsplit_once('.'))
        else {
            continue;
        };
        if names
            .iter()
            .any(|name| super::bare_name(name) == super::bare_name(stem))
        {
            fs::remove_file(entry.path()).at("remove", entry.path())?;
        }
    }
    Ok(())
}
