//! The element `type`: one way to build the image.

mod attributes;

pub use attributes::*;

use super::Spanned;
use super::bootloader::Bootloader;
use super::containerconfig::ContainerConfig;
use super::initrd::{Initrd, InstallMedia};
use super::machine::{Machine, VagrantConfig};
use super::oemconfig::OemConfig;
use super::reader::{FromNode, Reader};
use super::storage::{LuksFormat, Partitions, Size, SystemDisk};
use super::values::ImageType;
use crate::span::Span;

/// One way to build the image, chosen by `--type` or `primary`.
#[derive(Clone, Debug)]
pub struct Type {
    /// Place of the element.
    pub span: Span,
    /// What is built: a disk, a live medium, a container, an archive or a file system.
    pub image: Spanned<ImageType>,
    /// Makes this the build type when the command line names none.
    pub primary: Option<Spanned<bool>>,
    /// What concerns more than one kind of image.
    pub general: GeneralAttributes,
    /// Kernel command line and initrd.
    pub boot: BootAttributes,
    /// Firmware and partitions of disks.
    pub disk: DiskAttributes,
    /// The spare partition.
    pub spare: SpareAttributes,
    /// Read-only root with a writable layer.
    pub overlay: OverlayAttributes,
    /// dm-verity and dm-integrity.
    pub integrity: IntegrityAttributes,
    /// Subvolumes and snapshots of btrfs.
    pub btrfs: BtrfsAttributes,
    /// Format the disk is converted to.
    pub output: OutputAttributes,
    /// Installation media.
    pub install: InstallAttributes,
    /// Encryption.
    pub luks: LuksAttributes,
    /// Live media and ISO headers.
    pub live: LiveAttributes,
    /// Containers and what is derived from them.
    pub container: ContainerAttributes,
    /// Kernel, initrd and root image; enclaves.
    pub kis: KisAttributes,
    /// Boot loader and its settings.
    pub bootloader: Option<Bootloader>,
    /// What a container runtime should know about the image.
    pub containerconfig: Option<ContainerConfig>,
    /// The virtual machine that a disk image is described for.
    pub machine: Option<Machine>,
    /// What a disk image does at its first start and when it is installed.
    pub oemconfig: Option<OemConfig>,
    /// Size of the image as a number; without it the size is computed.
    pub size: Option<Size>,
    /// Puts the root tree on LVM volumes or btrfs subvolumes.
    pub systemdisk: Option<SystemDisk>,
    /// Extra partitions of the disk.
    pub partitions: Option<Partitions>,
    /// Makes the disk image a Vagrant box.
    pub vagrantconfigs: Vec<VagrantConfig>,
    /// Settings of the installation media.
    pub installmedia: Option<InstallMedia>,
    /// What the initrd contains.
    pub initrds: Vec<Initrd>,
    /// Options for formatting the LUKS container.
    pub luksformat: Option<LuksFormat>,
}

impl FromNode for Type {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Type {
            span: reader.place(),
            image: reader.required("image")?,
            primary: reader.attribute("primary"),
            general: GeneralAttributes::read(reader),
            boot: BootAttributes::read(reader),
            disk: DiskAttributes::read(reader),
            spare: SpareAttributes::read(reader),
            overlay: OverlayAttributes::read(reader),
            integrity: IntegrityAttributes::read(reader),
            btrfs: BtrfsAttributes::read(reader),
            output: OutputAttributes::read(reader),
            install: InstallAttributes::read(reader),
            luks: LuksAttributes::read(reader),
            live: LiveAttributes::read(reader),
            container: ContainerAttributes::read(reader),
            kis: KisAttributes::read(reader),
            bootloader: reader.child("bootloader"),
            containerconfig: reader.child("containerconfig"),
            machine: reader.child("machine"),
            oemconfig: reader.child("oemconfig"),
            size: reader.child("size"),
            systemdisk: reader.child("systemdisk"),
            partitions: reader.child("partitions"),
            vagrantconfigs: reader.children("vagrantconfig"),
            installmedia: reader.child("installmedia"),
            initrds: reader.children("initrd"),
            luksformat: reader.child("luksformat"),
        })
    }
}
