//! qemu-img reads every format of virtual disks that we write, and finds the raw disk in it.
#![allow(clippy::unwrap_used)]

mod judge;

use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use judge::{judge, verdict};
use kiwi_ondisk::raw_disk::RawDisk;
use kiwi_ondisk::vhd::{self, Vhd};
use kiwi_ondisk::vmdk::{Subformat, Vmdk};
use kiwi_ondisk::{SectorSize, vdi, vhdx};
use serde_json::Value;
use uuid::Uuid;

const MIB: u64 = 1 << 20;
/// Not a multiple of any block, but of a sector.
const ODD: u64 = 70 * MIB + 512;

/// A disk with data at both ends, a block of stored zeros, and noise over many grains.
fn raw(directory: &Path, bytes: u64) -> PathBuf {
    let path = directory.join("disk.raw");
    let file = File::create(&path).unwrap();
    file.set_len(bytes).unwrap();
    file.write_all_at(b"start of the disk", 0).unwrap();
    let mut state = 7_u64;
    let noise: Vec<u8> = (0..9 * MIB)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    file.write_all_at(&noise, 33 * MIB + 512).unwrap();
    file.write_all_at(&vec![0; 3 * MIB as usize], 50 * MIB)
        .unwrap();
    file.write_all_at(b"end", bytes - 3).unwrap();
    path
}

/// Writes twice, compares both, and lets qemu-img judge.
fn check(
    format: &str,
    bytes: u64,
    checks: bool,
    write: impl Fn(&RawDisk<'_>, &mut File),
) -> Option<Value> {
    let directory = tempfile::tempdir().unwrap();
    let raw_path = raw(directory.path(), bytes);
    let raw_file = File::open(&raw_path).unwrap();
    let write_to = |name: &str| {
        let path = directory.path().join(name);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .unwrap();
        write(&RawDisk::open(&raw_file).unwrap(), &mut file);
        path
    };
    let (first, second) = (write_to("first"), write_to("second"));
    assert!(
        std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap(),
        "{format}"
    );
    let mut qemu_img = judge("qemu-img", "qemu-utils")?;
    verdict(
        qemu_img
            .args(["compare", "-f", "raw", "-F", format])
            .arg(&raw_path)
            .arg(&first),
    );
    if checks {
        let mut qemu_img = judge("qemu-img", "qemu-utils").unwrap();
        verdict(qemu_img.args(["check", "-f", format]).arg(&first));
    }
    let mut qemu_img = judge("qemu-img", "qemu-utils").unwrap();
    let said = verdict(
        qemu_img
            .args(["info", "--output=json", "-f", format])
            .arg(&first),
    );
    Some(serde_json::from_str(&said).unwrap())
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x1122_3344_5566_4788_99aa_bbcc_ddee_0000 + number)
}

#[test]
fn vdi() {
    for is_static in [false, true] {
        let vdi = vdi::Vdi {
            uuid: uuid(1),
            modification_uuid: uuid(2),
            is_static,
        };
        let write = |raw: &RawDisk<'_>, file: &mut File| {
            vdi.write(raw, &mut BufWriter::new(file)).unwrap();
        };
        let Some(said) = check("vdi", ODD, true, write) else {
            return;
        };
        assert_eq!(said["virtual-size"], ODD);
    }
}

#[test]
fn vhd_growing_and_fixed() {
    for exact_size in [true, false] {
        let vhd = Vhd {
            uuid: uuid(3),
            created: 1_700_000_000,
            exact_size,
        };
        let growing = |raw: &RawDisk<'_>, file: &mut File| vhd.write_dynamic(raw, file).unwrap();
        let fixed = |raw: &RawDisk<'_>, file: &mut File| vhd.write_fixed(raw, file).unwrap();
        for said in [
            check("vpc", ODD, false, growing),
            check("vpc", ODD, false, fixed),
        ] {
            let Some(said) = said else { return };
            let size = said["virtual-size"].as_u64().unwrap();
            if exact_size {
                assert_eq!(size, ODD);
            } else {
                assert!((ODD..ODD + MIB).contains(&size), "{size}");
            }
        }
    }
}

