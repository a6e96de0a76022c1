//! Expands package files ahead of their use, on all processors, within a bound on disk space.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

use super::expand::expand;

/// Bytes of expanded packages that may wait to be used.
const AHEAD: u64 = 1 << 30;

/// A file that is, or will be, expanded.
enum Entry {
    Waiting,
    Ready { size: u64 },
    Failed(io::Error),
    Used,
}

struct State {
    entries: HashMap<String, Entry>,
    /// Next file of the queue that a worker will take.
    next: usize,
    /// Files before this index are wanted now, whatever the bound says.
    wanted: usize,
    ahead: u64,
    stop: bool,
}

struct Shared {
    queue: Vec<String>,
    source: PathBuf,
    destination: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("a worker cannot panic while it holds the lock")
    }
}

/// Expands files in the order of a queue; [`Pool::take`] waits for one of them.
pub(super) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts to expand the files of `queue` from `source` to `destination`.
    pub(super) fn start(
        queue: Vec<String>,
        source: &Path,
        destination: &Path,
        threads: usize,
    ) -> Self {
        let entries = queue
            .iter()
            .map(|name| (name.clone(), Entry::Waiting))
            .collect();
        let shared = Arc::new(Shared {
            queue,
            source: source.to_path_buf(),
            destination: destination.to_path_buf(),
            state: Mutex::new(State {
                entries,
                next: 0,
                wanted: 0,
                ahead: 0,
                stop: false,
            }),
            changed: Condvar::new(),
        });
        let workers = (0..threads.max(1))
            .map(|_| {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || work(&shared))
            })
            .collect();
        Self { shared, workers }
    }

    /// Whether `name` is in the queue.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.shared.lock().entries.contains_key(name)
    }

    /// Waits until `name` is expanded.
    pub(super) fn wait(&self, name: &str) -> io::Result<()> {
        let shared = &self.shared;
        let mut state = shared.lock();
        if let Some(index) = shared.queue.iter().position(|queued| queued == name)
            && index >= state.wanted
        {
            state.wanted = index + 1;
            shared.changed.notify_all();
        }
        loop {
            match state.entries.get_mut(name) {
                Some(Entry::Waiting) => {}
                Some(Entry::Ready { .. } | Entry::Used) => return Ok(()),
                Some(failed @ Entry::Failed(_)) => {
                    let Entry::Failed(error) = std::mem::replace(failed, Entry::Used) else {
                        return Ok(());
                    };
                    return Err(error);
                }
                None => return Err(io::ErrorKind::NotFound.into()),
            }
            state = shared
                .changed
                .wait(state)
                .expect("a worker cannot panic while it holds the lock");
        }
    }

    /// Removes an expanded file that was used.
    pub(super) fn release(&self, name: &str) {
        let mut state = self.shared.lock();
        if let Some(entry) = state.entries.get_mut(name) {
            if let Entry::Ready { size } = std::mem::replace(entry, Entry::Used) {
                state.ahead = state.ahead.saturating_sub(size);
            }
            let _ = fs_err::remove_file(self.shared.destination.join(name));
            self.shared.changed.notify_all();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.changed.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

fn work(shared: &Shared) {
    loop {
        let name = {
            let mut state = shared.lock();
            loop {
                if state.stop || state.next >= shared.queue.len() {
                    return;
                }
                if state.ahead < AHEAD || state.next < state.wanted {
                    break;
                }
                state = shared
                    .changed
                    .wait(state)
                    .expect("a worker cannot panic while it holds the lock");
            }
            let name = shared.queue[state.next].clone();
            state.next += 1;
            name
        };
        let destination = shared.destination.join(&name);
        let result = expand(&shared.source.join(&name), &destination)
            .and_then(|()| Ok(destination.metadata()?.len()));
        let mut state = shared.lock();
        let entry = match result {
            Ok(size) => {
                state.ahead += size;
                Entry::Ready { size }
            }
            Err(error) => Entry::Failed(error),
        };
        state.entries.insert(name, entry);
        shared.changed.notify_all();
    }
}
