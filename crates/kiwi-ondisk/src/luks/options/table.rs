//! Every option that `cryptsetup luksFormat` knows.

/// What becomes of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It changes the format, see the field of that name.
    Sets(Field),
    /// It changes nothing in the result; the reason says why.
    Nothing(&'static str),
    /// It cannot be done; the reason says why.
    Impossible(&'static str),
}

/// What an option sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Version,
    Cipher,
    KeyBits,
    Hash,
    SectorSize,
    Pbkdf,
    PbkdfMemory,
    PbkdfParallel,
    PbkdfIterations,
    IterationTime,
    Label,
    Subsystem,
    MetadataSize,
    KeyslotsSize,
    Alignment,
    Offset,
    Uuid,
    Slot,
    KeyslotCipher,
    KeyslotKeyBits,
}

/// One option.
pub(super) struct Entry {
    /// The long name.
    pub(super) name: &'static str,
    /// The letter of the short name.
    pub(super) letter: Option<char>,
    /// Whether a value follows.
    pub(super) has_value: bool,
    /// What becomes of it.
    pub(super) meaning: Meaning,
}

const UNATTENDED: &str = "nobody is asked anything";
const SEED: &str = "keys come from the system's random source in any case";
const OPEN_ONLY: &str = "it works when a container is opened";
const KEY_FILE: &str = "the passphrase comes from the attribute `luks`";
const INTEGRITY: &str = "integrity needs device mapper at build time";
const OPAL: &str = "only a real disk can encrypt by itself";
const VOLUME_KEY: &str = "the volume key is always a new one";

/// All options of cryptsetup 2.6 to 2.8 that `luksFormat` allows.
pub(super) const OPTIONS: [Entry; 49] = [
    sets("--type", Some('M'), Field::Version),
    sets("--cipher", Some('c'), Field::Cipher),
    sets("--key-size", Some('s'), Field::KeyBits),
    sets("--hash", Some('h'), Field::Hash),
    sets("--sector-size", None, Field::SectorSize),
    sets("--pbkdf", None, Field::Pbkdf),
    sets("--pbkdf-memory", None, Field::PbkdfMemory),
    sets("--pbkdf-parallel", None, Field::PbkdfParallel),
    sets("--pbkdf-force-iterations", None, Field::PbkdfIterations),
    sets("--iter-time", Some('i'), Field::IterationTime),
    sets("--label", None, Field::Label),
    sets("--subsystem", None, Field::Subsystem),
    sets("--luks2-metadata-size", None, Field::MetadataSize),
    sets("--luks2-keyslots-size", None, Field::KeyslotsSize),
    sets("--align-payload", None, Field::Alignment),
    sets("--offset", Some('o'), Field::Offset),
    sets("--uuid", None, Field::Uuid),
    sets("--key-slot", Some('S'), Field::Slot),
    sets("--new-key-slot", None, Field::Slot),
    sets("--keyslot-cipher", None, Field::KeyslotCipher),
    sets("--keyslot-key-size", None, Field::KeyslotKeyBits),
    nothing("--use-random", None, false, SEED),
    nothing("--use-urandom", None, false, SEED),
    nothing("--batch-mode", Some('q'), false, UNATTENDED),
    nothing("--force-password", None, false, UNATTENDED),
    nothing("--verify-passphrase", Some('y'), false, UNATTENDED),
    nothing("--timeout", Some('t'), true, UNATTENDED),
    nothing("--progress-frequency", None, true, UNATTENDED),
    nothing("--progress-json", None, false, UNATTENDED),
    nothing("--verbose", Some('v'), false, UNATTENDED),
    nothing("--debug", None, false, UNATTENDED),
    nothing("--debug-json", None, false, UNATTENDED),
    nothing("--disable-locks", None, false, UNATTENDED),
    nothing("--perf-same_cpu_crypt", None, false, OPEN_ONLY),
    nothing("--perf-submit_from_crypt_cpus", None, false, OPEN_ONLY),
    nothing("--perf-no_read_workqueue", None, false, OPEN_ONLY),
    nothing("--perf-no_write_workqueue", None, false, OPEN_ONLY),
    impossible(
        "--header",
        true,
        "a separate header has no place in an image",
    ),
    impossible("--key-file", true, KEY_FILE),
    impossible("--keyfile-size", true, KEY_FILE),
    impossible("--keyfile-offset", true, KEY_FILE),
    impossible("--volume-key-file", true, VOLUME_KEY),
    impossible("--master-key-file", true, VOLUME_KEY),
    impossible("--integrity", true, INTEGRITY),
    impossible("--integrity-legacy-padding", false, INTEGRITY),
    impossible("--integrity-no-wipe", false, INTEGRITY),
    impossible("--integrity-key-size", true, INTEGRITY),
    impossible("--hw-opal", false, OPAL),
    impossible("--hw-opal-only", false, OPAL),
];

const fn sets(name: &'static str, letter: Option<char>, field: Field) -> Entry {
    Entry {
        name,
        letter,
        has_value: true,
        meaning: Meaning::Sets(field),
    }
}

const fn nothing(
    name: &'static str,
    letter: Option<char>,
    has_value: bool,
    reason: &'static str,
) -> Entry {
    Entry {
        name,
        letter,
        has_value,
        meaning: Meaning::Nothing(reason),
    }
}

const fn impossible(name: &'static str, has_value: bool, reason: &'static str) -> Entry {
    Entry {
        name,
        letter: None,
        has_value,
        meaning: Meaning::Impossible(reason),
    }
}

/// Finds an option by its long name.
pub(super) fn by_name(name: &str) -> Option<&'static Entry> {
    OPTIONS.iter().find(|entry| entry.name == name)
}

/// Finds an option by the letter of its short name.
pub(super) fn by_letter(letter: char) -> Option<&'static Entry> {
    let letter = Some(letter);
    // `-l` and `-d` belong to key files and are as impossible as their long names.
    match letter {
        Some('d') => by_name("--key-file"),
        Some('l') => by_name("--keyfile-size"),
        _ => OPTIONS.iter().find(|entry| entry.letter == letter),
    }
}
