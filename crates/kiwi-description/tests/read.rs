//! The whole way from a directory to a typed description.

use std::path::Path;

use kiwi_description::diagnostic::{Severity, codes};
use kiwi_description::model::build_model;
use kiwi_description::model::values::{BootloaderName, ImageType};
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::xml;
use kiwi_description::upgrade::upgrade;
use kiwi_description::{read, schema};
use proptest::prelude::*;

/// A description of schema 8.3 that has something of everything.
const SAMPLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<image schemaversion="8.3" name="sample" displayname="Sample">
  <description type="system">
    <author>A. Author</author><contact>author@example.com</contact><specification>Test</specification>
  </description>
  <profiles><profile name="Disk" description="A disk" import="true"/></profiles>
  <preferences>
    <version>1.2.3</version><packagemanager>apt</packagemanager><locale>en_US</locale>
    <rpm-excludedocs>true</rpm-excludedocs><timezone>UTC</timezone>
  </preferences>
  <preferences profiles="Disk" arch="x86_64,aarch64">
    <type image="oem" filesystem="ext4" firmware="uefi" kernelcmdline="quiet &amp; calm" spare_part="2G">
      <bootloader name="grub2" console="serial console" timeout="3"/>
      <oemconfig><oem-resize>false</oem-resize></oemconfig>
      <size unit="G">4</size>
      <systemdisk><volume name="home" size="all" mountpoint="/home"/></systemdisk>
    </type>
    <type image="docker"><containerconfig name="c"><expose><port number="80/tcp"/></expose></containerconfig></type>
  </preferences>
  <users><user name="root" password="x" groups="root,wheel:10"/></users>
  <repository type="apt-deb" alias="main" priority="-5"><source path="http://example.com/debian"/></repository>
  <packages type="image"><package name="bash"/><package name="vim" arch="x86_64"/></packages>
  <packages type="bootstrap"><package name="base-files"/></packages>
</image>
"#;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).expect("a file in it");
    }
    directory
}

#[test]
fn a_sample_becomes_typed() {
    let directory = directory(&[("config.xml", SAMPLE)]);
    let loaded = read(directory.path(), None).expect("the sample is valid");
    assert_eq!(loaded.directory, directory.path());
    assert!(loaded.diagnostics.is_empty());

    let image = &loaded.image;
    assert_eq!(*image.name, "sample");
    assert_eq!(image.preferences.len(), 2);
    let section = &image.preferences[1];
    assert!(
        section
            .arch
            .as_ref()
            .is_some_and(|arch| arch.has("aarch64"))
    );
    let disk = &section.types[0];
    assert_eq!(*disk.image, ImageType::Oem);
    assert_eq!(
        disk.boot.kernelcmdline.as_ref().map(|line| line.as_str()),
        Some("quiet & calm")
    );
    assert_eq!(
        disk.spare.spare_part.map(|size| size.mebibytes()),
        Some(2048)
    );
    assert_eq!(
        disk.oemconfig
            .as_ref()
            .and_then(|oem| oem.oem_resize)
            .map(|resize| *resize),
        Some(false)
    );
    let size = disk
        .size
        .as_ref()
        .map(|size| (*size.number, size.unit.map(|unit| unit.mebibytes())));
    assert_eq!(size, Some((4, Some(1024))));
    assert_eq!(
        *image.repositories[0].source.path,
        "http://example.com/debian"
    );
    assert_eq!(
        image.repositories[0].priority.map(|priority| *priority),
        Some(-5)
    );
    assert_eq!(image.packages[0].packages.len(), 2);

    // What the upgrade has rewritten still knows where it was written.
    let loader = disk.bootloader.as_ref().expect("it has one");
    assert_eq!(*loader.name, BootloaderName::Grub2);
    let input = loader.input_console.as_ref().expect("made from console");
    assert_eq!(input.0, ["console"]);
    assert_eq!(loaded.source_map.slice(input.span), "serial console");
    assert_eq!(loaded.source_map.location(input.span).line, 13);
}

#[test]
fn the_command_line_can_change_a_type() {
    let directory = directory(&[("config.xml", SAMPLE)]);
    let mut loaded = read(directory.path(), None).expect("the sample is valid");
    let mut set = |filesystem: &str| {
        let option = format!("--set-type-attr filesystem={filesystem}");
        let span = loaded.source_map.add_whole("command line", option);
        let place = loaded.image.preferences[1].types[0].span;
        let build_type = loaded
            .root
            .element_at_mut(place)
            .expect("the model was made from it");
        build_type.set_attribute("filesystem", filesystem, span);
        build_model(&loaded.root)
    };
    let image = set("xfs").expect("still valid");
    let problems = set("zfs").expect_err("no such file system");

    let filesystem = image.preferences[1].types[0]
        .general
        .filesystem
        .expect("it was set");
    assert_eq!(filesystem.as_str(), "xfs");
    let location = loaded.source_map.location(filesystem.span);
    assert_eq!(location.to_string(), "command line:1:1");
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [codes::schema::BAD_VALUE]);
}

