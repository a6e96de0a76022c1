//! What package installation leaves behind and no installed system needs: logs of the build, backups, lock files.
//!
//! # What two builds of one description still differ in
//!
//! With `SOURCE_DATE_EPOCH` set, everything this program writes is the same every time, and the files below are
//! removed or emptied. What packages' own scripts make stays as it is, because only their authors know what it is for:
//!
//! - keys made for one machine: `/etc/ssh/ssh_host_*` (openssh-server), `/etc/ssl/private/ssl-cert-snakeoil.key` and
//!   its certificate (ssl-cert). Better not to ship them: remove them in `config.sh` and make them at first boot.
//! - caches with times of files in them: `/var/cache/man` (man-db), `/var/cache/fontconfig` (fontconfig).
//! - `/var/lib/apt/lists` and `/var/cache/apt`, when `config.sh` calls apt itself.
//! - whatever the description's scripts write.

use kiwi_host::resolve::TreeDir;

use crate::context::BuildContext;
use crate::error::BuildError;

/// Files that are removed: directory, and how names in it begin and end.
const FILES: [(&str, &str, &str); 9] = [
    // They say when what was installed: the build's own log does, too.
    ("var/log", "dpkg.log", ""),
    ("var/log", "alternatives.log", ""),
    ("var/log", "bootstrap.log", ""),
    ("var/log/apt", "history.log", ""),
    ("var/log/apt", "term.log", ""),
    ("var/log/apt", "eipp.log", ""),
    // Backups of the state before the last package.
    ("var/lib/dpkg", "", "-old"),
    ("var/cache/debconf", "", "-old"),
    // Holds inode numbers and times of libraries; ldconfig makes it anew.
    ("var/cache/ldconfig", "aux-cache", ""),
];

/// Removes the leftovers.
pub(crate) fn remove(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let tree = context.tree()?;
    for (directory, start, end) in FILES {
        remove_matching(&tree, directory, start, end)?;
    }
    Ok(())
}

fn remove_matching(
    tree: &TreeDir,
    directory: &str,
    start: &str,
    end: &str,
) -> Result<(), BuildError> {
    let names = match tree.read_dir(directory) {
        Ok(names) => names,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for name in names.iter().filter_map(|name| name.to_str()) {
        let path = format!("{directory}/{name}");
        if name.starts_with(start)
            && name.ends_with(end)
            && tree
                .symlink_metadata(&path)
                .is_ok_and(|metadata| !metadata.is_dir())
        {
            tree.remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn only_what_is_listed() {
        let bench = Bench::new();
        let gone = [
            "var/log/dpkg.log",
            "var/log/apt/history.log",
            "var/lib/dpkg/status-old",
            "var/cache/debconf/config.dat-old",
            "var/cache/ldconfig/aux-cache",
        ];
        let kept = [
            "var/log/syslog",
            "var/lib/dpkg/status",
            "var/lib/dpkg/info/x-old",
            "var/cache/debconf/config.dat",
        ];
        for name in gone.iter().chain(&kept) {
            bench.write(name, "");
        }
        remove(&bench.context()).unwrap();
        for name in gone {
            assert!(!bench.root().join(name).exists(), "{name}");
        }
        for name in kept {
            assert!(bench.root().join(name).exists(), "{name}");
        }
    }
}
