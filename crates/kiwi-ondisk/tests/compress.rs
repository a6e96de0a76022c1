//! xz, gzip and zstd read what we compress, and the number of threads leaves no trace in it.
#![allow(clippy::unwrap_used)]

mod judge;

use std::io::Write;
use std::num::NonZeroU32;

use judge::{judge, verdict};
use kiwi_ondisk::compress::Compression;
use proptest::prelude::*;

const CASES: [(Compression, &str, &str); 5] = [
    (Compression::GZIP, "gzip", "gzip"),
    (Compression::Gzip { level: 9 }, "gzip", "gzip"),
    (Compression::Xz { level: 1 }, "xz", "xz-utils"),
    (Compression::ZSTD, "zstd", "zstd"),
    (Compression::Zstd { level: 10 }, "zstd", "zstd"),
];

/// Text with long repetitions, then noise, then zeros: something for every part of an encoder.
fn sample(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let mut bytes = Vec::with_capacity(length + 64);
    while bytes.len() < length {
        match bytes.len() * 3 / length {
            0 => bytes.extend(format!("line {} of the log\n", noise() % 5000).bytes()),
            1 => bytes.extend(noise().to_le_bytes()),
            _ => bytes.extend([0; 64]),
        }
    }
    bytes.truncate(length);
    bytes
}

fn compress(compression: Compression, threads: u32, bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut writer = compression
        .writer(Vec::new(), NonZeroU32::new(threads).unwrap())
        .unwrap();
    for part in bytes.chunks(piece) {
        writer.write_all(part).unwrap();
        writer.flush().unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn threads_and_write_sizes_leave_no_trace() {
    // More than one block of each: zstd at level 3 takes 8 MiB.
    let bytes = sample(18 << 20);
    for compression in [
        Compression::GZIP,
        Compression::Xz { level: 0 },
        Compression::ZSTD,
    ] {
        let expected = compress(compression, 1, &bytes, usize::MAX);
        for (threads, piece) in [(2, 1 << 20), (8, 10_237)] {
            let other = compress(compression, threads, &bytes, piece);
            assert!(
                other == expected,
                "{compression:?} on {threads} threads, {piece} bytes at once"
            );
        }
    }
}

#[test]
fn the_tools_unpack_it() {
    let directory = tempfile::tempdir().unwrap();
    let lengths = [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 7_654_321];
    for (compression, program, package) in CASES {
        for length in lengths {
            let bytes = sample(length);
            let packed = directory
                .path()
                .join(format!("packed.{}", compression.suffix().unwrap()));
            std::fs::write(&packed, compress(compression, 2, &bytes, 10_240)).unwrap();
            let Some(mut test) = judge(program, package) else {
                break;
            };
            verdict(test.arg("-t").arg(&packed));
            let output = judge(program, package)
                .unwrap()
                .arg("-dc")
                .arg(&packed)
                .output()
                .unwrap();
            assert!(output.stdout == bytes, "{compression:?} of {length} bytes");
        }
    }
}

#[test]
fn our_gzip_is_about_as_small_as_gzip() {
    let Some(mut gzip) = judge("gzip", "gzip") else {
        return;
    };
    let bytes = sample(8 << 20);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let theirs = gzip
        .args(["-6nc"])
        .arg(file.path())
        .output()
        .unwrap()
        .stdout
        .len();
    let ours = compress(Compression::GZIP, 2, &bytes, 1 << 20).len();
    assert!(ours < theirs + theirs / 20, "{ours} bytes against {theirs}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn gzip_round_trips(length in 0_usize..2_500_000, level in 0_u32..=9, threads in 1_u32..4, piece in 1_usize..2_000_000) {
        let bytes = sample(length.max(1));
        let packed = compress(Compression::Gzip { level }, threads, &bytes, piece.max(1000));
        let mut unpacked = Vec::new();
        // A reader for a single member, so that a second one would be noticed.
        std::io::Read::read_to_end(&mut flate2::bufread::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
        prop_assert!(unpacked == bytes);
    }
}
