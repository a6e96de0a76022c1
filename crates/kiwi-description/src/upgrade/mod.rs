//! Brings a description of an older schema version up to the newest one.
//!
//! One file per version step; each rewrites the node tree and keeps the places, so that diagnostics and origins still point
//! to what the user wrote. All steps see the document after includes were expanded.

mod v7_4_to_v7_5;
mod v7_5_to_v7_6;
mod v8_0_to_v8_1;
mod v8_1_to_v8_2;
mod v8_2_to_v8_3;
mod v8_3_to_v8_4;
mod v8_4_to_v8_5;
mod version;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;

pub use version::SchemaVersion;

/// The newest schema version, which the tables of [`crate::schema`] describe.
pub const NEWEST: &str = "8.5";

/// One version step: documents up to `from` are rewritten.
struct Step {
    from: &'static str,
    rewrite: fn(&mut Node, &mut Diagnostics),
}

/// All steps in their order. A document of a version above `from` skips the step.
const STEPS: &[Step] = &[
    Step {
        from: "7.4",
        rewrite: v7_4_to_v7_5::rewrite,
    },
    Step {
        from: "7.5",
        rewrite: v7_5_to_v7_6::rewrite,
    },
    // 7.6 to 8.0 changed the number only.
    Step {
        from: "8.0",
        rewrite: v8_0_to_v8_1::rewrite,
    },
    Step {
        from: "8.1",
        rewrite: v8_1_to_v8_2::rewrite,
    },
    Step {
        from: "8.2",
        rewrite: v8_2_to_v8_3::rewrite,
    },
    Step {
        from: "8.3",
        rewrite: v8_3_to_v8_4::rewrite,
    },
    Step {
        from: "8.4",
        rewrite: v8_4_to_v8_5::rewrite,
    },
];

/// Rewrites a description to the newest schema version.
///
/// A missing or unreadable version gives an error, and the description is taken for one of the newest version, so that the
/// rest of it can still be checked. A version that is too old or too new is an error that ends the reading.
pub fn upgrade(root: &mut Node) -> Result<Diagnostics, Diagnostics> {
    let mut problems = Diagnostics::new();
    match read_version(root) {
        Ok(version) => {
            for step in STEPS.iter().filter(|step| version <= known(step.from)) {
                (step.rewrite)(root, &mut problems);
            }
        }
        Err(problem) if is_readable_anyway(&problem) => problems.push(*problem),
        Err(problem) => return Err(Diagnostics::from(*problem)),
    }
    match root.attribute_mut("schemaversion") {
        Some(attribute) => NEWEST.clone_into(&mut attribute.value),
        None => root.set_attribute("schemaversion", NEWEST, root.name_span),
    }
    Ok(problems)
}

fn is_readable_anyway(problem: &Diagnostic) -> bool {
    matches!(
        problem.code,
        codes::markup::VERSION_MISSING | codes::markup::VERSION_INVALID
    )
}

fn read_version(root: &Node) -> Result<SchemaVersion, Box<Diagnostic>> {
    let Some(attribute) = root.attribute("schemaversion") else {
        return Err(Diagnostic::error(
            codes::markup::VERSION_MISSING,
            "`image` does not say which schema version the description is of",
        )
        .at(root.name_span)
        .help(format!("add `schemaversion=\"{NEWEST}\"`"))
        .into());
    };
    let place = attribute.value_span;
    let written = &attribute.value;
    let version: SchemaVersion = written.parse().map_err(|()| {
        Diagnostic::error(
            codes::markup::VERSION_INVALID,
            format!("schema version `{written}` is no number"),
        )
        .at(place)
        .help(format!("the newest version is `{NEWEST}`"))
    })?;
    if version > known(NEWEST) {
        return Err(Diagnostic::error(
            codes::markup::VERSION_TOO_NEW,
            format!(
                "schema version {written} is newer than {NEWEST}, the newest one this program knows"
            ),
        )
        .at(place)
        .help("use a newer version of this program")
        .into());
    }
    let oldest = STEPS[0].from;
    if version < known(oldest) {
        return Err(Diagnostic::error(
            codes::markup::VERSION_TOO_OLD,
            format!("schema version {written} is too old: this version reads {oldest} to {NEWEST}"),
        )
        .at(place)
        .help(format!(
            "upgrade the description to {oldest} or newer first"
        ))
        .into());
    }
    Ok(version)
}

