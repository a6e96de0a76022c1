//! What a build leaves in its target directory (spec 02, section 11), and what it says while it works.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::Bench;
use serde_json::Value;

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("layout", layout),
    Case::new("json_log", json_log),
    Case::new("records", records),
    Case::new("existing_root", existing_root),
    Case::new("remove", remove),
];

/// Beginning of the names of results of the description `tiny`.
const TINY: &str = "tiny.x86_64-1.0.0";

fn names(directory: &Path) -> Result<BTreeSet<String>> {
    fs_err::read_dir(directory)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn layout(bench: &Bench) -> Result<()> {
    for identity in bench.everyone() {
        bench.share_cache(identity)?;
        let description = bench.description("tiny", "layout")?;
        let target = bench.fresh(identity, "layout")?.join("out/put");
        let run = bench
            .kiwi(identity)
            .args(["system", "build", "--description"])
            .args([
                description.path().as_os_str(),
                "--target-dir".as_ref(),
                target.as_os_str(),
            ])
            .succeed()?;

        let found = names(&target)?;
        let mut expected: BTreeSet<String> = ["build", "kiwi.result", "kiwi.result.json"]
            .map(String::from)
            .into();
        for extension in ["changes", "ext4", "packages", "verified"] {
            expected.insert(format!("{TINY}.{extension}"));
        }
        ensure!(found == expected, "{found:?}");
        let build = names(&target.join("build"))?;
        ensure!(
            build == ["image-root", "image-root.log"].map(String::from).into(),
            "{build:?}"
        );
        let tree = target.join("build/image-root");
        for file in ["image/config.xml", ".profile", "etc/passwd"] {
            ensure!(tree.join(file).exists(), "there is no `{file}` in the tree");
        }

        // What users of the reference look for.
        let image = target.join(format!("{TINY}.ext4"));
        for part in [
            "--> Selected build type: ext4".to_owned(),
            "Using package manager backend: apt".to_owned(),
            "Result files:".to_owned(),
            image.display().to_string(),
        ] {
            ensure!(run.stdout.contains(&part), "no `{part}` in\n{}", run.tail());
        }
        ensure!(run.stderr.is_empty(), "on standard error:\n{}", run.stderr);
        for line in run.stdout.lines().filter(|line| line.starts_with('[')) {
            let level = line.get(..13).unwrap_or_default();
            ensure!(
                matches!(level, "[ INFO    ]: " | "[ WARNING ]: "),
                "`{line}`"
            );
        }
        let log = fs_err::read_to_string(target.join("build/image-root.log"))?;
        ensure!(log.contains("[ DEBUG   ]: "), "the log has no details");

        let list = bench
            .kiwi(identity)
            .args([
                "result".as_ref(),
                "list".as_ref(),
                "--target-dir".as_ref(),
                target.as_os_str(),
            ])
            .succeed()?;
        for part in [
            format!("Listing results from {}", target.display()),
            format!("filesystem_image: {}", image.display()),
            format!(
                "image_packages: {}",
                target.join(format!("{TINY}.packages")).display()
            ),
        ] {
            ensure!(
                list.stdout.contains(&part),
                "no `{part}` in\n{}",
                list.tail()
            );
        }

        let packages = fs_err::read_to_string(target.join(format!("{TINY}.packages")))?;
        ensure!(
            packages.lines().any(|line| line.starts_with("netbase|")),
            "{packages}"
        );
    }
    Ok(())
}

fn json_log(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let tree = bench.tiny_tree(identity)?;
    let target = bench.fresh(identity, "json-log")?;
    let log = target.join("own.log");
    let run = bench
        .kiwi(identity)
        .args(["--log-format", "json", "--type", "ext4", "--logfile"])
        .args([
            log.as_os_str(),
            "system".as_ref(),
            "create".as_ref(),
            "--root".as_ref(),
        ])
        .args([
            tree.as_os_str(),
            "--target-dir".as_ref(),
            target.as_os_str(),
        ])
        .succeed()?;
    let mut kinds = BTreeSet::new();
    for line in run.stdout.lines() {
        let event: Value = serde_json::from_str(line).with_context(|| format!("`{line}`"))?;
        ensure!(event["time"].is_string(), "no time in `{line}`");
        kinds.insert(
            event["event"]
                .as_str()
                .with_context(|| format!("no event in `{line}`"))?
                .to_owned(),
        );
    }
    for kind in ["message", "phase_start", "phase_end", "result"] {
        ensure!(kinds.contains(kind), "no `{kind}` among {kinds:?}");
    }
    let text = fs_err::read_to_string(&log)?;
    ensure!(
        text.lines().all(|line| !line.starts_with('{')),
        "the log file is for people"
    );
    ensure!(
        text.contains("mke2fs"),
        "the log file does not say what was run"
    );
    Ok(())
}

/// Key, end of the file name, and the flags: in bundles, compressed there, with checksum.
type Record = (&'static str, &'static str, bool, bool, bool);

/// What each type makes.
const RECORDS: [(&str, &[Record]); 9] = [
    ("tbz", &[("root_archive", ".tar.xz", true, false, true)]),
    ("ext2", &[("filesystem_image", ".ext2", true, true, true)]),
    ("ext3", &[("filesystem_image", ".ext3", true, true, true)]),
    ("ext4", &[("filesystem_image", ".ext4", true, true, true)]),
    (
        "squashfs",
        &[("filesystem_image", ".squashfs", true, true, true)],
    ),
    ("erofs", &[("filesystem_image", ".erofs", true, true, true)]),
    (
        "docker",
        &[("container", ".docker.tar.xz", true, false, true)],
    ),
    ("oci", &[("container", ".oci.tar.xz", true, false, true)]),
    (
        "oem",
        &[
            ("disk_image", ".raw", false, true, true),
            ("disk_format_image", ".qcow2", true, false, true),
        ],
    ),
];

/// What every type has besides.
const LISTS: [Record; 3] = [
    ("image_changes", ".changes", true, true, false),
    ("image_packages", ".packages", true, false, false),
    ("image_verified", ".verified", true, false, false),
];

fn records(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    for (build_type, own) in RECORDS {
        let target = bench.results(identity, build_type)?;
        let text = fs_err::read_to_string(target.join("kiwi.result.json"))?;
        let found: Value = serde_json::from_str(&text)?;
        let found = found.as_object().context("no object")?;
        let mut expected = serde_json::Map::new();
        for (key, end, use_for_bundle, compress, shasum) in own.iter().chain(&LISTS) {
            let file = target.join(format!("everything.x86_64-1.2.3{end}"));
            ensure!(file.is_file(), "there is no `{}`", file.display());
            let record = serde_json::json!({
                "compress": compress,
                "filename": file,
                "shasum": shasum,
                "use_for_bundle": use_for_bundle,
            });
            expected.insert((*key).to_owned(), record);
        }
        ensure!(*found == expected, "{build_type}: {text}");
        // The shape that the reference writes: four blanks, sorted, a line end.
        let pretty = text
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("    \""));
        ensure!(pretty && text.ends_with("}\n"), "{text}");
    }
    Ok(())
}

