//! apt and dpkg.
//!
//! The host's apt reads the repositories, works out the packages and fetches them, with a
//! configuration of its own ([`configuration`], [`sources`], [`host_sources`], [`keys`]). The tree's
//! dpkg installs them in the order that apt's simulation gives ([`solve`], [`dpkg`]). In between a
//! pool of threads takes off the compression ([`expand`], [`pool`]), which is most of dpkg's work.
//!
//! All packages of all phases are fetched before the first one is unpacked.

mod configuration;
pub(crate) mod database;
mod dpkg;
mod expand;
mod failure;
mod fetch;
mod host_sources;
mod keys;
mod lock;
mod merged_usr;
mod pool;
mod remove;
mod repositories;
mod solve;
mod sources;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;
use kiwi_host::command::Cmd;
use kiwi_plan::plan::packages::Request;
use rayon::prelude::*;

use self::configuration::{Workspace, debian_architecture};
use self::dpkg::Dpkg;
use self::pool::Pool;
use self::solve::{Package, Solver, Step};
use super::{PackageError, PackageManager};
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::root::times;

/// The packages every Debian system has, as apt's patterns name them (apt-patterns(7)).
const ESSENTIAL: &str = "?essential";

/// apt for one build.
pub struct Apt<'a> {
    context: BuildContext<'a>,
    workspace: Option<Workspace>,
    /// Steps of the bootstrap phase.
    bootstrap: Vec<Package>,
    pool: Option<Pool>,
}

impl<'a> Apt<'a> {
    /// apt for the build of `context`; nothing happens yet.
    pub fn new(context: BuildContext<'a>) -> Self {
        Self {
            context,
            workspace: None,
            bootstrap: Vec::new(),
            pool: None,
        }
    }

    fn workspace(&self) -> &Workspace {
        self.workspace
            .as_ref()
            .expect("configure comes before everything else")
    }

