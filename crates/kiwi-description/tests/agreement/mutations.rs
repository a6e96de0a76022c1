//! Documents with one thing changed: mostly for the worse, sometimes to another good value.

use std::collections::BTreeSet;

use kiwi_description::node::Node;
use kiwi_description::schema;
use kiwi_description::schema::define::{Element, Kind};

use crate::Case;
use crate::samples::good;

/// Way to an element: the number of the child at each level.
type Way = Vec<usize>;

/// Changes each kind of place once: the first time it is met in the samples.
pub(crate) fn of(samples: &[(String, Node)]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut seen = BTreeSet::new();
    for (_, root) in samples {
        let mut ways = Vec::new();
        collect(root, &mut Vec::new(), &mut ways);
        for way in ways {
            let node = at(root, &way);
            let definition = schema::element(&node.name);
            let Some(definition) = definition else {
                continue;
            };
            let changes = if definition.name == "extension" {
                changes_of_extension()
            } else {
                changes(node, definition)
            };
            for change in changes {
                if seen.insert(change.name.clone()) {
                    let mut changed = root.clone();
                    (change.apply)(at_mut(&mut changed, &way));
                    cases.push(Case {
                        name: change.name,
                        root: changed,
                        only_xml: change.only_xml,
                    });
                }
            }
        }
    }
    cases
}

fn collect(node: &Node, way: &mut Way, ways: &mut Vec<Way>) {
    ways.push(way.clone());
    for (number, child) in node.children.iter().enumerate() {
        way.push(number);
        collect(child, way, ways);
        way.pop();
    }
}

fn at<'a>(root: &'a Node, way: &[usize]) -> &'a Node {
    way.iter()
        .fold(root, |node, &number| &node.children[number])
}

fn at_mut<'a>(root: &'a mut Node, way: &[usize]) -> &'a mut Node {
    way.iter()
        .fold(root, |node, &number| &mut node.children[number])
}

struct Change {
    name: String,
    apply: Box<dyn Fn(&mut Node)>,
    only_xml: bool,
}

/// All changes that make sense for an element.
fn changes(node: &Node, definition: &'static Element) -> Vec<Change> {
    let mut changes = Vec::new();
    let name = definition.name;
    let mut add = |what: String, apply: Box<dyn Fn(&mut Node)>| {
        changes.push(Change {
            // Blanks around values, and plus signs, are for XML only.
            only_xml: ["\"+", "\" ", "\\n\""]
                .iter()
                .any(|mark| what.contains(mark)),
            name: format!("{name}: {what}"),
            apply,
        });
    };
    add(
        "unknown attribute".into(),
        Box::new(|node| node.set_attribute("nonsense", "1", node.span)),
    );
    add(
        "unknown child".into(),
        Box::new(|node| node.children.push(Node::new("nonsense", node.span))),
    );
    add(
        "foreign child".into(),
        Box::new(|node| {
            let child = Node::new("x:foreign", node.span);
            let child = child.with_attribute("xmlns:x", "urn:x", node.span);
            node.children.push(child);
        }),
    );
    for attribute in definition.attributes {
        let known = attribute.name;
        if node.attribute(known).is_none() {
            // Not allowed here, because of a deciding attribute or an excluding one.
            let value = good(attribute.kind);
            add(
                format!("{known} where it is not allowed, {}", deciding(node)),
                Box::new(move |node| node.set_attribute(known, value.clone(), node.span)),
            );
            continue;
        }
        add(
            format!("without {known}"),
            Box::new(move |node| node.attributes.retain(|given| given.name != known)),
        );
        for value in values(attribute.kind) {
            add(
                format!("{known}={value:?}"),
                Box::new(move |node| node.set_attribute(known, value.clone(), node.span)),
            );
        }
    }
    for child in definition.children {
        let known = child.name;
        let found = node.children.iter().find(|child| child.name == known);
        let extra = found
            .cloned()
            .unwrap_or_else(|| Node::new(known, node.span));
        let place = found.map_or_else(|| format!(", {}", deciding(node)), |_| String::new());
        add(
            format!("one more {known}{place}"),
            Box::new(move |node| node.children.push(extra.clone())),
        );
        add(
            format!("without {known}"),
            Box::new(move |node| node.children.retain(|child| child.name != known)),
        );
    }
    if let Some(kind) = definition.text {
        add("without text".into(), Box::new(|node| node.text = None));
        for value in values(kind) {
            add(
                format!("text {value:?}"),
                Box::new(move |node| *node = node.clone().with_text(value.clone(), node.span)),
            );
        }
    } else {
        add(
            "stray text".into(),
            Box::new(|node| *node = node.clone().with_text("stray", node.span)),
        );
    }
    changes
}

/// Changes of `extension`, whose content is in no table.
fn changes_of_extension() -> Vec<Change> {
    let change = |name: &str, apply: Box<dyn Fn(&mut Node)>| Change {
        name: format!("extension: {name}"),
        apply,
        only_xml: false,
    };
    vec![
        change("empty", Box::new(|node| node.children.clear())),
        change(
            "child in no namespace",
            Box::new(|node| node.children.push(Node::new("plain", node.span))),
        ),
        change(
            "attribute",
            Box::new(|node| node.set_attribute("nonsense", "1", node.span)),
        ),
        change(
            "default namespace",
            Box::new(|node| {
                let child = Node::new("plain", node.span);
                let child = child.with_attribute("xmlns", "urn:plain", node.span);
                node.children.push(child.with_text("anything", node.span));
            }),
        ),
        change(
            "content of all kinds",
            Box::new(|node| {
                let mut inner = Node::new("my:inner", node.span).with_text("1", node.span);
                inner.set_attribute("x", "1", node.span);
                node.children[0].children.push(inner);
            }),
        ),
    ]
}

/// The deciding attribute of an element, to tell its places apart.
fn deciding(node: &Node) -> String {
    ["image", "type", "name", "provider"]
        .iter()
        .filter_map(|name| node.attribute(name))
        .map(|attribute| format!("{}={}", attribute.name, attribute.value))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Good and bad values of a kind.
fn values(kind: Kind) -> Vec<String> {
    let bad: &[&str] = match kind {
        Kind::Text | Kind::Location => &[],
        Kind::Boolean => &["yes", "", "TRUE", "2", "false", "1", "0", " true\n"],
        Kind::Number => &["", "-1", "1.5", "M", "0", "+7", "12345678"],
        Kind::NumberFrom(_) => &["2047", "", "x", "99999"],
        Kind::Integer => &["", "1.5", "x", "+3", "0"],
        Kind::Words(_) => &["", "nonsense"],
        Kind::Form(_) | Kind::WordsOrForm(..) => {
            &["", "ä nonsense;", "a b", "1", "all", "10G", "true"]
        }
    };
    let words = kind.words().iter().map(|word| word.name);
    let mut values: Vec<String> = bad
        .iter()
        .copied()
        .chain(words)
        .map(str::to_owned)
        .collect();
    if let Kind::Words(words) | Kind::WordsOrForm(words, _) = kind {
        values.push(words[0].name.to_uppercase() + "x");
        values.push(format!(" {}  ", words[0].name));
    }
    values
}
