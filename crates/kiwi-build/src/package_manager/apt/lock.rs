//! Two builds must not change the shared cache at the same time.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use fs_err as fs;
use rustix::fs::{FlockOperation, flock};

use crate::context::BuildContext;
use crate::error::{Because, BuildError};

/// How long to wait before trying again.
const PAUSE: Duration = Duration::from_millis(100);

/// Holds the lock; dropping it releases it.
pub(super) struct Lock {
    _file: File,
}

/// Waits for the lock at `path`.
pub(super) fn acquire(context: &BuildContext<'_>, path: &Path) -> Result<Lock, BuildError> {
    let file: File = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .at("open", path)?
        .into();
    let mut waited = false;
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => {}
            Err(error) => return Err(BuildError::io("lock", path, error.into())),
        }
        if !waited {
            tracing::info!("waiting for another build that uses the same cache");
            waited = true;
        }
        context.check_interrupt()?;
        std::thread::sleep(PAUSE);
    }
}
