//! 8.3 to 8.4: the consoles of the boot loader became two attributes, one for output and one for input.
//!
//! The first word is for output, the others for input. Up to 7.5 the order meant nothing, and a terminal that only shows, such
//! as `gfxterm`, may be among the others; the reference then makes an invalid description. Here it joins the output, and input
//! is read from the words that can be read from, with a warning.

use super::rewrites::{for_each, read_as};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::node::{Attribute, Node};

/// Terminals that cannot be read from.
const OUTPUT_ONLY: [&str; 5] = ["gfxterm", "vga_text", "mda_text", "morse", "spkmodem"];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "bootloader", &mut |loader| {
        let Some(console) = loader.attribute_mut("console") else {
            return;
        };
        "output_console".clone_into(&mut console.name);
        let Some((output, input)) = console.value.split_once(' ') else {
            return;
        };
        let (output, input) = match sort_out(output, input) {
            Some((output, input)) => {
                problems.push(mixed(console, &output, &input));
                (output, input)
            }
            None => (output.to_owned(), input.to_owned()),
        };
        let input = Attribute {
            name: "input_console".to_owned(),
            value: input,
            ..*console
        };
        console.value = output;
        if !input.value.is_empty() {
            loader.attributes.push(input);
        }
    });
}

/// Moves words that are no inputs to the output; nothing when there are none.
fn sort_out(output: &str, input: &str) -> Option<(String, String)> {
    let can_only_show = |word: &&str| OUTPUT_ONLY.contains(word);
    let (shown, mut read): (Vec<_>, Vec<_>) = input.split_whitespace().partition(can_only_show);
    if shown.is_empty() {
        return None;
    }
    if read.is_empty() && !can_only_show(&output) {
        read.push(output);
    }
    Some((format!("{output} {}", shown.join(" ")), read.join(" ")))
}

fn mixed(console: &Attribute, output: &str, input: &str) -> Diagnostic {
    let help = if input.is_empty() {
        format!("write `output_console=\"{output}\"`")
    } else {
        format!("write `output_console=\"{output}\" input_console=\"{input}\"`")
    };
    let message =
        "`console` names terminals for output behind the first blank, where those for input belong";
    read_as(message, console.value_span, &help)
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_upgrade, assert_warned};

    #[test]
    fn console_is_split_at_the_first_blank() {
        for (console, after) in [
            ("serial", "output_console='serial'"),
            (
                "serial console",
                "output_console='serial' input_console='console'",
            ),
            (
                "gfxterm serial console",
                "output_console='gfxterm' input_console='serial console'",
            ),
        ] {
            assert_upgrade(
                "8.3",
                &format!("<bootloader console='{console}'/>"),
                &format!("<bootloader {after}/>"),
            );
        }
    }

    #[test]
    fn nothing_is_read_from_a_screen() {
        for (console, after) in [
            (
                "serial gfxterm",
                "output_console='serial gfxterm' input_console='serial'",
            ),
            (
                "console gfxterm serial",
                "output_console='console gfxterm' input_console='serial'",
            ),
            ("gfxterm vga_text", "output_console='gfxterm vga_text'"),
        ] {
            assert_warned(
                "7.3",
                &format!("<bootloader console='{console}'/>"),
                &format!("<bootloader {after}/>"),
                &[&format!("K0151 {console}")],
            );
        }
    }
}
