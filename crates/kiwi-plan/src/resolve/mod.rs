//! From a description, a command line and a host to facts, and from facts to the plan.
//!
//! [`resolve_facts`] finds out what a build is about, for every type the schema knows. [`resolve`] goes on to the plan, for
//! the types this version builds. Both report everything they find, not only the first mistake.

mod addresses;
mod choice;
mod environment;
mod facts;
mod files;
mod location;
mod mentioned;
mod packages;
mod preferences;
mod repositories;
mod root;
mod settings;
mod system;
mod variants;
mod volumes;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, Severity, codes};
use kiwi_description::model::ImageDescription;
use kiwi_description::span::SourceMap;

use crate::host_facts::HostFacts;
use crate::ids::{self, Ids};
use crate::plan::disk::PartitionRole;
use crate::plan::image::ImagePlan;
use crate::plan::root::RootPlan;
use crate::plan::{BuildPlan, ProfileValue, Reproducibility};
use crate::selection::Selection;
use crate::{checks, image, requirements};

pub use choice::{Binding, Choice, choose};
pub use facts::Facts;
pub use location::{
    Address, AddressError, anchored, is_public, translate, translate_for_build, translate_key,
    without_access_data, without_password,
};
pub use mentioned::{mentioned_paths, passphrase_file};
pub use packages::PackageRules;
pub use preferences::PreferenceValues;
pub use repositories::SelectedRepository;
pub use variants::{Scope, Variant, variants};
pub(crate) use volumes::group as volume_group;
pub use volumes::{Volume, VolumeManager, manager as volume_manager};

/// Size of swap space when none is written, in MiB.
pub(crate) const DEFAULT_SWAP_MIB: u64 = 128;
/// First sector of the first partition when none is written.
pub(crate) const DEFAULT_START_SECTOR: u64 = 2048;

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The description, with `--set-type-attr` applied.
    pub description: &'a ImageDescription,
    /// Its texts.
    pub sources: &'a SourceMap,
    /// The command line.
    pub selection: &'a Selection,
    /// The host.
    pub host: &'a HostFacts,
}

/// A plan and what should be said about it.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The plan.
    pub plan: BuildPlan,
    /// Warnings, sorted by place.
    pub warnings: Diagnostics,
}

/// Finds out what a build is about.
///
/// # Errors
/// Profiles or a build type that are not there.
pub fn resolve_facts<'a>(input: &Input<'a>) -> Result<Facts<'a>, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let choice = choose(
        input.description,
        input.selection,
        &input.host.machine,
        &mut diagnostics,
    );
    match choice {
        Some(choice) => Ok(Facts::new(input, choice)),
        None => Err(diagnostics.sorted()),
    }
}

/// Finds everything that is to say about a build, without making its plan: what [`resolve`] would report.
pub fn examine(input: &Input<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let choice = choose(
        input.description,
        input.selection,
        &input.host.machine,
        &mut diagnostics,
    );
    if let Some(choice) = choice {
        look_and_draft(&Facts::new(input, choice), &mut diagnostics);
    }
    diagnostics.sorted()
}

/// Returns what should be said about the choice of profiles and build type alone; [`resolve`] says it with everything else.
pub fn choice_warnings(input: &Input<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    choose(
        input.description,
        input.selection,
        &input.host.machine,
        &mut diagnostics,
    );
    diagnostics.sorted()
}

/// Makes the plan of a build.
///
/// # Errors
/// Everything that is wrong, warnings included, sorted by place.
pub fn resolve(input: &Input<'_>) -> Result<Resolved, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let choice = choose(
        input.description,
        input.selection,
        &input.host.machine,
        &mut diagnostics,
    );
    let Some(choice) = choice else {
        return Err(diagnostics.sorted());
    };
    let facts = Facts::new(input, choice);
    let draft = look_and_draft(&facts, &mut diagnostics);
    match draft {
        Some(draft) if !diagnostics.has_errors() => Ok(Resolved {
            plan: with_identifiers(&facts, draft),
            warnings: diagnostics.sorted(),
        }),
        _ => Err(diagnostics.sorted()),
    }
}

