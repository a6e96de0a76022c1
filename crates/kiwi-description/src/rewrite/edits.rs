//! Changes of a text: ranges of bytes and what comes in their place.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::span::SourceId;

/// One change: the bytes of a range are replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// First byte that goes.
    pub start: usize,
    /// Byte behind the last that goes; the same as `start` for an insertion.
    pub end: usize,
    /// What comes in place of them.
    pub text: String,
}

/// The changes of one text, sorted by place, none overlapping another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits(Vec<Edit>);

/// Two changes want the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Where the second one starts.
    pub(super) at: usize,
}

impl Edits {
    /// Sorts changes; equal ones count once, insertions at one place keep their order.
    pub(super) fn sorted(mut edits: Vec<Edit>) -> Result<Self, Overlap> {
        edits.sort_by_key(|edit| (edit.start, edit.end));
        edits.dedup();
        let clash = edits.windows(2).find(|pair| pair[1].start < pair[0].end);
        match clash {
            Some(pair) => Err(Overlap { at: pair[1].start }),
            None => Ok(Edits(edits)),
        }
    }

    /// Tells whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the changes in the order of their places.
    pub fn as_slice(&self) -> &[Edit] {
        &self.0
    }

    /// Returns the whole text with all changes.
    pub fn apply(&self, text: &str) -> String {
        self.apply_within(text, 0..text.len())
    }

    /// Returns a range of the text with the changes inside it.
    pub(super) fn apply_within(&self, text: &str, range: Range<usize>) -> String {
        let mut changed = String::with_capacity(range.len());
        let mut at = range.start;
        let inside = |edit: &&Edit| edit.start >= range.start && edit.end <= range.end;
        for edit in self.0.iter().filter(inside) {
            changed.push_str(&text[at..edit.start]);
            changed.push_str(&edit.text);
            at = edit.end;
        }
        changed.push_str(&text[at..range.end]);
        changed
    }
}

/// Changes of several texts while they are collected.
#[derive(Debug, Default)]
pub(super) struct Collected(BTreeMap<SourceId, Vec<Edit>>);

impl Collected {
    /// Adds a change.
    pub(super) fn add(&mut self, source: SourceId, range: Range<usize>, text: impl Into<String>) {
        self.0.entry(source).or_default().push(Edit {
            start: range.start,
            end: range.end,
            text: text.into(),
        });
    }

    /// Takes the changes of one text.
    pub(super) fn take(&mut self, source: SourceId) -> Result<Edits, Overlap> {
        Edits::sorted(self.0.remove(&source).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit {
            start,
            end,
            text: text.to_owned(),
        }
    }

    #[test]
    fn applies_in_order_of_place() {
        let edits = vec![
            edit(4, 6, "X"),
            edit(0, 0, "<"),
            edit(6, 6, ">"),
            edit(4, 6, "X"),
        ];
        let edits = Edits::sorted(edits).unwrap();
        assert_eq!(edits.apply("0123456789"), "<0123X>6789");
        assert_eq!(edits.apply_within("0123456789", 1..8), "123X>67");
    }

    #[test]
    fn overlaps_are_found() {
        let clash = Edits::sorted(vec![edit(4, 6, ""), edit(2, 5, "")]);
        assert_eq!(clash, Err(Overlap { at: 4 }));
    }
}
