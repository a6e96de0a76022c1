//! The merged `/usr` of Debian and its descendants.

use std::path::Path;

use fs_err as fs;

use super::solve::Package;
use crate::error::{Because, BuildError};

/// Packages that state that `/bin`, `/lib` and `/sbin` are links into `/usr`.
const MERGED: [&str; 2] = ["usr-is-merged", "usrmerge"];

/// Makes the links before anything is unpacked when the packages want them; otherwise a script of
/// theirs would have to move every file later.
pub(super) fn prepare(
    root: &Path,
    packages: &[Package],
    architecture: &str,
) -> Result<(), BuildError> {
    if !packages
        .iter()
        .any(|package| MERGED.contains(&package.name.as_str()))
    {
        return Ok(());
    }
    let libraries: &[&str] = match architecture {
        "amd64" | "ppc64el" | "loong64" => &["lib64"],
        "i386" => &["lib64", "libx32"],
        _ => &[],
    };
    for name in ["bin", "lib", "sbin"].iter().chain(libraries) {
        let link = root.join(name);
        let target = root.join("usr").join(name);
        fs::create_dir_all(&target).at("create", &target)?;
        if link.symlink_metadata().is_err() {
            fs::os::unix::fs::symlink(format!("usr/{name}"), &link).at("create", &link)?;
        }
    }
    Ok(())
}
