//! LVM, libblkid and GRUB read the volume groups that we write.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use judge::{judge, second_opinion, skipped, verdict};
use kiwi_ondisk::lvm::{
    DATA_OFFSET, DEFAULT_EXTENT_SIZE, LogicalVolume, VolumeGroup, VolumeSize, identifier,
};
use proptest::prelude::*;
use uuid::{Uuid, uuid};

/// Not a multiple of the extent size, nor of a sector.
const BYTES: u64 = (300 << 20) + 700;

fn volume(name: &str, number: u128, size: VolumeSize, tags: &[&str]) -> LogicalVolume {
    LogicalVolume {
        name: name.into(),
        uuid: Uuid::from_u128(0xfedc_ba98_7654_3210_0123_4567_89ab_0000 + number),
        size,
        tags: tags.iter().map(ToString::to_string).collect(),
    }
}

fn group() -> VolumeGroup {
    VolumeGroup {
        name: "systemVG".into(),
        uuid: uuid!("01234567-89ab-cdef-0123-456789abcdef"),
        physical_volume_uuid: uuid!("f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f"),
        extent_size: DEFAULT_EXTENT_SIZE,
        creation_time: 1_700_000_000,
        creation_host: "builder".into(),
        volumes: vec![
            volume("LVSwap", 1, VolumeSize::Bytes(30 << 20), &[]),
            volume("usr_local", 2, VolumeSize::Bytes(1), &["one", "key=two"]),
            volume("LVRoot", 3, VolumeSize::Rest, &[]),
            volume("LV-home.1", 4, VolumeSize::Bytes(44 << 20), &[]),
        ],
    }
}

/// A file whose first bytes are a physical volume.
struct Disk {
    _directory: tempfile::TempDir,
    path: PathBuf,
    file: File,
}

fn disk(group: &VolumeGroup, bytes: u64) -> Disk {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("physical-volume");
    let file = File::create_new(&path).unwrap();
    file.set_len(bytes).unwrap();
    group.write(&file, 0, bytes).unwrap();
    Disk {
        _directory: directory,
        path,
        file,
    }
}

/// Runs an LVM command without the settings and locks of this machine.
fn lvm(name: &str) -> Option<Command> {
    let mut command = judge(name, "lvm2")?;
    command.env("LVM_SUPPRESS_FD_WARNINGS", "1").env(
        "LVM_SYSTEM_DIR",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/lvm"),
    );
    Some(command)
}

fn dump(what: &str, path: &Path) -> Option<String> {
    let said = verdict(lvm("pvck")?.args(["--dump", what]).arg(path));
    assert!(!said.contains("CHECK"), "{said}");
    Some(said)
}

#[test]
fn pvck_finds_nothing_wrong_with_the_headers() {
    let disk = disk(&group(), BYTES);
    let Some(said) = dump("headers", &disk.path) else {
        return;
    };
    for line in [
        "label_header.id LABELONE",
        "label_header.sector 1",
        "pv_header.pv_uuid f0e1d2c3b4a5968778695a4b3c2d1e0f",
        "pv_header.device_size 314573312",
        "pv_header.disk_locn[0].offset 1048576",
        "pv_header.disk_locn[0].size 0",
        "pv_header.disk_locn[2].offset 4096",
        "pv_header.disk_locn[2].size 1044480",
        "pv_header_extension.version 2",
        "pv_header_extension.flags 1",
        "mda_header_1.start 4096",
        "mda_header_1.size 1044480",
        "mda_header_1.raw_locn[0].offset 512",
    ] {
        assert!(
            said.lines().any(|found| found.trim() == line),
            "{line} is missing in\n{said}"
        );
    }
    assert!(said.contains("# vgname systemVG seqno 1"), "{said}");
}

#[test]
fn pvck_reads_the_metadata() {
    let disk = disk(&group(), BYTES);
    let Some(said) = dump("metadata", &disk.path) else {
        return;
    };
    for text in [
        "id = \"012345-6789-abcd-ef01-2345-6789-abcdef\"",
        "dev_size = 614401\npe_start = 2048\npe_count = 74\n",
        "tags = [\"one\", \"key=two\"]",
        "creation_time = 1700000000",
        "creation_host = \"builder\"",
        "\"pv0\", 63\n",
    ] {
        assert!(said.contains(text), "{text} is missing in\n{said}");
    }
}

