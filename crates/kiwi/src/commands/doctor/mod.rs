//! `doctor`: what this machine can build, and what to install for the rest.

mod image_types;
mod machine;
mod namespaces;
mod text;
mod tools;

use kiwi_host::tools::Family;
use serde::Serialize;

use super::Outcome;
use crate::cli::{Distribution, DoctorOptions, ReportFormat};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::print;
use image_types::ImageType;
use machine::Machine;
use namespaces::Namespaces;
use tools::ToolFinding;

/// Everything the doctor finds.
#[derive(Debug, Serialize)]
struct Findings {
    /// Version of this program.
    version: &'static str,
    machine: Machine,
    namespaces: Namespaces,
    image_types: Vec<ImageType>,
    tools: Vec<ToolFinding>,
    /// Commands that install what is missing: for this distribution, or for each known one.
    install: Vec<Install>,
}

/// How to install what is missing on one family of distributions.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Install {
    family: &'static str,
    command: String,
}

/// Runs the command.
pub(super) fn run(options: &DoctorOptions) -> Outcome {
    let findings = examine(options.distribution.map(family))?;
    match options.format {
        ReportFormat::Text => print::stdout(&text::render(&findings)),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&findings).expect("all keys are texts");
            print::stdout(&format!("{json}\n"));
        }
    }
    Ok(if findings.namespaces.possible {
        Exit::Done
    } else {
        Exit::Host
    })
}

fn examine(family: Option<Family>) -> Result<Findings, Box<Failure>> {
    let tools = tools::examine()?;
    Ok(Findings {
        version: env!("CARGO_PKG_VERSION"),
        machine: machine::examine(),
        namespaces: namespaces::examine()?,
        image_types: image_types::examine(&tools),
        install: install(&tools, family.or_else(Family::of_host)),
        tools,
    })
}

fn install(tools: &[ToolFinding], family: Option<Family>) -> Vec<Install> {
    let families = family.map_or_else(|| Family::ALL.to_vec(), |family| vec![family]);
    families
        .into_iter()
        .filter_map(|family| {
            let mut packages: Vec<&str> = tools
                .iter()
                .filter(|finding| !finding.usable())
                .filter_map(|finding| finding.tool.package(family))
                .collect();
            packages.sort_unstable();
            packages.dedup();
            (!packages.is_empty()).then(|| Install {
                family: family.name(),
                command: format!("{} {}", family.install_command(), packages.join(" ")),
            })
        })
        .collect()
}

fn family(distribution: Distribution) -> Family {
    match distribution {
        Distribution::Debian => Family::Debian,
        Distribution::Suse => Family::Suse,
        Distribution::Fedora => Family::Fedora,
        Distribution::Arch => Family::Arch,
        Distribution::Alpine => Family::Alpine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tools::State;

    fn finding(name: &str, state: State) -> ToolFinding {
        ToolFinding::new(kiwi_host::tools::tool(name).unwrap(), state)
    }

    #[test]
    fn one_command_installs_everything() {
        let tools = [
            finding("mke2fs", State::Missing),
            finding("e2fsck", State::Missing),
            finding("qemu-img", State::Old),
            finding("tar", State::Usable),
        ];
        for (family, command) in [
            (Family::Debian, "apt-get install e2fsprogs qemu-utils"),
            (Family::Suse, "zypper install e2fsprogs qemu-img"),
            (Family::Fedora, "dnf install e2fsprogs qemu-img"),
        ] {
            let all = install(&tools, Some(family));
            assert_eq!(all.len(), 1);
            assert_eq!(all[0].command, command);
        }
        assert_eq!(install(&tools, None).len(), Family::ALL.len());
        assert_eq!(install(&tools[3..], None), []);
    }
}
