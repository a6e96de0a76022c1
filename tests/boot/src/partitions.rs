//! Finding a file system inside a disk.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::identity::output;

/// One partition, as `sfdisk` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name in the table.
    pub name: String,
    /// Where it begins, in bytes.
    pub start: u64,
    /// How long it is, in bytes.
    pub size: u64,
}

/// Reads the partition table of a raw disk.
///
/// # Errors
/// There is none.
pub fn partitions(disk: &Path) -> Result<Vec<Partition>> {
    let disk = disk.to_str().context("a path that is no text")?;
    let text = output("/sbin/sfdisk", &["--json", disk])?;
    let table: Value = serde_json::from_str(&text)?;
    let table = &table["partitiontable"];
    let sector = table["sectorsize"].as_u64().unwrap_or(512);
    let all = table["partitions"].as_array().context("no partitions")?;
    all.iter()
        .map(|partition| {
            let number = |name: &str| {
                partition[name]
                    .as_u64()
                    .with_context(|| format!("a partition without `{name}`"))
            };
            Ok(Partition {
                name: partition["name"].as_str().unwrap_or_default().to_owned(),
                start: number("start")? * sector,
                size: number("size")? * sector,
            })
        })
        .collect()
}

/// The largest partition, which is the one of the system.
///
/// # Errors
/// As [`partitions`].
pub fn largest(disk: &Path) -> Result<Partition> {
    partitions(disk)?
        .into_iter()
        .max_by_key(|partition| partition.size)
        .context("no partitions")
}
