//! `.packages`: name, version and architecture of every package.

use kiwi_host::resolve::TreeDir;

use crate::error::BuildError;
use crate::package_manager::apt::database;

/// One line `name|None|version|None|architecture|None|None` per package, sorted.
///
/// Removed packages whose configuration is still there are in the list.
pub(super) fn text(tree: &TreeDir) -> Result<Vec<u8>, BuildError> {
    let mut lines: Vec<String> = database::read(tree.path())?
        .iter()
        .map(|package| {
            format!(
                "{}|None|{}|None|{}|None|None\n",
                package.name, package.version, package.architecture
            )
        })
        .collect();
    lines.sort();
    Ok(lines.concat().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn lines() {
        let bench = Bench::new();
        bench.write(
            "var/lib/dpkg/status",
            "Package: b\nStatus: install ok installed\nArchitecture: all\nVersion: 1:2-3\n\n\
             Package: a\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
             Package: gone\nStatus: purge ok not-installed\nArchitecture: amd64\nVersion: 1\n\n",
        );
        assert_eq!(
            String::from_utf8(text(&bench.tree()).unwrap()).unwrap(),
            "a|None|1|None|amd64|None|None\nb|None|1:2-3|None|all|None|None\n"
        );
    }
}
