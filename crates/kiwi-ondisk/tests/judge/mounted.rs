//! The kernel as a judge of file systems.

use std::path::Path;

use super::{judge, skipped, verdict};

/// Looks at a file system through the kernel; `None` where nothing can be mounted.
pub fn mounted(part: &Path, options: &str, look: impl FnOnce(&Path)) -> Option<()> {
    let directory = tempfile::tempdir().unwrap();
    let status = judge("mount", "mount")?
        .args(["-o", &format!("loop,{options}")])
        .arg(part)
        .arg(directory.path())
        .status()
        .unwrap();
    if !status.success() {
        skipped("nothing can be mounted here, the kernel could not judge");
        return None;
    }
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(directory.path())));
    verdict(judge("umount", "mount")?.arg(directory.path()));
    result.unwrap();
    Some(())
}
