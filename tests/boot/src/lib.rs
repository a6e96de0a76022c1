//! Builds images with the real program, boots them, compares them, stops builds at bad moments.
//!
//! | module | for |
//! |---|---|
//! | [`bench`] | the directory all tests share, what is built once for all of them |
//! | [`identity`] | who builds: root, an ordinary user |
//! | [`program`] | running `kiwi-ng`, signals, what it says |
//! | [`description`] | copies of descriptions with changes |
//! | [`host_state`] | what of the host must be the same before and after |
//! | [`partitions`] | finding a file system inside a disk |
//!
//! The tests take minutes and run only with `KIWI_END_TO_END=1`, on the release binary. As root they build as root and as an
//! ordinary user; as an ordinary user root's part is left out, and that is said.
//!
//! | variable | means |
//! |---|---|
//! | `KIWI_END_TO_END=1` | run |
//! | `KIWI_END_TO_END_DIR` | work here, keep everything, and use again what an earlier run has built |
//! | `KIWI_END_TO_END_SEED` | seed of the moments at which builds are killed; printed by each run |
//! | `KIWI_END_TO_END_USER` | the ordinary user of tests that root runs; `kiwitest`, made if it does not exist |

// Tests start programs themselves: what went through the project's own command runner would not be judged by an outsider.
#![allow(clippy::disallowed_types)]

pub mod bench;
pub mod description;
pub mod host_state;
pub mod identity;
pub mod partitions;
pub mod program;

/// Says something about a test that has not failed.
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "    {}", format_args!($($argument)*));
    }};
}
