//! Runs the tests of the shell function library, which are written in bash.
//!
//! Each script of `tests/kconfig/` runs once for each way in which hook scripts
//! are written: plain, strict, traced, as `sh`, and with word splitting off.

#![allow(clippy::disallowed_types)] // Tests start bash themselves.
#![allow(clippy::unwrap_used)] // The lint's exception for tests misses their helpers.

use std::path::{Path, PathBuf};
use std::process::Command;

use kiwi_build::root::functions::shell_functions;
use kiwi_testkit::judges::require_judge;

const MODES: [&str; 5] = ["plain", "strict", "traced", "posix", "bare"];

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kconfig")
}

fn run(name: &str) {
    if require_judge("bash").is_none() {
        return;
    }
    let mut failures = Vec::new();
    for mode in MODES {
        let directory = tempfile::tempdir().unwrap();
        let library = directory.path().join("kconfig");
        let work = directory.path().join("work");
        fs_err::write(&library, shell_functions()).unwrap();
        fs_err::create_dir(&work).unwrap();
        let output = Command::new("bash")
            .args(["--norc", "-c", r#". "$0/support.sh"; . "$0/$1""#])
            .arg(scripts())
            .arg(format!("{name}.sh"))
            .current_dir(&work)
            .env("KCONFIG", &library)
            .env("MODE", mode)
            .env_remove("SOURCE_DATE_EPOCH")
            .env_remove("DEBUG")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        // A script that ends early without saying so has not passed.
        if !output.status.success() || printed.lines().last() != Some("ok") {
            let errors = String::from_utf8_lossy(&output.stderr);
            let trace = fs_err::read_to_string(work.join("trace")).unwrap_or_default();
            let from = trace.len().saturating_sub(2000);
            let tail = trace.get(from..).unwrap_or_default();
            let status = output.status;
            failures.push(format!(
                "--- mode {mode}: {status}\n{printed}{errors}{tail}"
            ));
        }
    }
    assert!(failures.is_empty(), "{name}.sh\n{}", failures.concat());
}

macro_rules! scripts {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_script_is_run() {
            let mut there: Vec<String> = fs_err::read_dir(scripts())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name != "support.sh")
                .collect();
            there.sort();
            assert_eq!(there, [$(concat!(stringify!($name), ".sh")),*]);
        }
    };
}

scripts! { container kernel loading locale messages obsolete product services strip sysconfig vagrant }

#[test]
fn shellcheck_has_no_objection() {
    if require_judge("shellcheck").is_none() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let library = directory.path().join("kconfig.bash");
    fs_err::write(&library, shell_functions()).unwrap();
    let output = Command::new("shellcheck")
        .args(["-s", "bash"])
        .arg(&library)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
