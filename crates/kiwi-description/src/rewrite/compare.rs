//! Finds the changes of text that turn the written tree into the upgraded one.
//!
//! Elements and attributes of both trees are recognised by their places, which upgrades keep. What has kept its place in the
//! order is changed where it stands; what is gone is cut out with its line; what is new is written with the indentation around
//! it; what moved elsewhere takes its text, comments included, along.

use std::collections::HashMap;

use super::edits::Collected;
use super::layout::{Layout, StartTag};
use crate::node::{Attribute, Node};
use crate::span::{SourceId, SourceMap, Span};
use crate::syntax::xml_write::{escape_text, escape_value};

/// Returns the changes of all texts that the tree was read from.
pub(super) fn compare(before: &Node, after: &Node, sources: &SourceMap) -> Collected {
    let mut written = HashMap::new();
    collect(before, &mut written);
    let mut comparison = Comparison {
        sources,
        written: &written,
        edits: Collected::default(),
    };
    comparison.element(before, after);
    comparison.edits
}

/// Files all elements under their places.
fn collect<'a>(node: &'a Node, written: &mut HashMap<Span, &'a Node>) {
    written.insert(node.span, node);
    for child in &node.children {
        collect(child, written);
    }
}

struct Comparison<'a> {
    sources: &'a SourceMap,
    /// All elements as they were written.
    written: &'a HashMap<Span, &'a Node>,
    edits: Collected,
}

