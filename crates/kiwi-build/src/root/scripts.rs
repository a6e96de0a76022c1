//! Runs the description's scripts, for `prepare` and `create` alike (spec 03 §10).
//!
//! A script runs from `/image` of the tree, so that it can be replaced there between the two. It has the whole
//! environment of this program and the variables of `/.profile`.

use std::ffi::OsString;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kiwi_host::command::{Cmd, CommandError};
use kiwi_host::resolve::TreeDir;
use kiwi_host::sandbox::Sandbox;
use kiwi_plan::plan::root::Hook;
use rustix::fs::OFlags;

use super::{import, profile, programs, selinux};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// Whether a tree has the script.
pub fn is_there(tree: &TreeDir, hook: Hook) -> bool {
    tree.exists(path(hook))
}

fn path(hook: Hook) -> String {
    format!("/{}/{}", import::DIRECTORY, hook.file_name())
}

/// Runs a script inside the tree, if it is there. Returns whether it was.
///
/// Afterwards files get their SELinux labels again, where the tree has a policy.
pub fn run_in_tree(context: &BuildContext<'_>, hook: Hook) -> Result<bool, BuildError> {
    run_in_sandbox(context, hook, &context.sandbox())
}

/// As [`run_in_tree`], in surroundings of the caller's choice.
pub fn run_in_sandbox(
    context: &BuildContext<'_>,
    hook: Hook,
    sandbox: &Sandbox,
) -> Result<bool, BuildError> {
    let ran = run_file_in_sandbox(context, &path(hook), sandbox)?;
    if ran {
        selinux::label_in(context, sandbox)?;
    }
    Ok(ran)
}

/// Runs the script at `path` of the tree inside it, if it is there. Returns whether it was.
///
/// Its first line (`#!`) counts when it is executable; otherwise bash runs it.
pub fn run_file_in_sandbox(
    context: &BuildContext<'_>,
    path: &str,
    sandbox: &Sandbox,
) -> Result<bool, BuildError> {
    let tree = TreeDir::open(sandbox.tree())?;
    let Ok(metadata) = tree.metadata(path) else {
        return Ok(false);
    };
    let is_executable = metadata.permissions().mode() & 0o111 != 0;
    let command = if is_executable && starts_itself(&tree, path)? {
        Cmd::new(path)
    } else {
        Cmd::new("bash").arg(path)
    };
    let shell = if programs::has(&tree, "bash") {
        "bash"
    } else {
        "sh"
    };
    run(
        context,
        path,
        &command.in_tree(sandbox),
        &Cmd::new(shell).in_tree(sandbox),
    )?;
    Ok(true)
}

/// Whether the kernel knows how to start a file: a script that names its interpreter, or a program.
fn starts_itself(tree: &TreeDir, path: &str) -> Result<bool, BuildError> {
    let mut start = Vec::new();
    tree.open_file(path, OFlags::RDONLY, 0)?
        .take(4)
        .read_to_end(&mut start)
        .at("read", path)?;
    Ok(start.starts_with(b"#!") || start == b"\x7fELF")
}

/// Runs a script on the host with the tree as its working directory, if it is there. Returns whether it was.
///
/// bash runs it, executable or not.
pub fn run_on_host<I>(
    context: &BuildContext<'_>,
    hook: Hook,
    arguments: I,
) -> Result<bool, BuildError>
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let name = path(hook);
    let tree = context.tree()?;
    if !is_there(&tree, hook) {
        return Ok(false);
    }
    let command = Cmd::new("bash")
        .arg("--norc")
        .arg(tree.locate(&name)?)
        .args(arguments)
        .current_dir(context.root());
    let shell = Cmd::new("bash").current_dir(context.root());
    run(context, &name, &command, &shell)?;
    Ok(true)
}

/// Runs `command`; when it fails and the user wants to look around, `shell` before the error is returned.
fn run(
    context: &BuildContext<'_>,
    path: &str,
    command: &Cmd,
    shell: &Cmd,
) -> Result<(), BuildError> {
    let script = Path::new(path)
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let command = with_environment(context, command).label(&script);
    let mut on_line = |_, _: &str| {};
    let error = match context.runner.run_lines(&command, &mut on_line) {
        Ok(_) => return Ok(()),
        Err(error) => of_script(&script, error),
    };
    if context.debug_shell && matches!(error, BuildError::Script { .. }) {
        tracing::error!("{error}");
        tracing::info!("opening a shell where it failed; `exit` ends it and the build");
        context
            .runner
            .interactive(&with_environment(context, shell))
            .purpose("opening a shell in the tree")?;
    }
    Err(error)
}

