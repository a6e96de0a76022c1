//! Installs the reference, KIWI NG from PyPI, into a virtual environment of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::process::Process;
use super::say;

/// What pip is asked for: the newest release of the series that our behaviour was compared with.
const REQUIREMENT: &str = "kiwi~=11.0";

/// Installs or updates the reference below `venv` and returns its program.
pub(super) fn install(venv: &Path) -> Result<PathBuf> {
    let pip = venv.join("bin/pip");
    if !pip.exists() {
        say("installing the reference");
        Process::new("python3")
            .args(["-m", "venv"])
            .args([venv])
            .read()?;
    }
    Process::new(pip)
        .args([
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--upgrade",
        ])
        .args([REQUIREMENT])
        .read()?;
    Ok(venv.join("bin/kiwi-ng"))
}
