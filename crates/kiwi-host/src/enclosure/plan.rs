//! Which kinds of enclosure to try, in order of preference.

use rustix::thread::CapabilitySet;

use super::{EnclosureError, Kind, Request};
use crate::idmap;
use crate::userns::{self, Obstacle, SubordinateIds};

/// Who writes the id maps of a user namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    /// No user namespace, no maps.
    Nobody,
    /// This process.
    Ourselves,
    /// `newuidmap` and `newgidmap`.
    Tools,
}

/// One kind of enclosure to try.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) kind: Kind,
    pub(super) writer: Writer,
}

/// Returns what to try for the user who runs this process.
pub(super) fn attempts() -> Vec<Attempt> {
    if userns::is_privileged() {
        return vec![Attempt {
            kind: Kind::Root,
            writer: Writer::Nobody,
        }];
    }
    let mut attempts = Vec::new();
    // Root in a container that has lost the right to mount may still map all its ids.
    if userns::has_capability(CapabilitySet::SETUID | CapabilitySet::SETGID) {
        let current = |name: &str| {
            let text = std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
            idmap::identity_map(&text)
        };
        attempts.push(Attempt {
            kind: Kind::UserNamespace {
                uids: current("uid_map"),
                gids: current("gid_map"),
            },
            writer: Writer::Ourselves,
        });
    }
    let ids = SubordinateIds::of_caller();
    let own_group = rustix::process::getegid().as_raw();
    match ids.limitation() {
        None => attempts.push(Attempt {
            kind: Kind::UserNamespace {
                uids: idmap::map_with_ranges(ids.uid, &ids.uids),
                gids: idmap::map_with_ranges(own_group, &ids.gids),
            },
            writer: Writer::Tools,
        }),
        Some(why) => attempts.push(single(why)),
    }
    attempts
}

/// Returns what is left when the maps of `refused` were refused.
pub(super) fn fallback(refused: Obstacle) -> Attempt {
    single(refused)
}

/// Refuses a single id if the build does not want it.
pub(super) fn check(attempt: &Attempt, request: Request) -> Result<(), EnclosureError> {
    match &attempt.kind {
        Kind::SingleId { why } if !request.accept_single_id => {
            Err(EnclosureError::Host(why.clone()))
        }
        _ => Ok(()),
    }
}

fn single(why: Obstacle) -> Attempt {
    Attempt {
        kind: Kind::SingleId { why },
        writer: Writer::Ourselves,
    }
}