fn with_environment(context: &BuildContext<'_>, command: &Cmd) -> Cmd {
    command
        .clone()
        .inherit_env()
        .envs(profile::environment(&context.plan.environment))
}

fn of_script(script: &str, error: CommandError) -> BuildError {
    match error {
        CommandError::Failed(failure) => BuildError::Script {
            script: script.to_owned(),
            outcome: failure.status.to_string(),
            last_lines: failure.last_lines,
        },
        CommandError::NotFound { program, .. } if program == "bash" => BuildError::TreeLacks {
            what: format!("`{script}` needs bash, and the root tree has none"),
            mend: "add the package `bash`, or make the script executable so that its first line counts"
                .into(),
        },
        CommandError::Spawn { source, .. } if source.kind() == ErrorKind::NotFound => BuildError::TreeLacks {
            what: format!("the root tree lacks the interpreter of `{script}`"),
            mend: "correct the first line of the script, or add the package that has the interpreter"
                .into(),
        },
        source => BuildError::Command {
            purpose: format!("script `{script}`"),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use kiwi_host::command::{Recorder, Reply};
    use kiwi_plan::plan::ProfileValue;

    use super::*;
    use crate::root::testing::Bench;

    fn bench(mode: u32) -> Bench {
        bench_with(mode, "#!/bin/sh\nexit 3\n")
    }

    fn bench_with(mode: u32, text: &str) -> Bench {
        let bench = Bench::new();
        bench.write("image/config.sh", text);
        let path = bench.root().join("image/config.sh");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        bench
    }

    #[test]
    fn absent_scripts_do_not_run() {
        let bench = Bench::new();
        assert!(!run_in_tree(&bench.context(), Hook::Config).unwrap());
        assert!(!run_on_host(&bench.context(), Hook::EditBootConfig, [""]).unwrap());
        assert!(bench.lines().is_empty());
    }

    #[test]
    fn bash_runs_what_does_not_start_itself() {
        for (mode, text, line) in [
            (0o644, "#!/bin/sh\n", "chroot TREE bash /image/config.sh"),
            (0o755, "#!/bin/sh\n", "chroot TREE /image/config.sh"),
            (0o755, "\x7fELF...", "chroot TREE /image/config.sh"),
            (0o755, "true\n", "chroot TREE bash /image/config.sh"),
            (0o755, "", "chroot TREE bash /image/config.sh"),
        ] {
            let bench = bench_with(mode, text);
            assert!(run_in_tree(&bench.context(), Hook::Config).unwrap());
            assert_eq!(bench.lines(), [line]);
        }
    }

    #[test]
    fn host_scripts_work_in_the_tree() {
        let bench = Bench::new();
        bench.write("image/edit_boot_install.sh", "");
        run_on_host(&bench.context(), Hook::EditBootInstall, ["a b", "c"]).unwrap();
        let call = &bench.runner.calls()[0];
        assert_eq!(call.directory.as_deref(), Some(bench.root()));
        assert_eq!(call.argv[0..2], ["bash", "--norc"]);
        assert_eq!(call.argv[3..], ["a b", "c"]);
    }

    #[test]
    fn variables_are_passed() {
        let mut bench = bench(0o755);
        let text = |text: &str| ProfileValue::Text(text.into());
        bench.plan.environment = [
            ("kiwi_iname".to_owned(), text("x")),
            ("kiwi_align".to_owned(), text("1")),
        ]
        .into();
        run_in_tree(&bench.context(), Hook::Config).unwrap();
        let env = &bench.runner.calls()[0].env;
        assert_eq!(env.len(), 1);
        assert_eq!(env[&OsString::from("kiwi_iname")], "x");
    }

    #[test]
    fn failure_says_what_it_wrote() {
        let mut bench = bench(0o755);
        bench.runner = Recorder::new().reply("config.sh", Reply::failure(3, "no such thing\n"));
        let error = run_in_tree(&bench.context(), Hook::Config).unwrap_err();
        assert_eq!(
            error.to_string(),
            "script `config.sh` ended with exit code 3"
        );
        assert_eq!(error.last_lines(), ["no such thing"]);
        assert!(error.hint().unwrap().contains("--debug-shell"));
        assert_eq!(bench.lines().len(), 1);
    }

    #[test]
    fn shell_after_a_failure() {
        let mut bench = bench(0o755);
        bench.debug_shell = true;
        bench.program("bin/bash");
        bench.runner = Recorder::new().reply("config.sh", Reply::failure(1, ""));
        run_in_tree(&bench.context(), Hook::Config).unwrap_err();
        assert_eq!(
            bench.lines(),
            ["chroot TREE /image/config.sh", "chroot TREE bash"]
        );
    }
}
