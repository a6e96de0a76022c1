//! Programs a build needs.

use serde::{Deserialize, Serialize};

/// One program and the reason it is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Requirement {
    /// Name of the program, as looked up in the search path.
    pub program: String,
    /// Where it runs.
    pub place: Place,
    /// What it is needed for, a short phrase.
    pub purpose: String,
}

/// Where a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// On the build host.
    Host,
    /// Inside the root tree; the image's packages bring it.
    Tree,
}
