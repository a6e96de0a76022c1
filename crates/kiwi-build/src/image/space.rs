//! Room on the file system that results are written to.

use std::io;
use std::path::Path;

use crate::error::{Because, BuildError};

/// Checks that about `bytes` can be written to the file `path`, before minutes are spent on finding out.
///
/// # Errors
/// There is less room; the message has both numbers.
pub(super) fn require(path: &Path, bytes: u64) -> Result<(), BuildError> {
    let directory = path.parent().unwrap_or(path);
    let room = rustix::fs::statvfs(directory)
        .map_err(io::Error::from)
        .at("ask for the free space of", directory)?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if bytes > free {
        return Err(BuildError::io("write", path, lacking(bytes, free)));
    }
    Ok(())
}

fn lacking(needed: u64, free: u64) -> io::Error {
    const MIB: u64 = 1 << 20;
    let text = format!(
        "no space left on device: about {} MiB are needed, {} MiB are free",
        needed.div_ceil(MIB),
        free / MIB
    );
    io::Error::new(io::ErrorKind::StorageFull, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_are_said() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        require(&path, 1).unwrap();
        let error = require(&path, u64::MAX).unwrap_err();
        assert_eq!(error.code(), "K0903");
        assert_eq!(
            lacking(5 << 20 | 1, 3 << 20).to_string(),
            "no space left on device: about 6 MiB are needed, 3 MiB are free"
        );
    }
}
