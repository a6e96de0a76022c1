//! What a command inside the tree sees.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::mount_points::MountPoints;

/// What may be done with something of the host that is visible in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    ReadOnly,
    /// Reading and writing.
    ReadWrite,
}

/// A file or directory of the host that is visible in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The path on the host.
    pub host: PathBuf,
    /// The absolute path in the tree. Symbolic links on the way stay inside the tree.
    pub tree: PathBuf,
    /// What may be done with it.
    pub access: Access,
}

/// The surroundings of commands that run inside one root tree.
///
/// A plain value: cheap to clone, changed by consuming methods. By default a command sees the tree, fresh `/proc`, `/dev`
/// and `/dev/shm`, a read-only `/sys`, and the tree's own `/run` and `/tmp`; it has the host's network but not its name resolution.
///
/// Directories and files that have to exist in the tree as mount points and do not are made when the first command
/// starts, and removed (if they are still as they were made) when the last clone of the value is dropped, and with it
/// every other value for the same tree. Commands may run in one tree at the same time.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(super) tree: PathBuf,
    pub(super) binds: Vec<Bind>,
    pub(super) temporary: Vec<PathBuf>,
    pub(super) kernel_file_systems: bool,
    pub(super) host_network_files: bool,
    pub(super) hostname: String,
    pub(super) without_sync: bool,
    /// Set when the first command of any clone starts.
    pub(super) points: Arc<OnceLock<MountPoints>>,
}

impl Sandbox {
    /// Creates the default surroundings for the tree at `tree` on the host.
    pub fn new(tree: impl Into<PathBuf>) -> Self {
        Sandbox {
            tree: tree.into(),
            binds: Vec::new(),
            temporary: Vec::new(),
            kernel_file_systems: true,
            host_network_files: false,
            hostname: "localhost".into(),
            without_sync: false,
            points: Arc::default(),
        }
    }

    /// Makes a file or directory of the host visible in the tree, over whatever the tree has at that path.
    ///
    /// A file over a file replaces a program of the tree for the time of the command. While something is mounted, the
    /// command cannot rename or remove its mount point.
    pub fn bind(
        mut self,
        host: impl Into<PathBuf>,
        tree: impl Into<PathBuf>,
        access: Access,
    ) -> Self {
        self.binds.push(Bind {
            host: host.into(),
            tree: tree.into(),
            access,
        });
        self
    }

    /// Puts a fresh, empty file system in memory over a directory of the tree, such as `/run` or `/tmp`.
    pub fn temporary(mut self, directory: impl Into<PathBuf>) -> Self {
        self.temporary.push(directory.into());
        self
    }

    /// Shows the host's `/etc/resolv.conf` and `/etc/hosts` (copies, in memory) at their places in the tree.
    ///
    /// Packages can still install their own: where the tree has nothing, the place is taken by a symbolic link that
    /// goes away at the end. Has no effect without kernel file systems, which contain the memory.
    pub fn host_network_files(mut self) -> Self {
        self.host_network_files = true;
        self
    }

    /// Leaves out `/proc`, `/sys` and `/dev`: the command sees what the tree has there (spec 03 §10, scripts "no mounts").
    pub fn without_kernel_file_systems(mut self) -> Self {
        self.kernel_file_systems = false;
        self
    }

    /// Lets calls that wait for the disk return at once, for commands whose work is thrown away when the machine stops.
    pub fn without_sync(mut self) -> Self {
        self.without_sync = true;
        self
    }

    /// Sets the host name that commands see; default `localhost`.
    pub fn hostname(mut self, name: impl Into<String>) -> Self {
        self.hostname = name.into();
        self
    }

    /// Returns the path of the tree on the host.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Returns what of the host is visible, in the order it is mounted.
    pub fn binds(&self) -> &[Bind] {
        &self.binds
    }
}
