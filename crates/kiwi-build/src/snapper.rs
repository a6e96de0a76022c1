//! Snapper's configuration for a root that is its first snapshot (spec 04, section 10).

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};

use crate::error::BuildError;

/// Files that list the configurations: SUSE's, Debian's.
const LISTS: [&str; 2] = ["etc/sysconfig/snapper", "etc/default/snapper"];
/// Where templates are, the administrator's first.
const TEMPLATES: [&str; 2] = [
    "etc/snapper/config-templates/default",
    "usr/share/snapper/config-templates/default",
];
/// The group that the file system is made with.
const GROUP: &str = "1/0";

/// Writes the configuration that names the quota group, when there is one.
pub(crate) fn configure(tree: &TreeDir, plan: &DiskPlan) -> Result<(), BuildError> {
    let wanted = plan
        .partitions
        .iter()
        .filter(|partition| partition.role == PartitionRole::Root)
        .filter_map(|partition| partition.filesystem.as_ref()?.btrfs.as_ref())
        .any(|btrfs| btrfs.snapper_quota);
    if !wanted {
        return Ok(());
    }
    let lacks = |what: &str| {
        BuildError::TreeLacks {
        what: format!("the root tree has no {what} of snapper, which quota groups need"),
        mend: "add the package `snapper` to `<packages type=\"image\">`, or remove `btrfs_quota_groups`".into(),
    }
    };
    let list = LISTS
        .into_iter()
        .find(|path| tree.exists(path))
        .ok_or_else(|| lacks("list of configurations"))?;
    let text = tree.read_to_string(list)?;
    let names = configurations(&text);
    let name = match names.as_slice() {
        [] => {
            tree.create_file(list, 0o644, with_value(&text, "SNAPPER_CONFIGS", "root"))?;
            "root"
        }
        [name] => name,
        _ => {
            return Err(BuildError::TreeLacks {
                what: format!("`/{list}` names more than one configuration of snapper"),
                mend: "leave one in `SNAPPER_CONFIGS`, it is that of the root file system".into(),
            });
        }
    };
    let path = format!("etc/snapper/configs/{name}");
    let source = [path.as_str()]
        .into_iter()
        .chain(TEMPLATES)
        .find(|path| tree.exists(path))
        .ok_or_else(|| lacks("template"))?;
    let text = with_value(&tree.read_to_string(source)?, "QGROUP", GROUP);
    tree.create_dir_all("etc/snapper/configs", 0o755)?;
    tree.create_file(path, 0o640, text)?;
    Ok(())
}

/// The names behind `SNAPPER_CONFIGS`.
fn configurations(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("SNAPPER_CONFIGS="))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// Sets a shell variable where it stands, or at the end.
fn with_value(text: &str, name: &str, value: &str) -> String {
    let line = format!("{name}=\"{value}\"");
    let start = format!("{name}=");
    let mut found = false;
    let mut lines: Vec<&str> = text
        .lines()
        .map(|old| {
            if old.trim_start().starts_with(&start) {
                found = true;
                line.as_str()
            } else {
                old
            }
        })
        .collect();
    if !found {
        lines.push(&line);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_values() {
        for (text, names) in [
            ("SNAPPER_CONFIGS=\"\"\n", ""),
            ("# x\nSNAPPER_CONFIGS=\"root home\"\n", "root home"),
            ("#SNAPPER_CONFIGS=\"x\"", ""),
        ] {
            assert_eq!(configurations(text).join(" "), names, "{text}");
        }
        assert_eq!(
            with_value("A=1\nQGROUP=\"\"\nB=2", "QGROUP", "1/0"),
            "A=1\nQGROUP=\"1/0\"\nB=2\n"
        );
        assert_eq!(with_value("", "X", "y"), "X=\"y\"\n");
    }
}
