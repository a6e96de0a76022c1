//! Containers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerPlan {
    /// Archive format.
    pub format: ContainerFormat,
    /// File name in the target directory, compression suffix included.
    pub file_name: String,
    /// Compress the finished archive with xz.
    pub compress: bool,
    /// Name of the image.
    pub name: String,
    /// Tag of the image.
    pub tag: String,
    /// More `name:tag` references, docker archives only.
    pub additional_names: Vec<String>,
    /// Architecture as OCI names it (`amd64`).
    pub architecture: String,
    /// Author of the image.
    pub author: String,
    /// Author of the history entry.
    pub history_author: String,
    /// `created_by` of the history entry.
    pub created_by: String,
    /// Comment of the history entry.
    pub comment: Option<String>,
    /// Run configuration.
    pub config: ContainerConfig,
    /// Paths and globs left out of the layer.
    pub excludes: Vec<String>,
}

/// Archive formats for containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerFormat {
    /// `docker save` format.
    Docker,
    /// OCI image layout in a tar archive.
    Oci,
}

/// The OCI image configuration's `config` object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerConfig {
    /// User, or `user:group`.
    pub user: Option<String>,
    /// Working directory.
    pub working_directory: Option<String>,
    /// Entry point; `Some(vec![])` clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Command; `Some(vec![])` clears it.
    pub command: Option<Vec<String>>,
    /// Exposed ports as written: `80`, `80/tcp`.
    pub exposed_ports: Vec<String>,
    /// Volumes.
    pub volumes: Vec<String>,
    /// Environment.
    pub environment: BTreeMap<String, String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Signal that stops it.
    pub stop_signal: Option<String>,
}
