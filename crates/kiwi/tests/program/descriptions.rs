//! Bad descriptions: one clear message each, with place and mend, exit code 2, in less than 0.1 s.

use std::time::Duration;

use snapbox::{assert_data_eq, str};

use super::{description, kiwi_in};

/// A description with `inside` between repository and end.
fn with(inside: &str) -> String {
    format!(
        r#"<image schemaversion="8.5" name="bad">
    <description type="system">
        <author>A</author><contact>a@example.org</contact><specification>S</specification>
    </description>
    <repository><source path="host:/"/></repository>
{inside}
</image>
"#
    )
}

const PREFERENCES: &str = r#"    <preferences>
        <version>1.0.0</version>
        <packagemanager>apt</packagemanager>
        <type image="tbz"/>
    </preferences>
    <packages type="bootstrap"><package name="apt"/></packages>
"#;

/// Plans a description and returns what is said about it.
fn messages(xml: &str) -> String {
    let directory = description(xml);
    let mut runs = (0..3)
        .map(|_| kiwi_in(directory.path(), &["image", "plan", "--description", "."]))
        .collect::<Vec<_>>();
    runs.sort_by_key(|run| run.took);
    let run = runs.remove(0);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    // 0.1 s are promised; a debug build on a busy machine gets more.
    assert!(run.took < Duration::from_millis(500), "{:?}", run.took);
    let place = directory.path().to_string_lossy().into_owned();
    run.stderr.replace(&place, "[DIR]")
}

#[test]
fn unknown_element() {
    let xml = with(&PREFERENCES.replace("packagemanager", "packagemanger"));
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0201]: unknown element `packagemanger`
 --> ./config.xml:8:10
  |
8 |         <packagemanger>apt</packagemanger>
  |          ^^^^^^^^^^^^^
  |
  = help: did you mean `packagemanager`?

"#]]
    );
}

#[test]
fn bad_value() {
    let xml = with(&PREFERENCES.replace("tbz", "tbzz"));
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0203]: `tbzz` is no value for `image`
 --> ./config.xml:9:22
  |
9 |         <type image="tbzz"/>
  |                      ^^^^
  |
  = help: did you mean `tbz`? It must be `btrfs`, `cpio`, `docker`, `ext2`, `ext3`, `ext4`, `iso`, `oem`, `pxe`, `kis`, `squashfs`, `erofs`, `tbz`, `xfs`, `oci`, `appx`, `enclave` or `wsl`

"#]]
    );
}

#[test]
fn missing_required() {
    let xml = with(PREFERENCES).replace("<author>A</author>", "");
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0205]: `description` needs the element `author`
 --> ./config.xml:2:6
  |
2 |     <description type="system">
  |      ^^^^^^^^^^^
  |
  = help: add `<author>` inside it

"#]]
    );
}

#[test]
fn wrong_schema() {
    let xml = with(PREFERENCES).replace("8.5", "99.1");
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0123]: schema version 99.1 is newer than 8.5, the newest one this program knows
 --> ./config.xml:1:23
  |
1 | <image schemaversion="99.1" name="bad">
  |                       ^^^^
  |
  = help: use a newer version of this program

"#]]
    );
}

#[test]
fn not_well_formed() {
    let xml = with(PREFERENCES).replace("</preferences>", "");
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0104]: `<preferences>` is closed by `</image>`
  --> ./config.xml:13:1
   |
 6 |     <preferences>
   |      ----------- opened here
...
13 | </image>
   | ^^^^^^^^
   |
   = help: close it with `</preferences>` first, or correct the name of the closing tag

"#]]
    );
}

#[test]
fn missing_archive() {
    let archive = r#"    <packages type="image"><archive name="data.tar"/></packages>"#;
    let xml = with(&format!("{PREFERENCES}{archive}"));
    assert_data_eq!(
        messages(&xml),
        str![[r#"
error[K0304]: the archive `data.tar` does not exist
  --> ./config.xml:12:43
   |
12 |     <packages type="image"><archive name="data.tar"/></packages>
   |                                           ^^^^^^^^
   |
   = help: looked for `[DIR]/data.tar`

"#]]
    );
}

#[test]
fn unknown_profile_and_type() {
    let directory = description(&with(PREFERENCES));
    let run = kiwi_in(
        directory.path(),
        &["--profile", "None", "image", "plan", "--description", "."],
    );
    assert_eq!(run.code, 2);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0401]: the description has no profile `None`
--> command line --profile
 = help: the description has no profiles; leave out `--profile`

"#]]
    );
    let run = kiwi_in(
        directory.path(),
        &["--type", "oemm", "image", "plan", "--description", "."],
    );
    assert_eq!(run.code, 2);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0402]: the description has no build type `oemm` without a profile
--> command line --type
 = help: there is `tbz`

"#]]
    );
}

#[test]
fn type_attributes_are_judged_like_those_of_the_description() {
    let directory = description(&with(PREFERENCES));
    let run = kiwi_in(
        directory.path(),
        &[
            "image",
            "plan",
            "--description",
            ".",
            "--set-type-attr",
            "filesytem=ext4",
        ],
    );
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0202]: `type` has no attribute `filesytem`
 --> --set-type-attr filesytem=ext4:1:1
  |
1 | filesytem=ext4
  | ^^^^^^^^^^^^^^
  |
  = help: did you mean `filesystem`?

"#]]
    );
}

#[test]
fn no_description() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("my.xml"), "").unwrap();
    for (path, message) in [
        (".", "`.` holds no description"),
        ("none", "there is no directory `none`"),
    ] {
        let run = kiwi_in(directory.path(), &["image", "info", "--description", path]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn bad_surroundings() {
    let directory = description(&with(PREFERENCES));
    let plan = |globals: &[&str]| {
        let mut arguments = globals.to_vec();
        arguments.extend(["image", "plan", "--description", "."]);
        kiwi_in(directory.path(), &arguments)
    };
    std::fs::write(directory.path().join("my.yml"), "xz:\n  optoins: -9\n").unwrap();
    let run = plan(&["--config", "my.yml"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(
        run.stderr,
        str![[r#"
warning[K0512]: unknown key `optoins` in section `xz`
 --> my.yml:2:3
  |
2 |   optoins: -9
  |   ^^^^^^^
  |
  = help: did you mean `options`?

"#]]
    );
    let run = plan(&["--config", "none.yml"]);
    assert_eq!(run.code, 2);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0510]: `none.yml` cannot be read: no such file or directory
--> runtime configuration

"#]]
    );
}

#[test]
fn a_password_is_not_shown() {
    let users = r#"    <users><user name="a:b" password="geheim" pwdformat="plain"/></users>"#;
    let text = messages(&with(&format!("{PREFERENCES}{users}")));
    assert!(text.contains("password=\"******\""), "{text}");
    assert!(!text.contains("geheim"), "{text}");
}
