//! GRUB's menu, made by the image's own `grub-mkconfig`.

use kiwi_host::{Access, Cmd, Sandbox, TreeDir};
use kiwi_plan::plan::boot::Xen;
use kiwi_plan::plan::disk::DiskPlan;

use super::places::Places;
use super::probe;
use super::{entries, environment_block};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// Writes `grub.cfg`.
pub(super) fn write(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<(), BuildError> {
    let path = format!("{}/grub.cfg", places.boot_directory());
    let command = Cmd::new(places.program(tree, "mkconfig")?)
        .in_tree(&sandbox(context, tree, disk, places)?)
        .env("GRUB_DISABLE_OS_PROBER", "true")
        .args(["-o", &format!("/{path}")]);
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose("making the boot menu")?;
    let menu = tree.read_to_string(&path)?;
    let mended = with_root(&menu, &disk.boot.root_argument);
    if mended != menu {
        tree.create_file(&path, 0o644, &mended)?;
    }
    let has_entries = entries::repair(tree, disk)? && mended.contains("blscfg");
    if !has_entries && !mended.lines().any(starts_kernel) {
        return Err(BuildError::TreeLacks {
            what: "the boot menu has no entry for a kernel".into(),
            mend: "check that the kernel package puts its kernel into `/boot`".into(),
        });
    }
    let starts_hypervisor = ["multiboot", "xen_hypervisor"]
        .iter()
        .any(|command| mended.contains(command));
    if disk.boot.xen == Some(Xen::Host) && !starts_hypervisor {
        return Err(BuildError::TreeLacks {
            what: "the boot menu has no entry for the Xen hypervisor".into(),
            mend: "add the package of the hypervisor (`/boot/xen*.gz`), or remove `xen_server`"
                .into(),
        });
    }
    environment_block::set_root_of_vendors(tree, &disk.boot.root_argument)
}

/// Whether a line of the menu loads a kernel: `linux` and its kin, or a module of the hypervisor.
fn starts_kernel(line: &str) -> bool {
    let command = line.split_whitespace().next().unwrap_or_default();
    command.starts_with("linux") || matches!(command, "module" | "module2")
}

/// Writes the environment block that the menu reads.
pub(super) fn write_environment(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<(), BuildError> {
    let path = format!("{}/grubenv", places.boot_directory());
    let editor = places.program(tree, "editenv")?;
    let mut calls = Vec::new();
    if !tree.exists(&path) {
        calls.push(vec!["create".to_owned()]);
    }
    if !disk.boot.environment.is_empty() {
        let mut call = vec!["set".to_owned()];
        call.extend(
            disk.boot
                .environment
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        );
        calls.push(call);
    }
    tree.create_dir_all(places.boot_directory(), 0o755)?;
    for call in calls {
        let command = Cmd::new(&editor)
            .in_tree(&context.sandbox_of(tree.path()))
            .arg(format!("/{path}"))
            .args(call);
        context
            .runner
            .run(&command)
            .purpose("writing GRUB's environment")?;
    }
    Ok(())
}

/// The tree with the answering programs in the places of the asking ones.
fn sandbox(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<Sandbox, BuildError> {
    let mut sandbox = context.sandbox_of(tree.path());
    for (suffix, script) in [
        ("probe", probe::grub_probe(disk)),
        ("mkrelpath", probe::grub_mkrelpath(disk)),
    ] {
        let program = places.program(tree, suffix)?;
        let host = context.places.scratch.join(format!("grub-{suffix}"));
        fs_err::write(&host, script).at("write", &host)?;
        set_executable(&host)?;
        sandbox = sandbox.bind(host, program, Access::ReadOnly);
    }
    Ok(sandbox)
}

fn set_executable(path: &std::path::Path) -> Result<(), BuildError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).at("change", path)
}

/// Replaces every `root=` of a kernel's line by the plan's.
fn with_root(menu: &str, root: &str) -> String {
    let mut text = String::with_capacity(menu.len());
    for line in menu.split_inclusive('\n') {
        if starts_kernel(line) && line.contains(" root=") {
            let mended = line
                .split(' ')
                .map(|word| {
                    let bare = word.trim_end_matches('\n');
                    if bare.starts_with("root=") {
                        word.replacen(bare, root, 1)
                    } else {
                        word.to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join(" ");
            text.push_str(&mended);
        } else {
            text.push_str(line);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_get_the_right_root() {
        let menu = "set root='hd0'\n\tlinux\t/boot/vmlinuz root=/dev/sda1 ro quiet\n linux /k root=UUID=x\n\
                    \tmodule2\t/boot/vmlinuz placeholder root=/dev/sda1\n";
        assert_eq!(
            with_root(menu, "root=UUID=1"),
            "set root='hd0'\n\tlinux\t/boot/vmlinuz root=UUID=1 ro quiet\n linux /k root=UUID=1\n\
             \tmodule2\t/boot/vmlinuz placeholder root=UUID=1\n"
        );
    }
}
