//! What of the root tree does not go into an image.
//!
//! Patterns are paths relative to the tree, as the plan and `image/exclude_files.yaml` of the tree have them (spec 03,
//! section 15.5). A pattern is anchored at the tree and compared name by name: `*`, `?` and `[...]` match within one name (a
//! leading dot is nothing special), a name `**` stands for any number of directories. What matches is left out with
//! everything below it, at every depth and in every kind of image.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use kiwi_host::TreeDir;
use saphyr::{LoadableYamlNode, Yaml};

use crate::error::{Because, BuildError};

/// File of the tree that lists more excludes.
const TREE_FILE: &str = "image/exclude_files.yaml";

/// A list of patterns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excludes {
    patterns: Vec<Vec<Vec<u8>>>,
}

impl Excludes {
    /// Leaves out what the patterns match. Slashes at their start and end do not matter, empty patterns match nothing.
    pub fn new<I>(patterns: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let split = |pattern: &str| -> Vec<Vec<u8>> {
            let names = pattern.split('/').filter(|name| !matches!(*name, "" | "."));
            names.map(|name| name.as_bytes().to_vec()).collect()
        };
        let mut patterns: Vec<_> = patterns
            .into_iter()
            .map(|pattern| split(pattern.as_ref()))
            .filter(|names| !names.is_empty())
            .collect();
        patterns.sort();
        patterns.dedup();
        Self { patterns }
    }

    /// The patterns of the plan and those that the tree itself asks for.
    ///
    /// # Errors
    /// `image/exclude_files.yaml` is there and cannot be read. One that is no list of paths is warned about and not used.
    pub fn for_tree(tree: &TreeDir, planned: &[String]) -> Result<Self, BuildError> {
        let mut patterns = planned.to_vec();
        if tree.exists(TREE_FILE) {
            let text = tree.read_to_string(TREE_FILE)?;
            match listed(&text) {
                Ok(more) => patterns.extend(more),
                Err(reason) => tracing::warn!("`/{TREE_FILE}` is not used: {reason}"),
            }
        }
        Ok(Self::new(patterns))
    }

    /// Also leaves out what another pattern matches.
    pub fn and<I>(mut self, patterns: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.patterns.extend(Self::new(patterns).patterns);
        self.patterns.sort();
        self.patterns.dedup();
        self
    }

    /// Tells whether the patterns match exactly this path, given relative to the tree.
    ///
    /// Walks that do not enter what matches need no more than this.
    pub fn matches(&self, path: &Path) -> bool {
        let names: Vec<&[u8]> = path.iter().map(OsStr::as_bytes).collect();
        self.patterns
            .iter()
            .any(|pattern| path_matches(pattern, &names))
    }

    /// The paths of a tree that are left out, without those below others, sorted.
    ///
    /// Reads only the directories that a pattern reaches into.
    pub fn found_in(&self, tree: &Path) -> Result<Vec<PathBuf>, BuildError> {
        let mut found = Vec::new();
        self.find(tree, Path::new(""), &mut found)?;
        Ok(found)
    }

    fn find(
        &self,
        tree: &Path,
        directory: &Path,
        found: &mut Vec<PathBuf>,
    ) -> Result<(), BuildError> {
        let full = tree.join(directory);
        let mut names = fs_err::read_dir(&full)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
            .map(|names: Vec<_>| names)
            .at("read", &full)?;
        names.sort();
        for name in names {
            let path = directory.join(name);
            if self.matches(&path) {
                found.push(path);
            } else if self.reaches_below(&path) && is_directory(&tree.join(&path))? {
                self.find(tree, &path, found)?;
            }
        }
        Ok(())
    }

    /// Whether something below a directory could match.
    fn reaches_below(&self, directory: &Path) -> bool {
        let names: Vec<&[u8]> = directory.iter().map(OsStr::as_bytes).collect();
        self.patterns.iter().any(|pattern| {
            let jokers = pattern.iter().position(|name| name == b"**");
            if jokers.is_some_and(|position| position <= names.len()) {
                return path_matches(
                    &pattern[..jokers.unwrap_or(0)],
                    &names[..jokers.unwrap_or(0)],
                );
            }
            pattern.len() > names.len() && path_matches(&pattern[..names.len()], &names)
        })
    }
}

fn is_directory(path: &Path) -> Result<bool, BuildError> {
    match fs_err::symlink_metadata(path) {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).at("read", path),
    }
}

