//! `/etc/default/grub`: GRUB's settings, for our menu and for all that the installed system makes later.

use kiwi_host::TreeDir;
use kiwi_plan::boot::{GrubTree, grub_defaults};
use kiwi_plan::plan::disk::DiskPlan;

use super::places::Places;
use crate::context::BuildContext;
use crate::error::BuildError;

const FILE: &str = "etc/default/grub";

/// Brings the plan's settings into the file; what else stands there stays.
pub(super) fn write(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<(), BuildError> {
    if !tree.exists("etc/default") {
        return Ok(());
    }
    let before = match tree.read_to_string(FILE) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    let settings = grub_defaults(
        context.plan,
        &GrubTree {
            knows_bls: places.knows_bls(tree),
            default_is_set: before.lines().any(|line| line.starts_with("GRUB_DEFAULT=")),
            theme_file: places.theme_file(tree, disk, "theme.txt"),
            background_file: places.theme_file(tree, disk, "background.png"),
        },
    );
    tree.create_file(FILE, 0o644, merged(&before, &settings))?;
    Ok(())
}

/// Replaces the lines of known keys in place and appends the rest.
pub(super) fn merged(text: &str, settings: &[(&str, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (key, value) in settings {
        let line = format!("{key}={value}");
        let is_key = |existing: &String| {
            existing
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('='))
        };
        match lines.iter_mut().find(|existing| is_key(existing)) {
            Some(existing) => *existing = line,
            None => lines.push(line),
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_replaced_or_added() {
        let settings = [
            ("GRUB_TIMEOUT", "1".to_owned()),
            ("GRUB_THEME", "\"/x\"".to_owned()),
        ];
        assert_eq!(
            merged(
                "# why\nGRUB_TIMEOUT=5\nGRUB_TIMEOUT_STYLE=menu\n",
                &settings
            ),
            "# why\nGRUB_TIMEOUT=1\nGRUB_TIMEOUT_STYLE=menu\nGRUB_THEME=\"/x\"\n"
        );
        assert_eq!(merged("", &settings[..1]), "GRUB_TIMEOUT=1\n");
    }
}
