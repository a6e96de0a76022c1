//! fsck.fat, mtools and blkid judge the FAT file systems that we make.
#![allow(clippy::unwrap_used)]

mod judge;

use std::path::Path;

use judge::{judge, verdict};
use kiwi_ondisk::fat::{FatContent, FatEntry, FatImage, FatWidth};
use kiwi_ondisk::{SectorSize, sparse};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;
const OFFSET: u64 = MIB;
/// 2024-02-03 04:05:06 UTC.
const TIME: i64 = 1_706_933_106;

/// Bytes that differ from place to place, so that swapped clusters are noticed.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let step = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(step).collect()
}

fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("EFI/BOOT/BOOTX64.EFI".to_owned(), noise(959_224, 1)),
        ("EFI/BOOT/grubx64.efi".to_owned(), noise(2_672_520, 2)),
        ("EFI/debian/grub.cfg".to_owned(), b"configfile\n".to_vec()),
        (
            "EFI/debian/A rather long Name with Blanks, umläuts and dots.tar.gz".to_owned(),
            noise(5000, 3),
        ),
        (
            "loader/entries/6f1e2d-6.1.0-13-amd64.conf".to_owned(),
            noise(300, 4),
        ),
        ("empty".to_owned(), Vec::new()),
    ];
    // More names than one cluster holds, with equal beginnings so that short names need their numbers.
    files.extend((0..400_u64).map(|number| {
        (
            format!("many/module-with-name-{number}.mod"),
            noise(number as usize, number),
        )
    }));
    files
}

fn image(width: FatWidth) -> FatImage {
    let entry = |(path, bytes)| FatEntry {
        path,
        content: FatContent::Bytes(bytes),
        modified: None,
    };
    FatImage {
        width,
        label: "EFI".into(),
        volume_id: 0x1234_abcd,
        time: TIME,
        entries: files().into_iter().map(entry).collect(),
    }
}

/// Makes the file system within a larger disk and cuts it out for the judges.
fn made(
    image: &FatImage,
    length: u64,
    sector_size: SectorSize,
    directory: &Path,
) -> std::path::PathBuf {
    let disk = tempfile::tempfile_in(directory).unwrap();
    disk.set_len(OFFSET + length + MIB).unwrap();
    image.write(&disk, OFFSET, length, sector_size).unwrap();
    let cut = directory.join("fat.img");
    let cut_file = std::fs::File::create_new(&cut).unwrap();
    sparse::copy_range(&disk, OFFSET, &cut_file, 0, length).unwrap();
    let mut around = [0; 16];
    for place in [OFFSET - 16, OFFSET + length] {
        std::os::unix::fs::FileExt::read_exact_at(&disk, &mut around, place).unwrap();
        assert_eq!(around, [0; 16], "nothing is written outside the range");
    }
    cut
}

const SHAPES: [(FatWidth, u64, SectorSize, &str); 8] = [
    (
        FatWidth::Fat16WherePossible,
        20,
        SectorSize::Bytes512,
        "FAT16",
    ),
    (
        FatWidth::Fat16WherePossible,
        33,
        SectorSize::Bytes512,
        "FAT16",
    ),
    (
        FatWidth::Fat16WherePossible,
        127,
        SectorSize::Bytes512,
        "FAT16",
    ),
    (FatWidth::Fat16, 260, SectorSize::Bytes512, "FAT16"),
    (FatWidth::Fat16, 512, SectorSize::Bytes512, "FAT16"),
    (FatWidth::Fat32, 40, SectorSize::Bytes512, "FAT32"),
    (FatWidth::Fat32, 512, SectorSize::Bytes512, "FAT32"),
    (FatWidth::Fat16, 64, SectorSize::Bytes4096, "FAT16"),
];

