//! cryptsetup, qemu-img and GRUB open our containers.

use std::io::Write as _;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use kiwi_ondisk::SectorSize;
use kiwi_ondisk::luks::{Cipher, CipherMode, Hash, Luks, PayloadStart, Pbkdf, Version};
use tempfile::NamedTempFile;

use crate::containers::{
    ARGON2, KEY_FILE, PASSPHRASE, PAYLOAD_BYTES, aes, container, containers, luks, plaintext,
};
use crate::judge::{judge, verdict};

/// Lets cryptsetup try a passphrase; gives what it printed on success.
fn try_passphrase(container: &Path, passphrase: &[u8]) -> Option<String> {
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin")?;
    cryptsetup
        .args(["open", "--test-passphrase", "--verbose", "--key-file", "-"])
        .arg(container);
    let (success, said) = with_input(&mut cryptsetup, passphrase);
    success.then_some(said)
}

fn with_input(command: &mut Command, input: &[u8]) -> (bool, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn cryptsetup_opens_every_key_slot() {
    if judge("cryptsetup", "cryptsetup-bin").is_none() {
        return;
    }
    for (name, luks) in containers() {
        let disk = container(&luks, 0);
        let first = luks.format.first_slot;
        for (passphrase, slot) in [(PASSPHRASE, first), (KEY_FILE, u32::from(first == 0))] {
            let said = try_passphrase(disk.path(), passphrase);
            let said = said.unwrap_or_else(|| panic!("{name}: slot {slot} does not open"));
            assert!(
                said.contains(&format!("Key slot {slot} unlocked.")),
                "{name}: {said}"
            );
        }
        assert_eq!(try_passphrase(disk.path(), b"Linux"), None, "{name}");
    }
}

#[test]
fn cryptsetup_reads_the_header() {
    let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
        return;
    };
    let one = container(&luks(Version::One, |_| {}), 0);
    let said = verdict(cryptsetup.arg("luksDump").arg(one.path()));
    let said = said.replace([' ', '\t'], "");
    for line in [
        "Version:1",
        "Ciphername:aes",
        "Ciphermode:xts-plain64",
        "Hashspec:sha256",
        "Payloadoffset:4096",
        "MKbits:512",
        "UUID:01234567-89ab-cdef-0123-456789abcdef",
        "KeySlot0:ENABLED",
        "Keymaterialoffset:8",
        "AFstripes:4000",
        "KeySlot1:ENABLED",
        "Keymaterialoffset:512",
        "KeySlot2:DISABLED",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
    let two = luks(Version::Two, |format| {
        format.pbkdf = Pbkdf::Argon2id(ARGON2);
        format.sector_size = SectorSize::Bytes4096;
        (format.label, format.subsystem) = ("disk".into(), "kiwi".into());
    });
    let two = container(&two, 0);
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin").unwrap();
    let said = verdict(cryptsetup.arg("luksDump").arg(two.path()));
    let said = said.replace([' ', '\t'], "");
    for line in [
        "Version:2",
        "Metadataarea:16384[bytes]",
        "Keyslotsarea:16744448[bytes]",
        "UUID:01234567-89ab-cdef-0123-456789abcdef",
        "Label:disk",
        "Subsystem:kiwi",
        "offset:16777216[bytes]",
        "sector:4096[bytes]",
        "PBKDF:argon2id",
        "Timecost:4",
        "Memory:64",
        "Threads:2",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
}

/// Both copies of a LUKS2 header are good: cryptsetup repairs the first from the second and reads it again.
#[test]
fn the_second_header_is_as_good_as_the_first() {
    let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
        return;
    };
    let disk = container(&luks(Version::Two, |_| {}), 0);
    disk.as_file().write_all_at(&[0; 4096], 0).unwrap();
    verdict(cryptsetup.args(["--batch-mode", "repair"]).arg(disk.path()));
    assert!(try_passphrase(disk.path(), PASSPHRASE).is_some());
}

/// cryptsetup formats the same container; nothing but what is random differs.
#[test]
fn metadata_is_what_cryptsetup_writes() {
    let cases: [(&[&str], Luks); 4] = [
        (&["--sector-size=512"], luks(Version::Two, |_| {})),
        (
            &["--sector-size=4096", "--key-size=256", "--hash=sha512"],
            luks(Version::Two, |f| {
                f.sector_size = SectorSize::Bytes4096;
                f.cipher = Cipher::AES_128_XTS;
                f.hash = Hash::Sha512;
            }),
        ),
        (
            &[
                "--sector-size=512",
                "--luks2-metadata-size=64k",
                "--luks2-keyslots-size=2M",
                "--align-payload=8192",
            ],
            luks(Version::Two, |f| {
                (f.metadata_bytes, f.keyslots_bytes) = (64 << 10, Some(2 << 20));
                f.payload = PayloadStart::Aligned((4 << 20).try_into().unwrap());
            }),
        ),
        (
            &[
                "--sector-size=512",
                "--offset=40000",
                "--keyslot-cipher=aes-cbc-plain64",
                "--keyslot-key-size=256",
            ],
            luks(Version::Two, |f| {
                f.payload = PayloadStart::At(40000 * 512);
                f.keyslot_cipher = Some(aes(CipherMode::CbcPlain64, 256));
            }),
        ),
    ];
    for (options, mut luks) in cases {
        luks.keys.truncate(1);
        let ours = container(&luks, 0);
        let theirs = NamedTempFile::new().unwrap();
        theirs.as_file().set_len(64 << 20).unwrap();
        let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
            return;
        };
        cryptsetup
            .args([
                "--batch-mode",
                "luksFormat",
                "--type=luks2",
                "--pbkdf=pbkdf2",
            ])
            .args(["--pbkdf-force-iterations=1000", "--key-file=-"])
            .args(options)
            .arg(theirs.path());
        let (success, said) = with_input(&mut cryptsetup, PASSPHRASE);
        assert!(success, "{said}");
        assert_eq!(
            metadata(ours.path()),
            metadata(theirs.path()),
            "{options:?}"
        );
    }
}

