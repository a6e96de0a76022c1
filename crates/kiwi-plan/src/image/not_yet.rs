//! Everything the schema knows and this version does not build yet: one error for each use, at its place.
//!
//! Nothing of a description is left out in silence. A row of the tables goes away when the code for it arrives.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{
    BlockCount, BootloaderName, DiskFormat, Filesystem, ImageType, InitrdAction, InitrdSystem,
};
use kiwi_description::model::{Spanned, Type};
use kiwi_description::span::Span;

use crate::plan::root::PackageManager;

use crate::resolve::{Binding, Facts, VolumeManager, volume_manager};

/// Reports all uses of what comes later.
pub(crate) fn report(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut all = Report { diagnostics };
    package_manager(facts, &mut all);
    repositories(facts, &mut all);
    build_type(facts, &mut all);
    match *facts.kind().image {
        ImageType::Oem => {
            disk(facts.kind(), &mut all);
            boot(facts, &mut all);
            output(facts.kind(), &mut all);
        }
        ImageType::Docker | ImageType::Oci => containers(facts, &mut all),
        _ => {}
    }
    fetched_containers(facts, &mut all);
}

struct Report<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Report<'_> {
    fn add(&mut self, what: &str, span: Span) {
        self.diagnostics.push(
            Diagnostic::error(
                codes::selection::NOT_YET,
                format!("{what} not built by this version yet"),
            )
            .at(span),
        );
    }

    /// Adds a row when the setting is switched on.
    fn if_true(&mut self, what: &str, setting: Option<Spanned<bool>>) {
        if let Some(setting) = setting.filter(|setting| **setting) {
            self.add(what, setting.span);
        }
    }

    /// Adds a row when the number is not zero.
    fn if_some(&mut self, what: &str, setting: Option<Spanned<u64>>) {
        if let Some(setting) = setting.filter(|setting| **setting > 0) {
            self.add(what, setting.span);
        }
    }
}

fn package_manager(facts: &Facts<'_>, all: &mut Report<'_>) {
    if facts.package_manager == PackageManager::Apt {
        return;
    }
    let name = facts.package_manager.name();
    match facts.preferences.package_manager {
        Some(written) => all.add(
            &format!("images of package manager `{name}` are"),
            written.span,
        ),
        None => all.add(
            &format!("no `packagemanager` means `{name}`, and images of it are"),
            facts.description.span,
        ),
    }
}

fn repositories(facts: &Facts<'_>, all: &mut Report<'_>) {
    for repository in &facts.repositories {
        let scheme = repository.source.trim().split(':').next();
        if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("iso")) {
            let span = repository.span.unwrap_or(facts.description.span);
            all.add("repositories inside ISO images are", span);
        }
    }
}

fn build_type(facts: &Facts<'_>, all: &mut Report<'_>) {
    let image = facts.kind().image;
    match *image {
        ImageType::Tbz
        | ImageType::Ext2
        | ImageType::Ext3
        | ImageType::Ext4
        | ImageType::Btrfs
        | ImageType::Squashfs
        | ImageType::Erofs
        | ImageType::Docker
        | ImageType::Oci
        | ImageType::Oem => {}
        ImageType::Xfs
        | ImageType::Cpio
        | ImageType::Iso
        | ImageType::Pxe
        | ImageType::Kis
        | ImageType::Appx
        | ImageType::Enclave
        | ImageType::Wsl => all.add(
            &format!("images of type `{image}` are", image = *image),
            image.span,
        ),
    }
}

