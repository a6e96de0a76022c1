//! Disks: partition table, partitions, mount table, formats.

use serde::{Deserialize, Serialize};

use super::Origin;
use super::boot::{BootPlan, InitrdPlan};
use super::filesystem::FileSystemPlan;
use super::format::FormatPlan;
use super::image::SizeRule;
use super::layers::{IntegrityPlan, LayerPlan, LuksPlan, RaidPlan, VerityPlan};
use super::volumes::VolumeGroupPlan;

/// A disk image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskPlan {
    /// Name of the raw disk in the target directory.
    pub file_name: String,
    /// Firmware as written or by default: `bios`, `efi`, `uefi`, ...
    pub firmware: String,
    /// Partition table.
    pub table: TableKind,
    /// Bytes of a logical sector: 512 or 4096.
    pub sector_size: u32,
    /// First sector of the first partition.
    pub start_sector: u64,
    /// Numbers of partitions that an MBR beside the GPT shows, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hybrid_mbr: Vec<u32>,
    /// Identifier of a GPT disk, a uuid.
    pub disk_guid: String,
    /// 32 bit identifier of the medium, at offset 440 of the disk and in `/boot/mbrid`.
    pub mbr_id: u32,
    /// Partitions in creation order.
    pub partitions: Vec<PartitionPlan>,
    /// Size of the disk.
    pub size: SizeRule,
    /// Where the size was written, when it was.
    pub size_origin: Option<Origin>,
    /// Space after the last partition that stays free, in MiB.
    pub unpartitioned_mib: u64,
    /// How `/etc/fstab` and the kernel command line name file systems.
    pub persistency: Persistency,
    /// Lines of `/etc/fstab`, in file order.
    pub fstab: Vec<FstabEntry>,
    /// Initrd, when the image has one.
    pub initrd: Option<InitrdPlan>,
    /// Boot loader and kernel command line.
    pub boot: BootPlan,
    /// Format the raw disk is converted to.
    pub format: Option<FormatPlan>,
    /// Paths and globs that do not go into the root file system.
    pub excludes: Vec<String>,
}

/// Partition tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// GUID partition table.
    Gpt,
    /// Master boot record.
    Msdos,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionPlan {
    /// What it is for.
    pub role: PartitionRole,
    /// Name it is known by in the plan: `efi`, `boot`, `root`, or that of a custom partition.
    pub id: String,
    /// It holds the same as the partition of this name, with identifiers of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<String>,
    /// Number in the table.
    pub number: u32,
    /// GPT name.
    pub name: String,
    /// GPT type, a uuid.
    pub type_guid: String,
    /// MBR type.
    pub mbr_type: u8,
    /// GPT unique id, a uuid.
    pub guid: String,
    /// Boot flag of an MBR partition.
    pub active: bool,
    /// Size in MiB; `None`: what is left. Several of these get the same.
    pub size_mib: Option<u64>,
    /// What lies between the partition and its content, from below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerPlan>,
    /// Content; the volumes of a volume group have theirs.
    /// It lies at the end, and gets what is left over when all others have their size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_rest: bool,
    /// Attributes of the top directory of its file system, and of what is made in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<FileAttribute>,
    /// Content.
    pub filesystem: Option<FileSystemPlan>,
    /// Volumes in place of one file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<VolumeGroupPlan>,
    /// Checksums over the file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verity: Option<VerityPlan>,
    /// Where it is mounted, absolute; nothing of the tree goes into one without.
    pub mountpoint: Option<String>,
    /// Keys of `config.partids` that hold this partition's number.
    pub id_keys: Vec<String>,
    /// Why it exists, for `image plan`.
    pub reason: String,
    /// Where its size was written, or the rule it comes from.
    pub size_origin: Origin,
}

/// What a partition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartitionRole {
    /// Holds GRUB's core image on GPT disks that start from a BIOS.
    BiosBoot,
    /// EFI system partition.
    Efi,
    /// `/boot`.
    Boot,
    /// Swap.
    Swap,
    /// Holds GRUB's core image on POWER machines.
    Prep,
    /// One that the description adds.
    Custom,
    /// Spare space, for whatever the description wants.
    Spare,
    /// The root file system below a writable layer.
    ReadOnlyRoot,
    /// The root file system, or its writable layer.
    Root,
}

