//! What can be built with the programs found.

use kiwi_host::tools::TOOLS;
use serde::Serialize;

use super::tools::ToolFinding;

/// Types that need no program of the host.
const WITHOUT_PROGRAMS: [&str; 2] = ["docker", "oci"];

/// One image type, or one step of a build that only some descriptions need.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct ImageType {
    /// In the words of descriptions: `oem`, `format qcow2`.
    pub(super) name: &'static str,
    /// Every program it needs is there.
    pub(super) possible: bool,
    /// Programs that are missing or too old.
    pub(super) missing: Vec<&'static str>,
}

/// Groups the findings by what needs them, in the order of the table.
pub(super) fn examine(findings: &[ToolFinding]) -> Vec<ImageType> {
    let mut names: Vec<&'static str> = Vec::new();
    let used = TOOLS.iter().flat_map(|tool| tool.used_by).copied();
    for name in used.chain(WITHOUT_PROGRAMS) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let missing: Vec<&'static str> = findings
                .iter()
                .filter(|finding| finding.tool.used_by.contains(&name) && !finding.usable())
                .map(|finding| finding.tool.name)
                .collect();
            ImageType {
                name,
                possible: missing.is_empty(),
                missing,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tools::State;
    use super::*;

    #[test]
    fn a_missing_program_spoils_what_needs_it() {
        let findings: Vec<ToolFinding> = TOOLS
            .iter()
            .map(|tool| {
                let state = match tool.name {
                    "qemu-img" => State::Missing,
                    "mksquashfs" => State::Old,
                    _ => State::Usable,
                };
                ToolFinding::new(tool, state)
            })
            .collect();
        let types = examine(&findings);
        let missing = |name| {
            let found = types.iter().find(|kind| kind.name == name).unwrap();
            assert_eq!(found.possible, found.missing.is_empty());
            found.missing.clone()
        };
        assert_eq!(missing("format qcow2"), ["qemu-img"]);
        assert_eq!(missing("squashfs"), ["mksquashfs"]);
        assert_eq!(missing("ext4"), [""; 0]);
        assert_eq!(missing("oci"), [""; 0]);
    }
}
