//! What every step of a build has at hand.

use std::path::{Path, PathBuf};

use kiwi_host::command::Runner;
use kiwi_host::resolve::TreeDir;
use kiwi_host::sandbox::Sandbox;
use kiwi_host::signals::Interrupt;
use kiwi_plan::plan::BuildPlan;

use crate::error::BuildError;

/// The plan, the means to carry it out, and the places it happens in.
#[derive(Clone, Copy)]
pub struct BuildContext<'a> {
    /// What to do.
    pub plan: &'a BuildPlan,
    /// The whole description after upgrade and command line changes, as XML; kept in the tree.
    pub description_xml: &'a str,
    /// Runs programs.
    pub runner: &'a dyn Runner,
    /// Says that the user wants the build to end.
    pub interrupt: &'a Interrupt,
    /// Directories of this build.
    pub places: &'a Places,
    /// Processors to keep busy.
    pub processors: usize,
    /// Go on in a root tree that exists.
    pub allow_existing_root: bool,
    /// Open a shell in the tree when a script fails.
    pub debug_shell: bool,
}

/// Directories of one build.
#[derive(Debug, Clone)]
pub struct Places {
    /// The root tree.
    pub root: PathBuf,
    /// Where results go; the parent of `root` during prepare alone.
    pub target: PathBuf,
    /// The shared cache.
    pub cache: PathBuf,
    /// Private directory for temporary files of this build, on the same file system as `root`.
    pub scratch: PathBuf,
}

impl BuildContext<'_> {
    /// The root tree's path.
    pub fn root(&self) -> &Path {
        &self.places.root
    }

    /// An error once a signal has arrived.
    pub fn check_interrupt(&self) -> Result<(), BuildError> {
        self.interrupt
            .check()
            .map_err(|interrupted| BuildError::Interrupted(interrupted.signal))
    }

    /// 32 bytes that nobody can guess, for keys; everything else is derived from the plan.
    pub fn random_seed(&self) -> Result<[u8; 32], BuildError> {
        kiwi_host::random::seed().map_err(|error| BuildError::Host {
            what: format!("the kernel gives no random numbers: {error}"),
            mend: "try again later".into(),
        })
    }

    /// The tree's files as the booted system will see them: no link leads out of the tree.
    pub fn tree(&self) -> Result<TreeDir, BuildError> {
        Ok(TreeDir::open(&self.places.root)?)
    }

    /// A sandbox over the root tree, with the host's name resolution inside.
    pub fn sandbox(&self) -> Sandbox {
        self.sandbox_of(&self.places.root)
    }

    /// The same over another tree, such as a view of the root tree.
    pub fn sandbox_of(&self, tree: &Path) -> Sandbox {
        Sandbox::new(tree).host_network_files().without_sync()
    }

    /// Path of a file of the tree as seen from outside. For paths of our own making only: a path
    /// that a description or a package chose is opened through `kiwi_host::resolve`.
    pub fn in_root(&self, path: impl AsRef<Path>) -> PathBuf {
        self.places.root.join(path)
    }
}
