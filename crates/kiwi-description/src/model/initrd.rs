//! Content of the initrd.

use super::Spanned;
use super::reader::{FromNode, Reader};
use super::values::InitrdAction;
use crate::span::Span;

/// Settings of the installation media.
#[derive(Clone, Debug)]
pub struct InstallMedia {
    /// Place of the element.
    pub span: Span,
    /// What the initrd contains.
    pub initrds: Vec<Initrd>,
}

impl FromNode for InstallMedia {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(InstallMedia {
            span: reader.place(),
            initrds: reader.children("initrd"),
        })
    }
}

/// What the initrd contains.
#[derive(Clone, Debug)]
pub struct Initrd {
    /// Place of the element.
    pub span: Span,
    /// Whether the listed modules and drivers are added, left out, or are all there is.
    pub action: Spanned<InitrdAction>,
    /// One dracut module or driver.
    pub dracut: Vec<Dracut>,
}

impl FromNode for Initrd {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Initrd {
            span: reader.place(),
            action: reader.required("action")?,
            dracut: reader.children("dracut"),
        })
    }
}

/// One dracut module or driver.
#[derive(Clone, Debug)]
pub struct Dracut {
    /// Place of the element.
    pub span: Span,
    /// Name of a kernel driver.
    pub driver: Option<Spanned<String>>,
    /// Name of a dracut module.
    pub module: Option<Spanned<String>>,
    /// Builds a unified kernel image instead of a plain initrd.
    pub uefi: Option<Spanned<bool>>,
}

impl FromNode for Dracut {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Dracut {
            span: reader.place(),
            driver: reader.attribute("driver"),
            module: reader.attribute("module"),
            uefi: reader.attribute("uefi"),
        })
    }
}
