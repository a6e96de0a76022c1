//! `image upgrade`: the changes as a diff, and in the files.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use snapbox::{assert_data_eq, str};

use super::{description, kiwi_in};

const OLD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<image schemaversion="7.1" name="old">
    <description type="system">
        <author>Somebody</author>
        <contact>somebody@example.org</contact>
        <specification>An old one</specification>
    </description>
    <preferences>
        <version>1.2.3</version> <!-- counted by hand -->
        <packagemanager>apt-get</packagemanager>
        <type image="vmx" filesystem="ext4" bootloader="grub2" boottimeout="3"/>
        <type image="iso" boottimeout="5"/>
    </preferences>
</image>
"#;

fn upgrade(directory: &Path, more: &[&str]) -> super::Run {
    let mut arguments = vec!["image", "upgrade", "--description", "."];
    arguments.extend_from_slice(more);
    kiwi_in(directory, &arguments)
}

fn read(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("config.xml")).unwrap()
}

#[test]
fn shows_what_would_change_and_changes_nothing() {
    let directory = description(OLD);
    let run = upgrade(directory.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_data_eq!(
        run.stdout,
        str![[r#"
--- ./config.xml
+++ ./config.xml
@@ -1,5 +1,5 @@
 <?xml version="1.0" encoding="utf-8"?>
-<image schemaversion="7.1" name="old">
+<image schemaversion="8.5" name="old">
     <description type="system">
         <author>Somebody</author>
         <contact>somebody@example.org</contact>
@@ -7,8 +7,13 @@
     </description>
     <preferences>
         <version>1.2.3</version> <!-- counted by hand -->
-        <packagemanager>apt-get</packagemanager>
-        <type image="vmx" filesystem="ext4" bootloader="grub2" boottimeout="3"/>
-        <type image="iso" boottimeout="5"/>
+        <packagemanager>apt</packagemanager>
+        <type image="oem" filesystem="ext4">
+            <oemconfig>
+                <oem-resize>false</oem-resize>
+            </oemconfig>
+            <bootloader name="grub2" timeout="3"/>
+        </type>
+        <type image="iso"/>
     </preferences>
 </image>

"#]]
    );
    assert_data_eq!(
        run.stderr,
        str![[r#"
warning[K0150]: `boottimeout` of a `type` without `bootloader` has no counterpart in the newest schema and is left out
  --> ./config.xml:12:27
   |
12 |         <type image="iso" boottimeout="5"/>
   |                           ^^^^^^^^^^^^^^^
   |
   = help: for image types `oem` and `iso` write `<bootloader name="grub2" timeout="5"/>` inside `type`
nothing was written; `--write` does

"#]]
    );
    assert_eq!(read(directory.path()), OLD);
}

#[test]
fn the_exit_code_tells_with_check() {
    let directory = description(OLD);
    let old = upgrade(directory.path(), &["--check"]);
    assert_eq!(old.code, 1);
    assert!(old.stdout.starts_with("--- ./config.xml"));
    assert_eq!(read(directory.path()), OLD);
    assert_eq!(upgrade(directory.path(), &["--write"]).code, 0);
    let new = upgrade(directory.path(), &["--check"]);
    assert_eq!((new.code, new.stdout.as_str()), (0, ""));
    assert_data_eq!(
        new.stderr,
        str![[r#"
`./config.xml` needs no upgrade: it is of schema 8.5

"#]]
    );
    assert_eq!(upgrade(directory.path(), &["--check", "--write"]).code, 2);
}

#[test]
fn writes_and_keeps_mode_link_and_mark() {
    let directory = description("");
    let real = directory.path().join("real.xml");
    std::fs::write(&real, format!("\u{feff}{OLD}")).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::fs::remove_file(directory.path().join("config.xml")).unwrap();
    std::os::unix::fs::symlink("real.xml", directory.path().join("config.xml")).unwrap();
    let run = upgrade(directory.path(), &["--write"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("upgraded `./config.xml`"));
    let text = std::fs::read_to_string(&real).unwrap();
    assert!(text.starts_with("\u{feff}<?xml"));
    assert!(text.contains(r#"<bootloader name="grub2" timeout="3"/>"#));
    assert!(text.contains("<!-- counted by hand -->"));
    let mode = std::fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert!(directory.path().join("config.xml").is_symlink());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

/// `patch` makes the same of the diff as `--write` does.
#[test]
fn patch_understands_the_changes() {
    if !has_patch() {
        return;
    }
    let (patched, written) = (description(OLD), description(OLD));
    let diff = upgrade(patched.path(), &[]).stdout;
    let output = assert_cmd::Command::new("patch")
        .arg("-p0")
        .current_dir(patched.path())
        .write_stdin(diff)
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(upgrade(written.path(), &["--write"]).code, 0);
    assert_eq!(read(patched.path()), read(written.path()));
}

fn has_patch() -> bool {
    let found = assert_cmd::Command::new("patch")
        .arg("--version")
        .output()
        .is_ok();
    assert!(
        found || std::env::var_os("KIWI_REQUIRE_JUDGES").is_none(),
        "`patch` is not there"
    );
    if !found {
        use std::io::Write;
        let _ = std::io::stderr().write_all(b"\nSKIPPED: `patch` is not there\n\n");
    }
    found
}

#[test]
fn other_markups_and_encodings_are_left_alone() {
    let directory = description("");
    std::fs::remove_file(directory.path().join("config.xml")).unwrap();
    std::fs::write(directory.path().join("a.kiwi"), "image:\n  name: x\n").unwrap();
    let run = upgrade(directory.path(), &["--write"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("K0160"), "{}", run.stderr);

    let directory = description("");
    let mut bytes = OLD.replace("utf-8", "iso-8859-1").into_bytes();
    let at = OLD.find("Somebody").unwrap() + 5;
    bytes[at] = 0xe4;
    std::fs::write(directory.path().join("config.xml"), &bytes).unwrap();
    let run = upgrade(directory.path(), &["--write"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("K0161"), "{}", run.stderr);
    let left = std::fs::read(directory.path().join("config.xml")).unwrap();
    assert_eq!(left, bytes);
}

#[test]
fn errors_come_first() {
    let directory = description(&OLD.replace("<version>1.2.3</version>", "<verson>1</verson>"));
    let run = upgrade(directory.path(), &["--write"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("K0201"), "{}", run.stderr);
    assert!(read(directory.path()).contains("7.1"));
}
