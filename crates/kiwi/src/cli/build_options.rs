//! Options that change what is built (spec 02, section 4).

use std::path::PathBuf;

use clap::{Args, ValueHint};

const REPOSITORIES: &str = "Repositories";
const PACKAGES: &str = "Packages";
const IMAGE: &str = "Image";

/// Options that change what is built, shared by `system build`, `system prepare` and `image plan`.
#[derive(Clone, Debug, Default, Args)]
pub struct BuildOptions {
    /// Directory with the description and all that belongs to it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,

    /// Repositories.
    #[command(flatten)]
    pub repositories: RepositoryOptions,

    /// Use only repositories of the description that are marked imageonly
    #[arg(long, help_heading = REPOSITORIES)]
    pub ignore_repos_used_for_build: bool,

    /// Change fields of the first repository; same form as --add-repo
    #[arg(long, value_name = "SOURCE,TYPE,...", help_heading = REPOSITORIES)]
    pub set_repo: Option<String>,

    /// USER:PASSWORD for --set-repo, or a file whose first line is that
    #[arg(long, value_name = "CREDENTIALS", help_heading = REPOSITORIES)]
    pub set_repo_credentials: Option<String>,

    /// Trust this key when repositories are checked; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = REPOSITORIES)]
    pub signing_key: Vec<String>,

    /// Throw away cached data of the repositories before they are used
    #[arg(long, help_heading = REPOSITORIES)]
    pub clear_cache: bool,

    /// Install one more package; may be repeated
    #[arg(long, value_name = "NAME", help_heading = PACKAGES)]
    pub add_package: Vec<String>,

    /// Install one more package in the bootstrap phase; may be repeated
    #[arg(long, value_name = "NAME", help_heading = PACKAGES)]
    pub add_bootstrap_package: Vec<String>,

    /// Remove a package after the installation; may be repeated
    #[arg(long, value_name = "NAME", help_heading = PACKAGES)]
    pub delete_package: Vec<String>,

    /// Set an attribute of the type that is built; may be repeated
    #[arg(long, value_name = "ATTRIBUTE=VALUE", help_heading = IMAGE)]
    pub set_type_attr: Vec<String>,

    /// Set the release version of the distribution
    #[arg(long, value_name = "VERSION", help_heading = IMAGE)]
    pub set_release_version: Option<String>,

    /// Build the container on top of this one
    #[arg(long, value_name = "URI", help_heading = IMAGE)]
    pub set_container_derived_from: Option<String>,

    /// Set the tag of the container
    #[arg(long, value_name = "NAME", help_heading = IMAGE)]
    pub set_container_tag: Option<String>,

    /// Add or replace a label of the container; may be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = IMAGE)]
    pub add_container_label: Vec<String>,

    /// Make the image trust this CA certificate; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = IMAGE)]
    pub ca_cert: Vec<PathBuf>,

    /// Where the image's distribution keeps CA certificates
    #[arg(
        long,
        value_name = "NAME",
        value_parser = ["suse", "redhat", "debian", "archlinux"],
        help_heading = IMAGE
    )]
    pub ca_target_distribution: Option<String>,
}

/// Repositories on the command line, also of `image info`.
#[derive(Clone, Debug, Default, Args)]
pub struct RepositoryOptions {
    /// Use no repository of the description
    #[arg(long, help_heading = REPOSITORIES)]
    pub ignore_repos: bool,

    /// Add a repository; may be repeated
    ///
    /// Up to eleven fields separated by commas, trailing ones may be left out and any but the first may be empty: source, type (rpm-md,
    /// apt-deb, ...), alias, priority, imageinclude, package_gpgcheck, {signing keys separated by semicolons}, components, distribution,
    /// repo_gpgcheck, sourcetype (baseurl, metalink, mirrorlist).
    #[arg(long, value_name = "SOURCE,TYPE,ALIAS,PRIORITY,...", help_heading = REPOSITORIES)]
    pub add_repo: Vec<String>,

    /// USER:PASSWORD for the --add-repo at the same position, or a file whose first line is that
    #[arg(long, value_name = "CREDENTIALS", help_heading = REPOSITORIES)]
    pub add_repo_credentials: Vec<String>,
}
