//! `/.profile`: the plan's variables for scripts and for the initrd (spec 03 §11).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::ProfileValue;

use crate::context::BuildContext;
use crate::error::BuildError;

/// Path of the file in the tree.
pub const PATH: &str = "/.profile";

/// Variables of the file that the environment of scripts does not have.
const NOT_IN_ENVIRONMENT: [&str; 3] = ["kiwi_align", "kiwi_revision", "kiwi_sectorsize"];

/// Writes `/.profile` of the build's tree.
pub fn write(context: &BuildContext<'_>) -> Result<(), BuildError> {
    write_to(&context.tree()?, &context.plan.environment)
}

/// Writes `/.profile` of a tree with these variables.
pub fn write_to(
    tree: &TreeDir,
    variables: &BTreeMap<String, ProfileValue>,
) -> Result<(), BuildError> {
    Ok(tree.create_file(PATH, 0o644, text(variables))?)
}

/// The text: one `name='value'` per line, sorted by name, to be read by any shell.
pub fn text(variables: &BTreeMap<String, ProfileValue>) -> String {
    let mut text = String::new();
    for (name, value) in variables {
        let value = value.as_text().replace('\'', r"'\''");
        let _ = writeln!(text, "{name}='{value}'");
    }
    text
}

/// The variables that scripts find in their environment.
pub fn environment(
    variables: &BTreeMap<String, ProfileValue>,
) -> impl Iterator<Item = (&str, &str)> {
    variables
        .iter()
        .filter(|(name, _)| !NOT_IN_ENVIRONMENT.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> BTreeMap<String, ProfileValue> {
        let texts = [
            ("kiwi_iname", "a 'b' $c \"d\" \\e"),
            ("kiwi_align", "1048576"),
            ("kiwi_cmdline", ""),
        ];
        let mut variables: BTreeMap<_, _> = texts
            .map(|(name, value)| (name.to_owned(), ProfileValue::Text(value.to_owned())))
            .into();
        variables.insert("kiwi_oemreboot".into(), ProfileValue::Boolean(false));
        variables
    }

    #[test]
    fn quoting() {
        assert_eq!(
            text(&variables()),
            "kiwi_align='1048576'\nkiwi_cmdline=''\nkiwi_iname='a '\\''b'\\'' $c \"d\" \\e'\n\
             kiwi_oemreboot='false'\n"
        );
    }

    #[test]
    fn environment_has_plain_values() {
        let variables = variables();
        let environment: Vec<_> = environment(&variables).collect();
        assert_eq!(
            environment,
            [
                ("kiwi_cmdline", ""),
                ("kiwi_iname", "a 'b' $c \"d\" \\e"),
                ("kiwi_oemreboot", "false")
            ]
        );
    }
}
