//! Watching over one process until it ends; as pid 1 of a namespace, also over everything it leaves behind.

use std::io;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

use crate::command::Status;
use crate::spawn::{check, translate};

/// The signals that are taken by [`Watcher::watch`] and, all but the first, passed on.
const SIGNALS: [libc::c_int; 7] = [
    libc::SIGCHLD,
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

/// Signals within this time of each other are one wish to stop; see [`crate::signals`].
const SAME_WISH: Duration = Duration::from_millis(300);

/// Who gets the signals that somebody sends to the watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forward {
    /// The watched process.
    Child,
    /// Every process of the namespace. Only for pid 1.
    Everyone,
}

/// A process that only waits, with the signals it handles blocked since before the watched process was started.
pub(crate) struct Watcher {
    signals: libc::sigset_t,
    before: libc::sigset_t,
    forward: Forward,
    kill_at_wish: Option<u32>,
}

impl Watcher {
    /// Blocks the signals. From now on, children must reset their signal mask (as [`crate::spawn::Spawn`] does).
    pub(crate) fn new(forward: Forward) -> io::Result<Self> {
        let mut signals = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: the sets are initialised by the first and the last call and only then used.
        let (signals, before) = unsafe {
            check(libc::sigemptyset(signals.as_mut_ptr()))?;
            let mut signals = signals.assume_init();
            for signal in SIGNALS {
                check(libc::sigaddset(&raw mut signals, signal))?;
            }
            check(libc::sigprocmask(
                libc::SIG_BLOCK,
                &raw const signals,
                before.as_mut_ptr(),
            ))?;
            (signals, before.assume_init())
        };
        Ok(Watcher {
            signals,
            before,
            forward,
            kill_at_wish: None,
        })
    }

    /// Kills the watched process when a user asks to stop for the `wish`th time.
    pub(crate) fn kill_at_wish(mut self, wish: u32) -> Self {
        self.kill_at_wish = Some(wish);
        self
    }

    /// Waits until `main` has ended. Reaps every other child on the way.
    pub(crate) fn watch(&self, main: Pid) -> io::Result<Status> {
        let mut wishes = 0;
        let mut last_wish: Option<Instant> = None;
        loop {
            loop {
                match wait(WaitOptions::NOHANG) {
                    Ok(Some((pid, status))) if pid == main => return Ok(translate(status)),
                    Ok(Some(_)) | Err(Errno::INTR) => {}
                    Ok(None) => break,
                    Err(error) => return Err(error.into()),
                }
            }
            let Some((signal, sent_by_process)) = self.next_signal()? else {
                continue;
            };
            if signal == libc::SIGCHLD {
                continue;
            }
            // What the terminal sends goes to the whole group anyway.
            if sent_by_process {
                self.pass_on(main, signal);
            }
            let now = Instant::now();
            if last_wish.is_none_or(|at| now.duration_since(at) >= SAME_WISH) {
                wishes += 1;
                last_wish = Some(now);
            }
            if self.kill_at_wish.is_some_and(|limit| wishes >= limit) {
                // Can only fail because the process is gone, and then that is seen next.
                let _ = kill_process(main, Signal::KILL);
            }
        }
    }

    fn next_signal(&self) -> io::Result<Option<(libc::c_int, bool)>> {
        let mut info = MaybeUninit::<libc::siginfo_t>::uninit();
        // SAFETY: the set is initialised; the kernel fills the structure when it returns a signal.
        let signal = unsafe { libc::sigwaitinfo(&raw const self.signals, info.as_mut_ptr()) };
        match check(signal) {
            // SAFETY: filled, see above.
            Ok(signal) => Ok(Some((signal, unsafe { info.assume_init() }.si_code <= 0))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn pass_on(&self, main: Pid, signal: libc::c_int) {
        let to = match self.forward {
            Forward::Child => main.as_raw_nonzero().get(),
            Forward::Everyone => -1,
        };
        // SAFETY: plain system call. It fails when the receivers are gone, which is seen next.
        unsafe { libc::kill(to, signal) };
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // SAFETY: the set is initialised; giving back the old mask cannot fail.
        unsafe {
            libc::sigprocmask(
                libc::SIG_SETMASK,
                &raw const self.before,
                std::ptr::null_mut(),
            )
        };
    }
}
