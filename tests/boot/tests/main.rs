//! Tests of the whole way, from a description to a system that runs. See the library of this package.

// These tests start programs themselves, as the library says.
#![allow(clippy::disallowed_types)]

mod bad_input;
mod containers;
mod disk_boots;
mod host_untouched;
mod layouts;
mod mistakes;
mod results;
mod same_bytes;
mod same_for_user_and_root;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use kiwi_end_to_end::bench::Bench;
use kiwi_end_to_end::{host_state, identity, say};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// One test.
struct Case {
    name: &'static str,
    /// Cannot be done by an ordinary user.
    needs_root: bool,
    /// Something else tests the same code; only `./test --boot-all` runs it.
    slow: bool,
    run: fn(&Bench) -> Result<()>,
}

impl Case {
    const fn new(name: &'static str, run: fn(&Bench) -> Result<()>) -> Self {
        Self {
            name,
            needs_root: false,
            slow: false,
            run,
        }
    }

    const fn slow(name: &'static str, run: fn(&Bench) -> Result<()>) -> Self {
        Self {
            slow: true,
            ..Self::new(name, run)
        }
    }

    const fn as_root(name: &'static str, run: fn(&Bench) -> Result<()>) -> Self {
        Self {
            name,
            needs_root: true,
            slow: false,
            run,
        }
    }

    /// Why it cannot be done here and now.
    fn obstacle(&self) -> Option<&'static str> {
        if std::env::var_os("KIWI_END_TO_END").is_none_or(|value| value != "1") {
            Some("set KIWI_END_TO_END=1 to run it; it takes minutes")
        } else if self.needs_root && !identity::is_root() {
            Some("only root can do it")
        } else if self.slow && std::env::var_os("KIWI_BOOT_ALL").is_none() {
            Some("only `./test --boot-all` runs it")
        } else {
            None
        }
    }
}

/// All tests, the quick ones first.
const SUBJECTS: [(&str, &[Case]); 8] = [
    ("bad_input", bad_input::CASES),
    ("results", results::CASES),
    ("host_untouched", host_untouched::CASES),
    ("same_bytes", same_bytes::CASES),
    ("same_for_user_and_root", same_for_user_and_root::CASES),
    ("containers", containers::CASES),
    ("disk_boots", disk_boots::CASES),
    ("layouts", layouts::CASES),
];

type Shared = Arc<OnceLock<Result<Bench, String>>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share trees, and two cores are busy with one build.
    arguments.test_threads = Some(1);
    let bench = Shared::default();
    let trials = SUBJECTS
        .iter()
        .flat_map(|(subject, cases)| cases.iter().map(move |case| (subject, case)))
        .map(|(subject, case)| {
            let bench = Arc::clone(&bench);
            let name = format!("{subject}::{}", case.name);
            Trial::ignorable_test(name.clone(), move || run(&name, case, &bench))
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(Ok(bench)) = bench.get()
        && let Err(error) = bench.close()
    {
        say!("{error:#}");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

fn run(name: &str, case: &Case, bench: &Shared) -> Result<Completion, Failed> {
    if let Some(reason) = case.obstacle() {
        say!("*** SKIPPED: {name}: {reason} ***");
        return Ok(Completion::ignored_with(reason));
    }
    let opened = bench.get_or_init(|| {
        host_state::watch_descendants()
            .and_then(|()| Bench::open())
            .map_err(|error| format!("{error:#}"))
    });
    let bench = opened.as_ref().map_err(Failed::from)?;
    say!("{name}");
    (case.run)(bench).map_err(|error| {
        let reason = format!("{error:#}");
        // At once: the harness keeps it until the last test is over.
        say!("{reason}");
        Failed::from(reason)
    })?;
    Ok(Completion::Completed)
}
