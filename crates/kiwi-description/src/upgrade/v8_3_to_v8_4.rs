//! 8.3 to 8.4: the consoles of the boot loader became two attributes, one for output and one for input.

use super::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::{Attribute, Node};

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "bootloader", &mut |loader| {
        let Some(console) = loader.attribute_mut("console") else {
            return;
        };
        "output_console".clone_into(&mut console.name);
        let Some((output, input)) = console.value.split_once(' ') else {
            return;
        };
        let input = Attribute {
            name: "input_console".to_owned(),
            value: input.to_owned(),
            ..*console
        };
        console.value = output.to_owned();
        loader.attributes.push(input);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

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
}