    /// Solves against what is installed in the tree.
    fn with_tree<T>(
        &self,
        work: impl FnOnce(&Solver<'_>) -> Result<T, BuildError>,
    ) -> Result<T, BuildError> {
        let status = self.status_file();
        let states = self.extended_states_file();
        work(&Solver {
            workspace: self.workspace(),
            runner: self.context.runner,
            status: &status,
            extended_states: Some(&states),
        })
    }

    /// Solves against an empty tree.
    fn with_nothing<T>(
        &self,
        work: impl FnOnce(&Solver<'_>) -> Result<T, BuildError>,
    ) -> Result<T, BuildError> {
        let status = self.workspace().empty_status();
        work(&Solver {
            workspace: self.workspace(),
            runner: self.context.runner,
            status: &status,
            extended_states: None,
        })
    }

    fn status_file(&self) -> PathBuf {
        self.context.in_root("var/lib/dpkg/status")
    }

    fn extended_states_file(&self) -> PathBuf {
        self.context.in_root("var/lib/apt/extended_states")
    }

    fn expanded(&self) -> PathBuf {
        self.context.places.scratch.join("packages")
    }

    fn dpkg(&self) -> Dpkg<'a> {
        Dpkg::new(
            self.context,
            &self.expanded(),
            &self.workspace().directory.join("policy-rc.d"),
        )
    }

    /// The bootstrap phase's request: essential packages and what was asked for.
    fn bootstrap_names(&self) -> Option<Vec<String>> {
        let phase = self.context.plan.root.packages.bootstrap.as_ref()?;
        let mut names = vec![ESSENTIAL.to_owned()];
        names.extend(phase.packages.iter().map(|request| request.name.clone()));
        Some(names)
    }

    fn image_names(&self) -> Vec<String> {
        names(&self.context.plan.root.packages.image.packages)
    }

    /// Makes sure that somebody expands `files`: the pool, or a new one where it does not know them.
    fn expand(&mut self, files: &[String]) -> Result<(), BuildError> {
        let known = |name: &String| self.pool.as_ref().is_some_and(|pool| pool.contains(name));
        if !files.iter().all(known) {
            self.pool = Some(self.start_pool(files.to_vec())?);
        }
        Ok(())
    }

    /// Waits until a package is expanded.
    fn wait_for(&self, name: &str) -> Result<(), BuildError> {
        let Some(pool) = &self.pool else {
            return Ok(());
        };
        pool.wait(name).map_err(|error| {
            PackageError::Damaged {
                file: name.to_owned(),
                reason: error.to_string(),
            }
            .into()
        })
    }

    fn start_pool(&self, queue: Vec<String>) -> Result<Pool, BuildError> {
        let directory = self.expanded();
        fs::create_dir_all(&directory).at("create", &directory)?;
        Ok(Pool::start(
            queue,
            &self.workspace().archives,
            &directory,
            self.context.processors,
        ))
    }

    fn release(&self, files: &[String]) {
        if let Some(pool) = &self.pool {
            for name in files {
                pool.release(name);
            }
        }
    }

    /// Installs packages into a tree that has dpkg.
    fn install_names(&mut self, names: &[String]) -> Result<(), BuildError> {
        let steps = self.with_tree(|solver| {
            let files = solver.files(names)?;
            fetch::missing(&self.context, self.workspace(), solver, names, &files)?;
            solver.simulate(&["install"], names)
        })?;
        self.carry_out(&steps)
    }

    /// Hands dpkg apt's steps, as many as possible at a time.
    fn carry_out(&mut self, steps: &[Step]) -> Result<(), BuildError> {
        let mut rest = steps;
        while let Some(first) = rest.first() {
            let same = rest
                .iter()
                .take_while(|step| std::mem::discriminant(*step) == std::mem::discriminant(first))
                .count();
            let (batch, after) = rest.split_at(same);
            match first {
                Step::Unpack(_) => {
                    let files: Vec<String> = batch.iter().filter_map(file_name).collect();
                    self.expand(&files)?;
                    files.iter().try_for_each(|name| self.wait_for(name))?;
                    self.dpkg().unpack(&files)?;
                    self.release(&files);
                }
                Step::Configure(_) => self.dpkg().configure(&step_names(batch))?,
                Step::Remove(_) => self.dpkg().remove(&step_names(batch))?,
            }
            rest = after;
        }
        if steps.is_empty() {
            return Ok(());
        }
        self.dpkg().configure_pending()
    }

    /// Extracts the bootstrap packages, so that there is a dpkg that can install them.
    fn extract(&self, files: &[String]) -> Result<(), BuildError> {
        let root = self.context.root();
        let directory = self.expanded();
        files.par_iter().try_for_each(|name| {
            self.wait_for(name)?;
            let command = Cmd::new("dpkg-deb")
                .label("bootstrap")
                .arg("--extract")
                .arg(directory.join(name))
                .arg(root);
            self.context
                .runner
                .run(&command)
                .map(drop)
                .map_err(|error| failure::tool("extracting packages", error))
        })
    }

    /// Records which packages nobody asked for by name.
    fn mark_dependencies(&self, requested: &[String]) -> Result<(), BuildError> {
        let path = self.extended_states_file();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).at("create", parent)?;
        }
        let requested: BTreeSet<String> = requested
            .iter()
            .map(|name| bare_name(name).to_owned())
            .collect();
        let installed = database::read(self.context.root())?;
        fs::write(&path, database::extended_states(&installed, &requested)).at("write", &path)
    }

    fn requested_names(&self) -> Vec<String> {
        let packages = &self.context.plan.root.packages;
        let bootstrap = packages.bootstrap.iter().flat_map(|phase| &phase.packages);
        bootstrap
            .chain(&packages.image.packages)
            .chain(&packages.added)
            .map(|request| request.name.clone())
            .collect()
    }
}