#[test]
fn blkid_recognises_the_physical_volume() {
    let Some(mut blkid) = judge("blkid", "util-linux") else {
        return;
    };
    let disk = disk(&group(), BYTES);
    let said = verdict(blkid.args(["-p", "-o", "export"]).arg(&disk.path));
    for line in [
        "TYPE=LVM2_member",
        "VERSION=LVM2\\ 001",
        "UUID=f0e1d2-c3b4-a596-8778-695a-4b3c-2d1e0f",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
}

/// GRUB maps the volumes as the kernel would, so what is written to the ranges of the layout must be found in them.
#[test]
fn grub_finds_in_every_volume_what_was_put_there() {
    let Some(grub) = second_opinion("grub-fstest", "grub-common") else {
        return;
    };
    let program = grub.get_program().to_owned();
    let group = group();
    let disk = disk(&group, BYTES);
    let placed = group.layout(BYTES).unwrap();
    for (index, volume) in (0_u8..).zip(&placed.volumes) {
        for at in [volume.bytes.start, volume.bytes.end - 512] {
            let content = [b'A' + index; 512];
            disk.file.write_all_at(&content, at).unwrap();
        }
    }
    for (index, volume) in (0_u8..).zip(&placed.volumes) {
        let sectors = (volume.bytes.end - volume.bytes.start) / 512;
        for first in [0, sectors - 1] {
            // A GRUB name of a volume has hyphens doubled, as device mapper does.
            let blocks = format!("(lvm/systemVG-{}){first}+1", volume.name.replace('-', "--"));
            let said = verdict(
                Command::new(&program)
                    .arg(&disk.path)
                    .args(["cat", &blocks]),
            );
            let expected = String::from_utf8(vec![b'A' + index; 512]).unwrap();
            assert_eq!(said.trim_end_matches('\n'), expected, "{blocks}");
        }
    }
}

/// A loop device over a file, taken down when dropped.
struct Loop(String);

impl Loop {
    /// Attaches a file, read-only; `None` where this user or this kernel has no loop devices.
    fn attach(path: &Path) -> Option<Self> {
        let mut losetup = second_opinion("losetup", "mount")?;
        losetup.args(["--find", "--show", "--read-only"]).arg(path);
        let output = losetup.output().unwrap();
        if !output.status.success() {
            skipped("no loop devices here; `pvck` alone has judged");
            return None;
        }
        let name = String::from_utf8(output.stdout).unwrap();
        Some(Self(name.trim().to_owned()))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        if let Some(mut losetup) = second_opinion("losetup", "mount") {
            let detached = losetup.args(["--detach", &self.0]).status();
            // A test that is failing already has more to say.
            assert!(
                std::thread::panicking() || detached.is_ok_and(|status| status.success()),
                "`{}` stays attached",
                self.0
            );
        }
    }
}

/// Runs a reporting command that sees one device only, and gives its rows as columns by name.
fn report(name: &str, device: &str, columns: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let mut command = lvm(name)?;
    configure(&mut command, device);
    command.args(["--units", "b", "--nosuffix", "--nameprefixes", "--unquoted"]);
    command.args(["--noheadings", "--separator", "\t", "-o", columns]);
    let row = |line: &str| {
        let cell = |cell: &str| {
            let (column, value) = cell.split_once('=').unwrap();
            let column = column.trim().trim_start_matches("LVM2_").to_lowercase();
            (column, value.to_owned())
        };
        line.split('\t').map(cell).collect()
    };
    Some(verdict(&mut command).lines().map(row).collect())
}

fn configure(command: &mut Command, device: &str) {
    let config = format!(
        "devices{{use_devicesfile=0 hints=\"none\" filter=[\"a|^{device}$|\",\"r|.*|\"]}} backup{{backup=0 archive=0}}"
    );
    command.args(["--readonly", "--config", &config]);
}

#[test]
fn lvm_reports_what_was_written() {
    let group = group();
    let disk = disk(&group, BYTES);
    let Some(device) = Loop::attach(&disk.path) else {
        return;
    };
    let placed = group.layout(BYTES).unwrap();

    let Some(rows) = report(
        "pvs",
        &device.0,
        "pv_uuid,vg_name,pe_start,pv_pe_count,pv_pe_alloc_count,dev_size,pv_attr",
    ) else {
        return;
    };
    let expected = [
        ("pv_uuid", identifier(group.physical_volume_uuid)),
        ("vg_name", "systemVG".into()),
        ("pe_start", DATA_OFFSET.to_string()),
        ("pv_pe_count", "74".into()),
        ("pv_pe_alloc_count", "74".into()),
        ("dev_size", (BYTES / 512 * 512).to_string()),
        ("pv_attr", "a--".into()),
    ];
    compare(&rows[0], &expected);
    assert_eq!(rows.len(), 1);

    let columns = "vg_name,vg_uuid,vg_attr,vg_extent_size,vg_extent_count,vg_free_count,lv_count,vg_missing_pv_count,vg_systemid,vg_seqno";
    let rows = report("vgs", &device.0, columns).unwrap();
    let expected = [
        ("vg_name", "systemVG".into()),
        ("vg_uuid", identifier(group.uuid)),
        ("vg_attr", "wz--n-".into()),
        ("vg_extent_size", DEFAULT_EXTENT_SIZE.to_string()),
        ("vg_extent_count", placed.extents.to_string()),
        ("vg_free_count", placed.free_extents.to_string()),
        ("lv_count", "4".into()),
        ("vg_missing_pv_count", "0".into()),
        ("vg_systemid", String::new()),
        ("vg_seqno", "1".into()),
    ];
    compare(&rows[0], &expected);

    let columns =
        "lv_name,lv_uuid,lv_size,lv_tags,lv_layout,lv_role,lv_host,seg_count,seg_pe_ranges";
    let rows = report("lvs", &device.0, columns).unwrap();
    assert_eq!(rows.len(), group.volumes.len());
    for (volume, placed) in group.volumes.iter().zip(&placed.volumes) {
        let mut tags = volume.tags.clone();
        tags.sort();
        let last = placed.first_extent + placed.extents - 1;
        let expected = [
            ("lv_name", volume.name.clone()),
            ("lv_uuid", identifier(volume.uuid)),
            (
                "lv_size",
                (placed.bytes.end - placed.bytes.start).to_string(),
            ),
            ("lv_tags", tags.join(",")),
            ("lv_layout", "linear".into()),
            ("lv_role", "public".into()),
            ("lv_host", "builder".into()),
            ("seg_count", "1".into()),
            (
                "seg_pe_ranges",
                format!("{}:{}-{last}", device.0, placed.first_extent),
            ),
        ];
        let row = rows.iter().find(|row| row["lv_name"] == volume.name);
        compare(row.unwrap(), &expected);
    }
}

fn compare(row: &BTreeMap<String, String>, expected: &[(&str, String)]) {
    for (column, value) in expected {
        assert_eq!(row.get(*column), Some(value), "{column} in {row:?}");
    }
}

/// A backup is the metadata as LVM understood it, written anew.
#[test]
fn vgcfgbackup_writes_the_group_back() {
    let disk = disk(&group(), BYTES);
    let Some(mut backup) = lvm("vgcfgbackup") else {
        return;
    };
    let Some(device) = Loop::attach(&disk.path) else {
        return;
    };
    let saved = disk.path.with_extension("backup");
    configure(&mut backup, &device.0);
    verdict(backup.arg("-f").arg(&saved).arg("systemVG"));
    let tidy = |text: &str| -> Vec<String> {
        let line = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
        text.lines().map(line).filter(|l| !l.is_empty()).collect()
    };
    let theirs = tidy(&std::fs::read_to_string(saved).unwrap());
    let theirs = &theirs[theirs.iter().position(|l| l == "systemVG {").unwrap()..];
    let dumped = dump("metadata", &disk.path).unwrap();
    let ours = dumped.split("---\n").nth(1).unwrap();
    let (ours, _) = ours.split_once("contents =").unwrap();
    let mut ours = tidy(ours);
    // They know the device.
    let at = ours.iter().position(|l| l == "pv0 {").unwrap() + 2;
    ours.insert(at, format!("device = \"{}\"", device.0));
    assert_eq!(theirs, ours);
}

#[test]
fn writing_twice_gives_the_same_bytes() {
    let bytes = || std::fs::read(&disk(&group(), 96 << 20).path).unwrap();
    let first = bytes();
    assert!(first == bytes());
    assert!(first[DATA_OFFSET as usize..].iter().all(|byte| *byte == 0));
}

#[test]
fn what_lies_around_a_physical_volume_stays() {
    let offset = 3 << 20;
    let length = 96 << 20;
    let file = tempfile::tempfile().unwrap();
    let filled = vec![0xaa; (100 << 20) as usize];
    file.write_all_at(&filled, 0).unwrap();
    group().write(&file, offset, length).unwrap();
    let mut bytes = vec![0; filled.len()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    let (before, rest) = bytes.split_at(offset as usize);
    let (metadata, after) = rest.split_at(DATA_OFFSET as usize);
    assert!(before.iter().chain(after).all(|byte| *byte == 0xaa));
    // No old signature shows through, and the volume is the one that is written at the beginning of a file.
    let plain = disk(&group(), length);
    let mut expected = vec![0; 4096];
    plain.file.read_exact_at(&mut expected, 0).unwrap();
    assert_eq!(metadata[..4096], expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pvck_is_content_with_every_group(
        name in "[a-zA-Z0-9_+.][a-zA-Z0-9_+.-]{1,30}",
        names in prop::collection::btree_set("[a-zA-Z0-9_+][a-zA-Z0-9_+.-]{0,20}", 0..20),
        tag in "[a-z0-9_+./=!:#&]{1,40}",
        sizes in prop::collection::vec(1_u64..1 << 30, 20),
        shift in 12_u32..26,
        spare in 0_u64..1 << 26,
    ) {
        prop_assume!(name != "..");
        let volumes = (0_u128..).zip(names).zip(sizes).map(|((number, name), size)| LogicalVolume {
            name,
            uuid: Uuid::from_u128(number << 100),
            size: VolumeSize::Bytes(size),
            tags: vec![tag.clone()],
        });
        let group = VolumeGroup {
            name: name.clone(),
            extent_size: 1 << shift,
            volumes: volumes.collect(),
            ..group()
        };
        let bytes = group.minimum_bytes() + spare;
        let disk = disk(&group, bytes);
        if let Some(said) = dump("metadata", &disk.path) {
            let extents = group.layout(bytes).unwrap().extents;
            let line = format!("pe_count = {extents}");
            let counted = said.lines().any(|found| found == line);
            prop_assert!(counted, "{} is missing in\n{}", line, said);
            let seen = format!("# vgname {name} seqno 1");
            prop_assert!(said.contains(&seen), "{}", said);
        }
    }
}
