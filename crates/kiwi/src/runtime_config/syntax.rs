//! The text of a runtime configuration file as a list of settings with their places.
//!
//! Both forms are read: a section as a map of keys, and the older one as a list of maps with one key each, where the first one
//! with a name counts.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::{SourceId, SourceMap, Span};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

/// How deep maps and lists may lie in each other, as in the reference; no key needs more than three levels.
const DEPTH: usize = 20;

/// One setting of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    /// Name of the section.
    pub section: String,
    /// Where the name of the section is.
    pub section_span: Span,
    /// Name of the key.
    pub key: String,
    /// Where the key is.
    pub key_span: Span,
    /// The value.
    pub value: Value,
    /// Where the value is.
    pub value_span: Span,
}

/// A value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing behind the colon.
    Empty,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Anything else that is one word or text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// A list or map of other things.
    Other,
}

/// Reads a file's text, which is `source` in `sources`.
pub(super) fn parse(sources: &SourceMap, source: SourceId) -> Result<Vec<Setting>, Diagnostics> {
    let text = sources.file(source).text();
    let places = Places::new(source, text);
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        Diagnostic::error(
            codes::command_line::CONFIGURATION_MALFORMED,
            format!("this is not YAML: {}", error.info()),
        )
        .at(places.point(*error.marker()))
    })?;
    let mut reader = Reader {
        places,
        settings: Vec::new(),
        problems: Diagnostics::new(),
    };
    for document in &documents {
        match too_deep(document, DEPTH) {
            Some(node) => reader.malformed(
                node,
                &format!("maps and lists may lie in each other {DEPTH} times at most"),
            ),
            None => reader.document(document),
        }
    }
    if reader.problems.is_empty() {
        Ok(reader.settings)
    } else {
        Err(reader.problems)
    }
}

struct Reader<'a> {
    places: Places<'a>,
    settings: Vec<Setting>,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn document(&mut self, document: &MarkedYaml<'_>) {
        match &document.data {
            YamlData::Mapping(sections) => {
                for (name, content) in sections {
                    let Some(section) = text(name) else {
                        self.malformed(name, "the name of a section must be a word");
                        continue;
                    };
                    self.section(&section, self.places.span(name), content);
                }
            }
            YamlData::Value(Scalar::Null) => {}
            _ => self.malformed(document, "expected a map of sections"),
        }
    }

    fn section(&mut self, section: &str, section_span: Span, content: &MarkedYaml<'_>) {
        let maps: Vec<&MarkedYaml<'_>> = match &content.data {
            YamlData::Mapping(_) => vec![content],
            YamlData::Sequence(maps) => maps.iter().collect(),
            YamlData::Value(Scalar::Null) => Vec::new(),
            _ => {
                self.malformed(
                    content,
                    &format!("section `{section}` must be a map of keys"),
                );
                return;
            }
        };
        let first = self.settings.len();
        for map in maps {
            let YamlData::Mapping(keys) = &map.data else {
                self.malformed(
                    map,
                    &format!("each item of section `{section}` must be `KEY: VALUE`"),
                );
                continue;
            };
            for (name, value) in keys {
                let Some(key) = text(name) else {
                    self.malformed(name, "the name of a key must be a word");
                    continue;
                };
                if self.settings[first..].iter().any(|known| known.key == key) {
                    continue;
                }
                self.settings.push(Setting {
                    section: section.to_owned(),
                    section_span,
                    key,
                    key_span: self.places.span(name),
                    value: plain(value),
                    value_span: self.places.span(value),
                });
            }
        }
    }

    fn malformed(&mut self, node: &MarkedYaml<'_>, message: &str) {
        self.problems.push(
            Diagnostic::error(codes::command_line::CONFIGURATION_MALFORMED, message)
                .at(self.places.span(node)),
        );
    }
}

/// Returns the first map or list that has too many others around it.
fn too_deep<'n, 't>(node: &'n MarkedYaml<'t>, levels: usize) -> Option<&'n MarkedYaml<'t>> {
    let children: Vec<&MarkedYaml<'t>> = match &node.data {
        YamlData::Mapping(entries) => entries
            .iter()
            .flat_map(|(name, value)| [name, value])
            .collect(),
        YamlData::Sequence(items) => items.iter().collect(),
        _ => return None,
    };
    match levels.checked_sub(1) {
        Some(levels) => children
            .into_iter()
            .find_map(|child| too_deep(child, levels)),
        None => Some(node),
    }
}

