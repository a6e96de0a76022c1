//! The attributes of `type`, grouped by subject.

use crate::model::Spanned;
use crate::model::reader::Reader;
use crate::model::values::{
    BlockCount, CommaList, DevicePersistency, EfiPartitionTable, EnclaveFormat, Filesystem,
    Firmware, ImageFormat, InitrdSystem, InstallBoot, LiveFlags, LuksOs, LuksPbkdf, LuksVersion,
    MdRaid, PartitionSize, SelinuxPolicy, SquashfsCompression,
};

/// What concerns more than one kind of image.
#[derive(Clone, Debug)]
pub struct GeneralAttributes {
    /// Pattern of the file names that `result bundle` gives.
    pub bundle_format: Option<Spanned<String>>,
    /// How devices are named in `fstab` and on the kernel command line; default `by-uuid`.
    pub devicepersistency: Option<Spanned<DevicePersistency>>,
    /// Label of the root file system; default `ROOT`.
    pub rootfs_label: Option<Spanned<String>>,
    /// Mount options of the root file system.
    pub fsmountoptions: Option<Spanned<String>>,
    /// Options for the program that makes the root file system, separated by blanks.
    pub fscreateoptions: Option<Spanned<String>>,
    /// File system of the root tree.
    pub filesystem: Option<Spanned<Filesystem>>,
    /// Compression of squashfs images; default `xz`.
    pub squashfscompression: Option<Spanned<SquashfsCompression>>,
    /// Compression of erofs images, as `mkfs.erofs -z` takes it.
    pub erofscompression: Option<Spanned<String>>,
    /// SELinux policy used for labelling; default `targeted`.
    pub selinux_policy: Option<Spanned<SelinuxPolicy>>,
    /// Sector size of the target disk in bytes; default 512.
    pub target_blocksize: Option<Spanned<u64>>,
    /// Script called before the boot loader is installed.
    pub editbootconfig: Option<Spanned<String>>,
    /// Script called after the boot loader is installed.
    pub editbootinstall: Option<Spanned<String>>,
    /// Makes the image a Xen host (dom0).
    pub xen_server: Option<Spanned<bool>>,
    /// Hands the wish to run from memory to scripts and initrd.
    pub ramonly: Option<Spanned<bool>>,
    /// Seconds to wait for device identifiers; handed to scripts and initrd.
    pub wwid_wait_timeout: Option<Spanned<u64>>,
}

impl GeneralAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        GeneralAttributes {
            bundle_format: reader.attribute("bundle_format"),
            devicepersistency: reader.attribute("devicepersistency"),
            rootfs_label: reader.attribute("rootfs_label"),
            fsmountoptions: reader.attribute("fsmountoptions"),
            fscreateoptions: reader.attribute("fscreateoptions"),
            filesystem: reader.attribute("filesystem"),
            squashfscompression: reader.attribute("squashfscompression"),
            erofscompression: reader.attribute("erofscompression"),
            selinux_policy: reader.attribute("selinux_policy"),
            target_blocksize: reader.attribute("target_blocksize"),
            editbootconfig: reader.attribute("editbootconfig"),
            editbootinstall: reader.attribute("editbootinstall"),
            xen_server: reader.attribute("xen_server"),
            ramonly: reader.attribute("ramonly"),
            wwid_wait_timeout: reader.attribute("wwid_wait_timeout"),
        }
    }
}

/// Kernel command line and initrd.
#[derive(Clone, Debug)]
pub struct BootAttributes {
    /// Options added to the kernel command line.
    pub kernelcmdline: Option<Spanned<String>>,
    /// Who makes the initrd; `dracut` for disks, live media and kis.
    pub initrd_system: Option<Spanned<InitrdSystem>>,
    /// Directory of the boot description; only with `initrd_system="kiwi"`.
    pub boot: Option<Spanned<String>>,
    /// Kernel profile of the boot description; default `std`.
    pub bootkernel: Option<Spanned<String>>,
    /// Profile of the boot description; default `default`.
    pub bootprofile: Option<Spanned<String>>,
}

