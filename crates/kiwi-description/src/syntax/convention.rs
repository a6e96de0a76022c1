//! Maps, lists and texts as elements and attributes, by the convention of the reference.
//!
//! The outermost map has one key, the outermost element. A key `@NAME` is an attribute, `#text` is the text, every other key
//! is an element; a list behind it means several elements of the name, a text an element with text, nothing an empty element.

use super::value::{Data, Entry, Value};
use super::{DEPTH_LIMIT, characters};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::{Attribute, Node, Text};
use crate::span::{SourceMap, Span};

/// Key of the text of an element that has attributes too.
pub(super) const TEXT_KEY: &str = "#text";

/// Makes the outermost element of a whole document.
pub(super) fn root(sources: &SourceMap, document: Value) -> Result<Node, Diagnostics> {
    let mut builder = Builder {
        sources,
        problems: Diagnostics::new(),
    };
    let root = builder.document(document);
    match root {
        Some(root) if builder.problems.is_empty() => Ok(root),
        _ => Err(builder.problems.sorted()),
    }
}

struct Builder<'a> {
    sources: &'a SourceMap,
    problems: Diagnostics,
}

impl Builder<'_> {
    fn document(&mut self, document: Value) -> Option<Node> {
        const HELP: &str = "a description is one map with the key `image`";
        let Data::Map(entries) = document.data else {
            self.shape(document.span, "the file is no map of keys and values", HELP);
            return None;
        };
        let mut entries = entries.into_iter();
        let Some(entry) = entries.next() else {
            self.shape(document.span, "the file has no element", HELP);
            return None;
        };
        if let Some(second) = entries.next() {
            let message = format!("`{}` stands beside `{}`", second.key, entry.key);
            let help = format!("{HELP}, and everything else is inside it");
            self.shape(second.key_span, &message, &help);
            return None;
        }
        if matches!(entry.value.data, Data::List(_)) {
            self.shape(
                entry.key_span,
                "there can be only one outermost element",
                HELP,
            );
            return None;
        }
        if entry.key.starts_with(['@', '#']) {
            self.shape(entry.key_span, "the outermost key is no element", HELP);
            return None;
        }
        let mut elements = Vec::new();
        self.elements(entry, &mut elements, 0);
        elements.pop()
    }

    /// Makes the elements that one key stands for.
    fn elements(&mut self, entry: Entry, elements: &mut Vec<Node>, depth: usize) {
        if !characters::is_name(&entry.key) {
            self.bad_name(&entry.key, "element", entry.key_span);
            return;
        }
        if depth > DEPTH_LIMIT {
            self.problems.push(
                Diagnostic::error(
                    codes::markup::TOO_DEEP,
                    format!("elements are nested more than {DEPTH_LIMIT} levels deep"),
                )
                .at(entry.key_span),
            );
            return;
        }
        let Data::List(items) = entry.value.data else {
            let node = self.element(&entry.key, entry.key_span, entry.span, entry.value, depth);
            elements.extend(node);
            return;
        };
        for (index, item) in items.into_iter().enumerate() {
            // The name is written once; each further element needs a place of its own all the same.
            let name_span = if index == 0 {
                entry.key_span
            } else {
                item.place
            };
            let node = self.element(&entry.key, name_span, item.span, item, depth);
            elements.extend(node);
        }
    }

    fn element(
        &mut self,
        name: &str,
        name_span: Span,
        span: Span,
        value: Value,
        depth: usize,
    ) -> Option<Node> {
        let mut node = Node {
            name_span,
            ..Node::new(name, span)
        };
        match value.data {
            Data::Null => {}
            Data::Text(text) => node.text = self.text(&text, value.inner),
            Data::Map(entries) => {
                for entry in entries {
                    if let Some(attribute) = entry.key.strip_prefix('@') {
                        let attribute = attribute.to_owned();
                        node.attributes.extend(self.attribute(attribute, entry));
                    } else if entry.key == TEXT_KEY {
                        node.text = self
                            .plain(entry)
                            .and_then(|(text, span)| self.text(&text, span));
                    } else {
                        self.elements(entry, &mut node.children, depth + 1);
                    }
                }
            }
            Data::List(_) => {
                let help = "several elements of one name are one list behind its key";
                self.shape(value.span, "a list stands directly in a list", help);
                return None;
            }
        }
        Some(node)
    }

    fn attribute(&mut self, name: String, entry: Entry) -> Option<Attribute> {
        if !characters::is_name(&name) {
            self.bad_name(&name, "attribute", entry.key_span);
            return None;
        }
        let span = entry.span;
        let (value, value_span) = self.plain(entry)?;
        Some(Attribute {
            name,
            value,
            span,
            value_span,
        })
    }

    /// Returns the text of an entry that can have nothing else.
    fn plain(&mut self, entry: Entry) -> Option<(String, Span)> {
        match entry.value.data {
            Data::Null => Some((String::new(), entry.value.inner)),
            Data::Text(text) => {
                if let Some(letter) = text.chars().find(|&letter| !characters::is_allowed(letter)) {
                    self.bad_character(letter, entry.value.inner);
                }
                Some((text, entry.value.inner))
            }
            Data::Map(_) | Data::List(_) => {
                let help = format!("write a text behind `{}`", entry.key);
                let message = format!("`{}` needs a text", entry.key);
                self.shape(entry.key_span, &message, &help);
                None
            }
        }
    }

    /// Returns a text of an element without surrounding white space, or nothing when it has nothing else.
    fn text(&mut self, text: &str, span: Span) -> Option<Text> {
        if let Some(letter) = text.chars().find(|&letter| !characters::is_allowed(letter)) {
            self.bad_character(letter, span);
        }
        let value = text.trim();
        if value.is_empty() {
            return None;
        }
        let written = self.sources.slice(span);
        let start = span.start + (written.len() - written.trim_start().len());
        let end = start + written.trim().len();
        Some(Text {
            value: value.to_owned(),
            span: Span::new(span.source, start..end),
        })
    }

    fn shape(&mut self, place: Span, message: &str, help: &str) {
        self.problems.push(
            Diagnostic::error(codes::markup::SHAPE, message)
                .at(place)
                .help(help),
        );
    }

    fn bad_name(&mut self, name: &str, what: &str, place: Span) {
        let problem = Diagnostic::error(
            codes::markup::BAD_NAME,
            format!("`{}` is no name of an {what}", name.escape_debug()),
        );
        self.problems.push(problem.at(place).help(
            "names begin with a letter and have letters, digits, `_`, `-` and `.`; an attribute has `@` before its name",
        ));
    }

    fn bad_character(&mut self, letter: char, place: Span) {
        self.problems.push(
            characters::not_allowed(letter)
                .at(place)
                .help("remove the character"),
        );
    }
}
