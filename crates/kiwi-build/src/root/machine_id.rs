//! The number that tells one machine from another (machine-id(5)): an image must not have one.

use kiwi_host::resolve::TreeDir;

use crate::error::BuildError;

const PATH: &str = "etc/machine-id";
/// Older copy of D-Bus, made by its package when there was no other.
const DBUS_PATH: &str = "var/lib/dbus/machine-id";

/// Empties the file, so that the first boot fills it. A missing file stays missing, and so does the wish for a
/// first boot that is treated as one (`uninitialized`).
pub fn empty(tree: &TreeDir) -> Result<(), BuildError> {
    let id = match tree.read(PATH) {
        Ok(id) => id,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if !id.is_empty() && !id.starts_with(b"uninitialized") {
        tree.create_file(PATH, 0o444, "")?;
    }
    Ok(())
}

/// Takes away the numbers that packages made while they were installed.
pub(crate) fn forget_made_by_packages(tree: &TreeDir) -> Result<(), BuildError> {
    empty(tree)?;
    if tree
        .symlink_metadata(DBUS_PATH)
        .is_ok_and(|metadata| metadata.is_file())
    {
        tree.remove_file(DBUS_PATH)?;
        // What D-Bus does when it finds the other one first.
        if tree.exists(PATH) {
            tree.symlink("/etc/machine-id", DBUS_PATH)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn contents() {
        for (before, after) in [
            ("0123456789abcdef0123456789abcdef\n", ""),
            ("uninitialized\n", "uninitialized\n"),
            ("", ""),
        ] {
            let bench = Bench::new();
            bench.write(PATH, before);
            empty(&bench.tree()).unwrap();
            assert_eq!(bench.read(PATH), after);
        }
        let bench = Bench::new();
        empty(&bench.tree()).unwrap();
        assert!(!bench.root().join(PATH).exists());
    }

    #[test]
    fn the_copy_becomes_a_link() {
        let bench = Bench::new();
        bench.write(PATH, "1\n");
        bench.write(DBUS_PATH, "1\n");
        forget_made_by_packages(&bench.tree()).unwrap();
        assert_eq!(bench.tree().read(DBUS_PATH).unwrap(), b"");
        assert!(bench.root().join(DBUS_PATH).is_symlink());
    }
}