#[test]
fn problems_of_all_stages_come_together() {
    let directory = directory(&[
        (
            "config.xml",
            "<image name='a b'>\n<include from='this://more.xml'/>\n<include from='none.xml'/><preferences/></image>",
        ),
        ("more.xml", "<image>\n<users/>\n</image>"),
    ]);
    let failure = read(directory.path(), None).expect_err("much is wrong");
    let found: Vec<_> = failure
        .diagnostics
        .iter()
        .map(|problem| {
            let label = problem.primary.as_ref().expect("all have a place");
            let location = failure.source_map.location(label.span);
            let file = location
                .file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            format!("{} {file}:{}", problem.code, location.line)
        })
        .collect();
    assert_eq!(
        found,
        [
            "K0120 config.xml:1",
            "K0205 config.xml:1",
            "K0203 config.xml:1",
            "K0110 config.xml:3",
            "K0205 more.xml:2"
        ]
    );
}

/// What several version steps moved and renamed is still shown where the user wrote it.
#[test]
fn errors_of_old_descriptions_point_to_what_was_written() {
    let text = r#"<image schemaversion="6.8" name="old">
  <description type="system"><author>A</author><contact>c</contact><specification>s</specification></description>
  <preferences>
    <packagemanager>smart</packagemanager>
    <type image="vmx" filesystem="ext4" bootloader="grub3"
          boottimeout="soon" bootloader_console="serial keyboard"/>
  </preferences>
  <users><user name="u" groups="a b"/></users>
</image>"#;
    let directory = directory(&[("config.xml", text)]);
    let failure = read(directory.path(), None).expect_err("five values are wrong");
    let errors: Vec<_> = failure
        .diagnostics
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| {
            let span = problem.primary.as_ref().expect("all have a place").span;
            let line = failure.source_map.location(span).line;
            format!(
                "{} {line}: {}",
                problem.code,
                failure.source_map.slice(span)
            )
        })
        .collect();
    assert_eq!(
        errors,
        [
            "K0203 4: smart",
            "K0203 5: grub3",
            "K0203 6: soon",
            "K0203 6: serial keyboard",
            "K0203 8: a b"
        ]
    );
}

#[test]
fn nothing_found_names_the_option() {
    let directory = directory(&[]);
    let failure = read(directory.path(), Some(Path::new("x.kiwi"))).expect_err("it is empty");
    let problem = failure.diagnostics.iter().next().expect("one problem");
    assert_eq!(problem.code, codes::markup::DESCRIPTION_NOT_FOUND);
    assert_eq!(problem.place.as_deref(), Some("command line --kiwi-file"));
}

/// Takes a text through all rooms behind the loader; what passes the check must make a model.
fn through_all_rooms(text: &str) {
    let mut sources = SourceMap::default();
    let source = sources.add("config.xml", text);
    let Ok(mut root) = xml::parse(&sources, source) else {
        return;
    };
    let Ok(mut problems) = upgrade(&mut root) else {
        return;
    };
    problems.extend(schema::check(&root));
    let _ = problems.views(&sources);
    if problems.count(Severity::Error) == 0 {
        let image = build_model(&root);
        assert!(image.is_ok(), "{image:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn broken_samples_never_panic(cuts in proptest::collection::vec((0..SAMPLE.len(), 0..12usize, "[ -~\u{e4}]{0,6}"), 1..4)) {
        let mut text = SAMPLE.to_owned();
        for (at, length, replacement) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &replacement);
            }
        }
        through_all_rooms(&text);
    }

    /// Values changed without breaking the markup reach the check and the model.
    #[test]
    fn changed_values_never_panic(which in 0..60usize, value in "(true|0|all|3G|oem|iso|docker|ext4|[a-z0-9,: -]{0,10}|[0-9]{1,25})") {
        let Some((at, _)) = SAMPLE.match_indices("=\"").nth(which) else { return Ok(()) };
        let start = at + 2;
        let end = start + SAMPLE[start..].find('"').expect("all values are closed");
        let mut text = SAMPLE.to_owned();
        text.replace_range(start..end, &value);
        through_all_rooms(&text);
    }
}
