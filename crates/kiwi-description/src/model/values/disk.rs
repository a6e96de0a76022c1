//! Values about image types, file systems, partitions and disk formats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{UnknownValue, Value, words};
use crate::schema::collapse;
use crate::schema::define::Word;

words! {
    /// What a build type makes.
    ImageType {
        /// Image of one btrfs file system.
        Btrfs = "btrfs",
        /// cpio archive of the root tree.
        Cpio = "cpio",
        /// Container archive for docker.
        Docker = "docker",
        /// Image of one ext2 file system.
        Ext2 = "ext2",
        /// Image of one ext3 file system.
        Ext3 = "ext3",
        /// Image of one ext4 file system.
        Ext4 = "ext4",
        /// Live medium.
        Iso = "iso",
        /// Disk.
        Oem = "oem",
        /// Kernel, initrd and root image for network boot.
        Pxe = "pxe",
        /// Kernel, initrd and root image.
        Kis = "kis" since "7.1",
        /// Image of one squashfs file system.
        Squashfs = "squashfs",
        /// Image of one erofs file system.
        Erofs = "erofs" since "8.2",
        /// Compressed tar archive of the root tree.
        Tbz = "tbz",
        /// Image of one XFS file system.
        Xfs = "xfs",
        /// Container archive in OCI layout.
        Oci = "oci",
        /// Application package for Windows.
        Appx = "appx" since "7.1",
        /// Enclave image.
        Enclave = "enclave" since "8.2",
        /// Tree for the Windows Subsystem for Linux.
        Wsl = "wsl" since "8.3",
    }
}

words! {
    /// File system; which ones are allowed depends on the attribute.
    Filesystem {
        /// btrfs.
        Btrfs = "btrfs",
        /// ext2.
        Ext2 = "ext2",
        /// ext3.
        Ext3 = "ext3",
        /// ext4.
        Ext4 = "ext4",
        /// squashfs, read-only.
        Squashfs = "squashfs",
        /// erofs, read-only.
        Erofs = "erofs",
        /// XFS.
        Xfs = "xfs",
        /// FAT with 32 bit.
        Fat32 = "fat32",
        /// FAT with 16 bit.
        Fat16 = "fat16",
    }
}

words! {
    /// Partition table of EFI disks.
    EfiPartitionTable {
        /// MBR.
        Msdos = "msdos",
        /// GPT.
        Gpt = "gpt",
    }
}

words! {
    /// How devices are named persistently.
    DevicePersistency {
        /// By the UUID of the file system.
        ByUuid = "by-uuid",
        /// By the label of the file system.
        ByLabel = "by-label",
        /// By the UUID of the partition.
        ByPartuuid = "by-partuuid" since "7.5",
    }
}

words! {
    /// What an extra partition holds.
    PartitionType {
        /// Linux data.
        Linux = "t.linux",
        /// Part of a RAID.
        Raid = "t.raid",
    }
}

words! {
    /// Software RAID level.
    MdRaid {
        /// RAID 1.
        Mirroring = "mirroring",
        /// RAID 0.
        Striping = "striping",
    }
}

words! {
    /// Compression of squashfs.
    SquashfsCompression {
        /// None.
        Uncompressed = "uncompressed",
        /// gzip.
        Gzip = "gzip",
        /// LZO.
        Lzo = "lzo",
        /// LZ4.
        Lz4 = "lz4",
        /// xz.
        Xz = "xz",
        /// zstd.
        Zstd = "zstd",
    }
}

words! {
    /// LUKS format version.
    LuksVersion {
        /// Whatever cryptsetup takes by default.
        Luks = "luks",
        /// Version 1.
        Luks1 = "luks1",
        /// Version 2.
        Luks2 = "luks2",
    }
}

words! {
    /// Key derivation of LUKS.
    LuksPbkdf {
        /// PBKDF2.
        Pbkdf2 = "pbkdf2",
        /// Argon2i.
        Argon2i = "argon2i",
        /// Argon2id.
        Argon2id = "argon2id",
    }
}

words! {
    /// Distribution whose encryption settings are used.
    LuksOs {
        /// SUSE Linux Enterprise 12.
        Sle12 = "sle12" since "7.5",
    }
}

words! {
    /// Kind of enclave.
    EnclaveFormat {
        /// AWS Nitro.
        AwsNitro = "aws-nitro",
    }
}

words! {
    /// Format of a virtual disk.
    DiskFormat {
        /// Google Compute Engine archive.
        Gce = "gce",
        /// Open virtualisation archive.
        Ova = "ova",
        /// QEMU.
        Qcow2 = "qcow2",
        /// Vagrant box.
        Vagrant = "vagrant",
        /// VMware.
        Vmdk = "vmdk",
        /// VirtualBox.
        Vdi = "vdi",
        /// Virtual PC, growing.
        Vhd = "vhd",
        /// Hyper-V.
        Vhdx = "vhdx",
        /// Virtual PC, of fixed size.
        VhdFixed = "vhd-fixed",
        /// Plain; inside containers only.
        Raw = "raw",
    }
}

words! {
    /// Kind of container archive a disk is packed into.
    DiskContainer {
        /// OCI layout.
        Oci = "oci",
        /// docker archive.
        Docker = "docker",
    }
}

/// Value of `type@format`: a disk format, or a container with a disk of that format inside, as `oci:qcow2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageFormat {
    /// The container around the disk.
    pub container: Option<DiskContainer>,
    /// The format of the disk.
    pub disk: DiskFormat,
}

impl ImageFormat {
    /// Formats that can be written without a container.
    pub const PLAIN: &'static [Word] = &[
        DiskFormat::Gce.word(),
        DiskFormat::Ova.word(),
        DiskFormat::Qcow2.word(),
        DiskFormat::Vagrant.word(),
        DiskFormat::Vmdk.word(),
        DiskFormat::Vdi.word(),
        DiskFormat::Vhd.word(),
        DiskFormat::Vhdx.word(),
        DiskFormat::VhdFixed.word(),
    ];

    fn is_plain(text: &str) -> bool {
        Self::PLAIN.iter().any(|word| word.name == text)
    }
}

impl FromStr for ImageFormat {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let read = || match text.split_once(':') {
            Some((container, disk)) if disk != "vagrant" => Some(ImageFormat {
                container: Some(container.parse().ok()?),
                disk: disk.parse().ok()?,
            }),
            None if Self::is_plain(text) => Some(ImageFormat {
                container: None,
                disk: text.parse().ok()?,
            }),
            _ => None,
        };
        read().ok_or_else(|| {
            let plain: Vec<_> = Self::PLAIN.iter().map(|word| word.name).collect();
            UnknownValue {
                text: text.to_owned(),
                allowed: format!("{}, oci:FORMAT, docker:FORMAT", plain.join(", ")),
            }
        })
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(container) = self.container {
            write!(f, "{container}:")?;
        }
        write!(f, "{}", self.disk)
    }
}

impl Value for ImageFormat {
    fn read(text: &str) -> Option<Self> {
        collapse(text).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_formats() {
        for text in ["qcow2", "vagrant", "vhd-fixed", "oci:raw", "docker:qcow2"] {
            let format: ImageFormat = text.parse().unwrap();
            assert_eq!(format.to_string(), text);
        }
        for text in [
            "raw",
            "oci:vagrant",
            "podman:raw",
            "oci:",
            ":raw",
            "",
            "oci:docker:raw",
        ] {
            assert!(text.parse::<ImageFormat>().is_err(), "{text}");
        }
    }
}
