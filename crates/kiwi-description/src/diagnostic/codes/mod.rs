//! All codes of diagnostics, for every crate.
//!
//! A code never changes its meaning and is never used again after it is gone. One file per range, a line or more per code;
//! another crate that needs a code adds it to the file of its range, and it is at once known to `kiwi-ng explain`.
//!
//! | Range | File | For |
//! |---|---|---|
//! | K01xx | [`markup`] | finding and reading the description, its markup, includes and upgrade |
//! | K02xx | [`schema`] | the schema: elements, attributes, values, rules between them |
//! | K03xx | [`checks`] | checks of meaning that need no root tree |
//! | K04xx | [`selection`] | choice of profile, build type and architecture, and the plan |
//! | K05xx | [`command_line`] | options and arguments |
//! | K06xx | [`host`] | programs and abilities of the host |
//! | K07xx | [`packages`] | package managers, repositories, network |
//! | K08xx | [`build`] | scripts and the other steps of prepare |
//! | K09xx | [`create`] | disks, file systems and other results |

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A stable number for one kind of problem, written `K0201`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "K{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no known code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no code of this program")]
pub struct UnknownCode(pub String);

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads `K0201`, `k201` or `201`; only codes of the table are accepted.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let digits = text.trim().trim_start_matches(['K', 'k']);
        digits
            .parse()
            .ok()
            .map(Code)
            .filter(|code| code.entry().is_some())
            .ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

/// What the table says about a code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What is wrong and why it matters.
    pub explanation: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

impl Code {
    /// Returns what the table says about this code.
    pub fn entry(self) -> Option<&'static Entry> {
        all().find(|entry| entry.code == self)
    }
}

/// The codes of one hundred.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// What they have in common, as `K01`.
    pub prefix: &'static str,
    /// What they are about.
    pub about: &'static str,
    /// The codes in their order.
    pub table: &'static [Entry],
}

/// All ranges in their order.
pub const RANGES: [Range; 9] = [
    range(
        "K01",
        "the description's file, markup, includes and upgrade",
        markup::TABLE,
    ),
    range(
        "K02",
        "elements, attributes, values and the rules between them",
        schema::TABLE,
    ),
    range(
        "K03",
        "what is wrong although the schema allows it",
        checks::TABLE,
    ),
    range(
        "K04",
        "profiles, build types, architectures and the plan",
        selection::TABLE,
    ),
    range(
        "K05",
        "options, arguments and the runtime configuration",
        command_line::TABLE,
    ),
    range("K06", "programs and abilities of this host", host::TABLE),
    range(
        "K07",
        "package managers, repositories and the network",
        packages::TABLE,
    ),
    range(
        "K08",
        "scripts and the preparation of the root tree",
        build::TABLE,
    ),
    range(
        "K09",
        "disks, file systems and other results",
        create::TABLE,
    ),
];

const fn range(prefix: &'static str, about: &'static str, table: &'static [Entry]) -> Range {
    Range {
        prefix,
        about,
        table,
    }
}

/// Returns the whole table in the order of the codes.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    RANGES.iter().flat_map(|range| range.table)
}

/// Makes one constant per code and the `TABLE` of its file, so that no code can be missing in the table.
macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal, $explanation:literal, $mend:literal;)*) => {
        $(
            #[doc = concat!("K", stringify!($number), ": ", $title, ".")]
            pub const $name: $crate::diagnostic::Code = $crate::diagnostic::codes::Code($number);
        )*
        /// The codes of this range in their order.
        pub const TABLE: &[$crate::diagnostic::codes::Entry] = &[
            $($crate::diagnostic::codes::Entry {
                code: $name,
                title: $title,
                explanation: $explanation,
                mend: $mend,
            },)*
        ];
    };
}

pub mod build;
pub mod checks;
pub mod command_line;
pub mod create;
pub mod host;
pub mod markup;
pub mod packages;
pub mod schema;
pub mod selection;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_unique_and_complete() {
        let entries: Vec<_> = all().collect();
        for pair in entries.windows(2) {
            assert!(
                pair[0].code < pair[1].code,
                "{} before {}",
                pair[0].code,
                pair[1].code
            );
        }
        for entry in entries {
            assert!(!entry.title.is_empty(), "{}", entry.code);
            assert!(!entry.title.ends_with('.'), "{}", entry.code);
            assert!(entry.explanation.ends_with('.'), "{}", entry.code);
            assert!(entry.mend.ends_with('.'), "{}", entry.code);
        }
    }

    #[test]
    fn each_file_keeps_to_its_range() {
        for range in RANGES {
            for entry in range.table {
                let code = entry.code.to_string();
                assert!(code.starts_with(range.prefix), "{code}");
            }
        }
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        for text in ["K0201", "k201", "201", " K0201 "] {
            assert_eq!(text.parse(), Ok(schema::UNKNOWN_ELEMENT), "{text}");
        }
        for text in ["", "K", "K9999", "E0201", "99999999"] {
            assert!(text.parse::<Code>().is_err(), "{text}");
        }
    }
}
