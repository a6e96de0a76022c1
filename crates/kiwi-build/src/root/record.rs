//! The prepared tree, and what is written down about it.

use std::path::{Path, PathBuf};

use kiwi_host::remove::remove_tree;
use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::BuildPlan;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{import, times};
use crate::context::BuildContext;
use crate::error::{Because as _, BuildError};

/// Name of the record below `/image`.
const FILE: &str = "kiwi-rs.json";

/// A root tree that `prepare` has finished, of this run or of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootTree {
    path: PathBuf,
    record: Record,
}

/// What was done to a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this program.
    pub version: String,
    /// SHA-256, in hexadecimal digits, of the part of the plan that the tree was made from.
    pub plan_digest: String,
    /// What has become of the initrd that packages did not make.
    pub initrd: Initrd,
    /// Newest time of any file, in seconds since 1970, when times were clamped.
    pub source_date_epoch: Option<u64>,
    /// How far it is.
    pub state: State,
    /// There was no tree before, so nothing in it is of anybody else.
    pub from_nothing: bool,
}

/// How far the work on a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// `prepare` works on it, or was stopped.
    Begun,
    /// `prepare` came to its end.
    Prepared,
    /// So did the command that began it.
    Complete,
}

/// Where the initrd comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initrd {
    /// `create` makes it, if the image needs one.
    Deferred,
    /// `prepare` made it for every kernel.
    Done,
}

impl RootTree {
    /// Opens the tree at `path`.
    ///
    /// A tree of another builder has a description but no record: nothing is known to be done then.
    ///
    /// # Errors
    /// [`BuildError::NotPrepared`] when there is no finished tree.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, BuildError> {
        let path = path.into();
        let not_prepared = || BuildError::NotPrepared(path.clone());
        let tree = TreeDir::open(&path).map_err(|_| not_prepared())?;
        let record = match Record::read(&tree)? {
            Found::Record(record) => record,
            Found::Nothing if tree.exists(Path::new(import::DIRECTORY).join("config.xml")) => {
                Record::unknown()
            }
            Found::Nothing | Found::Unreadable => return Err(not_prepared()),
        };
        if record.state == State::Begun {
            return Err(not_prepared());
        }
        Ok(Self { path, record })
    }

    /// Writes down that `prepare` works on the tree of `context`, before it does: should it be stopped, the tree is known to be
    /// half done.
    ///
    /// What an earlier build left that began from nothing and did not come to its end is removed first: on top of half a tree
    /// the result would depend on the moment at which that build was stopped. Returns whether there is no tree of before.
    pub(crate) fn begin(context: &BuildContext<'_>) -> Result<bool, BuildError> {
        let root = context.root();
        let mut from_nothing = is_nothing(root).at("read", root)?;
        if !from_nothing && is_left_unfinished(root)? {
            tracing::info!(
                "an earlier build of `{}` did not come to its end, so it begins anew",
                root.display()
            );
            remove_tree(root).at("remove", root)?;
            from_nothing = true;
        }
        fs_err::create_dir_all(root).at("create", root)?;
        let tree = context.tree()?;
        tree.create_dir_all(import::DIRECTORY, 0o755)?;
        Record::of(context.plan, State::Begun, from_nothing)?.write(&tree)?;
        Ok(from_nothing)
    }

    /// Writes down that `prepare` is done with the tree of `context`.
    pub(crate) fn finish(context: &BuildContext<'_>) -> Result<Self, BuildError> {
        let from_nothing = match Record::read(&context.tree()?)? {
            Found::Record(record) => record.from_nothing,
            Found::Nothing | Found::Unreadable => false,
        };
        let tree = Self {
            path: context.root().to_path_buf(),
            record: Record::of(context.plan, State::Prepared, from_nothing)?,
        };
        tree.write()?;
        Ok(tree)
    }

    /// Writes down that nothing is left to be done of what the command that began the tree wanted.
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn complete(mut self) -> Result<(), BuildError> {
        self.record.state = State::Complete;
        self.write()
    }

    fn write(&self) -> Result<(), BuildError> {
        self.record.write(&self.tree()?)?;
        if let Some(epoch) = self.record.source_date_epoch {
            times::clamp(&self.path.join(import::DIRECTORY), epoch)?;
        }
        Ok(())
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was done to it.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its files, as the booted system will see them.
    pub fn tree(&self) -> Result<TreeDir, BuildError> {
        Ok(TreeDir::open(&self.path)?)
    }

    /// Whether it was made from the same plan by the same version of this program.
    pub fn is_made_from(&self, plan: &BuildPlan) -> Result<bool, BuildError> {
        Ok(self.record.version == version() && self.record.plan_digest == plan_digest(plan)?)
    }
}