/// Makes the plan of a build to look at, also of one that this version cannot carry out.
///
/// What is not there yet becomes a warning, and stands in the plan as [`ImagePlan::Later`].
///
/// # Errors
/// Everything that is wrong with the description, warnings included, sorted by place.
pub fn outline(input: &Input<'_>) -> Result<Resolved, Diagnostics> {
    let problems = match resolve(input) {
        Ok(resolved) => return Ok(resolved),
        Err(problems) => problems,
    };
    let is_later = |problem: &Diagnostic| problem.code == codes::selection::NOT_YET;
    if problems.iter().any(|it| it.is_error() && !is_later(it)) {
        return Err(problems);
    }
    let facts = resolve_facts(input)?;
    // Its problems are known from above.
    let root = root::plan(&facts, &mut Diagnostics::new());
    let image = ImagePlan::Later(image::later::plan(&facts));
    let mut warnings = Diagnostics::new();
    for mut problem in problems {
        if is_later(&problem) {
            problem.severity = Severity::Warning;
        }
        warnings.push(problem);
    }
    Ok(Resolved {
        plan: assemble(&facts, root, image),
        warnings,
    })
}

/// Runs all checks and makes the plan without identifiers.
fn look_and_draft(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Option<BuildPlan> {
    checks::run(facts, diagnostics);
    facts.package_rules().warn(diagnostics);
    image::report_not_yet(facts, diagnostics);
    draft(facts, &Ids::blank(), diagnostics)
}

/// Makes the plan with given identifiers; its reproducibility is filled by [`with_identifiers`].
fn draft(facts: &Facts<'_>, ids: &Ids, diagnostics: &mut Diagnostics) -> Option<BuildPlan> {
    let root = root::plan(facts, diagnostics);
    let image = image::plan(facts, ids, diagnostics)?;
    Some(assemble(facts, root, image))
}

/// Puts the parts of a plan together; its seed is filled by [`with_identifiers`].
fn assemble(facts: &Facts<'_>, root: RootPlan, image: ImagePlan) -> BuildPlan {
    let requirements = requirements::list(facts, &root, &image);
    BuildPlan {
        identity: facts.identity.clone(),
        environment: environment_with_disk(facts, &image),
        root,
        image,
        requirements,
        reproducibility: Reproducibility {
            source_date_epoch: facts.host.source_date_epoch,
            timestamp: facts.host.source_date_epoch.unwrap_or(facts.host.now),
            seed: String::new(),
        },
        settings: settings::plan(facts.host),
    }
}

/// Computes the seed from a plan without identifiers, and makes the plan again with those of the seed.
fn with_identifiers(facts: &Facts<'_>, draft_plan: BuildPlan) -> BuildPlan {
    let seed = match facts.host.source_date_epoch {
        None => ids::random_seed(facts.host.random_seed),
        Some(epoch) => {
            let content = serde_json::to_value(&draft_plan).expect("a plan has text keys only");
            let directory = facts.host.description.path.to_string_lossy();
            ids::reproducible_seed(content, &directory, epoch)
        }
    };
    // The same rules ran before, with nothing to report that was not reported then.
    let mut repeated = Diagnostics::new();
    let mut plan = draft(facts, &Ids::from_seed(&seed), &mut repeated).unwrap_or(draft_plan);
    plan.reproducibility.seed = seed;
    debug_assert!(
        repeated.count(Severity::Error) == 0,
        "the draft had no errors"
    );
    plan
}

/// The variables of the facts, and the one that needs the disk.
fn environment_with_disk(
    facts: &Facts<'_>,
    image: &ImagePlan,
) -> std::collections::BTreeMap<String, ProfileValue> {
    let mut environment = facts.environment.clone();
    if let ImagePlan::Disk(disk) = image {
        let root = disk.partition(PartitionRole::Root);
        if let Some(root) = root {
            let uuid = crate::disk::naming::partition_uuid(disk.table, disk.mbr_id, root);
            environment.insert("kiwi_rootpartuuid".to_owned(), ProfileValue::Text(uuid));
        }
    }
    environment
}

#[cfg(test)]
mod tests;
