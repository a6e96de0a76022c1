//! Documents with one thing changed: mostly for the worse, sometimes to another good value.

use std::collections::BTreeSet;

use kiwi_description::node::Node;
use kiwi_description::schema::define::{Element, Kind};
use kiwi_description::schema::{self, describe};

use crate::Case;
use crate::samples::good;

/// Way to an element: the number of the child at each level.
type Way = Vec<usize>;

/// Changes each kind of place once: the first time it is met in the samples. All values are tried at the first place of
/// their kind, a good and a bad one at the others.
pub(crate) fn of(samples: &[(String, Node)]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut seen = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for (_, root) in samples {
        let mut ways = Vec::new();
        collect(root, &mut Vec::new(), &mut ways);
        for way in ways {
            let node = at(root, &way);
            let definition = schema::element(&node.name);
            let Some(definition) = definition else {
                continue;
            };
            let given: Vec<_> = node
                .attributes
                .iter()
                .map(|given| given.name.as_str())
                .collect();
            let like = format!("{} {} {given:?}", node.name, deciding(node));
            if !seen.insert(like) {
                continue;
            }
            let changes = if definition.name == "extension" {
                changes_of_extension()
            } else {
                changes(node, definition, &mut kinds)
            };
            for change in changes {
                if seen.insert(change.name.clone()) {
                    let (mut changed, way) = pruned(root, &way);
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

/// Returns a document with nothing besides the way but what must be there, and the way in it.
fn pruned(root: &Node, way: &[usize]) -> (Node, Way) {
    let Some((&next, rest)) = way.split_first() else {
        return (root.clone(), Vec::new());
    };
    let mut kept = without_children(root);
    let mut new_way = Vec::new();
    for (number, child) in root.children.iter().enumerate() {
        if number == next {
            let (inner, inner_way) = pruned(child, rest);
            new_way.push(kept.children.len());
            new_way.extend(inner_way);
            kept.children.push(inner);
        } else if is_required(root, child) {
            kept.children.push(least(child));
        }
    }
    (kept, new_way)
}

/// Returns an element with only those children that must be there.
fn least(node: &Node) -> Node {
    let mut kept = without_children(node);
    let required = node
        .children
        .iter()
        .filter(|child| is_required(node, child));
    kept.children = required.map(least).collect();
    kept
}

fn is_required(parent: &Node, child: &Node) -> bool {
    let known = schema::element(&parent.name).and_then(|definition| definition.child(&child.name));
    known.is_some_and(|known| known.count.is_required())
}

fn without_children(node: &Node) -> Node {
    Node {
        name: node.name.clone(),
        namespace: node.namespace.clone(),
        attributes: node.attributes.clone(),
        text: node.text.clone(),
        ..Node::new("", node.span)
    }
}

struct Change {
    name: String,
    apply: Box<dyn Fn(&mut Node)>,
    only_xml: bool,
}

/// All changes that make sense for an element.
fn changes(node: &Node, definition: &'static Element, kinds: &mut BTreeSet<String>) -> Vec<Change> {
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
        for value in values_to_try(attribute.kind, known, kinds) {
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
        for value in values_to_try(kind, name, kinds) {
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

/// All values of a kind at its first place, else the first ones of them. Lists of words are kinds of their own.
fn values_to_try(kind: Kind, place: &str, kinds: &mut BTreeSet<String>) -> Vec<String> {
    let mut values = values(kind);
    let name = match kind {
        Kind::Words(_) | Kind::WordsOrForm(..) => return values,
        Kind::Form(form) => form.name.to_owned(),
        _ => describe(kind),
    };
    // The place that was first remains so when it is met again.
    let is_first = kinds.contains(&format!("{name} at {place}")) || kinds.insert(name.clone());
    if is_first {
        kinds.insert(format!("{name} at {place}"));
    } else {
        values.truncate(2);
        values.push(good(kind));
    }
    values
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
