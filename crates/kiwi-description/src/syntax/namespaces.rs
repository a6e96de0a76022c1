//! Namespaces for trees that were not read from XML.
//!
//! The XML parser resolves prefixes itself. Here the declarations are attributes `xmlns` and `xmlns:PREFIX` like any other,
//! and this pass does what the XML parser does: it gives elements their namespace, puts declarations first, names attributes
//! of two well-known namespaces by their usual prefix, and refuses prefixes that nobody declared.

use super::{XML, XSI};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::{Attribute, Node};
use crate::span::Span;

/// Declarations in force, innermost last; the prefix of the default namespace is empty.
type Scope = Vec<(String, String)>;

/// Resolves all prefixes below and in an element.
pub(super) fn resolve(root: &mut Node) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut scope = Scope::new();
    element(root, &mut scope, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.sorted())
    }
}

fn element(node: &mut Node, scope: &mut Scope, problems: &mut Diagnostics) {
    let outer = scope.len();
    declarations(node, scope, problems);
    let prefix = node.name.split_once(':').map_or("", |(prefix, _)| prefix);
    node.namespace = match lookup(scope, prefix) {
        Some(uri) => Some(uri.to_owned()).filter(|uri| !uri.is_empty()),
        None if prefix.is_empty() => None,
        None => {
            problems.push(undeclared(prefix, node.name_span));
            None
        }
    };
    attributes(node, scope, problems);
    for child in &mut node.children {
        element(child, scope, problems);
    }
    scope.truncate(outer);
}

/// Takes the declarations of an element into the scope and puts those that change it first, in the order of the parser: by
/// their place in the file.
fn declarations(node: &mut Node, scope: &mut Scope, problems: &mut Diagnostics) {
    let (declared, others): (Vec<_>, Vec<_>) = std::mem::take(&mut node.attributes)
        .into_iter()
        .partition(|attribute| declared_prefix(attribute).is_some());
    let outer = scope.len();
    for attribute in declared {
        let prefix = declared_prefix(&attribute).unwrap_or_default().to_owned();
        let reserved = prefix == "xml" || prefix == "xmlns" || attribute.value == XML;
        if reserved || (attribute.value.is_empty() && !prefix.is_empty()) {
            problems.push(
                Diagnostic::error(
                    codes::markup::PREFIX,
                    format!("`{}` cannot be declared like this", attribute.name),
                )
                .at(attribute.span)
                .help("`xml` and `xmlns` have a meaning already, and a prefix needs a namespace"),
            );
            continue;
        }
        let known = lookup(&scope[..outer], &prefix).unwrap_or_default() == attribute.value;
        scope.push((prefix, attribute.value.clone()));
        if !known {
            node.attributes.push(attribute);
        }
    }
    node.attributes.extend(others);
}

/// Returns the prefix an attribute declares: empty for the default namespace.
fn declared_prefix(attribute: &Attribute) -> Option<&str> {
    match attribute.name.strip_prefix("xmlns") {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix(':'),
        None => None,
    }
}

fn lookup<'a>(scope: &'a [(String, String)], prefix: &str) -> Option<&'a str> {
    if prefix == "xml" {
        return Some(XML);
    }
    scope
        .iter()
        .rev()
        .find(|(known, _)| known == prefix)
        .map(|(_, uri)| uri.as_str())
}

/// Names attributes of the well-known namespaces and finds those that are the same under two prefixes.
fn attributes(node: &mut Node, scope: &Scope, problems: &mut Diagnostics) {
    let mut seen: Vec<(&str, String, Span)> = Vec::new();
    for attribute in &mut node.attributes {
        let Some((prefix, local)) = attribute.name.split_once(':') else {
            continue;
        };
        if prefix == "xmlns" {
            continue;
        }
        let Some(uri) = lookup(scope, prefix) else {
            problems.push(undeclared(prefix, attribute.span));
            continue;
        };
        let key = format!("@{}", attribute.name);
        let local = local.to_owned();
        match seen
            .iter()
            .find(|(other, name, _)| *other == uri && *name == local)
        {
            Some((_, _, earlier)) => {
                problems.push(super::value::duplicate_key(&key, *earlier, attribute.span));
            }
            None => seen.push((uri, local.clone(), attribute.span)),
        }
        if uri == XSI {
            attribute.name = format!("xsi:{local}");
        }
    }
}

fn undeclared(prefix: &str, place: Span) -> Diagnostic {
    Diagnostic::error(
        codes::markup::PREFIX,
        format!("the prefix `{prefix}:` is not declared"),
    )
    .at(place)
    .help(format!(
        "declare it on this element or one around it, with the key `@xmlns:{prefix}`"
    ))
}
