//! Attributes of one element.

use super::value::{bad_value, describe, is_valid, quote_list};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use crate::node::{Attribute, Node};
use crate::schema::collapse;
use crate::schema::define::{self, Control, Element, OnlyFor};
use crate::schema::{elements, retired};

/// Checks all attributes of an element.
pub(super) fn check(
    node: &Node,
    definition: &Element,
    parent: Option<&Node>,
    problems: &mut Diagnostics,
) {
    let mut misspelt = Vec::new();
    for attribute in &node.attributes {
        if attribute.name == "xmlns" || attribute.name.starts_with("xmlns:") {
            continue;
        }
        let Some(known) = definition.attribute(&attribute.name) else {
            misspelt.extend(near_attribute(&attribute.name, definition));
            problems.push(unknown(attribute, definition));
            continue;
        };
        if !is_valid(known.kind, &attribute.value) {
            problems.push(bad_value(
                &attribute.value,
                known.name,
                known.kind,
                attribute.value_span,
            ));
        }
        if let Some(condition) = &known.only_for {
            problems.extend(broken_condition(condition, node, parent).map(|broken| {
                broken
                    .explain(&format!("`{}`", known.name), condition)
                    .at(attribute.span)
                    .related(broken.place, "decided here")
            }));
        }
    }
    for known in definition.attributes {
        if node.attribute(known.name).is_none() && !misspelt.contains(&known.name) {
            problems.extend(missing(known, node, parent));
        }
    }
    check_exclusive(node, definition, problems);
}

fn unknown(attribute: &Attribute, definition: &Element) -> Diagnostic {
    let name = attribute.name.as_str();
    let owners: Vec<_> = elements()
        .filter(|element| element.attribute(name).is_some())
        .map(|element| element.name)
        .collect();
    let help = if let Some(advice) = retired::attribute(definition.name, name) {
        advice.to_owned()
    } else if let Some(near) = near_attribute(name, definition) {
        format!("did you mean `{near}`?")
    } else if !owners.is_empty() && owners.len() <= 3 {
        format!("it belongs to {}", quote_list(&owners))
    } else if definition.attributes.is_empty() {
        format!("`{}` has no attributes", definition.name)
    } else {
        let known: Vec<_> = definition
            .attributes
            .iter()
            .map(|known| known.name)
            .collect();
        format!(
            "`{}` has {}",
            definition.name,
            quote_list(&known).replace(" or ", " and ")
        )
    };
    Diagnostic::error(
        codes::schema::UNKNOWN_ATTRIBUTE,
        format!("`{}` has no attribute `{name}`", definition.name),
    )
    .at(attribute.span)
    .help(help)
}

fn near_attribute(name: &str, definition: &Element) -> Option<&'static str> {
    near_miss(name, definition.attributes.iter().map(|known| known.name))
}

fn missing(known: &define::Attribute, node: &Node, parent: Option<&Node>) -> Option<Diagnostic> {
    let help = || match known.kind {
        define::Kind::Text => format!("add `{}=\"...\"`", known.name),
        kind => format!("add `{}=\"...\"`: {}", known.name, describe(kind)),
    };
    if known.required {
        return Some(
            Diagnostic::error(
                codes::schema::MISSING_ATTRIBUTE,
                format!("`{}` needs the attribute `{}`", node.name, known.name),
            )
            .at(node.name_span)
            .help(help()),
        );
    }
    let condition = known.required_for.as_ref()?;
    let deciding = deciding_attribute(condition.control, node, parent)?;
    let value = collapse(&deciding.value);
    condition.values.contains(&value.as_ref()).then(|| {
        Diagnostic::error(
            codes::schema::REQUIRED_FOR_THIS,
            format!(
                "{} needs the attribute `{}`",
                kind_of(condition.control, &value),
                known.name
            ),
        )
        .at(node.name_span)
        .related(deciding.value_span, "decided here")
        .help(help())
    })
}

fn check_exclusive(node: &Node, definition: &Element, problems: &mut Diagnostics) {
    let Some(exclusive) = definition.exclusive else {
        return;
    };
    let mut given = node
        .attributes
        .iter()
        .filter(|attribute| exclusive.names.contains(&attribute.name.as_str()));
    match (given.next(), given.next()) {
        (Some(first), Some(second)) => problems.push(
            Diagnostic::error(
                codes::schema::EXCLUSIVE_ATTRIBUTES,
                format!("`{}` and `{}` exclude each other", first.name, second.name),
            )
            .at(second.span)
            .related(first.span, "the other one")
            .help("keep one of them"),
        ),
        (None, _) if exclusive.required => problems.push(
            Diagnostic::error(
                codes::schema::MISSING_ATTRIBUTE,
                format!(
                    "`{}` needs one of {}",
                    node.name,
                    quote_list(exclusive.names)
                ),
            )
            .at(node.name_span),
        ),
        _ => {}
    }
}

/// A condition that does not hold, and the attribute that decided it.
pub(super) struct Broken {
    kind: String,
    /// Place of the deciding value.
    pub(super) place: crate::span::Span,
}

impl Broken {
    /// Says that something is not allowed, or without effect, under this condition.
    pub(super) fn explain(&self, what: &str, condition: &OnlyFor) -> Diagnostic {
        let kinds = kind_of_any(condition.control, condition.values);
        if condition.strict {
            Diagnostic::error(
                codes::schema::NOT_FOR_THIS,
                format!("{what} is not allowed for {}", self.kind),
            )
            .help(format!("it is for {kinds}"))
        } else {
            Diagnostic::warning(
                codes::schema::NO_EFFECT,
                format!("{what} has no effect for {}", self.kind),
            )
            .help(format!("it is for {kinds}"))
        }
    }
}

/// Tells whether a condition is broken. It holds when the deciding attribute is absent or has a value that is wrong anyway.
pub(super) fn broken_condition(
    condition: &OnlyFor,
    node: &Node,
    parent: Option<&Node>,
) -> Option<Broken> {
    let deciding = deciding_attribute(condition.control, node, parent)?;
    let value = collapse(&deciding.value);
    let owner = match condition.control {
        Control::Own(_) => node,
        Control::Parent(_) => parent?,
    };
    let known = crate::schema::element(&owner.name)?.attribute(&deciding.name)?;
    if condition.values.contains(&value.as_ref()) || !is_valid(known.kind, &value) {
        return None;
    }
    Some(Broken {
        kind: kind_of(condition.control, &value),
        place: deciding.value_span,
    })
}

fn deciding_attribute<'a>(
    control: Control,
    node: &'a Node,
    parent: Option<&'a Node>,
) -> Option<&'a Attribute> {
    match control {
        Control::Own(name) => node.attribute(name),
        Control::Parent(name) => parent?.attribute(name),
    }
}

fn kind_of(control: Control, value: &str) -> String {
    match control {
        Control::Own("image") | Control::Parent("image") => format!("image type `{value}`"),
        Control::Own(name) | Control::Parent(name) => format!("`{name}=\"{value}\"`"),
    }
}

fn kind_of_any(control: Control, values: &[&str]) -> String {
    match control {
        Control::Own("image") | Control::Parent("image") => {
            format!("image type {}", quote_list(values))
        }
        Control::Own(name) | Control::Parent(name) => format!("`{name}` {}", quote_list(values)),
    }
}