impl BootAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        BootAttributes {
            kernelcmdline: reader.attribute("kernelcmdline"),
            initrd_system: reader.attribute("initrd_system"),
            boot: reader.attribute("boot"),
            bootkernel: reader.attribute("bootkernel"),
            bootprofile: reader.attribute("bootprofile"),
        }
    }
}

/// Firmware and partitions of disks.
#[derive(Clone, Debug)]
pub struct DiskAttributes {
    /// Firmware the disk or medium starts from; the default depends on the architecture.
    pub firmware: Option<Spanned<Firmware>>,
    /// Partition table of disks that start by EFI; default `gpt`.
    pub efiparttable: Option<Spanned<EfiPartitionTable>>,
    /// Adds a partition for BIOS boot to EFI disks with a GPT; default true.
    pub eficsm: Option<Spanned<bool>>,
    /// Size of the EFI partition in MB; default 20.
    pub efipartsize: Option<Spanned<u64>>,
    /// Mount options of the EFI partition; default `defaults`.
    pub efimountoptions: Option<Spanned<String>>,
    /// Size of the EFI file system image on media in MB; default 20, at most 31.
    pub efifatimagesize: Option<Spanned<u64>>,
    /// Forces or forbids a boot partition of its own.
    pub bootpartition: Option<Spanned<bool>>,
    /// Size of the boot partition in MB; default 300.
    pub bootpartsize: Option<Spanned<u64>>,
    /// File system of the boot partition; the one of the root tree when absent.
    pub bootfilesystem: Option<Spanned<Filesystem>>,
    /// Turns the GPT of an EFI disk into an MBR table.
    pub force_mbr: Option<Spanned<bool>>,
    /// Adds an MBR table that mirrors the GPT.
    pub gpt_hybrid_mbr: Option<Spanned<bool>>,
    /// Makes the fourth MBR partition an extended one.
    pub dosparttable_extended_layout: Option<Spanned<bool>>,
    /// Gives partitions the type codes of the Discoverable Partitions Specification.
    pub apply_dps_codes: Option<Spanned<bool>>,
    /// First sector of the first partition; at least 2048, which is the default.
    pub disk_start_sector: Option<Spanned<u64>>,
    /// Number of the BIOS boot partition.
    pub eficsmpart_id: Option<Spanned<u64>>,
    /// Number of the EFI partition.
    pub efipart_id: Option<Spanned<u64>>,
    /// Number of the boot partition.
    pub bootpart_id: Option<Spanned<u64>>,
    /// Number of the root partition.
    pub rootpart_id: Option<Spanned<u64>>,
    /// How many copies of the boot partition to add.
    pub boot_clone: Option<Spanned<u64>>,
    /// How many copies of the root partition to add.
    pub root_clone: Option<Spanned<u64>>,
    /// Puts the root file system on a software RAID that starts with one disk.
    pub mdraid: Option<Spanned<MdRaid>>,
    /// Installs GRUB for removable media, without a firmware boot entry.
    pub target_removable: Option<Spanned<bool>>,
}

impl DiskAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        DiskAttributes {
            firmware: reader.attribute("firmware"),
            efiparttable: reader.attribute("efiparttable"),
            eficsm: reader.attribute("eficsm"),
            efipartsize: reader.attribute("efipartsize"),
            efimountoptions: reader.attribute("efimountoptions"),
            efifatimagesize: reader.attribute("efifatimagesize"),
            bootpartition: reader.attribute("bootpartition"),
            bootpartsize: reader.attribute("bootpartsize"),
            bootfilesystem: reader.attribute("bootfilesystem"),
            force_mbr: reader.attribute("force_mbr"),
            gpt_hybrid_mbr: reader.attribute("gpt_hybrid_mbr"),
            dosparttable_extended_layout: reader.attribute("dosparttable_extended_layout"),
            apply_dps_codes: reader.attribute("apply_dps_codes"),
            disk_start_sector: reader.attribute("disk_start_sector"),
            eficsmpart_id: reader.attribute("eficsmpart_id"),
            efipart_id: reader.attribute("efipart_id"),
            bootpart_id: reader.attribute("bootpart_id"),
            rootpart_id: reader.attribute("rootpart_id"),
            boot_clone: reader.attribute("boot_clone"),
            root_clone: reader.attribute("root_clone"),
            mdraid: reader.attribute("mdraid"),
            target_removable: reader.attribute("target_removable"),
        }
    }
}

