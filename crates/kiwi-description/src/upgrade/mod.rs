//! Brings a description of an older schema version, from 1.4 on, up to the newest one.
//!
//! | File | What it mends | For which descriptions |
//! |---|---|---|
//! | `spellings` | what manuals show although no schema ever had it, and kinds of images everybody still writes | all |
//! | `vA_to_vB` | what changed from one schema version to the next; `steps` is the table of them | those of version A and older |
//! | `once_valid` | what a schema of 6.9 or newer had and the newest one refuses, without a step for it | those of the versions that had it |
//! | `leftovers` | the same for the time before 6.9 | those older than 6.9 |
//!
//! Everything rewrites the node tree and keeps the places, so that diagnostics and origins still point to what the user
//! wrote. All of it sees the document after includes were expanded. What had an effect and cannot be kept gives a warning at
//! its place that names what to write now; what never had one gives a note.
//!
//! To see the result as text, in the file itself, there is [`mod@crate::rewrite`].

mod leftovers;
mod once_valid;
mod rewrites;
mod spellings;
mod steps;
mod v1_4_to_v2_0;
mod v2_0_to_v2_4;
mod v2_4_to_v3_5;
mod v3_5_to_v3_7;
mod v3_7_to_v3_8;
mod v3_8_to_v3_9;
mod v3_9_to_v4_1;
mod v4_1_to_v4_2;
mod v4_2_to_v4_3;
mod v4_3_to_v4_4;
mod v4_4_to_v4_5;
mod v4_5_to_v4_6;
mod v4_6_to_v4_7;
mod v4_7_to_v4_8;
mod v4_8_to_v4_9;
mod v4_9_to_v5_0;
mod v5_0_to_v5_1;
mod v5_1_to_v5_2;
mod v5_2_to_v5_3;
mod v5_3_to_v5_4;
mod v5_4_to_v5_5;
mod v5_5_to_v5_6;
mod v5_6_to_v5_7;
mod v5_7_to_v5_8;
mod v5_8_to_v5_9;
mod v5_9_to_v6_0;
mod v6_0_to_v6_1;
mod v6_1_to_v6_2;
mod v6_2_to_v6_3;
mod v6_3_to_v6_4;
mod v6_4_to_v6_5;
mod v6_5_to_v6_6;
mod v6_6_to_v6_7;
mod v6_7_to_v6_8;
mod v6_8_to_v6_9;
mod v6_9_to_v7_0;
mod v7_0_to_v7_1;
mod v7_1_to_v7_2;
mod v7_2_to_v7_3;
mod v7_3_to_v7_4;
mod v7_4_to_v7_5;
mod v7_5_to_v7_6;
mod v8_0_to_v8_1;
mod v8_1_to_v8_2;
mod v8_2_to_v8_3;
mod v8_3_to_v8_4;
mod v8_4_to_v8_5;
mod version;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::{Attribute, Node};
use steps::STEPS;

pub use version::SchemaVersion;

/// The newest schema version, which the tables of [`crate::schema`] describe.
pub const NEWEST: &str = "8.5";

/// The oldest schema version that is read.
pub const OLDEST: &str = "1.4";

