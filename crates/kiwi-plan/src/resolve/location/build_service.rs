//! Addresses of the Open Build Service: `obs://PROJECT/REPOSITORY` and `obsrepositories:/NAME`.
//!
//! Anywhere else a project is a directory of the download server. A worker has no network; what the build may use was put into
//! a directory before it started. The download server redirects to mirrors, which whoever fetches follows.

use std::path::{Path, PathBuf};

use super::form::name_of;
use crate::plan::repository::Location;

/// The public download server, the documented default of `obs.download_url`.
const DOWNLOAD_SERVER: &str = "http://download.opensuse.org/repositories";

/// Where a worker finds the repositories it was given.
const GIVEN: &str = "/usr/src/packages/SOURCES/repos";

/// A repository of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    /// Name of the project, its parts separated by colons alone.
    name: String,
    /// Name of the repository.
    repository: String,
}

impl Project {
    /// Reads what follows `obs:`; the parts of a project may be separated by `:` or by `:/`.
    pub(super) fn read(rest: &str) -> Option<Self> {
        let (project, repository) = name_of(rest).rsplit_once('/')?;
        let name = project.trim_end_matches('/').replace(":/", ":");
        if name.is_empty() || repository.is_empty() {
            return None;
        }
        Some(Self {
            name,
            repository: repository.to_owned(),
        })
    }

    /// The address on a download server, the public one when none is configured.
    pub(super) fn url(&self, server: Option<&str>) -> String {
        let server = server.unwrap_or(DOWNLOAD_SERVER).trim_end_matches('/');
        let project = self.name.replace(':', ":/");
        format!("{server}/{project}/{}", self.repository)
    }

    /// The directory below the one of a worker.
    pub(super) fn directory(&self) -> String {
        format!("{}/{}", self.name, self.repository)
    }
}

/// The path at which a worker has a repository.
pub(super) fn directory(name: &str) -> PathBuf {
    Path::new(GIVEN).join(name)
}

/// The location of a repository that a worker was given.
pub(super) fn given(name: &str) -> Location {
    Location::Local {
        path: directory(name).to_string_lossy().into_owned(),
    }
}