/// The spare partition.
#[derive(Clone, Debug)]
pub struct SpareAttributes {
    /// Size of an extra partition, in MB or with suffix `M` or `G`.
    pub spare_part: Option<Spanned<PartitionSize>>,
    /// File system of the spare partition.
    pub spare_part_fs: Option<Spanned<Filesystem>>,
    /// File attributes set on the spare partition's file system, separated by commas.
    pub spare_part_fs_attributes: Option<Spanned<CommaList>>,
    /// Puts the spare partition at the end, where it takes the rest of the disk.
    pub spare_part_is_last: Option<Spanned<bool>>,
    /// Where the spare partition is mounted.
    pub spare_part_mountpoint: Option<Spanned<String>>,
}

impl SpareAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        SpareAttributes {
            spare_part: reader.attribute("spare_part"),
            spare_part_fs: reader.attribute("spare_part_fs"),
            spare_part_fs_attributes: reader.attribute("spare_part_fs_attributes"),
            spare_part_is_last: reader.attribute("spare_part_is_last"),
            spare_part_mountpoint: reader.attribute("spare_part_mountpoint"),
        }
    }
}

/// Read-only root with a writable layer.
#[derive(Clone, Debug)]
pub struct OverlayAttributes {
    /// Makes the root tree a read-only image with a writable layer on top.
    pub overlayroot: Option<Spanned<bool>>,
    /// Options for the program that makes the read-only root image, separated by blanks.
    pub overlayroot_readonly_createoptions: Option<Spanned<String>>,
    /// File system of the read-only root image; default `squashfs`.
    pub overlayroot_readonly_filesystem: Option<Spanned<Filesystem>>,
    /// Size of the read-only partition in MB; computed when absent.
    pub overlayroot_readonly_partsize: Option<Spanned<u64>>,
    /// Whether there is a partition for the writable layer; default true.
    pub overlayroot_write_partition: Option<Spanned<bool>>,
}

impl OverlayAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        OverlayAttributes {
            overlayroot: reader.attribute("overlayroot"),
            overlayroot_readonly_createoptions: reader
                .attribute("overlayroot_readonly_createoptions"),
            overlayroot_readonly_filesystem: reader.attribute("overlayroot_readonly_filesystem"),
            overlayroot_readonly_partsize: reader.attribute("overlayroot_readonly_partsize"),
            overlayroot_write_partition: reader.attribute("overlayroot_write_partition"),
        }
    }
}

/// dm-verity and dm-integrity.
#[derive(Clone, Debug)]
pub struct IntegrityAttributes {
    /// Number of data blocks protected by dm-verity, or `all`.
    pub verity_blocks: Option<Spanned<BlockCount>>,
    /// Stores the dm-verity parameters behind the data.
    pub embed_verity_metadata: Option<Spanned<bool>>,
    /// Puts a dm-integrity layer below the root file system.
    pub standalone_integrity: Option<Spanned<bool>>,
    /// Key file for dm-integrity with HMAC.
    pub integrity_keyfile: Option<Spanned<String>>,
    /// Uses the older, weaker HMAC computation of dm-integrity.
    pub integrity_legacy_hmac: Option<Spanned<bool>>,
    /// Stores the dm-integrity parameters behind the data.
    pub embed_integrity_metadata: Option<Spanned<bool>>,
    /// Name of the key in the stored dm-integrity parameters.
    pub integrity_metadata_key_description: Option<Spanned<String>>,
}

