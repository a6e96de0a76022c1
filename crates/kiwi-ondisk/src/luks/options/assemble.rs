//! What the words together ask for.

use std::num::NonZeroU64;

use uuid::Uuid;

use super::table::{Field, Meaning};
use super::word::Word;
use super::{OptionError, Parsed, Problem, WithoutEffect, costs};
use crate::luks::layout::{Layout, SLOTS_1, SLOTS_2};
use crate::luks::{Cipher, CipherMode, Format, Hash, PayloadStart, Version};
use crate::{Error, SectorSize};

/// The unit of offsets and alignments.
const SECTOR: u64 = 512;

/// All words of one request.
pub(super) struct Words<'a>(&'a [Word<'a>]);

impl<'a> Words<'a> {
    /// The last word for a field.
    pub(super) fn last(&self, field: Field) -> Option<&'a Word<'a>> {
        let sets = |word: &&Word<'_>| word.entry.meaning == Meaning::Sets(field);
        self.0.iter().rev().find(sets)
    }

    /// The last word for a field and its number; zero stands for the default.
    pub(super) fn number<N>(&self, field: Field) -> Result<Option<(&'a Word<'a>, N)>, OptionError>
    where
        N: std::str::FromStr + Default + PartialEq,
    {
        let Some(word) = self.last(field) else {
            return Ok(None);
        };
        let number = word.number()?;
        Ok((number != N::default()).then_some((word, number)))
    }
}

/// Makes a format of the words, step by step.
pub(super) fn assemble(words: &[Word<'_>]) -> Result<Parsed, OptionError> {
    let mut without_effect = useless(words)?;
    let words = Words(words);
    let mut format = Format::new(version(&words)?);
    format.cipher = cipher(&words)?;
    if let Some(word) = words.last(Field::Hash) {
        let names = Hash::ALL.map(Hash::name).join(", ");
        format.hash = Hash::from_name(word.text())
            .ok_or_else(|| word.bad_value(format!("{names} are possible")))?;
    }
    format.pbkdf = costs::pbkdf(&words, &format, &mut without_effect)?;
    match format.version {
        Version::One => only_two(&words, &mut without_effect)?,
        Version::Two => two(&words, &mut format)?,
    }
    format.payload = payload(&words)?;
    format.first_slot = slot(&words, format.version)?;
    check_layout(&words, &format)?;
    Ok(Parsed {
        format,
        uuid: uuid(&words)?,
        without_effect,
    })
}

/// Gathers words that change nothing, and refuses those that cannot be done.
fn useless(words: &[Word<'_>]) -> Result<Vec<WithoutEffect>, OptionError> {
    let mut useless = Vec::new();
    for word in words {
        match word.entry.meaning {
            Meaning::Sets(_) => {}
            Meaning::Nothing(reason) => useless.push(word.without_effect(reason)),
            Meaning::Impossible(reason) => return Err(word.problem(Problem::NotPossible(reason))),
        }
    }
    Ok(useless)
}

fn version(words: &Words<'_>) -> Result<Version, OptionError> {
    let Some(word) = words.last(Field::Version) else {
        return Ok(Version::default());
    };
    match word.text().to_ascii_lowercase().as_str() {
        "luks" | "luks2" => Ok(Version::Two),
        "luks1" => Ok(Version::One),
        _ => Err(word.bad_value("luks, luks1 and luks2 are possible")),
    }
}

fn cipher(words: &Words<'_>) -> Result<Cipher, OptionError> {
    let mode = match words.last(Field::Cipher) {
        Some(word) => mode(word)?,
        None => Cipher::AES_256_XTS.mode(),
    };
    let key_bits = words.number(Field::KeyBits)?;
    let Some((word, key_bits)) = key_bits else {
        let [_, default] = mode.key_bits();
        return Ok(Cipher::new(mode, default).expect("the mode has such keys"));
    };
    with_key(mode, key_bits, word)
}

fn mode(word: &Word<'_>) -> Result<CipherMode, OptionError> {
    CipherMode::from_cipher_name(word.text()).ok_or_else(|| {
        let names = CipherMode::ALL.map(|mode| format!("aes-{}", mode.name()));
        word.bad_value(format!("{} are possible", names.join(", ")))
    })
}

fn with_key(mode: CipherMode, key_bits: u32, word: &Word<'_>) -> Result<Cipher, OptionError> {
    Cipher::new(mode, key_bits).ok_or_else(|| {
        let [short, long] = mode.key_bits();
        let name = mode.name();
        word.bad_value(format!("keys of aes-{name} have {short} or {long} bits"))
    })
}

/// What only LUKS2 has: labels are left out as cryptsetup does it, everything else is refused.
fn only_two(words: &Words<'_>, without_effect: &mut Vec<WithoutEffect>) -> Result<(), OptionError> {
    let labels = [Field::Label, Field::Subsystem];
    let labels = labels.into_iter().filter_map(|field| words.last(field));
    without_effect.extend(labels.map(|word| word.without_effect("LUKS1 has no labels")));
    let refused = [
        Field::MetadataSize,
        Field::KeyslotsSize,
        Field::KeyslotCipher,
        Field::KeyslotKeyBits,
    ];
    if let Some(word) = refused.into_iter().find_map(|field| words.last(field)) {
        return Err(word.conflict("LUKS1"));
    }
    match words.last(Field::SectorSize) {
        Some(word) if sector_size(word)? != SectorSize::Bytes512 => Err(word.conflict("LUKS1")),
        _ => Ok(()),
    }
}

fn two(words: &Words<'_>, format: &mut Format) -> Result<(), OptionError> {
    if let Some(word) = words.last(Field::SectorSize) {
        format.sector_size = sector_size(word)?;
    }
    for (field, label) in [
        (Field::Label, &mut format.label),
        (Field::Subsystem, &mut format.subsystem),
    ] {
        if let Some(word) = words.last(field) {
            if word.text().len() > crate::luks::LABEL_BYTES {
                return Err(word.bad_value("it can have 47 bytes"));
            }
            word.text().clone_into(label);
        }
    }
    if let Some(word) = words.last(Field::MetadataSize) {
        format.metadata_bytes = match word.bytes()? {
            0 => Format::DEFAULT_METADATA_BYTES,
            bytes => bytes,
        };
    }
    if let Some(word) = words.last(Field::KeyslotsSize) {
        format.keyslots_bytes = Some(word.bytes()?).filter(|bytes| *bytes != 0);
    }
    format.keyslot_cipher = keyslot_cipher(words)?;
    Ok(())
}

fn sector_size(word: &Word<'_>) -> Result<SectorSize, OptionError> {
    SectorSize::from_bytes(word.number()?)
        .ok_or_else(|| word.bad_value("512 and 4096 are possible"))
}

fn keyslot_cipher(words: &Words<'_>) -> Result<Option<Cipher>, OptionError> {
    let cipher = words.last(Field::KeyslotCipher);
    let key_bits = words.last(Field::KeyslotKeyBits);
    match (cipher, key_bits) {
        (None, None) => Ok(None),
        (Some(cipher), Some(key_bits)) => {
            with_key(mode(cipher)?, key_bits.number()?, key_bits).map(Some)
        }
        (Some(word), None) => Err(word.conflict("a missing `--keyslot-key-size`")),
        (None, Some(word)) => Err(word.conflict("a missing `--keyslot-cipher`")),
    }
}

fn payload(words: &Words<'_>) -> Result<PayloadStart, OptionError> {
    let bytes = |word: &Word<'_>, sectors: u64| {
        let bytes = sectors.checked_mul(SECTOR).and_then(NonZeroU64::new);
        bytes.ok_or_else(|| word.bad_value("that is more than any disk has"))
    };
    let offset = words.number(Field::Offset)?;
    let alignment = words.number(Field::Alignment)?;
    match (offset, alignment) {
        (Some((word, _)), Some(_)) => Err(word.conflict("`--align-payload`")),
        (Some((word, sectors)), None) => Ok(PayloadStart::At(bytes(word, sectors)?.get())),
        (None, Some((word, sectors))) => Ok(PayloadStart::Aligned(bytes(word, sectors)?)),
        (None, None) => Ok(PayloadStart::default()),
    }
}

fn slot(words: &Words<'_>, version: Version) -> Result<u32, OptionError> {
    let Some(word) = words.last(Field::Slot) else {
        return Ok(0);
    };
    let slots = match version {
        Version::One => SLOTS_1,
        Version::Two => SLOTS_2,
    };
    let number = word.number()?;
    if number >= slots {
        return Err(word.bad_value(format!("slots are numbered from 0 to {}", slots - 1)));
    }
    Ok(number)
}

fn uuid(words: &Words<'_>) -> Result<Option<Uuid>, OptionError> {
    let uuid = words.last(Field::Uuid).map(|word| {
        let uuid = Uuid::try_parse(word.text());
        uuid.map_err(|_| word.bad_value("a UUID is expected"))
    });
    uuid.transpose()
}

/// Finds out whether there is room for everything, and which option is to blame when there is not.
fn check_layout(words: &Words<'_>, format: &Format) -> Result<(), OptionError> {
    let blamed = |fields: &[Field]| fields.iter().find_map(|field| words.last(*field));
    let sizes = [
        Field::KeyslotsSize,
        Field::Offset,
        Field::MetadataSize,
        Field::Alignment,
        Field::SectorSize,
    ];
    let (blamed, reason) = match Layout::new(format) {
        Ok(layout) if layout.slots > 0 => return Ok(()),
        Ok(_) => (blamed(&sizes), "leaves no room for a key slot".to_owned()),
        Err(Error::Value { what, reason, .. }) => {
            let fields: &[Field] = match what {
                Layout::METADATA => &[Field::MetadataSize],
                Layout::PAYLOAD => &[Field::Offset, Field::Alignment],
                _ => &sizes,
            };
            (blamed(fields), reason)
        }
        Err(error) => (blamed(&sizes), error.to_string()),
    };
    match blamed {
        Some(word) => Err(word.bad_value(reason)),
        None => unreachable!("without options there is room for everything"),
    }
}
