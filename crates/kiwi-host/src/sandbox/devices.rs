//! The private `/dev` of a command.

use std::path::Path;

use rustix::mount::MountFlags;

use super::SandboxError;
use super::setup::Workshop;

/// The devices a command may use. They are the host's: an ordinary user cannot make device nodes.
const NODES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// The usual links.
const LINKS: [(&str, &str); 5] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

/// Mounts a file system in memory at `/dev` and fills it. No block device is in it, and one that is made there does not
/// work: only the host's nodes, which are mounts of their own, do.
pub(super) fn make(workshop: &Workshop<'_>) -> Result<(), SandboxError> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    workshop
        .mount("tmpfs", "/dev", flags, "mode=0755")?
        .map_err(|error| SandboxError::step("mount tmpfs at", Path::new("/dev"), &error))?;
    let dev = Path::new("/dev");
    for name in NODES {
        let node = dev.join(name);
        if node.exists() {
            workshop.root.create_file(&node, 0o666, "")?;
            workshop.bind(&node, &node)?;
        }
    }
    for (name, target) in LINKS {
        workshop.root.symlink(target, dev.join(name))?;
    }
    workshop.root.create_dir_all("/dev/shm", 0o755)?;
    workshop.temporary(Path::new("/dev/shm"), "mode=1777")?;
    workshop.root.create_dir_all("/dev/pts", 0o755)?;
    terminals(workshop)
}

/// Mounts an own instance of the pseudo terminals; where that is forbidden, the outer ones are shown.
fn terminals(workshop: &Workshop<'_>) -> Result<(), SandboxError> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    // Group 5 is `tty` nearly everywhere; in an enclosure with a single id it does not exist.
    for options in [
        "newinstance,ptmxmode=0666,mode=0620,gid=5",
        "newinstance,ptmxmode=0666,mode=0620",
    ] {
        if workshop
            .mount("devpts", "/dev/pts", flags, options)?
            .is_ok()
        {
            return Ok(());
        }
    }
    workshop.bind(Path::new("/dev/pts"), "/dev/pts")?;
    workshop.root.remove_file("/dev/ptmx")?;
    workshop.root.create_file("/dev/ptmx", 0o666, "")?;
    workshop.bind(Path::new("/dev/ptmx"), "/dev/ptmx")
}
