//! Users, drivers, files to strip, fetched containers and certificates.

use super::Spanned;
use super::packages::File;
use super::reader::{FromNode, Reader};
use super::values::{
    CertificateDistribution, CommaList, ContainerBackend, PasswordFormat, StripType,
};
use crate::span::Span;

/// Users the image has.
#[derive(Clone, Debug)]
pub struct Users {
    /// Place of the element.
    pub span: Span,
    /// Architectures this section is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// One user.
    pub users: Vec<User>,
}

impl FromNode for Users {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Users {
            span: reader.place(),
            arch: reader.attribute("arch"),
            profiles: reader.attribute("profiles"),
            users: reader.children("user"),
        })
    }
}

/// One user.
#[derive(Clone, Debug)]
pub struct User {
    /// Place of the element.
    pub span: Span,
    /// Login name.
    pub name: Spanned<String>,
    /// Password, as a crypt hash unless `pwdformat` says otherwise.
    pub password: Spanned<String>,
    /// Groups of the user, separated by commas; the first is the primary one, `NAME:GID` sets its number.
    pub groups: Option<Spanned<CommaList>>,
    /// Home directory.
    pub home: Option<Spanned<String>>,
    /// User number.
    pub id: Option<Spanned<u64>>,
    /// Whether the password is a crypt hash (default) or plain text.
    pub pwdformat: Option<Spanned<PasswordFormat>>,
    /// Full name.
    pub realname: Option<Spanned<String>>,
    /// Login shell.
    pub shell: Option<Spanned<String>>,
}

impl FromNode for User {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(User {
            span: reader.place(),
            name: reader.required("name")?,
            password: reader.required("password")?,
            groups: reader.attribute("groups"),
            home: reader.attribute("home"),
            id: reader.attribute("id"),
            pwdformat: reader.attribute("pwdformat"),
            realname: reader.attribute("realname"),
            shell: reader.attribute("shell"),
        })
    }
}

/// Kernel drivers for a kiwi initrd.
#[derive(Clone, Debug)]
pub struct Drivers {
    /// Place of the element.
    pub span: Span,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// A file: copied in `packages`, a driver in `drivers`, a path in `strip`.
    pub files: Vec<File>,
}

impl FromNode for Drivers {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Drivers {
            span: reader.place(),
            profiles: reader.attribute("profiles"),
            files: reader.children("file"),
        })
    }
}

/// Files that scripts may remove from, or must keep in, the image.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Place of the element.
    pub span: Span,
    /// Whether the files are to delete, tools to keep or libraries to keep.
    pub kind: Spanned<StripType>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// A file: copied in `packages`, a driver in `drivers`, a path in `strip`.
    pub files: Vec<File>,
}

impl FromNode for Strip {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Strip {
            span: reader.place(),
            kind: reader.required("type")?,
            profiles: reader.attribute("profiles"),
            files: reader.children("file"),
        })
    }
}

/// Containers fetched into the image from one registry.
#[derive(Clone, Debug)]
pub struct Containers {
    /// Place of the element.
    pub span: Span,
    /// Container runtime that loads them.
    pub backend: Spanned<ContainerBackend>,
    /// Registry or directory the containers come from.
    pub source: Spanned<String>,
    /// Architectures this section is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// One container to fetch.
    pub containers: Vec<Container>,
}

impl FromNode for Containers {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Containers {
            span: reader.place(),
            backend: reader.required("backend")?,
            source: reader.required("source")?,
            arch: reader.attribute("arch"),
            profiles: reader.attribute("profiles"),
            containers: reader.children("container"),
        })
    }
}

/// One container to fetch.
#[derive(Clone, Debug)]
pub struct Container {
    /// Place of the element.
    pub span: Span,
    /// Name of the container.
    pub name: Spanned<String>,
    /// Architectures the container is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Only stores the container and does not load it at first boot.
    pub fetch_only: Option<Spanned<bool>>,
    /// Path below the registry.
    pub path: Option<Spanned<String>>,
    /// Tag of the container; default `latest`.
    pub tag: Option<Spanned<String>>,
}

impl FromNode for Container {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Container {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            fetch_only: reader.attribute("fetch_only"),
            path: reader.attribute("path"),
            tag: reader.attribute("tag"),
        })
    }
}

/// Certificates the image trusts.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// Place of the element.
    pub span: Span,
    /// Distribution family, which decides where certificates go.
    pub target_distribution: Spanned<CertificateDistribution>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// One certificate.
    pub certificates: Vec<Certificate>,
}

impl FromNode for Certificates {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Certificates {
            span: reader.place(),
            target_distribution: reader.required("target_distribution")?,
            profiles: reader.attribute("profiles"),
            certificates: reader.children("certificate"),
        })
    }
}

/// One certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Place of the element.
    pub span: Span,
    /// File of the certificate.
    pub name: Spanned<String>,
}

impl FromNode for Certificate {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Certificate {
            span: reader.place(),
            name: reader.required("name")?,
        })
    }
}
