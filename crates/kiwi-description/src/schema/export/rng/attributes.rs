//! Patterns of attributes and values.

use super::writer::Writer;
use crate::schema::define::{Attribute, Element, Kind, Word};
use crate::schema::export::{explain, with_since};

/// How the attributes of an element are written.
pub(super) struct Style {
    /// As references to `attribute.ELEMENT.NAME`, because several patterns share them.
    pub(super) shared: bool,
}

/// Writes the attributes an element may have: those of `allowed`, of which those of `required` must be there.
///
/// `fixed` is a deciding attribute with the values it has here.
pub(super) fn write(
    element: &Element,
    style: &Style,
    allowed: impl Fn(&str) -> bool,
    required: impl Fn(&str) -> bool,
    fixed: Option<(&str, &[&str])>,
    out: &mut Writer,
) {
    let mut exclusive_written = false;
    for attribute in element
        .attributes
        .iter()
        .filter(|known| allowed(known.name))
    {
        let values = fixed
            .filter(|(name, _)| *name == attribute.name)
            .map(|(_, values)| values);
        let one = |out: &mut Writer| match values {
            Some(values) => write_fixed(attribute, values, out),
            None if style.shared => out.leaf("ref", "name", &name(element, attribute)),
            None => write_pattern(attribute, out),
        };
        match element.exclusive {
            Some(exclusive) if exclusive.names.contains(&attribute.name) => {
                if !exclusive_written {
                    exclusive_written = true;
                    optional(!exclusive.required, out, |out| {
                        write_choice(element, exclusive.names, out);
                    });
                }
            }
            _ => optional(!required(attribute.name), out, one),
        }
    }
}

fn write_choice(element: &Element, names: &[&str], out: &mut Writer) {
    out.inside("choice", &[], |out| {
        for attribute in names.iter().filter_map(|name| element.attribute(name)) {
            write_pattern(attribute, out);
        }
    });
}

fn optional(optional: bool, out: &mut Writer, write: impl FnOnce(&mut Writer)) {
    if optional {
        out.inside("optional", &[], write);
    } else {
        write(out);
    }
}

/// Defines the patterns that other patterns share, of all attributes but the deciding one.
pub(super) fn define_shared(element: &Element, deciding: Option<&str>, out: &mut Writer) {
    let exclusive = element
        .exclusive
        .map_or(&[][..], |exclusive| exclusive.names);
    for attribute in element.attributes {
        if deciding == Some(attribute.name) || exclusive.contains(&attribute.name) {
            continue;
        }
        out.inside("define", &[("name", &name(element, attribute))], |out| {
            write_pattern(attribute, out);
        });
    }
}

fn name(element: &Element, attribute: &Attribute) -> String {
    format!("attribute.{}.{}", element.name, attribute.name)
}

fn write_pattern(attribute: &Attribute, out: &mut Writer) {
    out.inside("attribute", &[("name", attribute.name)], |out| {
        out.documentation(&with_since(attribute.help, attribute.since));
        write_kind(attribute.kind, out);
    });
}

/// Writes a deciding attribute with only those values that decide alike.
fn write_fixed(attribute: &Attribute, values: &[&str], out: &mut Writer) {
    out.inside("attribute", &[("name", attribute.name)], |out| {
        out.documentation(&with_since(attribute.help, attribute.since));
        let words = attribute.kind.words().iter();
        let words: Vec<Word> = words
            .copied()
            .filter(|word| values.contains(&word.name))
            .collect();
        write_words(&words, out);
    });
}

/// Writes what a value may be.
pub(super) fn write_kind(kind: Kind, out: &mut Writer) {
    match kind {
        Kind::Text => out.empty("text"),
        Kind::Boolean => out.leaf("data", "type", "boolean"),
        Kind::Number => out.leaf("data", "type", "nonNegativeInteger"),
        Kind::NumberFrom(least) => out.inside("data", &[("type", "integer")], |out| {
            out.text("param", &[("name", "minInclusive")], &least.to_string());
        }),
        Kind::Integer => out.leaf("data", "type", "integer"),
        Kind::Location => out.leaf("data", "type", "anyURI"),
        Kind::Words(words) => write_words(words, out),
        Kind::Form(form) => out.leaf("ref", "name", &format!("form.{}", form.name)),
        Kind::WordsOrForm(words, form) => out.inside("choice", &[], |out| {
            write_each_word(words, out);
            out.leaf("ref", "name", &format!("form.{}", form.name));
        }),
    }
}

fn write_words(words: &[Word], out: &mut Writer) {
    if words.len() == 1 {
        write_each_word(words, out);
    } else {
        out.inside("choice", &[], |out| write_each_word(words, out));
    }
}

/// Writes words; the explanation of a value stands behind it, since `value` can hold nothing but the value.
fn write_each_word(words: &[Word], out: &mut Writer) {
    for word in words {
        out.text("value", &[], word.name);
        out.documentation(&explain(word));
    }
}
