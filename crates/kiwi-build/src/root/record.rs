//! The prepared tree, and what is written down about it.

use std::path::{Path, PathBuf};

use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::BuildPlan;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{import, times};
use crate::context::BuildContext;
use crate::error::BuildError;

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
    /// `prepare` came to its end.
    pub finished: bool,
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
        let directory = Path::new(import::DIRECTORY);
        let record = match tree.read(directory.join(FILE)) {
            Ok(text) => serde_json::from_slice(&text).map_err(|_| not_prepared())?,
            Err(error) if error.is_not_found() => {
                if !tree.exists(directory.join("config.xml")) {
                    return Err(not_prepared());
                }
                Record::unknown()
            }
            Err(error) => return Err(error.into()),
        };
        if !record.finished {
            return Err(not_prepared());
        }
        Ok(Self { path, record })
    }

    /// Writes down that `prepare` works on the tree of `context`: should it be stopped, the tree is known to be half done.
    pub(crate) fn start(context: &BuildContext<'_>) -> Result<(), BuildError> {
        let tree = context.tree()?;
        tree.create_dir_all(import::DIRECTORY, 0o755)?;
        Record::of(context.plan, false)?.write(&tree)
    }

    /// Writes down that `prepare` is done with the tree of `context`.
    pub(crate) fn finish(context: &BuildContext<'_>) -> Result<Self, BuildError> {
        let record = Record::of(context.plan, true)?;
        record.write(&context.tree()?)?;
        if let Some(epoch) = record.source_date_epoch {
            times::clamp(&context.in_root(import::DIRECTORY), epoch)?;
        }
        Ok(Self {
            path: context.root().to_path_buf(),
            record,
        })
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
    fn of(plan: &BuildPlan, finished: bool) -> Result<Self, BuildError> {
        Ok(Self {
            version: version(),
            plan_digest: plan_digest(plan)?,
            initrd: if plan.root.initrd_at_end_of_prepare {
                Initrd::Done
            } else {
                Initrd::Deferred
            },
            source_date_epoch: plan.reproducibility.source_date_epoch,
            finished,
        })
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
            finished: true,
        }
    }
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
        RootTree::start(&bench.context()).unwrap();
        assert_eq!(open(&bench).unwrap_err().code(), "K0803");
        let finished = RootTree::finish(&bench.context()).unwrap();
        assert_eq!(open(&bench).unwrap(), finished);
        assert_eq!(finished.record().initrd, Initrd::Done);
        assert!(finished.is_made_from(&bench.plan).unwrap());
        bench.plan.root.release_version = "15".into();
        assert!(!finished.is_made_from(&bench.plan).unwrap());
    }
}