impl PackageManager for Apt<'_> {
    fn configure(&mut self) -> Result<(), BuildError> {
        let mut workspace = Workspace::create(&self.context)?;
        let policy = workspace.directory.join("policy-rc.d");
        fs::write(&policy, "#!/bin/sh\nexit 101\n").at("write", &policy)?;
        make_executable(&policy)?;
        repositories::write_for_build(&self.context, &mut workspace)?;
        fetch::metadata(&self.context, &workspace)?;
        self.workspace = Some(workspace);
        Ok(())
    }

    fn download(&mut self) -> Result<(), BuildError> {
        let Some(bootstrap) = self.bootstrap_names() else {
            return fetch::check_names(&self.context, self.workspace());
        };
        let mut all = bootstrap.clone();
        all.extend(self.image_names());
        // apt works on one processor, so its answers are asked for side by side.
        let (known, (files, (first, whole))) = self.with_nothing(|solver| {
            Ok(rayon::join(
                || fetch::check_names(&self.context, self.workspace()),
                || {
                    rayon::join(
                        || solver.files(&all),
                        || {
                            rayon::join(
                                || solver.simulate(&["install"], &bootstrap),
                                || solver.simulate(&["install"], &all),
                            )
                        },
                    )
                },
            ))
        })?;
        known?;
        let (files, first, whole) = (files?, first?, whole?);
        self.with_nothing(|solver| {
            fetch::missing(&self.context, self.workspace(), solver, &all, &files)
        })?;
        self.bootstrap = first.into_iter().filter_map(unpacked).collect();
        let mut queue: Vec<String> = self.bootstrap.iter().map(Package::file_name).collect();
        queue.extend(whole.iter().filter_map(file_name));
        let mut seen = BTreeSet::new();
        queue.retain(|name| seen.insert(name.clone()));
        self.pool = Some(self.start_pool(queue)?);
        Ok(())
    }

    fn bootstrap(&mut self) -> Result<(), BuildError> {
        let root = self.context.root().to_path_buf();
        let packages = std::mem::take(&mut self.bootstrap);
        let files: Vec<String> = packages.iter().map(Package::file_name).collect();
        let architecture = debian_architecture(&self.context.plan.identity.architecture);
        merged_usr::prepare(&root, &packages, architecture)?;
        self.expand(&files)?;
        self.extract(&files)?;
        let now = self.context.plan.reproducibility.timestamp;
        times::set_directories(&root, now)?;
        for name in ["status", "available"] {
            let path = root.join("var/lib/dpkg").join(name);
            if !path.exists() {
                fs::write(&path, "").at("write", &path)?;
            }
        }
        self.dpkg().install(&files)?;
        self.release(&files);
        let requested = self.requested_names();
        self.mark_dependencies(&requested)
    }

    fn install(&mut self) -> Result<(), BuildError> {
        let names = self.image_names();
        if names.is_empty() {
            return Ok(());
        }
        self.install_names(&names)?;
        let requested = self.requested_names();
        self.mark_dependencies(&requested)
    }

    fn install_more(&mut self, packages: &[Request]) -> Result<(), BuildError> {
        self.install_names(&names(packages))?;
        let requested = self.requested_names();
        self.mark_dependencies(&requested)
    }

    fn uninstall(&mut self, packages: &[Request]) -> Result<(), BuildError> {
        let installed = remove::installed_of(self.context.root(), packages)?;
        let steps =
            self.with_tree(|solver| solver.simulate(&["--auto-remove", "remove"], &installed))?;
        self.carry_out(&steps)
    }

    fn delete(&mut self, packages: &[Request]) -> Result<(), BuildError> {
        let installed = remove::installed_of(self.context.root(), packages)?;
        remove::drop_scripts(self.context.root(), &installed)?;
        self.dpkg().remove_by_force(&installed)
    }

    fn write_image_repositories(&mut self) -> Result<(), BuildError> {
        repositories::write_for_image(&self.context, self.workspace())
    }

    fn clean_up(&mut self) -> Result<(), BuildError> {
        self.pool = None;
        Ok(())
    }
}

fn names(requests: &[Request]) -> Vec<String> {
    requests
        .iter()
        .map(|request| request.name.clone())
        .collect()
}

fn unpacked(step: Step) -> Option<Package> {
    match step {
        Step::Unpack(package) => Some(package),
        _ => None,
    }
}

fn file_name(step: &Step) -> Option<String> {
    match step {
        Step::Unpack(package) => Some(package.file_name()),
        _ => None,
    }
}

fn step_names(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| match step {
            Step::Unpack(package) => package.name.clone(),
            Step::Configure(name) | Step::Remove(name) => name.clone(),
        })
        .collect()
}

/// A request without architecture, version and target release.
fn bare_name(request: &str) -> &str {
    request.split([':', '=', '/']).next().unwrap_or(request)
}

fn make_executable(path: &Path) -> Result<(), BuildError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).at("change", path)
}
