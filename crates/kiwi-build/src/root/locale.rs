//! Makes sure that the system's locale works, the way the distribution of the tree does it.

use kiwi_host::command::Cmd;
use kiwi_host::resolve::TreeDir;

use super::programs;
use crate::context::BuildContext;
use crate::distribution::{Distribution, Family};
use crate::error::{BuildError, For};

/// Locales that are built into the C library.
const BUILT_IN: [&str; 3] = ["C", "C.UTF-8", "POSIX"];
/// Debian's list of locales to generate (locale-gen(8)).
const WANTED: &str = "etc/locale.gen";
/// Where Debian's logins find the locale, which do not read `/etc/locale.conf`.
const OF_LOGINS: &str = "etc/default/locale";

/// Generates the locale where the tree has the means and does not have the locale.
pub(super) fn generate(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    locale: &str,
) -> Result<(), BuildError> {
    if BUILT_IN.contains(&locale)
        || !programs::has(tree, "locale-gen")
        || is_installed(context, locale)?
    {
        return Ok(());
    }
    let text = match tree.read_to_string(WANTED) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    tree.create_file(WANTED, 0o644, with_locale(&text, locale))?;
    let command = Cmd::new("locale-gen").in_tree(&context.sandbox());
    context
        .runner
        .run(&command)
        .purpose(format!("generating the locale `{locale}`"))?;
    Ok(())
}

fn is_installed(context: &BuildContext<'_>, locale: &str) -> Result<bool, BuildError> {
    let command = Cmd::new("locale").arg("-a").in_tree(&context.sandbox());
    let output = context
        .runner
        .run(&command)
        .purpose("listing the locales of the tree")?;
    let text = output.stdout_text();
    Ok(text.lines().any(|line| normal(line) == normal(locale)))
}

/// `en_US.UTF-8` and `en_US.utf8` are the same.
fn normal(locale: &str) -> String {
    match locale.split_once('.') {
        Some((language, codeset)) => {
            format!("{language}.{}", codeset.to_lowercase().replace('-', ""))
        }
        None => locale.to_owned(),
    }
}

/// The list with the line of a locale switched on.
fn with_locale(text: &str, locale: &str) -> String {
    let codeset = locale
        .split_once('.')
        .map_or("ISO-8859-1", |(_, codeset)| codeset);
    let wanted = format!("{locale} {codeset}");
    let mut lines: Vec<&str> = text.lines().collect();
    match lines
        .iter_mut()
        .find(|line| line.trim_start_matches(['#', ' ']).trim_end() == wanted)
    {
        Some(line) => *line = &wanted,
        None => lines.push(&wanted),
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Writes the locale where Debian's logins look for it, unless something is written there already.
pub(super) fn tell_logins(tree: &TreeDir, locale: &str) -> Result<(), BuildError> {
    if Distribution::of(tree).family != Family::Debian {
        return Ok(());
    }
    let text = match tree.read_to_string(OF_LOGINS) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    if text.lines().any(|line| line.starts_with("LANG=")) {
        return Ok(());
    }
    tree.create_dir_all("etc/default", 0o755)?;
    Ok(tree.create_file(OF_LOGINS, 0o644, format!("{text}LANG={locale}\n"))?)
}

#[cfg(test)]
mod tests {
    use kiwi_host::command::{Recorder, Reply};

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn only_what_is_missing() {
        for (locale, installed, generated) in [
            ("POSIX", "", false),
            ("de_DE.UTF-8", "C\nde_DE.utf8\n", false),
            ("de_DE.UTF-8", "C\nde_AT.utf8\n", true),
        ] {
            let mut bench = Bench::new();
            bench.program("usr/sbin/locale-gen");
            bench.write(WANTED, "# de_DE.UTF-8 UTF-8\n# en_US.UTF-8 UTF-8  \n");
            bench.runner = Recorder::new().reply("locale", Reply::stdout(installed));
            generate(&bench.context(), &bench.tree(), locale).unwrap();
            let lines = bench.lines();
            assert_eq!(
                lines.contains(&"chroot TREE locale-gen".to_owned()),
                generated,
                "{locale}"
            );
            assert_eq!(
                bench.read(WANTED).starts_with("de_DE.UTF-8 UTF-8\n"),
                generated
            );
        }
    }

    #[test]
    fn lists() {
        for (text, locale, expected) in [
            (
                "# a\n#en_US.UTF-8 UTF-8  \n",
                "en_US.UTF-8",
                "# a\nen_US.UTF-8 UTF-8\n",
            ),
            ("", "en_US.UTF-8", "en_US.UTF-8 UTF-8\n"),
        ] {
            assert_eq!(with_locale(text, locale), expected);
        }
    }

    #[test]
    fn debian_logins() {
        for (system, before, after) in [
            ("ID=debian\n", None, Some("LANG=de_DE.UTF-8\n")),
            (
                "ID=debian\n",
                Some("LANG=fr_FR.UTF-8\n"),
                Some("LANG=fr_FR.UTF-8\n"),
            ),
            ("ID=fedora\n", None, None),
        ] {
            let bench = Bench::new();
            bench.write("etc/os-release", system);
            if let Some(text) = before {
                bench.write(OF_LOGINS, text);
            }
            tell_logins(&bench.tree(), "de_DE.UTF-8").unwrap();
            let found = bench.tree().read_to_string(OF_LOGINS).ok();
            assert_eq!(found.as_deref(), after);
        }
    }
}
