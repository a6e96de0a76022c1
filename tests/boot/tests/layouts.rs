//! Every layout of disks: made by an ordinary user from one tree, booted, and looked at from inside.

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use kiwi_end_to_end::bench::{Bench, distribution};
use kiwi_end_to_end::identity::output;
use kiwi_end_to_end::say;
use kiwi_testkit::qemu::{Firmware, Guest, GuestOptions, can_boot};

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("lvm_in_luks2", |bench| boots(bench, &LVM_IN_LUKS2)),
    Case::new("raid1_degraded", |bench| boots(bench, &MIRROR)),
    Case::new("verity", verity),
    Case::new("overlay_squashfs", |bench| boots(bench, &OVERLAY)),
    Case::new("btrfs_snapshot_root", |bench| boots(bench, &SNAPSHOT)),
    Case::new("systemd_boot_with_uki", |bench| boots(bench, &UNIFIED)),
    Case::slow("the_same_twice", the_same_twice),
    Case::slow("overlay_erofs", |bench| boots(bench, &OVERLAY_EROFS)),
    Case::slow("lvm", |bench| boots(bench, &LVM)),
    Case::slow("luks1", |bench| boots(bench, &LUKS1)),
    Case::slow("luks1_in_raid1", |bench| boots(bench, &LUKS_IN_MIRROR)),
    Case::slow("integrity", |bench| boots(bench, &INTEGRITY)),
    Case::slow("xfs", |bench| boots(bench, &XFS)),
    Case::slow("extra_partitions", |bench| boots(bench, &PARTITIONS)),
];

/// How long an emulated machine may take to its login prompt.
const BOOT: Duration = Duration::from_secs(400);

/// One way to put the tree on a disk, and what is true of the guest then.
struct Layout {
    profile: &'static str,
    firmware: Firmware,
    /// What is typed when the initrd asks.
    passphrase: Option<&'static str>,
    /// Gets a second, empty disk.
    second_disk: bool,
    /// Units that fail, because the root file system cannot be written.
    failed: &'static str,
    /// Commands, and what they print.
    prints: &'static [(&'static str, &'static str)],
}

const LVM: Layout = Layout {
    profile: "Lvm",
    firmware: Firmware::Bios,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        (
            "lvs --noheadings -o lv_name | tr -d ' ' | sort | tr '\\n' ' '",
            "LVRoot LVSwap data var var_log",
        ),
        ("findmnt -n -o SOURCE /srv/data", "/dev/mapper/vgtest-data"),
        (
            "lvs --noheadings --units m -o lv_size vgtest/var_log | tr -d ' '",
            "64.00m",
        ),
        ("lsblk -n -o LABEL /dev/vgtest/var_log", "logs"),
        ("tail -n +2 /proc/swaps | wc -l", "1"),
    ],
};

const LVM_IN_LUKS2: Layout = Layout {
    profile: "LvmInLuks",
    firmware: Firmware::Uefi,
    passphrase: Some("opensesame"),
    second_disk: false,
    failed: "",
    prints: &[
        ("cryptsetup status luks | sed -n 's/^ *type: *//p'", "LUKS2"),
        ("findmnt -n -o SOURCE /", "/dev/mapper/systemVG-LVRoot"),
        ("findmnt -n -o SOURCE /home", "/dev/mapper/systemVG-home"),
        // The passphrase is nowhere.
        (
            "grep -rl opensesame /etc /root /boot /usr/lib/dracut | wc -l",
            "0",
        ),
        (
            "ls -A /root/.root.keyfile /root/.slotpass 2> /dev/null | wc -l",
            "0",
        ),
    ],
};

const LUKS1: Layout = Layout {
    profile: "Luks1",
    firmware: Firmware::Bios,
    passphrase: Some("opensesame"),
    second_disk: false,
    failed: "",
    prints: &[
        ("cryptsetup status luks | sed -n 's/^ *type: *//p'", "LUKS1"),
        ("findmnt -n -o SOURCE /", "/dev/mapper/luks"),
    ],
};

