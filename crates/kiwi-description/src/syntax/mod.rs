//! Markups: text to [`Node`](crate::node::Node) tree and back. Nothing in here touches files.

mod xml_error;

pub mod encoding;
pub mod xml;
pub mod xml_write;

use std::fmt;
use std::path::Path;

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

/// Tells the markup of a file by its extension, or else by how it begins.
pub fn detect(path: &Path, text: &str) -> Markup {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("xml") => Markup::Xml,
        Some("yaml" | "yml") => Markup::Yaml,
        Some("json" | "json5") => Markup::Json,
        Some("toml") => Markup::Toml,
        Some("ini") => Markup::Ini,
        _ => detect_content(text),
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
