//! What is wrong with one description: reading, schema, and all checks for all builds it offers.

use std::collections::HashMap;
use std::path::Path;

use kiwi_description::diagnostic::{Code, Diagnostic, Diagnostics, Severity, codes};
use kiwi_description::model::values::DescriptionType;
use kiwi_description::span::Span;
use kiwi_plan::host_facts::RuntimeSettings;
use kiwi_plan::resolve::{Scope, Variant, variants};
use kiwi_plan::{Input, Selection, examine};

use super::find::File;
use super::{Checked, Finding};
use crate::cli::GlobalOptions;
use crate::facts::{self, Surroundings};
use crate::places;

/// What only says that this host is not the one to build on: worth a note, but no mistake of the description.
const ABOUT_THIS_HOST: [Code; 2] = [
    codes::selection::ONLY_IN_BUILD_SERVICE,
    codes::checks::BOOT_DESCRIPTION_NOT_INSTALLED,
];

/// Examines a description; `None` for a file that only has the name of one.
pub(super) fn description(
    file: &File,
    globals: &GlobalOptions,
    settings: &RuntimeSettings,
) -> Option<Checked> {
    let directory = file.path.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let mut loaded = match kiwi_description::read(directory, file.path.file_name().map(Path::new)) {
        Ok(loaded) => loaded,
        Err(failure) => {
            let foreign = failure
                .diagnostics
                .iter()
                .any(|problem| problem.code == codes::schema::WRONG_ROOT);
            if foreign && !file.named {
                return None;
            }
            let mut all = Collection::default();
            all.add(failure.diagnostics, None);
            return Some(Checked {
                file: file.path.clone(),
                sources: failure.source_map,
                builds: 0,
                findings: all.sorted(0),
            });
        }
    };
    let mut all = Collection {
        of_boot_image: *loaded.image.description.kind == DescriptionType::Boot,
        ..Collection::default()
    };
    all.add(std::mem::take(&mut loaded.diagnostics), None);
    let surroundings = Surroundings {
        prepared: false,
        shared_cache: places::shared_cache(globals.shared_cache_dir.as_deref()),
        settings: settings.clone(),
    };
    let host = match facts::gather(&loaded, &Selection::default(), surroundings) {
        Ok(host) => host,
        Err(failure) => {
            all.add(failure.problems, None);
            return Some(Checked {
                file: file.path.clone(),
                sources: loaded.source_map,
                builds: 0,
                findings: all.sorted(0),
            });
        }
    };
    let scope = Scope {
        machine: globals.target_arch.as_deref().unwrap_or(&host.machine),
        only_this_machine: globals.target_arch.is_some(),
        profiles: &globals.profile,
        build_type: globals.build_type.as_deref(),
    };
    let mut problems = Diagnostics::new();
    let builds = variants(&loaded.image, scope, &mut problems);
    all.add(problems, None);
    for build in &builds {
        let problems = examine(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &build.selection(),
            host: &host,
        });
        all.add(problems, Some(build));
    }
    if builds.is_empty() && globals.build_type.is_none() && globals.profile.is_empty() {
        all.add(no_build(loaded.image.span).into(), None);
    }
    Some(Checked {
        file: file.path.clone(),
        sources: loaded.source_map,
        builds: builds.len(),
        findings: all.sorted(builds.len()),
    })
}

fn no_build(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::selection::NO_BUILD_TYPE,
        "there is nothing to build: no `preferences` has a `type`",
    )
    .at(span)
    .help("add a `<type>` to `<preferences>`")
}

/// Findings, each once, with the builds they were found in.
#[derive(Default)]
struct Collection {
    findings: Vec<Finding>,
    /// Boot images are made with the repositories of the system image, whatever their descriptions name.
    of_boot_image: bool,
    places: HashMap<(Code, Option<Span>, Option<String>), usize>,
}

impl Collection {
    fn add(&mut self, problems: Diagnostics, build: Option<&Variant>) {
        for mut diagnostic in problems {
            let inherited =
                self.of_boot_image && diagnostic.code == codes::selection::REPOSITORY_ADDRESS;
            if inherited || ABOUT_THIS_HOST.contains(&diagnostic.code) {
                diagnostic.severity = Severity::Note;
            }
            // What comes with a later version is no mistake.
            if diagnostic.code == codes::selection::NOT_YET {
                continue;
            }
            let span = diagnostic.primary.as_ref().map(|label| label.span);
            // Without a place, and for places as large as the description, the words tell findings apart.
            let about_file = [
                codes::checks::SCRIPT_NOT_CALLED,
                codes::checks::SCRIPT_NOT_EXECUTABLE,
            ];
            let whole = span.is_none() || about_file.contains(&diagnostic.code);
            let words = whole.then(|| diagnostic.message.clone());
            let key = (diagnostic.code, span, words);
            let at = *self.places.entry(key).or_insert_with(|| {
                self.findings.push(Finding {
                    diagnostic: diagnostic.clone(),
                    builds: Vec::new(),
                });
                self.findings.len() - 1
            });
            let finding = &mut self.findings[at];
            if diagnostic.severity < finding.diagnostic.severity {
                finding.diagnostic = diagnostic;
            }
            finding.builds.extend(build.map(name));
        }
    }

    /// Sorts by place; builds are named only when there are others without the finding.
    fn sorted(mut self, builds: usize) -> Vec<Finding> {
        self.findings
            .sort_by_key(|finding| finding.diagnostic.primary.as_ref().map(|it| it.span));
        for finding in &mut self.findings {
            finding.builds.dedup();
            if finding.builds.len() == builds {
                finding.builds.clear();
            }
        }
        self.findings
    }
}

/// A build as people name it.
fn name(build: &Variant) -> String {
    let with = match build.profiles.as_slice() {
        [] => "no profile".to_owned(),
        [one] => format!("profile `{one}`"),
        all => format!("profiles `{}`", all.join("`, `")),
    };
    format!(
        "type `{}` with {with} on {}",
        build.build_type, build.machine
    )
}
