//! The host is the same before and after a build, however the build ends, and what a killed build leaves can be used or removed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::Bench;
use kiwi_end_to_end::host_state::HostState;
use kiwi_end_to_end::identity::{Identity, output};
use kiwi_end_to_end::program::Kiwi;
use kiwi_end_to_end::say;
use rustix::process::Signal;

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("whole_build", whole_build),
    Case::new("interrupted_by_terminal", |bench| {
        stopped(bench, Signal::INT, 130)
    }),
    Case::new("terminated", |bench| stopped(bench, Signal::TERM, 143)),
    Case::new("killed_at_ten_moments", killed),
    Case::as_root("nothing_else_is_writable", nothing_else_is_writable),
];

/// How many builds are killed.
const KILLS: u32 = 10;

/// A description built often, and where to.
struct Builds {
    description: PathBuf,
}

impl Builds {
    fn new(bench: &Bench, identity: &Identity) -> Result<Self> {
        bench.share_cache(identity)?;
        let description = bench.description("tiny", "untouched")?.path().to_owned();
        Ok(Self { description })
    }

    fn build(&self, bench: &Bench, identity: &Identity, target: &Path) -> Kiwi {
        bench
            .kiwi(identity)
            .args([
                "system".as_ref(),
                "build".as_ref(),
                "--description".as_ref(),
                self.description.as_os_str(),
            ])
            .args(["--target-dir".as_ref(), target.as_os_str()])
    }
}

/// All names in a target directory and its directory `build`, hidden ones too.
fn names(target: &Path) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for (directory, prefix) in [(target.to_owned(), ""), (target.join("build"), "build/")] {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            all.insert(format!("{prefix}{}", entry?.file_name().display()));
        }
    }
    Ok(all)
}

fn image(target: &Path) -> PathBuf {
    target.join("tiny.x86_64-1.0.0.ext4")
}

fn whole_build(bench: &Bench) -> Result<()> {
    for identity in bench.everyone() {
        let builds = Builds::new(bench, identity)?;
        let target = bench.fresh(identity, "whole")?;
        let stamp = bench.directory().join("stamp");
        fs_err::write(&stamp, "")?;
        let before = HostState::now()?;
        builds.build(bench, identity, &target).succeed()?;
        before.expect_same()?;
        if !identity.is_root() {
            no_files_elsewhere(bench, identity, &stamp)?;
        }
    }
    Ok(())
}

/// No file outside of target and cache belongs to the user or the user's subordinate ids and is newer than the build.
///
/// Nobody else makes files of these ids meanwhile; who builds as root is watched in another way.
fn no_files_elsewhere(bench: &Bench, identity: &Identity, stamp: &Path) -> Result<()> {
    let mut owners = vec!["-uid".to_owned(), identity.uid.to_string()];
    for line in fs_err::read_to_string("/etc/subuid")?.lines() {
        let fields: Vec<_> = line.split(':').collect();
        if let [name, first, count] = fields[..]
            && (name == identity.name || name == identity.uid.to_string())
        {
            let (first, count): (u64, u64) = (first.parse()?, count.parse()?);
            let words = [
                "-o",
                "(",
                "-uid",
                &format!("+{}", first - 1),
                "-uid",
                &format!("-{}", first + count),
                ")",
            ];
            owners.extend(words.map(str::to_owned));
        }
    }
    let text = |path: &Path| path.display().to_string();
    let mut arguments = vec!["/".to_owned(), "(".to_owned()];
    for path in [
        "/proc",
        "/sys",
        "/dev/pts",
        &text(bench.directory()),
        &text(&identity.cache()),
    ] {
        arguments.extend(["-path", path, "-o"].map(str::to_owned));
    }
    arguments
        .extend(["-false", ")", "-prune", "-o", "-newer", &text(stamp), "("].map(str::to_owned));
    arguments.extend(owners);
    arguments.extend([")", "-print"].map(str::to_owned));
    // Directories that an ordinary user may not read hold no files of that user's builds; `find` complains and goes on.
    let found = identity_output("find", &arguments)?;
    let home = text(&identity.home);
    let found: Vec<_> = found
        .lines()
        // Its cache is made on the way.
        .filter(|line| *line != home && **line != format!("{home}/.cache"))
        .collect();
    ensure!(found.is_empty(), "new files: {found:?}");
    Ok(())
}

