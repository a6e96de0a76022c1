//! What of the host must be the same before and after a build.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::process::{Pid, WaitOptions, waitpid};

use crate::identity::output;

/// How long processes of a killed build may take to be gone.
const SOON: Duration = Duration::from_secs(5);

/// Mounts, loop devices, device mapper devices, and processes that descend from the tests.
///
/// [`watch_descendants`] makes every process a child of the tests whose own parents have died, so that a process that outlives its build
/// cannot hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostState {
    lines: BTreeSet<String>,
}

/// Makes the tests the parent of all orphans below them.
///
/// # Errors
/// The kernel refuses.
pub fn watch_descendants() -> Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(
        rustix::process::getpid(),
    ))?)
}

impl HostState {
    /// Looks around.
    ///
    /// # Errors
    /// Something cannot be read.
    pub fn now() -> Result<Self> {
        let mut lines = BTreeSet::new();
        for line in fs_err::read_to_string("/proc/mounts")?.lines() {
            lines.insert(format!("mount {line}"));
        }
        for line in output("/sbin/losetup", &["-a"])?.lines() {
            lines.insert(format!("loop device {line}"));
        }
        for entry in std::fs::read_dir("/dev/mapper").into_iter().flatten() {
            lines.insert(format!("mapped device {}", entry?.file_name().display()));
        }
        for line in descendants()? {
            lines.insert(format!("process {line}"));
        }
        Ok(Self { lines })
    }

    /// Demands that nothing is there that was not there at `self`, or the other way round.
    ///
    /// What the kernel takes apart behind a killed process gets a few seconds.
    ///
    /// # Errors
    /// It is not so.
    pub fn expect_same(&self) -> Result<()> {
        let deadline = Instant::now() + SOON;
        loop {
            let now = Self::now()?;
            if now == *self {
                return Ok(());
            }
            let differences: Vec<_> = self
                .lines
                .difference(&now.lines)
                .map(|line| format!("gone: {line}"))
                .chain(
                    now.lines
                        .difference(&self.lines)
                        .map(|line| format!("new: {line}")),
                )
                .collect();
            ensure!(
                Instant::now() < deadline,
                "the host is not as it was before:\n{}",
                differences.join("\n")
            );
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Pids and names of all processes below the tests, without those that have ended.
fn descendants() -> Result<Vec<String>> {
    let mut all = Vec::new();
    for entry in fs_err::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        // A process may be gone by now.
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
            continue;
        };
        // The name may contain anything, also brackets.
        let Some((before, after)) = stat.rsplit_once(") ") else {
            continue;
        };
        let mut fields = after.split(' ');
        let state = fields.next().unwrap_or_default().to_owned();
        let parent: i32 = fields
            .next()
            .and_then(|field| field.parse().ok())
            .unwrap_or(0);
        all.push((pid, parent, state, before.to_owned()));
    }
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let mut found = BTreeSet::from([own]);
    loop {
        let count = found.len();
        for (pid, parent, _, _) in &all {
            if found.contains(parent) {
                found.insert(*pid);
            }
        }
        if found.len() == count {
            break;
        }
    }
    let mut lines = Vec::new();
    for (pid, parent, state, name) in all {
        if pid == own || !found.contains(&pid) {
            continue;
        }
        if state != "Z" {
            lines.push(name);
        } else if parent == own {
            // An orphan that has ended: nobody else will ask for it.
            let _ = waitpid(Pid::from_raw(pid), WaitOptions::NOHANG);
        }
    }
    Ok(lines)
}
