//! What pid 1 does before the command: mounts, and the switch to the tree.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::mount::MountFlags;
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

use super::job::{Job, Mount, PRIVATE_FILES};
use super::{SandboxError, devices};
use crate::resolve::{TreeDir, through_proc};
use crate::syscall::{Restriction, Syscall};

/// Parts of `/proc` that belong to the whole host; a command may read them only.
const HOST_PARTS_OF_PROC: [&str; 5] = ["sys", "sysrq-trigger", "irq", "bus", "fs"];

/// Makes the tree the root directory, with everything mounted that the job asks for.
pub(super) fn enter(job: &Job, kernel: &dyn Syscall) -> Result<(), SandboxError> {
    let tree = Path::new(&job.tree);
    let wanted = identity(tree).map_err(|error| SandboxError::step("look at", tree, &error))?;
    let root = mount_all(job, kernel)?;
    kernel
        .set_hostname(&job.hostname)
        .map_err(|error| SandboxError::step("set host name", Path::new(&job.hostname), &error))?;
    rustix::process::fchdir(&root)
        .map_err(|error| SandboxError::step("change to directory", tree, &error.into()))?;
    kernel
        .switch_root()
        .map_err(|error| SandboxError::step("switch root to", tree, &error))?;
    // Above the root there must be nothing: `..` of the root is the root itself.
    for path in ["/", "/..", "."] {
        if !identity(Path::new(path)).is_ok_and(|found| found == wanted) {
            return Err(SandboxError::WrongRoot {
                tree: tree.to_owned(),
            });
        }
    }
    Ok(())
}

/// Makes all mounts of the job and returns the tree as it is below them.
fn mount_all(job: &Job, kernel: &dyn Syscall) -> Result<TreeDir, SandboxError> {
    let tree = Path::new(&job.tree);
    kernel
        .make_private()
        .map_err(|error| SandboxError::step("make mounts private below", Path::new("/"), &error))?;
    // The root directory has to be a mount of its own.
    kernel
        .bind(tree, tree)
        .map_err(|error| SandboxError::step("mount", tree, &error))?;
    // Root may make device nodes in the tree, as packages with old scripts do, but nobody reaches a disk through them.
    kernel
        .restrict(tree, Restriction::NoDevices)
        .map_err(|error| SandboxError::step("forbid devices in", tree, &error))?;
    let workshop = Workshop {
        root: TreeDir::open(tree)?,
        kernel,
    };
    for mount in &job.mounts {
        match mount {
            Mount::Proc => workshop.proc()?,
            Mount::Sys => {
                workshop.bind(Path::new("/sys"), "/sys")?;
                workshop.read_only("/sys")?;
            }
            Mount::Dev => devices::make(&workshop)?,
            Mount::Temporary { tree } => workshop.temporary(Path::new(tree), "mode=0755")?,
            Mount::Bind {
                host,
                tree,
                directory,
                read_only,
            } => {
                workshop.mount_point(Path::new(tree), *directory)?;
                workshop.bind(Path::new(host), tree)?;
                if *read_only {
                    workshop.read_only(tree)?;
                }
            }
            Mount::PrivateFile { name, bytes, over } => {
                let private = Path::new(PRIVATE_FILES).join(name);
                workshop.root.create_dir_all(PRIVATE_FILES, 0o755)?;
                workshop.root.create_file(&private, 0o644, bytes)?;
                if let Some(over) = over {
                    workshop.mount_point(Path::new(over), false)?;
                    workshop.bind(&workshop.path_of(&private)?.0, over)?;
                }
            }
        }
    }
    Ok(workshop.root)
}

/// The tree on the host's side of the switch, and the means to mount in it.
pub(super) struct Workshop<'k> {
    pub(super) root: TreeDir,
    pub(super) kernel: &'k dyn Syscall,
}

