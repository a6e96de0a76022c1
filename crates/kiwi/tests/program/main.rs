//! The real program: what it prints, how it ends, how long it takes.
#![allow(clippy::unwrap_used, reason = "the helpers below are test code too")]
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes them when it updates a snapshot"
)]

mod building;
mod descriptions;
mod help;
mod looking;
mod options;
mod resizing;
mod upgrading;
mod usage;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What one run of the program did.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
    took: Duration,
}

/// Runs `kiwi-ng` in an environment without the caller's settings.
fn kiwi(arguments: &[&str]) -> Run {
    kiwi_in(Path::new("."), arguments)
}

/// Runs `kiwi-ng` in a directory.
fn kiwi_in(directory: &Path, arguments: &[&str]) -> Run {
    let started = Instant::now();
    let output = assert_cmd::cargo::cargo_bin_cmd!("kiwi-ng")
        .args(arguments)
        .current_dir(directory)
        .env("HOME", "/nonexistent")
        .env_remove("SOURCE_DATE_EPOCH")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        took: started.elapsed(),
    }
}

/// Makes a directory with one description.
fn description(xml: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.xml"), xml).unwrap();
    directory
}

/// The repository this crate is part of.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
