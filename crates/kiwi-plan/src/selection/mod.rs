//! What the command line chooses or changes about a build (spec 02, sections 2 and 4).

mod repository_argument;
mod type_attribute;

pub use repository_argument::{
    RepositoryArgument, RepositoryArgumentError, parse_repository_argument,
};
pub use type_attribute::apply_type_attributes;

use kiwi_description::span::{SourceMap, Span};

use crate::resolve::without_password;

/// All options of the command line that change what is built.
///
/// Only their form was checked; what they mean for a description is found out while resolving.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `--type`; `vmx` is taken as `oem`, with a warning.
    pub build_type: Option<String>,
    /// `--profile`, in order.
    pub profiles: Vec<String>,
    /// `--target-arch`: machine name that takes the place of the host's.
    pub target_arch: Option<String>,
    /// `--ignore-repos`: no repository of the description is used.
    pub ignore_repositories: bool,
    /// `--ignore-repos-used-for-build`: only repositories with `imageonly` are kept.
    pub ignore_repositories_used_for_build: bool,
    /// `--set-repo`: changes the first repository.
    pub set_repository: Option<RepositoryArgument>,
    /// `--add-repo`, in order.
    pub add_repositories: Vec<RepositoryArgument>,
    /// `--add-package`, in order.
    pub add_packages: Vec<String>,
    /// `--add-bootstrap-package`, in order.
    pub add_bootstrap_packages: Vec<String>,
    /// `--delete-package`, in order.
    pub delete_packages: Vec<String>,
    /// `--set-container-derived-from`: comma list of addresses.
    pub container_derived_from: Option<String>,
    /// `--set-container-tag`.
    pub container_tag: Option<String>,
    /// `--add-container-label`, each `name=value`, in order.
    pub container_labels: Vec<String>,
    /// `--set-type-attr`: attribute and value, in order; see [`apply_type_attributes`].
    pub type_attributes: Vec<(String, String)>,
    /// `--set-release-version`.
    pub release_version: Option<String>,
    /// `--signing-key`: addresses, in order.
    pub signing_keys: Vec<String>,
    /// `--ca-cert`: absolute paths, in order.
    pub ca_certificates: Vec<String>,
    /// `--ca-target-distribution`.
    pub ca_target_distribution: Option<String>,
    /// `--clear-cache`.
    pub clear_cache: bool,
    /// Where the root tree goes (`--target-dir` or `--root`), as given; absent for commands that only look.
    pub target_directory: Option<std::path::PathBuf>,
}

impl Selection {
    /// Adds the repositories of the command line to the texts that messages point into.
    pub fn locate(&mut self, sources: &mut SourceMap) {
        let set = self.set_repository.iter_mut().map(|it| ("--set-repo", it));
        let added = self
            .add_repositories
            .iter_mut()
            .map(|it| ("--add-repo", it));
        for (option, argument) in set.chain(added) {
            let name = format!("{option} {}", without_password(&argument.written));
            let whole = sources.add_whole(name, argument.written.as_str());
            let first_field = argument.written.find(',').unwrap_or(argument.written.len());
            argument.span = Some(Span::new(whole.source, 0..first_field));
        }
    }
}
