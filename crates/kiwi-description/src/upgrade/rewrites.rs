//! The moves that several version steps share.

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::{Attribute, Node};
use crate::span::Span;

/// Calls `change` for every element of a name that belongs to the description itself, parents first.
pub(super) fn for_each(root: &mut Node, name: &str, change: &mut impl FnMut(&mut Node)) {
    root.visit_mut(&mut |node| {
        if is(node, name) {
            change(node);
        }
    });
}

/// Tells whether an element of the description itself has a name.
pub(super) fn is(node: &Node, name: &str) -> bool {
    node.name == name && node.namespace.is_none()
}

/// Gives an element another name wherever it stands.
pub(super) fn rename_elements(root: &mut Node, from: &str, to: &str) {
    for_each(root, from, &mut |node| to.clone_into(&mut node.name));
}

/// Gives an attribute another name and keeps its value and place.
///
/// An attribute that has the new name already gives way, because an element cannot have two of one name.
pub(super) fn rename_attribute(node: &mut Node, from: &str, to: &str) {
    if node.attribute(from).is_some() {
        node.take_attribute(to);
    }
    if let Some(attribute) = node.attribute_mut(from) {
        to.clone_into(&mut attribute.name);
    }
}

/// Gives an attribute another value when it has a certain one, and says so with `true`.
pub(super) fn replace_value(node: &mut Node, name: &str, from: &str, to: &str) -> bool {
    match node.attribute_mut(name) {
        Some(attribute) if attribute.value == from => {
            to.clone_into(&mut attribute.value);
            true
        }
        _ => false,
    }
}

/// Gives the text of all elements of a name another value when it is exactly a certain one.
pub(super) fn replace_text(root: &mut Node, element: &str, from: &str, to: &str) {
    for_each(root, element, &mut |node| {
        if let Some(text) = node.text.as_mut().filter(|text| text.value == from) {
            to.clone_into(&mut text.value);
        }
    });
}

/// Makes a new element of an attribute's value; it stands where the attribute stood.
pub(super) fn element_of(name: &str, attribute: &Attribute) -> Node {
    Node::new(name, attribute.span).with_text(attribute.value.trim(), attribute.value_span)
}

/// Removes an attribute that has no meaning any more, and says so.
pub(super) fn drop_attribute(node: &mut Node, name: &str, why: &str, problems: &mut Diagnostics) {
    if let Some(attribute) = node.take_attribute(name) {
        problems.push(
            Diagnostic::note(
                codes::markup::UPGRADE_DROPPED,
                format!("`{name}` of `{}` is ignored: {why}", node.name),
            )
            .at(attribute.span),
        );
    }
}

/// Removes all elements of a name that have no meaning any more, and says so.
pub(super) fn drop_elements(root: &mut Node, name: &str, why: &str, problems: &mut Diagnostics) {
    for element in take_elements(root, name) {
        problems.push(
            Diagnostic::note(
                codes::markup::UPGRADE_DROPPED,
                format!("`{name}` is ignored: {why}"),
            )
            .at(element.name_span),
        );
    }
}

/// Removes an attribute that had an effect, and warns; `instead` says what to write now.
pub(super) fn lose_attribute(
    node: &mut Node,
    name: &str,
    instead: &str,
    problems: &mut Diagnostics,
) {
    if let Some(attribute) = node.take_attribute(name) {
        let what = format!("`{name}` of `{}`", node.name);
        problems.push(lost(&what, attribute.span, instead));
    }
}

/// Removes all elements of a name that had an effect, and warns; `instead` says what to write now.
pub(super) fn lose_elements(
    root: &mut Node,
    name: &str,
    instead: &str,
    problems: &mut Diagnostics,
) {
    for element in take_elements(root, name) {
        problems.push(lost(&format!("`{name}`"), element.name_span, instead));
    }
}

/// Warns that something with an effect is gone.
pub(super) fn lost(what: &str, place: Span, instead: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::markup::UPGRADE_LOST,
        format!("{what} has no counterpart in the newest schema and is left out"),
    )
    .at(place)
    .help(instead)
}

/// Warns that a form the newest schema refuses is read as another one.
pub(super) fn read_as(message: impl Into<String>, place: Span, help: &str) -> Diagnostic {
    Diagnostic::warning(codes::markup::ONCE_VALID, message)
        .at(place)
        .help(help)
}

/// Takes all elements of a name out of the tree, wherever they stand.
fn take_elements(root: &mut Node, name: &str) -> Vec<Node> {
    let mut taken = Vec::new();
    root.visit_mut(&mut |node| {
        taken.extend(node.children.extract_if(.., |child| is(child, name)));
    });
    taken
}

/// Makes a disk with a read-only root and a writable layer out of a build type whose kind is gone.
///
/// The file system stays when a writable layer can have it; otherwise it becomes ext4.
pub(super) fn make_overlay_disk(build_type: &mut Node, place: Span) {
    const WRITABLE: [&str; 5] = ["btrfs", "ext2", "ext3", "ext4", "xfs"];
    build_type.set_attribute("image", "oem", place);
    build_type.set_attribute("overlayroot", "true", place);
    let filesystem = build_type.value("filesystem");
    if !filesystem.is_some_and(|filesystem| WRITABLE.contains(&filesystem)) {
        build_type.set_attribute("filesystem", "ext4", place);
    }
}
