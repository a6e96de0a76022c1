//! The raw disk as the writers of formats take it.

use std::cell::RefCell;
use std::fs::File;

use kiwi_ondisk::raw_disk::RawDisk;

use super::Conversion;
use crate::error::{Because, BuildError};
use crate::progress::{Counter, Unit};

/// Opens the raw disk for `work`, which is watched and ends when a signal arrives.
pub(super) fn with_raw<T>(
    conversion: Conversion<'_>,
    work: impl FnOnce(&RawDisk<'_>) -> Result<T, kiwi_ondisk::Error>,
) -> Result<T, BuildError> {
    let Conversion { context, raw, .. } = conversion;
    let file = File::open(raw).at("read", raw)?;
    let disk = RawDisk::open(&file)?;
    let counter = RefCell::new(Counter::new("format", Unit::Bytes, disk.bytes()));
    let watch = |done| {
        if context.check_interrupt().is_err() {
            return Err(kiwi_ondisk::Error::Stopped);
        }
        counter.borrow_mut().set(done);
        Ok(())
    };
    let done = work(&disk.watched(&watch));
    context.check_interrupt()?;
    Ok(done?)
}
