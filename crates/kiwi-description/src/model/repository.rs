//! Repositories.

use super::Spanned;
use super::reader::{FromNode, Reader};
use super::values::{CommaList, RepositoryType, SourceType};
use crate::span::Span;

/// A place that packages come from.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Place of the element.
    pub span: Span,
    /// Short name of the repository.
    pub alias: Option<Spanned<String>>,
    /// Architectures this section is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Architectures to read from the repository, separated by commas (apt).
    pub architectures: Option<Spanned<CommaList>>,
    /// Components of the repository, separated by blanks; default `main` (apt).
    pub components: Option<Spanned<String>>,
    /// Script called with each repository file that is written.
    pub customize: Option<Spanned<String>>,
    /// Distribution to use; without it the repository is a flat one (apt).
    pub distribution: Option<Spanned<String>>,
    /// Also configures the repository in the image.
    pub imageinclude: Option<Spanned<bool>>,
    /// Configures the repository only in the image, not for the build.
    pub imageonly: Option<Spanned<bool>>,
    /// Checks signatures of packages.
    pub package_gpgcheck: Option<Spanned<bool>>,
    /// Password at the server.
    pub password: Option<Spanned<String>>,
    /// Priority compared with the other repositories.
    pub priority: Option<Spanned<i64>>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// Checks signatures of the repository metadata.
    pub repository_gpgcheck: Option<Spanned<bool>>,
    /// What the location names: a tree, a metalink or a list of mirrors.
    pub sourcetype: Option<Spanned<SourceType>>,
    /// Kind of repository; only a hint.
    pub kind: Option<Spanned<RepositoryType>>,
    /// User name at the server.
    pub username: Option<Spanned<String>>,
    /// Location of a repository.
    pub source: Source,
}

impl FromNode for Repository {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Repository {
            span: reader.place(),
            alias: reader.attribute("alias"),
            arch: reader.attribute("arch"),
            architectures: reader.attribute("architectures"),
            components: reader.attribute("components"),
            customize: reader.attribute("customize"),
            distribution: reader.attribute("distribution"),
            imageinclude: reader.attribute("imageinclude"),
            imageonly: reader.attribute("imageonly"),
            package_gpgcheck: reader.attribute("package_gpgcheck"),
            password: reader.attribute("password"),
            priority: reader.attribute("priority"),
            profiles: reader.attribute("profiles"),
            repository_gpgcheck: reader.attribute("repository_gpgcheck"),
            sourcetype: reader.attribute("sourcetype"),
            kind: reader.attribute("type"),
            username: reader.attribute("username"),
            source: reader.required_child("source")?,
        })
    }
}

/// Location of a repository.
#[derive(Clone, Debug)]
pub struct Source {
    /// Place of the element.
    pub span: Span,
    /// Address or directory of the repository.
    pub path: Spanned<String>,
    /// A key that signs the packages of the repository.
    pub signing: Vec<Signing>,
}

impl FromNode for Source {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Source {
            span: reader.place(),
            path: reader.required("path")?,
            signing: reader.children("signing"),
        })
    }
}

/// A key that signs the packages of the repository.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Place of the element.
    pub span: Span,
    /// Location of the public key.
    pub key: Spanned<String>,
}

impl FromNode for Signing {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Signing {
            span: reader.place(),
            key: reader.required("key")?,
        })
    }
}