impl IntegrityAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        IntegrityAttributes {
            verity_blocks: reader.attribute("verity_blocks"),
            embed_verity_metadata: reader.attribute("embed_verity_metadata"),
            standalone_integrity: reader.attribute("standalone_integrity"),
            integrity_keyfile: reader.attribute("integrity_keyfile"),
            integrity_legacy_hmac: reader.attribute("integrity_legacy_hmac"),
            embed_integrity_metadata: reader.attribute("embed_integrity_metadata"),
            integrity_metadata_key_description: reader
                .attribute("integrity_metadata_key_description"),
        }
    }
}

/// Subvolumes and snapshots of btrfs.
#[derive(Clone, Debug)]
pub struct BtrfsAttributes {
    /// Switches on quota accounting of the btrfs root.
    pub btrfs_quota_groups: Option<Spanned<bool>>,
    /// Puts the root tree into a subvolume instead of the top level.
    pub btrfs_root_is_subvolume: Option<Spanned<bool>>,
    /// Makes the root tree the first snapshot of snapper.
    pub btrfs_root_is_snapper_snapshot: Option<Spanned<bool>>,
    /// Makes that first snapshot read-only.
    pub btrfs_root_is_readonly_snapshot: Option<Spanned<bool>>,
    /// Makes the root subvolume the default one; default true.
    pub btrfs_set_default_volume: Option<Spanned<bool>>,
}

impl BtrfsAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        BtrfsAttributes {
            btrfs_quota_groups: reader.attribute("btrfs_quota_groups"),
            btrfs_root_is_subvolume: reader.attribute("btrfs_root_is_subvolume"),
            btrfs_root_is_snapper_snapshot: reader.attribute("btrfs_root_is_snapper_snapshot"),
            btrfs_root_is_readonly_snapshot: reader.attribute("btrfs_root_is_readonly_snapshot"),
            btrfs_set_default_volume: reader.attribute("btrfs_set_default_volume"),
        }
    }
}

/// Format the disk is converted to.
#[derive(Clone, Debug)]
pub struct OutputAttributes {
    /// Format the raw disk is converted to.
    pub format: Option<Spanned<ImageFormat>>,
    /// Options of the format, `KEY=VALUE` separated by commas.
    pub formatoptions: Option<Spanned<String>>,
    /// Licence string in the manifest of Google Compute Engine images.
    pub gcelicense: Option<Spanned<String>>,
    /// Tag (GUID) written into a fixed VHD.
    pub vhdfixedtag: Option<Spanned<String>>,
}

impl OutputAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        OutputAttributes {
            format: reader.attribute("format"),
            formatoptions: reader.attribute("formatoptions"),
            gcelicense: reader.attribute("gcelicense"),
            vhdfixedtag: reader.attribute("vhdfixedtag"),
        }
    }
}

/// Installation media.
#[derive(Clone, Debug)]
pub struct InstallAttributes {
    /// Also makes an installation ISO image.
    pub installiso: Option<Spanned<bool>>,
    /// Also makes an installation image for USB sticks.
    pub installstick: Option<Spanned<bool>>,
    /// Also makes an installation archive for network boot.
    pub installpxe: Option<Spanned<bool>>,
    /// Boot menu entry the installation medium starts by itself; default `harddisk`.
    pub installboot: Option<Spanned<InstallBoot>>,
    /// Adds a failsafe entry to the installation boot menu; default true.
    pub installprovidefailsafe: Option<Spanned<bool>>,
    /// Starts the chosen installation entry after the timeout; default true.
    pub install_continue_on_timeout: Option<Spanned<bool>>,
}

impl InstallAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        InstallAttributes {
            installiso: reader.attribute("installiso"),
            installstick: reader.attribute("installstick"),
            installpxe: reader.attribute("installpxe"),
            installboot: reader.attribute("installboot"),
            installprovidefailsafe: reader.attribute("installprovidefailsafe"),
            install_continue_on_timeout: reader.attribute("install_continue_on_timeout"),
        }
    }
}

