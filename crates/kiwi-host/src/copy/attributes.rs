//! Mode, owner, times and extended attributes.

use std::ffi::{CStr, CString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{
    AtFlags, Gid, Mode, Timespec, Timestamps, Uid, XattrFlags, chownat, fchmod, fchown, fgetxattr,
    flistxattr, fsetxattr, futimens, utimensat,
};
use rustix::io::Errno;

use super::{CopyOptions, Owner};

/// Gives a new or merged file the attributes of its source. `existed`: it is a directory that was there before.
pub(super) fn copy_to_file(
    source: &File,
    metadata: &Metadata,
    target: impl AsFd,
    existed: bool,
    options: CopyOptions,
) -> io::Result<()> {
    let target = target.as_fd();
    // Owner first: changing it takes away setuid bits and capabilities.
    if let Some((user, group)) = owner(metadata, existed, options) {
        fchown(target, Some(user), Some(group))?;
    }
    fchmod(target, Mode::from(metadata.mode() & 0o7777))?;
    copy_extended(source, target)?;
    futimens(target, &times(metadata))?;
    Ok(())
}

/// Gives a link or special file, named in an open directory, the attributes of its source.
pub(super) fn copy_to_name(
    metadata: &Metadata,
    directory: impl AsFd,
    name: &CStr,
    options: CopyOptions,
) -> io::Result<()> {
    let directory = directory.as_fd();
    if let Some((user, group)) = owner(metadata, false, options) {
        chownat(
            directory,
            name,
            Some(user),
            Some(group),
            AtFlags::SYMLINK_NOFOLLOW,
        )?;
    }
    if !metadata.is_symlink() {
        rustix::fs::chmodat(
            directory,
            name,
            Mode::from(metadata.mode() & 0o7777),
            AtFlags::empty(),
        )?;
    }
    utimensat(directory, name, &times(metadata), AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(())
}

fn owner(metadata: &Metadata, existed: bool, options: CopyOptions) -> Option<(Uid, Gid)> {
    match options.owner {
        Owner::Source => Some((Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()))),
        // Said explicitly, because a directory with the setgid bit passes on its group.
        Owner::Caller if !existed => Some((rustix::process::geteuid(), rustix::process::getegid())),
        Owner::Caller => None,
    }
}

/// The modification time for both: the access time would be that of this very copy, and different every time.
fn times(metadata: &Metadata) -> Timestamps {
    let modification = Timespec {
        tv_sec: metadata.mtime(),
        tv_nsec: metadata.mtime_nsec(),
    };
    Timestamps {
        last_access: modification,
        last_modification: modification,
    }
}

/// Copies extended attributes, ACLs among them.
fn copy_extended(source: &File, target: impl AsFd) -> io::Result<()> {
    for name in names(source)? {
        if !is_wanted(&name) {
            continue;
        }
        let Some(value) = value(source, &name)? else {
            continue;
        };
        match fsetxattr(target.as_fd(), &*name, &value, XattrFlags::empty()) {
            Ok(()) => {}
            Err(Errno::OPNOTSUPP) => tracing::warn!(
                attribute = %name.to_string_lossy(),
                "extended attribute dropped, the file system of the tree has no support for it"
            ),
            // Meant for programs with rights over the whole host, which an ordinary user does not have.
            Err(Errno::PERM) if name.to_bytes().starts_with(b"trusted.") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Labels of the host's security policy and marks of its overlay mounts mean nothing in an image.
fn is_wanted(name: &CStr) -> bool {
    let name = name.to_bytes();
    name.starts_with(b"user.")
        || name == b"security.capability"
        || name.starts_with(b"system.posix_acl_")
        || (name.starts_with(b"trusted.") && !name.starts_with(b"trusted.overlay."))
}

fn names(source: &File) -> io::Result<Vec<CString>> {
    let mut buffer = vec![0; 4096];
    loop {
        match flistxattr(source, &mut buffer) {
            Ok(length) => {
                let mut names: Vec<CString> = buffer[..length]
                    .split(|byte| *byte == 0)
                    .filter(|name| !name.is_empty())
                    .filter_map(|name| CString::new(name).ok())
                    .collect();
                names.sort();
                return Ok(names);
            }
            Err(Errno::RANGE) => buffer.resize(buffer.len() * 4, 0),
            Err(Errno::OPNOTSUPP) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Reads one attribute; `None` if it has gone meanwhile.
fn value(source: &File, name: &CStr) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; 4096];
    loop {
        match fgetxattr(source, name, &mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(Some(buffer));
            }
            Err(Errno::RANGE) => buffer.resize(buffer.len() * 4, 0),
            Err(Errno::NODATA) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}
