//! Man pages, made from the definition of the command line.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;

use crate::generated::Generated;

/// The pages of `cargo xtask man`.
pub(crate) fn generated() -> Result<Generated> {
    Ok(Generated {
        directory: crate::workspace().join("docs/man"),
        task: "man",
        pages: pages()?,
    })
}

/// One page for the program and one for each command, by file name.
fn pages() -> Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::new();
    let mut program = kiwi::cli::command();
    program.build();
    add(&program, "kiwi-ng", &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, name: &str, pages: &mut BTreeMap<String, String>) -> Result<()> {
    let inner: Vec<Command> = command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help" && !inner.is_hide_set())
        .cloned()
        .collect();
    for inner in &inner {
        add(inner, &format!("{name}-{}", inner.get_name()), pages)?;
    }
    // `--version` prints two lines, which a page title has no room for.
    let command = command
        .clone()
        .display_name(name.to_owned())
        .bin_name(bin_name(name))
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        // Otherwise their texts are left out of the page.
        .mut_args(|argument| argument.hide_short_help(false));
    let mut page = Vec::new();
    Man::new(command)
        .title(name.to_uppercase())
        .manual("KIWI image builder")
        .source(format!("kiwi-rs {}", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .with_context(|| format!("page of `{name}`"))?;
    pages.insert(format!("{name}.1"), String::from_utf8(page)?);
    Ok(())
}

/// How the command is called: `kiwi-ng system build`.
fn bin_name(page: &str) -> String {
    match page.strip_prefix("kiwi-ng-") {
        Some(words) => format!("kiwi-ng {}", words.replace('-', " ")),
        None => page.to_owned(),
    }
}
