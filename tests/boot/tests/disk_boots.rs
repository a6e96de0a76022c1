//! Disks start from BIOS and EFI, as raw disks and as qcow2, and the system on them is what the description promised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::{Bench, distribution};
use kiwi_end_to_end::description::Description;
use kiwi_end_to_end::partitions;
use kiwi_end_to_end::say;
use kiwi_testkit::qemu::{Firmware, Guest, GuestOptions, can_boot};

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("everything_raw_by_bios", everything_raw_by_bios),
    Case::new("everything_qcow2_by_uefi", everything_qcow2_by_uefi),
    Case::new("users_disk_qcow2_by_bios", users_disk_qcow2_by_bios),
    Case::new(
        "users_example_raw_by_uefi_with_secure_boot",
        users_example_with_secure_boot,
    ),
];

/// How long an emulated machine may take to its login prompt.
const BOOT: Duration = Duration::from_secs(300);

/// What a description promises of the running system.
struct Promise {
    hostname: &'static str,
    /// Lines of `/etc/passwd` without comment, and the groups.
    users: &'static [(&'static str, &'static str)],
    locale: &'static str,
    keymap: &'static str,
    timezone: &'static str,
    /// Mount points and their file systems.
    mounts: &'static [(&'static str, &'static str)],
    swap: bool,
    /// What a size of the description asks for, in MiB.
    free: u64,
    /// Further commands, and what they print.
    prints: &'static [(&'static str, &'static str)],
}

const EVERYTHING: Promise = Promise {
    hostname: "everything",
    users: &[
        ("root", "root:x:0:0:/root:/bin/bash root"),
        ("guest", "guest:x:1000:100:/home/guest:/bin/bash users"),
        ("admin", "admin:x:1500:4:/home/admin:/bin/bash adm testers"),
    ],
    locale: "de_DE.UTF-8",
    keymap: "de",
    timezone: "Europe/Berlin",
    mounts: &[("/", "ext4"), ("/boot", "ext4"), ("/boot/efi", "vfat")],
    swap: true,
    free: 256,
    prints: &[
        ("cat /etc/ImageID", "4711"),
        ("cat /usr/local/share/overlay.txt", "From the overlay tree."),
        ("cat /opt/data/archive.txt", "From the archive."),
        (
            "stat -c '%U:%G %a' /usr/local/share/placed.txt",
            "guest:users 640",
        ),
        (
            "getcap /srv/odd/capable",
            "/srv/odd/capable cap_net_bind_service,cap_net_raw=ep",
        ),
        (
            "su -s /bin/sh guest -c 'ping -c 1 -W 5 127.0.0.1 > /dev/null && echo answers'",
            "answers",
        ),
        (
            "stat -c '%U:%G %a' /srv/odd/raised /srv/odd/shared",
            "root:adm 6750\nadmin:testers 2775",
        ),
        (
            "getfattr --absolute-names --only-values -n user.kiwi /srv/odd/attribute",
            "end to end",
        ),
        ("getfacl -cp /srv/odd/acl | grep admin", "user:admin:rw-"),
        ("locale -a | grep -i de_DE", "de_DE.utf8"),
        (
            "dpkg-query -W -f '${Status}' netbase 2> /dev/null | grep -c ' installed'",
            "0",
        ),
        ("ls /image /.kconfig 2> /dev/null | wc -l", "0"),
    ],
};

const EXAMPLE: Promise = Promise {
    hostname: "debian-disk",
    users: &[
        ("root", "root:x:0:0:/root:/bin/bash root"),
        ("guest", "guest:x:1000:100:/home/guest:/bin/bash users"),
    ],
    locale: "en_US.UTF-8",
    keymap: "us",
    timezone: "UTC",
    mounts: &[("/", "ext4"), ("/boot/efi", "vfat")],
    swap: false,
    free: 256,
    prints: &[("locale -a | grep -i en_US", "en_US.utf8")],
};

/// Asks for everything in one go; each answer begins with a line of its own.
const QUESTIONS: &str = r#"
say() { echo "=== $1"; }
say state; systemctl is-system-running --wait
say failed; systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1
say hostname; hostname
say locale; cat /etc/locale.conf /etc/default/locale 2> /dev/null | sed -n 's/^LANG=//p'
say keymap; . /etc/vconsole.conf; echo "$KEYMAP"
say timezone; readlink -f /etc/localtime
say machine-id; cat /etc/machine-id
say swaps; tail -n +2 /proc/swaps | wc -l
say fstab; findmnt --fstab --noheadings --raw --output TARGET,FSTYPE
say mounted; findmnt --kernel --noheadings --raw --output TARGET,FSTYPE
say size; stat -f -c '%b %S %f' /
say device; lsblk --noheadings --bytes --output SIZE "$(findmnt --noheadings --output SOURCE /)"
say errors; dmesg --level=err,crit,alert,emerg | grep -i -e ext4 -e 'vd[a-z]' || true
"#;

fn everything_raw_by_bios(bench: &Bench) -> Result<()> {
    let target = bench.results(bench.anyone(), "oem")?;
    boots(&result(&target, "raw")?, "raw", Firmware::Bios, &EVERYTHING)
}

fn everything_qcow2_by_uefi(bench: &Bench) -> Result<()> {
    let target = bench.results(bench.anyone(), "oem")?;
    boots(
        &result(&target, "qcow2")?,
        "qcow2",
        Firmware::Uefi,
        &EVERYTHING,
    )
}

