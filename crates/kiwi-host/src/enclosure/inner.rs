//! I and B: pid 1 of the enclosure, and the way the build recognises that it is inside.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::{OwnedFd, RawFd};

use rustix::mount::MountFlags;
use rustix::process::{Pid, Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use super::{Enclosure, EnclosureError, Kind};
use crate::command::environment;
use crate::init::{Forward, Watcher};
use crate::spawn::{self, Process, Spawn, Stdio};
use crate::syscall::{Kernel, Syscall, become_root, exit_now};

/// Outside says: the id maps are written.
pub(super) const MAPPED: u8 = b'm';
/// Inside says: this process now dies with its parent.
pub(super) const BOUND: u8 = b'b';
/// Outside says: the parent was still there after that.
pub(super) const GO: u8 = b'g';

/// The variable by which the build knows that it is inside.
const MARKER: &str = "KIWI_INTERNAL_ENCLOSURE";

/// The number of the descriptor with the description of the enclosure.
const DESCRIPTION_FD: RawFd = 10;

/// A refused step, as it is told to the outside.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) step: String,
    pub(super) errno: i32,
    /// The step is allowed to everybody who has a user namespace, unless the host restricts them.
    pub(super) needs_rights: bool,
}

/// Is pid 1 of the enclosure; ends with the exit code of the build.
pub(super) fn first_process(kind: &Kind, from_outside: OwnedFd, to_outside: OwnedFd) -> ! {
    let mut to_outside = File::from(to_outside);
    let started = begin(kind, File::from(from_outside), &mut to_outside);
    let (watcher, build) = match started {
        Ok(started) => started,
        Err(failure) => {
            // If nobody listens, there is nobody to tell.
            let _ = serde_json::to_vec(&failure)
                .map_err(io::Error::from)
                .and_then(|text| to_outside.write_all(&text));
            exit_now(1);
        }
    };
    drop(to_outside);
    match watcher.watch(build.pid()) {
        Ok(status) => exit_now(status.code()),
        Err(_) => exit_now(1),
    }
}

fn begin(
    kind: &Kind,
    mut from_outside: File,
    to_outside: &mut File,
) -> Result<(Watcher, Process), Failure> {
    let step = |step: &str, needs_rights: bool| {
        let step = step.to_owned();
        move |error: io::Error| Failure {
            step,
            errno: error.raw_os_error().unwrap_or(libc::EIO),
            needs_rights,
        }
    };
    wait_for(&mut from_outside, MAPPED);
    if !matches!(kind, Kind::Root) {
        become_root().map_err(step("become root in", true))?;
    }
    // Changes of user forget this setting, so it comes after them; then the parent must prove that it still lives.
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| step("bind to its parent", false)(error.into()))?;
    to_outside
        .write_all(&[BOUND])
        .map_err(step("talk in", false))?;
    wait_for(&mut from_outside, GO);
    Kernel
        .make_private()
        .map_err(step("make mounts private in", true))?;
    let own_proc = mount_proc().map_err(step("mount proc in", true))?;
    let enclosure = Enclosure {
        kind: kind.clone(),
        own_proc,
    };
    let watcher = Watcher::new(Forward::Child).map_err(step("watch", false))?;
    let build = start_build(&enclosure).map_err(step("start the program again in", false))?;
    Ok((watcher, build))
}

/// Waits for a word of the outside. If it is not there any more, nothing is left to do.
fn wait_for(from_outside: &mut File, word: u8) {
    let mut byte = [0];
    match from_outside.read_exact(&mut byte) {
        Ok(()) if byte == [word] => {}
        _ => exit_now(1),
    }
}

/// Mounts `/proc` of the new pid namespace. A kernel that hides parts of the outer one (container engines do) forbids that; the outer one stays then.
fn mount_proc() -> io::Result<bool> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    match Kernel.mount("proc", "/proc".as_ref(), flags, "") {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EPERM | libc::EBUSY)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Starts this program again with the same arguments, on the same terminal.
fn start_build(enclosure: &Enclosure) -> io::Result<Process> {
    let fd = rustix::fs::memfd_create("enclosure", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut description = File::from(fd);
    description.write_all(&serde_json::to_vec(enclosure)?)?;
    description.rewind()?;
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_else(|| "kiwi-ng".into());
    let mut env = environment::inherited();
    env.insert(MARKER.into(), DESCRIPTION_FD.to_string().into());
    Spawn::new("/proc/self/exe", name)
        .args(&args.collect::<Vec<_>>())
        .env(env)
        .stdio(Stdio::Inherit, Stdio::Inherit, Stdio::Inherit)
        .pass(description.into(), DESCRIPTION_FD)
        .keep_terminal()
        .keep_descriptors()
        .start()
}

/// Returns the enclosure if this process is the build in it.
pub(super) fn recognise() -> Result<Option<Enclosure>, EnclosureError> {
    if std::env::var_os(MARKER).is_none() {
        return Ok(None);
    }
    // Only pid 1 of an enclosure starts builds; a variable that somebody exported by hand means nothing.
    let parent = rustix::process::getppid();
    if parent != Pid::from_raw(1) {
        return Ok(None);
    }
    let Ok(fd) = spawn::inherited(DESCRIPTION_FD) else {
        return Ok(None);
    };
    let unreadable = |error: io::Error| EnclosureError::step("recognise", error);
    let mut text = Vec::new();
    File::from(fd).read_to_end(&mut text).map_err(unreadable)?;
    let enclosure = serde_json::from_slice(&text).map_err(|error| unreadable(error.into()))?;
    crate::syscall::set_process_name("kiwi-ng");
    // SAFETY: the program has just started and has no other threads (see `enter`).
    unsafe { std::env::remove_var(MARKER) };
    Ok(Some(enclosure))
}
