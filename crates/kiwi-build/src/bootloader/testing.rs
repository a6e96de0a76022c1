//! A disk and a tree, for the tests of this room.

use kiwi_plan::plan::disk::DiskPlan;

use crate::root::testing::Bench;

/// A GPT disk with an EFI system partition and a root partition.
pub(crate) fn disk() -> DiskPlan {
    serde_json::from_str(DISK).unwrap()
}

/// A Debian with kernel, initrd and systemd's EFI programs, as far as names go.
pub(crate) fn tree_with_systemd() -> Bench {
    let bench = Bench::new();
    for (path, text) in [
        ("etc/os-release", "ID=debian\n"),
        ("usr/lib/systemd/boot/efi/systemd-bootx64.efi", "sd-boot"),
        ("usr/lib/systemd/boot/efi/linuxx64.efi.stub", "stub"),
        ("boot/vmlinuz-6.1", "kernel"),
        ("boot/initrd.img-6.1", "initrd"),
        ("lib/modules/6.1/modules.dep", ""),
    ] {
        bench.write(path, text);
    }
    bench
}

/// The smallest EFI program for x86-64.
pub(crate) fn efi_program() -> Vec<u8> {
    let mut bytes = vec![0; 1536];
    for (place, value) in [
        (0, &b"MZ"[..]),
        (0x3c, &[64]),
        (64, b"PE\0\0\x64\x86\x01\0"),
        (84, &[240]),
        (88, &[0x0b, 0x02]),
        (88 + 33, &[16]),
        (88 + 37, &[2]),
        (88 + 57, &[32]),
        (88 + 61, &[4]),
        (88 + 108, &[16]),
        (328, b".text"),
        (328 + 9, &[2]),
        (328 + 13, &[16]),
        (328 + 17, &[2]),
        (328 + 21, &[4]),
    ] {
        bytes[place..place + value.len()].copy_from_slice(value);
    }
    bytes
}

const DISK: &str = r#"{
  "file_name": "test.x86_64-1.0.0.raw", "firmware": "efi", "table": "gpt", "sector_size": 512, "start_sector": 2048,
  "disk_guid": "00000000-0000-4000-8000-000000000001", "mbr_id": 1,
  "partitions": [
    {"role": "efi", "id": "efi", "number": 1, "name": "p.UEFI", "type_guid": "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "mbr_type": 239,
     "guid": "00000000-0000-4000-8000-000000000002", "active": false, "size_mib": 512,
     "filesystem": {"kind": "fat16", "label": "EFI", "uuid": "1234-ABCD", "create_options": [], "mount_options": null,
                    "compression": null},
     "mountpoint": "/boot/efi", "id_keys": [], "reason": "", "size_origin": {"default": ""}},
    {"role": "root", "id": "root", "number": 2, "name": "p.lxroot", "type_guid": "0fc63daf-8483-4772-8e79-3d69d8477de4", "mbr_type": 131,
     "guid": "00000000-0000-4000-8000-000000000003", "active": false, "size_mib": null,
     "filesystem": {"kind": "ext4", "label": "ROOT", "uuid": "00000000-0000-4000-8000-000000000004",
                    "create_options": [], "mount_options": null, "compression": null},
     "mountpoint": "/", "id_keys": [], "reason": "", "size_origin": {"default": ""}}
  ],
  "size": {"rule": "computed"}, "size_origin": null, "unpartitioned_mib": 0, "persistency": "by-uuid", "fstab": [], "initrd": null,
  "boot": {
    "loader": "grub2", "bios": false, "efi": "plain", "command_line": "quiet root=UUID=1", "root_argument": "root=UUID=1",
    "title": "The Title", "timeout_seconds": 3, "timeout_style": null, "output_console": [], "input_console": [],
    "serial_line": null, "video_mode": "auto", "bls": true, "theme": null, "removable": false, "install_options": [],
    "shim_options": [], "config_options": [], "environment": [], "boot_path": "/boot", "efi_target": "x86_64-efi",
    "efi_fallback_name": "bootx64.efi"
  },
  "format": null, "excludes": []
}"#;
