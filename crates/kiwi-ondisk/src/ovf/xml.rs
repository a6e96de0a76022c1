//! As much XML as descriptions of machines need.

use std::fmt::Write as _;

/// An element with either text or children.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: Option<String>,
    children: Vec<Element>,
}

impl Element {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            attributes: Vec::new(),
            text: None,
            children: Vec::new(),
        }
    }

    pub(super) fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::new(name)
        }
    }

    pub(super) fn attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn child(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    pub(super) fn push(&mut self, child: Element) {
        self.children.push(child);
    }

    /// Writes a whole document with this element.
    pub(super) fn document(&self) -> String {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        self.write(&mut text, 0);
        text
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let mut tag = format!("{indent}<{}", self.name);
        for (name, value) in &self.attributes {
            write!(tag, " {name}=\"{}\"", escaped(value))
                .expect("writing to a string does not fail");
        }
        out.push_str(&tag);
        match &self.text {
            Some(text) => {
                writeln!(out, ">{}</{}>", escaped(text), self.name)
            }
            None if self.children.is_empty() => writeln!(out, "/>"),
            None => {
                out.push_str(">\n");
                for child in &self.children {
                    child.write(out, depth + 1);
                }
                writeln!(out, "{indent}</{}>", self.name)
            }
        }
        .expect("writing to a string does not fail");
    }
}

/// Replaces what means something in XML; control characters, which XML cannot hold, are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                write!(escaped, "&#{};", u32::from(letter))
                    .expect("writing to a string does not fail");
            }
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_indented_and_escaped() {
        let document = Element::new("a")
            .attribute("b", "<\"&\u{1}")
            .child(Element::text("c", "x > y\n"))
            .child(Element::new("d"))
            .document();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <a b=\"&lt;&quot;&amp;\">\n  <c>x &gt; y&#10;</c>\n  <d/>\n</a>\n";
        assert_eq!(document, expected);
    }
}
