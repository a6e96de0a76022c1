//! Keyboard, locale and time zone (spec 03 §9.2).
//!
//! systemd's tool for it is asked once what it can do, and then sets everything it can at once.

use std::path::Path;

use kiwi_host::command::{Cmd, CommandError};
use kiwi_host::resolve::TreeDir;

use super::{locale, programs};
use crate::context::BuildContext;
use crate::error::{BuildError, For};

const TOOL: &str = "systemd-firstboot";

/// Sets what the plan asks for.
pub(crate) fn set(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let plan = &context.plan.root.system;
    let settings = [
        ("--keymap", &plan.keytable, "etc/vconsole.conf"),
        ("--locale", &plan.locale, "etc/locale.conf"),
        ("--timezone", &plan.timezone, "etc/localtime"),
    ];
    if settings.iter().all(|(_, value, _)| value.is_none()) {
        return Ok(());
    }
    let tree = context.tree()?;
    if let Some(locale) = &plan.locale {
        locale::generate(context, &tree, locale)?;
        locale::tell_logins(&tree, locale)?;
    }
    let tool = Cmd::new(TOOL).in_tree(&context.sandbox());
    let help = if programs::has(&tree, TOOL) {
        let output = context
            .runner
            .run(&tool.clone().arg("--help"))
            .purpose(format!("asking `{TOOL}` for its options"))?;
        output.stdout_text().into_owned()
    } else {
        String::new()
    };
    let mut arguments = Vec::new();
    for (option, value, file) in settings {
        if let Some(value) = value
            && help.contains(&format!("{option}="))
        {
            // The tool leaves files alone that are there.
            tree.remove_file(file)?;
            arguments.push(format!("{option}={value}"));
        }
    }
    if !arguments.is_empty() {
        context
            .runner
            .run(&tool.args(&arguments))
            .map_err(|error| explained(error, &arguments))?;
    }
    let done = |option: &str| arguments.iter().any(|one| one.starts_with(option));
    if let Some(keytable) = plan.keytable.as_ref().filter(|_| !done("--keymap")) {
        set_sysconfig_keyboard(&tree, keytable)?;
    }
    if let Some(locale) = plan.locale.as_ref().filter(|_| !done("--locale")) {
        tracing::warn!("the tree has no `{TOOL}`, so the locale `{locale}` is not set");
    }
    if let Some(zone) = &plan.timezone {
        set_time_zone(&tree, zone, done("--timezone"))?;
    }
    Ok(())
}

/// What the tool does not accept is mostly data that the tree lacks.
fn explained(error: CommandError, arguments: &[String]) -> BuildError {
    let complaint = error.failure().and_then(|failure| {
        let mut lines = failure.last_lines.iter();
        lines.find(|line| line.contains("is not installed") || line.contains("is not valid"))
    });
    match complaint {
        Some(line) => BuildError::TreeLacks {
            what: line.trim_end_matches('.').to_owned(),
            mend: "correct the value, or add the package that has the data: `locales` (Debian), `glibc-locale` \
                   (SUSE) or `glibc-langpack-..` (Fedora) for locales, `tzdata` for time zones"
                .into(),
        },
        None => BuildError::Command {
            purpose: format!("setting {}", arguments.join(" ")),
            source: error,
        },
    }
}

/// The keyboard setting of distributions that have `/etc/sysconfig/keyboard`.
fn set_sysconfig_keyboard(tree: &TreeDir, keytable: &str) -> Result<(), BuildError> {
    let path = "etc/sysconfig/keyboard";
    if !tree.exists(path) {
        tracing::warn!(
            "the tree has no tool that sets the console keyboard, so `{keytable}` is not set"
        );
        return Ok(());
    }
    let text = tree.read_to_string(path)?;
    Ok(tree.create_file(path, 0o644, with_variable(&text, "KEYTABLE", keytable))?)
}