fn existing_root(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let tree = bench.tiny_tree(identity)?;
    let description = bench.description("tiny", "existing")?;
    let run = bench
        .kiwi(identity)
        .args(["--log-format", "json", "system", "prepare", "--description"])
        .args([
            description.path().as_os_str(),
            "--root".as_ref(),
            tree.as_os_str(),
        ])
        .run()?
        .expect_code(2)?;
    let errors = run.errors();
    ensure!(
        errors.len() == 1 && errors[0]["code"] == "K0802",
        "{}",
        run.tail()
    );
    let help = errors[0]["help"].as_str().unwrap_or_default();
    ensure!(
        help.contains("--allow-existing-root") && help.contains("system remove"),
        "{help}"
    );
    Ok(())
}

fn remove(bench: &Bench) -> Result<()> {
    for identity in bench.everyone() {
        bench.share_cache(identity)?;
        let description = bench.description("tiny", "remove")?;
        let place = bench.fresh(identity, "remove")?;
        let tree = place.join("tree");
        bench
            .kiwi(identity)
            .args(["system", "prepare", "--description"])
            .args([
                description.path().as_os_str(),
                "--root".as_ref(),
                tree.as_os_str(),
            ])
            .succeed()?;
        let left: BTreeSet<_> = names(&place)?;
        ensure!(
            left == ["tree".to_owned()].into(),
            "besides the tree: {left:?}"
        );
        let call = bench.kiwi(identity).args([
            "system".as_ref(),
            "remove".as_ref(),
            "--root".as_ref(),
            tree.as_os_str(),
        ]);
        call.succeed()?;
        ensure!(!tree.exists(), "the tree is still there");
        // Nothing that is no tree is removed.
        call.run()?.expect_code(2)?;
        let other = place.join("other");
        identity.make_directory(&other)?;
        bench
            .kiwi(identity)
            .args([
                "system".as_ref(),
                "remove".as_ref(),
                "--root".as_ref(),
                other.as_os_str(),
            ])
            .run()?
            .expect_code(2)?;
        ensure!(other.exists(), "a directory that is no tree was removed");
    }
    Ok(())
}
