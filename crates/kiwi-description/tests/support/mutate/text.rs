//! Changes of a text without regard to what it means.

use super::random::Random;

/// What has a meaning in one markup or another.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x ?>",
    "<!DOCTYPE a>",
    "&",
    "&amp;",
    "&#0;",
    "&#x41;",
    "=",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    ":",
    ": ",
    "- ",
    "-",
    ",",
    "#",
    " #",
    "|",
    ">-",
    "|2\n",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "!!int ",
    "!x ",
    "? ",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "  ",
    "\0",
    "\u{1}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{a0}",
    "\u{e4}",
    "\u{1f600}",
    "\u{fffe}",
    "\\",
    "\\n",
    "\\u0000",
    "\\ud800",
    "\\x41",
    "\"\"\"",
    "'''",
    "//",
    "/*",
    "*/",
    "null",
    "1e999",
    "0x",
    "@",
];

/// Makes one change.
pub(super) fn change(text: &str, random: &mut Random) -> String {
    let start = place(text, random);
    let end = boundary(text, start + random.below(12) * random.below(12));
    let (before, middle, after) = (&text[..start], &text[start..end], &text[end..]);
    match random.below(12) {
        0 | 1 => format!("{before}{after}"),
        2 => format!("{before}{middle}{middle}{after}"),
        3 => before.to_owned(),
        4 => format!("{before}{middle}{}", &text[place(text, random)..]),
        5 => lines(text, random, |lines, one, two| lines.swap(one, two)),
        6 => lines(text, random, |lines, one, two| lines[one] = lines[two]),
        7 => lines(text, random, |lines, one, _| {
            lines.remove(one);
        }),
        8 => lines(text, random, |lines, one, _| {
            lines[one] = lines[one].trim_start();
        }),
        9 => {
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            format!(
                "{}{}{}",
                &text[..line],
                " ".repeat(1 + start % 3),
                &text[line..]
            )
        }
        _ => format!("{before}{}{after}", random.pick(PIECES)),
    }
}

fn place(text: &str, random: &mut Random) -> usize {
    boundary(text, random.below(text.len() + 1))
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn lines<'a>(
    text: &'a str,
    random: &mut Random,
    change: impl FnOnce(&mut Vec<&'a str>, usize, usize),
) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let (one, two) = (random.below(lines.len()), random.below(lines.len()));
    change(&mut lines, one, two);
    lines.join("\n")
}
