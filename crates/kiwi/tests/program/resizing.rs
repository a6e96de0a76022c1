//! Disks that were built become larger. Needs namespaces, but no network.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use assert_cmd::Command;
use kiwi_testkit::judges::{require_judge, skipped};

use super::{Run, kiwi, kiwi_in};

const MIB: u64 = 1 << 20;
const RAW: &str = "grow.x86_64-1.0.0.raw";
const VDI: &str = "grow.x86_64-1.0.0.vdi";

/// A target directory with a root tree and a raw disk of 64 MiB, as a build leaves them.
fn target(table: &str, kind: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("build/image-root/image");
    std::fs::create_dir_all(&image).unwrap();
    let xml = format!(
        r#"<image schemaversion="8.5" name="grow">
    <description type="system">
        <author>A</author><contact>a@example.org</contact><specification>S</specification>
    </description>
    <preferences><version>1.0.0</version><packagemanager>apt</packagemanager>{kind}</preferences>
    <repository><source path="host:/"/></repository>
    <packages type="image"><package name="dracut-kiwi-oem-repart"/></packages>
    <packages type="bootstrap"><package name="apt"/></packages>
</image>
"#
    );
    std::fs::write(image.join("config.xml"), xml).unwrap();
    let raw = directory.path().join(RAW);
    let disk = File::create(&raw).unwrap();
    disk.set_len(64 * MIB).unwrap();
    disk.write_all_at(b"data", 3 * MIB).unwrap();
    if table == "gpt" {
        judge("sgdisk", &["--new=1:2048:0", raw.to_str().unwrap()]);
    }
    directory
}

fn judge(program: &str, arguments: &[&str]) -> String {
    let program = require_judge(program).expect("looked for before");
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

/// Tells whether this machine can do it and judge it.
fn possible() -> bool {
    let report = kiwi(&["doctor", "--format", "json"]).stdout;
    let findings: serde_json::Value = serde_json::from_str(&report).unwrap();
    if findings["namespaces"]["possible"] != true {
        skipped("this machine has no namespaces");
        return false;
    }
    require_judge("sgdisk").is_some() && require_judge("qemu-img").is_some()
}

fn resize(directory: &Path, size: &str) -> Run {
    kiwi_in(
        directory,
        &["image", "resize", "--target-dir", ".", "--size", size],
    )
}

const GPT_DISK: &str = r#"<type image="oem" filesystem="ext4" firmware="uefi" format="vdi" formatoptions="static=on"/>"#;

#[test]
fn the_backup_table_moves_and_the_disk_is_converted_again() {
    if !possible() {
        return;
    }
    let directory = target("gpt", GPT_DISK);
    let run = resize(directory.path(), "100m");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let raw = directory.path().join(RAW);
    assert_eq!(raw.metadata().unwrap().len(), 100 * MIB);
    let said = judge("sgdisk", &["--verify", raw.to_str().unwrap()]);
    assert!(said.contains("No problems found"), "{said}");
    let vdi = directory.path().join(VDI);
    let compare = ["compare", "-f", "raw", "-F", "vdi"];
    judge(
        "qemu-img",
        &[
            &compare[..],
            &[raw.to_str().unwrap(), vdi.to_str().unwrap()],
        ]
        .concat(),
    );

    std::fs::remove_file(&vdi).unwrap();
    let run = resize(directory.path(), &(100 * MIB).to_string());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("has this size already"),
        "{}",
        run.stdout
    );
    assert!(!vdi.exists(), "nothing is converted again");

    let run = resize(directory.path(), "99M");
    assert_eq!(run.code, 2);
    let text = run.stderr + &run.stdout;
    assert!(
        text.contains("K0906") && text.contains("cannot be made smaller"),
        "{text}"
    );
    assert_eq!(raw.metadata().unwrap().len(), 100 * MIB);
}

#[test]
fn a_disk_without_gpt_only_grows() {
    if !possible() {
        return;
    }
    let directory = target(
        "none",
        r#"<type image="oem" filesystem="ext4" firmware="bios"/>"#,
    );
    let run = resize(directory.path(), "65m");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let bytes = std::fs::read(directory.path().join(RAW)).unwrap();
    assert_eq!(bytes.len() as u64, 65 * MIB);
    assert_eq!(bytes.iter().filter(|byte| **byte != 0).count(), 4);
}

#[test]
fn a_damaged_table_leaves_the_disk_as_it_was() {
    if !possible() {
        return;
    }
    let directory = target("gpt", GPT_DISK);
    let raw = directory.path().join(RAW);
    File::options()
        .write(true)
        .open(&raw)
        .unwrap()
        .write_all_at(b"x", 600)
        .unwrap();
    let before = std::fs::read(&raw).unwrap();
    let run = resize(directory.path(), "1g");
    assert_eq!(run.code, 1);
    let text = run.stderr + &run.stdout;
    assert!(
        text.contains("the GUID partition table is not usable"),
        "{text}"
    );
    assert!(std::fs::read(&raw).unwrap() == before);
}

#[test]
fn what_cannot_be_resized_is_refused() {
    let directory = target("none", r#"<type image="tbz"/>"#);
    let run = resize(directory.path(), "1g");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("an image of type `tbz` is no disk"),
        "{}",
        run.stderr
    );
    let run = kiwi(&[
        "image",
        "resize",
        "--target-dir",
        "/nonexistent/t",
        "--size",
        "1g",
    ]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("there is no directory `/nonexistent/t`"),
        "{}",
        run.stderr
    );
    let run = resize(directory.path(), "1t");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a number of bytes"), "{}", run.stderr);
    if possible() {
        let directory = target("none", r#"<type image="oem" filesystem="ext4"/>"#);
        std::fs::remove_file(directory.path().join(RAW)).unwrap();
        let run = resize(directory.path(), "1g");
        assert_eq!(run.code, 2);
        let text = run.stderr + &run.stdout;
        assert!(text.contains("there is no disk"), "{text}");
    }
}
