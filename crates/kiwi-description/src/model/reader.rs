//! Takes typed values out of a node.

use super::Spanned;
use super::values::Value;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;

/// A type that is made of one element.
pub(super) trait FromNode: Sized {
    /// Reads the element; absent when something required is missing, which the reader has recorded.
    fn from_node(reader: &mut Reader<'_>) -> Option<Self>;
}

/// One element while it is turned into a typed value.
///
/// A checked node gives no diagnostics here; they are the second net for nodes that were changed after the check.
pub(super) struct Reader<'a> {
    node: &'a Node,
    problems: &'a mut Diagnostics,
}

impl<'a> Reader<'a> {
    /// Starts reading an element.
    pub(super) fn new(node: &'a Node, problems: &'a mut Diagnostics) -> Self {
        Reader { node, problems }
    }

    /// Returns the element itself.
    pub(super) fn node(&self) -> &'a Node {
        self.node
    }

    /// Returns the place of the element's name, which stands for the element in messages.
    pub(super) fn place(&self) -> crate::span::Span {
        self.node.name_span
    }

    /// Reads an attribute that may be absent.
    pub(super) fn attribute<T: Value>(&mut self, name: &str) -> Option<Spanned<T>> {
        let attribute = self.node.attribute(name)?;
        let value = T::read(&attribute.value);
        if value.is_none() {
            self.problems.push(
                Diagnostic::error(
                    codes::schema::BAD_VALUE,
                    format!("`{}` is no value of `{name}`", attribute.value),
                )
                .at(attribute.value_span),
            );
        }
        Some(Spanned::new(value?, attribute.value_span))
    }

    /// Reads an attribute that must be there.
    pub(super) fn required<T: Value>(&mut self, name: &str) -> Option<Spanned<T>> {
        if self.node.attribute(name).is_none() {
            self.problems.push(
                Diagnostic::error(
                    codes::schema::MISSING_ATTRIBUTE,
                    format!("`{}` needs the attribute `{name}`", self.node.name),
                )
                .at(self.node.name_span),
            );
        }
        self.attribute(name)
    }

    /// Reads the text of the element itself.
    pub(super) fn text<T: Value>(&mut self) -> Option<Spanned<T>> {
        let span = self.node.text_span();
        let value = T::read(self.node.text());
        if value.is_none() {
            self.problems.push(
                Diagnostic::error(
                    codes::schema::BAD_VALUE,
                    format!("`{}` is no value of `{}`", self.node.text(), self.node.name),
                )
                .at(span),
            );
        }
        Some(Spanned::new(value?, span))
    }

    /// Reads the text of the first child of a name.
    pub(super) fn child_text<T: Value>(&mut self, name: &str) -> Option<Spanned<T>> {
        let child = self.node.child(name)?;
        Reader::new(child, self.problems).text()
    }

    /// Reads the texts of all children of a name.
    pub(super) fn child_texts<T: Value>(&mut self, name: &str) -> Vec<Spanned<T>> {
        let node = self.node;
        node.children_named(name)
            .filter_map(|child| Reader::new(child, self.problems).text())
            .collect()
    }

    /// Reads the first child of a name.
    pub(super) fn child<T: FromNode>(&mut self, name: &str) -> Option<T> {
        let child = self.node.child(name)?;
        T::from_node(&mut Reader::new(child, self.problems))
    }

    /// Reads the first child of a name, which must be there.
    pub(super) fn required_child<T: FromNode>(&mut self, name: &str) -> Option<T> {
        if self.node.child(name).is_none() {
            self.problems.push(
                Diagnostic::error(
                    codes::schema::MISSING_ELEMENT,
                    format!("`{}` needs the element `{name}`", self.node.name),
                )
                .at(self.node.name_span),
            );
        }
        self.child(name)
    }

    /// Reads all children of a name, in order.
    pub(super) fn children<T: FromNode>(&mut self, name: &str) -> Vec<T> {
        let node = self.node;
        node.children_named(name)
            .filter_map(|child| T::from_node(&mut Reader::new(child, self.problems)))
            .collect()
    }
}

/// Reads one element and everything below it.
pub(super) fn read<T: FromNode>(node: &Node, problems: &mut Diagnostics) -> Option<T> {
    T::from_node(&mut Reader::new(node, problems))
}
