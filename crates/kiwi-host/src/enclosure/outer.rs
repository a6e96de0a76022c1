//! P: starts the enclosure and waits for it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::UnshareFlags;

use super::inner::{self, Failure};
use super::plan::{self, Attempt, Writer};
use super::{EnclosureError, Kind, Request};
use crate::command::{Cmd, CommandError, Runner, SystemRunner};
use crate::idmap::{self, IdMapping};
use crate::init::{Forward, Watcher};
use crate::signals::Interrupt;
use crate::spawn;
use crate::syscall::{Forked, fork_into};
use crate::userns::Obstacle;

/// After so many wishes to stop, a build that does not react is killed. The second one already makes it exit at once.
const PATIENCE: u32 = 3;

/// Runs the program again in an enclosure and returns its exit code.
pub(super) fn run(request: Request) -> Result<i32, EnclosureError> {
    let watcher = Watcher::new(Forward::Child)
        .map_err(|error| EnclosureError::step("watch", error))?
        .kill_at_wish(PATIENCE);
    let pid = start(request)?;
    let status = watcher
        .watch(pid)
        .map_err(|error| EnclosureError::step("wait for", error))?;
    Ok(status.code())
}

/// Tries the kinds of enclosure in order until one works.
fn start(request: Request) -> Result<Pid, EnclosureError> {
    let mut attempts = plan::attempts();
    let mut index = 0;
    loop {
        let attempt = &attempts[index];
        plan::check(attempt, request)?;
        match start_one(attempt)? {
            Ok(pid) => return Ok(pid),
            Err(refused) => {
                index += 1;
                if index == attempts.len() {
                    if matches!(attempts[index - 1].kind, Kind::SingleId { .. }) {
                        return Err(EnclosureError::Host(refused));
                    }
                    attempts.push(plan::fallback(refused));
                }
            }
        }
    }
}

/// Starts pid 1 of one kind of enclosure. The inner error is a refused id map, after which another kind can be tried.
fn start_one(attempt: &Attempt) -> Result<Result<Pid, Obstacle>, EnclosureError> {
    let pipe = || spawn::pipe().map_err(|error| EnclosureError::step("talk to", error));
    let (from_outside, to_inside) = pipe()?;
    let (from_inside, to_outside) = pipe()?;
    let mut namespaces =
        UnshareFlags::NEWNS | UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    if attempt.writer != Writer::Nobody {
        namespaces |= UnshareFlags::NEWUSER;
    }
    let pid = match fork_into(namespaces).map_err(refusal)? {
        Forked::Child => {
            drop(to_inside);
            drop(from_inside);
            inner::first_process(&attempt.kind, from_outside, to_outside);
        }
        Forked::Parent(pid) => pid,
    };
    drop(from_outside);
    drop(to_outside);
    let mut child = Child { pid, alive: true };
    if let Err(refused) = write_maps(attempt, pid) {
        return Ok(Err(refused));
    }
    match handshake(to_inside, from_inside) {
        Ok(None) => {
            child.alive = false;
            Ok(Ok(pid))
        }
        Ok(Some(failure)) => Err(explain(failure)),
        Err(error) => Err(EnclosureError::step("talk to", error)),
    }
}

/// Pid 1 of an enclosure that is not complete yet; ended when dropped.
struct Child {
    pid: Pid,
    alive: bool,
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.alive {
            // It may have ended by itself; waiting shows it in both cases.
            let _ = kill_process(self.pid, Signal::KILL);
            let _ = spawn::wait_for(self.pid);
        }
    }
}

/// Tells pid 1 that its maps are there, waits until it is bound to our life, lets it go on, and returns what went wrong if anything did.
fn handshake(to_inside: OwnedFd, from_inside: OwnedFd) -> io::Result<Option<Failure>> {
    let mut to_inside = File::from(to_inside);
    let mut from_inside = File::from(from_inside);
    to_inside.write_all(&[inner::MAPPED])?;
    let mut answer = Vec::new();
    let mut bound = [0];
    if from_inside.read(&mut bound)? == 1 && bound == [inner::BOUND] {
        to_inside.write_all(&[inner::GO])?;
    } else {
        answer.extend(bound);
    }
    from_inside.read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&answer)?))
}

/// A step inside was refused. The first ones are where restrictions of user namespaces show.
fn explain(failure: Failure) -> EnclosureError {
    let source = io::Error::from_raw_os_error(failure.errno);
    if failure.needs_rights && matches!(failure.errno, libc::EPERM | libc::EACCES) {
        EnclosureError::Host(Obstacle::of_refusal(failure.errno))
    } else {
        EnclosureError::step(&failure.step, source)
    }
}

fn refusal(error: io::Error) -> EnclosureError {
    match error.raw_os_error() {
        Some(errno) => EnclosureError::Host(Obstacle::of_refusal(errno)),
        None => EnclosureError::step("make", error),
    }
}

fn write_maps(attempt: &Attempt, pid: Pid) -> Result<(), Obstacle> {
    let (uids, gids) = match &attempt.kind {
        Kind::Root => return Ok(()),
        Kind::UserNamespace { uids, gids } => (uids.clone(), gids.clone()),
        Kind::SingleId { .. } => (
            idmap::single_id_map(rustix::process::geteuid().as_raw()),
            idmap::single_id_map(rustix::process::getegid().as_raw()),
        ),
    };
    match attempt.writer {
        Writer::Nobody => Ok(()),
        Writer::Tools => {
            write_with_tool("newuidmap", pid, &uids)?;
            write_with_tool("newgidmap", pid, &gids)
        }
        Writer::Ourselves => {
            // An unprivileged group map is only accepted when groups cannot be given up.
            if matches!(attempt.kind, Kind::SingleId { .. }) {
                write_one(pid, "setgroups", "deny")?;
            }
            write_one(pid, "uid_map", &idmap::to_text(&uids))?;
            write_one(pid, "gid_map", &idmap::to_text(&gids))
        }
    }
}

fn write_one(pid: Pid, name: &str, text: &str) -> Result<(), Obstacle> {
    let path = format!("/proc/{pid}/{name}");
    // One write call: the kernel takes the map whole or not at all.
    let written = File::options()
        .write(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Obstacle::MapRefused {
        message: format!("{path}: {error}"),
    })
}

fn write_with_tool(tool: &str, pid: Pid, map: &[IdMapping]) -> Result<(), Obstacle> {
    let refused = |message: String| Obstacle::MapRefused { message };
    let numbers = map
        .iter()
        .flat_map(|line| [line.inside, line.outside, line.count])
        .map(|number| number.to_string());
    let command = Cmd::new(tool).arg(pid.to_string()).args(numbers);
    let interrupt = Interrupt::detached().map_err(|error| refused(error.to_string()))?;
    match SystemRunner::new(interrupt).run(&command) {
        Ok(_) => Ok(()),
        Err(CommandError::NotFound { .. }) => Err(Obstacle::NoMapTool { tool: tool.into() }),
        Err(CommandError::Failed(failure)) => Err(refused(failure.last_lines.join("; "))),
        Err(error) => Err(refused(error.to_string())),
    }
}
