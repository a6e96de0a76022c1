//! Packages and other content.

use super::Spanned;
use super::reader::{FromNode, Reader};
use super::values::{CommaList, PackagesType, PatternType};
use crate::span::Span;

/// Packages and other content of one build phase.
#[derive(Clone, Debug)]
pub struct Packages {
    /// Place of the element.
    pub span: Span,
    /// Phase or build type the section is for.
    pub kind: Spanned<PackagesType>,
    /// Package that holds a prepared root tree (apt).
    pub bootstrap_package: Option<Spanned<String>>,
    /// Whether recommended packages are installed too; default `onlyRequired`.
    pub pattern_type: Option<Spanned<PatternType>>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// A tar archive unpacked into the root tree.
    pub archives: Vec<Archive>,
    /// A file: copied in `packages`, a driver in `drivers`, a path in `strip`.
    pub files: Vec<File>,
    /// A package that must not be installed.
    pub ignores: Vec<Ignore>,
    /// A group of packages: pattern or group, as the package manager calls it.
    pub named_collections: Vec<NamedCollection>,
    /// A module stream of dnf to enable or disable.
    pub collection_modules: Vec<CollectionModule>,
    /// A product of zypper.
    pub products: Vec<Product>,
    /// One package.
    pub packages: Vec<Package>,
}

impl FromNode for Packages {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Packages {
            span: reader.place(),
            kind: reader.required("type")?,
            bootstrap_package: reader.attribute("bootstrap_package"),
            pattern_type: reader.attribute("patternType"),
            profiles: reader.attribute("profiles"),
            archives: reader.children("archive"),
            files: reader.children("file"),
            ignores: reader.children("ignore"),
            named_collections: reader.children("namedCollection"),
            collection_modules: reader.children("collectionModule"),
            products: reader.children("product"),
            packages: reader.children("package"),
        })
    }
}

/// A tar archive unpacked into the root tree.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Place of the element.
    pub span: Span,
    /// File of the archive, relative to the description directory.
    pub name: Spanned<String>,
    /// Puts the archive into a kiwi initrd too.
    pub bootinclude: Option<Spanned<bool>>,
    /// Directory to unpack to; default `/`.
    pub target_dir: Option<Spanned<String>>,
}

impl FromNode for Archive {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Archive {
            span: reader.place(),
            name: reader.required("name")?,
            bootinclude: reader.attribute("bootinclude"),
            target_dir: reader.attribute("target_dir"),
        })
    }
}

/// A file: copied in `packages`, a driver in `drivers`, a path in `strip`.
#[derive(Clone, Debug)]
pub struct File {
    /// Place of the element.
    pub span: Span,
    /// Name or location of the file.
    pub name: Spanned<String>,
    /// Architectures; not used.
    pub arch: Option<Spanned<CommaList>>,
    /// Owner and group, as `chown` takes them.
    pub owner: Option<Spanned<String>>,
    /// Mode, as `chmod` takes it.
    pub permissions: Option<Spanned<String>>,
    /// Where the file goes; the root directory when absent.
    pub target: Option<Spanned<String>>,
}

impl FromNode for File {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(File {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            owner: reader.attribute("owner"),
            permissions: reader.attribute("permissions"),
            target: reader.attribute("target"),
        })
    }
}

/// A package that must not be installed.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Place of the element.
    pub span: Span,
    /// Name of the package.
    pub name: Spanned<String>,
    /// Architectures this holds for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
}

impl FromNode for Ignore {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Ignore {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
        })
    }
}

/// A group of packages: pattern or group, as the package manager calls it.
#[derive(Clone, Debug)]
pub struct NamedCollection {
    /// Place of the element.
    pub span: Span,
    /// Name of the collection.
    pub name: Spanned<String>,
    /// Architectures this holds for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
}

impl FromNode for NamedCollection {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(NamedCollection {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
        })
    }
}

/// A module stream of dnf to enable or disable.
#[derive(Clone, Debug)]
pub struct CollectionModule {
    /// Place of the element.
    pub span: Span,
    /// Whether the module is enabled or disabled.
    pub enable: Spanned<bool>,
    /// Name of the module.
    pub name: Spanned<String>,
    /// Architectures; not used.
    pub arch: Option<Spanned<CommaList>>,
    /// Stream of the module.
    pub stream: Option<Spanned<String>>,
}

impl FromNode for CollectionModule {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(CollectionModule {
            span: reader.place(),
            enable: reader.required("enable")?,
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            stream: reader.attribute("stream"),
        })
    }
}

/// A product of zypper.
#[derive(Clone, Debug)]
pub struct Product {
    /// Place of the element.
    pub span: Span,
    /// Name of the product.
    pub name: Spanned<String>,
    /// Architectures; not used.
    pub arch: Option<Spanned<CommaList>>,
}

impl FromNode for Product {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Product {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
        })
    }
}

/// One package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Place of the element.
    pub span: Span,
    /// Name of the package.
    pub name: Spanned<String>,
    /// Architectures this holds for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Removes the package from a kiwi initrd.
    pub bootdelete: Option<Spanned<bool>>,
    /// Adds the package to a kiwi initrd.
    pub bootinclude: Option<Spanned<bool>>,
}

impl FromNode for Package {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Package {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            bootdelete: reader.attribute("bootdelete"),
            bootinclude: reader.attribute("bootinclude"),
        })
    }
}