impl Workshop<'_> {
    /// Opens a path of the tree and returns a path to the open descriptor: what is mounted there now cannot be led elsewhere.
    pub(super) fn path_of(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<(PathBuf, std::os::fd::OwnedFd), SandboxError> {
        let fd = self.root.fd(path.as_ref(), OFlags::PATH, 0)?;
        Ok((through_proc(&fd), fd))
    }

    /// Shows `source` of the host at a path of the tree.
    pub(super) fn bind(&self, source: &Path, path: impl AsRef<Path>) -> Result<(), SandboxError> {
        let (target, _open) = self.path_of(&path)?;
        self.kernel
            .bind(source, &target)
            .map_err(|error| SandboxError::step("mount at", path.as_ref(), &error))
    }

    /// Makes what is mounted at a path of the tree read-only.
    pub(super) fn read_only(&self, path: impl AsRef<Path>) -> Result<(), SandboxError> {
        let (target, _open) = self.path_of(&path)?;
        self.kernel
            .restrict(&target, Restriction::ReadOnly)
            .map_err(|error| SandboxError::step("make read-only", path.as_ref(), &error))
    }

    /// Mounts a new file system at a path of the tree; the error of the kernel is the caller's to judge.
    pub(super) fn mount(
        &self,
        kind: &str,
        path: impl AsRef<Path>,
        flags: MountFlags,
        options: &str,
    ) -> Result<io::Result<()>, SandboxError> {
        let (target, _open) = self.path_of(&path)?;
        Ok(self.kernel.mount(kind, &target, flags, options))
    }

    /// Mounts an empty file system in memory.
    pub(super) fn temporary(&self, path: &Path, options: &str) -> Result<(), SandboxError> {
        self.mount(
            "tmpfs",
            path,
            MountFlags::NOSUID | MountFlags::NODEV,
            options,
        )?
        .map_err(|error| SandboxError::step("mount tmpfs at", path, &error))
    }

    /// Makes a mount point that is missing, which happens in file systems in memory only: in the tree itself the build has made it.
    fn mount_point(&self, path: &Path, directory: bool) -> Result<(), SandboxError> {
        if self.root.exists(path) {
            return Ok(());
        }
        if directory {
            self.root.create_dir_all(path, 0o755)?;
        } else {
            self.root
                .create_dir_all(path.parent().unwrap_or(Path::new("/")), 0o755)?;
            self.root.create_file(path, 0o644, "")?;
        }
        Ok(())
    }

    /// Mounts `/proc` for the new pid namespace. Where the kernel forbids that (a container engine hides parts of the outer
    /// one), the outer one is shown.
    fn proc(&self) -> Result<(), SandboxError> {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        match self.mount("proc", "/proc", flags, "")? {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => {
                self.bind(Path::new("/proc"), "/proc")?;
            }
            Err(error) => {
                return Err(SandboxError::step(
                    "mount proc at",
                    Path::new("/proc"),
                    &error,
                ));
            }
        }
        for part in HOST_PARTS_OF_PROC {
            let path = Path::new("/proc").join(part);
            if self.root.exists(&path) {
                let (source, _open) = self.path_of(&path)?;
                self.bind(&source, &path)?;
                self.read_only(&path)?;
            }
        }
        Ok(())
    }
}

