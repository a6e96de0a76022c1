//! Whatever is wrong is said once, clearly, with the place, the way out and the right exit code; and leaves no result behind.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::{Bench, distribution};
use kiwi_end_to_end::description::{Description, place};
use kiwi_end_to_end::identity::Identity;
use kiwi_end_to_end::program::{Kiwi, Run};
use kiwi_end_to_end::say;
use serde_json::Value;

use crate::Case;
use crate::mistakes::MISTAKES;

pub(crate) const CASES: &[Case] = &[
    Case::new("descriptions", descriptions),
    Case::new("all_errors_at_once", all_errors_at_once),
    Case::new("descriptions_are_refused_quickly", quickly),
    Case::new("missing_archive", missing_archive),
    Case::new("unreachable_repository", unreachable_repository),
    Case::new("unknown_package", unknown_package),
    Case::new("failing_script", failing_script),
    Case::new("disk_too_small", disk_too_small),
    Case::new("no_space_for_the_tree", no_space_for_the_tree),
    Case::new("no_space_for_the_image", no_space_for_the_image),
    Case::new("tool_missing", tool_missing),
    Case::new("no_user_namespaces", no_user_namespaces),
];

/// Exit codes of the program.
const BUILD_FAILED: i32 = 1;
const INVALID: i32 = 2;
const HOST: i32 = 3;
const NETWORK: i32 = 4;

/// How long a description with errors may take.
const QUICK: Duration = Duration::from_millis(100);

/// One attempt to build a description in an empty directory.
struct Attempt<'a> {
    bench: &'a Bench,
    identity: &'a Identity,
    description: Description,
    target: std::path::PathBuf,
}

impl<'a> Attempt<'a> {
    /// With a copy of the description `tiny`, built by whom it does not matter.
    fn new(bench: &'a Bench, name: &str) -> Result<Self> {
        let identity = bench.anyone();
        Ok(Self {
            bench,
            identity,
            description: bench.description("tiny", name)?,
            target: bench.fresh(identity, name)?.join("target"),
        })
    }

    fn changed(mut self, old: &str, new: &str) -> Result<Self> {
        self.description = self.description.replace(old, new)?;
        Ok(self)
    }

    fn build(&self) -> Kiwi {
        self.bench
            .kiwi(self.identity)
            .args(["--log-format", "json", "system", "build", "--description"])
            .args([
                self.description.path().as_os_str(),
                "--target-dir".as_ref(),
                self.target.as_os_str(),
            ])
    }

    /// Where a part of the description is, as errors name it.
    fn place(&self, part: &str) -> Result<Place> {
        Ok((
            self.description.file().display().to_string(),
            self.description.place(part)?,
        ))
    }

    /// Demands that no file has the name of a result.
    fn expect_no_result(&self) -> Result<()> {
        expect_no_result(&self.target)
    }
}

/// File, line and column.
type Place = (String, (u64, u64));

fn expect_no_result(target: &Path) -> Result<()> {
    for entry in std::fs::read_dir(target).into_iter().flatten() {
        let name = entry?.file_name();
        ensure!(
            name == "build",
            "`{}` is in the target directory",
            name.display()
        );
    }
    Ok(())
}

/// Demands one error, and that it says what a user needs.
fn expect_error(run: &Run, exit: i32, code: &str, place: Option<&Place>) -> Result<Value> {
    let explained = || format!("expected exit code {exit} and one {code}\n{}", run.tail());
    ensure!(
        run.code() == Some(exit),
        "exit code {:?}: {}",
        run.code(),
        explained()
    );
    let errors = run.errors();
    let [error] = errors.as_slice() else {
        anyhow::bail!("{} errors: {}", errors.len(), explained());
    };
    ensure!(
        error["code"] == code,
        "code {}: {}",
        error["code"],
        explained()
    );
    let help = error["help"].as_str().unwrap_or_default();
    ensure!(!help.is_empty(), "no help: {}", explained());
    if let Some((file, (line, column))) = place {
        let found = (&error["file"], &error["line"], &error["column"]);
        ensure!(
            *found.0 == *file && *found.1 == *line && *found.2 == *column,
            "place {found:?}, not {file}:{line}:{column}: {}",
            explained()
        );
    }
    Ok(error.clone())
}

fn descriptions(bench: &Bench) -> Result<()> {
    for (old, new, code, at) in MISTAKES {
        let attempt = Attempt::new(bench, "mistake")?.changed(old, new)?;
        let run = attempt.build().run()?;
        let place = attempt.place(at)?;
        expect_error(&run, INVALID, code, Some(&place)).with_context(|| format!("`{new}`"))?;
        ensure!(
            !attempt.target.exists(),
            "{code}: the target directory was made"
        );
    }
    Ok(())
}

