//! Whether builds can be set apart from the host.

use kiwi_description::diagnostic::codes;
use kiwi_host::userns::{Facts, Obstacle};
use serde::Serialize;

use crate::exit_code::Exit;
use crate::failure::Failure;

/// What was found about namespaces.
#[derive(Debug, Serialize)]
pub(super) struct Namespaces {
    /// Builds work at all.
    pub(super) possible: bool,
    /// The user who asks: name or number.
    pub(super) user: String,
    /// Builds run as root and need no user namespace.
    pub(super) root: bool,
    /// How many users an image can have files of, beside root.
    pub(super) subordinate_users: u64,
    /// How many groups an image can have files of, beside root's.
    pub(super) subordinate_groups: u64,
    /// What stands in the way, worst first.
    pub(super) problems: Vec<Problem>,
}

/// A problem and its mend.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) mend: String,
}

impl From<&Obstacle> for Problem {
    fn from(obstacle: &Obstacle) -> Self {
        Problem {
            message: obstacle.to_string(),
            mend: obstacle.hint(),
        }
    }
}

/// Finds out.
pub(super) fn examine() -> Result<Namespaces, Box<Failure>> {
    let facts = Facts::gather().map_err(|error| {
        Failure::io(
            Exit::Host,
            codes::host::PROCESS,
            "cannot try out namespaces",
            &error,
        )
    })?;
    Ok(evaluate(&facts))
}

fn evaluate(facts: &Facts) -> Namespaces {
    let sum = |ranges: &[kiwi_host::idmap::IdRange]| {
        ranges.iter().map(|range| u64::from(range.count)).sum()
    };
    Namespaces {
        possible: facts.obstacle.is_none(),
        user: facts.user.clone().unwrap_or_else(|| facts.uid.to_string()),
        root: facts.root,
        subordinate_users: sum(&facts.uid_ranges),
        subordinate_groups: sum(&facts.gid_ranges),
        problems: facts
            .obstacle
            .iter()
            .chain(&facts.limitation)
            .map(Problem::from)
            .collect(),
    }
}
