//! Opening one path below a directory.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::{Errno, Result};

use super::walk::walk;

/// How often the kernel is asked again when a directory was renamed under its feet.
const ATTEMPTS: u32 = 32;

/// Opens `path` as if `root` were the root directory. `/` and an empty path are the root itself.
pub(crate) fn open_in_root(
    root: impl AsFd,
    path: &Path,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC;
    if kernel_can() {
        by_kernel(root.as_fd(), path, flags, mode)
    } else {
        walk(root.as_fd(), path, flags, mode)
    }
}

fn by_kernel(root: BorrowedFd<'_>, path: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    // A mode without creation is an error for openat2.
    let mode = if flags.contains(OFlags::CREATE) {
        mode
    } else {
        Mode::empty()
    };
    let mut attempt = 0;
    loop {
        match openat2(root, path, flags, mode, resolve) {
            Err(Errno::AGAIN | Errno::INTR) if attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

/// Old kernels do not know the call, old container engines forbid what they do not know.
fn kernel_can() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        openat2(CWD, "/", flags, Mode::empty(), ResolveFlags::IN_ROOT).is_ok()
    })
}