fn all_errors_at_once(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "mistakes")?
        .changed("<type image=\"ext4\"/>", "<typ image=\"ext4\"/>")?
        .changed("image=\"tbz\"", "image=\"tzb\"")?
        .changed("<package name=\"netbase\"/>", "<package/>")?;
    let run = attempt.build().run()?.expect_code(INVALID)?;
    let codes: Vec<_> = run
        .errors()
        .iter()
        .map(|error| error["code"].clone())
        .collect();
    ensure!(
        codes == ["K0201", "K0203", "K0204"],
        "{codes:?}\n{}",
        run.tail()
    );
    // The same for people.
    let text = bench
        .kiwi(attempt.identity)
        .args(["system", "build", "--description"])
        .args([
            attempt.description.path().as_os_str(),
            "--target-dir".as_ref(),
            attempt.target.as_os_str(),
        ])
        .run()?
        .expect_code(INVALID)?;
    for part in [
        "error[K0201]",
        "error[K0203]",
        "error[K0204]",
        "config.xml:",
        "did you mean `type`?",
    ] {
        ensure!(
            text.stderr.contains(part),
            "no `{part}` in\n{}",
            text.tail()
        );
    }
    Ok(())
}

fn quickly(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "quick")?.changed("image=\"ext4\"", "image=\"ext5\"")?;
    let mut best = Duration::MAX;
    for _ in 0..5 {
        best = best.min(attempt.build().run()?.expect_code(INVALID)?.elapsed);
    }
    say!("refused in {best:?}");
    ensure!(best < QUICK, "{best:?} is more than {QUICK:?}");
    Ok(())
}

fn missing_archive(bench: &Bench) -> Result<()> {
    let archive = "<archive name=\"nowhere.tar.gz\"/>";
    let attempt =
        Attempt::new(bench, "archive")?.changed("<package name=\"netbase\"/>", archive)?;
    let run = attempt.build().run()?;
    let error = expect_error(
        &run,
        INVALID,
        "K0304",
        Some(&attempt.place("nowhere.tar.gz")?),
    )?;
    let message = error["message"].as_str().unwrap_or_default();
    ensure!(message.contains("nowhere.tar.gz"), "{message}");
    ensure!(!attempt.target.exists(), "the target directory was made");
    Ok(())
}

fn unreachable_repository(bench: &Bench) -> Result<()> {
    // Nobody listens at the port of the discard service.
    let attempt = Attempt::new(bench, "repository")?.changed(
        "<source path=\"host:/\"/>",
        "<source path=\"http://127.0.0.1:9/debian\"/>",
    )?;
    let attempt = attempt.changed(
        "alias=\"host\"",
        "alias=\"host\" distribution=\"stable\" components=\"main\"",
    )?;
    let run = attempt.build().run()?;
    let error = expect_error(
        &run,
        NETWORK,
        "K0702",
        Some(&attempt.place("http://127.0.0.1:9/debian")?),
    )?;
    ensure!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("127.0.0.1")),
        "{error}"
    );
    attempt.expect_no_result()?;
    ensure!(
        !attempt.target.join("build/image-root").exists(),
        "there is a tree"
    );
    Ok(())
}

fn unknown_package(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "package")?.changed("\"netbase\"", "\"netbasee\"")?;
    let run = attempt.build().run()?;
    let error = expect_error(&run, INVALID, "K0701", Some(&attempt.place("netbasee")?))?;
    ensure!(error["help"] == "did you mean `netbase`?", "{error}");
    attempt.expect_no_result()?;
    ensure!(
        !attempt.target.join("build/image-root").exists(),
        "there is a tree"
    );
    Ok(())
}

fn failing_script(bench: &Bench) -> Result<()> {
    let mut attempt = Attempt::new(bench, "script")?;
    attempt.description = attempt.description.add(
        "config.sh",
        "#!/bin/bash\necho first words\necho last words >&2\nexit 7\n",
    )?;
    let run = attempt.build().run()?;
    let error = expect_error(&run, BUILD_FAILED, "K0801", None)?;
    let message = error["message"].as_str().unwrap_or_default();
    ensure!(
        message.contains("config.sh") && message.contains("exit code 7"),
        "{message}"
    );
    let lines = error["last_lines"].as_array().context("no last lines")?;
    ensure!(lines.iter().any(|line| line == "last words"), "{lines:?}");
    attempt.expect_no_result()?;
    // The log has the same for later.
    let log = fs_err::read_to_string(attempt.target.join("build/image-root.log"))?;
    for part in ["K0801", "last words", "exit code 7"] {
        ensure!(log.contains(part), "no `{part}` in the log");
    }
    Ok(())
}

