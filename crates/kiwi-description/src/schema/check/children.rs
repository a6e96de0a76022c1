//! Where elements may stand and how often.

use super::attributes::broken_condition;
use super::value::quote_list;
use crate::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use crate::node::Node;
use crate::schema::define::Element;
use crate::schema::{element, elements, retired};

/// Returns the table entry of a child, or what is wrong with its standing here.
pub(super) fn definition(
    child: &Node,
    parent: &Element,
) -> Result<&'static Element, Box<Diagnostic>> {
    if child.namespace.is_some() {
        return Err(Diagnostic::error(
            codes::schema::FOREIGN_NAMESPACE,
            format!("`{}` is in a foreign namespace", child.name),
        )
        .at(child.name_span)
        .help("foreign elements are allowed below `extension` only")
        .into());
    }
    match (parent.child(&child.name), element(&child.name)) {
        (Some(_), Some(definition)) => Ok(definition),
        (_, known) => Err(misplaced(child, parent, known).into()),
    }
}

fn misplaced(child: &Node, parent: &Element, known: Option<&Element>) -> Diagnostic {
    let message = match known {
        Some(_) => format!("`{}` does not belong into `{}`", child.name, parent.name),
        None => format!("unknown element `{}`", child.name),
    };
    let owners: Vec<_> = elements()
        .filter(|owner| owner.child(&child.name).is_some())
        .map(|owner| owner.name)
        .collect();
    let help = if let Some(advice) = retired::element(parent.name, &child.name) {
        advice.to_owned()
    } else if !owners.is_empty() {
        format!("it belongs into {}", quote_list(&owners))
    } else if let Some(near) = near_child(&child.name, parent) {
        format!("did you mean `{near}`?")
    } else if parent.children.is_empty() {
        format!("`{}` has no child elements", parent.name)
    } else {
        let siblings: Vec<_> = parent.children.iter().map(|sibling| sibling.name).collect();
        format!("`{}` can have {}", parent.name, quote_list(&siblings))
    };
    Diagnostic::error(codes::schema::UNKNOWN_ELEMENT, message)
        .at(child.name_span)
        .help(help)
}

fn near_child(name: &str, parent: &Element) -> Option<&'static str> {
    near_miss(name, parent.children.iter().map(|child| child.name))
}

/// Tells whether a missing child is probably there under a misspelt name, which is reported anyway.
fn is_misspelt(missing: &str, node: &Node, definition: &Element) -> bool {
    node.children
        .iter()
        .filter(|child| element(&child.name).is_none())
        // Comparing words takes time, and nobody writes this many.
        .take(100)
        .any(|child| near_child(&child.name, definition) == Some(missing))
}

/// Checks that children that must be there are there, and that single ones are single.
pub(super) fn check_counts(node: &Node, definition: &Element, problems: &mut Diagnostics) {
    for child in definition.children {
        let mut found = node
            .children
            .iter()
            .filter(|node| node.name == child.name && node.namespace.is_none());
        let Some(first) = found.next() else {
            if child.count.is_required() && !is_misspelt(child.name, node, definition) {
                problems.push(
                    Diagnostic::error(
                        codes::schema::MISSING_ELEMENT,
                        format!("`{}` needs the element `{}`", node.name, child.name),
                    )
                    .at(node.name_span)
                    .help(format!("add `<{}>` inside it", child.name)),
                );
            }
            continue;
        };
        if child.count.is_repeatable() {
            continue;
        }
        problems.extend(found.map(|again| {
            Diagnostic::error(
                codes::schema::TOO_MANY,
                format!("`{}` may stand only once in `{}`", child.name, node.name),
            )
            .at(again.name_span)
            .related(first.name_span, "the first one")
            .help("keep one of them")
        }));
    }
}

/// Checks that an element may be used for the kind its parent is of.
pub(super) fn check_place(
    node: &Node,
    definition: &Element,
    parent: Option<&Node>,
    problems: &mut Diagnostics,
) {
    let Some(condition) = &definition.only_for else {
        return;
    };
    problems.extend(broken_condition(condition, node, parent).map(|broken| {
        broken
            .explain(&format!("`{}`", node.name), condition)
            .at(node.name_span)
            .related(broken.place, "decided here")
    }));
}

/// Checks the children of `extension`: each in a foreign namespace, each prefix once.
pub(super) fn check_extension(node: &Node, problems: &mut Diagnostics) {
    if node.children.is_empty() {
        problems.push(
            Diagnostic::error(codes::schema::MISSING_ELEMENT, "`extension` is empty")
                .at(node.name_span)
                .help("remove it, or add an element in a namespace of its own"),
        );
    }
    for (at, child) in node.children.iter().enumerate() {
        if child.namespace.is_none() {
            problems.push(
                Diagnostic::error(
                    codes::schema::EXTENSION_NAMESPACE,
                    format!("`{}` in `extension` is in no namespace", child.name),
                )
                .at(child.name_span)
                .help(
                    "declare one with `xmlns:PREFIX=\"...\"` and write the name as `PREFIX:NAME`",
                ),
            );
            continue;
        }
        let earlier = node.children[..at]
            .iter()
            .find(|other| other.namespace.is_some() && prefix(other) == prefix(child));
        if let Some(earlier) = earlier {
            problems.push(
                Diagnostic::error(
                    codes::schema::EXTENSION_NAMESPACE,
                    "a namespace prefix may be used by one child of `extension` only",
                )
                .at(child.name_span)
                .related(earlier.name_span, "used here already")
                .help("put both into one element"),
            );
        }
    }
}

fn prefix(node: &Node) -> &str {
    node.name.split_once(':').map_or("", |(prefix, _)| prefix)
}
