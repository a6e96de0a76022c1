//! Mounts and loop devices: what a run of the reference that did not succeed leaves behind.
//!
//! Only what belongs to the directory of the measurement is cleaned up; other programs of the machine mount things, too.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use fs_err as fs;

use super::process::Process;

/// One mount: what, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mount {
    source: String,
    target: String,
}

/// One loop device and the file behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Loop {
    device: String,
    file: String,
}

/// Mounts and loop devices at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct HostState {
    mounts: Vec<Mount>,
    loops: BTreeSet<Loop>,
}

impl HostState {
    /// Looks at the machine.
    pub(super) fn read() -> Result<Self> {
        let loops = Process::new("losetup")
            .args([
                "--list",
                "--noheadings",
                "--raw",
                "--output",
                "NAME,BACK-FILE",
            ])
            .read()?;
        Ok(Self {
            mounts: mounts(&fs::read_to_string("/proc/self/mounts")?),
            loops: loops.lines().filter_map(loop_device).collect(),
        })
    }

    /// Removes what came since `self` and belongs to `directory`; returns one line for each.
    pub(super) fn clean_up(&self, directory: &Path) -> Result<Vec<String>> {
        let now = Self::read()?;
        let mut left_over = Vec::new();
        for target in now.mounts_of(directory) {
            if !self.mounts.iter().any(|mount| mount.target == target) {
                Process::new("umount").args(["--lazy", &target]).read()?;
                left_over.push(format!("a mount on `{target}`"));
            }
        }
        for Loop { device, file } in now.loops.difference(&self.loops) {
            if Path::new(file).starts_with(directory) {
                Process::new("losetup").args(["--detach", device]).read()?;
                left_over.push(format!("the loop device `{device}` of `{file}`"));
            }
        }
        Ok(left_over)
    }

    /// Targets of mounts below `directory` and of mounts from loop devices of files below it, the innermost first.
    fn mounts_of(&self, directory: &Path) -> Vec<String> {
        let devices: Vec<&str> = self
            .loops
            .iter()
            .filter(|device| Path::new(&device.file).starts_with(directory))
            .map(|device| device.device.as_str())
            .collect();
        let is_device = |source: &str| {
            devices.iter().any(|device| {
                source
                    .strip_prefix(device)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('p'))
            })
        };
        let roots: Vec<&Path> = self
            .mounts
            .iter()
            .filter(|mount| is_device(&mount.source))
            .map(|mount| Path::new(&mount.target))
            .chain([directory])
            .collect();
        let belongs = |target: &str| roots.iter().any(|root| Path::new(target).starts_with(root));
        let targets = self.mounts.iter().map(|mount| mount.target.clone());
        targets.filter(|target| belongs(target)).rev().collect()
    }
}

/// Removes the tree at `path`, if there is one.
///
/// # Errors
/// When something is mounted in it: removing would reach into what is mounted, such as the machine's own `/dev`.
fn remove_tree(path: &Path) -> Result<()> {
    let mounts = mounts(&fs::read_to_string("/proc/self/mounts")?);
    if let Some(mount) = mounts
        .iter()
        .find(|mount| Path::new(&mount.target).starts_with(path))
    {
        bail!(
            "`{}` is still mounted from a run before: umount it, then start again",
            mount.target
        );
    }
    if fs::symlink_metadata(path).is_ok() {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// Makes `directory` an empty one and lets what was written before reach the disk, so that nobody pays for the run before.
pub(super) fn make_empty(directory: &Path) -> Result<()> {
    remove_tree(directory)?;
    fs::create_dir_all(directory)?;
    Process::new("sync").read()?;
    Ok(())
}

/// Reads proc_pid_mounts(5), in the order of mounting.
fn mounts(text: &str) -> Vec<Mount> {
    let mount = |line: &str| {
        let mut fields = line.split(' ');
        let source = fields.next()?.to_owned();
        let target = fields.next()?.replace("\\040", " ");
        Some(Mount { source, target })
    };
    text.lines().filter_map(mount).collect()
}

fn loop_device(line: &str) -> Option<Loop> {
    let (device, file) = line.split_once(' ')?;
    Some(Loop {
        device: device.to_owned(),
        file: file.replace("\\x20", " "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_only_what_belongs_to_the_directory() {
        let state = HostState {
            mounts: mounts(
                "/dev/vda / ext4 rw 0 0\n\
                 proc /work/bench/root/proc proc rw 0 0\n\
                 proc /work/bench-other/proc proc rw 0 0\n\
                 /dev/loop1p1 /var/tmp/m ext4 rw 0 0\n\
                 dev /var/tmp/m/dev devtmpfs rw 0 0\n\
                 /dev/loop10p1 /var/tmp/n ext4 rw 0 0\n",
            ),
            loops: [
                "/dev/loop1 /work/bench/image/a.raw",
                "/dev/loop10 /work/b.raw",
            ]
            .into_iter()
            .filter_map(loop_device)
            .collect(),
        };
        assert_eq!(
            state.mounts_of(Path::new("/work/bench")),
            ["/var/tmp/m/dev", "/var/tmp/m", "/work/bench/root/proc"]
        );
    }
}
