//! The element `type` and its attributes.

use super::IMAGE;
use crate::model::values::{
    DevicePersistency, EfiPartitionTable, EnclaveFormat, Firmware, ImageFormat, ImageType,
    InitrdSystem, InstallBoot, LiveFlags, LuksOs, LuksPbkdf, LuksVersion, MdRaid, SelinuxPolicy,
    SquashfsCompression,
};
use crate::schema::define::Kind::{Boolean, Form, Number, NumberFrom, Text, Words, WordsOrForm};
use crate::schema::define::{Element, any, element, maybe, optional, required, word};
use crate::schema::patterns::{
    BLOCKS, CONTAINER_FORMAT, FILE_ATTRIBUTES, ISO_TEXT, NUMBER, PARTITION_SIZE, SHORT_NAME,
    VHD_TAG,
};

/// The element `type` and its attributes.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("type", "One way to build the image, chosen by `--type` or `primary`.")
        .attributes(&[
            // What is built.
            required("image", Words(ImageType::WORDS), "What is built: a disk, a live medium, a container, an archive or a file system."),
            optional("primary", Boolean, "Makes this the build type when the command line names none."),
            // What concerns more than one kind of image.
            optional("bundle_format", Text, "Pattern of the file names that `result bundle` gives.").since("7.4"),
            optional("devicepersistency", Words(DevicePersistency::WORDS), "How devices are named in `fstab` and on the kernel command line; default `by-uuid`."),
            optional("rootfs_label", Text, "Label of the root file system; default `ROOT`.")
                .only_for(IMAGE, &["oem", "pxe", "kis", "docker"]),
            optional("fsmountoptions", Text, "Mount options of the root file system."),
            optional("fscreateoptions", Text, "Options for the program that makes the root file system, separated by blanks.").since("7.1"),
            optional("filesystem", Words(&[word("btrfs"), word("ext2"), word("ext3"), word("ext4"), word("squashfs"), word("erofs").since("8.2"), word("xfs")]), "File system of the root tree.")
                .only_for(IMAGE, &["oem", "pxe", "kis", "iso"]).required_for(IMAGE, &["oem"]),
            optional("squashfscompression", Words(SquashfsCompression::WORDS), "Compression of squashfs images; default `xz`.").since("7.1")
                .only_for(IMAGE, &["oem", "pxe", "kis", "iso", "squashfs"]),
            optional("erofscompression", Text, "Compression of erofs images, as `mkfs.erofs -z` takes it.").since("8.2")
                .only_for(IMAGE, &["oem", "pxe", "kis", "iso", "erofs"]),
            optional("selinux_policy", Words(SelinuxPolicy::WORDS), "SELinux policy used for labelling; default `targeted`.").since("7.5"),
            optional("target_blocksize", Number, "Sector size of the target disk in bytes; default 512.")
                .only_for(IMAGE, &["oem", "kis"]),
            optional("editbootconfig", Text, "Script called before the boot loader is installed.").only_for(IMAGE, &["oem", "iso"]),
            optional("editbootinstall", Text, "Script called after the boot loader is installed.").only_for(IMAGE, &["oem"]),
            optional("xen_server", Boolean, "Makes the image a Xen host (dom0).").only_for(IMAGE, &["oem"]),
            optional("ramonly", Boolean, "Hands the wish to run from memory to scripts and initrd.").only_for(IMAGE, &["oem"]),
            optional("wwid_wait_timeout", Number, "Seconds to wait for device identifiers; handed to scripts and initrd.")
                .only_for(IMAGE, &["oem"]),
            // Kernel command line and initrd.
            optional("kernelcmdline", Text, "Options added to the kernel command line.")
                .only_for(IMAGE, &["oem", "iso", "pxe", "kis", "enclave"]),
            optional("initrd_system", Words(InitrdSystem::WORDS), "Who makes the initrd; `dracut` for disks, live media and kis.")
                .only_for(IMAGE, &["oem", "pxe", "kis"]),
            optional("boot", Text, "Directory of the boot description; only with `initrd_system=\"kiwi\"`.")
                .only_for(IMAGE, &["oem", "pxe"]),
            optional("bootkernel", Text, "Kernel profile of the boot description; default `std`."),
            optional("bootprofile", Text, "Profile of the boot description; default `default`.")
                .only_for(IMAGE, &["oem", "iso", "pxe", "cpio"]),
            // Firmware and partitions of disks.
            optional("firmware", Words(Firmware::WORDS), "Firmware the disk or medium starts from; the default depends on the architecture.")
                .only_for(IMAGE, &["oem", "pxe", "iso"]),
            optional("efiparttable", Words(EfiPartitionTable::WORDS), "Partition table of disks that start by EFI; default `gpt`.")
                .only_for(IMAGE, &["oem", "iso"]),
            optional("eficsm", Boolean, "Adds a partition for BIOS boot to EFI disks with a GPT; default true.").since("8.1")
                .only_for(IMAGE, &["oem", "iso"]),
            optional("efipartsize", Number, "Size of the EFI partition in MB; default 20.").only_for(IMAGE, &["oem"]),
            optional("efimountoptions", Text, "Mount options of the EFI partition; default `defaults`.").since("8.5").only_for(IMAGE, &["oem"]),
            optional("efifatimagesize", Number, "Size of the EFI file system image on media in MB; default 20, at most 31.").since("7.5")
                .only_for(IMAGE, &["oem", "iso"]),
            optional("bootpartition", Boolean, "Forces or forbids a boot partition of its own.").only_for(IMAGE, &["oem"]),
            optional("bootpartsize", Number, "Size of the boot partition in MB; default 300.").only_for(IMAGE, &["oem"]),
            optional("bootfilesystem", Words(&[word("btrfs").since("7.5"), word("ext2"), word("ext3"), word("ext4"), word("xfs").since("7.5"), word("fat32"), word("fat16")]), "File system of the boot partition; the one of the root tree when absent.")
                .only_for(IMAGE, &["oem"]),
            optional("force_mbr", Boolean, "Turns the GPT of an EFI disk into an MBR table.").only_for(IMAGE, &["oem"]),
            optional("gpt_hybrid_mbr", Boolean, "Adds an MBR table that mirrors the GPT.").only_for(IMAGE, &["oem", "iso"]),
            optional("dosparttable_extended_layout", Boolean, "Makes the fourth MBR partition an extended one.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("apply_dps_codes", Boolean, "Gives partitions the type codes of the Discoverable Partitions Specification.").since("8.5")
                .only_for(IMAGE, &["oem"]),
            optional("disk_start_sector", NumberFrom(2048), "First sector of the first partition; at least 2048, which is the default.")
                .only_for(IMAGE, &["oem"]),
            optional("eficsmpart_id", Form(&NUMBER), "Number of the BIOS boot partition.").since("8.4").only_for(IMAGE, &["oem"]),
            optional("efipart_id", Form(&NUMBER), "Number of the EFI partition.").since("8.4").only_for(IMAGE, &["oem"]),
            optional("bootpart_id", Form(&NUMBER), "Number of the boot partition.").since("8.4").only_for(IMAGE, &["oem"]),
            optional("rootpart_id", Form(&NUMBER), "Number of the root partition.").since("8.4").only_for(IMAGE, &["oem"]),
            optional("boot_clone", Form(&NUMBER), "How many copies of the boot partition to add.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("root_clone", Form(&NUMBER), "How many copies of the root partition to add.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("mdraid", Words(MdRaid::WORDS), "Puts the root file system on a software RAID that starts with one disk.")
                .only_for(IMAGE, &["oem"]),
            optional("target_removable", Boolean, "Installs GRUB for removable media, without a firmware boot entry.")
                .only_for(IMAGE, &["oem"]),
            // The spare partition.
            optional("spare_part", Form(&PARTITION_SIZE), "Size of an extra partition, in MB or with suffix `M` or `G`.")
                .only_for(IMAGE, &["oem"]),
            optional("spare_part_fs", Words(&[word("btrfs"), word("ext2"), word("ext3"), word("ext4"), word("xfs")]), "File system of the spare partition.").since("7.1")
                .only_for(IMAGE, &["oem"]),
            optional("spare_part_fs_attributes", Form(&FILE_ATTRIBUTES), "File attributes set on the spare partition's file system, separated by commas.").since("7.1")
                .only_for(IMAGE, &["oem"]),
            optional("spare_part_is_last", Boolean, "Puts the spare partition at the end, where it takes the rest of the disk.").since("7.1")
                .only_for(IMAGE, &["oem"]),
            optional("spare_part_mountpoint", Text, "Where the spare partition is mounted.").since("7.1").only_for(IMAGE, &["oem"]),
            // Read-only root with a writable layer.
            optional("overlayroot", Boolean, "Makes the root tree a read-only image with a writable layer on top.")
                .only_for(IMAGE, &["oem"]),
            optional("overlayroot_readonly_createoptions", Text, "Options for the program that makes the read-only root image, separated by blanks.").since("8.5")
                .meant_for(IMAGE, &["oem"]),
            optional("overlayroot_readonly_filesystem", Words(&[word("squashfs"), word("erofs")]), "File system of the read-only root image; default `squashfs`.").since("8.3")
                .only_for(IMAGE, &["oem"]),
            optional("overlayroot_readonly_partsize", Number, "Size of the read-only partition in MB; computed when absent.").since("7.4")
                .only_for(IMAGE, &["oem"]),
            optional("overlayroot_write_partition", Boolean, "Whether there is a partition for the writable layer; default true.").since("7.4")
                .only_for(IMAGE, &["oem"]),
            // dm-verity and dm-integrity.
            optional("verity_blocks", Form(&BLOCKS), "Number of data blocks protected by dm-verity, or `all`.").since("7.5")
                .only_for(IMAGE, &["oem", "iso"]),
            optional("embed_verity_metadata", Boolean, "Stores the dm-verity parameters behind the data.").since("7.5").only_for(IMAGE, &["oem"]),
            optional("standalone_integrity", Boolean, "Puts a dm-integrity layer below the root file system.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("integrity_keyfile", Text, "Key file for dm-integrity with HMAC.").since("7.5").only_for(IMAGE, &["oem"]),
            optional("integrity_legacy_hmac", Boolean, "Uses the older, weaker HMAC computation of dm-integrity.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("embed_integrity_metadata", Boolean, "Stores the dm-integrity parameters behind the data.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            optional("integrity_metadata_key_description", Text, "Name of the key in the stored dm-integrity parameters.").since("7.5")
                .only_for(IMAGE, &["oem"]),
            // Subvolumes and snapshots of btrfs.
            optional("btrfs_quota_groups", Boolean, "Switches on quota accounting of the btrfs root.").only_for(IMAGE, &["oem"]),
            optional("btrfs_root_is_subvolume", Boolean, "Puts the root tree into a subvolume instead of the top level.").since("7.6")
                .only_for(IMAGE, &["oem"]),
            optional("btrfs_root_is_snapper_snapshot", Boolean, "Makes the root tree the first snapshot of snapper.").since("8.3")
                .only_for(IMAGE, &["oem"]),
            optional("btrfs_root_is_readonly_snapshot", Boolean, "Makes that first snapshot read-only.").only_for(IMAGE, &["oem"]),
            optional("btrfs_set_default_volume", Boolean, "Makes the root subvolume the default one; default true.").since("7.6")
                .only_for(IMAGE, &["oem"]),
            // Format the disk is converted to.
            optional("format", WordsOrForm(ImageFormat::PLAIN, &CONTAINER_FORMAT), "Format the raw disk is converted to.")
                .only_for(IMAGE, &["oem"]),
            optional("formatoptions", Text, "Options of the format, `KEY=VALUE` separated by commas.").only_for(IMAGE, &["oem"]),
            optional("gcelicense", Text, "Licence string in the manifest of Google Compute Engine images.").only_for(IMAGE, &["oem"]),
            optional("vhdfixedtag", Form(&VHD_TAG), "Tag (GUID) written into a fixed VHD.").only_for(IMAGE, &["oem"]),
            // Installation media.
            optional("installiso", Boolean, "Also makes an installation ISO image.").only_for(IMAGE, &["oem"]),
            optional("installstick", Boolean, "Also makes an installation image for USB sticks.").only_for(IMAGE, &["oem"]),
            optional("installpxe", Boolean, "Also makes an installation archive for network boot.").only_for(IMAGE, &["oem"]),
            optional("installboot", Words(InstallBoot::WORDS), "Boot menu entry the installation medium starts by itself; default `harddisk`.")
                .only_for(IMAGE, &["oem"]),
            optional("installprovidefailsafe", Boolean, "Adds a failsafe entry to the installation boot menu; default true.")
                .only_for(IMAGE, &["oem"]),
            optional("install_continue_on_timeout", Boolean, "Starts the chosen installation entry after the timeout; default true.").since("6.9")
                .only_for(IMAGE, &["oem"]),
            // Encryption.
            optional("luks", Text, "Passphrase of the encrypted root; `random` or a `file:` location are possible too.")
                .only_for(IMAGE, &["oem", "iso", "pxe", "kis"]),
            optional("luksOS", Words(LuksOs::WORDS), "Encryption settings an older distribution can read.")
                .only_for(IMAGE, &["oem", "iso", "pxe", "kis"]),
            optional("luks_pbkdf", Words(LuksPbkdf::WORDS), "Key derivation of LUKS key slots.").since("7.6")
                .only_for(IMAGE, &["oem", "iso", "pxe", "kis"]),
            optional("luks_randomize", Boolean, "Fills the encrypted device with random data first; default true.").since("7.6")
                .meant_for(IMAGE, &["oem", "iso", "pxe", "kis"]),
            optional("luks_version", Words(LuksVersion::WORDS), "LUKS format version.").since("7.5")
                .meant_for(IMAGE, &["oem", "iso", "pxe", "kis"]),
            // Live media and ISO headers.
            optional("flags", Words(LiveFlags::WORDS), "Initrd module that starts the live system; default `overlay`.")
                .only_for(IMAGE, &["iso"]),
            optional("hybridpersistent", Boolean, "Keeps changes to the live system on the medium.").only_for(IMAGE, &["iso", "pxe"]),
            optional("hybridpersistent_filesystem", Words(&[word("ext4"), word("xfs")]), "File system of the area that keeps changes.")
                .only_for(IMAGE, &["iso", "pxe"]),
            optional("mediacheck", Boolean, "Adds a checksum and a menu entry that verifies the medium.").only_for(IMAGE, &["iso"]),
            optional("volid", Form(&SHORT_NAME), "Volume name of the ISO image, at most 32 characters.")
                .only_for(IMAGE, &["iso", "oem"]),
            optional("application_id", Form(&ISO_TEXT), "Application identifier in the ISO header.").since("8.1")
                .only_for(IMAGE, &["iso", "oem"]),
            optional("publisher", Form(&ISO_TEXT), "Publisher in the ISO header.").only_for(IMAGE, &["iso"]),
            // Containers and what is derived from them.
            optional("derived_from", Text, "Locations of the base containers, separated by commas.")
                .only_for(IMAGE, &["docker", "oci", "oem"]),
            optional("delta_root", Boolean, "Keeps only what differs from the base container.").since("7.5").only_for(IMAGE, &["docker", "oci"]),
            optional("provide_system_files", Boolean, "Stores the list of installed files for later images.").since("8.2")
                .only_for(IMAGE, &["docker", "oci"]),
            optional("require_system_files", Boolean, "Extends the stored list of installed files.").since("8.2")
                .only_for(IMAGE, &["docker", "oci"]),
            optional("ensure_empty_tmpdirs", Boolean, "Leaves the temporary directories of the container empty; default true.").since("7.5")
                .only_for(IMAGE, &["docker", "oci"]),
            optional("metadata_path", Text, "Directory with the metadata of an appx package.").since("7.1")
                .only_for(IMAGE, &["appx"]).required_for(IMAGE, &["appx"]),
            // Kernel, initrd and root image; enclaves.
            optional("compressed", Boolean, "Compresses the root image with xz.").only_for(IMAGE, &["pxe", "kis"]),
            optional("archive", Boolean, "Packs the results into one tar archive; default true.").since("8.5").only_for(IMAGE, &["kis"]),
            optional("enclave_format", Words(EnclaveFormat::WORDS), "Kind of enclave.").since("8.2").only_for(IMAGE, &["enclave"]),
        ])
        .children(&[
            maybe("bootloader"), maybe("containerconfig"), maybe("machine"), maybe("oemconfig"), maybe("size"), maybe("systemdisk"),
            maybe("partitions"), any("vagrantconfig"), maybe("installmedia"), any("initrd").since("8.3"), maybe("luksformat"),
        ]),
];
