//! tar, sha256sum, xmllint and qemu-img take the archives of disks and virtual machines apart.
#![allow(clippy::unwrap_used)]

mod judge;

use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use judge::{judge, second_opinion, verdict};
use kiwi_ondisk::ovf::vmware::{Controller, ControllerKind, Machine, NetworkCard};
use kiwi_ondisk::ovf::{DiskFile, virtualbox};
use kiwi_ondisk::raw_disk::RawDisk;
use kiwi_ondisk::tar_stream::TarStream;
use kiwi_ondisk::vmdk::{Subformat, Vmdk};
use kiwi_ondisk::{gnu_sparse, ova};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;
const TIME: i64 = 1_700_000_000;

/// A disk with so many pieces of data that one header cannot hold them.
fn raw(path: &Path, pieces: u64, bytes: u64) -> File {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.set_len(bytes).unwrap();
    for piece in 0..pieces {
        let text = format!("piece {piece}");
        file.write_all_at(text.as_bytes(), piece * 40_000 + piece % 7)
            .unwrap();
    }
    file
}

fn sparse_archive(disk: &File) -> Vec<u8> {
    let mut archive = TarStream::new(Vec::new());
    archive.file("first", b"one", TIME).unwrap();
    let disk = RawDisk::open(disk).unwrap();
    gnu_sparse::append(&mut archive, "disk.raw", &disk, TIME).unwrap();
    archive.file("last", b"two", TIME).unwrap();
    archive.finish().unwrap()
}

#[test]
fn tar_unpacks_sparse_disks() {
    for (pieces, bytes) in [
        (0, 5 * MIB),
        (1, MIB),
        (3, MIB),
        (4, MIB),
        (5, MIB),
        (120, 9000 * MIB),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("original");
        let disk = raw(&path, pieces, bytes);
        let archive = sparse_archive(&disk);
        assert!(archive == sparse_archive(&disk));
        std::fs::write(directory.path().join("a.tar"), &archive).unwrap();
        let Some(mut tar) = judge("tar", "tar") else {
            return;
        };
        verdict(tar.current_dir(&directory).args(["-xSf", "a.tar"]));
        let unpacked = directory.path().join("disk.raw");
        let metadata = unpacked.metadata().unwrap();
        assert_eq!((metadata.len(), metadata.mtime()), (bytes, TIME));
        assert!(metadata.blocks() * 512 <= pieces * 8192 + 65536);
        // It skips holes, which cmp would read.
        let mut qemu_img = judge("qemu-img", "qemu-utils").unwrap();
        let compare = ["compare", "-f", "raw", "-F", "raw"];
        verdict(qemu_img.args(compare).arg(&path).arg(&unpacked));
        assert_eq!(
            std::fs::read(directory.path().join("last")).unwrap(),
            b"two"
        );
    }
}

#[test]
fn python_reads_them_too() {
    let directory = tempfile::tempdir().unwrap();
    let disk = raw(&directory.path().join("original"), 60, 3 * MIB + 512);
    std::fs::write(directory.path().join("a.tar"), sparse_archive(&disk)).unwrap();
    let Some(mut python) = second_opinion("python3", "python3") else {
        return;
    };
    let program = "import tarfile; t = tarfile.open('a.tar'); m = t.getmember('disk.raw'); \
        assert m.issparse(); assert t.extractfile(m).read() == open('original', 'rb').read(); print(t.getnames())";
    let said = verdict(python.current_dir(&directory).args(["-c", program]));
    assert_eq!(said, "['first', 'disk.raw', 'last']\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_disk_comes_back(pieces in 0_u64..60, bytes in 1_u64..3_000_000) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("original");
        let disk = raw(&path, pieces.min(bytes / 40_010), bytes);
        std::fs::write(directory.path().join("a.tar"), sparse_archive(&disk)).unwrap();
        if let Some(mut tar) = judge("tar", "tar") {
            verdict(tar.current_dir(&directory).args(["-xf", "a.tar", "disk.raw"]));
            let unpacked = std::fs::read(directory.path().join("disk.raw")).unwrap();
            prop_assert!(unpacked == std::fs::read(path).unwrap());
        }
    }
}

fn machine() -> Machine {
    Machine {
        name: "a <machine> & \"more\"".into(),
        hardware_version: "vmx-13".into(),
        guest_os: "suse64Guest".into(),
        memory_mib: Some(1024),
        processors: Some(2),
        efi: true,
        secure_boot: true,
        disk_controller: Controller {
            kind: ControllerKind::Scsi("VirtualSCSI".into()),
            number: 0,
        },
        dvd: Some(Controller {
            kind: ControllerKind::Ide,
            number: 1,
        }),
        networks: vec![
            NetworkCard {
                model: "VmxNet3".into(),
                mac: Some("98:90:96:a0:3c:58".into()),
                network: "bridged".into(),
            },
            NetworkCard {
                model: "E1000".into(),
                mac: None,
                network: "VM Network".into(),
            },
        ],
    }
}

