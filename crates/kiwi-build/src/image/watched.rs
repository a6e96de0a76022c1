//! Long writing in this process that can be watched and stopped.

use std::io::{self, Write};

use crate::context::BuildContext;
use crate::progress::{Counter, Unit};

/// A writer that counts what passes and refuses to go on once a signal has arrived.
///
/// Writing fails then with an error of no special kind; ask the context for the reason first.
pub(super) struct Watched<'a, W> {
    inner: W,
    context: &'a BuildContext<'a>,
    counter: Counter,
    done: u64,
}

impl<'a, W: Write> Watched<'a, W> {
    /// Watches over `inner`, into which about `total` bytes will go in this phase.
    pub(super) fn new(
        context: &'a BuildContext<'a>,
        phase: &'static str,
        total: u64,
        inner: W,
    ) -> Self {
        Self {
            inner,
            context,
            counter: Counter::new(phase, Unit::Bytes, total),
            done: 0,
        }
    }

    /// Gives the inner writer back.
    pub(super) fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.context.check_interrupt().is_err() {
            return Err(io::Error::other("interrupted"));
        }
        let written = self.inner.write(bytes)?;
        self.done += written as u64;
        self.counter.set(self.done);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
