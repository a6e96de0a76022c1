//! `create` on a small tree with one of everything, judged by foreign programs.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod bench;
#[path = "../../../kiwi-ondisk/tests/judge/mod.rs"]
mod judge;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bench::{Bench, EPOCH, belongs, enclosed, excludes, plan};
use judge::mounted::mounted;
use judge::tree::picture;
use judge::{judge, second_opinion, skipped, verdict};
use kiwi_build::BuildError;
use kiwi_testkit::tree_compare::{Comparison, Listing};
use serde_json::{Value, json};

/// The part of the tree that belongs into an image.
fn expected(bench: &Bench) -> BTreeMap<PathBuf, String> {
    let mut picture = picture(&bench.root(), EPOCH);
    picture.retain(|path, _| belongs(path));
    picture
}

fn assert_same(found: &BTreeMap<PathBuf, String>, expected: &BTreeMap<PathBuf, String>) {
    for (path, description) in expected {
        assert_eq!(found.get(path), Some(description), "{}", path.display());
    }
    let more: Vec<_> = found
        .keys()
        .filter(|path| !expected.contains_key(*path))
        .collect();
    assert!(more.is_empty(), "{more:?}");
}

/// Unpacks a tar archive.
fn unpack(file: &Path, to: &Path) -> Option<()> {
    fs::create_dir(to).unwrap();
    verdict(
        judge("tar", "tar")?
            .args(["--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf"])
            .arg(file)
            .arg("-C")
            .arg(to),
    );
    Some(())
}