fn users_disk_qcow2_by_bios(bench: &Bench) -> Result<()> {
    if bench.root().is_none() {
        say!("the user's disk is the one of the other tests");
        return Ok(());
    }
    let target = bench.results(bench.user(), "oem")?;
    boots(
        &result(&target, "qcow2")?,
        "qcow2",
        Firmware::Bios,
        &EVERYTHING,
    )
}

/// The example of `./demo`, built as `./demo` does it.
fn users_example_with_secure_boot(bench: &Bench) -> Result<()> {
    let user = bench.user();
    let directory = bench.directory().join("descriptions/debian-disk");
    kiwi_end_to_end::bench::remove(&directory)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/debian-disk");
    let description = Description::copy_of(&source, &directory)?;
    bench.share_cache(user)?;
    let target = bench.fresh(user, "debian-disk")?.join("out");
    bench
        .kiwi(user)
        .args([
            "--profile",
            distribution(),
            "system",
            "build",
            "--description",
        ])
        .args([
            description.path().as_os_str(),
            "--target-dir".as_ref(),
            target.as_os_str(),
        ])
        .succeed()?;
    boots(
        &result(&target, "raw")?,
        "raw",
        Firmware::UefiSecureBoot,
        &EXAMPLE,
    )
}

/// Finds the result with an extension.
fn result(target: &Path, extension: &str) -> Result<PathBuf> {
    for entry in fs_err::read_dir(target)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            return Ok(path);
        }
    }
    anyhow::bail!("no `.{extension}` in `{}`", target.display())
}

/// Starts a disk and demands what was promised.
fn boots(disk: &Path, format: &str, firmware: Firmware, promise: &Promise) -> Result<()> {
    if !can_boot(firmware) {
        return Ok(());
    }
    let started = std::time::Instant::now();
    let mut guest = Guest::boot(&GuestOptions::new(disk, format).firmware(firmware))?;
    guest.login("root", "kiwi", BOOT)?;
    say!(
        "{:6.1} s  to the login, {format} by {firmware:?}",
        started.elapsed().as_secs_f64()
    );
    let answers = ask(&mut guest)?;
    let answer = |name: &str| answers.get(name).map(String::as_str).unwrap_or_default();

    ensure!(
        answer("failed").is_empty(),
        "failed units: {}",
        answer("failed")
    );
    ensure!(
        answer("state") == "running",
        "the system is `{}`",
        answer("state")
    );
    ensure!(
        answer("errors").is_empty(),
        "the kernel says: {}",
        answer("errors")
    );
    for (name, expected) in [
        ("hostname", promise.hostname),
        ("locale", promise.locale),
        ("keymap", promise.keymap),
        ("swaps", if promise.swap { "1" } else { "0" }),
    ] {
        ensure!(
            answer(name) == expected,
            "{name} is `{}`, not `{expected}`",
            answer(name)
        );
    }
    ensure!(
        answer("timezone").ends_with(promise.timezone),
        "the time zone is `{}`",
        answer("timezone")
    );
    // Made by the first boot, not by the build.
    ensure!(
        answer("machine-id").len() == 32,
        "machine id `{}`",
        answer("machine-id")
    );
    let lines = |name: &str| answer(name).lines().map(str::to_owned).collect::<Vec<_>>();
    for (place, kind) in promise.mounts {
        let line = format!("{place} {kind}");
        ensure!(
            lines("fstab").contains(&line),
            "`{line}` is not in fstab:\n{}",
            answer("fstab")
        );
        ensure!(
            lines("mounted").contains(&line),
            "`{line}` is not mounted:\n{}",
            answer("mounted")
        );
    }
    if format == "raw" {
        ensure!(
            answer("device") == partitions::largest(disk)?.size.to_string(),
            "the root partition has {} bytes",
            answer("device")
        );
    }
    right_size(answer("size"), answer("device"), promise.free)?;
    for (name, expected) in promise.users {
        let account = guest.output_of(&format!(
            "getent passwd {name} | cut -d : -f 1,2,3,4,6,7 | tr '\\n' ' '; id -nG {name}"
        ))?;
        ensure!(account == *expected, "user `{account}`, not `{expected}`");
    }
    for (command, expected) in promise.prints {
        let printed = guest.run(command)?.text;
        ensure!(
            printed.trim_end() == *expected,
            "`{command}` prints `{printed}`, not `{expected}`"
        );
    }
    guest.power_off(Duration::from_secs(120))
}

/// The file system fills its partition, and has at least the free space that was asked for.
fn right_size(numbers: &str, device: &str, free_mebibytes: u64) -> Result<()> {
    let numbers: Vec<u64> = numbers
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [blocks, block_size, free_blocks] = numbers[..] else {
        anyhow::bail!("{numbers:?} are no three numbers");
    };
    let (device, size) = (device.parse::<u64>()?, blocks * block_size);
    // Inode tables and the journal are no blocks for files.
    ensure!(
        size <= device && size > device / 10 * 8,
        "{size} bytes in a partition of {device}"
    );
    let free = (free_blocks * block_size) >> 20;
    ensure!(
        free >= free_mebibytes / 10 * 9,
        "only {free} MiB are free, {free_mebibytes} were asked for"
    );
    Ok(())
}

fn ask(guest: &mut Guest) -> Result<BTreeMap<String, String>> {
    let output = guest.run(QUESTIONS)?;
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    let mut name = None;
    for line in output.text.lines() {
        if let Some(next) = line.strip_prefix("=== ") {
            name = Some(next.to_owned());
            answers.insert(next.to_owned(), String::new());
            continue;
        }
        let name = name.clone().context("text before the first answer")?;
        let answer = answers.entry(name).or_default();
        if !answer.is_empty() {
            answer.push('\n');
        }
        answer.push_str(line);
    }
    Ok(answers)
}
