//! Fetching metadata and packages, and the check of every requested name in between.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use fs_err as fs;
use kiwi_host::command::{Cmd, STATUS_FD, Streams};
use kiwi_plan::plan::packages::Request;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::configuration::Workspace;
use super::solve::{PackageFile, Solver};
use super::{bare_name, failure, lock};
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::package_manager::{PackageError, UnknownPackage};
use crate::progress::{Counter, Unit};

/// Fetches the metadata of all repositories.
pub(super) fn metadata(
    context: &BuildContext<'_>,
    workspace: &Workspace,
) -> Result<(), BuildError> {
    let _lock = lock::acquire(context, &workspace.lock)?;
    let command = workspace
        .command("apt-get")
        // Anything less than all of the metadata is an error, not a warning.
        .args(["-o", "APT::Update::Error-Mode=any", "update"]);
    let mut lines = Vec::new();
    context
        .runner
        .run_lines(&command, &mut |_, line| lines.push(line.to_owned()))
        .map_err(|error| {
            failure::of_fetching(
                "reading the repositories",
                error,
                &lines,
                &context.plan.root.repositories,
            )
        })?;
    Ok(())
}

/// Checks that some repository offers every name that is asked for in any phase.
pub(super) fn check_names(
    context: &BuildContext<'_>,
    workspace: &Workspace,
) -> Result<(), BuildError> {
    let packages = &context.plan.root.packages;
    let bootstrap = packages.bootstrap.iter().flat_map(|phase| &phase.packages);
    let requests: Vec<&Request> = bootstrap
        .chain(&packages.image.packages)
        .chain(&packages.added)
        .collect();
    let command = workspace.command("apt-cache").arg("pkgnames");
    let output = context
        .runner
        .run(&command)
        .map_err(|error| failure::tool("listing the repositories' packages", error))?;
    let text = output.stdout_text();
    let known: BTreeSet<&str> = text.lines().collect();
    let unknown: Vec<UnknownPackage> = requests
        .iter()
        .filter(|request| !is_pattern(&request.name) && !known.contains(bare_name(&request.name)))
        .map(|request| UnknownPackage {
            name: request.name.clone(),
            origin: request.origin.clone(),
            similar: kiwi_description::diagnostic::near_miss(
                bare_name(&request.name),
                known.iter().copied(),
            )
            .map(str::to_owned),
        })
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(PackageError::Unknown(unknown).into())
    }
}

/// Whether apt reads a request as something else than one package's name.
fn is_pattern(name: &str) -> bool {
    name.contains(['?', '~', '*', '^']) || name.ends_with(['+', '-'])
}

/// Fetches those of `files` that are not in the archive directory yet.
pub(super) fn missing(
    context: &BuildContext<'_>,
    workspace: &Workspace,
    solver: &Solver<'_>,
    names: &[String],
    files: &[PackageFile],
) -> Result<(), BuildError> {
    let _lock = lock::acquire(context, &workspace.lock)?;
    let absent: Vec<&PackageFile> = files
        .par_iter()
        .filter(|file| !is_complete(&workspace.archives, file))
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    let total: u64 = absent.iter().map(|file| file.size).sum();
    tracing::info!(
        "fetching {} packages, {:.1} MiB",
        absent.len(),
        total as f64 / f64::from(1 << 20)
    );
    let mut counter = Counter::new("download", Unit::Bytes, total);
    let command: Cmd = solver
        .apt_get()
        .args(["-o", &format!("APT::Status-Fd={STATUS_FD}")])
        .args(["--download-only", "install"])
        .args(names);
    let mut lines = Vec::new();
    let mut on_line = |_, line: &str| lines.push(line.to_owned());
    let mut on_status = |line: &str| {
        if let Some(percent) = percent_of(line) {
            counter.set((total as f64 * percent / 100.0) as u64);
        }
    };
    let result = context.runner.execute(
        &command,
        Streams {
            on_line: Some(&mut on_line),
            on_status: Some(&mut on_status),
            ..Streams::default()
        },
    );
    result.map_err(|error| {
        failure::of_fetching(
            "fetching packages",
            error,
            &lines,
            &context.plan.root.repositories,
        )
    })?;
    counter.set(total);
    Ok(())
}

/// Whether the archive directory has a file with the size and digest the repository promises; one
/// that differs is removed.
fn is_complete(archives: &Path, file: &PackageFile) -> bool {
    let path = archives.join(&file.file_name);
    let Ok(metadata) = path.metadata() else {
        return false;
    };
    let matches = metadata.len() == file.size
        && file
            .sha256
            .as_ref()
            .is_none_or(|expected| digest(&path).is_ok_and(|found| found == *expected));
    if !matches {
        let _ = fs::remove_file(&path);
    }
    matches
}

fn digest(path: &Path) -> std::io::Result<String> {
    use std::fmt::Write as _;
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
}

/// Reads a line such as `dlstatus:3:41.5:Retrieving file 3 of 159`.
fn percent_of(line: &str) -> Option<f64> {
    line.strip_prefix("dlstatus:")?
        .split(':')
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents() {
        assert_eq!(percent_of("dlstatus:3:41.5:Retrieving"), Some(41.5));
        assert_eq!(percent_of("pmstatus:apt:1:x"), None);
    }

    #[test]
    fn patterns() {
        for (name, expected) in [
            ("apt", false),
            ("?essential", true),
            ("g++", true),
            ("a*", true),
        ] {
            assert_eq!(is_pattern(name), expected, "{name}");
        }
    }
}