/// Encryption.
#[derive(Clone, Debug)]
pub struct LuksAttributes {
    /// Passphrase of the encrypted root; `random` or a `file:` location are possible too.
    pub luks: Option<Spanned<String>>,
    /// Encryption settings an older distribution can read.
    pub luks_os: Option<Spanned<LuksOs>>,
    /// Key derivation of LUKS key slots.
    pub luks_pbkdf: Option<Spanned<LuksPbkdf>>,
    /// Fills the encrypted device with random data first; default true.
    pub luks_randomize: Option<Spanned<bool>>,
    /// LUKS format version.
    pub luks_version: Option<Spanned<LuksVersion>>,
}

impl LuksAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        LuksAttributes {
            luks: reader.attribute("luks"),
            luks_os: reader.attribute("luksOS"),
            luks_pbkdf: reader.attribute("luks_pbkdf"),
            luks_randomize: reader.attribute("luks_randomize"),
            luks_version: reader.attribute("luks_version"),
        }
    }
}

/// Live media and ISO headers.
#[derive(Clone, Debug)]
pub struct LiveAttributes {
    /// Initrd module that starts the live system; default `overlay`.
    pub flags: Option<Spanned<LiveFlags>>,
    /// Keeps changes to the live system on the medium.
    pub hybridpersistent: Option<Spanned<bool>>,
    /// File system of the area that keeps changes.
    pub hybridpersistent_filesystem: Option<Spanned<Filesystem>>,
    /// Adds a checksum and a menu entry that verifies the medium.
    pub mediacheck: Option<Spanned<bool>>,
    /// Volume name of the ISO image, at most 32 characters.
    pub volid: Option<Spanned<String>>,
    /// Application identifier in the ISO header.
    pub application_id: Option<Spanned<String>>,
    /// Publisher in the ISO header.
    pub publisher: Option<Spanned<String>>,
}

impl LiveAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        LiveAttributes {
            flags: reader.attribute("flags"),
            hybridpersistent: reader.attribute("hybridpersistent"),
            hybridpersistent_filesystem: reader.attribute("hybridpersistent_filesystem"),
            mediacheck: reader.attribute("mediacheck"),
            volid: reader.attribute("volid"),
            application_id: reader.attribute("application_id"),
            publisher: reader.attribute("publisher"),
        }
    }
}

/// Containers and what is derived from them.
#[derive(Clone, Debug)]
pub struct ContainerAttributes {
    /// Locations of the base containers, separated by commas.
    pub derived_from: Option<Spanned<CommaList>>,
    /// Keeps only what differs from the base container.
    pub delta_root: Option<Spanned<bool>>,
    /// Stores the list of installed files for later images.
    pub provide_system_files: Option<Spanned<bool>>,
    /// Extends the stored list of installed files.
    pub require_system_files: Option<Spanned<bool>>,
    /// Leaves the temporary directories of the container empty; default true.
    pub ensure_empty_tmpdirs: Option<Spanned<bool>>,
    /// Directory with the metadata of an appx package.
    pub metadata_path: Option<Spanned<String>>,
}

impl ContainerAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        ContainerAttributes {
            derived_from: reader.attribute("derived_from"),
            delta_root: reader.attribute("delta_root"),
            provide_system_files: reader.attribute("provide_system_files"),
            require_system_files: reader.attribute("require_system_files"),
            ensure_empty_tmpdirs: reader.attribute("ensure_empty_tmpdirs"),
            metadata_path: reader.attribute("metadata_path"),
        }
    }
}

/// Kernel, initrd and root image; enclaves.
#[derive(Clone, Debug)]
pub struct KisAttributes {
    /// Compresses the root image with xz.
    pub compressed: Option<Spanned<bool>>,
    /// Packs the results into one tar archive; default true.
    pub archive: Option<Spanned<bool>>,
    /// Kind of enclave.
    pub enclave_format: Option<Spanned<EnclaveFormat>>,
}

impl KisAttributes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        KisAttributes {
            compressed: reader.attribute("compressed"),
            archive: reader.attribute("archive"),
            enclave_format: reader.attribute("enclave_format"),
        }
    }
}
