//! The page of codes: what each message means and how to mend it.

use std::fmt::Write;

use anyhow::{Context, Result};
use kiwi_description::diagnostic::codes;

use super::markdown::start;

/// What the codes of a hundred are about.
const GROUPS: &[(&str, &str)] = &[
    ("K01", "Finding and reading descriptions"),
    ("K02", "The schema"),
    ("K03", "Checks of meaning"),
    ("K04", "Choice of profile, build type and architecture"),
    ("K05", "The command line"),
    ("K06", "Programs and abilities of the host"),
    ("K07", "Package managers, repositories and the network"),
    ("K08", "Preparing the root tree"),
    ("K09", "Creating the image"),
];

/// Makes the page.
pub(super) fn page() -> Result<String> {
    let mut out = start("Codes of messages");
    out.push_str(
        "\nEvery message has a code, which never changes its meaning. `kiwi-ng explain CODE` prints what is here.\n",
    );
    let mut group = "";
    for entry in codes::all() {
        let code = entry.code.to_string();
        let (prefix, title) = GROUPS
            .iter()
            .find(|(prefix, _)| code.starts_with(prefix))
            .with_context(|| format!("no group for {code}"))?;
        if *prefix != group {
            group = prefix;
            let _ = write!(out, "\n## {prefix}xx: {title}\n");
        }
        let _ = write!(
            out,
            "\n### {code}: {}\n\n{}\n\nTo mend it: {}\n",
            entry.title, entry.explanation, entry.mend
        );
    }
    Ok(out)
}