/// The metadata as cryptsetup reads it, without what is random.
fn metadata(container: &Path) -> serde_json::Value {
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin").unwrap();
    let text = verdict(
        cryptsetup
            .args(["luksDump", "--dump-json-metadata"])
            .arg(container),
    );
    let mut metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    for field in [
        "/keyslots/0/kdf/salt",
        "/digests/0/salt",
        "/digests/0/digest",
    ] {
        let value = metadata.pointer_mut(field).unwrap();
        let length = value.as_str().unwrap().len();
        *value = length.into();
    }
    metadata
}

/// cryptsetup changes what we wrote: it finds room for one more key and keeps the others.
#[test]
fn cryptsetup_adds_a_key() {
    for version in [Version::One, Version::Two] {
        let disk = container(&luks(version, |_| {}), 0);
        let new = NamedTempFile::new().unwrap();
        new.as_file().write_all_at(b"new", 0).unwrap();
        let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
            return;
        };
        cryptsetup
            .args(["--batch-mode", "luksAddKey", "--key-file=-"])
            .args(["--pbkdf=pbkdf2", "--pbkdf-force-iterations=1000"])
            .args([disk.path(), new.path()]);
        let (success, said) = with_input(&mut cryptsetup, PASSPHRASE);
        assert!(success, "{version:?}: {said}");
        for passphrase in [PASSPHRASE, KEY_FILE, b"new"] {
            let opens = try_passphrase(disk.path(), passphrase);
            assert!(opens.is_some(), "{version:?}: {passphrase:?}");
        }
    }
}

#[test]
fn qemu_decrypts_luks1() {
    for (name, luks) in containers() {
        if luks.format.version != Version::One {
            continue;
        }
        let Some(mut qemu) = judge("qemu-img", "qemu-utils") else {
            return;
        };
        let disk = container(&luks, 0);
        let plain = NamedTempFile::new().unwrap();
        let passphrase = std::str::from_utf8(PASSPHRASE).unwrap();
        let image = format!(
            "driver=luks,key-secret=key,file.filename={}",
            disk.path().display()
        );
        verdict(
            qemu.args([
                "convert",
                "--object",
                &format!("secret,id=key,data={passphrase}"),
            ])
            .args(["--image-opts", &image, "-O", "raw"])
            .arg(plain.path()),
        );
        let found = std::fs::read(plain.path()).unwrap();
        assert!(found == plaintext(PAYLOAD_BYTES), "{name}: other bytes");
    }
}

/// GRUB is the only judge that decrypts LUKS2 without the kernel. Argon2 it cannot do.
#[test]
fn grub_decrypts_both_versions() {
    for (name, luks) in containers() {
        if !matches!(luks.format.pbkdf, Pbkdf::Pbkdf2 { .. }) {
            continue;
        }
        let Some(mut grub) = judge("grub-fstest", "grub-common") else {
            return;
        };
        let disk = container(&luks, 0);
        let plain = NamedTempFile::new().unwrap();
        let all = format!("(crypto0)0+{}", PAYLOAD_BYTES / 512);
        grub.arg("--crypto")
            .arg(disk.path())
            .args(["cp", &all])
            .arg(plain.path());
        let (success, said) = with_input(&mut grub, &[PASSPHRASE, b"\n"].concat());
        assert!(success, "{name}: {said}");
        let found = std::fs::read(plain.path()).unwrap();
        assert!(
            found == plaintext(PAYLOAD_BYTES),
            "{name}: other bytes; {said}"
        );
    }
}
