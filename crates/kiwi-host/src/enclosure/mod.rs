//! The outer layer: the whole build in namespaces of its own.
//!
//! Commands that build call [`enter`] at their start. It runs the program a second time, enclosed:
//!
//! ```text
//! terminal, shell, CI
//!   └─ P  this program, as started: waits, passes signals on, returns the exit code
//!       └─ I  pid 1 of the new namespaces: reaps what nobody waits for
//!           └─ B  this program again, with the same arguments: the build
//! ```
//!
//! B is root there, user 0 with all capabilities. For an ordinary user that is a user namespace: user 0 stands for the
//! user, users 1, 2, .. for the subordinate ids of `/etc/subuid`. B creates, reads and removes files of every owner of a root tree with
//! ordinary calls, and mounts what it likes without anybody else seeing it.
//!
//! The kernel cleans up: when P or B dies, even by SIGKILL, I dies; with pid 1 dies every process of the namespace, and with the last
//! process go the mounts.
//!
//! Commands inside the root tree then have an inner layer, see [`crate::sandbox`].

mod error;
mod inner;
mod outer;
mod plan;

use serde::{Deserialize, Serialize};

pub use error::EnclosureError;

use crate::idmap::{self, IdMapping};
use crate::userns::Obstacle;

/// What a build asks of its enclosure.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Whether the build goes on when the user has no subordinate ids. It can then only make files that belong to root.
    pub accept_single_id: bool,
}

impl Default for Request {
    fn default() -> Self {
        Request {
            accept_single_id: true,
        }
    }
}

/// On which side of the enclosure [`enter`] returned.
#[derive(Debug)]
pub enum Entered {
    /// Inside, in the second process: go on with the build.
    Inside(Enclosure),
    /// Outside, in the first process, after the build has ended: exit with this code at once.
    Finished(i32),
}

/// The enclosure this process runs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// How ids are mapped.
    pub kind: Kind,
    /// `/proc` belongs to the enclosure; otherwise the host's one is visible, because the kernel forbids a new one.
    pub own_proc: bool,
}

/// How the ids of an enclosure relate to those of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Ids are the host's: the build was started by root.
    Root,
    /// A user namespace with many ids.
    UserNamespace {
        /// The user ids.
        uids: Vec<IdMapping>,
        /// The group ids.
        gids: Vec<IdMapping>,
    },
    /// A user namespace in which only user 0 and group 0 exist.
    SingleId {
        /// Why there are not more.
        why: Obstacle,
    },
}

impl Enclosure {
    /// Tells whether files of user or group `id` can be made here.
    pub fn can_own(&self, id: u32) -> bool {
        let has = |map: &[IdMapping]| {
            map.iter()
                .any(|line| id >= line.inside && id - line.inside < line.count)
        };
        match &self.kind {
            Kind::Root => true,
            Kind::UserNamespace { uids, gids } => has(uids) && has(gids),
            Kind::SingleId { .. } => id == 0,
        }
    }

    /// Says what this enclosure cannot do and how to mend it: (problem, mend).
    pub fn notice(&self) -> Option<(String, String)> {
        /// The ids that distributions use: 65534 is `nobody`.
        const USUAL_IDS: u64 = 65535;
        match &self.kind {
            Kind::Root => None,
            Kind::UserNamespace { uids, gids } => {
                let count = idmap::mapped_count(uids).min(idmap::mapped_count(gids));
                (count < USUAL_IDS).then(|| {
                    let problem = format!(
                        "only the ids 0 to {} exist in this build",
                        count.saturating_sub(1)
                    );
                    let mend = "give the user 65536 ids in `/etc/subuid` and `/etc/subgid`";
                    (problem, mend.to_owned())
                })
            }
            Kind::SingleId { why } => Some((
                format!(
                    "only user 0 and group 0 exist in this build, because {why}; packages that have files of other users \
                     or groups cannot be installed"
                ),
                why.hint(),
            )),
        }
    }
}

/// Puts the build into its enclosure.
///
/// Call it first, before any thread is started (see [`crate::sandbox::helper_main`] for what comes even before it). Called inside,
/// it returns the enclosure; called outside, it starts the inside, waits for its end and returns the exit code.
///
/// # Errors
/// The host does not allow it; [`EnclosureError::hint`] says what to change.
pub fn enter(request: Request) -> Result<Entered, EnclosureError> {
    match inner::recognise()? {
        Some(enclosure) => Ok(Entered::Inside(enclosure)),
        None => outer::run(request).map(Entered::Finished),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_cannot_do() {
        let namespace = |count| Kind::UserNamespace {
            uids: vec![
                IdMapping {
                    inside: 0,
                    outside: 1000,
                    count: 1,
                },
                IdMapping {
                    inside: 1,
                    outside: 100_000,
                    count,
                },
            ],
            gids: idmap::identity_map("0 0 4294967295"),
        };
        let single = Kind::SingleId {
            why: Obstacle::NoRanges {
                user: "me".into(),
                free: 100_000,
            },
        };
        let cases = [
            (Kind::Root, true, None),
            (namespace(65536), true, None),
            (namespace(1000), false, Some("only the ids 0 to 1000")),
            (single, false, Some("only user 0")),
        ];
        for (kind, nobody, notice) in cases {
            let enclosure = Enclosure {
                kind,
                own_proc: true,
            };
            assert_eq!(enclosure.can_own(65534), nobody);
            assert!(enclosure.can_own(0));
            assert_eq!(enclosure.notice().is_some(), notice.is_some());
            if let (Some((problem, _)), Some(expected)) = (enclosure.notice(), notice) {
                assert!(problem.contains(expected), "{problem}");
            }
        }
    }
}