/// Sets a variable in a file of shell assignments.
fn with_variable(text: &str, name: &str, value: &str) -> String {
    let assignment = format!("{name}=\"{value}\"");
    let is_it = |line: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('='))
    };
    let mut lines: Vec<&str> = text
        .lines()
        .map(|line| if is_it(line) { &assignment } else { line })
        .collect();
    if !lines.iter().any(|line| is_it(line)) {
        lines.push(&assignment);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn set_time_zone(tree: &TreeDir, zone: &str, link_is_made: bool) -> Result<(), BuildError> {
    let data = Path::new("/usr/share/zoneinfo").join(zone);
    if !tree.exists(&data) {
        tracing::warn!(
            "the tree has no data of the time zone `{zone}`; the package `tzdata` has it"
        );
    }
    if !link_is_made {
        tree.remove_file("etc/localtime")?;
        tree.symlink(&data, "etc/localtime")?;
    }
    // Debian's own copy of the name: programs that read it would contradict the link.
    if tree.exists("etc/timezone") {
        tree.create_file("etc/timezone", 0o644, format!("{zone}\n"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kiwi_host::command::{Recorder, Reply};

    use super::*;
    use crate::root::testing::Bench;

    fn bench(help: &str) -> Bench {
        let mut bench = Bench::new();
        bench.program("usr/bin/systemd-firstboot");
        bench.runner = Recorder::new().reply(TOOL, Reply::stdout(help));
        let system = &mut bench.plan.root.system;
        system.keytable = Some("de-latin1".into());
        system.locale = Some("de_DE.UTF-8".into());
        system.timezone = Some("Europe/Berlin".into());
        for name in ["etc/vconsole.conf", "etc/locale.conf", "etc/localtime"] {
            bench.write(name, "old");
        }
        bench
    }

    #[test]
    fn the_tool_does_it_all() {
        let bench = bench("  --locale=LOCALE\n  --keymap=KEYMAP\n  --timezone=TIMEZONE\n");
        set(&bench.context()).unwrap();
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE systemd-firstboot --help",
                "chroot TREE systemd-firstboot --keymap=de-latin1 --locale=de_DE.UTF-8 \
                 --timezone=Europe/Berlin"
            ]
        );
        for name in ["etc/vconsole.conf", "etc/locale.conf", "etc/localtime"] {
            assert!(!bench.root().join(name).exists(), "{name}");
        }
    }

    #[test]
    fn what_the_tree_lacks_is_explained() {
        let mut bench = bench("");
        bench.runner = Recorder::new()
            .reply(TOOL, Reply::stdout("  --locale=LOCALE\n"))
            .reply(
                TOOL,
                Reply::failure(1, "Locale de_DE.UTF-8 is not installed.\n"),
            );
        let error = set(&bench.context()).unwrap_err();
        assert_eq!(error.to_string(), "Locale de_DE.UTF-8 is not installed");
        assert!(error.hint().unwrap().contains("`locales`"));
    }

    #[test]
    fn older_ways() {
        let bench = bench("  --locale=LOCALE\n");
        bench.write("etc/sysconfig/keyboard", "# text\nKEYTABLE=\"us\"\n");
        bench.write("etc/timezone", "Etc/UTC\n");
        set(&bench.context()).unwrap();
        assert_eq!(bench.lines().len(), 2);
        assert_eq!(
            bench.read("etc/sysconfig/keyboard"),
            "# text\nKEYTABLE=\"de-latin1\"\n"
        );
        assert_eq!(bench.read("etc/timezone"), "Europe/Berlin\n");
        assert_eq!(bench.read("etc/vconsole.conf"), "old");
        assert_eq!(
            bench.tree().read_link("etc/localtime").unwrap(),
            Path::new("/usr/share/zoneinfo/Europe/Berlin")
        );
    }

    #[test]
    fn nothing_asked_nothing_done() {
        let bench = Bench::new();
        set(&bench.context()).unwrap();
        assert!(bench.lines().is_empty());
    }

    #[test]
    fn variables() {
        for (text, expected) in [
            ("A=1\nB=2\n", "A=\"x\"\nB=2\n"),
            ("AB=1\n", "AB=1\nA=\"x\"\n"),
        ] {
            assert_eq!(with_variable(text, "A", "x"), expected);
        }
    }
}
