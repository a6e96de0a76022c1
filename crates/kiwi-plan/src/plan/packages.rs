//! Packages by phase.

use serde::{Deserialize, Serialize};

use super::Origin;

/// All package requests of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagePlan {
    /// Installed into the empty tree. `None`: no bootstrap at all.
    pub bootstrap: Option<PhaseRequest>,
    /// Installed from inside the tree.
    pub image: PhaseRequest,
    /// `--add-package`: one more run after the image phase.
    pub added: Vec<Request>,
    /// `--delete-package`: removed right after `added`, gracefully.
    pub removed: Vec<Request>,
    /// `packages type="uninstall"`: removed with what only they needed.
    pub uninstall: Vec<Request>,
    /// `packages type="delete"`: removed by force, nothing else touched.
    pub delete: Vec<Request>,
}

/// What one installation run asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRequest {
    /// Package names, sorted, each once.
    pub packages: Vec<Request>,
    /// Patterns or groups, sorted.
    pub collections: Vec<Request>,
    /// Products, sorted.
    pub products: Vec<Request>,
    /// Names that must not be installed, sorted.
    pub ignored: Vec<Request>,
    /// dnf modules to disable or enable before this phase.
    pub modules: Vec<Module>,
    /// Whether recommended packages are wanted.
    pub recommended: bool,
    /// Archives unpacked at the end of the phase, sorted by name.
    pub archives: Vec<Archive>,
    /// `packages@bootstrap_package`.
    pub prebuilt_root: Option<Request>,
}

/// One name and the place that asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Request {
    /// The name as the package manager knows it.
    pub name: String,
    /// Who asks.
    pub origin: Origin,
}

/// A dnf module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Module name.
    pub name: String,
    /// Enabled or disabled.
    pub enable: bool,
    /// Stream to enable.
    pub stream: Option<String>,
}

/// An archive that is unpacked over the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Path of the archive on the host, absolute.
    pub path: String,
    /// Name as written.
    pub name: String,
    /// Directory below the tree, without leading slash; empty for the tree itself.
    pub target_directory: String,
    /// Where it was asked for.
    pub origin: Origin,
}