const LUKS_IN_MIRROR: Layout = Layout {
    profile: "LuksInMirror",
    firmware: Firmware::Uefi,
    passphrase: Some("opensesame"),
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o SOURCE /", "/dev/mapper/luks"),
        (
            "cryptsetup status luks | sed -n 's/^ *device: *//p'",
            "/dev/md0",
        ),
        ("stat -c %a /root/.root.keyfile", "600"),
    ],
};

const MIRROR: Layout = Layout {
    profile: "Mirror",
    firmware: Firmware::Bios,
    passphrase: None,
    second_disk: true,
    failed: "",
    prints: &[
        ("findmnt -n -o SOURCE /", "/dev/md0"),
        (
            "mdadm --detail /dev/md0 | sed -n 's/^ *State : //p' | tr -d ' '",
            "clean,degraded",
        ),
        (
            "echo 1000000 > /sys/block/md0/md/sync_speed_min; \
             mdadm -q --manage /dev/md0 --add /dev/vdb; mdadm --wait /dev/md0; cat /sys/block/md0/md/degraded",
            "0",
        ),
    ],
};

const VERITY: Layout = Layout {
    profile: "Verity",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "systemd-logind.service",
    prints: &[
        ("findmnt -n -o SOURCE /", "/dev/mapper/verityroot"),
        (
            "veritysetup status verityroot | sed -n 's/^ *status: *//p'",
            "verified",
        ),
    ],
};

const OVERLAY: Layout = Layout {
    profile: "OverlaySquashfs",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o FSTYPE /", "overlay"),
        ("touch /new && ls /new", "/new"),
        (
            "lsblk -n -o FSTYPE,PARTLABEL /dev/vda | grep -c 'squashfs *p.lxreadonly'",
            "1",
        ),
    ],
};

const OVERLAY_EROFS: Layout = Layout {
    profile: "OverlayErofs",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o FSTYPE /", "overlay"),
        ("touch /new && ls /new", "/new"),
    ],
};

const INTEGRITY: Layout = Layout {
    profile: "Integrity",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o SOURCE /", "/dev/mapper/integrityRoot"),
        (
            "integritysetup status integrityRoot | sed -n 's/^ *integrity: *//p'",
            "sha256",
        ),
    ],
};

const SNAPSHOT: Layout = Layout {
    profile: "Snapshot",
    firmware: Firmware::Bios,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        (
            "btrfs subvolume get-default / | sed 's/.* path //'",
            "@/.snapshots/1/snapshot",
        ),
        ("findmnt -n -o FSROOT /home", "/@/home"),
        ("findmnt -n -o FSROOT /.snapshots", "/@/.snapshots"),
    ],
};

const XFS: Layout = Layout {
    profile: "Xfs",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o FSTYPE /", "xfs"),
        ("findmnt -n -o FSTYPE /boot", "xfs"),
    ],
};

const UNIFIED: Layout = Layout {
    profile: "Unified",
    firmware: Firmware::Uefi,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("ls /boot/efi/EFI/Linux", "kiwi.efi"),
        ("ls /sys/firmware/efi/efivars | grep -c StubInfo", "1"),
    ],
};

const PARTITIONS: Layout = Layout {
    profile: "Partitions",
    firmware: Firmware::Bios,
    passphrase: None,
    second_disk: false,
    failed: "",
    prints: &[
        ("findmnt -n -o FSTYPE /var", "ext4"),
        ("findmnt -n -o FSTYPE /srv", "ext3"),
        ("lsblk -n -o PARTLABEL /dev/vda | grep -c spare", "1"),
        ("lsblk -n -o PARTLABEL /dev/vda | grep -c lxbootclone1", "1"),
    ],
};

/// Makes the disk of a layout.
fn made(bench: &Bench, layout: &Layout) -> Result<PathBuf> {
    let user = bench.user();
    let profiles = ["--profile", distribution(), "--profile", layout.profile];
    let tree = bench.layouts_tree(user)?;
    let target = bench.fresh(user, &format!("layout-{}", layout.profile))?;
    bench
        .kiwi(user)
        .args(profiles)
        .args([
            "system".as_ref(),
            "create".as_ref(),
            "--root".as_ref(),
            tree.as_os_str(),
        ])
        .args(["--target-dir".as_ref(), target.as_os_str()])
        .succeed()?;
    Ok(target.join("layouts.x86_64-1.0.0.raw"))
}