impl<'a> Comparison<'a> {
    fn layout(&self, source: SourceId) -> Layout<'a> {
        Layout {
            text: self.sources.file(source).text(),
        }
    }

    /// Returns the element as it was written, when it was.
    fn original(&self, node: &Node) -> Option<&'a Node> {
        let original = self.written.get(&node.span).copied()?;
        (original.name_span == node.name_span).then_some(original)
    }

    fn element(&mut self, before: &Node, after: &Node) {
        let layout = self.layout(before.span.source);
        let tag = layout.start_tag(before);
        if before.name != after.name {
            self.replace(before.name_span, &after.name);
            if !tag.closed {
                let at = layout.end_tag(before) + 2;
                let old = at..at + before.name.len();
                self.edits.add(before.span.source, old, &after.name);
            }
        }
        self.attributes(before, after, tag);
        self.text(before, after, tag);
        self.children(before, after, tag);
    }

    fn replace(&mut self, place: Span, text: &str) {
        self.edits.add(place.source, place.range(), text);
    }

    fn attributes(&mut self, before: &Node, after: &Node, tag: StartTag) {
        let source = before.span.source;
        let mut left: Vec<&Attribute> = before.attributes.iter().collect();
        let mut new = Vec::new();
        for attribute in &after.attributes {
            let same_place = |it: &&Attribute| it.span == attribute.span;
            let same_name = |it: &&Attribute| it.name == attribute.name;
            let at = left.iter().position(same_place);
            let Some(at) = at.or_else(|| left.iter().position(same_name)) else {
                new.push(attribute);
                continue;
            };
            self.attribute(left.remove(at), attribute);
        }
        let layout = self.layout(source);
        for gone in left {
            let start = layout.text[..gone.span.start].trim_end().len();
            self.edits.add(source, start..gone.span.end, "");
        }
        if new.is_empty() {
            return;
        }
        // A list with one attribute per line goes on like that.
        let blank = before.attributes.last().map_or(" ", |last| {
            let before_it = &layout.text[..last.span.start];
            &before_it[before_it.trim_end().len()..]
        });
        let blank = if blank.is_empty() { " " } else { blank };
        let mut text = String::new();
        for attribute in new {
            write_attribute(attribute, blank, &mut text);
        }
        self.edits.add(source, tag.inside..tag.inside, text);
    }

    fn attribute(&mut self, before: &Attribute, after: &Attribute) {
        if before.name != after.name {
            let start = before.span.start;
            let name = start..start + before.name.len();
            self.edits.add(before.span.source, name, &after.name);
        }
        if before.value != after.value {
            let mut value = String::new();
            escape_value(&after.value, &mut value);
            // The quotes around it stay, which may be single ones.
            let value = value.replace('\'', "&apos;");
            self.replace(before.value_span, &value);
        }
    }

    fn text(&mut self, before: &Node, after: &Node, tag: StartTag) {
        match (&before.text, &after.text) {
            (Some(old), new) if old.value != after.text() => {
                let mut text = String::new();
                escape_text(after.text(), &mut text);
                debug_assert!(new.is_some() || text.is_empty());
                self.replace(old.span, &text);
            }
            (None, Some(new)) if after.children.is_empty() || !tag.closed => {
                let mut text = String::new();
                escape_text(&new.value, &mut text);
                if tag.closed {
                    self.open(before, after, tag, &text);
                } else {
                    self.edits.add(before.span.source, tag.end..tag.end, text);
                }
            }
            _ => {}
        }
    }

    /// Turns `<a/>` into `<a>CONTENT</a>`.
    fn open(&mut self, before: &Node, after: &Node, tag: StartTag, content: &str) {
        let text = format!(">{content}</{}>", after.name);
        self.edits
            .add(before.span.source, tag.inside..tag.end, text);
    }

    fn children(&mut self, before: &Node, after: &Node, tag: StartTag) {
        let kept = self.kept_in_place(before, after);
        for child in &before.children {
            if !kept.contains(&Some(child.span)) {
                let layout = self.layout(child.span.source);
                let range = layout.lines_of(child.span.range());
                self.edits.add(child.span.source, range, "");
            }
        }
        let mut previous: Option<&Node> = None;
        let mut pending: Vec<&Node> = Vec::new();
        for (child, kept) in after.children.iter().zip(&kept) {
            let original = kept.and_then(|_| self.original(child));
            let Some(original) = original else {
                pending.push(child);
                continue;
            };
            self.insert(before, after, tag, previous, &std::mem::take(&mut pending));
            self.element(original, child);
            previous = Some(original);
        }
        self.insert(before, after, tag, previous, &pending);
    }

    /// Tells of each new child whether it was a child before and still follows those it followed; its place then.
    fn kept_in_place(&self, before: &Node, after: &Node) -> Vec<Option<Span>> {
        let mut next = 0;
        after
            .children
            .iter()
            .map(|child| {
                let original = self.original(child)?;
                let mut rest = before.children.iter().skip(next);
                let skipped = rest.position(|it| it.span == original.span)?;
                next += skipped + 1;
                Some(original.span)
            })
            .collect()
    }

    /// Inserts elements behind a child that stayed, or behind the start tag.
    fn insert(
        &mut self,
        before: &Node,
        after: &Node,
        tag: StartTag,
        previous: Option<&Node>,
        new: &[&Node],
    ) {
        if new.is_empty() {
            return;
        }
        if let Some(previous) = previous {
            let (source, end) = (previous.span.source, previous.span.end);
            let layout = self.layout(source);
            let line = layout.rest_of_line(end);
            match line.filter(|_| layout.is_first(previous.span.start)) {
                Some(at) => {
                    let text = self.lines(source, layout.indent(previous.span.start), new);
                    self.edits.add(source, at..at, text);
                }
                None => self.insert_inline(source, end, new),
            }
            return;
        }
        let source = before.span.source;
        let layout = self.layout(source);
        let outer = layout.indent(before.span.start);
        let own = before
            .children
            .iter()
            .find(|child| child.span.source == source && layout.is_first(child.span.start));
        let indent = match own {
            Some(child) => layout.indent(child.span.start).to_owned(),
            None => format!("{outer}{}", layout.unit()),
        };
        let text = self.lines(source, &indent, new);
        if tag.closed {
            let content = format!("{text}{}{outer}", layout.line_end());
            self.open(before, after, tag, &content);
        } else if let Some(at) = layout.rest_of_line(tag.end) {
            self.edits.add(source, at..at, text);
        } else if before.children.is_empty() {
            let text = format!("{text}{}{outer}", layout.line_end());
            self.edits.add(source, tag.end..tag.end, text);
        } else {
            self.insert_inline(source, tag.end, new);
        }
    }

    /// Inserts elements without line ends, where those around have none.
    fn insert_inline(&mut self, source: SourceId, at: usize, new: &[&Node]) {
        let indent = self.layout(source).indent(at);
        let text: String = new
            .iter()
            .map(|node| self.render(source, node, indent))
            .collect();
        self.edits.add(source, at..at, text);
    }

    /// Writes each element on lines of its own; begins with a line end.
    fn lines(&self, source: SourceId, indent: &str, new: &[&Node]) -> String {
        let line_end = self.layout(source).line_end();
        new.iter()
            .map(|node| format!("{line_end}{indent}{}", self.render(source, node, indent)))
            .collect()
    }

    /// Writes an element: with its own text when it has one, else from the tree.
    fn render(&self, target: SourceId, node: &Node, indent: &str) -> String {
        match self.original(node) {
            Some(original) => self.moved(original, node, indent),
            None => self.fresh(target, node, indent),
        }
    }

    /// Takes the text of an element, changes included, to another indentation.
    fn moved(&self, original: &Node, node: &Node, indent: &str) -> String {
        let source = original.span.source;
        let mut inner = Comparison {
            sources: self.sources,
            written: self.written,
            edits: Collected::default(),
        };
        inner.element(original, node);
        let layout = self.layout(source);
        let Ok(edits) = inner.edits.take(source) else {
            return self.fresh(source, node, indent);
        };
        let text = edits.apply_within(layout.text, original.span.range());
        let old = layout.indent(original.span.start);
        let mut lines = text.split('\n');
        let mut moved = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            moved.push('\n');
            match line.strip_prefix(old) {
                Some(rest) if !rest.trim().is_empty() => moved.extend([indent, rest]),
                _ => moved.push_str(line),
            }
        }
        moved
    }

    fn fresh(&self, target: SourceId, node: &Node, indent: &str) -> String {
        let layout = self.layout(target);
        let mut text = format!("<{}", node.name);
        for attribute in &node.attributes {
            write_attribute(attribute, " ", &mut text);
        }
        if node.text.is_none() && node.children.is_empty() {
            text.push_str("/>");
            return text;
        }
        text.push('>');
        escape_text(node.text(), &mut text);
        if !node.children.is_empty() {
            let inner = format!("{indent}{}", layout.unit());
            let children: Vec<_> = node.children.iter().collect();
            text.push_str(&self.lines(target, &inner, &children));
            text.push_str(layout.line_end());
            text.push_str(indent);
        }
        text.push_str(&format!("</{}>", node.name));
        text
    }
}

fn write_attribute(attribute: &Attribute, blank: &str, out: &mut String) {
    out.push_str(blank);
    out.push_str(&attribute.name);
    out.push_str("=\"");
    escape_value(&attribute.value, out);
    out.push('"');
}
