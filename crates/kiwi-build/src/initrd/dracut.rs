//! dracut, run inside the tree.

use std::io::Write as _;
use std::num::NonZeroU32;

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::plan::boot::InitrdPlan;

use super::{compression, devices, early, modules};
use crate::context::BuildContext;
use crate::error::{BuildError, For};
use crate::kernel::Kernel;

/// Where dracut leaves the archive, in the tree.
const OUTPUT: &str = "/.kiwi-initrd";

/// Builds the initrd of `kernel` in `tree` and returns its path there, without leading slash.
///
/// dracut is told to leave the archive uncompressed: what it calls compresses on one processor at
/// the highest level, which is most of its time.
pub fn build(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    kernel: &Kernel,
    plan: &InitrdPlan,
) -> Result<String, BuildError> {
    if !tree.exists("usr/bin/dracut") && !tree.exists("usr/sbin/dracut") {
        return Err(BuildError::TreeLacks {
            what: "the root tree has no dracut, which the initrd is made with".into(),
            mend: "add the package `dracut` to `<packages type=\"image\">`, or choose `initrd_system=\"none\"`"
                .into(),
        });
    }
    let plan = &modules::place(tree, plan)?;
    let available = available_modules(context, tree)?;
    let wanted = |names: &[String]| -> Vec<String> {
        let (there, absent): (Vec<_>, Vec<_>) = names
            .iter()
            .cloned()
            .partition(|name| available.contains(name));
        for name in absent {
            tracing::warn!(
                "dracut in the root tree has no module `{name}`, so the initrd goes without"
            );
        }
        there
    };
    let mut command = Cmd::new("dracut")
        .in_tree(&context.sandbox_of(tree.path()))
        .args(["--verbose", "--reproducible", "--force", "--no-hostonly"])
        .args(["--no-hostonly-cmdline", "--compress", "cat"]);
    for file in &plan.install_files {
        if tree.exists(file.trim_start_matches('/')) {
            command = command.args(["--install", file]);
        } else {
            tracing::warn!("the root tree has no `{file}`, so the initrd goes without");
        }
    }
    for (option, names) in [
        ("--add", wanted(&plan.add_modules)),
        ("--omit", plan.omit_modules.clone()),
        ("--add-drivers", drivers_of(tree, kernel, plan)),
        ("--omit-drivers", plan.omit_drivers.clone()),
    ] {
        if !names.is_empty() {
            command = command.arg(option).arg(format!(" {} ", names.join(" ")));
        }
    }
    if let Some(epoch) = context.plan.reproducibility.source_date_epoch {
        command = command.env("SOURCE_DATE_EPOCH", epoch.to_string());
    }
    let command = command.arg(OUTPUT).arg(&kernel.version);
    context
        .runner
        .run_lines(&command, &mut |_, _| {})
        .purpose("building the initrd")?;
    let image = tree.read(OUTPUT)?;
    tree.remove_file(OUTPUT)?;
    let path = super::path(tree, kernel);
    tree.create_file(&path, 0o600, compress(context, tree, kernel, &image)?)?;
    Ok(path)
}

/// Modules that this dracut knows.
fn available_modules(
    context: &BuildContext<'_>,
    tree: &TreeDir,
) -> Result<Vec<String>, BuildError> {
    let command = Cmd::new("dracut")
        .in_tree(&context.sandbox_of(tree.path()))
        .args(["--list-modules", "--no-kernel"]);
    let output = context
        .runner
        .run(&command)
        .purpose("asking dracut for its modules")?;
    Ok(output
        .stdout_text()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect())
}

/// Drivers to add that exist as modules of the kernel.
fn drivers_of(tree: &TreeDir, kernel: &Kernel, plan: &InitrdPlan) -> Vec<String> {
    let needed = modules::drivers(plan);
    if plan.add_drivers.is_empty() && needed.is_empty() {
        return Vec::new();
    }
    let list = ["lib/modules", "usr/lib/modules"]
        .iter()
        .find_map(|directory| {
            tree.read_to_string(format!("{directory}/{}/modules.dep", kernel.version))
                .ok()
        })
        .unwrap_or_default();
    let known: Vec<String> = list
        .lines()
        .filter_map(|line| {
            line.split(':')
                .next()?
                .rsplit('/')
                .next()?
                .split(".ko")
                .next()
        })
        .map(|name| name.replace('-', "_"))
        .collect();
    let there = |name: &str| known.contains(&name.replace('-', "_"));
    let (mut drivers, absent): (Vec<_>, Vec<_>) = plan
        .add_drivers
        .iter()
        .cloned()
        .partition(|name| there(name));
    for name in absent {
        tracing::warn!("the kernel has no driver `{name}` as a module, so the initrd goes without");
    }
    for &name in needed {
        if there(name) && !drivers.iter().any(|other| other == name) {
            drivers.push(name.to_owned());
        }
    }
    drivers
}

fn compress(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    kernel: &Kernel,
    image: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let (plain, rest) = image.split_at(early::length(image));
    let archive = devices::complete(rest).ok_or_else(|| {
        BuildError::Unexpected("what dracut made is no uncompressed cpio archive".into())
    })?;
    let threads = NonZeroU32::new(context.processors as u32).unwrap_or(NonZeroU32::MIN);
    let mut writer =
        compression::readable_by(tree, &kernel.version).writer(plain.to_vec(), threads)?;
    writer
        .write_all(&archive)
        .map_err(|error| BuildError::io("compress", "the initrd", error))?;
    Ok(writer.finish()?)
}
