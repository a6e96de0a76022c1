//! Cases of one line each.

use proptest::prelude::*;

use super::*;
use crate::SectorSize;
use crate::luks::layout::Layout;
use crate::luks::{Argon2Cost, Cipher, CipherMode, Hash, PayloadStart, Pbkdf, Version};

fn options<'a>(options: &'a [(&'a str, Option<&'a str>)]) -> Request<'a> {
    Request {
        options,
        ..Request::default()
    }
}

/// Reads a line as a shell would, in pairs where the option has no `=`.
fn line(line: &str) -> Result<Parsed, OptionError> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut pairs: Vec<(&str, Option<&str>)> = Vec::new();
    for word in words {
        match pairs.last_mut() {
            Some((_, value @ None)) if !word.starts_with('-') => *value = Some(word),
            _ => pairs.push((word, None)),
        }
    }
    parse(&options(&pairs))
}

fn format(text: &str) -> Format {
    line(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .format
}

#[test]
fn nothing_gives_the_defaults() {
    let parsed = parse(&Request::default()).unwrap();
    assert_eq!(parsed.format, Format::new(Version::Two));
    assert_eq!(parsed.uuid, None);
    assert_eq!(parsed.without_effect, []);
    let one = Request {
        version: Some("luks1"),
        ..Request::default()
    };
    assert_eq!(parse(&one).unwrap().format, Format::new(Version::One));
}

#[test]
fn every_spelling_is_understood() {
    let expected = format("--cipher aes-xts-plain64 --key-size 256");
    assert_eq!(expected.cipher, Cipher::AES_128_XTS);
    for text in [
        "--cipher=aes-xts-plain64 --key-size=256",
        "-c aes-xts-plain64 -s 256",
        "-caes-xts-plain64 -s256",
        "-c=aes-xts-plain64 -s=256",
        "-s 512 --key-size 256",
    ] {
        assert_eq!(format(text), expected, "{text}");
    }
}

#[test]
fn attributes_have_their_place_on_the_line() {
    let request = Request {
        version: Some("luks1"),
        options: &[("--type", Some("luks2")), ("--pbkdf", Some("argon2id"))],
        pbkdf: Some("pbkdf2"),
        operating_system: None,
    };
    let format = parse(&request).unwrap().format;
    assert_eq!(format.version, Version::Two);
    assert_eq!(format.pbkdf, Pbkdf::pbkdf2(Hash::Sha256));
    let request = Request {
        operating_system: Some("sle12"),
        options: &[("--hash", Some("sha512"))],
        version: Some("luks1"),
        pbkdf: None,
    };
    let format = parse(&request).unwrap().format;
    assert_eq!(
        (format.cipher, format.hash),
        (Cipher::AES_128_XTS, Hash::Sha1)
    );
    assert_eq!(format.pbkdf, Pbkdf::pbkdf2(Hash::Sha1));
}

#[test]
fn options_set_what_they_name() {
    let with = |change: &dyn Fn(&mut Format)| {
        let mut format = Format::new(Version::Two);
        change(&mut format);
        format
    };
    let cbc = |bits| Cipher::new(CipherMode::CbcEssivSha256, bits).unwrap();
    let cases = [
        (
            "--cipher aes-cbc-essiv:sha256",
            with(&|f| f.cipher = cbc(256)),
        ),
        (
            "--cipher aes",
            with(&|f| f.cipher = Cipher::new(CipherMode::CbcPlain, 256).unwrap()),
        ),
        ("--hash SHA512", with(&|f| f.hash = Hash::Sha512)),
        (
            "--sector-size 4096",
            with(&|f| f.sector_size = SectorSize::Bytes4096),
        ),
        (
            "--label disk --subsystem kiwi",
            with(&|f| (f.label, f.subsystem) = ("disk".into(), "kiwi".into())),
        ),
        (
            "--luks2-metadata-size 64k",
            with(&|f| f.metadata_bytes = 65536),
        ),
        (
            "--luks2-keyslots-size 1MiB",
            with(&|f| f.keyslots_bytes = Some(1 << 20)),
        ),
        (
            "--luks2-keyslots-size 4096kB",
            with(&|f| f.keyslots_bytes = Some(4_096_000)),
        ),
        (
            "--offset 32768",
            with(&|f| f.payload = PayloadStart::At(16 << 20)),
        ),
        ("--offset 0", with(&|_| {})),
        (
            "--align-payload 8192",
            with(&|f| f.payload = PayloadStart::Aligned((4 << 20).try_into().unwrap())),
        ),
        ("--key-slot 31", with(&|f| f.first_slot = 31)),
        (
            "--keyslot-cipher aes-cbc-essiv:sha256 --keyslot-key-size 128",
            with(&|f| f.keyslot_cipher = Some(cbc(128))),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(format(text), expected, "{text}");
    }
    let uuid = "01234567-89ab-cdef-0123-456789abcdef";
    let parsed = line(&format!("--uuid {uuid}")).unwrap();
    assert_eq!(parsed.uuid, Some(uuid.parse().unwrap()));
}

#[test]
fn costs_are_fixed_numbers() {
    let argon2 = |time, memory_kib, parallel| {
        Pbkdf::Argon2id(Argon2Cost {
            time,
            memory_kib,
            parallel,
        })
    };
    let pbkdf2 = |iterations| Pbkdf::Pbkdf2 { iterations };
    let cases = [
        ("", argon2(4, 262_144, 2)),
        ("--iter-time 2000", argon2(4, 262_144, 2)),
        ("--iter-time 1000", argon2(4, 131_072, 2)),
        ("--iter-time 1", argon2(4, 32_768, 2)),
        ("--iter-time 5000", argon2(10, 262_144, 2)),
        ("--iter-time 1000 --pbkdf-memory 65536", argon2(4, 65536, 2)),
        ("--pbkdf-memory 0 --pbkdf-parallel 9", argon2(4, 262_144, 4)),
        (
            "--pbkdf-force-iterations 7 --pbkdf-parallel 1",
            argon2(7, 262_144, 1),
        ),
        ("--pbkdf pbkdf2", pbkdf2(1_000_000)),
        ("--pbkdf PBKDF2 --iter-time 4000", pbkdf2(2_000_000)),
        ("--pbkdf pbkdf2 --iter-time 1", pbkdf2(1000)),
        ("--pbkdf pbkdf2 --pbkdf-force-iterations 1000", pbkdf2(1000)),
        ("--type luks1 --hash sha1", pbkdf2(1_400_000)),
    ];
    for (text, expected) in cases {
        assert_eq!(format(text).pbkdf, expected, "{text}");
    }
}

#[test]
fn options_without_effect_are_told() {
    let cases = [
        (
            "--use-random",
            "--use-random: keys come from the system's random source in any case",
        ),
        (
            "-q -t 5",
            "-q: nobody is asked anything; -t: nobody is asked anything",
        ),
        (
            "--perf-same_cpu_crypt",
            "--perf-same_cpu_crypt: it works when a container is opened",
        ),
        ("--type luks1 --label a", "--label: LUKS1 has no labels"),
        (
            "--type luks1 --pbkdf argon2id",
            "--pbkdf: LUKS1 knows only pbkdf2",
        ),
        (
            "--pbkdf pbkdf2 --pbkdf-memory 64",
            "--pbkdf-memory: pbkdf2 has no such cost",
        ),
    ];
    for (text, expected) in cases {
        let told = line(text).unwrap().without_effect;
        let told: Vec<String> = told
            .iter()
            .map(|told| format!("{}: {}", told.option, told.reason))
            .collect();
        assert_eq!(told.join("; "), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let cases = [
        ("--cypher aes", "`--cypher` is not an option"),
        (
            "--iv-large-sectors",
            "`--iv-large-sectors` is not an option",
        ),
        ("-z", "`-z` is not an option"),
        ("cipher aes", "`cipher` is not an option"),
        ("--cipher", "`--cipher` needs a value"),
        ("--use-random=1", "`--use-random` takes no value"),
        (
            "--type plain",
            "`--type` cannot be `plain`: luks, luks1 and luks2",
        ),
        (
            "--cipher serpent-xts-plain64",
            "`--cipher` cannot be `serpent-xts-plain64`: aes-xts-plain64, aes-xts-plain, ",
        ),
        (
            "--key-size 384",
            "`--key-size` cannot be `384`: keys of aes-xts-plain64 have 256 or 512 bits",
        ),
        (
            "--key-size 0x200",
            "`--key-size` cannot be `0x200`: a decimal number",
        ),
        (
            "--key-size +256",
            "`--key-size` cannot be `+256`: a decimal number",
        ),
        (
            "--hash ripemd160",
            "`--hash` cannot be `ripemd160`: sha1, sha224, sha256",
        ),
        (
            "--sector-size 2048",
            "`--sector-size` cannot be `2048`: 512 and 4096",
        ),
        (
            "--pbkdf scrypt",
            "`--pbkdf` cannot be `scrypt`: pbkdf2, argon2i and argon2id",
        ),
        (
            "--pbkdf-memory 31",
            "`--pbkdf-memory` cannot be `31`: 32 to 4194304 KiB",
        ),
        (
            "--pbkdf-force-iterations 3",
            "`--pbkdf-force-iterations` cannot be `3`: 4 or more",
        ),
        (
            "--pbkdf pbkdf2 --pbkdf-force-iterations 999",
            "cannot be `999`: 1000 or more",
        ),
        (
            "--pbkdf-force-iterations 9 --iter-time 9",
            "does not go with `--iter-time`",
        ),
        (
            "--offset 64",
            "`--offset` cannot be `64`: leaves no room for a key slot",
        ),
        (
            "--offset 9",
            "`--offset` cannot be `9`: lies within the header, which ends at 32768",
        ),
        (
            "--offset 40961",
            "`--offset` cannot be `40961`: is not a multiple of 4096",
        ),
        (
            "--type luks1 --offset 4032",
            "`--offset` cannot be `4032`: lies within the header, which ends at 2068480",
        ),
        (
            "--offset 8000 --align-payload 8",
            "`--offset` does not go with `--align-payload`",
        ),
        (
            "--sector-size 4096 --align-payload 7",
            "`--align-payload` cannot be `7`: is not a multiple of the sector size",
        ),
        (
            "--luks2-metadata-size 10k",
            "`--luks2-metadata-size` cannot be `10k`: must be a power of two",
        ),
        (
            "--luks2-keyslots-size 129M",
            "`--luks2-keyslots-size` cannot be `129M`: must be a multiple of 4096",
        ),
        (
            "--luks2-keyslots-size 4k",
            "`--luks2-keyslots-size` cannot be `4k`: leaves no room for a key slot",
        ),
        ("--luks2-keyslots-size 1mb", "a size such as"),
        ("--luks2-keyslots-size 5B", "a size such as"),
        (
            "--label 012345678901234567890123456789012345678901234567",
            "it can have 47 bytes",
        ),
        ("--key-slot 32", "slots are numbered from 0 to 31"),
        (
            "--type luks1 --key-slot 8",
            "slots are numbered from 0 to 7",
        ),
        (
            "--keyslot-cipher aes-xts-plain64",
            "does not go with a missing `--keyslot-key-size`",
        ),
        (
            "--type luks1 --sector-size 4096",
            "`--sector-size` does not go with LUKS1",
        ),
        (
            "--type luks1 --luks2-metadata-size 16k",
            "`--luks2-metadata-size` does not go with LUKS1",
        ),
        ("--uuid foo", "`--uuid` cannot be `foo`: a UUID is expected"),
        (
            "--integrity hmac-sha256",
            "`--integrity` is not possible here: integrity needs device mapper",
        ),
        (
            "-d /dev/zero",
            "`-d` is not possible here: the passphrase comes from the attribute `luks`",
        ),
        ("--header /tmp/x", "`--header` is not possible here"),
    ];
    for (text, expected) in cases {
        let error = line(text)
            .map(|parsed| parsed.format)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let twice = [("--cipher=aes", Some("aes"))];
    let error = parse(&options(&twice)).unwrap_err();
    assert_eq!(error.problem, Problem::TakesNoValue);
}

#[test]
fn attributes_are_named_in_errors() {
    let request = Request {
        pbkdf: Some("scrypt"),
        ..Request::default()
    };
    assert_eq!(parse(&request).unwrap_err().option, "luks_pbkdf");
    let request = Request {
        version: Some("luks3"),
        ..Request::default()
    };
    assert_eq!(parse(&request).unwrap_err().option, "luks_version");
    let request = Request {
        operating_system: Some("sle11"),
        ..Request::default()
    };
    assert_eq!(parse(&request).unwrap_err().option, "luksOS");
}

proptest! {
    /// Whatever stands there: it gives an error, or a format that can be laid out.
    #[test]
    fn every_line_ends_well(
        words in prop::collection::vec((0..table::OPTIONS.len(), "luks1|aes|0|1|7|8|256|512|4096|40000|32k|4M|pbkdf2|[0-9]{1,20}|.{0,9}"), 0..5)
    ) {
        let words: Vec<_> = words
            .iter()
            .map(|(index, value)| {
                let entry = &table::OPTIONS[*index];
                (entry.name, entry.has_value.then_some(value.as_str()))
            })
            .collect();
        if let Ok(parsed) = parse(&options(&words)) {
            let layout = Layout::new(&parsed.format).unwrap();
            prop_assert!(layout.slots > 0 && layout.payload >= layout.keyslots + layout.keyslots_bytes);
        }
    }

    #[test]
    fn no_spelling_panics(name in "-{0,2}.{0,12}", value in proptest::option::of(".{0,9}")) {
        let _ = parse(&options(&[(&name, value.as_deref())]));
    }
}
