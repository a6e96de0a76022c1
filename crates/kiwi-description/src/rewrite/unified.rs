//! Shows changes as a unified diff, which people and `patch` read.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use super::edits::Edits;

/// Lines shown around each change.
const CONTEXT: usize = 3;

/// Lines of the old text and what comes in their place.
struct Change {
    old: Range<usize>,
    new: Vec<String>,
}

/// Returns the changes of a text as a unified diff, empty when there are none.
pub fn unified_diff(path: &Path, before: &str, edits: &Edits) -> String {
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let changes = changes(before, &lines, edits);
    let mut diff = String::new();
    if changes.is_empty() {
        return diff;
    }
    let _ = writeln!(diff, "--- {0}\n+++ {0}", path.display());
    let mut shift = 0_isize;
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Changes whose surroundings touch are shown together.
        let near = |pair: &[Change]| pair[1].old.start <= pair[0].old.end + 2 * CONTEXT;
        let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (hunk, behind) = rest.split_at(count);
        let start = first.old.start.saturating_sub(CONTEXT);
        let end = (hunk[count - 1].old.end + CONTEXT).min(lines.len());
        shift += write_hunk(&lines, hunk, start..end, shift, &mut diff);
        rest = behind;
    }
    diff
}

/// Finds the lines that the changes touch, without those that come out as they were.
fn changes(before: &str, lines: &[&str], edits: &Edits) -> Vec<Change> {
    let mut starts = vec![0];
    for line in lines {
        starts.push(starts[starts.len() - 1] + line.len());
    }
    let line_of = |at: usize| starts.partition_point(|&start| start <= at).max(1) - 1;
    let last = lines.len().saturating_sub(1);
    let mut touched: Vec<Range<usize>> = Vec::new();
    for edit in edits.as_slice() {
        let start = line_of(edit.start).min(last);
        let end = line_of(edit.end).min(last) + 1;
        match touched.last_mut() {
            // Also those that touch: an insertion between lines belongs to one of them only.
            Some(before) if start <= before.end => before.end = before.end.max(end),
            _ => touched.push(start..end),
        }
    }
    let change = |old: Range<usize>| {
        let bytes = starts[old.start]..starts[old.end.min(lines.len())];
        let text = edits.apply_within(before, bytes);
        let new = text.split_inclusive('\n').map(str::to_owned).collect();
        trim(lines, Change { old, new })
    };
    let all = touched.into_iter().map(change);
    all.filter(|it| !it.old.is_empty() || !it.new.is_empty())
        .collect()
}

/// Leaves out equal lines at both ends.
fn trim(lines: &[&str], mut change: Change) -> Change {
    while !change.old.is_empty()
        && change
            .new
            .first()
            .is_some_and(|it| it == lines[change.old.start])
    {
        change.old.start += 1;
        change.new.remove(0);
    }
    while !change.old.is_empty()
        && change
            .new
            .last()
            .is_some_and(|it| it == lines[change.old.end - 1])
    {
        change.old.end -= 1;
        change.new.pop();
    }
    change
}

/// Writes one hunk and returns by how much the lines behind it move.
fn write_hunk(
    lines: &[&str],
    hunk: &[Change],
    shown: Range<usize>,
    shift: isize,
    diff: &mut String,
) -> isize {
    let grown: isize = hunk.iter().map(Change::growth).sum();
    let new_start = shown.start.saturating_add_signed(shift);
    let new_length = shown.len().saturating_add_signed(grown);
    let _ = writeln!(
        diff,
        "@@ -{} +{} @@",
        numbers(shown.start, shown.len()),
        numbers(new_start, new_length)
    );
    let mut at = shown.start;
    for change in hunk {
        write_lines(' ', &lines[at..change.old.start], diff);
        write_lines('-', &lines[change.old.clone()], diff);
        write_lines('+', &change.new, diff);
        at = change.old.end;
    }
    write_lines(' ', &lines[at..shown.end], diff);
    grown
}

impl Change {
    /// Returns how many lines more there are than before.
    fn growth(&self) -> isize {
        self.new.len().cast_signed() - self.old.len().cast_signed()
    }
}

/// Writes start and length of lines; an empty range is named by the line before it.
fn numbers(start: usize, length: usize) -> String {
    match length {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{length}", start + 1),
    }
}

fn write_lines(mark: char, lines: &[impl AsRef<str>], diff: &mut String) {
    for line in lines {
        let line = line.as_ref();
        diff.push(mark);
        diff.push_str(line);
        if !line.ends_with('\n') {
            diff.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::edits::Edit;

    fn diff(before: &str, edits: &[(usize, usize, &str)]) -> String {
        let edits = edits.iter().map(|&(start, end, text)| Edit {
            start,
            end,
            text: text.to_owned(),
        });
        let edits = Edits::sorted(edits.collect()).unwrap();
        unified_diff(Path::new("d/f"), before, &edits)
    }

    #[test]
    fn lines_are_shown_with_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n";
        let shown = diff(before, &[(8, 9, "five"), (30, 30, "new\n"), (36, 39, "")]);
        let first = "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        let second = "@@ -11,6 +11,6 @@\n 11\n 12\n 13\n+new\n 14\n 15\n-16\n";
        assert_eq!(shown, format!("--- d/f\n+++ d/f\n{first}{second}"));
    }

    #[test]
    fn changes_that_touch_count_once() {
        let shown = diff("a\nb\nc\n", &[(0, 1, "A"), (2, 2, "x\n"), (4, 6, "")]);
        assert_eq!(
            shown,
            "--- d/f\n+++ d/f\n@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+A\n+x\n+b\n"
        );
    }

    #[test]
    fn a_missing_line_end_is_named() {
        let mark = "\\ No newline at end of file\n";
        assert_eq!(
            diff("a", &[(0, 1, "b\nc")]),
            format!("--- d/f\n+++ d/f\n@@ -1 +1,2 @@\n-a\n{mark}+b\n+c\n{mark}")
        );
    }

    #[test]
    fn no_changes_no_diff() {
        assert_eq!(diff("a\n", &[]), "");
        assert_eq!(diff("a\n", &[(0, 1, "a")]), "");
    }
}
