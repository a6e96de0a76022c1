//! blkid and swaplabel recognise our swap areas.
#![allow(clippy::unwrap_used)]

mod judge;

use judge::{judge, verdict};
use kiwi_ondisk::swap::SwapArea;
use uuid::uuid;

const OFFSET: u64 = 1 << 20;
const LENGTH: u64 = 16 << 20;

fn disk_with_swap() -> tempfile::NamedTempFile {
    let mut disk = tempfile::NamedTempFile::new().unwrap();
    disk.as_file().set_len(OFFSET + LENGTH).unwrap();
    let area = SwapArea {
        label: "SWAP".into(),
        uuid: uuid!("01234567-89ab-cdef-0123-456789abcdef"),
        page_size: 4096,
    };
    area.write(disk.as_file_mut(), OFFSET, LENGTH).unwrap();
    disk
}

#[test]
fn blkid_recognises_swap() {
    let Some(mut blkid) = judge("blkid", "util-linux") else {
        return;
    };
    let disk = disk_with_swap();
    let said = verdict(
        blkid
            .args(["-p", "-o", "export", "-O"])
            .arg(OFFSET.to_string())
            .arg(disk.path()),
    );
    for line in [
        "TYPE=swap",
        "LABEL=SWAP",
        "VERSION=1",
        "UUID=01234567-89ab-cdef-0123-456789abcdef",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
}

#[test]
fn swaplabel_reads_label_and_uuid() {
    let Some(mut swaplabel) = judge("swaplabel", "util-linux") else {
        return;
    };
    let disk = disk_with_swap();
    let area = tempfile::NamedTempFile::new().unwrap();
    let bytes = std::fs::read(disk.path())
        .unwrap()
        .split_off(OFFSET as usize);
    std::fs::write(area.path(), bytes).unwrap();
    let said = verdict(swaplabel.arg(area.path()));
    assert!(said.contains("LABEL: SWAP"), "{said}");
    assert!(
        said.contains("UUID:  01234567-89ab-cdef-0123-456789abcdef"),
        "{said}"
    );
}