fn disk(kind: &Type, all: &mut Report<'_>) {
    if let Some(filesystem) = kind.general.filesystem.filter(|it| !is_built(**it)) {
        all.add(
            &format!("disks with a root file system of `{}` are", *filesystem),
            filesystem.span,
        );
    }
    let disk = &kind.disk;
    if let Some(filesystem) = disk.bootfilesystem.filter(|it| !is_built(**it)) {
        all.add(
            &format!("boot partitions with `{}` are", *filesystem),
            filesystem.span,
        );
    }
    all.if_true(
        "GPT disks turned into MBR disks (`force_mbr`) are",
        disk.force_mbr,
    );
    all.if_true(
        "hybrid partition tables (`gpt_hybrid_mbr`) are",
        disk.gpt_hybrid_mbr,
    );
    all.if_true(
        "extended MBR partitions (`dosparttable_extended_layout`) are",
        disk.dosparttable_extended_layout,
    );
    all.if_some(
        "copies of the boot partition (`boot_clone`) are",
        disk.boot_clone,
    );
    all.if_some(
        "copies of the root partition (`root_clone`) are",
        disk.root_clone,
    );
    if let Some(raid) = disk.mdraid {
        all.add("software RAID (`mdraid`) is", raid.span);
    }
    if let Some(spare) = kind.spare.spare_part {
        all.add("spare partitions (`spare_part`) are", spare.span);
    }
    all.if_true(
        "read-only disks with a writable layer (`overlayroot`) are",
        kind.overlay.overlayroot,
    );
    let verity = kind
        .integrity
        .verity_blocks
        .filter(|it| **it != BlockCount::Empty);
    if let Some(verity) = verity {
        all.add("dm-verity (`verity_blocks`) is", verity.span);
    }
    all.if_true(
        "dm-integrity (`standalone_integrity`) is",
        kind.integrity.standalone_integrity,
    );
    if let Some(luks) = &kind.luks.luks {
        all.add("disk encryption (`luks`) is", luks.span);
    }
    if let Some(systemdisk) = &kind.systemdisk
        && volume_manager(kind) == Some(VolumeManager::Lvm)
    {
        all.add("volumes of LVM (`systemdisk`) are", systemdisk.span);
    }
    for partition in kind
        .partitions
        .iter()
        .flat_map(|partitions| &partitions.partitions)
    {
        all.add(
            &format!("the extra partition `{}` is", *partition.name),
            partition.span,
        );
    }
    let recovery = kind
        .oemconfig
        .as_ref()
        .and_then(|config| config.oem_recovery);
    all.if_true("recovery archives (`oem-recovery`) are", recovery);
}

fn boot(facts: &Facts<'_>, all: &mut Report<'_>) {
    let kind = facts.kind();
    if let Some(loader) = &kind.bootloader {
        match *loader.name {
            BootloaderName::Grub2 | BootloaderName::Custom => {}
            BootloaderName::Grub2S390xEmu | BootloaderName::SystemdBoot | BootloaderName::Zipl => {
                all.add(
                    &format!("the boot loader `{}` is", *loader.name),
                    loader.name.span,
                );
            }
        }
    }
    if let Some(system) = kind
        .boot
        .initrd_system
        .filter(|it| **it == InitrdSystem::Kiwi)
    {
        all.add(
            "an initrd from a boot description (`initrd_system`) is",
            system.span,
        );
    }
    for dracut in kind
        .initrds
        .iter()
        .filter(|initrd| *initrd.action == InitrdAction::Setup)
        .flat_map(|initrd| &initrd.dracut)
    {
        all.if_true("unified kernel images (`uefi`) are", dracut.uefi);
    }
    all.if_true("Xen hosts (`xen_server`) are", kind.general.xen_server);
    if let Some(loader) = kind.machine.as_ref().and_then(|machine| machine.xen_loader) {
        all.add("Xen guests (`xen_loader`) are", loader.span);
    }
}

fn output(kind: &Type, all: &mut Report<'_>) {
    if let Some(format) = kind.output.format {
        let built = format.container.is_none() && format.disk == DiskFormat::Qcow2;
        if !built {
            all.add(&format!("the disk format `{}` is", *format), format.span);
        }
    }
    all.if_true(
        "installation media (`installiso`) are",
        kind.install.installiso,
    );
    all.if_true(
        "installation media (`installstick`) are",
        kind.install.installstick,
    );
    all.if_true(
        "installation archives (`installpxe`) are",
        kind.install.installpxe,
    );
}

fn containers(facts: &Facts<'_>, all: &mut Report<'_>) {
    let container = &facts.kind().container;
    if let Some(base) = &container.derived_from {
        all.add(
            "containers derived from others (`derived_from`) are",
            base.span,
        );
    }
    all.if_true(
        "containers that hold a difference only (`delta_root`) are",
        container.delta_root,
    );
    all.if_true(
        "lists of installed files (`provide_system_files`) are",
        container.provide_system_files,
    );
    all.if_true(
        "lists of installed files (`require_system_files`) are",
        container.require_system_files,
    );
}

fn fetched_containers(facts: &Facts<'_>, all: &mut Report<'_>) {
    for section in &facts.description.containers {
        let applies = facts.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: section.arch.as_ref(),
        });
        if applies {
            all.add("images with fetched `containers` are", section.span);
        }
    }
}

/// File systems that can be made from a directory in their place on a disk.
fn is_built(filesystem: Filesystem) -> bool {
    matches!(
        filesystem,
        Filesystem::Btrfs | Filesystem::Ext2 | Filesystem::Ext3 | Filesystem::Ext4
    )
}
