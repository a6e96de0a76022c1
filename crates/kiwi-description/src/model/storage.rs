//! Sizes, volumes, partitions and encryption options of disk images.

use super::Spanned;
use super::bootloader::NamedOption;
use super::reader::{FromNode, Reader};
use super::values::{CommaList, Filesystem, PartitionSize, PartitionType, SizeUnit, VolumeSize};
use crate::span::Span;

/// Size of the image as a number; without it the size is computed.
#[derive(Clone, Debug)]
pub struct Size {
    /// Place of the element.
    pub span: Span,
    /// Adds the number to the computed size.
    pub additive: Option<Spanned<bool>>,
    /// Unit of the number: `M` (default) or `G`.
    pub unit: Option<Spanned<SizeUnit>>,
    /// Part of the disk left unpartitioned at its end, in the same unit.
    pub unpartitioned: Option<Spanned<u64>>,
    /// The number.
    pub number: Spanned<u64>,
}

impl FromNode for Size {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Size {
            span: reader.place(),
            additive: reader.attribute("additive"),
            unit: reader.attribute("unit"),
            unpartitioned: reader.attribute("unpartitioned"),
            number: reader.text()?,
        })
    }
}

/// Puts the root tree on LVM volumes or btrfs subvolumes.
#[derive(Clone, Debug)]
pub struct SystemDisk {
    /// Place of the element.
    pub span: Span,
    /// Name of the LVM volume group; default `systemVG`.
    pub name: Option<Spanned<String>>,
    /// Takes LVM even if the file system has volumes of its own.
    pub preferlvm: Option<Spanned<bool>>,
    /// One volume, or a path that is a volume of a container.
    pub volumes: Vec<Volume>,
}

impl FromNode for SystemDisk {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(SystemDisk {
            span: reader.place(),
            name: reader.attribute("name"),
            preferlvm: reader.attribute("preferlvm"),
            volumes: reader.children("volume"),
        })
    }
}

/// One volume, or a path that is a volume of a container.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Place of the element.
    pub span: Span,
    /// Path of the volume, or its name when `mountpoint` is given; `@root` is the root volume.
    pub name: Spanned<String>,
    /// Architectures the volume is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// False switches copy-on-write off (btrfs).
    pub copy_on_write: Option<Spanned<bool>>,
    /// Has the file system checked at boot.
    pub filesystem_check: Option<Spanned<bool>>,
    /// Space on top of the data, in MB or with suffix `M` or `G`.
    pub freespace: Option<Spanned<VolumeSize>>,
    /// Label of the volume's file system (LVM).
    pub label: Option<Spanned<String>>,
    /// Where the volume is mounted; made from `name` when absent.
    pub mountpoint: Option<Spanned<String>>,
    /// Subvolume that contains this one (btrfs).
    pub parent: Option<Spanned<String>>,
    /// Limit of the subvolume's size (btrfs).
    pub quota: Option<Spanned<PartitionSize>>,
    /// Size in MB, or with suffix `M` or `G`, or `all` for the rest of the disk.
    pub size: Option<Spanned<VolumeSize>>,
}

impl FromNode for Volume {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Volume {
            span: reader.place(),
            name: reader.required("name")?,
            arch: reader.attribute("arch"),
            copy_on_write: reader.attribute("copy_on_write"),
            filesystem_check: reader.attribute("filesystem_check"),
            freespace: reader.attribute("freespace"),
            label: reader.attribute("label"),
            mountpoint: reader.attribute("mountpoint"),
            parent: reader.attribute("parent"),
            quota: reader.attribute("quota"),
            size: reader.attribute("size"),
        })
    }
}

/// Extra partitions of the disk.
#[derive(Clone, Debug)]
pub struct Partitions {
    /// Place of the element.
    pub span: Span,
    /// One extra partition.
    pub partitions: Vec<Partition>,
}

impl FromNode for Partitions {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Partitions {
            span: reader.place(),
            partitions: reader.children("partition"),
        })
    }
}

/// One extra partition.
#[derive(Clone, Debug)]
pub struct Partition {
    /// Place of the element.
    pub span: Span,
    /// Name of the partition.
    pub name: Spanned<String>,
    /// Size in MB, or with suffix `M` or `G`.
    pub size: Spanned<PartitionSize>,
    /// How many copies of the partition to add.
    pub clone: Option<Spanned<u64>>,
    /// File system to make; left raw when absent.
    pub filesystem: Option<Spanned<Filesystem>>,
    /// Label of the file system; the name in upper case when absent.
    pub label: Option<Spanned<String>>,
    /// Where the partition is mounted.
    pub mountpoint: Option<Spanned<String>>,
    /// Number of the partition.
    pub part_id: Option<Spanned<u64>>,
    /// Name in the partition table; default `p.lx` and the name.
    pub partition_name: Option<Spanned<String>>,
    /// What the partition holds; default `t.linux`.
    pub partition_type: Option<Spanned<PartitionType>>,
}

impl FromNode for Partition {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Partition {
            span: reader.place(),
            name: reader.required("name")?,
            size: reader.required("size")?,
            clone: reader.attribute("clone"),
            filesystem: reader.attribute("filesystem"),
            label: reader.attribute("label"),
            mountpoint: reader.attribute("mountpoint"),
            part_id: reader.attribute("part_id"),
            partition_name: reader.attribute("partition_name"),
            partition_type: reader.attribute("partition_type"),
        })
    }
}

/// Options for formatting the LUKS container.
#[derive(Clone, Debug)]
pub struct LuksFormat {
    /// Place of the element.
    pub span: Span,
    /// One option of `cryptsetup luksFormat`.
    pub options: Vec<NamedOption>,
}

impl FromNode for LuksFormat {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(LuksFormat {
            span: reader.place(),
            options: reader.children("option"),
        })
    }
}
