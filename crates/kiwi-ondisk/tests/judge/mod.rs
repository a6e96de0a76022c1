//! Foreign programs as judges of what this crate writes.
#![allow(
    clippy::disallowed_types,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub
)]

pub mod mounted;
pub mod tree;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Finds the program `name`, from the Debian package `package`.
///
/// A missing judge is said loudly and never counts as a pass where `KIWI_REQUIRE_JUDGES` is set.
pub fn judge(name: &str, package: &str) -> Option<Command> {
    let found = second_opinion(name, package);
    assert!(
        found.is_some() || !required(),
        "`{name}` (package {package}) is required"
    );
    found
}

/// Finds a program that may be missing even where judges are required, because another one has judged already.
pub fn second_opinion(name: &str, package: &str) -> Option<Command> {
    let found = std::env::var("PATH")
        .unwrap_or_default()
        .split(':')
        .chain(["/usr/sbin", "/sbin"])
        .map(|directory| Path::new(directory).join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skipped(&format!(
            "`{name}` (package {package}) is not installed and could not judge"
        ));
    }
    let mut command = Command::new(found?);
    command.env("LC_ALL", "C").stdin(Stdio::null());
    Some(command)
}

/// Says loudly that something was not tested.
pub fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Whether a judge that is missing is a failure.
pub fn required() -> bool {
    std::env::var_os("KIWI_REQUIRE_JUDGES").is_some()
}

/// Says whether the test `name` may go on, because it runs as root.
///
/// For an ordinary user it runs the test once more as root of a user namespace, with the user's subordinate ids, and is not
/// content unless that run is.
pub fn as_root(name: &str) -> bool {
    if rustix::process::geteuid().is_root() {
        return true;
    }
    let Some(mut unshare) = judge("unshare", "util-linux") else {
        return false;
    };
    unshare.args(["--map-root-user", "--map-auto"]);
    let possible = unshare.arg("true").status().unwrap().success();
    if !possible {
        skipped("this user cannot make user namespaces with subordinate ids");
        assert!(!required(), "user namespaces are required");
        return false;
    }
    let mut unshare = judge("unshare", "util-linux").unwrap();
    unshare
        .args(["--map-root-user", "--map-auto"])
        .arg(std::env::current_exe().unwrap());
    // What is skipped in there is to be seen too.
    verdict(
        unshare
            .args([name, "--exact", "--nocapture"])
            .stderr(Stdio::inherit()),
    );
    false
}

/// Runs a judge to its end and gives what it printed; panics with all its output when it is not content.
pub fn verdict(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the judge starts");
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(
        status.success(),
        "{command:?}: {status}\n{text}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    text
}
