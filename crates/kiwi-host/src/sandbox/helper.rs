//! The helper process and pid 1.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use rustix::thread::UnshareFlags;

use super::job::{HELPER_ARGUMENT, JOB_FD, Job, REPORT_FD, Report};
use super::{SandboxError, setup, without_sync};
use crate::command::STATUS_FD;
use crate::init::{Forward, Watcher};
use crate::spawn::{self, Process, Spawn, Stdio};
use crate::syscall::{Forked, Kernel, drop_groups, exit_now, fork_into, set_process_name};
use crate::tools;

/// Does the work of the sandbox helper, if this process was started as one, and returns its exit code.
///
/// Must be the first thing in `main`: nothing may have started a thread or taken descriptors.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     if let Some(code) = kiwi_host::sandbox::helper_main() {
///         return code;
///     }
///     // The program itself.
///     std::process::ExitCode::SUCCESS
/// }
/// ```
pub fn helper_main() -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1)?;
    if argument != HELPER_ARGUMENT {
        return None;
    }
    let (Ok(job), Ok(report)) = (spawn::inherited(JOB_FD), spawn::inherited(REPORT_FD)) else {
        eprintln!("`{HELPER_ARGUMENT}` is for this program's own use");
        return Some(ExitCode::from(2));
    };
    set_process_name("kiwi-sandbox");
    let mut report = File::from(report);
    let code = read_job(job)
        .and_then(|job| start(&job, &report))
        .unwrap_or_else(|error| {
            // If nobody reads the report, the build is gone and nobody wants to know.
            let _ = Report::Refused(error).write(&mut report);
            1
        });
    Some(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

fn read_job(pipe: OwnedFd) -> Result<Job, SandboxError> {
    let mut text = Vec::new();
    File::from(pipe)
        .read_to_end(&mut text)
        .map_err(|error| helper_error(&error))?;
    serde_json::from_slice(&text).map_err(|error| helper_error(&error))
}

/// Starts pid 1 in new namespaces and waits for it.
fn start(job: &Job, report: &File) -> Result<i32, SandboxError> {
    let step = |step: &str, error: io::Error| SandboxError::step(step, Path::new("/"), &error);
    let watcher = Watcher::new(Forward::Child).map_err(|error| helper_error(&error))?;
    let (alive, stay_alive) = spawn::pipe().map_err(|error| helper_error(&error))?;
    let namespaces =
        UnshareFlags::NEWNS | UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    match fork_into(namespaces).map_err(|error| step("make namespaces for", error))? {
        Forked::Child => {
            drop(stay_alive);
            exit_now(first_process(job, report, &alive));
        }
        Forked::Parent(pid) => {
            let status = watcher.watch(pid).map_err(|error| helper_error(&error))?;
            drop(stay_alive);
            Ok(status.code())
        }
    }
}

/// Is pid 1: makes the surroundings, runs the command, reports its end.
fn first_process(job: &Job, report: &File, alive: &OwnedFd) -> i32 {
    let (answer, code) = match run(job, alive) {
        Ok(report) => {
            let code = match &report {
                Report::Ended(status) => status.code(),
                _ => 127,
            };
            (report, code)
        }
        Err(error) => (Report::Refused(error), 126),
    };
    let written = report
        .try_clone()
        .and_then(|mut pipe| answer.write(&mut pipe));
    if written.is_ok() { code } else { 125 }
}

fn run(job: &Job, alive: &OwnedFd) -> Result<Report, SandboxError> {
    die_with_parent(alive).map_err(|error| helper_error(&error))?;
    if !job.interactive {
        setsid().map_err(|error| helper_error(&error))?;
    }
    // Files in the tree get the same modes whatever the caller prefers for its own.
    rustix::process::umask(rustix::fs::Mode::from(0o022));
    setup::enter(job, &Kernel)?;
    if job.without_sync {
        // The command is right without it, only slower.
        let _ = without_sync::install();
    }
    setup::drop_capabilities()?;
    // Refused where only one group id exists.
    let _ = drop_groups();
    let watcher = Watcher::new(Forward::Everyone).map_err(|error| helper_error(&error))?;
    std::env::set_current_dir(&job.directory).map_err(|error| {
        SandboxError::step("change to directory", Path::new(&job.directory), &error)
    })?;
    let Some(program) = find(job) else {
        return Ok(Report::NotFound);
    };
    match command(job, &program).and_then(Spawn::start) {
        Ok(process) => wait(&watcher, &process),
        Err(error) => Ok(Report::NotStarted {
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        }),
    }
}

fn command(job: &Job, program: &Path) -> io::Result<Spawn> {
    let mut spawn = Spawn::new(program, &job.program)
        .args(&job.args)
        .env(job.env.iter().cloned().collect())
        .stdio(Stdio::Inherit, Stdio::Inherit, Stdio::Inherit)
        .keep_terminal();
    if job.status {
        spawn = spawn.pass(spawn::inherited(STATUS_FD)?, STATUS_FD);
    }
    Ok(spawn)
}

fn wait(watcher: &Watcher, process: &Process) -> Result<Report, SandboxError> {
    watcher
        .watch(process.pid())
        .map(Report::Ended)
        .map_err(|error| helper_error(&error))
}

/// Finds the program in the tree, which is the root directory now.
fn find(job: &Job) -> Option<PathBuf> {
    let program = Path::new(&job.program);
    if program.is_absolute() || program.components().count() > 1 {
        return program.exists().then(|| program.to_owned());
    }
    let (_, path) = job.env.iter().find(|(name, _)| name == "PATH")?;
    tools::find_in(path, &job.program)
}

/// Makes the kernel end this process when the helper ends, and checks that it has not ended just before.
fn die_with_parent(alive: &OwnedFd) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let mut fds = [PollFd::new(alive, PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    if poll(&mut fds, Some(&now))? > 0 {
        return Err(io::Error::other("the build is gone"));
    }
    Ok(())
}

fn helper_error(error: &dyn std::error::Error) -> SandboxError {
    SandboxError::Helper {
        reason: error.to_string(),
    }
}
