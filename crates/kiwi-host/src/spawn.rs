//! Starting a process: fork, arrange descriptors, exec.
//!
//! The standard library's `Command` is not used, because programs here need pipes under fixed descriptor numbers
//! (apt's status, the sandbox helper's job), and a number could hit the pipe through which `Command` reports failures.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, WaitOptions, WaitStatus, waitpid};

use crate::command::Status;

/// `CLOSE_RANGE_CLOEXEC` of `close_range(2)`.
const CLOSE_AT_EXEC: libc::c_uint = 4;

/// How often a program whose file is busy is tried again, and after which pause.
const BUSY_TRIES: u32 = 100;
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// Descriptors are parked from this number on while they are arranged in the child.
const PARKING: RawFd = 64;

/// What one of the three standard streams of a process is.
#[derive(Debug, Default)]
pub(crate) enum Stdio {
    /// `/dev/null`.
    #[default]
    Null,
    /// The same as ours.
    Inherit,
    /// A new pipe, whose other end is in [`Process`].
    Pipe,
    /// This file.
    File(OwnedFd),
}

/// One process to start.
///
/// It gets a session of its own (no controlling terminal, a process group that can be ended as a whole) and dies with
/// the thread that started it, which is the thread that waits for it. It inherits no descriptor but those given here.
pub(crate) struct Spawn {
    path: OsString,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    directory: Option<OsString>,
    stdio: [Stdio; 3],
    passed: Vec<(OwnedFd, RawFd)>,
    keep_terminal: bool,
    keep_descriptors: bool,
}

impl Spawn {
    /// Prepares to run the program at `path`; `arg0` is the name it sees itself under.
    pub(crate) fn new(path: impl AsRef<Path>, arg0: impl Into<OsString>) -> Self {
        Spawn {
            path: path.as_ref().as_os_str().to_owned(),
            args: vec![arg0.into()],
            env: BTreeMap::new(),
            directory: None,
            stdio: Default::default(),
            passed: Vec::new(),
            keep_terminal: false,
            keep_descriptors: false,
        }
    }

    pub(crate) fn args(mut self, args: &[OsString]) -> Self {
        self.args.extend_from_slice(args);
        self
    }

    /// Sets the whole environment; it is empty otherwise.
    pub(crate) fn env(mut self, variables: BTreeMap<OsString, OsString>) -> Self {
        self.env = variables;
        self
    }

    pub(crate) fn current_dir(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.as_os_str().to_owned());
        self
    }

    /// Sets standard input, output and error.
    pub(crate) fn stdio(mut self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> Self {
        self.stdio = [stdin, stdout, stderr];
        self
    }

    /// Hands `fd` to the process under the number `number`, which must be 3 or more and below 64.
    pub(crate) fn pass(mut self, fd: OwnedFd, number: RawFd) -> Self {
        debug_assert!((3..PARKING).contains(&number));
        self.passed.push((fd, number));
        self
    }

    /// Leaves the process in our session and process group, so that it can use the terminal.
    pub(crate) fn keep_terminal(mut self) -> Self {
        self.keep_terminal = true;
        self
    }

    /// Lets the process inherit what our caller left open for us, such as `<(..)` of a shell.
    pub(crate) fn keep_descriptors(mut self) -> Self {
        self.keep_descriptors = true;
        self
    }

    /// Starts the process. Returns once the program has been loaded, or with the reason why it could not be.
    pub(crate) fn start(self) -> io::Result<Process> {
        let mut ours: [Option<OwnedFd>; 3] = [None, None, None];
        let mut given = Vec::new();
        for (index, stdio) in self.stdio.into_iter().enumerate() {
            let fd = match stdio {
                Stdio::Null => File::options()
                    .read(true)
                    .write(true)
                    .open("/dev/null")?
                    .into(),
                Stdio::Inherit => continue,
                Stdio::File(fd) => fd,
                Stdio::Pipe => {
                    let (read, write) = pipe()?;
                    let (own, other) = if index == 0 {
                        (write, read)
                    } else {
                        (read, write)
                    };
                    ours[index] = Some(own);
                    other
                }
            };
            given.push((fd, i32::try_from(index).expect("there are three streams")));
        }
        given.extend(self.passed);
        let plan = Plan {
            image: Image::new(&self.path, &self.args, &self.env)?,
            directory: self.directory.as_deref().map(c_string).transpose()?,
            moves: given
                .iter()
                .map(|(fd, number)| (fd.as_raw_fd(), *number))
                .collect(),
            keep_terminal: self.keep_terminal,
            keep_descriptors: self.keep_descriptors,
            parent: rustix::process::getpid(),
        };
        let mut busy = 0;
        let pid = loop {
            match plan.fork() {
                // Another thread forked while this program's file was open for writing, and its child has not exec'd yet.
                Err(error) if error.raw_os_error() == Some(libc::ETXTBSY) && busy < BUSY_TRIES => {
                    busy += 1;
                    std::thread::sleep(BUSY_PAUSE);
                }
                result => break result?,
            }
        };
        drop(given);
        let [stdin, stdout, stderr] = ours;
        Ok(Process {
            pid,
            stdin,
            stdout,
            stderr,
            ended: None,
        })
    }
}

