//! The kernel calls that change what a process sees, behind a small trait.
//!
//! [`Kernel`] makes them, [`Recorder`] writes them down, so that the order and the targets of all mounts can be tested
//! without being root. Calls that only touch ordinary files are made directly, by `rustix`.

use std::io::{self, Result};
use std::path::Path;

use rustix::fs::StatVfsMountFlags;
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use rustix::process::Pid;
use rustix::thread::UnshareFlags;

use crate::spawn::check;

/// Changes to the namespaces of the calling process.
pub(crate) trait Syscall {
    /// Detaches all mounts from their peers in other namespaces: nothing mounted here is seen elsewhere.
    fn make_private(&self) -> Result<()>;
    /// Shows `source` with everything mounted below it at `target`.
    fn bind(&self, source: &Path, target: &Path) -> Result<()>;
    /// Mounts a new file system.
    fn mount(&self, kind: &str, target: &Path, flags: MountFlags, options: &str) -> Result<()>;
    /// Restricts what can be done through a mount and all mounts below it.
    fn restrict(&self, target: &Path, to: Restriction) -> Result<()>;
    /// Makes the working directory the root directory and lets go of the old one.
    fn switch_root(&self) -> Result<()>;
    /// Sets the host name.
    fn set_hostname(&self, name: &str) -> Result<()>;
}

/// What is not allowed through a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// Writing.
    ReadOnly,
    /// Using device nodes.
    NoDevices,
}

impl Restriction {
    /// The attribute of `mount_setattr(2)`.
    fn attribute(self) -> u64 {
        match self {
            Restriction::ReadOnly => 0x1,
            Restriction::NoDevices => 0x4,
        }
    }

    /// The flag of `mount(2)`.
    fn flag(self) -> MountFlags {
        match self {
            Restriction::ReadOnly => MountFlags::RDONLY,
            Restriction::NoDevices => MountFlags::NODEV,
        }
    }
}

/// The real calls.
pub(crate) struct Kernel;

impl Syscall for Kernel {
    fn make_private(&self) -> Result<()> {
        let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        Ok(rustix::mount::mount_change("/", flags)?)
    }

    fn bind(&self, source: &Path, target: &Path) -> Result<()> {
        Ok(rustix::mount::mount_bind_recursive(source, target)?)
    }

    fn mount(&self, kind: &str, target: &Path, flags: MountFlags, options: &str) -> Result<()> {
        let options = std::ffi::CString::new(options)?;
        Ok(rustix::mount::mount(
            kind,
            target,
            kind,
            flags,
            Some(options.as_c_str()),
        )?)
    }

    fn restrict(&self, target: &Path, to: Restriction) -> Result<()> {
        match restrict_recursive(target, to) {
            // Before Linux 5.12 only the mount itself can be changed, and what it has must be repeated.
            Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => {
                let now = rustix::fs::statvfs(target)?.f_flag;
                let mut flags = MountFlags::BIND | to.flag();
                for (has, flag) in [
                    (StatVfsMountFlags::RDONLY, MountFlags::RDONLY),
                    (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
                    (StatVfsMountFlags::NODEV, MountFlags::NODEV),
                    (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
                    (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
                ] {
                    flags.set(flag, now.contains(has) || flags.contains(flag));
                }
                Ok(rustix::mount::mount_remount(target, flags, c"")?)
            }
            result => result,
        }
    }

    fn switch_root(&self) -> Result<()> {
        // With both arguments the same, the old root ends up on top of the new one and can be taken off by that name.
        rustix::process::pivot_root(".", ".")?;
        rustix::mount::unmount(".", UnmountFlags::DETACH)?;
        rustix::process::chdir("/")?;
        Ok(())
    }

    fn set_hostname(&self, name: &str) -> Result<()> {
        Ok(rustix::system::sethostname(name.as_bytes())?)
    }
}

/// `struct mount_attr` of `mount_setattr(2)`.
#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

fn restrict_recursive(target: &Path, to: Restriction) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    const AT_RECURSIVE: libc::c_uint = 0x8000;
    let target = std::ffi::CString::new(target.as_os_str().as_bytes())?;
    let attributes = MountAttributes {
        set: to.attribute(),
        clear: 0,
        propagation: 0,
        user_namespace: 0,
    };
    // SAFETY: the string and the structure outlive the call, and the size passed is the structure's.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            target.as_ptr(),
            AT_RECURSIVE,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    };
    check(result as libc::c_int).map(drop)
}

/// Which of two processes a call returned in.
pub(crate) enum Forked {
    Parent(Pid),
    Child,
}

/// Forks, with the child in new namespaces. The caller must have no other threads, because the child goes on with ordinary code.
pub(crate) fn fork_into(namespaces: UnshareFlags) -> Result<Forked> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads != 1 {
        return Err(io::Error::other("the process has threads already"));
    }
    let flags =
        libc::c_long::from(namespaces.bits().cast_signed()) | libc::c_long::from(libc::SIGCHLD);
    let none: libc::c_long = 0;
    // SAFETY: without a stack of its own the child continues on a copy of ours, as after fork; there is only this thread.
    #[cfg(not(target_arch = "s390x"))]
    let result = unsafe { libc::syscall(libc::SYS_clone, flags, none, none, none, none) };
    // SAFETY: as above; this architecture takes the stack first.
    #[cfg(target_arch = "s390x")]
    let result = unsafe { libc::syscall(libc::SYS_clone, none, flags, none, none, none) };
    match check(result as libc::c_int)? {
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(
            Pid::from_raw(pid).expect("clone returned a positive number in the parent"),
        )),
    }
}