#[test]
fn tags_are_where_they_are_looked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = raw(directory.path(), 44 * MIB);
    let disk = File::options().read(true).write(true).open(path).unwrap();
    vhd::write_tag(&disk, uuid(9)).unwrap();
    let mut found = [0; 512];
    disk.read_exact_at(&mut found, 65536).unwrap();
    assert_eq!(found[..16], uuid(9).to_bytes_le());
    assert!(found[16..].iter().all(|byte| *byte == 0));
}

#[test]
fn vhdx() {
    for (block_bytes, zero_blocks) in [(MIB, true), (MIB, false), (8 * MIB, true)] {
        let vhdx = vhdx::Vhdx {
            disk_id: uuid(4),
            file_write_id: uuid(5),
            data_write_id: uuid(6),
            block_bytes,
            log_bytes: vhdx::DEFAULT_LOG,
            zero_blocks,
            sector_size: SectorSize::Bytes512,
        };
        let write = |raw: &RawDisk<'_>, file: &mut File| {
            vhdx.write(raw, &mut BufWriter::new(file)).unwrap();
        };
        let Some(said) = check("vhdx", ODD, true, write) else {
            return;
        };
        assert_eq!(said["virtual-size"], ODD);
        assert_eq!(said["cluster-size"], block_bytes);
        if block_bytes == MIB && zero_blocks {
            // So large that an entry of a sector bitmap lies between those of blocks.
            check("vhdx", 4100 * MIB, true, write);
        }
    }
}

/// qemu-img reads only sectors of 512 bytes, so it judges that disk, and this the difference to it.
#[test]
fn vhdx_of_large_sectors_differs_in_their_size_only() {
    let directory = tempfile::tempdir().unwrap();
    let raw_file = File::open(raw(directory.path(), 70 * MIB)).unwrap();
    let raw = RawDisk::open(&raw_file).unwrap();
    let write = |sector_size| {
        let vhdx = vhdx::Vhdx {
            disk_id: uuid(4),
            file_write_id: uuid(5),
            data_write_id: uuid(6),
            block_bytes: vhdx::DEFAULT_BLOCK,
            log_bytes: 4 * MIB,
            zero_blocks: true,
            sector_size,
        };
        let mut file = std::io::Cursor::new(Vec::new());
        vhdx.write(&raw, &mut file).unwrap();
        file.into_inner()
    };
    let (small, large) = (write(SectorSize::Bytes512), write(SectorSize::Bytes4096));
    assert_eq!(small.len(), large.len());
    let different: Vec<(u8, u8)> = small
        .iter()
        .copied()
        .zip(large.iter().copied())
        .filter(|(a, b)| a != b)
        .collect();
    // 0x0200 and 0x1000.
    assert_eq!(different, [(0x02, 0x10)]);
}

fn vmdk(subformat: Subformat) -> Vmdk {
    Vmdk {
        file_name: "first".into(),
        subformat,
        adapter: "lsilogic".into(),
        hardware_version: "4".into(),
        tools_version: "2147483647".into(),
        content_id: 0x00c0_ffee,
        zeroed_grains: false,
    }
}

#[test]
fn vmdk_in_one_file() {
    for (subformat, zeroed_grains) in [
        (Subformat::MonolithicSparse, false),
        (Subformat::MonolithicSparse, true),
        (Subformat::StreamOptimized, false),
    ] {
        let vmdk = Vmdk {
            zeroed_grains,
            ..vmdk(subformat)
        };
        let write = |raw: &RawDisk<'_>, file: &mut File| {
            vmdk.write(raw, &mut BufWriter::new(file)).unwrap();
        };
        // qemu-img takes no length of a compressed disk that is not a number of grains.
        let bytes = if subformat == Subformat::StreamOptimized {
            70 * MIB
        } else {
            ODD
        };
        let Some(said) = check("vmdk", bytes, true, write) else {
            return;
        };
        assert_eq!(said["virtual-size"], bytes);
        let own = &said["format-specific"]["data"];
        assert_eq!(own["create-type"], subformat.name());
        assert_eq!(own["cid"], 0x00c0_ffee);
    }
}

