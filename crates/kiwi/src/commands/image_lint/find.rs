//! Which files are descriptions: those named, and in directories those that have the name of one (spec 01, section 1.1).

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::SourceMap;

use crate::exit_code::Exit;
use crate::failure::{Failure, reason};

/// A file that is, or seems to be, a description.
pub(super) struct File {
    /// The file.
    pub(super) path: PathBuf,
    /// The user named it, so that it must be a description.
    pub(super) named: bool,
}

/// Finds all descriptions in files and directories, each once, in the order of names.
///
/// In a directory every file is taken that `--description` could find there, alone or with `--kiwi-file`: `config.xml` and all
/// `*.kiwi`, unless it stands for a link. Directories that begin with a dot are not entered, nor is a prepared root tree, of which
/// only the description counts.
pub(super) fn descriptions(
    paths: &[PathBuf],
    kiwi_file: Option<&Path>,
) -> Result<Vec<File>, Box<Failure>> {
    let mut search = Search {
        kiwi_file,
        files: Vec::new(),
        problems: Diagnostics::new(),
    };
    for path in paths {
        search.start(path);
    }
    if !search.problems.is_empty() {
        return Err(Failure::new(Exit::Invalid, search.problems, SourceMap::default()).into());
    }
    let mut seen = HashSet::new();
    search.files.retain(|file| {
        let path = &file.path;
        seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone()))
    });
    Ok(search.files)
}

struct Search<'a> {
    kiwi_file: Option<&'a Path>,
    files: Vec<File>,
    problems: Diagnostics,
}

impl Search<'_> {
    fn start(&mut self, path: &Path) {
        match path.metadata() {
            Ok(data) if data.is_dir() => {
                let before = self.files.len();
                self.walk(path);
                if self.files.len() == before {
                    self.refuse(format!("there is no description in `{}`", path.display()));
                }
            }
            Ok(_) => self.files.push(File {
                path: path.to_owned(),
                named: true,
            }),
            Err(error) => self.refuse(format!(
                "`{}` cannot be read: {}",
                path.display(),
                reason(&error)
            )),
        }
    }

    fn refuse(&mut self, message: String) {
        self.problems.push(
            Diagnostic::error(codes::markup::DESCRIPTION_NOT_FOUND, message)
                .in_place("command line PATH")
                .help("a description is in `config.xml` or in a file `NAME.kiwi`"),
        );
    }

    fn walk(&mut self, directory: &Path) {
        let prepared = directory.join("image/config.xml");
        if directory.join("usr").is_dir() && prepared.is_file() {
            self.add(prepared);
            return;
        }
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let mut inner = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.');
            // Links to directories are not followed, so that no circle is walked.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !hidden {
                    inner.push(entry.path());
                }
            } else if !hidden
                && self.is_description(Path::new(&name))
                && entry.path().is_file()
                && !stands_for_link(&entry.path())
            {
                self.add(entry.path());
            }
        }
        for directory in inner {
            self.walk(&directory);
        }
    }

    fn add(&mut self, path: PathBuf) {
        self.files.push(File { path, named: false });
    }

    fn is_description(&self, name: &Path) -> bool {
        match self.kiwi_file {
            Some(wanted) => name == wanted,
            None => name == "config.xml" || name.extension().is_some_and(|it| it == "kiwi"),
        }
    }
}

/// Tells whether a file holds nothing but the name of another one beside it.
///
/// Where symbolic links cannot be made, version control and archives store them like that.
fn stands_for_link(path: &Path) -> bool {
    const LONGEST_NAME: u64 = 255;
    if path
        .metadata()
        .is_ok_and(|data| data.len() == 0 || data.len() > LONGEST_NAME)
    {
        return false;
    }
    std::fs::read_to_string(path).is_ok_and(|text| {
        !text.contains('/')
            && path.with_file_name(&text) != path
            && path.with_file_name(text).is_file()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_could_be_built() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        for file in [
            "a/config.xml",
            "a/other.kiwi",
            "b/x.kiwi",
            "b/notes.txt",
            "b/.hidden.kiwi",
            ".git/config.xml",
            "c/image/config.xml",
            "tree/image/config.xml",
            "tree/usr/share/config.xml",
            "named.xml",
        ] {
            let path = base.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::write(base.join("a/stored-link.kiwi"), "config.xml").unwrap();
        std::os::unix::fs::symlink("config.xml", base.join("a/linked.kiwi")).unwrap();
        std::os::unix::fs::symlink("..", base.join("a/up")).unwrap();
        let found = |paths: &[PathBuf], kiwi_file| {
            let files = descriptions(paths, kiwi_file).unwrap();
            let names = files.iter().map(|file| {
                let path = file.path.strip_prefix(base).unwrap();
                path.to_str().unwrap().to_owned()
            });
            names.collect::<Vec<_>>().join(" ")
        };
        let named = [base.join("named.xml"), base.to_owned()];
        assert_eq!(
            found(&named, None),
            "named.xml a/config.xml a/other.kiwi b/x.kiwi c/image/config.xml tree/image/config.xml"
        );
        let only = Some(Path::new("x.kiwi"));
        assert_eq!(found(&[base.join("b")], only), "b/x.kiwi");
        for nothing in ["a/up/nowhere", "tree/usr/share/none"] {
            assert!(descriptions(&[base.join(nothing)], None).is_err());
        }
    }
}
