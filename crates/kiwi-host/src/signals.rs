//! Interrupts: Ctrl-C, SIGTERM and SIGHUP become a flag that everything long-running looks at.
//!
//! The first signal sets the flag. Whoever waits for a program ends it and returns an error, the error unwinds, guards
//! remove what they made, and the program exits with [`exit_code`]. A second signal exits at once.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Signals that follow the first one within this time count as the same wish.
///
/// A terminal, a supervisor and the process in front of us may each deliver a copy of it.
const SAME_WISH: Duration = Duration::from_millis(300);

/// The work was stopped by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted by {}", name(*.signal))]
pub struct Interrupted {
    /// The number of the signal.
    pub signal: i32,
}

/// A handle to the interrupt flag; clones share it.
#[derive(Clone, Debug)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    signal: AtomicI32,
    pauses: AtomicUsize,
    /// Readable from the first signal on; nobody ever reads from it.
    wake: OwnedFd,
}

impl Interrupt {
    /// Creates a flag that no signal sets, for tests and for [`Interrupt::trigger`].
    ///
    /// # Errors
    /// The process has no descriptors left.
    pub fn detached() -> std::io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC)?;
        Ok(Interrupt {
            shared: Arc::new(Shared {
                signal: AtomicI32::new(0),
                pauses: AtomicUsize::new(0),
                wake,
            }),
        })
    }

    /// Creates a flag and connects SIGINT, SIGTERM and SIGHUP to it. Starts a thread, so call it after [`crate::enclosure::enter`].
    ///
    /// # Errors
    /// The handlers or the thread cannot be set up.
    pub fn install() -> std::io::Result<Self> {
        let interrupt = Interrupt::detached()?;
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = interrupt.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let mut first: Option<Instant> = None;
                for signal in signals.forever() {
                    if signal == SIGINT && handle.shared.pauses.load(Ordering::SeqCst) > 0 {
                        continue;
                    }
                    match first {
                        None => {
                            first = Some(Instant::now());
                            handle.trigger(signal);
                        }
                        Some(at) if at.elapsed() < SAME_WISH => {}
                        Some(_) => signal_hook::low_level::exit(exit_code(signal)),
                    }
                }
            })?;
        Ok(interrupt)
    }

    /// Sets the flag as if `signal` had arrived.
    pub fn trigger(&self, signal: i32) {
        let first = self
            .shared
            .signal
            .compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        if first {
            // Cannot block: the counter of a fresh eventfd is far from its limit.
            let _ = rustix::io::write(&self.shared.wake, &1u64.to_ne_bytes());
        }
    }

    /// Returns the signal that arrived, if any.
    pub fn signal(&self) -> Option<i32> {
        match self.shared.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// Returns an error once a signal has arrived; call it between the steps of long work.
    ///
    /// # Errors
    /// [`Interrupted`].
    pub fn check(&self) -> Result<(), Interrupted> {
        match self.signal() {
            Some(signal) => Err(Interrupted { signal }),
            None => Ok(()),
        }
    }

    /// Lets Ctrl-C pass unnoticed until the guard is dropped, because an interactive program has the terminal.
    #[must_use]
    pub fn pause(&self) -> PausedInterrupt {
        self.shared.pauses.fetch_add(1, Ordering::SeqCst);
        PausedInterrupt(self.clone())
    }

    /// Returns a descriptor that is readable once a signal has arrived.
    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.shared.wake.as_fd()
    }
}

/// Guard of [`Interrupt::pause`].
#[derive(Debug)]
pub struct PausedInterrupt(Interrupt);

impl Drop for PausedInterrupt {
    fn drop(&mut self) {
        self.0.shared.pauses.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns the exit code for a program ended by `signal`: 130 for SIGINT, 143 for SIGTERM.
pub fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// Returns the name of a signal, e.g. `SIGTERM`.
pub fn name(signal: i32) -> &'static str {
    signal_hook::low_level::signal_name(signal).unwrap_or("unknown signal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_stays() {
        let interrupt = Interrupt::detached().unwrap();
        assert_eq!(interrupt.check(), Ok(()));
        interrupt.trigger(SIGTERM);
        interrupt.trigger(SIGINT);
        assert_eq!(interrupt.check(), Err(Interrupted { signal: SIGTERM }));
    }

    #[test]
    fn codes_follow_the_shell() {
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] {
            assert_eq!(exit_code(signal), code);
        }
    }
}