#[test]
fn vmdk_in_several_files() {
    let bytes = 5000 * MIB;
    for subformat in [
        Subformat::MonolithicFlat,
        Subformat::TwoGbMaxExtentSparse,
        Subformat::TwoGbMaxExtentFlat,
    ] {
        let directory = tempfile::tempdir().unwrap();
        let raw_path = raw(directory.path(), bytes);
        let raw_file = File::open(&raw_path).unwrap();
        let raw = RawDisk::open(&raw_file).unwrap();
        let vmdk = Vmdk {
            file_name: "disk.vmdk".into(),
            ..vmdk(subformat)
        };
        let path = directory.path().join("disk.vmdk");
        vmdk.write(&raw, &mut File::create(&path).unwrap()).unwrap();
        for extent in vmdk.extents(raw.bytes()) {
            let mut file = File::create(directory.path().join(&extent.file_name)).unwrap();
            vmdk.write_extent(&raw, &extent, &mut file).unwrap();
        }
        let Some(mut qemu_img) = judge("qemu-img", "qemu-utils") else {
            return;
        };
        verdict(
            qemu_img
                .args(["compare", "-f", "raw", "-F", "vmdk"])
                .arg(&raw_path)
                .arg(&path),
        );
        let mut qemu_img = judge("qemu-img", "qemu-utils").unwrap();
        let said = verdict(qemu_img.args(["info", "--output=json"]).arg(&path));
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            said["format-specific"]["data"]["create-type"],
            subformat.name()
        );
        assert_eq!(said["virtual-size"], bytes);
    }
}

type Writer<'a> = &'a dyn Fn(&RawDisk<'_>, &mut File);

#[test]
fn empty_disks_are_disks_too() {
    let directory = tempfile::tempdir().unwrap();
    let raw_path = directory.path().join("disk.raw");
    let raw_file = File::create_new(&raw_path).unwrap();
    raw_file.set_len(100 * MIB).unwrap();
    let raw = RawDisk::open(&raw_file).unwrap();
    let vdi = vdi::Vdi {
        uuid: uuid(1),
        modification_uuid: uuid(2),
        is_static: false,
    };
    let vhd = Vhd {
        uuid: uuid(3),
        created: 0,
        exact_size: true,
    };
    let vhdx = vhdx::Vhdx {
        disk_id: uuid(4),
        file_write_id: uuid(5),
        data_write_id: uuid(6),
        block_bytes: vhdx::DEFAULT_BLOCK,
        log_bytes: vhdx::DEFAULT_LOG,
        zero_blocks: true,
        sector_size: SectorSize::Bytes512,
    };
    let writers: [(&str, Writer<'_>); 5] = [
        ("vdi", &|raw, file| vdi.write(raw, file).unwrap()),
        ("vpc", &|raw, file| vhd.write_dynamic(raw, file).unwrap()),
        ("vhdx", &|raw, file| vhdx.write(raw, file).unwrap()),
        ("vmdk", &|raw, file| {
            vmdk(Subformat::MonolithicSparse).write(raw, file).unwrap();
        }),
        ("vmdk", &|raw, file| {
            vmdk(Subformat::StreamOptimized).write(raw, file).unwrap();
        }),
    ];
    for (format, write) in writers {
        let path = directory.path().join("empty");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .unwrap();
        write(&raw, &mut file);
        let Some(mut qemu_img) = judge("qemu-img", "qemu-utils") else {
            return;
        };
        verdict(
            qemu_img
                .args(["compare", "-f", "raw", "-F", format])
                .arg(&raw_path)
                .arg(&path),
        );
    }
}