#[test]
fn fsck_and_blkid_agree() {
    for (width, mebibytes, sector_size, kind) in SHAPES {
        let directory = tempfile::tempdir().unwrap();
        let cut = made(
            &image(width),
            mebibytes * MIB,
            sector_size,
            directory.path(),
        );
        if let Some(mut fsck) = judge("fsck.fat", "dosfstools") {
            verdict(fsck.arg("-nv").arg(&cut));
        }
        if let Some(mut blkid) = judge("blkid", "util-linux") {
            let said = verdict(blkid.args(["-p", "-o", "export"]).arg(&cut));
            for line in [
                "LABEL=EFI",
                "LABEL_FATBOOT=EFI",
                "UUID=1234-ABCD",
                "TYPE=vfat",
                &format!("VERSION={kind}"),
            ] {
                assert!(
                    said.lines().any(|found| found == line),
                    "{mebibytes} MiB: {line} is missing in\n{said}"
                );
            }
        }
    }
}

#[test]
fn mcopy_reads_equal_bytes() {
    for (width, mebibytes, sector_size, _) in SHAPES {
        let Some(mut mcopy) = judge("mcopy", "mtools") else {
            return;
        };
        let directory = tempfile::tempdir().unwrap();
        let cut = made(
            &image(width),
            mebibytes * MIB,
            sector_size,
            directory.path(),
        );
        let out = directory.path().join("out");
        std::fs::create_dir(&out).unwrap();
        verdict(
            mcopy
                .env("LC_ALL", "C.UTF-8")
                .args(["-snm", "-i"])
                .arg(&cut)
                .arg("::*")
                .arg(&out),
        );
        for (path, bytes) in files() {
            let read =
                std::fs::read(out.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(read == bytes, "{path} differs ({mebibytes} MiB)");
        }
    }
}

#[test]
fn names_and_times_are_seen_by_mdir() {
    let Some(mut mdir) = judge("mdir", "mtools") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let cut = made(
        &image(FatWidth::Fat16),
        20 * MIB,
        SectorSize::Bytes512,
        directory.path(),
    );
    let said = verdict(mdir.args(["-i"]).arg(&cut).arg("::EFI/debian"));
    assert!(said.contains("Volume in drive : is EFI"), "{said}");
    assert!(said.contains("Volume Serial Number is 1234-ABCD"), "{said}");
    assert!(
        said.lines()
            .any(|line| line.starts_with("grub     cfg") && line.contains("2024-02-03")),
        "{said}"
    );
    assert!(said.contains("A rather long Name with Blanks"), "{said}");
}

#[test]
fn equal_input_gives_equal_bytes_even_on_used_ground() {
    let length = 20 * MIB;
    let write = |fill: u8| {
        let disk = tempfile::tempfile().unwrap();
        std::os::unix::fs::FileExt::write_all_at(&disk, &vec![fill; length as usize], 0).unwrap();
        image(FatWidth::Fat16)
            .write(&disk, 0, length, SectorSize::Bytes512)
            .unwrap();
        let mut bytes = vec![0; length as usize];
        std::os::unix::fs::FileExt::read_exact_at(&disk, &mut bytes, 0).unwrap();
        bytes
    };
    assert!(write(0) == write(0));
    let Some(mut fsck) = judge("fsck.fat", "dosfstools") else {
        return;
    };
    let used = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(used.path(), write(0xff)).unwrap();
    verdict(fsck.arg("-nv").arg(used.path()));
}

#[test]
fn unused_room_stays_a_hole() {
    use std::os::unix::fs::MetadataExt;
    let disk = tempfile::tempfile().unwrap();
    disk.set_len(512 * MIB).unwrap();
    image(FatWidth::Fat16)
        .write(&disk, 0, 512 * MIB, SectorSize::Bytes512)
        .unwrap();
    let stored = disk.metadata().unwrap().blocks() * 512;
    assert!(stored < 20 * MIB, "{stored} bytes are stored");
}

#[test]
fn directories_of_different_case_are_one() {
    let Some(mut mdir) = judge("mdir", "mtools") else {
        return;
    };
    let bytes = |path: &str| FatEntry {
        path: path.into(),
        content: FatContent::Bytes(vec![1]),
        modified: None,
    };
    let source = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(source.path(), b"from a file").unwrap();
    let image = FatImage {
        entries: vec![
            bytes("EFI/BOOT/a"),
            bytes("efi/boot/b"),
            FatEntry {
                path: "/EFI/Linux/".into(),
                content: FatContent::Directory,
                modified: Some(0),
            },
            FatEntry {
                path: "EFI/Boot/c".into(),
                content: FatContent::File(source.path().into()),
                modified: None,
            },
        ],
        ..FatImage::default()
    };
    let directory = tempfile::tempdir().unwrap();
    let cut = made(&image, 20 * MIB, SectorSize::Bytes512, directory.path());
    let said = verdict(mdir.args(["-b", "-/", "-i"]).arg(&cut).arg("::"));
    let mut names: Vec<&str> = said.lines().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "::/EFI/",
            "::/EFI/BOOT/",
            "::/EFI/BOOT/a",
            "::/EFI/BOOT/b",
            "::/EFI/BOOT/c",
            "::/EFI/Linux/"
        ]
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let disk = tempfile::tempfile().unwrap();
    disk.set_len(64 * MIB).unwrap();
    let entry = |path: &str, length| FatEntry {
        path: path.into(),
        content: FatContent::Bytes(vec![0; length]),
        modified: None,
    };
    let with = |entries| FatImage {
        entries,
        ..FatImage::default()
    };
    let cases = [
        (
            FatImage {
                label: "twelve chars".into(),
                ..FatImage::default()
            },
            20 * MIB,
            "FAT label `twelve chars`",
        ),
        (
            FatImage {
                label: "a.b".into(),
                ..FatImage::default()
            },
            20 * MIB,
            "FAT label `a.b`",
        ),
        (
            with(vec![entry("a", 1), entry("A", 1)]),
            20 * MIB,
            "FAT path `a`",
        ),
        (
            with(vec![entry("a", 1), entry("a/b", 1)]),
            20 * MIB,
            "FAT path `a/b`",
        ),
        (with(vec![entry("../a", 1)]), 20 * MIB, "FAT path `../a`"),
        (with(vec![entry("big", 21 << 20)]), 20 * MIB, "`20 MiB`"),
        (with(vec![entry("a:b", 1)]), 20 * MIB, "a:b"),
        (
            FatImage {
                width: FatWidth::Fat32,
                ..FatImage::default()
            },
            20 * MIB,
            "`20 MiB`",
        ),
        (FatImage::default(), MIB, "`1 MiB`"),
        (
            FatImage::default(),
            20 * MIB + 1,
            "multiple of the sector size 512",
        ),
    ];
    for (image, length, expected) in cases {
        let error = image
            .write(&disk, 0, length, SectorSize::Bytes512)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever the names are: refused or in order, never a panic and never a broken file system.
    #[test]
    fn any_names_give_an_orderly_file_system(names in proptest::collection::vec("[A-Ca-c0-1 ~.+,;=äßé€日😀_-]{1,40}(/[^\\pC/:*?<>|\"\\\\]{1,100})?", 1..20)) {
        let entries = names.iter().map(|name| FatEntry {
            path: name.clone(),
            content: FatContent::Bytes(name.clone().into_bytes()),
            modified: Some(i64::from(name.len() as u32) * 100_000_000),
        });
        let image = FatImage { entries: entries.collect(), ..FatImage::default() };
        let disk = tempfile::NamedTempFile::new().unwrap();
        disk.as_file().set_len(20 * MIB).unwrap();
        if image.write(disk.as_file(), 0, 20 * MIB, SectorSize::Bytes512).is_ok()
            && let Some(mut fsck) = judge("fsck.fat", "dosfstools")
        {
            verdict(fsck.arg("-nv").arg(disk.path()));
        }
    }
}
