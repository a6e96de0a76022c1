//! The build's side of one command: mount points in the tree, and the job for the helper.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::job::{Job, Mount};
use super::mount_points::{Maker, MountPoints};
use super::{Access, Sandbox, SandboxError, network_files};
use crate::command::Cmd;
use crate::resolve::{TreeDir, TreeError};

/// What is given to one helper.
#[derive(Debug)]
pub(crate) struct Launch {
    /// The job as the helper reads it.
    pub(crate) job: Vec<u8>,
    /// Keeps the mount points while the command runs.
    _points: Arc<OnceLock<MountPoints>>,
}

impl Sandbox {
    /// Prepares the tree for `command` and describes the job.
    pub(crate) fn launch(
        &self,
        command: &Cmd,
        interactive: bool,
        status: bool,
    ) -> Result<Launch, SandboxError> {
        let tree = self.open()?;
        let job = Job {
            tree: tree.path().into(),
            mounts: self.mounts(&tree)?,
            hostname: self.hostname.clone(),
            without_sync: self.without_sync,
            program: command.program().to_owned(),
            args: command.arguments().to_vec(),
            env: command.full_environment().into_iter().collect(),
            directory: command.directory().unwrap_or(Path::new("/")).into(),
            interactive,
            status,
        };
        Ok(Launch {
            job: serde_json::to_vec(&job).map_err(|error| SandboxError::Helper {
                reason: error.to_string(),
            })?,
            _points: Arc::clone(&self.points),
        })
    }

    fn open(&self) -> Result<TreeDir, SandboxError> {
        let refuse = |reason: String| SandboxError::Tree {
            tree: self.tree.clone(),
            reason,
        };
        let path = std::fs::canonicalize(&self.tree).map_err(|error| refuse(error.to_string()))?;
        // The canonical path hides bind mounts of the root directory, its inode does not.
        let same = |a: &Path, b: &Path| -> std::io::Result<bool> {
            use std::os::unix::fs::MetadataExt;
            let (a, b) = (a.metadata()?, b.metadata()?);
            Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
        };
        if same(&path, Path::new("/")).map_err(|error| refuse(error.to_string()))? {
            return Err(refuse("it is the root directory of the host".into()));
        }
        TreeDir::open(path).map_err(|error| refuse(error.source.to_string()))
    }

    /// Makes the mount points and returns what goes on them.
    fn mounts(&self, tree: &TreeDir) -> Result<Vec<Mount>, TreeError> {
        if self.points.get().is_none() {
            let points = MountPoints::of(tree)?;
            // If another thread was faster, ours is given up again.
            let _ = self.points.set(points);
        }
        let points = self.points.get().expect("set just before");
        self.mounts_on(&mut points.make(tree))
    }

    fn mounts_on(&self, points: &mut Maker<'_>) -> Result<Vec<Mount>, TreeError> {
        let mut mounts = Vec::new();
        if self.kernel_file_systems {
            for (path, mount) in [
                ("/proc", Mount::Proc),
                ("/sys", Mount::Sys),
                ("/dev", Mount::Dev),
            ] {
                points.directory(Path::new(path))?;
                mounts.push(mount);
            }
        }
        for path in &self.temporary {
            points.directory(path)?;
            mounts.push(Mount::Temporary { tree: path.into() });
        }
        for bind in &self.binds {
            // What is missing on the host is reported by the helper, with the path.
            let directory = bind.host.is_dir();
            if !self.is_covered(&bind.tree) {
                if directory {
                    points.directory(&bind.tree)?;
                } else if bind.host.exists() {
                    points.file(&bind.tree)?;
                }
            }
            mounts.push(Mount::Bind {
                host: std::path::absolute(&bind.host)
                    .unwrap_or_else(|_| bind.host.clone())
                    .into(),
                tree: bind.tree.clone().into(),
                directory,
                read_only: bind.access == Access::ReadOnly,
            });
        }
        if self.host_network_files && self.kernel_file_systems {
            mounts.extend(network_files::prepare(points)?);
        }
        Ok(mounts)
    }

    /// Tells whether a path is inside something that is mounted, so that a mount point in the tree itself would be of no use.
    fn is_covered(&self, path: &Path) -> bool {
        let kernel = ["/proc", "/sys", "/dev"].map(PathBuf::from);
        let kernel = kernel.iter().filter(|_| self.kernel_file_systems);
        kernel
            .chain(&self.temporary)
            .any(|above| path.starts_with(above))
    }
}

impl From<TreeError> for SandboxError {
    fn from(error: TreeError) -> Self {
        SandboxError::Step {
            step: error.action.to_owned(),
            errno: error.source.raw_os_error().unwrap_or(libc::EIO),
            path: error.path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts(sandbox: &Sandbox) -> Vec<Mount> {
        sandbox.mounts(&sandbox.open().unwrap()).unwrap()
    }

    #[test]
    fn mounts_in_order_on_points_that_go_away() {
        let directory = tempfile::tempdir().unwrap();
        let host = tempfile::tempdir().unwrap();
        let file = host.path().join("probe");
        std::fs::write(&file, "").unwrap();
        let sandbox = Sandbox::new(directory.path())
            .bind(host.path(), "/var/cache/kiwi", Access::ReadWrite)
            .bind(&file, "/usr/sbin/grub-probe", Access::ReadOnly)
            .bind(&file, "/run/inside", Access::ReadOnly)
            .temporary("/run");
        let found = mounts(&sandbox);
        let bind = |tree: &str, host: &Path, directory, read_only| Mount::Bind {
            host: host.into(),
            tree: tree.into(),
            directory,
            read_only,
        };
        assert_eq!(
            found,
            [
                Mount::Proc,
                Mount::Sys,
                Mount::Dev,
                Mount::Temporary {
                    tree: "/run".into()
                },
                bind("/var/cache/kiwi", host.path(), true, false),
                bind("/usr/sbin/grub-probe", &file, false, true),
                bind("/run/inside", &file, false, true),
            ]
        );
        assert!(directory.path().join("usr/sbin/grub-probe").is_file());
        assert!(!directory.path().join("run/inside").exists());
        let clone = sandbox.clone().hostname("other");
        drop(sandbox);
        assert!(directory.path().join("proc").is_dir());
        drop(clone);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn other_values_for_the_tree_keep_the_mount_points() {
        let directory = tempfile::tempdir().unwrap();
        let (first, second) = (
            Sandbox::new(directory.path()),
            Sandbox::new(directory.path()),
        );
        mounts(&first);
        mounts(&second);
        drop(first);
        assert!(directory.path().join("proc").is_dir());
        drop(second);
        assert!(!directory.path().join("proc").exists());
    }

    #[test]
    fn bare_means_bare() {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new(directory.path())
            .without_kernel_file_systems()
            .host_network_files();
        assert!(mounts(&sandbox).is_empty());
    }

    #[test]
    fn the_host_is_not_a_tree() {
        for path in ["/", "/proc/self/root", "/no/such/tree", "/etc/passwd"] {
            let result = Sandbox::new(path).open();
            assert!(matches!(result, Err(SandboxError::Tree { .. })), "{path}");
        }
    }
}
