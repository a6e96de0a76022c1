//! Programs of the host.

use std::path::PathBuf;

use kiwi_description::diagnostic::codes;
use kiwi_host::tools::{TOOLS, Tool, find, probe};
use kiwi_host::{Interrupt, SystemRunner};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::exit_code::Exit;
use crate::failure::Failure;

/// What was found of one program.
#[derive(Debug)]
pub(super) struct ToolFinding {
    pub(super) tool: &'static Tool,
    pub(super) path: Option<PathBuf>,
    pub(super) version: Option<String>,
    pub(super) state: State,
}

/// Whether a program can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// There, and new enough as far as it tells.
    Usable,
    /// There, but too old.
    Old,
    /// Not there.
    Missing,
}

impl ToolFinding {
    pub(super) fn new(tool: &'static Tool, state: State) -> Self {
        ToolFinding {
            tool,
            path: None,
            version: None,
            state,
        }
    }

    pub(super) fn usable(&self) -> bool {
        self.state == State::Usable
    }
}

impl Serialize for ToolFinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("tool", 7)?;
        fields.serialize_field("name", self.tool.name)?;
        fields.serialize_field("purpose", self.tool.purpose)?;
        fields.serialize_field("used_by", self.tool.used_by)?;
        fields.serialize_field("state", &self.state)?;
        fields.serialize_field("path", &self.path)?;
        fields.serialize_field("version", &self.version)?;
        fields.serialize_field("minimum", &self.tool.minimum)?;
        fields.end()
    }
}

/// Looks for all programs of the table and asks them for their versions, all at the same time.
pub(super) fn examine() -> Result<Vec<ToolFinding>, Box<Failure>> {
    let interrupt = Interrupt::detached().map_err(|error| {
        Failure::io(
            Exit::Host,
            codes::host::PROCESS,
            "cannot start programs",
            &error,
        )
    })?;
    let runner = SystemRunner::new(interrupt);
    Ok(std::thread::scope(|scope| {
        let threads: Vec<_> = TOOLS
            .iter()
            .map(|tool| scope.spawn(|| examine_one(&runner, tool)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("looking for a program does not panic"))
            .collect()
    }))
}

fn examine_one(runner: &SystemRunner, tool: &'static Tool) -> ToolFinding {
    let Some(path) = find(tool.name) else {
        return ToolFinding::new(tool, State::Missing);
    };
    // A program that does not tell its version is given the benefit of the doubt.
    let version = probe(runner, tool).ok().flatten();
    let old = match (&version, tool.minimum_version()) {
        (Some(version), Some(minimum)) => *version < minimum,
        _ => false,
    };
    ToolFinding {
        tool,
        path: Some(path),
        version: version.map(|version| version.to_string()),
        state: if old { State::Old } else { State::Usable },
    }
}
