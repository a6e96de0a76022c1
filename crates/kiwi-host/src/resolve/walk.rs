//! Path resolution step by step, for kernels without `openat2`.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::{Errno, Result};

/// As many symbolic links as the kernel follows.
const MOST_LINKS: u32 = 40;

/// Opens `path` as if `root` were the root directory.
///
/// Every step opens one name in an open directory without following links, so that a tree that changes meanwhile can lead to an error but not outside.
pub(super) fn walk(
    root: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    let keep_last =
        flags.contains(OFlags::NOFOLLOW) || flags.contains(OFlags::CREATE | OFlags::EXCL);
    let mut queue: VecDeque<Step> = steps(path).collect();
    let mut passed: Vec<OwnedFd> = Vec::new();
    let mut links = 0;
    while let Some(step) = queue.pop_front() {
        let name = match step {
            Step::Root => {
                passed.clear();
                continue;
            }
            Step::Up => {
                passed.pop();
                continue;
            }
            Step::Down(name) => name,
        };
        let here = passed.last().map_or(root, AsFd::as_fd);
        let last = queue.is_empty();
        let kind = match statat(here, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) if last && flags.contains(OFlags::CREATE) => FileType::RegularFile,
            Err(error) => return Err(error),
        };
        if kind == FileType::Symlink && !(last && keep_last) {
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            let target = OsString::from_vec(readlinkat(here, &name, Vec::new())?.into_bytes());
            for step in steps(Path::new(&target))
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
            {
                queue.push_front(step);
            }
        } else if last {
            return openat(here, &name, flags | OFlags::NOFOLLOW, mode);
        } else {
            let directory = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            passed.push(openat(here, &name, directory, Mode::empty())?);
        }
    }
    let here = passed.last().map_or(root, AsFd::as_fd);
    openat(here, ".", flags - OFlags::CREATE, Mode::empty())
}

enum Step {
    Root,
    Up,
    Down(OsString),
}

fn steps(path: &Path) -> impl Iterator<Item = Step> + '_ {
    path.components().filter_map(|component| match component {
        Component::RootDir => Some(Step::Root),
        Component::ParentDir => Some(Step::Up),
        Component::Normal(name) => Some(Step::Down(OsStr::to_owned(name))),
        Component::CurDir | Component::Prefix(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::resolve::open_in_root;

    fn read(result: Result<OwnedFd>) -> std::result::Result<String, Errno> {
        let mut text = String::new();
        fs::File::from(result?).read_to_string(&mut text).unwrap();
        Ok(text)
    }

    #[test]
    fn agrees_with_the_kernel() {
        let outside = tempfile::tempdir().unwrap();
        let tree = outside.path().join("tree");
        fs::create_dir_all(tree.join("etc/deep")).unwrap();
        fs::create_dir_all(tree.join("run")).unwrap();
        fs::write(outside.path().join("secret"), "outside").unwrap();
        fs::write(tree.join("run/real"), "real").unwrap();
        fs::write(tree.join("secret"), "inside").unwrap();
        for (link, target) in [
            ("etc/absolute", "/run/real"),
            ("etc/relative", "../run/real"),
            ("etc/out", "../../../../secret"),
            ("etc/host", "/../secret"),
            ("etc/dir", "/run"),
            ("etc/loop", "loop"),
            ("etc/dangling", "/run/new"),
        ] {
            symlink(target, tree.join(link)).unwrap();
        }
        let root = openat(
            rustix::fs::CWD,
            &tree,
            OFlags::PATH | OFlags::DIRECTORY,
            Mode::empty(),
        )
        .unwrap();
        let cases = [
            ("run/real", Ok("real")),
            ("/run/real", Ok("real")),
            ("etc/absolute", Ok("real")),
            ("etc/relative", Ok("real")),
            ("etc/deep/../relative", Ok("real")),
            ("etc/out", Ok("inside")),
            ("etc/host", Ok("inside")),
            ("../secret", Ok("inside")),
            ("etc/dir/real", Ok("real")),
            ("etc/dir/../secret", Ok("inside")),
            ("etc/loop", Err(Errno::LOOP)),
            ("etc/dangling", Err(Errno::NOENT)),
            ("run/real/x", Err(Errno::NOTDIR)),
        ];
        for (path, expected) in cases {
            let path = Path::new(path);
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            let ours = read(walk(root.as_fd(), path, flags, Mode::empty()));
            let theirs = read(open_in_root(&root, path, flags, Mode::empty()));
            assert_eq!(
                ours.as_deref(),
                expected.as_ref().copied(),
                "{}",
                path.display()
            );
            assert_eq!(ours, theirs, "{}", path.display());
        }
        let create = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        walk(
            root.as_fd(),
            Path::new("etc/dangling"),
            create,
            Mode::from(0o600),
        )
        .unwrap();
        assert!(tree.join("run/new").exists());
        let exclusive = walk(
            root.as_fd(),
            Path::new("etc/loop"),
            create | OFlags::EXCL,
            Mode::empty(),
        );
        assert_eq!(exclusive.unwrap_err(), Errno::EXIST);
    }
}
