//! Files of a disk image that say what disk it is on.

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::disk::{fstab, naming};
use kiwi_plan::plan::ProfileValue;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};

use crate::context::BuildContext;
use crate::error::{BuildError, For};
use crate::root::{machine_id, profile};

/// Files that the build put into the tree and the image must not have.
const BUILD_FILES: [&str; 3] = [".kconfig", ".profile", "config.bootoptions"];

/// Writes mount table, partition numbers, medium id, kernel command line and the scripts' variables.
pub fn write(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
) -> Result<(), BuildError> {
    tree.create_file("config.partids", 0o644, naming::partition_ids_file(plan))?;
    tree.create_file(
        "config.bootoptions",
        0o644,
        format!("{}\n", plan.boot.command_line),
    )?;
    tree.create_dir_all("boot", 0o755)?;
    tree.create_file("boot/mbrid", 0o644, naming::medium_id_file(plan))?;
    write_fstab(context, tree, plan)?;
    if plan.initrd.is_some() {
        machine_id::empty(tree)?;
    }
    let mut variables = context.plan.environment.clone();
    if let Some(root) = plan.partition(PartitionRole::Root) {
        variables.insert(
            "kiwi_rootpartuuid".into(),
            ProfileValue::Text(naming::partition_uuid(plan.table, plan.mbr_id, root)),
        );
    }
    tree.create_file(".profile", 0o644, profile::text(&variables))?;
    Ok(())
}

/// Writes `/etc/fstab` and applies the three helper files a description may have put beside it.
fn write_fstab(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
) -> Result<(), BuildError> {
    tree.create_dir_all("etc", 0o755)?;
    let mut text = fstab::text(&plan.fstab);
    if tree.exists("etc/fstab.append") {
        text.push_str(&tree.read_to_string("etc/fstab.append")?);
        tree.remove_file("etc/fstab.append")?;
    }
    tree.create_file("etc/fstab", 0o644, text)?;
    if tree.exists("etc/fstab.patch") {
        let patch = tree.read("etc/fstab.patch")?;
        let command = Cmd::new("patch")
            .arg(tree.locate("etc/fstab")?)
            .stdin_bytes(patch);
        context
            .runner
            .run(&command)
            .purpose("applying `/etc/fstab.patch`")?;
        tree.remove_file("etc/fstab.patch")?;
    }
    if tree.exists("etc/fstab.script") {
        let command = Cmd::new("bash")
            .in_tree(&context.sandbox_of(tree.path()))
            .arg("/etc/fstab.script");
        context
            .runner
            .run(&command)
            .purpose("running `/etc/fstab.script`")?;
        tree.remove_file("etc/fstab.script")?;
    }
    Ok(())
}

/// Removes what only the build needed.
pub fn remove_build_files(tree: &TreeDir) -> Result<(), BuildError> {
    for name in BUILD_FILES {
        tree.remove_file(name)?;
    }
    Ok(())
}
