//! The schema as RELAX NG, in XML syntax.
//!
//! One pattern `element.NAME` per element and `form.NAME` per form of values. An element whose attributes depend on a
//! deciding one is a choice of patterns `element.NAME.VALUE`, which share the patterns `attribute.NAME.ATTRIBUTE`.

mod attributes;
mod elements;
mod writer;

use crate::schema::{elements as all_elements, patterns};
use writer::Writer;

const NAMESPACE: &str = "http://relaxng.org/ns/structure/1.0";
const ANNOTATIONS: &str = "http://relaxng.org/ns/compatibility/annotations/1.0";
const DATA_TYPES: &str = "http://www.w3.org/2001/XMLSchema-datatypes";
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Returns the schema as one RELAX NG grammar.
pub fn to_rng() -> String {
    let mut out = Writer::new();
    out.open(
        "grammar",
        &[
            ("xmlns", NAMESPACE),
            ("xmlns:a", ANNOTATIONS),
            ("xmlns:xsi", SCHEMA_INSTANCE),
            ("datatypeLibrary", DATA_TYPES),
        ],
    );
    out.documentation(&format!(
        "Image descriptions of schema version {}. Made by `kiwi-ng schema`; rules between several attributes are checked \
         by `kiwi-ng` only.",
        crate::upgrade::NEWEST
    ));
    out.inside("start", &[], |out| out.leaf("ref", "name", "element.image"));
    for element in all_elements() {
        elements::write(element, &mut out);
    }
    elements::write_foreign(&mut out);
    for pattern in patterns::ALL {
        let name = format!("form.{}", pattern.name);
        out.inside("define", &[("name", &name)], |out| {
            out.inside("data", &[("type", "token")], |out| {
                out.text("param", &[("name", "pattern")], pattern.regex);
            });
        });
    }
    out.close("grammar");
    out.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every pattern is defined once and used, and whatever is used is defined.
    #[test]
    fn references_and_definitions_match() {
        let grammar = to_rng();
        let document = roxmltree::Document::parse(&grammar).unwrap();
        let names = |tag: &str| -> Vec<String> {
            document
                .descendants()
                .filter(|node| node.has_tag_name((NAMESPACE, tag)))
                .map(|node| node.attribute("name").unwrap().to_owned())
                .collect()
        };
        let defined = names("define");
        let unique: BTreeSet<_> = defined.iter().cloned().collect();
        assert_eq!(unique.len(), defined.len());
        assert_eq!(unique, names("ref").into_iter().collect());
        assert_eq!(grammar, to_rng(), "twice the same");
    }

    #[test]
    fn help_is_in_the_grammar() {
        let grammar = to_rng();
        for element in all_elements() {
            assert!(
                grammar.contains(&writer::escape(element.help)),
                "{}",
                element.name
            );
            for attribute in element.attributes {
                assert!(
                    grammar.contains(&writer::escape(attribute.help)),
                    "{}",
                    attribute.name
                );
            }
        }
    }
}