/// What the child does, with all memory prepared.
struct Plan {
    image: Image,
    directory: Option<CString>,
    moves: Vec<(RawFd, RawFd)>,
    keep_terminal: bool,
    keep_descriptors: bool,
    parent: Pid,
}

impl Plan {
    /// Starts the child and waits until it has loaded the program or told why not.
    fn fork(&self) -> io::Result<Pid> {
        let (failure, report) = pipe()?;
        // Both before the fork: the child must not allocate.
        let mut moves = self.moves.clone();
        // SAFETY: the child only makes system calls on memory that was prepared above, until it execs or exits.
        let pid = check(unsafe { libc::fork() })?;
        if pid == 0 {
            self.carry_out(&mut moves, report.as_raw_fd());
        }
        drop(report);
        let pid = Pid::from_raw(pid).expect("fork returned a positive number in the parent");
        let mut errno = [0; 4];
        if File::from(failure).read_exact(&mut errno).is_ok() {
            wait_for(pid)?;
            return Err(io::Error::from_raw_os_error(i32::from_ne_bytes(errno)));
        }
        Ok(pid)
    }

    fn carry_out(&self, moves: &mut [(RawFd, RawFd)], report: RawFd) -> ! {
        let mut report = report;
        let errno = match self.exec(moves, &mut report) {
            Ok(never) => match never {},
            Err(error) => error.raw_os_error().unwrap_or(libc::EINVAL),
        };
        let bytes = errno.to_ne_bytes();
        // SAFETY: plain system calls; the buffer lives on this stack.
        unsafe {
            libc::write(report, bytes.as_ptr().cast(), bytes.len());
            libc::_exit(127)
        }
    }

    /// Only makes system calls: the process was forked from one with threads, so nothing may allocate or lock.
    fn exec(
        &self,
        moves: &mut [(RawFd, RawFd)],
        report: &mut RawFd,
    ) -> io::Result<std::convert::Infallible> {
        // SAFETY: system calls on numbers and on a string that `self` owns.
        unsafe {
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
            if libc::getppid() != self.parent.as_raw_nonzero().get() {
                libc::_exit(127);
            }
            if !self.keep_terminal {
                check(libc::setsid())?;
            }
            // Park everything first, so that no target number overwrites a source.
            *report = check(libc::fcntl(*report, libc::F_DUPFD_CLOEXEC, PARKING))?;
            for (source, _) in moves.iter_mut() {
                *source = check(libc::fcntl(*source, libc::F_DUPFD_CLOEXEC, PARKING))?;
            }
            if !self.keep_descriptors {
                // Before Linux 5.11 what our caller left open is inherited.
                libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, CLOSE_AT_EXEC);
            }
            for (source, number) in moves.iter() {
                check(libc::dup2(*source, *number))?;
            }
            if let Some(directory) = &self.directory {
                check(libc::chdir(directory.as_ptr()))?;
            }
        }
        reset_signals();
        Err(self.image.exec())
    }
}

