//! The same input gives the same bytes: `create` always, two whole builds but for what is listed here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::{Bench, disk_profiles};
use kiwi_end_to_end::identity::output;
use kiwi_end_to_end::say;
use kiwi_testkit::tree_compare::{Comparison, Listing};

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("create_twice", create_twice),
    Case::new("build_twice", build_twice),
];

const TYPES: [&str; 9] = [
    "oem", "tbz", "ext2", "ext3", "ext4", "squashfs", "erofs", "docker", "oci",
];

/// What two whole builds of the description `everything` differ in, and why.
const DIFFERENT: [&str; 0] = [];

/// Twice from one tree: the second time on one processor and elsewhere.
fn create_twice(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let tree = bench.tree(identity)?;
    for build_type in TYPES {
        let first = bench.results(identity, build_type)?;
        let second = bench.fresh(identity, &format!("again-{build_type}"))?;
        bench
            .kiwi(identity)
            .args(["--type", build_type])
            .args(disk_profiles())
            .args(["system", "create", "--root"])
            .args([
                tree.as_os_str(),
                "--target-dir".as_ref(),
                second.as_os_str(),
            ])
            .by(["taskset", "--cpu-list", "0"])
            .succeed()?;
        let files = result_files(&first)?;
        ensure!(files.len() >= 4, "{build_type}: only {files:?}");
        for file in files {
            let other = second.join(file.file_name().context("a file without name")?);
            expect_same_bytes(&file, &other)?;
        }
        kiwi_end_to_end::bench::remove(&second)?;
    }
    Ok(())
}

/// The files of `kiwi.result.json`.
fn result_files(target: &Path) -> Result<Vec<PathBuf>> {
    let text = fs_err::read_to_string(target.join("kiwi.result.json"))?;
    let records: serde_json::Value = serde_json::from_str(&text)?;
    let records = records.as_object().context("no object")?;
    records
        .values()
        .map(|record| {
            record["filename"]
                .as_str()
                .map(PathBuf::from)
                .context("no file name")
        })
        .collect()
}

fn expect_same_bytes(first: &Path, second: &Path) -> Result<()> {
    let text = |path: &Path| {
        path.to_str()
            .map(str::to_owned)
            .context("a path that is no text")
    };
    let (first, second) = (text(first)?, text(second)?);
    output("cmp", &["--", &first, &second])
        .with_context(|| format!("`{first}` is not the same again"))?;
    Ok(())
}

/// Prepared twice, in other places and at other times.
fn build_twice(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let first = bench.results(identity, "ext4")?;
    let description = bench.description("everything", "everything-again")?;
    let place = bench.fresh(identity, "elsewhere")?;
    let (tree, target) = (place.join("another/tree"), place.join("results"));
    bench
        .kiwi(identity)
        .args(disk_profiles())
        .args(["system", "prepare", "--description"])
        .args([
            description.path().as_os_str(),
            "--root".as_ref(),
            tree.as_os_str(),
        ])
        .succeed()?;
    bench.create(identity, "ext4", &tree, &target)?;
    let name = "everything.x86_64-1.2.3.ext4";
    let listing = |target: &Path| Listing::of_ext4(&target.join(name), 0);
    let (left, right) = (listing(&first)?, listing(&target)?);
    ensure!(
        left.entries.len() > 5000,
        "only {} files",
        left.entries.len()
    );
    let all = Comparison::new().with_times().differences(&left, &right);
    if all.is_empty() {
        say!("two whole builds have the same files");
        expect_same_bytes(&first.join(name), &target.join(name))?;
        return Ok(());
    }
    for line in &all {
        say!("{line}");
    }
    let unknown = Comparison::new()
        .with_times()
        .ignore(&DIFFERENT)
        .differences(&left, &right);
    ensure!(
        unknown.is_empty(),
        "{} differences that nobody knows of",
        unknown.len()
    );
    Ok(())
}
