//! veritysetup makes the same hash trees, accepts ours, and finds damage by them.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use judge::{judge, verdict};
use kiwi_ondisk::verity::{DataBlocks, Tree, Verity};
use proptest::prelude::*;
use tempfile::{NamedTempFile, TempDir};
use uuid::uuid;

fn verity(block: u32, salt: &[u8]) -> Verity {
    Verity {
        data_block_size: block,
        hash_block_size: block,
        salt: salt.to_vec(),
        uuid: uuid!("01234567-89ab-cdef-0123-456789abcdef"),
    }
}

fn veritysetup() -> Option<Command> {
    judge("veritysetup", "cryptsetup-bin")
}

/// A file of that length with data that does not repeat, a hole, and zeros that are no hole.
fn data(path: &Path, length: u64) -> File {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.set_len(length).unwrap();
    let mut bytes: Vec<u8> = (0..length.min(3 << 20))
        .map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8)
        .collect();
    let zeros = bytes.len() / 3..bytes.len() / 2;
    bytes[zeros].fill(0);
    file.write_all_at(&bytes, 0).unwrap();
    file
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Has veritysetup make the tree in a file of its own and compares every byte.
fn assert_same_as_veritysetup(verity: &Verity, length: u64, blocks: DataBlocks, hash_offset: u64) {
    let Some(mut veritysetup) = veritysetup() else {
        return;
    };
    let directory = TempDir::new().unwrap();
    let (ours, theirs) = (directory.path().join("a"), directory.path().join("b"));
    data(&theirs, length);
    veritysetup
        .arg("format")
        .args([&theirs, &theirs])
        .arg(format!("--uuid={}", verity.uuid))
        .arg(format!("--data-block-size={}", verity.data_block_size))
        .arg(format!("--hash-block-size={}", verity.hash_block_size))
        .arg(format!("--hash-offset={hash_offset}"));
    veritysetup.arg(match verity.salt.as_slice() {
        [] => "--salt=-".to_owned(),
        salt => format!("--salt={}", hexadecimal(salt)),
    });
    let number = match blocks {
        DataBlocks::All => length / u64::from(verity.data_block_size),
        DataBlocks::First(number) => number,
    };
    let said = verdict(veritysetup.arg(format!("--data-blocks={number}")));

    let file = data(&ours, length);
    let tree = verity.write(&file, 0, length, blocks, hash_offset).unwrap();
    let root = format!("Root hash:      \t{}", tree.root_hash_text());
    assert!(said.contains(&root), "{said}\n{root}");
    let same = std::fs::read(&ours).unwrap() == std::fs::read(&theirs).unwrap();
    assert!(same, "{verity:?} {length} {blocks:?} {hash_offset}");
    assert_eq!(
        file.metadata().unwrap().len(),
        hash_offset + tree.hash_bytes
    );
    assert!(tree.hash_bytes <= verity.hash_bytes(number));
    if hash_offset.is_multiple_of(u64::from(verity.hash_block_size)) {
        assert_eq!(tree.hash_bytes, verity.hash_bytes(number));
    }
}

#[test]
fn trees_are_those_of_veritysetup() {
    const MIB: u64 = 1 << 20;
    let all = DataBlocks::All;
    // Three levels, two, one, two data blocks, a single one.
    for length in [70 * MIB, 512 << 10, (512 << 10) + 4096, 8192, 4096] {
        assert_same_as_veritysetup(&verity(4096, &[7; 32]), length, all, length);
    }
    assert_same_as_veritysetup(&verity(4096, &[]), MIB, all, MIB);
    assert_same_as_veritysetup(&verity(512, &[1, 2, 3]), MIB, all, MIB);
    assert_same_as_veritysetup(&verity(1024, &[0xff; 256]), MIB, DataBlocks::First(77), MIB);
    // The tree covers a part, and its superblock is not aligned or further off.
    let some = DataBlocks::First(200);
    for hash_offset in [MIB + 512, MIB + 3584, MIB + 4096, 2 * MIB] {
        assert_same_as_veritysetup(&verity(4096, &[9; 32]), MIB, some, hash_offset);
    }
    let mixed = Verity {
        data_block_size: 4096,
        hash_block_size: 1024,
        ..verity(4096, &[5; 20])
    };
    assert_same_as_veritysetup(&mixed, 5 * MIB, all, 5 * MIB);
}