/// Gives every signal its default meaning and unblocks all: ignored and blocked signals would survive exec.
///
/// Only makes system calls.
pub(crate) fn reset_signals() {
    // SAFETY: plain system calls on numbers; signals that do not exist or cannot be changed are refused by the kernel.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none = std::mem::MaybeUninit::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
    }
}

/// A program with arguments and environment in the form that exec wants, so that executing it does not allocate.
pub(crate) struct Image {
    path: CString,
    args: PointerList,
    env: PointerList,
}

impl Image {
    /// Fails with `EINVAL` when a word contains a zero byte.
    pub(crate) fn new(
        path: &OsStr,
        args: &[OsString],
        env: &BTreeMap<OsString, OsString>,
    ) -> io::Result<Self> {
        let env: Vec<OsString> = env
            .iter()
            .map(|(name, value)| {
                let mut line = name.clone();
                line.push("=");
                line.push(value);
                line
            })
            .collect();
        Ok(Image {
            path: c_string(path)?,
            args: PointerList::new(args)?,
            env: PointerList::new(&env)?,
        })
    }

    /// Replaces the running program. Returns only on failure. Only makes a system call.
    pub(crate) fn exec(&self) -> io::Error {
        // SAFETY: both lists end with null and point to strings that `self` owns.
        unsafe {
            libc::execve(
                self.path.as_ptr(),
                self.args.pointers.as_ptr(),
                self.env.pointers.as_ptr(),
            );
        }
        io::Error::last_os_error()
    }
}

/// Strings together with the null-terminated list of pointers to them.
struct PointerList {
    _strings: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl PointerList {
    fn new(words: &[OsString]) -> io::Result<Self> {
        let strings = words
            .iter()
            .map(|word| c_string(word))
            .collect::<io::Result<Vec<_>>>()?;
        let pointers = strings
            .iter()
            .map(|string| string.as_ptr())
            .chain([std::ptr::null()])
            .collect();
        Ok(PointerList {
            _strings: strings,
            pointers,
        })
    }
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}

/// A running process. It is not ended when this value is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    /// The writing end of its standard input, if that is a pipe.
    pub(crate) stdin: Option<OwnedFd>,
    /// The reading end of its standard output, if that is a pipe.
    pub(crate) stdout: Option<OwnedFd>,
    /// The reading end of its standard error, if that is a pipe.
    pub(crate) stderr: Option<OwnedFd>,
    ended: Option<Status>,
}

impl Process {
    /// Returns its process id, which is also its process group unless it keeps our terminal.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> io::Result<Status> {
        let status = match self.ended {
            Some(status) => status,
            None => wait_for(self.pid)?,
        };
        self.ended = Some(status);
        Ok(status)
    }

    /// Tells whether it has ended.
    pub(crate) fn has_ended(&mut self) -> io::Result<bool> {
        if self.ended.is_none() {
            self.ended =
                waitpid(Some(self.pid), WaitOptions::NOHANG)?.map(|(_, status)| translate(status));
        }
        Ok(self.ended.is_some())
    }
}

/// Waits for the end of one child.
pub(crate) fn wait_for(pid: Pid) -> io::Result<Status> {
    loop {
        match waitpid(Some(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) => return Ok(translate(status)),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Translates what the kernel says about an ended process.
pub(crate) fn translate(status: WaitStatus) -> Status {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Status::Exited(code),
        (None, Some(signal)) => Status::Signaled(signal),
        (None, None) => Status::Exited(-1),
    }
}

/// Makes a pipe that is not inherited: (reading end, writing end).
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(pipe_with(PipeFlags::CLOEXEC)?)
}

/// Turns the result of a system call into a `Result`.
pub(crate) fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Takes over a descriptor that our parent process passed under a fixed number. It fails when the number is not open.
pub(crate) fn inherited(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: plain system call on a number.
    check(unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: the number is open (checked above), and by agreement with the parent nothing else in this process owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
