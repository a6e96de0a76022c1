//! What an element may have, by the value of the attribute that decides.
//!
//! An element has at most one deciding attribute, such as `image` of `type`. Values that decide alike share a variant.

use std::collections::BTreeSet;

use crate::schema::define::{Attribute, Child, Control, Element, OnlyFor};
use crate::schema::element;

/// What an element may have for some values of its deciding attribute.
pub(super) struct Variant {
    /// These values; empty in the only variant of an element that decides nothing, or when nothing but absence is left.
    pub(super) values: Vec<&'static str>,
    /// Whether the deciding attribute may be absent.
    pub(super) absent: bool,
    /// What it may have.
    pub(super) content: Content,
}

/// What an element may have.
#[derive(PartialEq, Eq)]
pub(super) struct Content {
    /// Attributes that must not be there.
    pub(super) forbidden: BTreeSet<&'static str>,
    /// Attributes that must be there.
    pub(super) required: BTreeSet<&'static str>,
    /// Children that must not be there.
    pub(super) forbidden_children: BTreeSet<&'static str>,
    /// Attributes of children that must not be there.
    pub(super) forbidden_in_children: Vec<(&'static str, BTreeSet<&'static str>)>,
}

/// Returns the attribute of an element that decides what else it may have.
pub(super) fn control(definition: &Element) -> Option<&'static Attribute> {
    let own = definition
        .attributes
        .iter()
        .flat_map(|attribute| [attribute.only_for, attribute.required_for])
        .flatten()
        .filter(|condition| condition.strict)
        .filter_map(|condition| match condition.control {
            Control::Own(name) => Some(name),
            Control::Parent(_) => None,
        });
    let of_children = children(definition)
        .flat_map(conditions_on_parent)
        .filter_map(|condition| match condition.control {
            Control::Parent(name) => Some(name),
            Control::Own(_) => None,
        })
        // A child may have several parents; only those with the attribute decide.
        .filter(|name| definition.attribute(name).is_some());
    let names: BTreeSet<_> = own.chain(of_children).collect();
    debug_assert!(names.len() <= 1, "{}: {names:?}", definition.name);
    names.first().and_then(|name| definition.attribute(name))
}

fn children(definition: &Element) -> impl Iterator<Item = &'static Element> {
    definition
        .children
        .iter()
        .filter_map(|child| element(child.name))
}

/// The conditions of an element and its attributes that the element around it decides.
fn conditions_on_parent(child: &Element) -> impl Iterator<Item = OnlyFor> {
    let of_attributes = child
        .attributes
        .iter()
        .filter_map(|attribute| attribute.only_for);
    child
        .only_for
        .into_iter()
        .chain(of_attributes)
        .filter(|condition| condition.strict && matches!(condition.control, Control::Parent(_)))
}

/// Returns the variants of an element, in the order of the deciding values.
pub(super) fn variants(definition: &Element) -> Vec<Variant> {
    let Some(control) = control(definition) else {
        return vec![Variant {
            values: Vec::new(),
            absent: true,
            content: content(definition, None),
        }];
    };
    let mut variants: Vec<Variant> = Vec::new();
    for word in control.kind.words() {
        let content = content(definition, Some(word.name));
        match variants
            .iter_mut()
            .find(|variant| variant.content == content)
        {
            Some(variant) => variant.values.push(word.name),
            None => variants.push(Variant {
                values: vec![word.name],
                absent: false,
                content,
            }),
        }
    }
    if !control.required {
        let content = content(definition, None);
        match variants
            .iter_mut()
            .find(|variant| variant.content == content)
        {
            Some(variant) => variant.absent = true,
            None => variants.push(Variant {
                values: Vec::new(),
                absent: true,
                content,
            }),
        }
    }
    variants
}

/// Works out what an element may have for a value of its deciding attribute, or when that is absent.
fn content(definition: &Element, value: Option<&'static str>) -> Content {
    let required_for = |attribute: &Attribute| {
        attribute
            .required_for
            .is_some_and(|condition| value.is_some_and(|value| condition.values.contains(&value)))
    };
    Content {
        forbidden: definition
            .attributes
            .iter()
            .filter(|attribute| is_own(attribute.only_for) && is_broken(attribute.only_for, value))
            .map(|attribute| attribute.name)
            .collect(),
        required: definition
            .attributes
            .iter()
            .filter(|attribute| attribute.required || required_for(attribute))
            .map(|attribute| attribute.name)
            .collect(),
        forbidden_children: children(definition)
            .filter(|child| is_broken(child.only_for, value))
            .map(|child| child.name)
            .collect(),
        forbidden_in_children: children(definition)
            .filter(|child| !is_broken(child.only_for, value))
            .map(|child| (child.name, forbidden_by_parent(child, value)))
            .filter(|(_, forbidden)| !forbidden.is_empty())
            .collect(),
    }
}

fn forbidden_by_parent(child: &Element, value: Option<&'static str>) -> BTreeSet<&'static str> {
    child
        .attributes
        .iter()
        .filter(|attribute| !is_own(attribute.only_for) && is_broken(attribute.only_for, value))
        .map(|attribute| attribute.name)
        .collect()
}

fn is_own(condition: Option<OnlyFor>) -> bool {
    condition.is_some_and(|condition| matches!(condition.control, Control::Own(_)))
}

fn is_broken(condition: Option<OnlyFor>, value: Option<&'static str>) -> bool {
    match (condition, value) {
        (Some(condition), Some(value)) => condition.strict && !condition.values.contains(&value),
        _ => false,
    }
}

impl Content {
    /// Tells whether a child may be there.
    pub(super) fn allows_child(&self, child: &Child) -> bool {
        !self.forbidden_children.contains(child.name)
    }

    /// Returns the attributes a child must not have here.
    pub(super) fn forbidden_in(&self, child: &str) -> Option<&BTreeSet<&'static str>> {
        self.forbidden_in_children
            .iter()
            .find(|(name, _)| *name == child)
            .map(|(_, forbidden)| forbidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::elements;

    #[test]
    fn deciding_attributes() {
        let found: Vec<_> = elements()
            .filter_map(|element| Some((element.name, control(element)?.name)))
            .collect();
        assert_eq!(
            found,
            [
                ("type", "image"),
                ("bootloader", "name"),
                ("vagrantconfig", "provider"),
                ("packages", "type"),
                ("repository", "type"),
            ]
        );
    }

    #[test]
    fn image_types_that_are_alike_share_a_variant() {
        let build_type = element("type").expect("in the tables");
        let values: Vec<_> = variants(build_type)
            .into_iter()
            .map(|variant| variant.values.join(" "))
            .collect();
        assert_eq!(
            values,
            [
                "btrfs ext2 ext3 ext4 tbz xfs wsl",
                "cpio",
                "docker",
                "iso",
                "oem",
                "pxe",
                "kis",
                "squashfs",
                "erofs",
                "oci",
                "appx",
                "enclave"
            ]
        );
    }

    #[test]
    fn absence_joins_the_values_it_is_like() {
        let repository = element("repository").expect("in the tables");
        let variants = variants(repository);
        let joined = variants.iter().find(|variant| variant.absent);
        assert_eq!(
            joined.map(|variant| variant.values.clone()),
            Some(vec!["apt-deb"])
        );
    }
}
