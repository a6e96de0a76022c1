//! Schema versions, compared as numbers.

use std::str::FromStr;

/// A schema version such as `7.4`. As in arithmetic, `8.50` equals `8.5` and `8` equals `8.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaVersion {
    whole: u32,
    /// Digits after the point as millionths.
    millionths: u32,
}

/// How many digits after the point count.
const FRACTION_DIGITS: usize = 6;

impl FromStr for SchemaVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(());
        }
        let fraction: String = fraction
            .chars()
            .chain(std::iter::repeat('0'))
            .take(FRACTION_DIGITS)
            .collect();
        Ok(SchemaVersion {
            whole: whole.parse().map_err(|_| ())?,
            millionths: fraction.parse().map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_as_numbers() {
        let version = |text: &str| text.parse::<SchemaVersion>();
        assert_eq!(version("8.5"), version(" 8.50 "));
        assert_eq!(version("8"), version("8.0"));
        assert!(version("8.10").unwrap() < version("8.2").unwrap());
        assert!(version("7.6").unwrap() < version("8.0").unwrap());
        for text in [
            "",
            ".",
            "8.",
            ".5",
            "8.5.1",
            "-8",
            "8,5",
            "1e3",
            "99999999999",
        ] {
            assert_eq!(version(text), Err(()), "{text}");
        }
    }
}
