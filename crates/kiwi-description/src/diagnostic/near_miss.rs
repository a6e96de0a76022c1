//! "Did you mean": the candidate nearest to a misspelt word.

/// Returns the candidate that a misspelt word most probably stands for.
///
/// Upper and lower case, `-` and `_` count as equal; otherwise at most one letter in three may be wrong, missing, too many or
/// swapped with its neighbour. Of equally near candidates one of the same letters is taken, then one with the same first
/// letter, then one of the same length, else the first.
pub fn near_miss<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let limit = (folded.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&folded, &fold(candidate)), candidate))
        .filter(|&(steps, candidate)| steps <= limit && steps < candidate.chars().count())
        .min_by_key(|&(steps, candidate)| {
            let other = fold(candidate);
            let other_letters = sorted(&other) != sorted(&folded);
            let starts_otherwise = other.first() != folded.first();
            let length = other.len().abs_diff(folded.len());
            (steps, other_letters, starts_otherwise, length)
        })
        .map(|(_, candidate)| candidate)
}

/// Returns the advice "did you mean …?" when a candidate is near enough.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    near_miss(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

fn fold(word: &str) -> Vec<char> {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == '-' { '_' } else { letter })
        .collect()
}

fn sorted(word: &[char]) -> Vec<char> {
    let mut letters = word.to_vec();
    letters.sort_unstable();
    letters
}

/// Counts the letters to insert, remove, replace or swap with their neighbour to get from one word to the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replace = last[j] + usize::from(a != b);
            let mut best = replace.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest() {
        let candidates = [
            "filesystem",
            "firmware",
            "format",
            "flags",
            "size",
            "displayname",
            "oem",
            "iso",
        ];
        for (word, expected) in [
            ("filesytem", Some("filesystem")),
            ("fiel-system", Some("filesystem")),
            ("frimware", Some("firmware")),
            ("displayName", Some("displayname")),
            ("formt", Some("format")),
            ("flag", Some("flags")),
            ("OEM", Some("oem")),
            ("ifrmware", Some("firmware")),
            ("vmx", None),
            ("x", None),
            ("", None),
            ("completely", None),
        ] {
            assert_eq!(near_miss(word, candidates), expected, "{word}");
        }
    }

    #[test]
    fn a_swap_is_nearer_than_a_missing_letter() {
        assert_eq!(near_miss("eufi", ["efi", "uefi"]), Some("uefi"));
    }

    #[test]
    fn the_first_letter_is_seldom_wrong() {
        assert_eq!(near_miss("htp", ["ftp", "http"]), Some("http"));
        assert_eq!(near_miss("ufi", ["efi", "uefi"]), Some("uefi"));
        assert_eq!(near_miss("ofi", ["uefi", "efi"]), Some("efi"));
    }

    #[test]
    fn counts_a_swap_as_one_step() {
        let chars = |word: &str| word.chars().collect::<Vec<_>>();
        for (a, b, steps) in [
            ("ab", "ba", 1),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(&chars(a), &chars(b)), steps, "{a} {b}");
        }
    }
}