/// Becomes user and group 0 of the own user namespace.
pub(crate) fn become_root() -> Result<()> {
    // SAFETY: plain system calls; there is only this thread, so the C library's broadcast to others does not matter.
    unsafe {
        check(libc::setresgid(0, 0, 0))?;
        check(libc::setresuid(0, 0, 0))?;
    }
    Ok(())
}

/// Sets the name that lists of processes show; after being started through `/proc/self/exe` it would be `exe`.
pub(crate) fn set_process_name(name: &str) {
    if let Ok(name) = std::ffi::CString::new(name) {
        // Only cosmetic.
        let _ = rustix::thread::set_name(&name);
    }
}

/// Gives up all supplementary groups.
pub(crate) fn drop_groups() -> Result<()> {
    // SAFETY: an empty list needs no memory.
    check(unsafe { libc::setgroups(0, std::ptr::null()) }).map(drop)
}

/// Ends the process without running what the parent registered to run at exit.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: does not return.
    unsafe { libc::_exit(code) }
}

/// Returns the login name of a user, from wherever the host keeps its users.
pub(crate) fn user_name(uid: u32) -> Option<String> {
    let mut entry = std::mem::MaybeUninit::<libc::passwd>::uninit();
    let mut buffer = vec![0; 16 * 1024];
    let mut found = std::ptr::null_mut();
    // SAFETY: all pointers lead to memory of the stated size that outlives the use of the answer.
    let name = unsafe {
        let result = libc::getpwuid_r(
            uid,
            entry.as_mut_ptr(),
            buffer.as_mut_ptr(),
            buffer.len(),
            &raw mut found,
        );
        if result != 0 || found.is_null() {
            return None;
        }
        std::ffi::CStr::from_ptr((*found).pw_name)
    };
    name.to_str().ok().map(str::to_owned)
}

/// Where the trial of [`try_user_namespace`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// It works.
    Possible,
    /// The namespace could not be made; the answer of the kernel.
    NotMade(i32),
    /// The namespace was made but gives no rights in it; the answer of the kernel to a harmless mount call.
    NoRights(i32),
}

/// Tries in a short-lived process whether a user namespace can be made and used.
pub(crate) fn try_user_namespace() -> Result<Trial> {
    // SAFETY: the child makes three system calls on constants and ends.
    unsafe {
        let pid = check(libc::fork())?;
        if pid == 0 {
            if libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS) != 0 {
                libc::_exit(*libc::__errno_location());
            }
            let flags = libc::MS_REC | libc::MS_PRIVATE;
            let none = std::ptr::null();
            if libc::mount(none, c"/".as_ptr(), none, flags, none.cast()) != 0 {
                libc::_exit(NO_RIGHTS | *libc::__errno_location());
            }
            libc::_exit(0);
        }
        let pid = Pid::from_raw(pid).expect("fork returned a positive number in the parent");
        // All error numbers that these calls know are below 128.
        Ok(match crate::spawn::wait_for(pid)?.code() {
            0 => Trial::Possible,
            code if code & NO_RIGHTS != 0 => Trial::NoRights(code & !NO_RIGHTS),
            code => Trial::NotMade(code),
        })
    }
}

/// The bit that tells the two failures of the trial apart in an exit code.
const NO_RIGHTS: i32 = 0x80;

/// The twin of [`Kernel`]: writes down every call, one line each, and makes those fail that it was told to.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Recorder {
    lines: std::cell::RefCell<Vec<String>>,
    refused: Vec<(String, i32)>,
}

#[cfg(test)]
impl Recorder {
    /// Refuses every call whose line starts with `start`.
    pub(crate) fn refuse(mut self, start: &str, errno: i32) -> Self {
        self.refused.push((start.to_owned(), errno));
        self
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    fn record(&self, line: String) -> Result<()> {
        let refusal = self
            .refused
            .iter()
            .find(|(start, _)| line.starts_with(start));
        self.lines.borrow_mut().push(line);
        refusal.map_or(Ok(()), |(_, errno)| {
            Err(io::Error::from_raw_os_error(*errno))
        })
    }

    /// Shows where a path through an open descriptor leads.
    fn shown(path: &Path) -> String {
        let path = std::fs::read_link(path).unwrap_or_else(|_| path.to_owned());
        path.display().to_string()
    }
}

#[cfg(test)]
impl Syscall for Recorder {
    fn make_private(&self) -> Result<()> {
        self.record("private".into())
    }

    fn bind(&self, source: &Path, target: &Path) -> Result<()> {
        self.record(format!(
            "bind {} {}",
            Self::shown(source),
            Self::shown(target)
        ))
    }

    fn mount(&self, kind: &str, target: &Path, _: MountFlags, options: &str) -> Result<()> {
        self.record(format!("mount {kind} {} {options}", Self::shown(target)))
    }

    fn restrict(&self, target: &Path, to: Restriction) -> Result<()> {
        let what = match to {
            Restriction::ReadOnly => "read-only",
            Restriction::NoDevices => "no-devices",
        };
        self.record(format!("{what} {}", Self::shown(target)))
    }

    fn switch_root(&self) -> Result<()> {
        self.record("switch root".into())
    }

    fn set_hostname(&self, name: &str) -> Result<()> {
        self.record(format!("hostname {name}"))
    }
}