fn known(version: &str) -> SchemaVersion {
    version.parse().expect("versions in the table are numbers")
}

/// Calls `change` for every element of a name that belongs to the description itself, parents first.
fn for_each(root: &mut Node, name: &str, change: &mut impl FnMut(&mut Node)) {
    root.visit_mut(&mut |node| {
        if node.name == name && node.namespace.is_none() {
            change(node);
        }
    });
}

/// Gives an attribute another name and keeps its value and place.
///
/// An attribute that has the new name already gives way, because an element cannot have two of one name.
fn rename_attribute(node: &mut Node, from: &str, to: &str) {
    if node.attribute(from).is_some() {
        node.take_attribute(to);
    }
    if let Some(attribute) = node.attribute_mut(from) {
        to.clone_into(&mut attribute.name);
    }
}

/// Removes an attribute that has no meaning any more, and says so.
fn drop_attribute(node: &mut Node, name: &str, why: &str, problems: &mut Diagnostics) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceMap;
    use crate::syntax::{xml, xml_write};

    /// Upgrades the content of an image of one version and compares it with the content expected.
    #[track_caller]
    pub(super) fn assert_upgrade(version: &str, before: &str, after: &str) {
        let mut sources = SourceMap::default();
        let mut read = |version: &str, content: &str| {
            let text = format!("<image schemaversion='{version}'>{content}</image>");
            let source = sources.add("", text);
            xml::parse(&sources, source).unwrap()
        };
        let mut upgraded = read(version, before);
        let expected = read(NEWEST, after);
        let problems = upgrade(&mut upgraded).unwrap();
        assert!(!problems.has_errors(), "{problems:?}");
        assert_eq!(xml_write::to_xml(&upgraded), xml_write::to_xml(&expected));
    }

    #[test]
    fn versions_are_judged() {
        for (attributes, code) in [
            ("", Some(codes::markup::VERSION_MISSING)),
            ("schemaversion='new'", Some(codes::markup::VERSION_INVALID)),
            ("schemaversion=''", Some(codes::markup::VERSION_INVALID)),
            ("schemaversion='7.3'", Some(codes::markup::VERSION_TOO_OLD)),
            ("schemaversion='6.9'", Some(codes::markup::VERSION_TOO_OLD)),
            ("schemaversion='7.4'", None),
            ("schemaversion='8'", None),
            ("schemaversion='8.5'", None),
            ("schemaversion='8.50'", None),
            ("schemaversion='8.6'", Some(codes::markup::VERSION_TOO_NEW)),
            ("schemaversion='10'", Some(codes::markup::VERSION_TOO_NEW)),
        ] {
            let mut sources = SourceMap::default();
            let source = sources.add("", format!("<image {attributes}/>"));
            let mut root = xml::parse(&sources, source).unwrap();
            let problems = upgrade(&mut root).unwrap_or_else(|problems| problems);
            assert_eq!(
                problems.iter().next().map(|problem| problem.code),
                code,
                "{attributes}"
            );
            if code.is_none() {
                assert_eq!(root.value("schemaversion"), Some(NEWEST));
            }
        }
    }

    #[test]
    fn steps_are_in_order() {
        for pair in STEPS.windows(2) {
            assert!(known(pair[0].from) < known(pair[1].from));
        }
    }

    #[test]
    fn newer_documents_skip_old_steps() {
        let content = "<repository type='rpm-dir' use_for_bootstrap='true'/><type vga='0x301'/>";
        assert_upgrade("8.0", content, "<repository/><type/>");
        assert_upgrade("8.1", content, "<repository type='rpm-dir'/><type/>");
        assert_upgrade("8.5", content, content);
    }
}
