//! The kernel of a tree.

use std::cmp::Ordering;

use kiwi_host::TreeDir;

use crate::error::BuildError;

/// Directories that hold a directory per kernel version.
const MODULE_DIRECTORIES: [&str; 2] = ["lib/modules", "usr/lib/modules"];
/// Names that kernels have, most specific first.
const NAMES: [&str; 7] = [
    "uImage", "Image", "zImage", "vmlinuz", "image", "vmlinux", "kernel",
];

/// A kernel that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// Path in the tree, without leading slash.
    pub path: String,
    /// Version, as its module directory is called.
    pub version: String,
}

/// The newest kernel of a tree.
pub fn newest(tree: &TreeDir) -> Result<Kernel, BuildError> {
    all(tree)
        .into_iter()
        .next()
        .ok_or_else(|| BuildError::TreeLacks {
            what: "the root tree has no kernel".into(),
            mend:
                "add a kernel package, such as `linux-image-amd64`, to `<packages type=\"image\">`"
                    .into(),
        })
}

/// Versions of all kernels with modules, newest first.
pub fn versions(tree: &TreeDir) -> Vec<String> {
    let mut versions: Vec<String> = MODULE_DIRECTORIES
        .iter()
        .filter_map(|directory| tree.read_dir(directory).ok())
        .flatten()
        .filter_map(|name| name.into_string().ok())
        .collect();
    versions.sort_by(|a, b| compare(b, a));
    versions.dedup();
    versions
}

/// All kernels that can be started, newest first.
pub fn all(tree: &TreeDir) -> Vec<Kernel> {
    versions(tree)
        .into_iter()
        .filter_map(|version| {
            NAMES
                .iter()
                .flat_map(|name| {
                    [
                        format!("boot/{name}-{version}"),
                        format!("lib/modules/{version}/{name}"),
                        format!("usr/lib/modules/{version}/{name}"),
                    ]
                })
                .find(|path| tree.metadata(path).is_ok_and(|metadata| metadata.is_file()))
                .map(|path| Kernel { path, version })
        })
        .collect()
}

/// Compares versions piece by piece: numbers by value, and a number is newer than letters.
fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (pieces(a), pieces(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match x.cmp(&y) {
                Ordering::Equal => {}
                different => return different,
            },
        }
    }
}

/// Letters sort before numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Letters(&'a str),
    Number(u64),
}

fn pieces(version: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = version;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() || c.is_ascii_digit() != is_digit)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(match piece.parse() {
            Ok(number) => Piece::Number(number),
            Err(_) => Piece::Letters(piece),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_versions() {
        for (older, newer) in [
            ("6.1.0-9-amd64", "6.1.0-10-amd64"),
            ("5.14.21", "6.1"),
            ("6.1", "6.1.1"),
            ("6.1.rc1", "6.1.0"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{older} {newer}");
        }
    }

    #[test]
    fn the_newest_with_an_image_wins() {
        let tree = tempfile::tempdir().expect("a directory");
        for directory in [
            "boot",
            "lib/modules/6.1.0-9",
            "lib/modules/6.1.0-10",
            "lib/modules/7.0",
        ] {
            std::fs::create_dir_all(tree.path().join(directory)).expect("created");
        }
        for file in ["boot/vmlinuz-6.1.0-9", "boot/vmlinuz-6.1.0-10"] {
            std::fs::write(tree.path().join(file), "").expect("written");
        }
        let kernel = newest(&TreeDir::open(tree.path()).expect("a tree")).expect("a kernel");
        assert_eq!(kernel.path, "boot/vmlinuz-6.1.0-10");
    }
}