fn text(node: &MarkedYaml<'_>) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text.clone().into_owned()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(truth)) => Some(truth.to_string()),
        YamlData::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn plain(node: &MarkedYaml<'_>) -> Value {
    match &node.data {
        YamlData::Value(Scalar::Null) => Value::Empty,
        YamlData::Value(Scalar::Boolean(truth)) => Value::Boolean(*truth),
        YamlData::Value(Scalar::Integer(number)) => Value::Integer(*number),
        YamlData::Sequence(items) => {
            let texts: Option<Vec<String>> = items.iter().map(text).collect();
            texts.map_or(Value::Other, Value::List)
        }
        _ => text(node).map_or(Value::Other, Value::Text),
    }
}

/// Turns the parser's places, which count characters, into spans, which count bytes.
struct Places<'a> {
    source: SourceId,
    text: &'a str,
}

impl<'a> Places<'a> {
    fn new(source: SourceId, text: &'a str) -> Self {
        Places { source, text }
    }

    fn byte(&self, marker: saphyr::Marker) -> usize {
        self.text
            .char_indices()
            .nth(marker.index())
            .map_or(self.text.len(), |(byte, _)| byte)
    }

    fn point(&self, marker: saphyr::Marker) -> Span {
        let at = self.byte(marker);
        Span::new(self.source, at..at)
    }

    /// The span of a node, without the blanks and line ends that the parser counts in.
    fn span(&self, node: &MarkedYaml<'_>) -> Span {
        let start = self.byte(node.span.start);
        let end = self.byte(node.span.end).max(start);
        let covered = self.text[start..end].trim_end();
        Span::new(self.source, start..start + covered.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Vec<(String, Value, String)>, String> {
        let mut sources = SourceMap::default();
        let source = sources.add("kiwi.yml", text);
        match parse(&sources, source) {
            Ok(settings) => Ok(settings
                .into_iter()
                .map(|setting| {
                    let place = sources.location(setting.key_span);
                    let name = format!("{}.{}", setting.section, setting.key);
                    (
                        name,
                        setting.value,
                        format!("{}:{}", place.line, place.column),
                    )
                })
                .collect()),
            Err(problems) => {
                let problem = problems.iter().next().expect("there is one");
                let span = problem.primary.as_ref().expect("it has a place").span;
                Err(format!("{}: {}", sources.location(span), problem.message))
            }
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        let expected = [
            (
                "xz.options".into(),
                Value::Text("--threads=2 -9".into()),
                "2:3",
            ),
            ("obs.public".into(), Value::Boolean(false), "4:3"),
            ("obs.user".into(), Value::Empty, "5:3"),
        ];
        let map = "xz:\n  options: --threads=2 -9\nobs:\n  public: false\n  user:\n";
        let list = "xz:\n- options: --threads=2 -9\nobs:\n- public: false\n- user:\n";
        for text in [map, list] {
            let expected: Vec<(String, Value, String)> = expected
                .iter()
                .cloned()
                .map(|(name, value, place): (String, Value, &str)| (name, value, place.to_owned()))
                .collect();
            assert_eq!(settings(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn values_keep_their_kind() {
        for (text, value) in [
            ("a:\n  b: 512", Value::Integer(512)),
            ("a:\n  b: \"512\"", Value::Text("512".into())),
            ("a:\n  b: [x, 2]", Value::List(vec!["x".into(), "2".into()])),
            (
                "a:\n  b:\n    - x\n    - y",
                Value::List(vec!["x".into(), "y".into()]),
            ),
            ("a:\n  b:\n    c: d", Value::Other),
            ("a:\n  - b: 1\n  - b: 2", Value::Integer(1)),
        ] {
            assert_eq!(settings(text).unwrap()[0].1, value, "{text}");
        }
        for empty in ["", "# only words\n", "a:\n", "---\n"] {
            assert_eq!(settings(empty).unwrap(), [], "{empty:?}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, message) in [
            ("- a\n", "kiwi.yml:1:1: expected a map of sections"),
            ("ä: 1\n", "kiwi.yml:1:4: section `ä` must be a map of keys"),
            (
                "a:\n  - b\n",
                "kiwi.yml:2:5: each item of section `a` must be `KEY: VALUE`",
            ),
        ] {
            assert_eq!(settings(text).unwrap_err(), message);
        }
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(settings(&format!("a:\n  b: {}", nested(18))).is_ok());
        assert_eq!(
            settings(&format!("a:\n  b: {}", nested(19))).unwrap_err(),
            "kiwi.yml:2:24: maps and lists may lie in each other 20 times at most"
        );
        let twice = settings("a:\n  b: 1\n  b: 2\n").unwrap_err();
        assert!(twice.starts_with("kiwi.yml:3:3: "), "{twice}");
        let broken = settings("a: [1\nb: 2\n").unwrap_err();
        assert!(broken.contains("this is not YAML"), "{broken}");
    }
}