/// Gives up for good the capabilities that act on the host and not only on what the command sees.
///
/// Package scripts set clocks, load modules, configure the network and the console; in an image build none of it may reach the host.
pub(super) fn drop_capabilities() -> Result<(), SandboxError> {
    let host = [
        CapabilitySet::SYS_MODULE,
        CapabilitySet::SYS_RAWIO,
        CapabilitySet::SYS_PACCT,
        CapabilitySet::SYS_BOOT,
        CapabilitySet::SYS_TIME,
        CapabilitySet::SYS_TTY_CONFIG,
        CapabilitySet::SYSLOG,
        CapabilitySet::WAKE_ALARM,
        CapabilitySet::BLOCK_SUSPEND,
        CapabilitySet::NET_ADMIN,
        CapabilitySet::AUDIT_CONTROL,
        CapabilitySet::PERFMON,
        CapabilitySet::BPF,
    ];
    for capability in host {
        match remove_capability_from_bounding_set(capability) {
            // EINVAL: this kernel does not know the capability.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => {
                return Err(SandboxError::step(
                    "drop capabilities of",
                    Path::new("/"),
                    &error.into(),
                ));
            }
        }
    }
    Ok(())
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let data = std::fs::metadata(path)?;
    Ok((data.dev(), data.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::Recorder;

    fn job(tree: &Path, mounts: Vec<Mount>) -> Job {
        Job {
            tree: tree.into(),
            mounts,
            hostname: "localhost".into(),
            without_sync: false,
            program: "true".into(),
            args: Vec::new(),
            env: Vec::new(),
            directory: "/".into(),
            interactive: false,
            status: false,
        }
    }

    /// Records the mounts for a tree with the usual directories; the tree is shown as `TREE`.
    fn recorded(mounts: Vec<Mount>, kernel: Recorder) -> (Result<(), SandboxError>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        for path in ["proc/sys", "sys", "dev", "run", "etc"] {
            std::fs::create_dir_all(directory.path().join(path)).unwrap();
        }
        std::os::unix::fs::symlink("/etc", directory.path().join("link")).unwrap();
        std::os::unix::fs::symlink("../../..", directory.path().join("out")).unwrap();
        let result = mount_all(&job(directory.path(), mounts), &kernel).map(drop);
        let tree = directory.path().display().to_string();
        let lines = kernel.lines();
        (
            result,
            lines
                .iter()
                .map(|line| line.replace(&tree, "TREE"))
                .collect(),
        )
    }

    #[test]
    fn mounts_proc_and_sys() {
        let (result, lines) = recorded(vec![Mount::Proc, Mount::Sys], Recorder::default());
        result.unwrap();
        assert_eq!(
            lines,
            [
                "private",
                "bind TREE TREE",
                "no-devices TREE",
                "mount proc TREE/proc ",
                "bind TREE/proc/sys TREE/proc/sys",
                "read-only TREE/proc/sys",
                "bind /sys TREE/sys",
                "read-only TREE/sys",
            ]
        );
    }

    #[test]
    fn shows_the_outer_proc_where_a_new_one_is_forbidden() {
        let kernel = Recorder::default().refuse("mount proc", libc::EPERM);
        let (result, lines) = recorded(vec![Mount::Proc], kernel);
        result.unwrap();
        assert_eq!(lines[4], "bind /proc TREE/proc");
        let kernel = Recorder::default().refuse("mount proc", libc::ENODEV);
        let (result, _) = recorded(vec![Mount::Proc], kernel);
        let step = "mount proc at `/proc`: No such device (os error 19)";
        assert_eq!(result.unwrap_err().to_string(), step);
    }

    #[test]
    fn makes_private_devices() {
        let (result, lines) = recorded(vec![Mount::Dev], Recorder::default());
        result.unwrap();
        assert_eq!(lines[3], "mount tmpfs TREE/dev mode=0755");
        assert_eq!(lines[4], "bind /dev/null TREE/dev/null");
        assert!(
            lines
                .last()
                .unwrap()
                .starts_with("mount devpts TREE/dev/pts newinstance")
        );
        let kernel = Recorder::default().refuse("mount devpts", libc::EINVAL);
        let (result, lines) = recorded(vec![Mount::Dev], kernel);
        result.unwrap();
        assert_eq!(lines.last().unwrap(), "bind /dev/ptmx TREE/dev/ptmx");
    }

    #[test]
    fn links_do_not_lead_out_of_the_tree() {
        let bind = |tree: &str, directory| Mount::Bind {
            host: "/usr".into(),
            tree: tree.into(),
            directory,
            read_only: true,
        };
        let mounts = vec![
            bind("/link", true),
            bind("/out/run", true),
            bind("/../run", true),
        ];
        let (result, lines) = recorded(mounts, Recorder::default());
        result.unwrap();
        let targets: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with("bind /usr"))
            .collect();
        assert_eq!(
            targets,
            [
                "bind /usr TREE/etc",
                "bind /usr TREE/run",
                "bind /usr TREE/run"
            ]
        );
    }

    #[test]
    fn private_files_are_in_memory() {
        let file = |over: Option<&str>| Mount::PrivateFile {
            name: "hosts".into(),
            bytes: b"127.0.0.1".to_vec(),
            over: over.map(Into::into),
        };
        let (result, lines) = recorded(
            vec![Mount::Dev, file(Some("/etc/hosts"))],
            Recorder::default(),
        );
        result.unwrap();
        assert_eq!(
            lines.last().unwrap(),
            "bind TREE/dev/.kiwi/hosts TREE/etc/hosts"
        );
    }
}
