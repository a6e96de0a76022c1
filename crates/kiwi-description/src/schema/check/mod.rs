//! Checks a node tree against the tables and reports everything that is wrong at once.
//!
//! Where the reference accepts more by accident than it documents, and real descriptions could rely on it, the check accepts
//! it too, with a warning; where it refuses more by accident, the check accepts what is documented.

mod attributes;
mod children;
mod value;

use super::rules::{self, Place};
use super::{define::Element, element};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;

pub use value::describe;

/// Checks a whole description of the newest schema version.
pub fn check(root: &Node) -> Diagnostics {
    let mut problems = Diagnostics::new();
    match element("image") {
        Some(definition) if root.name == "image" && root.namespace.is_none() => {
            check_element(root, definition, &mut Vec::new(), &mut problems);
        }
        _ => problems.push(wrong_root(root)),
    }
    problems.sorted().limited()
}

fn wrong_root(root: &Node) -> Diagnostic {
    if root.name == "image" {
        return Diagnostic::error(
            codes::schema::FOREIGN_NAMESPACE,
            "`image` is in a namespace",
        )
        .at(root.name_span)
        .help("remove the `xmlns` declaration");
    }
    Diagnostic::error(
        codes::schema::WRONG_ROOT,
        format!(
            "the outermost element is `{}` instead of `image`",
            root.name
        ),
    )
    .at(root.name_span)
    .help("a description is one `image` element")
}

/// Checks one element and everything below it; `ancestors` has the elements around it, outermost first.
fn check_element<'a>(
    node: &'a Node,
    definition: &Element,
    ancestors: &mut Vec<&'a Node>,
    problems: &mut Diagnostics,
) {
    let parent = ancestors.last().copied();
    children::check_place(node, definition, parent, problems);
    attributes::check(node, definition, parent, problems);
    value::check_text(node, definition, problems);
    rules::apply(&Place { node, ancestors }, problems);
    if node.name == "extension" {
        children::check_extension(node, problems);
        return;
    }
    children::check_counts(node, definition, problems);
    ancestors.push(node);
    for child in &node.children {
        if problems.len() > Diagnostics::LIMIT {
            break;
        }
        match children::definition(child, definition) {
            Ok(child_definition) => check_element(child, child_definition, ancestors, problems),
            Err(problem) => problems.push(*problem),
        }
    }
    ancestors.pop();
}

#[cfg(test)]
mod tests;
