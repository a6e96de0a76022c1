//! Which ids of the host stand behind the ids of a user namespace.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// A range of ids that the host's administrator gave to a user (`subuid(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdRange {
    /// The first id on the host.
    pub start: u32,
    /// How many.
    pub count: u32,
}

impl IdRange {
    fn overlaps(self, other: IdRange) -> bool {
        let end = |range: IdRange| u64::from(range.start) + u64::from(range.count);
        u64::from(self.start) < end(other) && u64::from(other.start) < end(self)
    }
}

/// One line of an id map (`user_namespaces(7)`): `count` ids from `inside` on are `count` ids of the host from `outside` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdMapping {
    /// The first id in the namespace.
    pub inside: u32,
    /// The first id on the host.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

/// The most lines the kernel takes.
const MOST_LINES: usize = 340;

/// Maps 0 to the user's own id, and 1, 2, .. to the ids of the ranges in order.
///
/// Ranges that overlap the own id or an earlier range are left out, because the kernel would refuse the whole map.
pub fn map_with_ranges(own: u32, ranges: &[IdRange]) -> Vec<IdMapping> {
    let mut taken = vec![IdRange {
        start: own,
        count: 1,
    }];
    let mut map = single_id_map(own);
    let mut inside = 1;
    for range in ranges {
        let count = range.count.min(u32::MAX - inside);
        if count == 0 || map.len() == MOST_LINES || taken.iter().any(|other| other.overlaps(*range))
        {
            continue;
        }
        taken.push(*range);
        map.push(IdMapping {
            inside,
            outside: range.start,
            count,
        });
        inside += count;
    }
    map
}

/// Maps 0 to the user's own id and nothing else.
pub fn single_id_map(own: u32) -> Vec<IdMapping> {
    vec![IdMapping {
        inside: 0,
        outside: own,
        count: 1,
    }]
}

/// Maps every id that exists in the current namespace to itself, from the text of `/proc/self/uid_map`.
pub fn identity_map(current: &str) -> Vec<IdMapping> {
    current
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse::<u32>);
            let inside = numbers.next()?.ok()?;
            let count = numbers.nth(1)?.ok()?;
            Some(IdMapping {
                inside,
                outside: inside,
                count,
            })
        })
        .collect()
}

/// Returns how many ids from 0 on exist in a map without a gap.
pub fn mapped_count(map: &[IdMapping]) -> u64 {
    let mut sorted = map.to_vec();
    sorted.sort_by_key(|line| line.inside);
    let mut next = 0;
    for line in sorted {
        if u64::from(line.inside) != next {
            break;
        }
        next += u64::from(line.count);
    }
    next
}

/// Reads the ranges of a user from the text of `/etc/subuid` or `/etc/subgid`. Lines name the user or the user's number.
pub fn parse_ranges(text: &str, name: Option<&str>, uid: u32) -> Vec<IdRange> {
    let number = uid.to_string();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.trim().split(':');
            let owner = fields.next()?;
            let range = IdRange {
                start: fields.next()?.parse().ok()?,
                count: fields.next()?.parse().ok()?,
            };
            (Some(owner) == name || owner == number).then_some(range)
        })
        .filter(|range| range.count > 0)
        .collect()
}

/// Returns a start from which 65536 ids are free, according to the text of `/etc/subuid`.
pub fn free_start(text: &str) -> u64 {
    const USUAL_START: u64 = 100_000;
    text.lines()
        .filter_map(|line| {
            let mut numbers = line.trim().split(':').skip(1).map(str::parse::<u64>);
            Some(numbers.next()?.ok()? + numbers.next()?.ok()?)
        })
        .fold(USUAL_START, u64::max)
}

/// Reads the ranges of a user from a file; a file that does not exist has none.
pub(crate) fn ranges_in(path: &Path, name: Option<&str>, uid: u32) -> Vec<IdRange> {
    std::fs::read_to_string(path)
        .map(|text| parse_ranges(&text, name, uid))
        .unwrap_or_default()
}

/// Writes a map the way the kernel reads it.
pub(crate) fn to_text(map: &[IdMapping]) -> String {
    let line = |line: &IdMapping| format!("{} {} {}\n", line.inside, line.outside, line.count);
    map.iter().map(line).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, count: u32) -> IdRange {
        IdRange { start, count }
    }

    #[test]
    fn reads_ranges() {
        let text = "root:1:2\nme:100000:65536\n# me:1:1\nother:165536:65536\n1000:300000:10\nme:x:1\nme:5:0\nme:9";
        let cases = [
            (
                Some("me"),
                1000,
                vec![range(100_000, 65536), range(300_000, 10)],
            ),
            (None, 1000, vec![range(300_000, 10)]),
            (Some("nobody"), 65534, vec![]),
        ];
        for (name, uid, expected) in cases {
            assert_eq!(parse_ranges(text, name, uid), expected);
        }
        assert_eq!(free_start(text), 300_010);
        assert_eq!(free_start(""), 100_000);
    }

    #[test]
    fn maps_own_id_first_and_skips_overlaps() {
        let ranges = [
            range(100_000, 65536),
            range(165_535, 10),
            range(990, 20),
            range(200_000, 5),
        ];
        let map = map_with_ranges(1000, &ranges);
        assert_eq!(to_text(&map), "0 1000 1\n1 100000 65536\n65537 200000 5\n");
        assert_eq!(mapped_count(&map), 65542);
        assert_eq!(mapped_count(&single_id_map(7)), 1);
    }

    #[test]
    fn identity_keeps_what_exists() {
        let text = "         0       1000          1\n         1     100000      65536\n";
        assert_eq!(to_text(&identity_map(text)), "0 0 1\n1 1 65536\n");
        assert_eq!(
            to_text(&identity_map("0 0 4294967295\n")),
            "0 0 4294967295\n"
        );
    }
}