impl Record {
    fn of(plan: &BuildPlan, state: State, from_nothing: bool) -> Result<Self, BuildError> {
        Ok(Self {
            version: version(),
            plan_digest: plan_digest(plan)?,
            initrd: if plan.root.initrd_at_end_of_prepare {
                Initrd::Done
            } else {
                Initrd::Deferred
            },
            source_date_epoch: plan.reproducibility.source_date_epoch,
            state,
            from_nothing,
        })
    }

    fn read(tree: &TreeDir) -> Result<Found, BuildError> {
        match tree.read(Path::new(import::DIRECTORY).join(FILE)) {
            Ok(text) => Ok(serde_json::from_slice(&text).map_or(Found::Unreadable, Found::Record)),
            Err(error) if error.is_not_found() => Ok(Found::Nothing),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, tree: &TreeDir) -> Result<(), BuildError> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| BuildError::Unexpected(error.to_string()))?;
        text.push('\n');
        Ok(tree.create_file(Path::new(import::DIRECTORY).join(FILE), 0o644, text)?)
    }

    fn unknown() -> Self {
        Self {
            version: String::new(),
            plan_digest: String::new(),
            initrd: Initrd::Deferred,
            source_date_epoch: None,
            state: State::Complete,
            from_nothing: false,
        }
    }
}

/// What there is in place of a record.
enum Found {
    Record(Record),
    Nothing,
    /// Of another version, or half of one.
    Unreadable,
}

/// Whether there is no tree, or one in which a build wrote no more than its record.
fn is_nothing(root: &Path) -> std::io::Result<bool> {
    let only = |directory: &Path, name: &str| -> std::io::Result<bool> {
        for entry in std::fs::read_dir(directory)? {
            if entry?.file_name() != name {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let description = root.join(import::DIRECTORY);
    if root.symlink_metadata().is_err() {
        return Ok(true);
    }
    Ok(only(root, import::DIRECTORY)?
        && (description.symlink_metadata().is_err() || only(&description, FILE)?))
}

/// Whether a tree has nothing but what a build that did not come to its end made from nothing.
fn is_left_unfinished(root: &Path) -> Result<bool, BuildError> {
    Ok(match Record::read(&TreeDir::open(root)?)? {
        Found::Record(record) => record.from_nothing && record.state != State::Complete,
        Found::Nothing | Found::Unreadable => false,
    })
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Digest of what `prepare` reads of a plan. Passwords are not part of it, they are never serialised.
fn plan_digest(plan: &BuildPlan) -> Result<String, BuildError> {
    let parts = (&plan.root, &plan.environment, &plan.identity.architecture);
    let text =
        serde_json::to_vec(&parts).map_err(|error| BuildError::Unexpected(error.to_string()))?;
    Ok(Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn finished_trees_open() {
        let mut bench = Bench::new();
        let open = |bench: &Bench| RootTree::open(bench.root());
        assert_eq!(open(&bench).unwrap_err().code(), "K0803");
        bench.write("image/config.xml", "");
        let foreign = open(&bench).unwrap();
        assert!(!foreign.is_made_from(&bench.plan).unwrap());
        bench.plan.root.initrd_at_end_of_prepare = true;
        RootTree::begin(&bench.context()).unwrap();
        assert_eq!(open(&bench).unwrap_err().code(), "K0803");
        let finished = RootTree::finish(&bench.context()).unwrap();
        assert_eq!(open(&bench).unwrap(), finished);
        assert_eq!(finished.record().initrd, Initrd::Done);
        assert!(finished.is_made_from(&bench.plan).unwrap());
        bench.plan.root.release_version = "15".into();
        assert!(!finished.is_made_from(&bench.plan).unwrap());
    }

    #[test]
    fn what_a_stopped_build_left_is_removed() {
        let mut bench = Bench::new();
        bench.allow_existing_root = true;
        let begin = |bench: &Bench| RootTree::begin(&bench.context()).unwrap();
        let is_there = |bench: &Bench| bench.root().join("etc/passwd").exists();
        begin(&bench);
        bench.write("etc/passwd", "");
        begin(&bench);
        assert!(!is_there(&bench), "stopped in `prepare`");
        bench.write("etc/passwd", "");
        let prepared = RootTree::finish(&bench.context()).unwrap();
        begin(&bench);
        assert!(!is_there(&bench), "stopped in `create`");
        bench.write("etc/passwd", "");
        prepared.complete().unwrap();
        begin(&bench);
        begin(&bench);
        assert!(is_there(&bench), "complete when the second build began");
    }

    #[test]
    fn what_others_made_is_kept() {
        let mut bench = Bench::new();
        bench.allow_existing_root = true;
        bench.write("etc/passwd", "");
        for _ in 0..3 {
            RootTree::begin(&bench.context()).unwrap();
        }
        assert!(bench.root().join("etc/passwd").exists());
    }
}
