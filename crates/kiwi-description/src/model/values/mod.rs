//! Typed attribute values: enumerations, sizes and lists.
//!
//! Each type reads exactly what the schema allows and writes it back the same way.

mod boot;
mod disk;
mod list;
mod packages;
mod size;
mod system;

use crate::schema::collapse;

pub use boot::*;
pub use disk::*;
pub use list::{BlankList, CommaList};
pub use packages::*;
pub use size::{BlockCount, PartitionSize, SizeUnit, VolumeSize};
pub use system::*;

/// A text that is none of the values allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not one of {allowed}")]
pub struct UnknownValue {
    /// The text.
    pub text: String,
    /// What is allowed, for the message.
    pub allowed: String,
}

/// A value that can stand in an attribute or in the text of an element.
pub trait Value: Sized {
    /// Reads the value; absent when the text is none of the values allowed.
    fn read(text: &str) -> Option<Self>;
}

impl Value for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Value for bool {
    fn read(text: &str) -> Option<Self> {
        match collapse(text).as_ref() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

impl Value for u64 {
    /// Reads what XML Schema calls a non-negative integer: a plus sign and `-0` are allowed.
    fn read(text: &str) -> Option<Self> {
        let text = collapse(text);
        let digits = match text.strip_prefix('-') {
            Some(zeros) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => zeros,
            Some(_) => return None,
            None => text.strip_prefix('+').unwrap_or(&text),
        };
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    }
}

impl Value for i64 {
    fn read(text: &str) -> Option<Self> {
        collapse(text).parse().ok()
    }
}

/// Makes an enumeration whose values are words of the schema.
///
/// The type gets `ALL`, `NAMES`, `WORDS` (for the schema tables), `as_str`, `Display`, `FromStr`, serde as a word, and
/// [`Value`]. The doc comment of a value is its help in the reference manual; `since` names the version of the schema that
/// brought it, when that is later than the one of the attribute.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[doc = $help:literal])* $value:ident = $word:literal $(since $since:literal)?,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[doc = $help])* #[serde(rename = $word)] $value,)*
        }

        impl $name {
            /// All values, in the order of the reference.
            pub const ALL: &'static [$name] = &[$($name::$value,)*];
            /// All values as they are written.
            pub const NAMES: &'static [&'static str] = &[$($word,)*];

            /// All values with their help.
            pub const WORDS: &'static [$crate::schema::define::Word] = &[$($name::$value.word(),)*];

            /// Returns the value with its help.
            pub const fn word(self) -> $crate::schema::define::Word {
                match self {
                    $($name::$value => $crate::schema::define::Word {
                        name: $word,
                        help: concat!($($help),*),
                        since: $crate::model::values::first(&[$($since)?]),
                    },)*
                }
            }

            /// Returns the value as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$value => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::values::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok($name::$value),)*
                    _ => Err($crate::model::values::UnknownValue {
                        text: text.to_owned(),
                        allowed: Self::NAMES.join(", "),
                    }),
                }
            }
        }

        impl $crate::model::values::Value for $name {
            fn read(text: &str) -> Option<Self> {
                $crate::schema::collapse(text).parse().ok()
            }
        }
    };
}
use words;

/// Returns the first of some texts, if there is one.
const fn first(texts: &[&'static str]) -> Option<&'static str> {
    match texts {
        [first, ..] => Some(first),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans() {
        for (text, value) in [
            ("true", Some(true)),
            ("1", Some(true)),
            (" false\n", Some(false)),
            ("0", Some(false)),
            ("True", None),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(bool::read(text), value, "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("0", Some(0)),
            (" 42 ", Some(42)),
            ("+7", Some(7)),
            ("-0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("-", None),
            ("+", None),
            ("++1", None),
            ("1.5", None),
            ("", None),
        ] {
            assert_eq!(u64::read(text), value, "{text}");
        }
        for (text, value) in [
            ("-3", Some(-3)),
            ("+3", Some(3)),
            ("3", Some(3)),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(i64::read(text), value, "{text}");
        }
    }

    #[test]
    fn words_are_read_and_written_alike() {
        for &value in ImageType::ALL {
            assert_eq!(value.as_str().parse(), Ok(value));
            assert_eq!(ImageType::read(&format!(" {value} ")), Some(value));
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
            assert_eq!(
                serde_json::from_value::<ImageType>(value.as_str().into()).unwrap(),
                value
            );
        }
        let error = "vmx".parse::<ImageType>().unwrap_err();
        assert!(
            error.to_string().starts_with("`vmx` is not one of btrfs, "),
            "{error}"
        );
    }
}
