//! What older versions of the schema had, until when, and what to write instead.
//!
//! Descriptions that announce their old version are upgraded, and some spellings are mended in all versions, see
//! [`mod@crate::upgrade`]. The advice is for what is still refused: in descriptions that announce the newest version and use old
//! names, and on the command line. The reference manual lists it too.

mod attributes;
mod elements;
mod values;

pub use attributes::ATTRIBUTES;
pub use elements::ELEMENTS;
pub use values::VALUES;

/// An attribute, element or value that is no longer in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The element that had it.
    pub element: &'static str,
    /// Its name: of the attribute, of the child, or of the attribute that had the value (empty for a value of the text).
    pub name: &'static str,
    /// The value; absent when the whole attribute or element is gone.
    pub value: Option<&'static str>,
    /// The last version of the schema that had it.
    pub until: &'static str,
    /// What to write instead.
    pub advice: &'static str,
}

/// Makes an attribute or child that is gone.
const fn gone(
    element: &'static str,
    name: &'static str,
    until: &'static str,
    advice: &'static str,
) -> Retired {
    Retired {
        element,
        name,
        value: None,
        until,
        advice,
    }
}

/// Advice for text in an element that cannot have any: element, advice.
const TEXTS: &[(&str, &str)] = &[
    ("requires", "write `<requires profile=\"NAME\"/>`"),
    ("package", "write `<package name=\"NAME\"/>`"),
    ("source", "write `<source path=\"LOCATION\"/>`"),
];

/// Advice for attributes that documents showed but no schema had: element, attribute, advice.
const MISWRITTEN: &[(&str, &str, &str)] = &[(
    "packagemanager",
    "name",
    "write the name as text: `<packagemanager>NAME</packagemanager>`",
)];

/// Returns advice for an attribute that an element no longer has.
pub(super) fn attribute(element: &str, attribute: &str) -> Option<&'static str> {
    let miswritten = MISWRITTEN
        .iter()
        .find(|row| row.0 == element && row.1 == attribute);
    find(ATTRIBUTES, element, attribute).or(miswritten.map(|row| row.2))
}

/// Returns advice for a child that an element no longer has.
pub(super) fn element(parent: &str, element: &str) -> Option<&'static str> {
    find(ELEMENTS, parent, element)
}

/// Returns advice for a value that an attribute, or the text of an element, no longer has.
pub(super) fn value(of: &str, value: &str) -> Option<&'static str> {
    VALUES
        .iter()
        .find(|row| row.owner() == of && row.value == Some(value))
        .map(|row| row.advice)
}

/// Returns advice for text that should be an attribute.
pub(super) fn text(element: &str) -> Option<&'static str> {
    TEXTS.iter().find(|row| row.0 == element).map(|row| row.1)
}

fn find(table: &[Retired], element: &str, name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|row| row.element == element && row.name == name)
        .map(|row| row.advice)
}

impl Retired {
    /// Returns the name of the attribute that had the value, or of the element whose text was the value.
    fn owner(&self) -> &'static str {
        if self.name.is_empty() {
            self.element
        } else {
            self.name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn nothing_retired_is_in_the_schema() {
        for row in ATTRIBUTES {
            let element = schema::element(row.element).expect("known element");
            assert!(element.attribute(row.name).is_none(), "{row:?}");
        }
        for (element, attribute, _) in MISWRITTEN {
            let element = schema::element(element).expect("known element");
            assert!(element.attribute(attribute).is_none(), "{attribute}");
        }
        for row in ELEMENTS {
            let parent = schema::element(row.element).expect("known element");
            assert!(parent.child(row.name).is_none(), "{row:?}");
        }
        for row in VALUES {
            let element = schema::element(row.element).expect("known element");
            let kind = if row.name.is_empty() {
                element.text
            } else {
                element.attribute(row.name).map(|known| known.kind)
            };
            let words = kind.expect("known attribute or text").words();
            assert!(!words.is_empty(), "{row:?}");
            assert!(
                words.iter().all(|word| Some(word.name) != row.value),
                "{row:?}"
            );
        }
    }

    #[test]
    fn advice_is_found() {
        assert!(attribute("type", "vga").is_some());
        assert!(element("type", "pxedeploy").is_some());
        assert!(value("packagemanager", "yum").is_some());
        assert!(value("image", "vmx").is_some());
        assert!(value("image", "oem").is_none());
        assert!(text("package").is_some());
    }
}