fn disk_too_small(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let tree = bench.tree(identity)?;
    let target = bench.fresh(identity, "small-disk")?;
    let run = bench
        .kiwi(identity)
        .args([
            "--log-format",
            "json",
            "--profile",
            "SmallDisk",
            "--profile",
            distribution(),
        ])
        .args(["system", "create", "--root"])
        .args([
            tree.as_os_str(),
            "--target-dir".as_ref(),
            target.as_os_str(),
        ])
        .run()?;
    let file = tree.join("image/config.xml");
    let at = place(&fs_err::read_to_string(&file)?, "size unit=\"M\">100")?;
    let error = expect_error(
        &run,
        INVALID,
        "K0902",
        Some(&(file.display().to_string(), at)),
    )?;
    let message = error["message"].as_str().unwrap_or_default();
    ensure!(message.contains("100"), "{message}");
    expect_no_result(&target)
}

/// Runs `kiwi-ng` where `directory` is a file system of `size` MiB of its own.
fn in_small_space(kiwi: Kiwi, identity: &Identity, directory: &Path, size: u32) -> Kiwi {
    let script = format!(
        "mount -t tmpfs -o size={size}m,mode=755 tmpfs '{}' && exec \"$@\"",
        directory.display()
    );
    kiwi.by(unshared(identity)
        .into_iter()
        .chain(["sh".into(), "-c".into(), script, "sh".into()]))
}

/// A mount namespace in which the caller may mount.
fn unshared(identity: &Identity) -> Vec<String> {
    let mut words = vec!["unshare".to_owned(), "--mount".to_owned()];
    if !identity.is_root() {
        words.extend(["--map-root-user".to_owned(), "--map-auto".to_owned()]);
    }
    words
}

fn no_space_for_the_tree(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "full-tree")?;
    attempt.identity.make_directory(&attempt.target)?;
    let run = in_small_space(attempt.build(), attempt.identity, &attempt.target, 60).run()?;
    expect_error(&run, BUILD_FAILED, "K0903", None)?;
    // The file system is gone with its namespace.
    attempt.expect_no_result()
}

fn no_space_for_the_image(bench: &Bench) -> Result<()> {
    let identity = bench.anyone();
    let tree = bench.tiny_tree(identity)?;
    for (build_type, size) in [("ext4", 20), ("tbz", 20)] {
        let target = bench.fresh(identity, &format!("full-{build_type}"))?;
        let listing = bench
            .directory()
            .join(identity.to_string())
            .join("full-listing");
        let create = bench
            .kiwi(identity)
            .args([
                "--log-format",
                "json",
                "--type",
                build_type,
                "system",
                "create",
                "--root",
            ])
            .args([
                tree.as_os_str(),
                "--target-dir".as_ref(),
                target.as_os_str(),
            ]);
        let script = format!(
            "mount -t tmpfs -o size={size}m,mode=755 tmpfs '{0}' || exit 99; \"$@\"; code=$?; ls -A '{0}' > '{1}'; exit $code",
            target.display(),
            listing.display()
        );
        let run = create
            .by(unshared(identity).into_iter().chain([
                "sh".into(),
                "-c".into(),
                script,
                "sh".into(),
            ]))
            .run()?;
        let error = expect_error(&run, BUILD_FAILED, "K0903", None)?;
        let left = fs_err::read_to_string(&listing)?;
        ensure!(
            left.is_empty(),
            "{build_type}: `{left}` is left behind; {error}"
        );
    }
    Ok(())
}

fn tool_missing(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "tool")?;
    let nothing = attempt.description.path().join("nothing");
    fs_err::write(&nothing, "")?;
    let script = format!(
        "for tool in /sbin/mke2fs /usr/sbin/mke2fs; do mount --bind '{}' $tool; done && exec \"$@\"",
        nothing.display()
    );
    let run = attempt
        .build()
        .by(unshared(attempt.identity).into_iter().chain([
            "sh".into(),
            "-c".into(),
            script,
            "sh".into(),
        ]))
        .run()?;
    let error = expect_error(&run, HOST, "K0601", None)?;
    let text = error.to_string();
    for part in ["mke2fs", "e2fsprogs"] {
        ensure!(text.contains(part), "no `{part}` in {text}");
    }
    ensure!(!attempt.target.exists(), "the target directory was made");
    Ok(())
}

fn no_user_namespaces(bench: &Bench) -> Result<()> {
    let attempt = Attempt::new(bench, "namespaces")?;
    // An ordinary user in a namespace that allows no further ones.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces || exit 99; \
        exec setpriv --reuid=1 --regid=1 --clear-groups --inh-caps=-all -- \"$@\"";
    let target = bench.directory().join("no-namespaces");
    let run = bench
        .kiwi(bench.user())
        .args(["--log-format", "json", "system", "build", "--description"])
        .args([
            attempt.description.path().as_os_str(),
            "--target-dir".as_ref(),
            target.as_os_str(),
        ])
        .by([
            "unshare",
            "--map-root-user",
            "--map-auto",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .run()?;
    let error = expect_error(&run, HOST, "K0606", None)?;
    ensure!(
        error["help"]
            .as_str()
            .is_some_and(|help| help.contains("user.max_user_namespaces")),
        "{error}"
    );
    ensure!(!target.exists(), "the target directory was made");
    Ok(())
}
