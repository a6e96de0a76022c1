//! Which programs the tree has.

use std::os::unix::fs::PermissionsExt as _;

use kiwi_host::resolve::TreeDir;

/// Where programs are, in the order in which they are looked up.
const DIRECTORIES: [&str; 6] = [
    "usr/local/sbin",
    "usr/local/bin",
    "usr/sbin",
    "usr/bin",
    "sbin",
    "bin",
];

/// Whether the tree has the program `name` where its `PATH` leads.
pub fn has(tree: &TreeDir, name: &str) -> bool {
    DIRECTORIES.iter().any(|directory| {
        tree.metadata(format!("{directory}/{name}"))
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    })
}
