//! Brings the description into the tree: `/image` and `/.kconfig` (spec 03 §8.2).
//!
//! `create` and the description's scripts find everything they need there, also in a later run.

use std::path::{Path, PathBuf};

use kiwi_plan::plan::Origin;
use kiwi_plan::plan::image::ImagePlan;
use kiwi_plan::plan::packages::Archive;
use kiwi_plan::plan::root::{Overlay, RootPlan};

use super::{functions, place};
use crate::context::BuildContext;
use crate::error::{BuildError, MissingFile};

/// Directory in the tree that holds the description.
pub(crate) const DIRECTORY: &str = "image";

/// Says which files of the description do not exist, all at once and before anything is fetched.
pub(crate) fn check_files(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let missing: Vec<MissingFile> = named_files(&context.plan.root)
        .filter(|file| !file.path.exists())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(BuildError::MissingFiles(missing))
    }
}

/// Every file and directory of the host that the tree gets something from.
fn named_files(plan: &RootPlan) -> impl Iterator<Item = MissingFile> {
    let file = |what, path: &str, origin: Option<&Origin>| MissingFile {
        what,
        path: PathBuf::from(path),
        origin: origin.cloned(),
    };
    let archives = archives(plan).map(move |one| file("archive", &one.path, Some(&one.origin)));
    let files = plan
        .files
        .iter()
        .map(move |one| file("file", &one.path, Some(&one.origin)));
    let scripts = plan
        .scripts
        .iter()
        .map(move |one| file("script", &one.path, None));
    let overlays = plan.overlays.iter().map(move |one| match one {
        Overlay::Directory { path } => file("overlay directory", path, None),
        Overlay::Archive { path } => file("overlay archive", path, None),
    });
    let media = plan
        .media_archive
        .iter()
        .map(move |path| file("media archive", path, None));
    archives
        .chain(files)
        .chain(scripts)
        .chain(overlays)
        .chain(media)
}

fn archives(plan: &RootPlan) -> impl Iterator<Item = &Archive> {
    let bootstrap = plan.packages.bootstrap.iter();
    bootstrap
        .flat_map(|phase| &phase.archives)
        .chain(&plan.packages.image.archives)
}

/// Fills `/image`, and writes `/.kconfig` when there is a script that may want it.
pub(crate) fn import(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let plan = &context.plan.root;
    let tree = context.tree()?;
    let directory = Path::new(DIRECTORY);
    tree.create_dir_all(directory, 0o755)?;
    // It may hold passwords.
    tree.create_file(directory.join("config.xml"), 0o600, context.description_xml)?;
    for script in &plan.scripts {
        let target = directory.join(script.hook.file_name());
        place::file(&tree, Path::new(&script.path), &target, None)?;
    }
    if !plan.scripts.is_empty() {
        tree.create_file(".kconfig", 0o644, functions::shell_functions())?;
    }
    let archives = archives(plan).map(|archive| &archive.path);
    let files = plan.files.iter().map(|file| &file.path);
    let paths = archives.chain(files).chain(&plan.media_archive);
    for path in paths.map(String::as_str).chain(vagrantfile(context)) {
        let source = Path::new(path);
        let name = source
            .file_name()
            .ok_or_else(|| BuildError::Unexpected(format!("`{path}` is not the name of a file")))?;
        place::file(&tree, source, &directory.join(name), None)?;
    }
    Ok(())
}

/// The file of the description that goes into a Vagrant box.
fn vagrantfile<'a>(context: &BuildContext<'a>) -> Option<&'a str> {
    match &context.plan.image {
        ImagePlan::Disk(disk) => disk.format.as_ref()?.vagrantfile(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use kiwi_plan::plan::root::{Hook, ImportedFile, Script};

    use super::*;
    use crate::root::testing::Bench;

    fn archive(path: String) -> Archive {
        Archive {
            path,
            name: "a.tar".into(),
            target_directory: String::new(),
            origin: Origin::File {
                path: "config.xml".into(),
                line: 7,
                column: 3,
            },
        }
    }

    #[test]
    fn everything_has_its_place() {
        let mut bench = Bench::new();
        let script = bench.describe("sub/my-boot.sh", "#!/bin/sh\n");
        let file = bench.describe("deep/motd", "hello\n");
        let archive_path = bench.describe("a.tar", "");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        bench.plan.root.scripts = vec![Script {
            hook: Hook::EditBootConfig,
            path: script,
        }];
        bench.plan.root.files = vec![ImportedFile {
            path: file,
            target: "etc/motd".into(),
            owner: None,
            permissions: None,
            origin: Origin::Default(String::new()),
        }];
        bench.plan.root.packages.image.archives = vec![archive(archive_path)];
        check_files(&bench.context()).unwrap();
        import(&bench.context()).unwrap();
        assert_eq!(bench.read("image/config.xml"), "<image/>\n");
        assert_eq!(bench.read("image/motd"), "hello\n");
        assert!(bench.root().join("image/a.tar").exists());
        assert_eq!(bench.read(".kconfig"), functions::shell_functions());
        let mode = |name: &str| {
            let metadata = bench.root().join(name).metadata().unwrap();
            metadata.permissions().mode() & 0o7777
        };
        assert_eq!(mode("image/edit_boot_config.sh"), 0o755);
        assert_eq!(mode("image/config.xml"), 0o600);
    }

    #[test]
    fn no_script_no_functions() {
        let bench = Bench::new();
        import(&bench.context()).unwrap();
        assert!(!bench.root().join(".kconfig").exists());
    }

    #[test]
    fn missing_files_are_named_at_once() {
        let mut bench = Bench::new();
        bench.plan.root.packages.image.archives = vec![archive("/nowhere/a.tar".into())];
        bench.plan.root.overlays = vec![Overlay::Directory {
            path: "/nowhere/root".into(),
        }];
        let error = check_files(&bench.context()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "archive `/nowhere/a.tar`, overlay directory `/nowhere/root` do not exist"
        );
        assert_eq!(error.origin().unwrap().to_string(), "config.xml:7:3");
    }
}