fn boots(bench: &Bench, layout: &Layout) -> Result<()> {
    if !can_boot(layout.firmware) {
        return Ok(());
    }
    let disk = made(bench, layout)?;
    looked_at(bench, layout, &disk)?;
    fs_err::remove_file(disk)?;
    Ok(())
}

/// Starts a disk and asks the guest.
fn looked_at(bench: &Bench, layout: &Layout, disk: &Path) -> Result<()> {
    let started = std::time::Instant::now();
    let mut options = GuestOptions::new(disk, "raw").firmware(layout.firmware);
    if layout.second_disk {
        let second = bench.directory().join("second-disk.raw");
        fs_err::File::create(&second)?.set_len(4 << 30)?;
        let drive = format!("file={},format=raw,if=virtio", second.display());
        options.extra = vec!["-drive".to_owned(), drive];
    }
    let mut guest = Guest::boot(&options)?;
    if let Some(passphrase) = layout.passphrase {
        guest.expect_any(&["enter passphrase", "nter passphrase for"], BOOT)?;
        std::thread::sleep(Duration::from_secs(2));
        guest.send_line(passphrase)?;
    }
    guest.login("root", "kiwi", BOOT)?;
    say!("{:6.1} s  to the login", started.elapsed().as_secs_f64());
    // Commands of these tests go through files there, and some root file systems cannot be written.
    guest.send_line("mount -t tmpfs tmpfs /tmp")?;
    // The one that commits the machine id loses a race in systemd 252 now and then, on whatever disk.
    let failed = guest
        .run(
            "systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1 \
             | grep -v systemd-machine-id-commit",
        )?
        .text;
    ensure!(failed.trim() == layout.failed, "failed units: {failed}");
    for (command, expected) in layout.prints {
        let printed = guest.run(command)?.text;
        ensure!(
            printed.trim() == *expected,
            "`{command}` prints `{printed}`, not `{expected}`"
        );
    }
    guest.power_off(Duration::from_secs(180))
}

/// A sealed disk starts, and does not when one byte of it has changed.
fn verity(bench: &Bench) -> Result<()> {
    if !can_boot(VERITY.firmware) {
        return Ok(());
    }
    let disk = made(bench, &VERITY)?;
    looked_at(bench, &VERITY, &disk)?;
    flip_super_block(&disk)?;
    let mut guest = Guest::boot(&GuestOptions::new(&disk, "raw").firmware(VERITY.firmware))?;
    let text = guest.login("root", "kiwi", Duration::from_secs(150)).err();
    let transcript = guest.transcript();
    ensure!(text.is_some(), "a changed disk started");
    ensure!(
        transcript.contains("verity"),
        "nothing on the console says why:\n{transcript}"
    );
    fs_err::remove_file(disk)?;
    Ok(())
}

/// The same tree gives the same disk.
fn the_same_twice(bench: &Bench) -> Result<()> {
    for layout in [
        &LVM_IN_LUKS2,
        &MIRROR,
        &VERITY,
        &INTEGRITY,
        &OVERLAY,
        &OVERLAY_EROFS,
        &SNAPSHOT,
        &XFS,
        &UNIFIED,
        &PARTITIONS,
    ] {
        let digest = || -> Result<String> {
            let disk = made(bench, layout)?;
            let text = output("sha256sum", &[disk.to_str().context("a path")?])?;
            fs_err::remove_file(disk)?;
            Ok(text)
        };
        ensure!(digest()? == digest()?, "{} differs", layout.profile);
    }
    Ok(())
}

/// Changes one byte of the super block of the last partition's file system, which is read before anything else.
fn flip_super_block(disk: &Path) -> Result<()> {
    let last = kiwi_end_to_end::partitions::largest(disk)?;
    let file = fs_err::OpenOptions::new()
        .read(true)
        .write(true)
        .open(disk)?;
    let mut byte = [0];
    // The name the volume has, which nothing depends on.
    let place = last.start + 1024 + 0x78;
    file.file()
        .read_exact_at(&mut byte, place)
        .context("the super block")?;
    file.file().write_all_at(&[byte[0] ^ 1], place)?;
    (&file).flush()?;
    Ok(())
}
