//! Our own dracut modules, for trees whose packages bring none that fits.
//!
//! The plan asks for `kiwi-overlay`, as the module is called that the packages
//! bring. The tree may have it, have none, or have one that cannot start this image; see [`Theirs`].

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::InitrdPlan;

use crate::error::BuildError;

/// The module as the plan and the packages call it.
const OVERLAY: &str = "kiwi-overlay";
/// Ours, where the other name is taken.
const OURS: &str = "kiwi-rs-overlay";
/// Where dracut looks for its modules.
const DIRECTORY: &str = "usr/lib/dracut/modules.d";
/// Names the module for every initrd that is built later, in the running image too.
const CONFIGURATION: &str = "etc/dracut.conf.d/02-kiwi.conf";
/// File systems of the read-only layer and what joins the layers.
const DRIVERS: [&str; 3] = ["overlay", "squashfs", "erofs"];

/// Files of our module.
const FILES: [(&str, &str); 4] = [
    (
        "module-setup.sh",
        include_str!("../../../../dracut/90kiwi-rs-overlay/module-setup.sh"),
    ),
    (
        "overlay-lib.sh",
        include_str!("../../../../dracut/90kiwi-rs-overlay/overlay-lib.sh"),
    ),
    (
        "parse-overlay.sh",
        include_str!("../../../../dracut/90kiwi-rs-overlay/parse-overlay.sh"),
    ),
    (
        "mount-overlay.sh",
        include_str!("../../../../dracut/90kiwi-rs-overlay/mount-overlay.sh"),
    ),
];

/// What the tree has under the name the packages use.
enum Theirs {
    Absent,
    Suits,
    /// Why it cannot start the image.
    Unsuited(&'static str),
}

/// Puts a module for the overlay into the tree if the plan asks for one and none fits, and says what to ask dracut for.
///
/// The configuration for later builds is written in any case.
pub(super) fn place(tree: &TreeDir, plan: &InitrdPlan) -> Result<InitrdPlan, BuildError> {
    let mut plan = plan.clone();
    if !plan.add_modules.iter().any(|name| name == OVERLAY) {
        return Ok(plan);
    }
    let name = match theirs(tree) {
        Theirs::Suits => OVERLAY,
        Theirs::Absent => {
            tracing::info!("no package brings the dracut module `{OVERLAY}`: ours takes its place");
            write(tree, OVERLAY)?;
            OVERLAY
        }
        Theirs::Unsuited(why) => {
            tracing::info!(
                "the dracut module `{OVERLAY}` of the root tree {why}: ours, `{OURS}`, takes its place"
            );
            write(tree, OURS)?;
            OURS
        }
    };
    let mut configuration = format!("add_dracutmodules+=\" {name} \"\n");
    if name == OURS {
        for module in &mut plan.add_modules {
            if module == OVERLAY {
                OURS.clone_into(module);
            }
        }
        plan.omit_modules.push(OVERLAY.to_owned());
        configuration.push_str(&format!("omit_dracutmodules+=\" {OVERLAY} \"\n"));
    }
    tree.create_dir_all("etc/dracut.conf.d", 0o755)?;
    tree.create_file(CONFIGURATION, 0o644, configuration)?;
    Ok(plan)
}

/// Drivers the module for the overlay cannot do without; a kernel may have them built in.
pub(super) fn drivers(plan: &InitrdPlan) -> &'static [&'static str] {
    let asked = |name: &String| name == OVERLAY || name == OURS;
    if plan.add_modules.iter().any(asked) {
        &DRIVERS
    } else {
        &[]
    }
}

/// Looks at the module of the tree's packages.
///
/// `root=` names the read-only device only since the release that also brought
/// the parameter `rd.root.overlay.temporary`: a module that never mentions it takes the device for the writable one.
/// And hooks are sourced by the initrd's `sh`, which is the tree's, so hooks written in bash need that to be bash.
fn theirs(tree: &TreeDir) -> Theirs {
    let Some(directory) = directory_of(tree, OVERLAY) else {
        return Theirs::Absent;
    };
    let files: Vec<(bool, String)> = tree
        .read_dir(&directory)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| {
            let text = tree
                .read_to_string(format!("{directory}/{}", name.to_str()?))
                .ok()?;
            Some((name == "module-setup.sh", text))
        })
        .collect();
    if files.iter().any(|(setup, text)| *setup && is_ours(text)) {
        // Of an earlier build of this tree.
        return Theirs::Absent;
    }
    if !files
        .iter()
        .any(|(_, text)| text.contains("rd.root.overlay.temporary"))
    {
        return Theirs::Unsuited(
            "is of a release that takes the read-only device for the writable",
        );
    }
    // dracut itself runs the setup, always in bash.
    let in_bash = files.iter().any(|(setup, text)| {
        !setup
            && text
                .lines()
                .next()
                .is_some_and(|line| line.starts_with("#!") && line.ends_with("bash"))
    });
    let shell_is_bash = tree
        .locate("bin/sh")
        .is_ok_and(|path| path.file_name().is_some_and(|name| name == "bash"));
    if in_bash && !shell_is_bash {
        return Theirs::Unsuited("is written in bash, which is not the initrd's `sh`");
    }
    Theirs::Suits
}