fn identity_output(program: &str, arguments: &[String]) -> Result<String> {
    let output = std::process::Command::new(program)
        .args(arguments)
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Stops builds by a signal, early and late.
fn stopped(bench: &Bench, signal: Signal, code: i32) -> Result<()> {
    for identity in bench.everyone() {
        let builds = Builds::new(bench, identity)?;
        for moment in ["| bootstrap", "| packages", "| file system"] {
            let target = bench.fresh(identity, "stopped")?;
            let before = HostState::now()?;
            let mut running = builds.build(bench, identity, &target).start()?;
            let after = running.wait_for_line(moment)?;
            if signal == Signal::INT {
                running.signal_group(signal)?;
            } else {
                running.signal(signal)?;
            }
            let run = running.wait()?;
            let slowness = run.elapsed.saturating_sub(after);
            say!("[{identity}] {signal:?} in `{moment}`: stopped within {slowness:.1?}");
            let run = run.expect_code(code)?;
            ensure!(
                run.stderr.contains("K0800"),
                "it does not say why\n{}",
                run.tail()
            );
            ensure!(
                slowness < Duration::from_secs(5),
                "it took {slowness:?} to stop"
            );
            before.expect_same()?;
            let left = names(&target)?;
            let allowed = ["build", "build/image-root", "build/image-root.log"];
            ensure!(
                left.iter().all(|name| allowed.contains(&name.as_str())),
                "left behind: {left:?}"
            );
        }
    }
    Ok(())
}

/// Kills builds at moments spread over the time of a whole one.
fn killed(bench: &Bench) -> Result<()> {
    let seed = seed()?;
    say!("KIWI_END_TO_END_SEED={seed}");
    let mut random = seed;
    let everyone: Vec<_> = bench.everyone().collect();
    let mut wholes = Vec::new();
    for identity in &everyone {
        let builds = Builds::new(bench, identity)?;
        let target = bench.fresh(identity, "unkilled")?;
        let run = builds.build(bench, identity, &target).succeed()?;
        wholes.push((target, run.elapsed));
    }
    for number in 0..KILLS {
        let which = number as usize % everyone.len();
        let (identity, (whole, duration)) = (everyone[which], &wholes[which]);
        let builds = Builds::new(bench, identity)?;
        let target = bench.fresh(identity, "killed")?;
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let fraction = (f64::from(number)
            + f64::from(u32::try_from(random >> 32)?) / f64::from(u32::MAX))
            / f64::from(KILLS);
        let moment = duration.mul_f64(fraction);

        let before = HostState::now()?;
        let mut running = builds.build(bench, identity, &target).start()?;
        let alive = running.wait_until(moment)?;
        if alive {
            running.signal(Signal::KILL)?;
        }
        let run = running.wait()?;
        say!(
            "[{identity}] killed after {moment:.2?} of {duration:.2?}: {}",
            if alive { "alive" } else { "was done" }
        );
        ensure!(!alive || run.signal() == Some(9), "{}", run.tail());
        before.expect_same()?;
        // A result is either whole or not there.
        if image(&target).exists() {
            same(&image(whole), &image(&target))?;
        }
        if number / 2 % 2 == 0 {
            build_again(bench, identity, &builds, &target, whole)
        } else {
            remove_what_is_left(bench, identity, &target)
        }
        .with_context(|| format!("killed after {moment:.2?} of {duration:.2?}"))?;
    }
    Ok(())
}

fn seed() -> Result<u64> {
    match std::env::var("KIWI_END_TO_END_SEED") {
        Ok(text) => text.parse().context("KIWI_END_TO_END_SEED is no number"),
        Err(_) => Ok(u64::from(
            SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos(),
        )),
    }
}

fn same(first: &Path, second: &Path) -> Result<()> {
    let paths = [first, second].map(|path| path.display().to_string());
    output("cmp", &["--", &paths[0], &paths[1]]).map(drop)
}

/// A build into the same target gives what a build into an empty one gives.
fn build_again(
    bench: &Bench,
    identity: &Identity,
    builds: &Builds,
    target: &Path,
    whole: &Path,
) -> Result<()> {
    builds
        .build(bench, identity, target)
        .args(["--allow-existing-root"])
        .succeed()?;
    let (left, expected) = (names(target)?, names(whole)?);
    ensure!(
        left == expected,
        "left behind: {:?}",
        left.difference(&expected)
    );
    for name in ["tiny.x86_64-1.0.0.packages", "tiny.x86_64-1.0.0.ext4"] {
        same(&whole.join(name), &target.join(name))?;
    }
    Ok(())
}

/// Root needs only `rm`; for an ordinary user the program removes the tree, whose files belong to subordinate ids, and `rm` the rest.
fn remove_what_is_left(bench: &Bench, identity: &Identity, target: &Path) -> Result<()> {
    let tree = target.join("build/image-root");
    if !identity.is_root() && tree.exists() {
        bench
            .kiwi(identity)
            .args([
                "system".as_ref(),
                "remove".as_ref(),
                "--root".as_ref(),
                tree.as_os_str(),
            ])
            .succeed()?;
    }
    let output = identity
        .command("rm")
        .arg("-rf")
        .arg("--")
        .arg(target)
        .output()?;
    ensure!(
        output.status.success() && !target.exists(),
        "`rm -rf`: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Builds, and is killed, where nothing can be written but target and cache, and nothing is left in the directories for temporary files.
fn nothing_else_is_writable(bench: &Bench) -> Result<()> {
    let identity = bench.root().context("not root")?;
    let builds = Builds::new(bench, identity)?;
    let target = bench.fresh(identity, "read-only")?;
    let listing = bench.fresh(identity, "read-only-listing")?.join("names");
    fs_err::write(&listing, "")?;
    let script = r#"
        target=$1 cache=$2 listing=$3 seconds=$4; shift 4
        set -e
        mount --make-rprivate /
        # Directories that stay writable become mounts of their own.
        for directory in "$target" "$cache" "$listing"; do mount --bind "$directory" "$directory"; done
        findmnt --list --noheadings --output TARGET,FSTYPE | while read -r place kind; do
            case $place in "$target"|"$cache"|"$listing") continue;; esac
            case $kind in proc|sysfs|devtmpfs|devpts|mqueue|cgroup*) continue;; esac
            mount -o remount,bind,ro "$place"
        done
        # On top, so that what is written there can be counted.
        mount -t tmpfs tmpfs /tmp
        touch /etc/cannot-be-written 2> /dev/null && exit 98
        set +e
        if [ "$seconds" = 0 ]; then
            "$@"; code=$?
        else
            "$@" & sleep "$seconds"; kill -KILL $!; wait $!; code=$?
        fi
        ls -A /tmp > "$listing"
        exit $code
    "#;
    for (seconds, code) in [("2.5", 137), ("0", 0)] {
        let words = [
            "unshare",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            &target.display().to_string(),
            &identity.cache().display().to_string(),
            &listing.display().to_string(),
            seconds,
        ]
        .map(str::to_owned);
        builds
            .build(bench, identity, &target)
            .args(["--allow-existing-root"])
            .by(words)
            .run()?
            .expect_code(code)?;
        let left = fs_err::read_to_string(&listing)?;
        ensure!(
            left.is_empty(),
            "left in a directory for temporary files: {left}"
        );
    }
    Ok(())
}
