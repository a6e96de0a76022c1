//! Lists written into one attribute.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Value;

/// Words separated by commas, not trimmed: the reference compares them as they stand.
///
/// An empty text is the empty list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommaList(pub Vec<String>);

/// Words separated by white space.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlankList(pub Vec<String>);

impl CommaList {
    /// Tells whether a word is in the list.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|item| item == word)
    }
}

impl Value for CommaList {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(CommaList::default());
        }
        Some(CommaList(text.split(',').map(str::to_owned).collect()))
    }
}

impl Value for BlankList {
    fn read(text: &str) -> Option<Self> {
        Some(BlankList(
            text.split_whitespace().map(str::to_owned).collect(),
        ))
    }
}

impl Deref for CommaList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Deref for BlankList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let comma = |text| CommaList::read(text).unwrap().0;
        assert_eq!(comma(""), [""; 0]);
        assert_eq!(comma("a"), ["a"]);
        assert_eq!(comma("a, b,"), ["a", " b", ""]);
        let blank = |text| BlankList::read(text).unwrap().0;
        assert_eq!(blank(" serial  console\n"), ["serial", "console"]);
        assert_eq!(blank(" "), [""; 0]);
    }
}