fn is_ours(setup: &str) -> bool {
    FILES.iter().any(|(name, text)| {
        *name == "module-setup.sh" && setup.lines().nth(1) == text.lines().nth(1)
    })
}

/// The directory of a module: two digits that order them, and its name.
fn directory_of(tree: &TreeDir, module: &str) -> Option<String> {
    let mut found: Vec<String> = tree
        .read_dir(DIRECTORY)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| name.trim_start_matches(|c: char| c.is_ascii_digit()) == module)
        .map(|name| format!("{DIRECTORY}/{name}"))
        .collect();
    found.sort();
    found.into_iter().next()
}

fn write(tree: &TreeDir, module: &str) -> Result<(), BuildError> {
    let directory = directory_of(tree, module).unwrap_or_else(|| format!("{DIRECTORY}/90{module}"));
    tree.create_dir_all(&directory, 0o755)?;
    for (name, text) in FILES {
        tree.create_file(format!("{directory}/{name}"), 0o755, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    const THEIRS: &str = "usr/lib/dracut/modules.d/55kiwi-overlay";

    fn plan(modules: &[&str]) -> InitrdPlan {
        InitrdPlan {
            add_modules: modules.iter().map(|&name| name.to_owned()).collect(),
            omit_modules: Vec::new(),
            add_drivers: Vec::new(),
            omit_drivers: Vec::new(),
            install_files: Vec::new(),
            resize_root: false,
        }
    }

    /// A tree whose package brings a module with this hook, and whose `sh` is this shell.
    fn bench(hook: &str, shell: &str) -> Bench {
        let bench = Bench::new();
        bench.program(&format!("usr/bin/{shell}"));
        std::os::unix::fs::symlink("usr/bin", bench.root().join("bin")).unwrap();
        std::os::unix::fs::symlink(shell, bench.root().join("usr/bin/sh")).unwrap();
        bench.write(&format!("{THEIRS}/module-setup.sh"), "#!/bin/bash\n");
        bench.write(&format!("{THEIRS}/hook.sh"), hook);
        bench
    }

    #[test]
    fn only_when_asked_for() {
        let bench = Bench::new();
        let asked = plan(&["kiwi-repart"]);
        let placed = place(&bench.tree(), &asked).unwrap();
        assert_eq!(placed, asked);
        assert!(drivers(&placed).is_empty());
        assert!(bench.tree().read_dir("").unwrap().is_empty());
    }

    #[test]
    fn without_a_module_ours_has_its_name() {
        let bench = Bench::new();
        // The second time, ours is the one that is there.
        for _ in 0..2 {
            let placed = place(&bench.tree(), &plan(&["lvm", OVERLAY])).unwrap();
            assert_eq!(placed, plan(&["lvm", OVERLAY]));
            assert_eq!(drivers(&placed), ["overlay", "squashfs", "erofs"]);
            let modules = bench.tree().read_dir(DIRECTORY).unwrap();
            assert_eq!(modules, ["90kiwi-overlay"]);
            for (name, text) in FILES {
                assert_eq!(
                    bench.read(&format!("{DIRECTORY}/90kiwi-overlay/{name}")),
                    text
                );
            }
            assert_eq!(
                bench.read(CONFIGURATION),
                "add_dracutmodules+=\" kiwi-overlay \"\n"
            );
        }
    }

    #[test]
    fn theirs_stays_where_it_suits() {
        for (hook, shell) in [
            ("#!/bin/bash\ngetarg rd.root.overlay.temporary\n", "bash"),
            ("#!/bin/sh\ngetarg rd.root.overlay.temporary\n", "dash"),
        ] {
            let bench = bench(hook, shell);
            let placed = place(&bench.tree(), &plan(&[OVERLAY])).unwrap();
            assert_eq!(placed, plan(&[OVERLAY]));
            assert_eq!(drivers(&placed), DRIVERS);
            assert_eq!(bench.tree().read_dir(DIRECTORY).unwrap().len(), 1);
            assert_eq!(
                bench.read(CONFIGURATION),
                "add_dracutmodules+=\" kiwi-overlay \"\n"
            );
        }
    }

    #[test]
    fn theirs_is_left_out_where_it_does_not() {
        for (hook, shell) in [
            ("#!/bin/bash\ngetarg rd.root.overlay.write\n", "bash"),
            ("#!/bin/bash\ngetarg rd.root.overlay.temporary\n", "dash"),
        ] {
            let bench = bench(hook, shell);
            let placed = place(&bench.tree(), &plan(&[OVERLAY, "lvm"])).unwrap();
            assert_eq!(placed.add_modules, [OURS, "lvm"]);
            assert_eq!(placed.omit_modules, [OVERLAY]);
            assert_eq!(drivers(&placed), DRIVERS);
            assert!(
                bench
                    .tree()
                    .exists(format!("{DIRECTORY}/90{OURS}/mount-overlay.sh"))
            );
            assert_eq!(bench.read(&format!("{THEIRS}/hook.sh")), hook);
            assert_eq!(
                bench.read(CONFIGURATION),
                "add_dracutmodules+=\" kiwi-rs-overlay \"\nomit_dracutmodules+=\" kiwi-overlay \"\n"
            );
        }
    }
}
