//! The outermost element and what describes the image.

use super::Spanned;
use super::packages::Packages;
use super::preferences::Preferences;
use super::reader::{FromNode, Reader};
use super::repository::Repository;
use super::system::{Certificates, Containers, Drivers, Strip, Users};
use super::values::{CommaList, DescriptionType};
use crate::node::Node;
use crate::span::Span;

/// The root of every description.
#[derive(Clone, Debug)]
pub struct ImageDescription {
    /// Place of the element.
    pub span: Span,
    /// Base of all result names, as in `NAME.ARCH-VERSION.EXT`.
    pub name: Spanned<String>,
    /// Title in boot menus and name of virtual machines; the image name when absent.
    pub displayname: Option<Spanned<String>>,
    /// Identifier written to `/etc/ImageID` inside the image.
    pub id: Option<Spanned<String>>,
    /// Includes that were not replaced, because they stood in an included file.
    pub includes: Vec<Include>,
    /// Certificates the image trusts.
    pub certificates: Option<Certificates>,
    /// Says who made the image and what it is.
    pub description: Description,
    /// Settings of the image as a whole and the build types it offers, in order.
    pub preferences: Vec<Preferences>,
    /// Sections that name profiles, in order.
    pub profiles: Vec<Profiles>,
    /// Sections of users, in order.
    pub users: Vec<Users>,
    /// Sections of drivers, in order.
    pub drivers: Vec<Drivers>,
    /// Sections of files to strip, in order.
    pub strip: Vec<Strip>,
    /// Repositories, in order.
    pub repositories: Vec<Repository>,
    /// Sections of containers to fetch, in order.
    pub containers: Vec<Containers>,
    /// Sections of packages, in order.
    pub packages: Vec<Packages>,
    /// Data for plugins, in a namespace of their own.
    pub extension: Option<Extension>,
}

impl FromNode for ImageDescription {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(ImageDescription {
            span: reader.place(),
            name: reader.required("name")?,
            displayname: reader.attribute("displayname"),
            id: reader.attribute("id"),
            includes: reader.children("include"),
            certificates: reader.child("certificates"),
            description: reader.required_child("description")?,
            preferences: reader.children("preferences"),
            profiles: reader.children("profiles"),
            users: reader.children("users"),
            drivers: reader.children("drivers"),
            strip: reader.children("strip"),
            repositories: reader.children("repository"),
            containers: reader.children("containers"),
            packages: reader.children("packages"),
            extension: reader.child("extension"),
        })
    }
}

/// Puts the sections of another description file in this place.
#[derive(Clone, Debug)]
pub struct Include {
    /// Place of the element.
    pub span: Span,
    /// The file to include; `this://` starts at the description directory.
    pub from: Spanned<String>,
}

impl FromNode for Include {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Include {
            span: reader.place(),
            from: reader.required("from")?,
        })
    }
}

/// Says who made the image and what it is.
#[derive(Clone, Debug)]
pub struct Description {
    /// Place of the element.
    pub span: Span,
    /// Whether this describes a system or a boot image; informative only.
    pub kind: Spanned<DescriptionType>,
    /// Name of the person or group who wrote the description.
    pub author: Spanned<String>,
    /// Address under which the author can be reached.
    pub contacts: Vec<Spanned<String>>,
    /// What the image is, in a sentence.
    pub specification: Spanned<String>,
    /// Licence of the description; informative only.
    pub license: Option<Spanned<String>>,
}

impl FromNode for Description {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Description {
            span: reader.place(),
            kind: reader.required("type")?,
            author: reader.child_text("author")?,
            contacts: reader.child_texts("contact"),
            specification: reader.child_text("specification")?,
            license: reader.child_text("license"),
        })
    }
}

/// Names the profiles that sections can be bound to.
#[derive(Clone, Debug)]
pub struct Profiles {
    /// Place of the element.
    pub span: Span,
    /// The profiles, in order.
    pub profiles: Vec<Profile>,
}

impl FromNode for Profiles {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Profiles {
            span: reader.place(),
            profiles: reader.children("profile"),
        })
    }
}

/// One selectable variant of the image.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Place of the element.
    pub span: Span,
    /// What the profile is for, in a sentence.
    pub description: Spanned<String>,
    /// Name used with `--profile` and in `profiles` attributes.
    pub name: Spanned<String>,
    /// Architectures the profile exists on, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Selects the profile when the command line names none.
    pub import: Option<Spanned<bool>>,
    /// Profiles that are selected along with this one.
    pub requires: Vec<Requires>,
}

impl FromNode for Profile {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Profile {
            span: reader.place(),
            description: reader.required("description")?,
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            import: reader.attribute("import"),
            requires: reader.children("requires"),
        })
    }
}

/// Another profile that is selected along with its parent.
#[derive(Clone, Debug)]
pub struct Requires {
    /// Place of the element.
    pub span: Span,
    /// Name of the profile to select too.
    pub profile: Spanned<String>,
    /// Architectures on which this holds, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
}

impl FromNode for Requires {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Requires {
            span: reader.place(),
            profile: reader.required("profile")?,
            arch: reader.attribute("arch"),
        })
    }
}

/// Data for plugins, in a namespace of their own.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Place of the element.
    pub span: Span,
    /// The elements, all in foreign namespaces.
    pub nodes: Vec<Node>,
}

impl FromNode for Extension {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Extension {
            span: reader.place(),
            nodes: reader.node().children.clone(),
        })
    }
}
