//! Sizes as they are written: a number with an optional unit.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Value, words};
use crate::schema::collapse;

words! {
    /// Unit of a size; mega and giga are powers of 1024.
    SizeUnit {
        /// Mebibytes.
        Mega = "M",
        /// Gibibytes.
        Giga = "G",
    }
}

impl SizeUnit {
    /// Returns how many mebibytes the unit has.
    pub const fn mebibytes(self) -> u64 {
        match self {
            SizeUnit::Mega => 1,
            SizeUnit::Giga => 1024,
        }
    }
}

/// A size in MB, or with suffix `M` or `G`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartitionSize {
    /// The number.
    pub number: u64,
    /// The suffix, if there is one.
    pub unit: Option<SizeUnit>,
}

impl PartitionSize {
    /// Returns the size in mebibytes, or the largest number if it does not fit.
    pub const fn mebibytes(self) -> u64 {
        match self.unit {
            Some(unit) => self.number.saturating_mul(unit.mebibytes()),
            None => self.number,
        }
    }
}

impl Value for PartitionSize {
    fn read(text: &str) -> Option<Self> {
        let text = collapse(text);
        let (digits, unit) = match text.as_bytes().last()? {
            b'M' => (&text[..text.len() - 1], Some(SizeUnit::Mega)),
            b'G' => (&text[..text.len() - 1], Some(SizeUnit::Giga)),
            _ => (&text[..], None),
        };
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        Some(PartitionSize {
            number: digits.parse().ok()?,
            unit,
        })
    }
}

impl fmt::Display for PartitionSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        self.unit.map_or(Ok(()), |unit| write!(f, "{unit}"))
    }
}

/// Size of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VolumeSize {
    /// All that is left, written `all`.
    All,
    /// A number with an optional unit.
    Fixed(PartitionSize),
}

impl Value for VolumeSize {
    fn read(text: &str) -> Option<Self> {
        if collapse(text) == "all" {
            return Some(VolumeSize::All);
        }
        PartitionSize::read(text).map(VolumeSize::Fixed)
    }
}

impl fmt::Display for VolumeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VolumeSize::All => f.write_str("all"),
            VolumeSize::Fixed(size) => size.fmt(f),
        }
    }
}

/// How many blocks dm-verity protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BlockCount {
    /// The attribute is there but empty, which is the same as absent.
    Empty,
    /// Every block, written `all`.
    All,
    /// The first so many blocks.
    Number(u64),
}

impl Value for BlockCount {
    fn read(text: &str) -> Option<Self> {
        match collapse(text).as_ref() {
            "" => Some(BlockCount::Empty),
            "all" => Some(BlockCount::All),
            digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().ok().map(BlockCount::Number)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, mebibytes) in [
            ("100", Some(100)),
            ("100M", Some(100)),
            ("2G", Some(2048)),
            (" 2G ", Some(2048)),
            ("G", None),
            ("", None),
            ("2T", None),
            ("+2", None),
            ("-2", None),
            ("2 G", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(
                PartitionSize::read(text).map(PartitionSize::mebibytes),
                mebibytes,
                "{text}"
            );
        }
        assert_eq!(VolumeSize::read("all"), Some(VolumeSize::All));
        assert_eq!(VolumeSize::read("3G").unwrap().to_string(), "3G");
        assert_eq!(BlockCount::read("all"), Some(BlockCount::All));
        assert_eq!(BlockCount::read("12"), Some(BlockCount::Number(12)));
        assert_eq!(BlockCount::read(""), Some(BlockCount::Empty));
        assert_eq!(BlockCount::read("-1"), None);
    }
}
