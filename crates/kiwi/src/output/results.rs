//! What a build has made, how large it is and what to do with it.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use kiwi_build::{Artefacts, Record};
use serde_json::{Value, json};

use super::amounts;
use super::log::record::RESULT;

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    key: String,
    path: String,
    name: String,
    size: String,
    usage: Option<String>,
}

/// Reports the results through the log: a table for people, the list that scripts look for, an object for programs.
pub fn report(artefacts: &Artefacts, target: &Path, took: Duration) {
    let lines: Vec<Line> = artefacts.records().map(line).collect();
    let mut list = String::from("Result files:");
    for line in &lines {
        list.push_str(&format!("\n--> {}: {}", line.key, line.path));
    }
    let view = view(artefacts, target, took).to_string();
    tracing::info!(target: RESULT, view, list, "{}", table(&lines, target, took));
}

fn line(record: &Record) -> Line {
    let name = record.path.file_name().unwrap_or_default();
    Line {
        key: record.key.clone(),
        path: record.path.display().to_string(),
        name: name.to_string_lossy().into_owned(),
        size: size(&record.path),
        usage: record.usage.clone(),
    }
}

/// The size of a file, and what it takes on the disk where that is clearly less.
fn size(path: &Path) -> String {
    let Ok(data) = path.metadata() else {
        return String::new();
    };
    let (length, stored) = (data.len(), data.blocks() * 512);
    if stored < length / 10 * 9 {
        format!(
            "{} ({} on disk)",
            amounts::bytes(length),
            amounts::bytes(stored)
        )
    } else {
        amounts::bytes(length)
    }
}

fn table(lines: &[Line], target: &Path, took: Duration) -> String {
    let mut text = format!(
        "Made in {}, in {}\n",
        amounts::duration(took),
        target.display()
    );
    let widest = |width: fn(&Line) -> usize| lines.iter().map(width).max().unwrap_or(0);
    let names = widest(|line| line.name.len());
    let keys = widest(|line| line.key.len());
    for line in lines {
        let row = format!(
            "  {:<names$}  {:<keys$}  {}",
            line.name, line.key, line.size
        );
        text.push_str(row.trim_end());
        text.push('\n');
    }
    let mut usages: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.usage.as_deref())
        .collect();
    usages.dedup();
    if !usages.is_empty() {
        text.push_str("To use it\n");
    }
    for usage in usages {
        text.push_str(&format!("  {usage}\n"));
    }
    text.trim_end().to_owned()
}

fn view(artefacts: &Artefacts, target: &Path, took: Duration) -> Value {
    let files: Vec<Value> = artefacts
        .records()
        .map(|record| {
            json!({
                "key": record.key,
                "path": record.path,
                "bytes": record.path.metadata().map(|data| data.len()).ok(),
                "usage": record.usage,
            })
        })
        .collect();
    json!({
        "target": target,
        "elapsed_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "files": files,
    })
}

#[cfg(test)]
#[allow(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes them when it updates a snapshot"
)]
mod tests {
    use super::*;

    #[test]
    fn table_for_people() {
        let line = |key: &str, name: &str, size: &str, usage: Option<&str>| Line {
            key: key.into(),
            path: format!("/out/{name}"),
            name: name.into(),
            size: size.into(),
            usage: usage.map(str::to_owned),
        };
        let lines = [
            line(
                "disk_image",
                "a.x86_64-1.0.0.raw",
                "1.5 GiB (400 MiB on disk)",
                Some("qemu .."),
            ),
            line("image_packages", "a.x86_64-1.0.0.packages", "9.1 KiB", None),
        ];
        let text = table(&lines, Path::new("/out"), Duration::from_secs(75));
        snapbox::assert_data_eq!(
            text,
            snapbox::str![[r#"
Made in 1 min 15 s, in /out
  a.x86_64-1.0.0.raw       disk_image      1.5 GiB (400 MiB on disk)
  a.x86_64-1.0.0.packages  image_packages  9.1 KiB
To use it
  qemu ..
"#]]
        );
    }

    #[test]
    fn holes_are_not_counted_twice() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sparse");
        std::fs::File::create(&path)
            .unwrap()
            .set_len(1 << 20)
            .unwrap();
        assert_eq!(size(&path), "1.0 MiB (0 B on disk)");
        std::fs::write(&path, [1; 5000]).unwrap();
        assert_eq!(size(&path), "4.9 KiB");
        assert_eq!(size(&directory.path().join("absent")), "");
    }
}
