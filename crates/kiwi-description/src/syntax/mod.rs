//! Markups: text to [`Node`](crate::node::Node) tree and back. Nothing in here touches files.
//!
//! XML has a reader of its own. YAML, JSON and TOML are read to maps and lists (`value`), which `convention` turns into
//! elements and attributes; the writers go the other way. Start at [`parse`] and [`write`].
//!
//! What is read has limits, so that no file can take more memory or time than a description ever needs: [`FILE_LIMIT`],
//! [`NODE_LIMIT`] and [`DEPTH_LIMIT`].

mod characters;
mod convention;
mod entries;
mod json;
mod json_write;
mod namespaces;
mod quoted;
mod scalar;
mod toml;
mod toml_tables;
mod toml_write;
mod value;
mod xml_error;
mod yaml;
mod yaml_events;
mod yaml_write;

pub mod encoding;
pub mod xml;
pub mod xml_write;

use std::fmt;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;
use crate::span::{SourceId, SourceMap, Span};

/// How many bytes a file may have; real ones have some thousand.
pub const FILE_LIMIT: usize = 4 << 20;
/// How many values or nodes one file may have, aliases counted as often as they are used; real ones have some hundred.
pub const NODE_LIMIT: u32 = 100_000;
/// How deep elements may be nested; descriptions need six levels, extensions a few more.
pub const DEPTH_LIMIT: usize = 100;
/// Namespace of the attributes that point to a schema.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace of `xml:lang` and its like.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Markup of a description file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// XML.
    Xml,
    /// YAML.
    Yaml,
    /// JSON, also in its relaxed form.
    Json,
    /// TOML.
    Toml,
    /// INI.
    Ini,
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Markup::Xml => "XML",
            Markup::Yaml => "YAML",
            Markup::Json => "JSON",
            Markup::Toml => "TOML",
            Markup::Ini => "INI",
        })
    }
}

/// A tree and what is to say about it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The outermost element.
    pub root: Node,
    /// Warnings.
    pub notes: Diagnostics,
}

/// Maps and lists as they were read, and what is to say about them.
struct Reading {
    value: value::Value,
    notes: Diagnostics,
}

/// Reads a text in a markup.
pub fn parse(sources: &SourceMap, source: SourceId, markup: Markup) -> Result<Parsed, Diagnostics> {
    match parse_all(sources, source, markup) {
        Ok(Parsed { root, notes }) => Ok(Parsed {
            root,
            notes: notes.limited(),
        }),
        Err(problems) => Err(problems.limited()),
    }
}

fn parse_all(sources: &SourceMap, source: SourceId, markup: Markup) -> Result<Parsed, Diagnostics> {
    let reading = match markup {
        Markup::Xml => {
            let root = xml::parse(sources, source).map_err(|problem| *problem)?;
            let notes = Diagnostics::new();
            return Ok(Parsed { root, notes });
        }
        Markup::Ini => return Err(no_ini(source).into()),
        Markup::Yaml | Markup::Json | Markup::Toml => {
            characters::check(sources, source).map_err(|problem| *problem)?;
            match markup {
                Markup::Toml => toml::read(sources, source)?,
                Markup::Json => json::read(sources, source)?,
                _ => yaml::read(sources, source)?,
            }
        }
    };
    let mut root = convention::root(sources, reading.value)?;
    namespaces::resolve(&mut root)?;
    Ok(Parsed {
        root,
        notes: reading.notes,
    })
}

/// Reads a file in the markup it seems to have.
///
/// Without a telling extension, a text in braces is JSON or YAML, whatever it can be read as.
pub fn parse_detected(sources: &SourceMap, source: SourceId) -> Result<Parsed, Diagnostics> {
    let file = sources.file(source);
    let markup = detect(file.path(), file.text());
    let parsed = parse(sources, source, markup);
    match parsed {
        Err(problems) if markup == Markup::Json && by_extension(file.path()).is_none() => {
            parse(sources, source, Markup::Yaml).map_err(|_| problems)
        }
        parsed => parsed,
    }
}

fn no_ini(source: SourceId) -> Diagnostic {
    Diagnostic::error(
        codes::markup::UNSUPPORTED_MARKUP,
        "the description is taken for INI, which cannot hold one",
    )
    .at(Span::new(source, 0..0))
    .help("write it as XML, YAML, JSON or TOML; TOML needs a name that ends in `.toml`")
}

/// Writes a tree as a whole file in a markup; what is written reads back as the same tree, apart from places and the order
/// of elements with different names.
///
/// Nothing can be written as INI, which has no nesting.
pub fn write(root: &Node, markup: Markup) -> Option<String> {
    match markup {
        Markup::Xml => Some(xml_write::to_xml(root)),
        Markup::Yaml => Some(yaml_write::to_yaml(root)),
        Markup::Json => Some(json_write::to_json(root)),
        Markup::Toml => Some(toml_write::to_toml(root)),
        Markup::Ini => None,
    }
}

/// Tells the markup of a file by its extension, or else by how it begins.
pub fn detect(path: &Path, text: &str) -> Markup {
    by_extension(path).unwrap_or_else(|| detect_content(text))
}

fn by_extension(path: &Path) -> Option<Markup> {
    match path.extension()?.to_str()? {
        "xml" => Some(Markup::Xml),
        "yaml" | "yml" => Some(Markup::Yaml),
        "json" | "json5" => Some(Markup::Json),
        "toml" => Some(Markup::Toml),
        "ini" => Some(Markup::Ini),
        _ => None,
    }
}

fn detect_content(text: &str) -> Markup {
    let first_line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .unwrap_or_default();
    match first_line.as_bytes() {
        [] | [b'<', ..] => Markup::Xml,
        [b'{', ..] => Markup::Json,
        [b'[', .., b']'] => Markup::Ini,
        _ => Markup::Yaml,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects() {
        for (path, text, markup) in [
            ("config.xml", "image:", Markup::Xml),
            ("a.kiwi", "  <?xml version='1.0'?>", Markup::Xml),
            ("a.kiwi", "\n<image/>", Markup::Xml),
            ("a.kiwi", "", Markup::Xml),
            ("a.kiwi", "# comment\nimage:\n", Markup::Yaml),
            ("a.kiwi", "[image]\n", Markup::Ini),
            ("a.kiwi", "{\"image\": {}}", Markup::Json),
            ("a.yml", "<image/>", Markup::Yaml),
            ("a.toml", "", Markup::Toml),
            ("a.ini", "", Markup::Ini),
            ("a.json5", "", Markup::Json),
            ("a", "x", Markup::Yaml),
        ] {
            assert_eq!(detect(Path::new(path), text), markup, "{path} {text:?}");
        }
    }
}
