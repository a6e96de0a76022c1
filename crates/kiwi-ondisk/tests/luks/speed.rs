//! How fast it is.

use std::os::unix::fs::FileExt;

use kiwi_ondisk::SectorSize;
use kiwi_ondisk::luks::{Argon2Cost, Cipher, CipherMode, Hash, Luks, Pbkdf, Version};

use crate::containers::{PASSPHRASE, aes, key, luks, secrets};

/// Run with `cargo test --release -p kiwi-ondisk --test luks -- --ignored --nocapture speed`.
#[test]
#[ignore = "measures, and says nothing without optimisation"]
fn speed() {
    let bytes: u64 = 1 << 30;
    for (name, cipher) in [
        ("aes-128-xts", Cipher::AES_128_XTS),
        ("aes-256-xts", Cipher::AES_256_XTS),
        ("aes-256-cbc", aes(CipherMode::CbcEssivSha256, 256)),
    ] {
        for sector_size in [SectorSize::Bytes512, SectorSize::Bytes4096] {
            let luks = luks(Version::Two, |format| {
                (format.cipher, format.sector_size) = (cipher, sector_size);
            });
            for threads in [1, 2] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let file = tempfile::tempfile_in("/dev/shm").unwrap();
                file.write_all_at(&vec![1; bytes as usize], 0).unwrap();
                let started = std::time::Instant::now();
                pool.install(|| luks.encrypt_in_place(&file, 0, bytes, &secrets(), &|_, _| true))
                    .unwrap();
                let seconds = started.elapsed().as_secs_f64();
                let speed = bytes as f64 / 1e6 / seconds;
                println!(
                    "{name}, {} bytes, {threads} threads: {speed:.0} MB/s",
                    sector_size.bytes()
                );
            }
        }
    }
    for (name, pbkdf) in [
        ("pbkdf2", Pbkdf::pbkdf2(Hash::Sha256)),
        ("argon2id", Pbkdf::Argon2id(Argon2Cost::default())),
    ] {
        let luks = Luks {
            keys: vec![key(PASSPHRASE, pbkdf)],
            ..luks(Version::Two, |_| {})
        };
        let started = std::time::Instant::now();
        luks.write_header(&tempfile::tempfile().unwrap(), 0, &secrets())
            .unwrap();
        println!(
            "header with one key by {name}: {:.2} s",
            started.elapsed().as_secs_f64()
        );
    }
}
