//! What the program says about mistakes: the text for people, one record for each group of mistakes.
//!
//! Each case is the clean description below with one thing changed. It must give the code it names, and nothing else unless it
//! says so. The records beside this file show the whole text; `cargo insta review` accepts a change to them.
#![allow(clippy::unwrap_used, reason = "the helpers below are test code too")]

mod cases;
mod lint;

use std::fmt::Write;
use std::path::Path;

/// A description that nothing is wrong with.
const CLEAN: &str = r#"<image schemaversion="8.5" name="clean">
    <description type="system">
        <author>A</author><contact>a@example.org</contact><specification>S</specification>
    </description>
    <preferences>
        <version>1.0.0</version>
        <packagemanager>apt</packagemanager>
        <type image="tbz"/>
    </preferences>
    <repository>
        <source path="host:/"/>
    </repository>
    <packages type="bootstrap"><package name="apt"/></packages>
    <packages type="image">
        <package name="bash"/>
    </packages>
</image>
"#;

/// One mistake.
struct Case {
    /// The codes it gives, in order, separated by blanks.
    codes: &'static str,
    /// The mistake in a few words.
    name: &'static str,
    /// The description.
    text: String,
    /// Other files of the description.
    files: &'static [&'static str],
}

impl Case {
    pub(crate) fn with(mut self, files: &'static [&'static str]) -> Self {
        self.files = files;
        self
    }
}

/// The clean description with a text replaced.
fn change(codes: &'static str, name: &'static str, from: &str, to: &str) -> Case {
    assert!(CLEAN.contains(from), "{from}");
    Case {
        codes,
        name,
        text: CLEAN.replacen(from, to, 1),
        files: &[],
    }
}

/// The clean description with another build type.
fn of_type(codes: &'static str, name: &'static str, kind: &str) -> Case {
    change(codes, name, r#"<type image="tbz"/>"#, kind)
}

/// The clean description as a disk that does not grow, with more attributes and elements of `type`.
fn disk(codes: &'static str, name: &'static str, attributes: &str, elements: &str) -> Case {
    let (resize, elements) = if elements.contains("<oemconfig>") {
        ("", elements)
    } else {
        (
            "<oemconfig><oem-resize>false</oem-resize></oemconfig>",
            elements,
        )
    };
    let kind = format!(
        "<type image=\"oem\" filesystem=\"ext4\"\n            {attributes}>\n            {elements}{resize}\n        </type>"
    );
    of_type(codes, name, &kind)
}

/// The clean description with more sections.
fn section(codes: &'static str, name: &'static str, sections: &str) -> Case {
    let sections = format!("{sections}\n    <repository>");
    change(codes, name, "<repository>", &sections)
}

/// The clean description with more in the packages of the image.
fn packages(codes: &'static str, name: &'static str, inside: &str) -> Case {
    let inside = format!("<package name=\"bash\"/>\n        {inside}");
    change(codes, name, r#"<package name="bash"/>"#, &inside)
}

/// Runs `image lint` in a directory with a description and other files.
fn lint(text: &str, files: &[&str], arguments: &[&str]) -> (i32, String) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.xml"), text).unwrap();
    for file in files {
        // What stands behind a colon is the first line.
        let (name, text) = file.split_once(':').unwrap_or((file, ""));
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    run(directory.path(), arguments)
}

/// Runs `image lint` in a directory.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = assert_cmd::cargo::cargo_bin_cmd!("kiwi-ng")
        .args(["--target-arch", "x86_64", "image", "lint"])
        .args(arguments)
        .current_dir(directory)
        .env("HOME", "/nonexistent")
        .env_remove("SOURCE_DATE_EPOCH")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let place = directory.to_string_lossy().into_owned();
    let all = (text + &errors).replace(&place, "[DIR]");
    (output.status.code().unwrap(), all)
}

/// Checks the codes of all cases and returns what is said about them.
fn messages(cases: &[Case]) -> String {
    let mut all = String::new();
    let mut surprises = String::new();
    for case in cases {
        let (_, text) = lint(&case.text, case.files, &["config.xml"]);
        let codes: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once("[K")?.1.split_once("]: "))
            .map(|(code, _)| code)
            .collect();
        let codes = codes
            .iter()
            .map(|code| format!("K{code}"))
            .collect::<Vec<_>>();
        if codes.join(" ") != case.codes {
            let _ = writeln!(surprises, "{}: expected {}\n{text}", case.name, case.codes);
        }
        let shown = text
            .rsplit_once("\n\n")
            .map_or(text.as_str(), |(shown, _)| shown);
        let _ = writeln!(all, "#### {}\n{shown}\n", case.name);
    }
    assert!(surprises.is_empty(), "{surprises}");
    all
}

#[test]
fn nothing_is_wrong_with_the_clean_one() {
    let (code, text) = lint(CLEAN, &[], &["--strict", "."]);
    assert_eq!(
        text,
        "1 description with 1 build checked: 0 errors, 0 warnings, 0 notes\n"
    );
    assert_eq!(code, 0);
}

#[test]
fn markup() {
    insta::assert_snapshot!("markup", messages(&cases::markup::cases()));
}

#[test]
fn schema() {
    insta::assert_snapshot!("schema", messages(&cases::schema::cases()));
}

#[test]
fn build_type() {
    insta::assert_snapshot!("build_type", messages(&cases::build_type::cases()));
}

#[test]
fn storage() {
    insta::assert_snapshot!("storage", messages(&cases::storage::cases()));
}

#[test]
fn content() {
    insta::assert_snapshot!("content", messages(&cases::content::cases()));
}

#[test]
fn there_are_enough() {
    let all = [
        cases::markup::cases(),
        cases::schema::cases(),
        cases::build_type::cases(),
        cases::storage::cases(),
        cases::content::cases(),
    ];
    assert!(all.iter().map(Vec::len).sum::<usize>() >= 60);
}
