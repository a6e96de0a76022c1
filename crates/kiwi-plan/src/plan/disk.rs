//! Disks: partition table, partitions, mount table, formats.

use serde::{Deserialize, Serialize};

use super::Origin;
use super::boot::{BootPlan, InitrdPlan};
use super::filesystem::FileSystemPlan;
use super::format::FormatPlan;
use super::image::SizeRule;

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
    /// Size in MiB; `None`: what is left.
    pub size_mib: Option<u64>,
    /// Content.
    pub filesystem: Option<FileSystemPlan>,
    /// Where it is mounted, absolute.
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
    /// The root file system.
    Root,
}

impl PartitionRole {
    /// Name for people: `BIOS boot`, `EFI system` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::BiosBoot => "BIOS boot",
            Self::Efi => "EFI system",
            Self::Boot => "boot",
            Self::Swap => "swap",
            Self::Root => "root",
        }
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
