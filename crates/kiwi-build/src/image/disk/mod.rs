//! Disks (`oem`).
//!
//! Everything that goes onto the disk is finished in a view of the tree first: identity files, initrd,
//! boot loader, hooks. Then each file system is made from its directory straight into its place
//! in the image file; nothing is mounted and nothing is copied twice.
//!
//! | room | what it knows |
//! |---|---|
//! | `storage_files` | what the image says about its own layers and volumes |
//! | `keys` | passphrase and key file of an encrypted disk |
//! | `assemble` | the order in which the image file is written |
//! | `stack`, `volumes`, `sealed` | RAID, integrity and encryption; LVM; checksums |
//! | `boot_code` | what starts GRUB without EFI |

mod assemble;
mod boot_code;
mod keys;
mod sealed;
mod stack;
mod storage_files;
mod volumes;

use std::path::Path;

use kiwi_plan::disk::layout::DiskLayout;
use kiwi_plan::plan::boot::BootLoader;
use kiwi_plan::plan::disk::{DiskPlan, PartitionPlan, PartitionRole};
use kiwi_plan::plan::root::Hook;

use self::assemble::Assembly;
use self::boot_code::BootCode;
use self::keys::Keys;
use super::edit_boot_install;
use crate::bootloader::zipl;
use crate::context::BuildContext;
use crate::error::{Because as _, BuildError};
use crate::progress::phase;
use crate::result::Record;
use crate::root::scripts;
use crate::{format, initrd, kernel, snapper, system_files};

/// Makes the raw disk and, when one is asked for, the converted one.
pub fn create(context: &BuildContext<'_>, plan: &DiskPlan) -> Result<Vec<Record>, BuildError> {
    let tree = &context.tree()?;
    let keys = plan
        .luks()
        .map(|luks| Keys::new(context, luks))
        .transpose()?;
    system_files::write(context, tree, plan)?;
    storage_files::write(context, tree, plan, keys.as_ref())?;
    snapper::configure(tree, plan)?;
    let initrd = match &plan.initrd {
        None => None,
        Some(initrd) => {
            let kernel = kernel::newest(tree)?;
            Some(phase("initrd", || {
                initrd::build(context, tree, &kernel, initrd)
            })?)
        }
    };
    let code = phase("boot loader", || {
        BootCode::make(context, tree, plan, initrd)
    })?;
    run_hooks(context, plan)?;
    system_files::remove_build_files(tree)?;
    let assembly = Assembly {
        context,
        tree,
        keys: keys.as_ref(),
    };
    let (raw, layout) = phase("disk", || assembly.write(plan, &code))?;
    if let Err(error) = finish(context, plan, &layout, &raw) {
        // What is incomplete must not look like a result.
        fs_err::remove_file(&raw).at("remove", &raw)?;
        return Err(error);
    }
    let settings = &context.plan.settings;
    let mut records = vec![
        Record::new("disk_image", &raw)
            .use_for_bundle(plan.format.is_none())
            .compress(settings.compress_bundle.unwrap_or(true))
            .usage(format::qemu_command(context, plan, &raw, "raw")),
    ];
    if let Some(format) = &plan.format {
        records.extend(phase("format", || {
            format::convert(context, &raw, plan, format)
        })?);
    }
    Ok(records)
}

fn run_hooks(context: &BuildContext<'_>, plan: &DiskPlan) -> Result<(), BuildError> {
    let root = root_partition(plan)?;
    let number = plan.partition(PartitionRole::Boot).unwrap_or(root).number;
    let filesystem = plan
        .root_filesystem()
        .map_or("", |filesystem| filesystem.kind.fstab_name());
    let arguments = [filesystem, &number.to_string()].map(str::to_owned);
    scripts::run_on_host(context, Hook::EditBootConfig, arguments)?;
    scripts::run_in_tree(context, Hook::PreDiskSync)?;
    scripts::run_in_tree(context, Hook::Disk)?;
    Ok(())
}

/// What needs the disk whole: boot records that name blocks, and the last script.
fn finish(
    context: &BuildContext<'_>,
    plan: &DiskPlan,
    layout: &DiskLayout,
    raw: &Path,
) -> Result<(), BuildError> {
    if plan.boot.loader == BootLoader::Zipl {
        zipl::install(context, plan, layout, raw)?;
    }
    edit_boot_install::run(context, layout, raw)
}

fn root_partition(plan: &DiskPlan) -> Result<&PartitionPlan, BuildError> {
    plan.root()
        .ok_or_else(|| BuildError::Unexpected("the plan has no root partition".into()))
}
