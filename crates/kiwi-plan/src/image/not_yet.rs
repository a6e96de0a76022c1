//! Everything the schema knows and this version does not build yet: one error for each use, at its place.
//!
//! Nothing of a description is left out in silence. A row of the tables goes away when the code for it arrives.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{BootloaderName, Filesystem, ImageType, InitrdSystem};
use kiwi_description::model::{Spanned, Type};
use kiwi_description::span::Span;

use crate::plan::root::PackageManager;
use crate::resolve::{Binding, Facts};

/// The kernel command line has this word when the first boot shall encrypt the disk again.
const REENCRYPT: &str = "rd.kiwi.oem.luks.reencrypt";

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
        | ImageType::Xfs
        | ImageType::Btrfs
        | ImageType::Squashfs
        | ImageType::Erofs
        | ImageType::Docker
        | ImageType::Oci
        | ImageType::Oem => {}
        ImageType::Cpio
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
    let spare = &kind.spare;
    if let (Some(attributes), Some(filesystem)) =
        (&spare.spare_part_fs_attributes, spare.spare_part_fs)
        && !is_ext(*filesystem)
    {
        all.add(
            &format!(
                "attributes of files (`spare_part_fs_attributes`) on {} are",
                *filesystem
            ),
            attributes.span,
        );
    }
    all.if_true(
        "signed parameters behind the data (`embed_verity_metadata`) are",
        kind.integrity.embed_verity_metadata,
    );
    all.if_true(
        "signed parameters behind the data (`embed_integrity_metadata`) are",
        kind.integrity.embed_integrity_metadata,
    );
    let command_line = kind.boot.kernelcmdline.as_ref();
    if let (Some(_), Some(line)) = (&kind.luks.luks, command_line)
        && line
            .split_whitespace()
            .any(|word| word.split('=').next() == Some(REENCRYPT))
    {
        all.add(
            &format!("disks that the first boot encrypts again (`{REENCRYPT}`) are"),
            line.span,
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
    let loader = kind.bootloader.as_ref();
    let mainframe = facts.choice.machine.starts_with("s390");
    match loader.map(|loader| &loader.name) {
        Some(name) if **name == BootloaderName::Grub2S390xEmu => {
            all.add(&format!("the boot loader `{}` is", **name), name.span);
        }
        Some(name) if mainframe && **name == BootloaderName::Grub2 => {
            all.add("disks that start with `grub2` on s390 are", name.span);
        }
        None if mainframe => all.add(
            "no `bootloader` means `grub2`, and disks that start with it on s390 are",
            kind.span,
        ),
        _ => {}
    }
    if let Some(secure) = loader.and_then(|loader| loader.securelinux.first()) {
        all.add(
            "images for IBM Secure Execution (`securelinux`) are",
            secure.span,
        );
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
}

fn output(kind: &Type, all: &mut Report<'_>) {
    let in_container = kind.output.format.is_some_and(|it| it.container.is_some());
    if let Some(base) = kind
        .container
        .derived_from
        .as_ref()
        .filter(|_| in_container)
    {
        all.add(
            "containers derived from others (`derived_from`) are",
            base.span,
        );
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

/// Whether a root file system that is written to can have it.
fn is_built(filesystem: Filesystem) -> bool {
    is_ext(filesystem) || matches!(filesystem, Filesystem::Xfs | Filesystem::Btrfs)
}

fn is_ext(filesystem: Filesystem) -> bool {
    matches!(
        filesystem,
        Filesystem::Ext2 | Filesystem::Ext3 | Filesystem::Ext4
    )
}
