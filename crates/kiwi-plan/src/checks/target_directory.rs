//! Where the root tree goes: not into the package cache, which is bound into the tree, and not onto a file system that forgets
//! owners and modes.
//!
//! The reference has a list of five file systems and refuses all others. Here only those are refused that cannot hold a tree at
//! all; on a network or user space file system it depends on the server, which is a warning.
//!
//! Mend: another target directory.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::host_facts::normalized;
use crate::resolve::Facts;

/// File systems without Unix owners.
const WITHOUT_OWNERS: [&str; 7] = [
    "msdos", "exfat", "ntfs", "isofs", "squashfs", "proc", "sysfs",
];
/// File systems where it depends on the other side.
const REMOTE: [&str; 5] = ["nfs", "cifs", "smb2", "fuse", "9p"];

pub(super) fn cache(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(target) = target(facts) else { return };
    let cache = normalized(&facts.host.shared_cache_directory);
    if target.starts_with(&cache) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::TARGET_IN_CACHE,
                format!(
                    "`{}` lies inside the package cache `{}`",
                    target.display(),
                    cache.display()
                ),
            )
            .in_place("command line")
            .help("choose another target directory, or another cache with `--shared-cache-dir`"),
        );
    }
}

pub(super) fn filesystem(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let (Some(target), Some(name)) = (target(facts), facts.host.target_filesystem.as_deref())
    else {
        return;
    };
    let help = "choose a target directory on ext4, xfs, btrfs or another Unix file system";
    let problem = if WITHOUT_OWNERS.contains(&name) {
        Diagnostic::error(
            codes::checks::TARGET_FILESYSTEM,
            format!(
                "`{}` is on a file system (`{name}`) that cannot hold a root tree",
                target.display()
            ),
        )
    } else if REMOTE.contains(&name) {
        Diagnostic::warning(
            codes::checks::TARGET_FILESYSTEM,
            format!(
                "`{}` is on `{name}`, which may not keep owners, modes and extended attributes",
                target.display()
            ),
        )
    } else {
        return;
    };
    diagnostics.push(problem.in_place("command line").help(help));
}

fn target(facts: &Facts<'_>) -> Option<std::path::PathBuf> {
    let written: &Path = facts.selection.target_directory.as_deref()?;
    Some(normalized(&facts.host.working_directory.join(written)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, examine};

    #[test]
    fn where_a_tree_can_be() {
        let loaded = loaded(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager><type image="tbz"/></preferences>
            <repository><source path="host:/"/></repository><packages type="bootstrap"/><packages type="image"/>"#,
        );
        for (target, filesystem, expected) in [
            ("/srv/out", Some("ext4"), &[][..]),
            ("/srv/out", None, &[]),
            ("out", Some("btrfs"), &[]),
            ("/var/cache/kiwi/out", Some("ext4"), &["error[K0341]"]),
            ("/srv/../var/cache/kiwi", Some("ext4"), &["error[K0341]"]),
            ("/var/cache/kiwi2", Some("ext4"), &[]),
            ("/mnt", Some("msdos"), &["error[K0342]"]),
            ("/mnt", Some("nfs"), &["warning[K0342]"]),
        ] {
            let mut host = host();
            host.target_filesystem = filesystem.map(str::to_owned);
            let selection = Selection {
                target_directory: Some(PathBuf::from(target)),
                ..Selection::default()
            };
            let found: Vec<String> = examine(&Input {
                description: &loaded.image,
                sources: &loaded.source_map,
                selection: &selection,
                host: &host,
            })
            .iter()
            .map(|it| format!("{}[{}]", it.severity, it.code))
            .collect();
            assert_eq!(found, expected, "{target} {filesystem:?}");
        }
    }
}
