//! What a container runtime should know about the image.

use super::Spanned;
use super::bootloader::{Environment, Variable};
use super::reader::{FromNode, Reader};
use super::storage::Volume;
use super::values::CommaList;
use crate::span::Span;

/// What a container runtime should know about the image.
#[derive(Clone, Debug)]
pub struct ContainerConfig {
    /// Place of the element.
    pub span: Span,
    /// Name of the container.
    pub name: Spanned<String>,
    /// Further names, separated by commas; `:tag`, `name` or `name:tag`.
    pub additionalnames: Option<Spanned<CommaList>>,
    /// Who maintains the container; author and contact when absent.
    pub maintainer: Option<Spanned<String>>,
    /// Tag of the container; default `latest`.
    pub tag: Option<Spanned<String>>,
    /// User the container runs as.
    pub user: Option<Spanned<String>>,
    /// Directory the container starts in.
    pub workingdir: Option<Spanned<String>>,
    /// Program the container always runs.
    pub entrypoint: Option<Entrypoint>,
    /// Default program, or default arguments of the entry point.
    pub subcommand: Option<Subcommand>,
    /// Network ports of the container.
    pub expose: Option<Expose>,
    /// Paths of the container that hold changing data.
    pub volumes: Option<Volumes>,
    /// Signal that stops the container.
    pub stopsignal: Option<Spanned<String>>,
    /// Variables of the boot loader or of a container.
    pub environment: Option<Environment>,
    /// Labels of the container.
    pub labels: Option<Labels>,
    /// Entry in the history of the container.
    pub history: Option<History>,
}

impl FromNode for ContainerConfig {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(ContainerConfig {
            span: reader.place(),
            name: reader.required("name")?,
            additionalnames: reader.attribute("additionalnames"),
            maintainer: reader.attribute("maintainer"),
            tag: reader.attribute("tag"),
            user: reader.attribute("user"),
            workingdir: reader.attribute("workingdir"),
            entrypoint: reader.child("entrypoint"),
            subcommand: reader.child("subcommand"),
            expose: reader.child("expose"),
            volumes: reader.child("volumes"),
            stopsignal: reader.child_text("stopsignal"),
            environment: reader.child("environment"),
            labels: reader.child("labels"),
            history: reader.child("history"),
        })
    }
}

/// Program the container always runs.
#[derive(Clone, Debug)]
pub struct Entrypoint {
    /// Place of the element.
    pub span: Span,
    /// Removes the entry point of the base container.
    pub clear: Option<Spanned<bool>>,
    /// Program to run.
    pub execute: Option<Spanned<String>>,
    /// One argument.
    pub arguments: Vec<Argument>,
}

impl FromNode for Entrypoint {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Entrypoint {
            span: reader.place(),
            clear: reader.attribute("clear"),
            execute: reader.attribute("execute"),
            arguments: reader.children("argument"),
        })
    }
}

/// Default program, or default arguments of the entry point.
#[derive(Clone, Debug)]
pub struct Subcommand {
    /// Place of the element.
    pub span: Span,
    /// Removes the command of the base container.
    pub clear: Option<Spanned<bool>>,
    /// Program to run, or the first argument.
    pub execute: Option<Spanned<String>>,
    /// One argument.
    pub arguments: Vec<Argument>,
}

impl FromNode for Subcommand {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Subcommand {
            span: reader.place(),
            clear: reader.attribute("clear"),
            execute: reader.attribute("execute"),
            arguments: reader.children("argument"),
        })
    }
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Place of the element.
    pub span: Span,
    /// The argument.
    pub name: Spanned<String>,
}

impl FromNode for Argument {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Argument {
            span: reader.place(),
            name: reader.required("name")?,
        })
    }
}

/// Network ports of the container.
#[derive(Clone, Debug)]
pub struct Expose {
    /// Place of the element.
    pub span: Span,
    /// One network port.
    pub ports: Vec<Port>,
}

impl FromNode for Expose {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Expose {
            span: reader.place(),
            ports: reader.children("port"),
        })
    }
}

/// One network port.
#[derive(Clone, Debug)]
pub struct Port {
    /// Place of the element.
    pub span: Span,
    /// Port number, optionally with `/tcp` or `/udp`.
    pub number: Spanned<String>,
}

impl FromNode for Port {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Port {
            span: reader.place(),
            number: reader.required("number")?,
        })
    }
}

/// Paths of the container that hold changing data.
#[derive(Clone, Debug)]
pub struct Volumes {
    /// Place of the element.
    pub span: Span,
    /// One volume, or a path that is a volume of a container.
    pub volumes: Vec<Volume>,
}

impl FromNode for Volumes {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Volumes {
            span: reader.place(),
            volumes: reader.children("volume"),
        })
    }
}

/// Labels of the container.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Place of the element.
    pub span: Span,
    /// One label.
    pub labels: Vec<Variable>,
}

impl FromNode for Labels {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Labels {
            span: reader.place(),
            labels: reader.children("label"),
        })
    }
}

/// Entry in the history of the container.
#[derive(Clone, Debug)]
pub struct History {
    /// Place of the element.
    pub span: Span,
    /// Identifier of an appx application.
    pub application_id: Option<Spanned<String>>,
    /// Author of the entry; author and contact when absent.
    pub author: Option<Spanned<String>>,
    /// Program that made the container.
    pub created_by: Option<Spanned<String>>,
    /// Program that starts an appx application.
    pub launcher: Option<Spanned<String>>,
    /// Version of an appx package, four numbers.
    pub package_version: Option<Spanned<String>>,
    /// The text: comment of the entry.
    pub comment: Spanned<String>,
}

impl FromNode for History {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(History {
            span: reader.place(),
            application_id: reader.attribute("application_id"),
            author: reader.attribute("author"),
            created_by: reader.attribute("created_by"),
            launcher: reader.attribute("launcher"),
            package_version: reader.attribute("package_version"),
            comment: reader.text()?,
        })
    }
}
