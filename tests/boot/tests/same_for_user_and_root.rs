//! What root builds and what an ordinary user builds is the same, file by file and bit by bit.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::Bench;
use kiwi_end_to_end::partitions::{Partition, partitions};
use kiwi_end_to_end::say;
use kiwi_testkit::tree_compare::{Comparison, Listing};

use crate::Case;

pub(crate) const CASES: &[Case] = &[Case::as_root("disks", disks)];

/// What may differ, and why.
const DIFFERENT: [&str; 0] = [];

/// Path, mode, user and group, and an attribute that must be there.
type Odd = (&'static str, u32, (u32, u32), Option<&'static str>);

/// Files of the description whose owner, mode or attributes get lost easily.
const ODD: [Odd; 7] = [
    (
        "/srv/odd/capable",
        0o755,
        (0, 0),
        Some("security.capability"),
    ),
    ("/srv/odd/raised", 0o6750, (0, 4), None),
    ("/srv/odd/attribute", 0o644, (0, 0), Some("user.kiwi")),
    (
        "/srv/odd/acl",
        0o664,
        (0, 0),
        Some("system.posix_acl_access"),
    ),
    (
        "/srv/odd/inherits",
        0o755,
        (0, 0),
        Some("system.posix_acl_default"),
    ),
    ("/srv/odd/shared", 0o2775, (1500, 1600), None),
    ("/srv/odd/pipe", 0o644, (65534, 65534), None),
];

fn disks(bench: &Bench) -> Result<()> {
    let root = bench.root().context("not root")?;
    let disk = |identity| -> Result<_> {
        Ok(bench
            .results(identity, "oem")?
            .join("everything.x86_64-1.2.3.raw"))
    };
    let (left, right) = (disk(root)?, disk(bench.user())?);
    let table = partitions(&left)?;
    ensure!(table == partitions(&right)?, "the partition tables differ");
    let mut systems = 0;
    for partition in &table {
        // The others have no ext4 file system.
        let Ok(of_root) = listing(&left, partition) else {
            continue;
        };
        let of_user = listing(&right, partition)?;
        systems += 1;
        if of_root.entries.contains_key(Path::new("/srv/odd")) {
            expect_odd_files(&of_root)?;
        }
        let found = Comparison::new()
            .with_times()
            .ignore(&DIFFERENT)
            .differences(&of_root, &of_user);
        for line in found.iter().take(100) {
            say!("root left, user right: {line}");
        }
        ensure!(
            found.is_empty(),
            "{} differences in `{}`",
            found.len(),
            partition.name
        );
        say!(
            "{}: {} files are the same",
            partition.name,
            of_root.entries.len()
        );
    }
    ensure!(
        systems == 2,
        "{systems} ext4 file systems instead of root and boot"
    );
    let paths = [&left, &right].map(|path| path.display().to_string());
    kiwi_end_to_end::identity::output("cmp", &[&paths[0], &paths[1]])
        .context("all files are the same, but the disks are not")?;
    Ok(())
}

fn listing(disk: &Path, partition: &Partition) -> Result<Listing> {
    Listing::of_ext4(disk, partition.start)
}

/// Without them the comparison would show nothing.
fn expect_odd_files(listing: &Listing) -> Result<()> {
    for (path, mode, owner, attribute) in ODD {
        let entry = listing
            .entries
            .get(Path::new(path))
            .with_context(|| format!("there is no `{path}`"))?;
        ensure!(
            (entry.mode, (entry.uid, entry.gid)) == (mode, owner),
            "`{path}` has mode {:o} and owner {}:{}",
            entry.mode,
            entry.uid,
            entry.gid
        );
        if let Some(attribute) = attribute {
            ensure!(
                entry.attributes.contains_key(attribute),
                "`{path}` has no `{attribute}`"
            );
        }
    }
    Ok(())
}