fn verify(path: &Path, tree: &Tree) -> Option<bool> {
    let mut command = veritysetup()?;
    command.arg("verify").args([path, path]);
    command.arg(tree.root_hash_text());
    command.arg(format!("--hash-offset={}", tree.hash_offset));
    Some(command.output().unwrap().status.success())
}

#[test]
fn veritysetup_finds_a_flipped_bit() {
    const LENGTH: u64 = 2 << 20;
    let image = NamedTempFile::new().unwrap();
    let file = data(image.path(), LENGTH);
    let tree = verity(4096, &[3; 32])
        .write(&file, 0, LENGTH, DataBlocks::All, LENGTH)
        .unwrap();
    let Some(content) = verify(image.path(), &tree) else {
        return;
    };
    assert!(content, "veritysetup accepts an intact image");
    // In data, in a hole of zeros, in each level of the tree.
    for position in [5, LENGTH - 1, LENGTH + 4096 + 40, LENGTH + 8192 + 99] {
        let mut byte = [0];
        file.read_exact_at(&mut byte, position).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], position).unwrap();
        assert_eq!(verify(image.path(), &tree), Some(false), "{position}");
        file.write_all_at(&byte, position).unwrap();
    }
    assert_eq!(verify(image.path(), &tree), Some(true));
}

#[test]
fn blkid_recognises_the_superblock() {
    let Some(mut blkid) = judge("blkid", "util-linux") else {
        return;
    };
    let image = NamedTempFile::new().unwrap();
    let file = data(image.path(), 8192);
    verity(4096, &[])
        .write(&file, 0, 8192, DataBlocks::All, 8192)
        .unwrap();
    let said = verdict(
        blkid
            .args(["-p", "-o", "export", "-O", "8192"])
            .arg(image.path()),
    );
    for line in [
        "TYPE=DM_verity_hash",
        "VERSION=1",
        "UUID=01234567-89ab-cdef-0123-456789abcdef",
    ] {
        assert!(said.lines().any(|found| found == line), "{line}:\n{said}");
    }
}

#[test]
fn impossible_trees_are_refused() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(1 << 20).unwrap();
    let all = DataBlocks::All;
    let cases = [
        (verity(4095, &[]), 8192, all, 8192, "data block size `4095`"),
        (verity(256, &[]), 8192, all, 8192, "data block size `256`"),
        (verity(4096, &[0; 257]), 8192, all, 8192, "longer than 256"),
        (verity(4096, &[]), 8000, all, 8192, "`8000`: is no multiple"),
        (verity(4096, &[]), 0, all, 8192, "number of data blocks `0`"),
        (
            verity(4096, &[]),
            8192,
            DataBlocks::First(3),
            1 << 20,
            "data has 2 blocks",
        ),
        (verity(4096, &[]), 8192, all, 8191, "hash offset `8191`"),
        (verity(4096, &[]), 8192, all, 8200, "hash offset `8200`"),
    ];
    for (verity, length, blocks, hash_offset, expected) in cases {
        let error = verity
            .write(&file, 0, length, blocks, hash_offset)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Where in a file the data lies, and whether zeros are holes, makes no difference.
    #[test]
    fn place_and_holes_do_not_matter(
        blocks in 1_u64..700,
        before in 0_u64..5,
        written in proptest::collection::vec((0_u64..700, 1_u8..), 0..6),
    ) {
        let verity = verity(512, &[4; 32]);
        let length = blocks * 512;
        let make = |offset: u64, holes: bool| {
            let file = tempfile::tempfile().unwrap();
            file.set_len(offset + length).unwrap();
            if holes {
                // Short of its last blocks, which count as zeros.
                let end = written.iter().map(|(block, _)| (block % blocks + 1) * 512).max();
                file.set_len(offset + end.unwrap_or(0)).unwrap();
            } else {
                file.write_all_at(&vec![0; length as usize], offset).unwrap();
            }
            for (block, fill) in &written {
                let at = (block % blocks) * 512;
                file.write_all_at(&[*fill; 512], offset + at).unwrap();
            }
            let tree = verity.write(&file, offset, length, DataBlocks::All, length).unwrap();
            let mut bytes = vec![0; (length + tree.hash_bytes) as usize];
            file.read_exact_at(&mut bytes, offset).unwrap();
            (tree, bytes)
        };
        let (tree, bytes) = make(0, true);
        prop_assert!((tree, bytes) == make(before * 4096, false));
    }
}
