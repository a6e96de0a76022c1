//! Reads XML into a node tree, keeping the place of every name, value and text.
//!
//! Comments and processing instructions are skipped. Document types, and with them entities, are refused. Text is kept
//! without surrounding white space; attribute values are kept as they are. The format is XML 1.0 with namespaces,
//! <https://www.w3.org/TR/xml/>.

use std::ops::Range;

use roxmltree::{Document, ParsingOptions};

use super::{DEPTH_LIMIT, NODE_LIMIT, XML, XSI, xml_error};
use crate::diagnostic::{Diagnostic, codes};
use crate::node::{Attribute, Node, Text};
use crate::span::{SourceId, SourceMap, Span};

/// Reads a whole document and returns its outermost element.
///
/// The first thing that is not well-formed ends the reading.
pub fn parse(sources: &SourceMap, source: SourceId) -> Result<Node, Box<Diagnostic>> {
    let text = sources.file(source).text();
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODE_LIMIT,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| xml_error::explain(&error, sources, source))?;
    let reader = XmlReader { text, source };
    reader.element(document.root_element(), 0)
}

struct XmlReader<'a> {
    text: &'a str,
    source: SourceId,
}

impl XmlReader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    fn element(
        &self,
        element: roxmltree::Node<'_, '_>,
        depth: usize,
    ) -> Result<Node, Box<Diagnostic>> {
        let range = element.range();
        let name_start = range.start + 1;
        let name_length = self.text[name_start..range.end]
            .find(|letter: char| letter.is_ascii_whitespace() || letter == '>' || letter == '/')
            .unwrap_or(0);
        let name_range = name_start..name_start + name_length;
        let name_span = self.span(name_range.clone());
        if depth > DEPTH_LIMIT {
            return Err(Diagnostic::error(
                codes::markup::TOO_DEEP,
                format!("elements are nested more than {DEPTH_LIMIT} levels deep"),
            )
            .at(name_span)
            .into());
        }

        let mut attributes = self.namespace_declarations(element, &range, name_span);
        attributes.extend(
            element
                .attributes()
                .map(|attribute| self.attribute(attribute)),
        );
        let mut children = Vec::new();
        let mut pieces = Vec::new();
        for child in element.children() {
            if child.is_element() {
                children.push(self.element(child, depth + 1)?);
            } else if child.is_text() {
                pieces.push((child.text().unwrap_or_default(), child.range()));
            }
        }
        Ok(Node {
            name: self.text[name_range].to_owned(),
            name_span,
            span: self.span(range),
            namespace: element.tag_name().namespace().map(str::to_owned),
            attributes,
            children,
            text: self.join_text(&pieces),
        })
    }

    fn attribute(&self, attribute: roxmltree::Attribute<'_, '_>) -> Attribute {
        let range = attribute.range();
        let written = &self.text[range.clone()];
        let name_length = written
            .find(|letter: char| letter.is_ascii_whitespace() || letter == '=')
            .unwrap_or(written.len());
        let name = match attribute.namespace() {
            Some(XSI) => format!("xsi:{}", attribute.name()),
            Some(XML) => format!("xml:{}", attribute.name()),
            _ => written[..name_length].to_owned(),
        };
        // Names hold no quotes, so the first one opens the value; the last character closes it.
        let value_start = range.start + written.find(['"', '\'']).map_or(0, |quote| quote + 1);
        Attribute {
            name,
            value: attribute.value().to_owned(),
            value_span: self.span(value_start..range.end - 1),
            span: self.span(range),
        }
    }

    /// Returns the namespaces declared on this very element as attributes, so that they can be written again.
    fn namespace_declarations(
        &self,
        element: roxmltree::Node<'_, '_>,
        range: &Range<usize>,
        name_span: Span,
    ) -> Vec<Attribute> {
        let inherited = element.parent_element();
        element
            .namespaces()
            .filter(|namespace| {
                let above =
                    inherited.and_then(|parent| parent.lookup_namespace_uri(namespace.name()));
                namespace.uri() != XML && above != Some(namespace.uri())
            })
            .map(|namespace| {
                let name = match namespace.name() {
                    Some(prefix) => format!("xmlns:{prefix}"),
                    None => "xmlns".to_owned(),
                };
                let span = self.text[range.clone()]
                    .find(&name)
                    .map_or(name_span, |at| {
                        let start = range.start + at;
                        self.span(start..start + name.len())
                    });
                Attribute {
                    name,
                    value: namespace.uri().to_owned(),
                    span,
                    value_span: span,
                }
            })
            .collect()
    }

    /// Joins the pieces of text that comments, references and child elements have cut apart.
    fn join_text(&self, pieces: &[(&str, Range<usize>)]) -> Option<Text> {
        let joined: String = pieces.iter().map(|(text, _)| *text).collect();
        let value = joined.trim();
        if value.is_empty() {
            return None;
        }
        let mut written = pieces.iter().filter(|(text, _)| !text.trim().is_empty());
        let first = written.next()?;
        let last = written.next_back().unwrap_or(first);
        let start = first.1.start + leading_blanks(&self.text[first.1.clone()]);
        let end = last.1.start + self.text[last.1.clone()].trim_end().len();
        Some(Text {
            value: value.to_owned(),
            span: self.span(start..end.max(start)),
        })
    }
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (SourceMap, Result<Node, Box<Diagnostic>>) {
        let mut sources = SourceMap::default();
        let source = sources.add("config.xml", text);
        let node = parse(&sources, source);
        (sources, node)
    }

    #[test]
    fn every_place_is_exact() {
        let (sources, node) = read(concat!(
            "<?xml version=\"1.0\"?>\n<!-- c -->\n<image name = \"a&amp;b\"\n  id=''>\n",
            "  <author>\n Jürgen &lt;x&gt; <!-- y -->z\n</author><empty/>\n</image>"
        ));
        let node = node.unwrap();
        assert_eq!(sources.slice(node.name_span), "image");
        assert_eq!(sources.location(node.span).to_string(), "config.xml:3:1");
        let name = node.attribute("name").unwrap();
        assert_eq!(name.value, "a&b");
        assert_eq!(sources.slice(name.value_span), "a&amp;b");
        assert_eq!(sources.slice(name.span), "name = \"a&amp;b\"");
        let id = node.attribute("id").unwrap();
        assert_eq!(id.value, "");
        assert_eq!(
            sources.location(id.value_span).to_string(),
            "config.xml:4:7"
        );
        let author = node.child("author").unwrap();
        assert_eq!(author.text(), "Jürgen <x> z");
        assert_eq!(
            sources.slice(author.text_span()),
            "Jürgen &lt;x&gt; <!-- y -->z"
        );
        let empty = node.child("empty").unwrap();
        assert_eq!(empty.text, None);
        assert_eq!(sources.slice(empty.span), "<empty/>");
    }

    #[test]
    fn namespaces_are_kept() {
        let (sources, node) = read(concat!(
            "<image xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\" s:noNamespaceSchemaLocation=\"x\">",
            "<extension><p:a xmlns:p=\"urn:p\" p:b=\"1\"><p:c/></p:a></extension></image>"
        ));
        let node = node.unwrap();
        let names = |node: &Node| {
            node.attributes
                .iter()
                .map(|a| a.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&node), ["xmlns:s", "xsi:noNamespaceSchemaLocation"]);
        let data = &node.children[0].children[0];
        assert_eq!(
            (data.name.as_str(), data.namespace.as_deref()),
            ("p:a", Some("urn:p"))
        );
        assert_eq!(names(data), ["xmlns:p", "p:b"]);
        assert_eq!(sources.slice(data.attributes[0].span), "xmlns:p");
        assert_eq!(names(&data.children[0]), [""; 0]);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = "<a>".repeat(90_000) + &"</a>".repeat(90_000);
        let problem = read(&text).1.unwrap_err();
        assert_eq!(problem.code, codes::markup::TOO_DEEP);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn anything_like_xml_is_read_or_refused(text in "[<>/!?a=\"' &;\\[\\]\u{e4}\n-]{0,80}") {
            let (sources, result) = read(&format!("<a>{text}</a>"));
            if let Err(problem) = result {
                let label = problem.primary.expect("every XML error has a place");
                let _ = (sources.location(label.span), sources.slice(label.span));
            }
        }
    }
}