/// Rewrites a description to the newest schema version.
///
/// A missing or unreadable version gives an error, and the description is taken for one of the newest version, so that the
/// rest of it can still be checked. A version that is too old or too new is an error that ends the reading.
pub fn upgrade(root: &mut Node) -> Result<Diagnostics, Diagnostics> {
    let mut problems = Diagnostics::new();
    let version = match read_version(root) {
        Ok(version) => version,
        Err(problem) if is_readable_anyway(&problem) => {
            problems.push(*problem);
            known(NEWEST)
        }
        Err(problem) => return Err(Diagnostics::from(*problem)),
    };
    spellings::names(root, &mut problems);
    for step in STEPS.iter().filter(|step| version <= known(step.from)) {
        (step.rewrite)(root, &mut problems);
    }
    spellings::kinds(root, &mut problems);
    leftovers::rewrite(root, version, &mut problems);
    once_valid::rewrite(root, version, &mut problems);
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

/// Returns the attribute with the version, under the name it has or had.
fn version_attribute(root: &Node) -> Option<&Attribute> {
    let old = || {
        let attribute = root.attribute(v2_4_to_v3_5::OLD_VERSION_ATTRIBUTE)?;
        let version: SchemaVersion = attribute.value.parse().ok()?;
        (version <= known("2.4")).then_some(attribute)
    };
    root.attribute("schemaversion").or_else(old)
}

fn read_version(root: &Node) -> Result<SchemaVersion, Box<Diagnostic>> {
    let Some(attribute) = version_attribute(root) else {
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
    if version < known(OLDEST) {
        return Err(Diagnostic::error(
            codes::markup::VERSION_TOO_OLD,
            format!("schema version {written} is too old: {OLDEST} to {NEWEST} are read"),
        )
        .at(place)
        .help("set the version to the one of the release the description was written for, or write it anew")
        .into());
    }
    Ok(version)
}

fn known(version: &str) -> SchemaVersion {
    version.parse().expect("versions in the table are numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceMap;
    use crate::syntax::{xml, xml_write};

    fn read(sources: &mut SourceMap, version: &str, content: &str) -> Node {
        let text = format!("<image schemaversion='{version}'>{content}</image>");
        let source = sources.add("", text);
        xml::parse(sources, source).unwrap()
    }

    /// Upgrades the content of an image of one version and compares it with the content expected.
    #[track_caller]
    pub(super) fn assert_upgrade(version: &str, before: &str, after: &str) {
        let mut sources = SourceMap::default();
        let mut upgraded = read(&mut sources, version, before);
        let expected = read(&mut sources, NEWEST, after);
        let problems = upgrade(&mut upgraded).unwrap();
        assert!(!problems.has_errors(), "{problems:?}");
        assert_eq!(xml_write::to_xml(&upgraded), xml_write::to_xml(&expected));
    }

    /// As [`assert_upgrade`], and compares what is said: code and the text it points to, in the order of the text.
    #[track_caller]
    pub(super) fn assert_warned(version: &str, before: &str, after: &str, said: &[&str]) {
        assert_upgrade(version, before, after);
        let mut sources = SourceMap::default();
        let mut root = read(&mut sources, version, before);
        let problems = upgrade(&mut root).unwrap();
        let found: Vec<_> = problems
            .sorted()
            .iter()
            .map(|problem| {
                let place = problem.primary.as_ref().unwrap().span;
                assert!(problem.code == codes::markup::UPGRADE_DROPPED || problem.help.is_some());
                format!("{} {}", problem.code, sources.slice(place))
            })
            .collect();
        let mut said = said.to_vec();
        said.sort_by_key(|line| before.find(&line[6..]));
        assert_eq!(found, said);
    }

    /// Applies one step to the content of an image and compares it with the content expected.
    #[track_caller]
    pub(super) fn assert_step(rewrite: fn(&mut Node, &mut Diagnostics), before: &str, after: &str) {
        let mut sources = SourceMap::default();
        let mut root = read(&mut sources, "1.4", before);
        let expected = read(&mut sources, "1.4", after);
        let mut problems = Diagnostics::new();
        rewrite(&mut root, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(xml_write::to_xml(&root), xml_write::to_xml(&expected));
    }

    #[test]
    fn versions_are_judged() {
        for (attributes, code) in [
            ("", Some(codes::markup::VERSION_MISSING)),
            ("schemaversion='new'", Some(codes::markup::VERSION_INVALID)),
            ("schemaversion=''", Some(codes::markup::VERSION_INVALID)),
            ("schemaversion='1.3'", Some(codes::markup::VERSION_TOO_OLD)),
            ("schemaversion='0'", Some(codes::markup::VERSION_TOO_OLD)),
            ("schemeversion='1.3'", Some(codes::markup::VERSION_TOO_OLD)),
            ("schemeversion='1.4'", None),
            ("schemeversion='2.4'", None),
            ("schemeversion='3.5'", Some(codes::markup::VERSION_MISSING)),
            ("schemaversion='1.4'", None),
            ("schemaversion='6.9'", None),
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
    fn newer_documents_skip_old_steps() {
        let content = "<repository type='rpm-dir' use_for_bootstrap='true'/><type vga='0x301'/>";
        assert_upgrade("8.0", content, "<repository/><type/>");
        assert_upgrade("8.1", content, "<repository type='rpm-dir'/><type/>");
        assert_upgrade("8.5", content, content);
    }
}