#[test]
fn archives_hold_the_tree() {
    if !enclosed("archives_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    let image = json!({"family": "archive", "file_name": "test.tar.xz", "excludes": excludes()});
    let file = bench.create_twice(&plan("tbz", image), "root_archive");
    assert_eq!(file, bench.path("target/test.tar.xz"));
    let unpacked = bench.path("unpacked");
    if unpack(&file, &unpacked).is_some() {
        assert_same(&picture(&unpacked, EPOCH), &expected(&bench));
    }
}

fn filesystem_image(kind: &str, options: &[&str]) -> Value {
    json!({
        "family": "file-system", "file_name": format!("test.{kind}"),
        "filesystem": {
            "kind": kind, "label": null, "uuid": "0f6c3f1c-1c55-4e1f-9a44-1d2f6c1a7d10",
            "create_options": options, "mount_options": null,
            "compression": if kind == "squashfs" { json!("xz") } else { Value::Null },
        },
        "size": {"rule": "computed"}, "size_origin": null, "excludes": excludes(),
    })
}

#[test]
fn ext_images_hold_the_tree() {
    if !enclosed("ext_images_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    let mut tree = Listing::of_directory(&bench.root()).unwrap();
    tree.entries
        .retain(|path, _| belongs(path.strip_prefix("/").unwrap()));
    for entry in tree.entries.values_mut() {
        entry.mtime = entry.mtime.min(EPOCH);
    }
    for (kind, options) in [
        ("ext4", &[][..]),
        ("ext3", &[]),
        ("ext2", &["-b", "1024", "-E", "stride=4", "-L", "mine"]),
    ] {
        let plan = plan(kind, filesystem_image(kind, options));
        let file = bench.create_twice(&plan, "filesystem_image");
        if let Some(mut e2fsck) = judge("e2fsck", "e2fsprogs") {
            verdict(e2fsck.arg("-fn").arg(&file));
        }
        let found = Listing::of_ext4(&file, 0).unwrap();
        Comparison::new()
            .with_times()
            .ignore(&["/lost+found"])
            .assert_same(&tree, &found);
        // The file of 40 MiB has one block with data.
        let metadata = fs::metadata(&file).unwrap();
        assert!(
            metadata.blocks() * 512 < 30 << 20,
            "{kind}: holes are filled"
        );
        assert!(metadata.len() > 40 << 20);
    }
}

#[test]
fn btrfs_images_hold_the_tree() {
    if !enclosed("btrfs_images_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    let mut whole = filesystem_image("btrfs", &["--csum", "sha256", "-m", "single"]);
    let mut divided = filesystem_image("btrfs", &[]);
    let subvolume = |path: &str, directory: Value| {
        json!({
            "path": path, "directory": directory, "mountpoint": null, "mode": 0o755, "read_only": false,
            "copy_on_write": true, "quota_mib": null, "check_pass": 0,
        })
    };
    divided["filesystem"]["btrfs"] = json!({
        "subvolumes": [
            subvolume("@", Value::Null),
            subvolume("@/.snapshots", json!(".snapshots")),
            subvolume("@/.snapshots/1/snapshot", json!("")),
        ],
        "root": "@/.snapshots/1/snapshot", "default": "@/.snapshots/1/snapshot", "root_options": [],
        "quota": true, "snapper": true, "snapper_quota": true,
    });
    whole["filesystem"]["label"] = json!("WHOLE");
    for (image, snapshots) in [(whole, false), (divided, true)] {
        let file = bench.create_twice(&plan("btrfs", image), "filesystem_image");
        if let Some(mut btrfs) = judge("btrfs", "btrfs-progs") {
            let said = verdict(btrfs.args(["check", "--check-data-csum"]).arg(&file));
            assert!(said.contains("no error found"), "{said}");
        }
        mounted(&file, "ro", |root| {
            let mut found = picture(root, EPOCH);
            assert_eq!(found.remove(Path::new(".snapshots")).is_some(), snapshots);
            assert_same(&found, &expected(&bench));
        });
    }
    let error = bench
        .create(
            &plan("btrfs", filesystem_image("btrfs", &["--mixed"])),
            "target",
        )
        .unwrap_err();
    assert!(error.to_string().contains("--mixed"), "{error}");
    assert!(error.hint().unwrap().contains("fscreateoptions"));
}

#[test]
fn xfs_images_hold_the_tree() {
    if !enclosed("xfs_images_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    if judge("mkfs.xfs", "xfsprogs").is_none() {
        return;
    }
    for options in [
        &[][..],
        &["-m", "bigtime=0", "-b", "size=1024", "-L", "mine"],
    ] {
        let plan = plan("xfs", filesystem_image("xfs", options));
        let file = bench.create_twice(&plan, "filesystem_image");
        if let Some(mut repair) = judge("xfs_repair", "xfsprogs") {
            verdict(repair.args(["-n", "-f"]).arg(&file));
        }
        let metadata = fs::metadata(&file).unwrap();
        // The log of 64 MiB may be there, the rest of the smallest size is not, nor are the holes of the file of 40 MiB.
        assert_eq!(metadata.len(), 300 << 20);
        assert!(metadata.blocks() * 512 < 80 << 20, "holes are filled");
        mounted(&file, "ro", |path| {
            assert_same(&picture(path, EPOCH), &expected(&bench));
        });
    }
    let mut small = filesystem_image("xfs", &[]);
    small["size"] = json!({"rule": "absolute", "mib": 299});
    let error = bench.create(&plan("xfs", small), "target").unwrap_err();
    assert_eq!(error.code(), "K0902", "{error}");
    let rmap = filesystem_image("xfs", &["-m", "rmapbt=1"]);
    let error = bench.create(&plan("xfs", rmap), "target").unwrap_err();
    assert!(error.to_string().contains("`rmapbt`"), "{error}");
    assert!(error.hint().unwrap().contains("fscreateoptions"));
}

#[test]
fn squashfs_images_hold_the_tree() {
    if !enclosed("squashfs_images_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    let plan = plan("squashfs", filesystem_image("squashfs", &[]));
    if judge("mksquashfs", "squashfs-tools").is_none() {
        return;
    }
    let file = bench.create_twice(&plan, "filesystem_image");
    let unpacked = bench.path("unpacked");
    let Some(mut unsquashfs) = judge("unsquashfs", "squashfs-tools") else {
        return;
    };
    verdict(
        unsquashfs
            .args(["-no-progress", "-d"])
            .arg(&unpacked)
            .arg(&file),
    );
    let mut expected = expected(&bench);
    // The format has no access control lists; their base permissions are in the mode.
    for path in ["etc/shadow", "var/mail"] {
        let description = expected.get_mut(Path::new(path)).unwrap();
        let start = description.find(" {").unwrap();
        description.replace_range(start.., " {}");
    }
    assert_same(&picture(&unpacked, EPOCH), &expected);
    let seconds = u32::from_le_bytes(fs::read(&file).unwrap()[8..12].try_into().unwrap());
    assert_eq!(i64::from(seconds), EPOCH, "time of the file system");
}

#[test]
fn erofs_images_hold_the_tree() {
    if !enclosed("erofs_images_hold_the_tree") {
        return;
    }
    let bench = Bench::new();
    if judge("mkfs.erofs", "erofs-utils").is_none() {
        return;
    }
    for options in [&[][..], &["-zlz4hc"]] {
        let plan = plan("erofs", filesystem_image("erofs", options));
        let file = bench.create_twice(&plan, "filesystem_image");
        if let Some(mut fsck) = judge("fsck.erofs", "erofs-utils") {
            verdict(fsck.arg(&file));
        }
        let mountpoint = bench.path("mountpoint");
        fs::create_dir_all(&mountpoint).unwrap();
        let mounted = second_opinion("mount", "mount").is_some_and(|mut mount| {
            let mount = mount.args(["-t", "erofs", "-o", "loop,ro"]).arg(&file);
            mount.arg(&mountpoint).status().unwrap().success()
        });
        if mounted {
            assert_same(&picture(&mountpoint, EPOCH), &expected(&bench));
            verdict(judge("umount", "mount").unwrap().arg(&mountpoint));
        } else {
            skipped("the kernel does not mount EROFS here and could not judge");
        }
    }
}

fn container(format: &str, compress: bool) -> Value {
    let suffix = if compress { ".xz" } else { "" };
    let mut excludes = excludes();
    for path in ["dev/*", "sys/*", "proc/*"] {
        excludes.as_array_mut().unwrap().push(json!(path));
    }
    json!({
        "family": "container", "format": format, "file_name": format!("test.{format}.tar{suffix}"),
        "compress": compress, "name": "example", "tag": "1", "additional_names": ["other:2"],
        "architecture": "amd64", "author": "A <a@example.org>", "history_author": "H",
        "created_by": "kiwi-rs", "comment": "made in a test",
        "config": {
            "user": "33:33", "working_directory": "/srv", "entrypoint": ["/bin/e", "x y"], "command": null,
            "exposed_ports": ["80"], "volumes": ["/v"], "environment": {"B": "2", "A": "1"},
            "labels": {"l": "m"}, "stop_signal": "SIGINT",
        },
        "excludes": excludes,
    })
}

#[test]
fn containers_hold_the_tree() {
    if !enclosed("containers_hold_the_tree") {
        return;
    }
    for (format, compress) in [
        ("oci", false),
        ("docker", false),
        ("oci", true),
        ("docker", true),
    ] {
        let bench = Bench::new();
        let before = picture(&bench.root(), EPOCH);
        let plan = plan(format, container(format, compress));
        let mut file = bench.create_twice(&plan, "container");
        assert_eq!(
            picture(&bench.root(), EPOCH),
            before,
            "the prepared tree changed"
        );
        if compress {
            let Some(mut xz) = judge("xz", "xz-utils") else {
                return;
            };
            verdict(xz.arg("--decompress").arg(&file));
            file = file.with_extension("");
        }
        let (Some(mut skopeo), Some(mut copy), Some(mut umoci)) = (
            judge("skopeo", "skopeo"),
            judge("skopeo", "skopeo"),
            judge("umoci", "umoci"),
        ) else {
            return;
        };
        let archive = format!("{format}-archive:{}", file.display());
        let said = verdict(skopeo.args(["--insecure-policy", "inspect", "--config", &archive]));
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["created"], "2020-09-13T12:26:47Z");
        assert_eq!(said["author"], "A <a@example.org>");
        assert_eq!(said["history"].as_array().unwrap().len(), 1);
        assert_eq!(
            said["config"],
            json!({
                "User": "33:33", "ExposedPorts": {"80": {}}, "Env": ["A=1", "B=2"],
                "Entrypoint": ["/bin/e", "x y"], "Volumes": {"/v": {}}, "WorkingDir": "/srv",
                "Labels": {"l": "m"}, "StopSignal": "SIGINT",
            })
        );
        let layout = bench.path("layout");
        let target = format!("oci:{}:copy", layout.display());
        verdict(copy.args(["--insecure-policy", "copy", &archive, &target]));
        let unpacked = bench.path("bundle");
        verdict(
            umoci
                .args(["unpack", "--image"])
                .arg(format!("{}:copy", layout.display()))
                .arg(&unpacked),
        );
        let mut expected = expected(&bench);
        // A file is made in there.
        expected.insert("etc".into(), format!("40755 0:0 {EPOCH}  etc {{}}"));
        let inside = |path: &Path| {
            ["proc", "dev"]
                .iter()
                .any(|it| path.parent() == Some(Path::new(it)))
        };
        expected.retain(|path, _| !inside(path));
        let mut found = picture(&unpacked.join("rootfs"), EPOCH);
        let added = found.remove(Path::new("etc/securetty")).unwrap();
        assert!(added.starts_with("100644 0:0"), "{added}");
        assert_same(&found, &expected);
    }
}

#[test]
fn results_are_recorded() {
    if !enclosed("results_are_recorded") {
        return;
    }
    let bench = Bench::new();
    let image = json!({"family": "archive", "file_name": "test.x86_64-1.0.0.tar.xz", "excludes": ["usr", "var"]});
    let target = bench.path("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("test.x86_64-1.0.0.tar.xz"), "an older result").unwrap();
    bench.create(&plan("tbz", image), "target").unwrap();
    let mut names: Vec<_> = fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let stem = "test.x86_64-1.0.0";
    let expected = [
        "kiwi.result".to_owned(),
        "kiwi.result.json".to_owned(),
        format!("{stem}.changes"),
        format!("{stem}.packages"),
        format!("{stem}.tar.xz"),
        format!("{stem}.verified"),
    ];
    assert_eq!(names, expected);
    let packages = fs::read_to_string(target.join(format!("{stem}.packages"))).unwrap();
    assert_eq!(packages, "alpha|None|1.2-3|None|amd64|None|None\n");
    let result: Value =
        serde_json::from_slice(&fs::read(target.join("kiwi.result.json")).unwrap()).unwrap();
    let record = |suffix: &str, compress: bool, shasum: bool| {
        json!({
            "filename": target.join(format!("{stem}.{suffix}")), "compress": compress, "shasum": shasum,
            "use_for_bundle": true,
        })
    };
    assert_eq!(
        result,
        json!({
            "root_archive": record("tar.xz", false, true),
            "image_packages": record("packages", false, false),
            "image_changes": record("changes", true, false),
            "image_verified": record("verified", false, false),
        })
    );
    let state = kiwi_build::result::State::read(&target).unwrap().unwrap();
    assert_eq!((state.version, state.records.len()), (1, 4));
    assert_eq!(state.identity.name, "test");
}

/// Files in a target directory, those of an incomplete result among them.
fn files(target: &Path) -> usize {
    fs::read_dir(target).unwrap().count()
}

#[test]
fn nothing_incomplete_is_left() {
    if !enclosed("nothing_incomplete_is_left") {
        return;
    }
    let bench = Bench::new();
    let image = json!({"family": "archive", "file_name": "test.tar.xz", "excludes": excludes()});
    let archive = plan("tbz", image);

    let mut limited = archive.clone();
    limited.settings.max_size = Some(100);
    let error = bench.create(&limited, "target").unwrap_err();
    assert!(
        matches!(error, BuildError::TooLarge { limit: 100, .. }),
        "{error}"
    );
    assert_eq!((error.code(), files(&bench.path("target"))), ("K0904", 0));

    let mut small = filesystem_image("ext4", &[]);
    small["size"] = json!({"rule": "absolute", "mib": 1});
    small["size_origin"] = json!({"option": "--set-type-attr"});
    let error = bench.create(&plan("ext4", small), "target").unwrap_err();
    assert_eq!((error.code(), files(&bench.path("target"))), ("K0902", 0));
    assert!(error.origin().is_some());

    let error = bench
        .create(
            &plan("ext4", filesystem_image("ext4", &["-O", "bigalloc"])),
            "target",
        )
        .unwrap_err();
    assert!(error.to_string().contains("bigalloc"), "{error}");
    assert!(error.hint().unwrap().contains("fscreateoptions"));
    assert_eq!(files(&bench.path("target")), 0);

    // A file system that is full, and one that gets full.
    fs::create_dir(bench.path("full")).unwrap();
    let mut mount = judge("mount", "mount").unwrap();
    let full = bench.path("full");
    verdict(
        mount
            .args(["-t", "tmpfs", "-o", "size=8k", "none"])
            .arg(&full),
    );
    for plan in [archive.clone(), plan("ext4", filesystem_image("ext4", &[]))] {
        let error = bench.create(&plan, "full").unwrap_err();
        assert_eq!((error.code(), files(&full)), ("K0903", 0), "{error:?}");
        assert!(error.hint().unwrap().contains("free space"));
    }

    bench.interrupt.trigger(15);
    let error = bench.create(&archive, "target").unwrap_err();
    assert!(matches!(error, BuildError::Interrupted(15)), "{error}");
    assert_eq!(files(&bench.path("target")), 0);
}

#[test]
fn the_tree_says_what_else_stays_out() {
    if !enclosed("the_tree_says_what_else_stays_out") {
        return;
    }
    let bench = Bench::new();
    fs::write(
        bench.root().join("image/exclude_files.yaml"),
        "exclude:\n  - /usr/share/*\n  - home\n",
    )
    .unwrap();
    let image = json!({"family": "archive", "file_name": "test.tar.xz", "excludes": excludes()});
    let artefacts = bench.create(&plan("tbz", image), "target").unwrap();
    let unpacked = bench.path("unpacked");
    if unpack(&artefacts.get("root_archive").unwrap().path, &unpacked).is_some() {
        assert!(!unpacked.join("home").exists());
        assert_eq!(fs::read_dir(unpacked.join("usr/share")).unwrap().count(), 0);
    }
}
