//! The findings for people.

use std::fmt::Write;

use super::Findings;
use super::machine::Kvm;
use super::namespaces::Namespaces;
use super::tools::{State, ToolFinding};
use crate::output::amounts;

const GOOD: &str = "ok ";
const BAD: &str = "no ";
const OLD: &str = "old";

/// Writes the whole report.
pub(super) fn render(findings: &Findings) -> String {
    let mut out = String::new();
    head(&mut out, findings);
    namespaces(&mut out, &findings.namespaces);
    image_types(&mut out, findings);
    tools(&mut out, &findings.tools);
    machine(&mut out, findings);
    advice(&mut out, findings);
    out
}

fn head(out: &mut String, findings: &Findings) {
    let machine = &findings.machine;
    let distribution = machine.distribution.as_deref().unwrap_or("unknown Linux");
    let _ = writeln!(
        out,
        "kiwi-rs {} on {distribution} ({}, {} processors)",
        findings.version, machine.architecture, machine.processors
    );
}

fn namespaces(out: &mut String, found: &Namespaces) {
    let _ = writeln!(out, "\nBuilding as user `{}`", found.user);
    if found.possible && found.root {
        let _ = writeln!(out, "  {GOOD}  as root, in namespaces of its own");
    } else if found.possible {
        let _ = writeln!(out, "  {GOOD}  without root, in a user namespace");
    }
    if !found.root {
        let enough = found.subordinate_users.min(found.subordinate_groups) >= 65535;
        let _ = writeln!(
            out,
            "  {}  subordinate ids: {} users, {} groups",
            if enough { GOOD } else { BAD },
            found.subordinate_users,
            found.subordinate_groups
        );
    }
    for problem in &found.problems {
        let _ = writeln!(out, "  {BAD}  {}", problem.message);
        let _ = writeln!(out, "       mend: {}", problem.mend);
    }
}

fn image_types(out: &mut String, findings: &Findings) {
    let _ = writeln!(out, "\nWhat can be built");
    let width = findings
        .image_types
        .iter()
        .map(|kind| kind.name.len())
        .max()
        .unwrap_or(0);
    for kind in &findings.image_types {
        if kind.possible {
            let _ = writeln!(out, "  {GOOD}  {}", kind.name);
        } else {
            let missing = kind.missing.join(", ");
            let _ = writeln!(out, "  {BAD}  {:<width$}  needs {missing}", kind.name);
        }
    }
}

fn tools(out: &mut String, tools: &[ToolFinding]) {
    let _ = writeln!(out, "\nPrograms");
    let name_width = tools.iter().map(|it| it.tool.name.len()).max().unwrap_or(0);
    for finding in tools {
        let mark = match finding.state {
            State::Usable => GOOD,
            State::Old => OLD,
            State::Missing => BAD,
        };
        let version = match (&finding.version, finding.state) {
            (Some(version), State::Old) => {
                let minimum = finding.tool.minimum.unwrap_or_default();
                format!("{version} < {minimum}")
            }
            (Some(version), _) => version.clone(),
            (None, _) => "-".into(),
        };
        let _ = writeln!(
            out,
            "  {mark}  {:<name_width$}  {version:<14}  {}",
            finding.tool.name, finding.tool.purpose
        );
    }
}

fn machine(out: &mut String, findings: &Findings) {
    let machine = &findings.machine;
    let _ = writeln!(out, "\nMachine");
    let (mark, text) = match machine.kvm {
        Kvm::Usable => (GOOD, "/dev/kvm: images can be tried out at full speed"),
        Kvm::NoPermission => (
            BAD,
            "/dev/kvm is not for this user: add the user to the group `kvm` to try out images at full speed",
        ),
        Kvm::Absent => (
            BAD,
            "no /dev/kvm: images can be tried out, but the processor is emulated",
        ),
    };
    let _ = writeln!(out, "  {mark}  {text}");
    for space in &machine.space {
        let _ = writeln!(
            out,
            "       {} free in {} ({})",
            amounts::bytes(space.free_bytes),
            space.path.display(),
            space.purpose
        );
    }
}

fn advice(out: &mut String, findings: &Findings) {
    match findings.install.as_slice() {
        [] => {
            let _ = writeln!(out, "\nNothing is missing.");
        }
        [one] => {
            let _ = writeln!(out, "\nTo get what is missing, as root\n  {}", one.command);
        }
        several => {
            let _ = writeln!(out, "\nTo get what is missing, as root");
            for one in several {
                let _ = writeln!(out, "  {:<7} {}", one.family, one.command);
            }
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes them when it updates a snapshot"
)]
mod tests {
    use super::super::machine::{Machine, Space};
    use super::super::namespaces::Problem;
    use super::super::{Install, image_types};
    use super::*;

    #[test]
    fn whole_report() {
        let tool = |name, version: Option<&str>, state| ToolFinding {
            version: version.map(str::to_owned),
            ..ToolFinding::new(kiwi_host::tools::tool(name).unwrap(), state)
        };
        let tools = vec![
            tool("mke2fs", Some("1.47.0"), State::Usable),
            tool("mksquashfs", Some("4.1"), State::Old),
            tool("qemu-img", None, State::Missing),
        ];
        let findings = Findings {
            version: "1.0",
            machine: Machine {
                architecture: "x86_64".into(),
                distribution: Some("Debian 12".into()),
                processors: 4,
                kvm: Kvm::Absent,
                space: vec![Space {
                    purpose: "cache of packages",
                    path: "/var/cache".into(),
                    free_bytes: 5 << 30,
                }],
            },
            namespaces: Namespaces {
                possible: true,
                user: "me".into(),
                root: false,
                subordinate_users: 0,
                subordinate_groups: 0,
                problems: vec![Problem {
                    message: "user `me` has no subordinate ids".into(),
                    mend: "as root: `usermod ..`".into(),
                }],
            },
            image_types: image_types::examine(&tools)
                .into_iter()
                .filter(|kind| ["ext4", "squashfs", "format qcow2"].contains(&kind.name))
                .collect(),
            tools,
            install: vec![Install {
                family: "Debian",
                command: "apt-get install qemu-utils squashfs-tools".into(),
            }],
        };
        snapbox::assert_data_eq!(
            render(&findings),
            snapbox::str![[r#"
kiwi-rs 1.0 on Debian 12 (x86_64, 4 processors)

Building as user `me`
  ok   without root, in a user namespace
  no   subordinate ids: 0 users, 0 groups
  no   user `me` has no subordinate ids
       mend: as root: `usermod ..`

What can be built
  ok   ext4
  no   squashfs      needs mksquashfs
  no   format qcow2  needs qemu-img

Programs
  ok   mke2fs      1.47.0          ext2, ext3 and ext4 from a directory
  old  mksquashfs  4.1 < 4.4       squashfs from a directory
  no   qemu-img    -               disk formats of virtual machines

Machine
  no   no /dev/kvm: images can be tried out, but the processor is emulated
       5.0 GiB free in /var/cache (cache of packages)

To get what is missing, as root
  apt-get install qemu-utils squashfs-tools

"#]]
        );
    }
}
