//! What the user sees of a build: phases and how far they are.
//!
//! All of it travels as `tracing` events; the faces that show them live in the program.
//! Phase events have the target [`PHASE`] and the fields `phase`, `event` (`start` or `end`) and
//! `elapsed_ms`; progress events have the target [`PROGRESS`] and `phase`, `done`, `total`, `unit`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::context::BuildContext;

/// Target of phase events.
pub const PHASE: &str = "kiwi::phase";
/// Target of progress events.
pub const PROGRESS: &str = "kiwi::progress";

/// Shortest time between two progress events of one counter.
const INTERVAL: Duration = Duration::from_millis(100);

/// Runs `work` as the phase `name` and says how long it took.
pub fn phase<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    tracing::info!(target: PHASE, phase = name, event = "start", "{name}");
    let value = work();
    let elapsed = start.elapsed();
    tracing::info!(
        target: PHASE,
        phase = name,
        event = "end",
        elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "{name}: {:.1} s",
        elapsed.as_secs_f64()
    );
    value
}

/// Returns what writers of this process call from any thread with the bytes that are done and that there are: it counts them for
/// `name` and says no once a signal has arrived.
pub fn watch<'a>(
    context: &'a BuildContext<'a>,
    name: &'static str,
) -> impl Fn(u64, u64) -> bool + Sync + 'a {
    let counter: Mutex<Option<Counter>> = Mutex::new(None);
    move |done, total| {
        counter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| Counter::new(name, Unit::Bytes, total))
            .set(done);
        context.check_interrupt().is_ok()
    }
}

/// What a counter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Whole things: packages, files.
    Packages,
    /// Bytes.
    Bytes,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Bytes => "bytes",
        }
    }
}

/// Tells how far a phase is, not more often than the eye can follow.
#[derive(Debug)]
pub struct Counter {
    phase: &'static str,
    unit: Unit,
    total: u64,
    last: Option<(Instant, u64)>,
}

impl Counter {
    /// A counter of `phase` that goes up to `total`.
    pub fn new(phase: &'static str, unit: Unit, total: u64) -> Self {
        Self {
            phase,
            unit,
            total,
            last: None,
        }
    }

    /// Says that `done` of the total are done.
    pub fn set(&mut self, done: u64) {
        let due = self.last.is_none_or(|(last, before)| {
            done != before && (done >= self.total || last.elapsed() >= INTERVAL)
        });
        if due {
            self.last = Some((Instant::now(), done));
            tracing::info!(
                target: PROGRESS,
                phase = self.phase,
                done,
                total = self.total,
                unit = self.unit.name(),
            );
        }
    }
}
