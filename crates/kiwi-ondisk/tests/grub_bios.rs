//! Tiny disks on which only GRUB lives boot in QEMU and say so on the serial line.
#![allow(clippy::disallowed_types, clippy::unwrap_used)]

mod judge;

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use judge::{judge, verdict};
use kiwi_ondisk::grub_bios::{self, CoreLocation};
use kiwi_ondisk::{SectorSize, gpt, guid, mbr};
use uuid::Uuid;

const MODULES: &str = "/usr/lib/grub/i386-pc";
const MIB: u64 = 1 << 20;
const DISK_BYTES: u64 = 8 * MIB;

/// Makes a core image that prints `marker` to the first serial port and stops.
fn core_image(directory: &Path, marker: &str) -> Option<Vec<u8>> {
    let mut mkimage = judge("grub-mkimage", "grub-common")?;
    if !Path::new(MODULES).join("boot.img").is_file() {
        eprintln!("SKIPPED: {MODULES} (package grub-pc-bin) is not there");
        assert!(!judge::required(), "{MODULES} is required");
        return None;
    }
    let (config, core) = (directory.join("early.cfg"), directory.join("core.img"));
    let script = format!("serial --unit=0\nterminal_output serial\necho {marker}\nhalt\n");
    std::fs::write(&config, script).unwrap();
    mkimage.args(["-O", "i386-pc", "-p", "/boot/grub", "-d", MODULES]);
    mkimage.arg("-c").arg(&config).arg("-o").arg(&core);
    verdict(mkimage.args([
        "biosdisk",
        "part_gpt",
        "part_msdos",
        "serial",
        "terminal",
        "echo",
        "halt",
    ]));
    Some(std::fs::read(core).unwrap())
}

/// Starts the disk and waits until `marker` comes out of the serial line.
fn boots_to(marker: &str, disk: &Path) {
    let Some(mut qemu) = judge("qemu-system-x86_64", "qemu-system-x86") else {
        return;
    };
    let drive = format!("file={},format=raw,if=ide", disk.display());
    qemu.args([
        "-accel", "tcg", "-m", "64", "-display", "none", "-serial", "stdio", "-monitor", "none",
    ]);
    qemu.args(["-nic", "none", "-no-reboot", "-drive", &drive]);
    let said = output_until(
        qemu.stdout(Stdio::piped()),
        marker,
        Duration::from_secs(120),
    );
    assert!(said.contains(marker), "`{marker}` was not among: {said}");
}

fn output_until(command: &mut Command, marker: &str, limit: Duration) -> String {
    let mut child = command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    let marker = marker.to_owned();
    std::thread::spawn(move || {
        let (mut said, mut buffer) = (String::new(), [0; 4096]);
        while let Ok(count @ 1..) = stdout.read(&mut buffer) {
            said.push_str(&String::from_utf8_lossy(&buffer[..count]));
            let done = said.contains(&marker);
            if sender.send(said.clone()).is_err() || done {
                break;
            }
        }
    });
    let mut said = String::new();
    let deadline = std::time::Instant::now() + limit;
    while let Ok(so_far) =
        receiver.recv_timeout(deadline.saturating_duration_since(std::time::Instant::now()))
    {
        said = so_far;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

#[test]
fn boots_from_a_bios_boot_partition() {
    let directory = tempfile::tempdir().unwrap();
    let Some(core) = core_image(directory.path(), "MARKER-GPT") else {
        return;
    };
    let disk = directory.path().join("disk.raw");
    let mut file = std::fs::File::create_new(&disk).unwrap();
    file.set_len(DISK_BYTES).unwrap();
    let table = gpt::Table {
        sector_size: SectorSize::Bytes512,
        disk_bytes: DISK_BYTES,
        disk_guid: Uuid::from_u128(1),
        disk_id: 7,
        first_sector: gpt::FirstSector::Protective,
        partitions: vec![gpt::Partition {
            number: 1,
            start_lba: 2048,
            sectors: 4096,
            type_guid: guid::BIOS_BOOT,
            unique_guid: Uuid::from_u128(2),
            name: "p.legacy".into(),
            attributes: 0,
        }],
    };
    table.write(&mut file).unwrap();
    drop(file);
    let mut file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&disk)
        .unwrap();
    let boot = std::fs::read(Path::new(MODULES).join("boot.img")).unwrap();
    let location = CoreLocation::BiosBootPartition {
        start_lba: 2048,
        sectors: 4096,
    };
    grub_bios::install(&mut file, &boot, &core, location).unwrap();
    if let Some(mut sgdisk) = judge("sgdisk", "gdisk") {
        assert!(verdict(sgdisk.arg("-v").arg(&disk)).contains("No problems found"));
    }
    boots_to("MARKER-GPT", &disk);
}

#[test]
fn boots_from_the_mbr_gap() {
    let directory = tempfile::tempdir().unwrap();
    let Some(core) = core_image(directory.path(), "MARKER-MBR") else {
        return;
    };
    let disk = directory.path().join("disk.raw");
    let mut file = std::fs::File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&disk)
        .unwrap();
    file.set_len(DISK_BYTES).unwrap();
    let boot = std::fs::read(Path::new(MODULES).join("boot.img")).unwrap();
    let location = CoreLocation::MbrGap {
        first_partition_lba: 2048,
    };
    grub_bios::install(&mut file, &boot, &core, location).unwrap();
    // The other order than in the test above: the table comes after the boot code.
    let table = mbr::Table {
        sector_size: SectorSize::Bytes512,
        disk_bytes: DISK_BYTES,
        disk_id: 7,
        partitions: vec![mbr::Partition {
            number: 1,
            start_lba: 2048,
            sectors: DISK_BYTES / 512 - 2048,
            kind: 0x83,
            active: true,
        }],
        extended: None,
    };
    table.write(&mut file).unwrap();
    drop(file);
    boots_to("MARKER-MBR", &disk);
}