/// Attributes of files as `chattr` sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileAttribute {
    /// `chattr +C`: what is written goes to its old place.
    NoCopyOnWrite,
    /// `chattr +S`: whoever writes waits for the disk.
    SynchronousUpdates,
}

impl PartitionRole {
    /// Name for people: `BIOS boot`, `EFI system` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::BiosBoot => "BIOS boot",
            Self::Efi => "EFI system",
            Self::Boot => "boot",
            Self::Swap => "swap",
            Self::Prep => "PReP",
            Self::Custom => "extra",
            Self::Spare => "spare",
            Self::ReadOnlyRoot => "read-only root",
            Self::Root => "root",
        }
    }
}

impl DiskPlan {
    /// The partition of a role, not a copy of it.
    pub fn partition(&self, role: PartitionRole) -> Option<&PartitionPlan> {
        self.partitions
            .iter()
            .find(|partition| partition.role == role && partition.copy_of.is_none())
    }

    /// The partition that a copy holds the same as; the partition itself when it is no copy.
    pub fn original<'a>(&'a self, partition: &'a PartitionPlan) -> &'a PartitionPlan {
        let Some(id) = &partition.copy_of else {
            return partition;
        };
        self.partitions
            .iter()
            .find(|other| other.id == *id)
            .unwrap_or(partition)
    }

    /// Directories with a file system of their own, absolute, `/` included.
    pub fn mountpoints(&self) -> Vec<&str> {
        self.partitions
            .iter()
            .filter(|partition| partition.copy_of.is_none())
            .flat_map(|partition| {
                let volumes = partition.volumes.iter().flat_map(|group| &group.volumes);
                let volumes = volumes.filter_map(|volume| volume.mountpoint.as_deref());
                partition.mountpoint.as_deref().into_iter().chain(volumes)
            })
            .collect()
    }

    /// The partition that the root file system is on; below a writable layer the read-only one.
    pub fn root(&self) -> Option<&PartitionPlan> {
        self.partition(PartitionRole::ReadOnlyRoot)
            .or_else(|| self.partition(PartitionRole::Root))
    }

    /// The file system that holds the root of the tree.
    pub fn root_filesystem(&self) -> Option<&FileSystemPlan> {
        let root = self.root()?;
        match &root.volumes {
            Some(group) => group.root().map(|volume| &volume.filesystem),
            None => root.filesystem.as_ref(),
        }
    }

    /// All layers of all partitions.
    pub fn layers(&self) -> impl Iterator<Item = &LayerPlan> {
        self.partitions
            .iter()
            .filter(|partition| partition.copy_of.is_none())
            .flat_map(|partition| &partition.layers)
    }

    /// The encryption of the root file system.
    pub fn luks(&self) -> Option<&LuksPlan> {
        self.layers().find_map(|layer| match layer {
            LayerPlan::Luks(luks) => Some(&**luks),
            _ => None,
        })
    }

    /// The array the root file system is on.
    pub fn raid(&self) -> Option<&RaidPlan> {
        self.layers().find_map(|layer| match layer {
            LayerPlan::Raid(raid) => Some(raid),
            _ => None,
        })
    }

    /// The integrity layer of the root file system.
    pub fn integrity(&self) -> Option<&IntegrityPlan> {
        self.layers().find_map(|layer| match layer {
            LayerPlan::Integrity(integrity) => Some(integrity),
            _ => None,
        })
    }

    /// The volume group of the root file system.
    pub fn volume_group(&self) -> Option<&VolumeGroupPlan> {
        self.partitions
            .iter()
            .filter(|partition| partition.copy_of.is_none())
            .find_map(|partition| partition.volumes.as_ref())
    }
}

/// How devices are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Persistency {
    /// `UUID=`.
    ByUuid,
    /// `LABEL=`.
    ByLabel,
    /// `PARTUUID=`.
    ByPartuuid,
}

/// One line of `/etc/fstab`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FstabEntry {
    /// First field.
    pub device: String,
    /// Mount point, or `swap`.
    pub mountpoint: String,
    /// File system.
    pub filesystem: String,
    /// Options.
    pub options: String,
    /// Fifth and sixth field.
    pub dump_and_pass: (u8, u8),
}