fn path_matches(pattern: &[Vec<u8>], names: &[&[u8]]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == b"**" => {
            path_matches(rest, names)
                || names
                    .split_first()
                    .is_some_and(|(_, names)| path_matches(pattern, names))
        }
        (Some((first, rest)), Some((name, names))) => {
            name_matches(first, name) && path_matches(rest, names)
        }
        _ => false,
    }
}

/// Compares one name with a glob.
fn name_matches(glob: &[u8], name: &[u8]) -> bool {
    match (glob.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            name_matches(rest, name)
                || name
                    .split_first()
                    .is_some_and(|(_, name)| name_matches(glob, name))
        }
        (Some((b'?', rest)), Some((_, name))) => name_matches(rest, name),
        (Some((b'\\', rest)), Some((byte, name))) if !rest.is_empty() => {
            rest[0] == *byte && name_matches(&rest[1..], name)
        }
        (Some((b'[', rest)), Some((byte, name))) => match bracket(rest, *byte) {
            Some((matched, rest)) => matched && name_matches(rest, name),
            // Without its end it is an ordinary character.
            None => *byte == b'[' && name_matches(rest, name),
        },
        (Some((first, rest)), Some((byte, name))) => first == byte && name_matches(rest, name),
        _ => false,
    }
}

/// Compares a byte with what follows `[`; gives the answer and what comes behind `]`.
fn bracket(set: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (negated, set) = match set.first()? {
        b'!' | b'^' => (true, &set[1..]),
        _ => (false, set),
    };
    // A bracket that comes first belongs to the set.
    let end = set.iter().skip(1).position(|byte| *byte == b']')? + 1;
    let (members, rest) = (&set[..end], &set[end + 1..]);
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == b'-' {
            found |= (members[at]..=members[at + 2]).contains(&byte);
            at += 3;
        } else {
            found |= members[at] == byte;
            at += 1;
        }
    }
    Some((found != negated, rest))
}

/// Reads the list `exclude` of a YAML mapping.
fn listed(text: &str) -> Result<Vec<String>, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let list = documents
        .first()
        .and_then(|document| document.as_mapping_get("exclude"))
        .and_then(|list| list.as_sequence())
        .ok_or("it has no list `exclude`")?;
    list.iter()
        .map(|item| match item.as_str() {
            Some(path) => Ok(path.to_owned()),
            None => Err("an entry of `exclude` is no text".to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("image", "image", true),
            ("image", "image/config.xml", false),
            ("image", "usr/image", false),
            ("/image/", "image", true),
            ("run/*", "run", false),
            ("run/*", "run/lock", true),
            ("run/*", "run/.hidden", true),
            ("run/*", "run/a/b", false),
            ("usr/share/doc/*/*.gz", "usr/share/doc/a/b.gz", true),
            ("usr/share/doc/*/*.gz", "usr/share/doc/b.gz", false),
            ("**/__pycache__", "usr/lib/python3/__pycache__", true),
            ("**/__pycache__", "__pycache__", true),
            ("usr/**/x", "usr/x", true),
            ("usr/**/x", "var/x", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[", "[", true),
            (r"\*", "*", true),
            (r"\*", "a", false),
            ("", "a", false),
        ] {
            let excludes = Excludes::new([pattern]);
            assert_eq!(
                excludes.matches(Path::new(path)),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn finds_the_topmost_only() {
        let tree = tempfile::tempdir().unwrap();
        for directory in ["run/lock", "image/root", "usr/lib/x", "var/cache/kiwi/x"] {
            std::fs::create_dir_all(tree.path().join(directory)).unwrap();
        }
        std::os::unix::fs::symlink("usr/lib", tree.path().join("lib")).unwrap();
        let excludes = Excludes::new(["image", "run/*", "var/cache/kiwi", "lib/*", "**/x"]);
        let found: Vec<_> = excludes.found_in(tree.path()).unwrap();
        let expected = ["image", "run/lock", "usr/lib/x", "var/cache/kiwi"];
        assert_eq!(found, expected.map(PathBuf::from));
        assert_eq!(
            Excludes::new(["image"])
                .and(["usr"])
                .found_in(tree.path())
                .unwrap()
                .len(),
            2
        );
    }

    #[test]
    fn lists_of_the_tree() {
        assert_eq!(
            listed("exclude:\n  - /usr/bin/qemu-binfmt\n  - usr/share/*\n"),
            Ok(vec![
                "/usr/bin/qemu-binfmt".to_owned(),
                "usr/share/*".to_owned()
            ])
        );
        for text in [
            "",
            "exclude: usr",
            "- usr",
            "exclude: [1]",
            "exclude: [[a]]",
            "a: [",
        ] {
            assert!(listed(text).is_err(), "{text}");
        }
    }
}
