//! From a directory and arguments to a plan: reading, looking around, resolving.

use std::path::Path;

use kiwi_description::Loaded;
use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::span::SourceMap;
use kiwi_plan::plan::BuildPlan;
use kiwi_plan::selection::apply_type_attributes;
use kiwi_plan::{HostFacts, Input, Resolved, Selection, outline, resolve, resolve_facts};

use crate::cli::GlobalOptions;
use crate::exit_code::Exit;
use crate::facts::{self, Surroundings};
use crate::failure::Failure;
use crate::{places, runtime_config, stored};

/// A description that was read, and everything that was found out for it.
#[derive(Debug)]
pub struct Draft {
    /// The description.
    pub loaded: Loaded,
    /// The arguments.
    pub selection: Selection,
    /// The machine and the moment.
    pub host: HostFacts,
    /// Warnings so far, and notes.
    pub warnings: Diagnostics,
}

/// A plan and what should be said about it.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: BuildPlan,
    /// The description after upgrade and changes, as XML.
    pub description_xml: String,
    /// Warnings and notes, sorted by place.
    pub warnings: Diagnostics,
    /// The texts they point into.
    pub sources: SourceMap,
}

/// Reads a description and gathers the facts for it.
///
/// `prepared` says that `directory` is a root tree with a description in it.
///
/// # Errors
/// Everything that is wrong with the description, the arguments or the runtime configuration.
pub fn draft(
    globals: &GlobalOptions,
    directory: &Path,
    mut selection: Selection,
    prepared: bool,
) -> Result<Draft, Box<Failure>> {
    let mut loaded =
        kiwi_description::read(directory, globals.kiwi_file.as_deref()).map_err(Failure::from)?;
    selection.locate(&mut loaded.source_map);
    let machine = places::machine();
    if let Err(problems) = apply_type_attributes(&mut loaded, &selection, &machine) {
        return Err(Failure::new(Exit::Invalid, problems, loaded.source_map).into());
    }
    let mut problems = std::mem::take(&mut loaded.diagnostics);
    let configuration = runtime_config::Places::of_host(globals.config.clone());
    let settings = runtime_config::read(&configuration, &mut loaded.source_map, &mut problems);
    if problems.has_errors() {
        return Err(Failure::new(Exit::Invalid, problems.sorted(), loaded.source_map).into());
    }
    let surroundings = Surroundings {
        prepared,
        shared_cache: places::shared_cache(globals.shared_cache_dir.as_deref()),
        settings,
    };
    let host = facts::gather(&loaded, &selection, surroundings)?;
    Ok(Draft {
        loaded,
        selection,
        host,
        warnings: problems,
    })
}

impl Draft {
    /// Returns the draft as the plan takes it.
    pub fn input(&self) -> Input<'_> {
        Input {
            description: &self.loaded.image,
            sources: &self.loaded.source_map,
            selection: &self.selection,
            host: &self.host,
        }
    }

    /// Makes the plan.
    ///
    /// # Errors
    /// Everything that is wrong, warnings included.
    pub fn resolve(self) -> Result<Planned, Box<Failure>> {
        self.plan_by(resolve)
    }

    /// Makes the plan to look at, also where this version cannot carry it out.
    ///
    /// # Errors
    /// Everything that is wrong, warnings included.
    pub fn outline(self) -> Result<Planned, Box<Failure>> {
        self.plan_by(outline)
    }

    fn plan_by(
        mut self,
        plan: impl Fn(&Input<'_>) -> Result<Resolved, Diagnostics>,
    ) -> Result<Planned, Box<Failure>> {
        let description_xml = resolve_facts(&self.input())
            .map(|facts| stored::description_xml(&self.loaded.root, &facts))
            .unwrap_or_default();
        let resolved = match plan(&self.input()) {
            Ok(resolved) => resolved,
            Err(problems) => {
                self.warnings.extend(problems);
                let all = self.warnings.sorted();
                return Err(Failure::new(Exit::Invalid, all, self.loaded.source_map).into());
            }
        };
        self.warnings.extend(resolved.warnings);
        Ok(Planned {
            plan: resolved.plan,
            description_xml,
            warnings: self.warnings.sorted(),
            sources: self.loaded.source_map,
        })
    }
}
