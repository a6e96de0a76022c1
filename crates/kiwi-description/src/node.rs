//! The markup-independent tree of a description: elements, attributes and text, each with its place.
//!
//! Every markup is read into this tree; upgrades and the command line change it; the schema checks it;
//! the typed model is built from it. Comments and processing instructions are not kept.

use crate::span::Span;

/// One element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name as written, with a namespace prefix if there is one.
    pub name: String,
    /// Place of the name.
    pub name_span: Span,
    /// Place of the whole element.
    pub span: Span,
    /// Namespace the element is in; the elements of the schema are in none.
    pub namespace: Option<String>,
    /// Attributes in the order they were written.
    pub attributes: Vec<Attribute>,
    /// Child elements in the order they were written.
    pub children: Vec<Node>,
    /// Text without surrounding white space; absent when there is nothing else.
    pub text: Option<Text>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name as written, with a namespace prefix if there is one.
    pub name: String,
    /// Value with references resolved, not trimmed.
    pub value: String,
    /// Place of name and value together.
    pub span: Span,
    /// Place of the value without its quotes.
    pub value_span: Span,
}

/// Text of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text without surrounding white space.
    pub value: String,
    /// Its place.
    pub span: Span,
}

impl Node {
    /// Makes an empty element that stands for something written at `span`.
    pub fn new(name: impl Into<String>, span: Span) -> Self {
        Node {
            name: name.into(),
            name_span: span,
            span,
            namespace: None,
            attributes: Vec::new(),
            children: Vec::new(),
            text: None,
        }
    }

    /// Adds text and returns the element.
    pub fn with_text(mut self, value: impl Into<String>, span: Span) -> Self {
        self.text = Some(Text {
            value: value.into(),
            span,
        });
        self
    }

    /// Adds an attribute and returns the element.
    pub fn with_attribute(mut self, name: &str, value: impl Into<String>, span: Span) -> Self {
        self.set_attribute(name, value, span);
        self
    }

    /// Returns the attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// Returns the attribute of a name for changing.
    pub fn attribute_mut(&mut self, name: &str) -> Option<&mut Attribute> {
        self.attributes
            .iter_mut()
            .find(|attribute| attribute.name == name)
    }

    /// Returns the value of an attribute.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name)
            .map(|attribute| attribute.value.as_str())
    }

    /// Sets an attribute, as `--set-type-attr` does; `span` says where the new value comes from.
    pub fn set_attribute(&mut self, name: &str, value: impl Into<String>, span: Span) {
        let new = Attribute {
            name: name.to_owned(),
            value: value.into(),
            span,
            value_span: span,
        };
        match self.attribute_mut(name) {
            Some(old) => *old = new,
            None => self.attributes.push(new),
        }
    }

    /// Removes an attribute and returns it.
    pub fn take_attribute(&mut self, name: &str) -> Option<Attribute> {
        let at = self
            .attributes
            .iter()
            .position(|attribute| attribute.name == name)?;
        Some(self.attributes.remove(at))
    }

    /// Returns the first child of a name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns the first child of a name for changing.
    pub fn child_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// Returns all children of a name, in order.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the text, or the empty string.
    pub fn text(&self) -> &str {
        self.text.as_ref().map_or("", |text| text.value.as_str())
    }

    /// Returns the place of the text, or of the element's name when there is none.
    pub fn text_span(&self) -> Span {
        self.text.as_ref().map_or(self.name_span, |text| text.span)
    }

    /// Returns the element whose name is at a place, for changing: the one that a struct of the model was made from.
    pub fn element_at_mut(&mut self, name_span: Span) -> Option<&mut Node> {
        if self.name_span == name_span {
            return Some(self);
        }
        self.children
            .iter_mut()
            .find_map(|child| child.element_at_mut(name_span))
    }

    /// Calls `change` for this element and everything below it, parents first.
    pub fn visit_mut(&mut self, change: &mut impl FnMut(&mut Node)) {
        change(self);
        for child in &mut self.children {
            child.visit_mut(change);
        }
    }
}
