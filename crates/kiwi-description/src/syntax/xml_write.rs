//! Writes a node tree as XML: two blanks per level, attributes in their order, nothing that depends on the machine.
//!
//! What is written reads back as the same tree, apart from places. Text of an element that also has children, which only
//! extension data can have, is written before them.

use super::XSI;
use crate::node::Node;

/// Returns a whole document with its declaration.
pub fn to_xml(root: &Node) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    write_element(root, 0, &mut out);
    out
}

fn write_element(node: &Node, level: usize, out: &mut String) {
    indent(level, out);
    out.push('<');
    out.push_str(&node.name);
    if level == 0 {
        declare_xsi(node, out);
    }
    for attribute in &node.attributes {
        out.push(' ');
        out.push_str(&attribute.name);
        out.push_str("=\"");
        escape_value(&attribute.value, out);
        out.push('"');
    }
    match (&node.text, node.children.is_empty()) {
        (None, true) => {
            out.push_str("/>\n");
            return;
        }
        (Some(text), true) => {
            out.push('>');
            escape_text(&text.value, out);
        }
        (text, false) => {
            out.push_str(">\n");
            if let Some(text) = text {
                indent(level + 1, out);
                escape_text(&text.value, out);
                out.push('\n');
            }
            for child in &node.children {
                write_element(child, level + 1, out);
            }
            indent(level, out);
        }
    }
    out.push_str("</");
    out.push_str(&node.name);
    out.push_str(">\n");
}

/// Declares the prefix `xsi`, under which the reader keeps schema locations whatever prefix they were written with.
fn declare_xsi(root: &Node, out: &mut String) {
    if needs_xsi(root) {
        out.push_str(&format!(" xmlns:xsi=\"{XSI}\""));
    }
}

/// Tells whether the prefix `xsi` is used and must be declared on the outermost element.
pub(super) fn needs_xsi(root: &Node) -> bool {
    fn uses(node: &Node) -> bool {
        let mut attributes = node.attributes.iter();
        attributes.any(|attribute| attribute.name.starts_with("xsi:"))
            || node.children.iter().any(uses)
    }
    root.attribute("xmlns:xsi").is_none() && uses(root)
}

fn indent(level: usize, out: &mut String) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

pub(crate) fn escape_text(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            letter => out.push(letter),
        }
    }
}

/// Escapes a value; line ends and tabs need it because the reader would turn them into blanks.
pub(crate) fn escape_value(value: &str, out: &mut String) {
    for letter in value.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::node::Text;
    use crate::span::{SourceMap, Span};
    use crate::syntax::xml;

    fn nowhere() -> Span {
        SourceMap::default().add_whole("", "")
    }

    fn read(text: &str) -> Node {
        let mut sources = SourceMap::default();
        let source = sources.add("", text);
        let mut node = xml::parse(&sources, source).unwrap();
        node.visit_mut(&mut |node| {
            node.span = nowhere();
            node.name_span = nowhere();
            for attribute in &mut node.attributes {
                attribute.span = nowhere();
                attribute.value_span = nowhere();
            }
            if let Some(text) = &mut node.text {
                text.span = nowhere();
            }
        });
        node
    }

    #[test]
    fn writes_plainly() {
        let text = "<image xmlns:s='http://www.w3.org/2001/XMLSchema-instance' s:schemaLocation='x' id='&quot;&#10;'>\
                    <!-- c --><author>a &lt; b ]]&gt;</author><users/></image>";
        let written = to_xml(&read(text));
        assert_eq!(
            written,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <image xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"x\" id=\"&quot;&#10;\">\n  <author>a &lt; b ]]&gt;</author>\n  <users/>\n</image>\n"
        );
    }

    fn trees() -> impl Strategy<Value = Node> {
        let names = "[a-z][a-z0-9_.-]{0,8}";
        let texts = "[ -~\u{e4}\u{20ac}\n\t\r]{0,12}";
        let leaf = (
            names,
            proptest::collection::btree_map(names, texts, 0..4),
            texts,
        )
            .prop_map(|(name, attributes, text)| {
                let mut node = Node::new(name, nowhere());
                for (name, value) in attributes {
                    node.set_attribute(&name, value, nowhere());
                }
                let text = text.trim();
                node.text = (!text.is_empty()).then(|| Text {
                    value: text.to_owned(),
                    span: nowhere(),
                });
                node
            });
        leaf.prop_recursive(4, 30, 5, move |inner| {
            (names, proptest::collection::vec(inner, 1..5)).prop_map(|(name, children)| {
                let mut node = Node::new(name, nowhere());
                node.children = children;
                node
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(tree in trees()) {
            let written = to_xml(&tree);
            let again = read(&written);
            prop_assert_eq!(&again, &tree);
            prop_assert_eq!(to_xml(&again), written);
        }
    }
}
