//! Documents made from the tables, which together use every element, every attribute and every deciding value.

use std::collections::BTreeSet;

use kiwi_description::node::Node;
use kiwi_description::schema;
use kiwi_description::schema::define::{Attribute, Control, Element, Kind, OnlyFor};
use kiwi_description::span::{SourceMap, Span};

/// Attributes whose value decides what else is allowed; the samples have all of their values.
const DECIDING: &[(&str, &str)] = &[
    ("type", "image"),
    ("bootloader", "name"),
    ("vagrantconfig", "provider"),
    ("packages", "type"),
    ("repository", "type"),
];

/// Values that keep rules between several attributes content.
const VALUES: &[(&str, &str, &str)] = &[
    ("systemdisk", "preferlvm", "false"),
    ("partition", "name", "data"),
    ("type", "format", "oci:qcow2"),
];

/// Makes one document for each combination of image type and what varies inside it.
pub(crate) fn documents() -> Vec<(String, Node)> {
    let images = words("type", "image");
    let several = DECIDING[1..]
        .iter()
        .map(|(element, attribute)| words(element, attribute).len());
    let rounds = several.max().unwrap_or_default();
    let mut documents = Vec::new();
    for round in 0..rounds.max(images.len()) {
        documents.push(document(images[round % images.len()], round));
    }
    // Disks and live media have a boot loader, of each kind once.
    for round in 0..words("bootloader", "name").len() {
        for image in ["oem", "iso"] {
            documents.push(document(image, round));
        }
    }
    documents
        .into_iter()
        .enumerate()
        .map(|(at, (name, root))| (format!("sample {at} {name}"), root))
        .collect()
}

fn words(element: &str, attribute: &str) -> Vec<&'static str> {
    let known = schema::element(element).and_then(|element| element.attribute(attribute));
    let words = known.expect("in the tables").kind.words();
    words.iter().map(|word| word.name).collect()
}

fn document(image: &'static str, round: usize) -> (String, Node) {
    let span = SourceMap::default().add_whole("made", "");
    let maker = Maker { image, round, span };
    let root = schema::element("image").expect("in the tables");
    (format!("{image} {round}"), maker.element(root, None))
}

struct Maker {
    image: &'static str,
    round: usize,
    span: Span,
}

impl Maker {
    fn element(&self, definition: &'static Element, parent: Option<&Node>) -> Node {
        let mut node = Node::new(definition.name, self.span);
        for attribute in definition.attributes {
            node.set_attribute(attribute.name, self.value(definition, attribute), self.span);
        }
        // Deciding attributes are there now, so that what they forbid can go.
        for attribute in definition.attributes {
            let left_out = definition.exclusive.is_some_and(|exclusive| {
                exclusive.names.contains(&attribute.name) && exclusive.names[0] != attribute.name
            });
            if left_out || !holds(attribute.only_for, &node, parent) {
                node.attributes.retain(|given| given.name != attribute.name);
            }
        }
        if definition.name == "extension" {
            node.children
                .push(Node::new("my:data", self.span).with_attribute(
                    "xmlns:my",
                    "urn:example",
                    self.span,
                ));
        }
        for child in definition.children {
            let child = schema::element(child.name).expect("in the tables");
            if holds(child.only_for, child_place(), Some(&node)) {
                let made = self.element(child, Some(&node));
                node.children.push(made);
            }
        }
        match definition.text {
            Some(kind) => node.with_text(good(kind), self.span),
            None => node,
        }
    }

    fn value(&self, element: &Element, attribute: &Attribute) -> String {
        let place = (element.name, attribute.name);
        if place == ("type", "image") {
            return self.image.to_owned();
        }
        if DECIDING.contains(&place) {
            let words = words(element.name, attribute.name);
            return words[self.round % words.len()].to_owned();
        }
        let fixed = VALUES.iter().find(|row| (row.0, row.1) == place);
        fixed.map_or_else(|| good(attribute.kind), |row| row.2.to_owned())
    }
}

/// A node that stands for a child whose place depends on its parent only.
fn child_place() -> &'static Node {
    static PLACE: std::sync::LazyLock<Node> =
        std::sync::LazyLock::new(|| Node::new("child", SourceMap::default().add_whole("made", "")));
    &PLACE
}

fn holds(condition: Option<OnlyFor>, node: &Node, parent: Option<&Node>) -> bool {
    let Some(condition) = condition else {
        return true;
    };
    let value = match condition.control {
        Control::Own(name) => node.value(name),
        Control::Parent(name) => parent.and_then(|parent| parent.value(name)),
    };
    !condition.strict || value.is_none_or(|value| condition.values.contains(&value))
}

/// A value of a kind.
pub(crate) fn good(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Location => "text",
        Kind::Boolean => "true",
        Kind::Number => "7",
        Kind::NumberFrom(least) => return least.to_string(),
        Kind::Integer => "-3",
        Kind::Words(words) | Kind::WordsOrForm(words, _) => words[0].name,
        Kind::Form(form) => match form.name {
            "locale-name" => "C,en_US",
            "mac-address-type" => "00:0c:6e:aa:57:2f",
            "vhd-tag-type" => "0123abcd-0123-abcd-0123-0123456789ab",
            "arch-name" => "x86_64,aarch64",
            "grub_console_output" => "serial gfxterm",
            "grub_console_input" => "serial console",
            "fs_attributes" => "no-copy-on-write",
            "package-version-type" => "1.2.3.4",
            "simple-uri-type" => "file:///key",
            _ => "7",
        },
    }
    .to_owned()
}

/// The names of all elements, attributes and children of the tables.
pub(crate) fn everything_in_the_tables() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for element in schema::elements() {
        all.insert(element.name.to_owned());
        let left_out = |name: &str| {
            element
                .exclusive
                .is_some_and(|exclusive| exclusive.names[1..].contains(&name))
        };
        let attributes = element.attributes.iter().map(|attribute| attribute.name);
        let attributes = attributes.filter(|name| !left_out(name));
        all.extend(attributes.map(|name| format!("{}@{name}", element.name)));
        let children = element.children.iter();
        all.extend(children.map(|child| format!("{}/{}", element.name, child.name)));
    }
    all
}

/// Removes from a set of names those that a document uses.
pub(crate) fn forget_used(node: &Node, names: &mut BTreeSet<String>) {
    names.remove(&node.name);
    for attribute in &node.attributes {
        names.remove(&format!("{}@{}", node.name, attribute.name));
    }
    for child in &node.children {
        names.remove(&format!("{}/{}", node.name, child.name));
        forget_used(child, names);
    }
}
