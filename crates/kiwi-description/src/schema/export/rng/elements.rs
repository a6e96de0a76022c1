//! Patterns of elements.

use super::attributes::{self, Style};
use super::writer::Writer;
use crate::schema::define::{Child, Count, Element};
use crate::schema::export::variants::{Content, Variant, control, variants};
use crate::schema::export::with_since;
use crate::schema::{element, elements};

/// Defines the pattern of an element, and those it is made of.
pub(super) fn write(definition: &Element, out: &mut Writer) {
    let name = format!("element.{}", definition.name);
    let variants = variants(definition);
    let restricted = restrictions(definition);
    let style = Style {
        shared: variants.len() > 1 || !restricted.is_empty(),
    };
    out.inside("define", &[("name", &name)], |out| {
        write_element(definition, out, |out| match &variants[..] {
            [only] => write_content(definition, &style, only, &[], out),
            several => out.inside("choice", &[], |out| {
                for variant in several {
                    out.leaf("ref", "name", &variant_name(definition, variant));
                }
            }),
        });
    });
    for restriction in &restricted {
        out.inside("define", &[("name", &restriction.name)], |out| {
            write_element(definition, out, |out| {
                write_content(
                    definition,
                    &style,
                    &variants[0],
                    &restriction.forbidden,
                    out,
                );
            });
        });
    }
    if variants.len() > 1 {
        for variant in &variants {
            let name = variant_name(definition, variant);
            out.inside("define", &[("name", &name)], |out| {
                write_content(definition, &style, variant, &[], out);
            });
        }
    }
    if style.shared {
        let deciding = control(definition).map(|attribute| attribute.name);
        attributes::define_shared(definition, deciding, out);
    }
}

fn write_element(definition: &Element, out: &mut Writer, content: impl FnOnce(&mut Writer)) {
    out.inside("element", &[("name", definition.name)], |out| {
        out.documentation(&with_since(definition.help, definition.since));
        content(out);
    });
}

fn variant_name(definition: &Element, variant: &Variant) -> String {
    let value = variant.values.first().copied().unwrap_or("without");
    format!("element.{}.{value}", definition.name)
}

/// An element with fewer attributes, because of the element around it.
struct Restriction {
    name: String,
    forbidden: Vec<&'static str>,
}

/// Returns the restrictions that elements around an element put on its attributes.
fn restrictions(definition: &Element) -> Vec<Restriction> {
    let mut found: Vec<Restriction> = Vec::new();
    for parent in elements().filter(|parent| parent.child(definition.name).is_some()) {
        for variant in variants(parent) {
            if let Some(forbidden) = variant.content.forbidden_in(definition.name) {
                found.push(Restriction {
                    name: restricted_name(definition.name, &variant),
                    forbidden: forbidden.iter().copied().collect(),
                });
            }
        }
    }
    found
}

fn restricted_name(child: &str, variant: &Variant) -> String {
    format!("element.{child}.in.{}", variant.values.join("."))
}

fn write_content(
    definition: &Element,
    style: &Style,
    variant: &Variant,
    forbidden: &[&str],
    out: &mut Writer,
) {
    if definition.name == "extension" {
        out.inside("oneOrMore", &[], |out| out.leaf("ref", "name", "foreign"));
        return;
    }
    let content = &variant.content;
    let fixed = control(definition).map(|attribute| (attribute.name, &variant.values[..]));
    let absent = fixed
        .filter(|(_, values)| values.is_empty())
        .map(|(name, _)| name);
    attributes::write(
        definition,
        style,
        |name| {
            !content.forbidden.contains(name) && !forbidden.contains(&name) && absent != Some(name)
        },
        |name| {
            content.required.contains(name)
                || fixed.is_some_and(|(deciding, _)| deciding == name && !variant.absent)
        },
        fixed,
        out,
    );
    if let Some(kind) = definition.text {
        attributes::write_kind(kind, out);
    }
    write_children(definition, variant, content, out);
    if definition.attributes.is_empty()
        && definition.children.is_empty()
        && definition.text.is_none()
    {
        out.empty("empty");
    }
}

fn write_children(definition: &Element, variant: &Variant, content: &Content, out: &mut Writer) {
    let children: Vec<&Child> = definition
        .children
        .iter()
        .filter(|child| content.allows_child(child) && element(child.name).is_some())
        .collect();
    let each = |out: &mut Writer| {
        for child in &children {
            let name = match content.forbidden_in(child.name) {
                Some(_) => restricted_name(child.name, variant),
                None => format!("element.{}", child.name),
            };
            let reference = |out: &mut Writer| out.leaf("ref", "name", &name);
            match child.count {
                Count::One => reference(out),
                Count::Optional => out.inside("optional", &[], reference),
                Count::Any => out.inside("zeroOrMore", &[], reference),
                Count::Many => out.inside("oneOrMore", &[], reference),
            }
        }
    };
    if children.len() > 1 {
        out.inside("interleave", &[], each);
    } else {
        each(out);
    }
}

/// Defines what `extension` holds: elements in a namespace, with anything inside.
pub(super) fn write_foreign(out: &mut Writer) {
    out.inside("define", &[("name", "foreign")], |out| {
        out.inside("element", &[], |out| {
            out.inside("anyName", &[], |out| {
                out.inside("except", &[], |out| out.leaf("nsName", "ns", ""));
            });
            out.leaf("ref", "name", "anything");
        });
    });
    out.inside("define", &[("name", "anything")], |out| {
        out.inside("zeroOrMore", &[], |out| {
            out.inside("choice", &[], |out| {
                out.inside("attribute", &[], |out| out.empty("anyName"));
                out.empty("text");
                out.inside("element", &[], |out| {
                    out.empty("anyName");
                    out.leaf("ref", "name", "anything");
                });
            });
        });
    });
}
