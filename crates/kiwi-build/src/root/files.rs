//! Single files of the description with a place, an owner and a mode of their own (spec 03 §8.3).

use std::path::{Path, PathBuf};

use kiwi_host::command::Cmd;
use kiwi_plan::plan::root::ImportedFile;

use super::place;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Puts the plan's files where they belong.
pub(crate) fn place_all(context: &BuildContext<'_>) -> Result<(), BuildError> {
    for file in &context.plan.root.files {
        place_one(context, file)?;
    }
    Ok(())
}

fn place_one(context: &BuildContext<'_>, file: &ImportedFile) -> Result<(), BuildError> {
    let tree = context.tree()?;
    let source = Path::new(&file.path);
    let mut target = PathBuf::from("/").join(&file.target);
    let is_directory = file.target.is_empty()
        || file.target.ends_with('/')
        || tree
            .metadata(&target)
            .is_ok_and(|metadata| metadata.is_dir());
    if is_directory && let Some(name) = source.file_name() {
        target.push(name);
    }
    if let Some(parent) = target.parent() {
        tree.create_dir_all(parent, 0o755)?;
    }
    place::file(&tree, source, &target, None)?;
    // The tree's own programs know its users and groups, and every way to write a mode. Owner first: it clears bits.
    for (program, value) in [("chown", &file.owner), ("chmod", &file.permissions)] {
        if let Some(value) = value {
            let command = Cmd::new(program)
                .arg("--")
                .arg(value)
                .arg(&target)
                .in_tree(&context.sandbox());
            context.runner.run(&command).purpose(format!(
                "owner and mode of the file `{}` ({})",
                target.display(),
                file.origin
            ))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use kiwi_plan::plan::Origin;

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn where_files_go() {
        for (target, expected) in [
            ("etc/new/name", "etc/new/name"),
            ("etc/new/", "etc/new/motd"),
            ("", "motd"),
            ("opt", "opt/motd"),
            ("link", "link"),
        ] {
            let mut bench = Bench::new();
            std::fs::create_dir(bench.root().join("opt")).unwrap();
            symlink("/nowhere", bench.root().join("link")).unwrap();
            bench.plan.root.files = vec![ImportedFile {
                path: bench.describe("sub/motd", "text"),
                target: target.into(),
                owner: Some("tux:users".into()),
                permissions: Some("u+s".into()),
                origin: Origin::Default(String::new()),
            }];
            place_all(&bench.context()).unwrap();
            assert_eq!(bench.read(expected), "text");
            assert!(!bench.root().join(expected).is_symlink());
            assert_eq!(
                bench.lines(),
                [
                    format!("chroot TREE chown -- tux:users /{expected}"),
                    format!("chroot TREE chmod -- u+s /{expected}")
                ]
            );
        }
    }
}