fn vmdk() -> Vmdk {
    Vmdk {
        file_name: "a.vmdk".into(),
        subformat: Subformat::StreamOptimized,
        adapter: "lsilogic".into(),
        hardware_version: "4".into(),
        tools_version: "0".into(),
        content_id: 7,
        zeroed_grains: false,
    }
}

#[test]
fn an_archive_of_a_machine_is_complete() {
    let directory = tempfile::tempdir().unwrap();
    let disk = raw(&directory.path().join("original"), 900, 64 * MIB);
    let write = |name: &str| {
        let path = directory.path().join(name);
        let mut file = BufWriter::new(File::create(&path).unwrap());
        let raw = RawDisk::open(&disk).unwrap();
        ova::write_archive(
            &raw,
            "a",
            &vmdk(),
            TIME,
            |disk| machine().document(disk),
            &mut file,
        )
        .unwrap();
        drop(file);
        std::fs::read(path).unwrap()
    };
    assert!(write("a.ova") == write("b.ova"));
    let Some(mut tar) = judge("tar", "tar") else {
        return;
    };
    let names = verdict(tar.current_dir(&directory).args(["-xvf", "a.ova"]));
    assert_eq!(names, "a.ovf\na.mf\na.vmdk\n");
    let manifest = std::fs::read_to_string(directory.path().join("a.mf")).unwrap();
    let mut sha256sum = judge("sha256sum", "coreutils").unwrap();
    let said = verdict(sha256sum.current_dir(&directory).args(["a.ovf", "a.vmdk"]));
    let expected: String = said
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(digest, name)| format!("SHA256({name})= {digest}\n"))
        .collect();
    assert_eq!(manifest, expected);
    let mut qemu_img = judge("qemu-img", "qemu-utils").unwrap();
    let compare = ["compare", "-f", "raw", "-F", "vmdk", "original", "a.vmdk"];
    verdict(qemu_img.current_dir(&directory).args(compare));

    let document = std::fs::read_to_string(directory.path().join("a.ovf")).unwrap();
    let ask = |question: &str| {
        let mut xmllint = judge("xmllint", "libxml2-utils").unwrap();
        verdict(
            xmllint
                .current_dir(&directory)
                .args(["--xpath", question, "a.ovf"]),
        )
    };
    if judge("xmllint", "libxml2-utils").is_none() {
        return;
    }
    let bytes = directory.path().join("a.vmdk").metadata().unwrap().len();
    assert_eq!(
        ask("string(//@*[local-name()='size'])"),
        format!("{bytes}\n"),
        "{document}"
    );
    assert_eq!(
        ask("string(//@*[local-name()='capacity'])"),
        format!("{}\n", 64 * MIB)
    );
    assert_eq!(
        ask("string(//*[local-name()='VirtualSystem']/*[local-name()='Name'])"),
        "a <machine> & \"more\"\n"
    );
    // Processors, memory, two controllers, two of USB, disk, drive, two cards; each with a number of its own.
    assert_eq!(ask("count(//*[local-name()='Item'])"), "10\n");
    let kinds = ask("//*[local-name()='Item']/*[local-name()='ResourceType']/text()");
    assert_eq!(kinds, "3\n4\n6\n5\n23\n23\n17\n15\n10\n10\n");
    let parent = "string(//*[local-name()='Item'][*[local-name()='ResourceType']='17']/*[local-name()='Parent'])";
    let controller = "string(//*[local-name()='Item'][*[local-name()='ResourceType']='6']/*[local-name()='InstanceID'])";
    assert_eq!(ask(parent), ask(controller));
}

#[test]
fn names_that_do_not_fit_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let disk = raw(&directory.path().join("original"), 1, MIB);
    let raw = RawDisk::open(&disk).unwrap();
    let mut target = std::io::Cursor::new(Vec::new());
    let long = "n".repeat(100);
    let error =
        ova::write_archive(&raw, &long, &vmdk(), TIME, |_| String::new(), &mut target).unwrap_err();
    assert!(
        error.to_string().contains("longer than 100 bytes"),
        "{error}"
    );
}

#[test]
fn machines_for_virtualbox_are_well_formed() {
    let directory = tempfile::tempdir().unwrap();
    let machine = virtualbox::Machine {
        name: "box".into(),
        description: "a box & more".into(),
        disk_uuid: "11223344-5566-4788-99aa-bbccddeeff00".into(),
    };
    let document = machine.document(&DiskFile {
        file_name: "box.vmdk".into(),
        bytes: 10,
        capacity: 42 << 30,
    });
    let path = directory.path().join("box.ovf");
    std::fs::write(&path, &document).unwrap();
    let Some(mut xmllint) = judge("xmllint", "libxml2-utils") else {
        return;
    };
    let kinds = verdict(
        xmllint
            .args(["--xpath", "//*[local-name()='ResourceType']/text()"])
            .arg(&path),
    );
    assert_eq!(kinds, "3\n4\n5\n5\n20\n17\n10\n35\n");
    assert!(
        document.contains("ovf:capacity=\"45097156608\""),
        "{document}"
    );
}
