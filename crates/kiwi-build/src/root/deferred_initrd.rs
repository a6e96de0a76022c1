//! The initrd that packages would have made, for images whose type makes none of its own.
//!
//! While packages are installed their scripts make no initrd, or it would be made again and again. Here it is made,
//! once for every kernel, with what the tree has: initramfs-tools or dracut.

use kiwi_host::command::Cmd;
use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::boot::InitrdPlan;

use super::{machine_id, profile, programs};
use crate::context::BuildContext;
use crate::error::{BuildError, For};
use crate::{initrd, kernel};

/// Nothing but what the tree's own configuration says.
const AS_CONFIGURED: InitrdPlan = InitrdPlan {
    add_modules: Vec::new(),
    omit_modules: Vec::new(),
    add_drivers: Vec::new(),
    omit_drivers: Vec::new(),
    install_files: Vec::new(),
    resize_root: false,
};

/// Makes the missing initrds. A tree without kernel or without a program for it needs none.
pub(crate) fn make(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let tree = context.tree()?;
    for kernel in kernel::all(&tree) {
        context.check_interrupt()?;
        if tree.exists(initrd::path(&tree, &kernel)) {
            continue;
        }
        if programs::has(&tree, "update-initramfs") && tree.exists("etc/initramfs-tools") {
            update_initramfs(context, &tree, &kernel.version)?;
        } else if programs::has(&tree, "dracut") {
            machine_id::empty(&tree)?;
            profile::write(context)?;
            initrd::build(context, &tree, &kernel, &AS_CONFIGURED)?;
        }
    }
    Ok(())
}

fn update_initramfs(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    version: &str,
) -> Result<(), BuildError> {
    let command = Cmd::new("update-initramfs")
        .args(["-c", "-k", version])
        .in_tree(&context.sandbox_of(tree.path()));
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose(format!("building the initrd of kernel `{version}`"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn once_for_every_kernel_without_one() {
        let bench = Bench::new();
        for version in ["6.1.0-1", "6.1.0-2", "6.1.0-3"] {
            bench.write(&format!("boot/vmlinuz-{version}"), "");
            bench.write(&format!("lib/modules/{version}/modules.dep"), "");
        }
        bench.write("boot/initrd.img-6.1.0-2", "");
        bench.write("etc/initramfs-tools/initramfs.conf", "");
        bench.write("etc/os-release", "ID=debian\n");
        bench.program("usr/sbin/update-initramfs");
        make(&bench.context()).unwrap();
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE update-initramfs -c -k 6.1.0-3",
                "chroot TREE update-initramfs -c -k 6.1.0-1"
            ]
        );
    }

    #[test]
    fn no_kernel_no_initrd() {
        let bench = Bench::new();
        bench.program("usr/sbin/update-initramfs");
        make(&bench.context()).unwrap();
        assert!(bench.lines().is_empty());
    }
}
