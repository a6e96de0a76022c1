//! The plan in words, for `kiwi-ng image plan`.
//!
//! Sections are titles at the margin with indented lines below; a section with nothing to say is left out. Nothing depends on
//! the width of a terminal, so that two plans can be compared line by line.

mod boot;
mod packages;
mod partitions;
mod results;
mod table;

use crate::plan::BuildPlan;
use crate::plan::Origin;
use crate::plan::disk::DiskPlan;
use crate::plan::image::{ImagePlan, PlannedVolume, SizeRule};
use crate::plan::repository::{Location, Repository};
use crate::plan::requirement::{Place, Requirement};
use crate::plan::root::Overlay;
use table::Table;

pub use results::result_file_names;

/// What is known about a program the plan needs.
pub type Availability<'a> = &'a dyn Fn(&Requirement) -> Option<bool>;

/// Returns the plan in words.
///
/// `is_there` says whether a program was found; `None` when that cannot be known yet, as for programs of the tree.
pub fn text(plan: &BuildPlan, is_there: Availability<'_>) -> String {
    let mut summary = Summary(String::new());
    summary.section("Image", &image(plan));
    summary.section("Profiles", &plan.identity.profiles);
    summary.section("Repositories", &repositories(plan));
    summary.section("Packages", &packages::lines(plan));
    summary.section("Root tree", &root_tree(plan));
    summary.section("Users", &users(plan));
    summary.section("Scripts", &scripts(plan));
    if let ImagePlan::Disk(disk) = &plan.image {
        summary.section("Disk", &disk_lines(disk));
        summary.section("Partitions", &partitions::lines(disk));
        summary.section("Boot", &boot::lines(disk));
    }
    if let ImagePlan::Later(image) = &plan.image {
        summary.section("Volumes", &volumes(&image.volumes));
    }
    summary.section("Results", &result_file_names(plan));
    summary.section("Programs", &programs(plan, is_there));
    summary.0
}

struct Summary(String);

impl Summary {
    fn section(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(title);
        self.0.push('\n');
        for line in lines {
            self.0.push_str("  ");
            self.0.push_str(line.trim_end());
            self.0.push('\n');
        }
    }
}

fn image(plan: &BuildPlan) -> Vec<String> {
    let identity = &plan.identity;
    let mut table = Table::new();
    let version = identity.version.as_deref().unwrap_or("without version");
    table.row(["name", &format!("{} {version}", identity.name)]);
    if let Some(display_name) = &identity.display_name {
        table.row(["title", display_name]);
    }
    table.row([
        "type",
        &format!("{} ({})", identity.build_type, family(&plan.image)),
    ]);
    table.row(["architecture", &identity.architecture]);
    table.row(["description", &identity.description_file.to_string_lossy()]);
    table.row(["package manager", plan.root.package_manager.name()]);
    let times = match plan.reproducibility.source_date_epoch {
        Some(epoch) => format!("same input, same bytes (SOURCE_DATE_EPOCH {epoch})"),
        None => {
            "identifiers are random; set SOURCE_DATE_EPOCH for the same bytes each time".to_owned()
        }
    };
    table.row(["identifiers", &times]);
    table.lines()
}

fn family(image: &ImagePlan) -> String {
    match image {
        ImagePlan::Archive(_) => "compressed tar archive".to_owned(),
        ImagePlan::FileSystem(plan) => format!("{} file system", plan.filesystem.kind.fstab_name()),
        ImagePlan::Container(plan) => format!("container {}:{}", plan.name, plan.tag),
        ImagePlan::Disk(plan) => match &plan.format {
            Some(format) => format!("disk, converted to {}", format.name),
            None => "disk".to_owned(),
        },
        ImagePlan::Later(_) => "not made by this version yet".to_owned(),
    }
}

fn repositories(plan: &BuildPlan) -> Vec<String> {
    let mut table = Table::new();
    for repository in &plan.root.repositories {
        let location = match &repository.location {
            Location::Remote { url } => url.clone(),
            Location::Local { path } => path.clone(),
            Location::Iso { path } => format!("in {path}"),
            Location::Host => "whatever this host uses".to_owned(),
        };
        let suite: Vec<&str> = repository
            .distribution
            .iter()
            .chain(&repository.components)
            .map(String::as_str)
            .collect();
        table.row([
            repository.alias.as_str(),
            &location,
            &suite.join(" "),
            &usage(repository),
        ]);
    }
    table.lines()
}

fn usage(repository: &Repository) -> String {
    let mut words = vec![
        match (repository.used_for_build, repository.used_in_image) {
            (true, true) => "for the build and in the image".to_owned(),
            (false, true) => "in the image only".to_owned(),
            (true | false, false) => "for the build".to_owned(),
        },
    ];
    if let Some(priority) = repository.priority {
        words.push(format!("priority {priority}"));
    }
    if let Some(credentials) = &repository.credentials {
        words.push(match credentials.user.as_str() {
            "" => "with a token".to_owned(),
            user => format!("as {user}"),
        });
    }
    if let Origin::Option(option) = &repository.origin {
        words.push(format!("from {option}"));
    }
    words.join(", ")
}

fn root_tree(plan: &BuildPlan) -> Vec<String> {
    let root = &plan.root;
    let mut table = Table::new();
    for overlay in &root.overlays {
        match overlay {
            Overlay::Directory { path } => table.row(["overlay", &format!("{path}/")]),
            Overlay::Archive { path } => table.row(["overlay", path]),
        }
    }
    for file in &root.files {
        table.row(["file", &format!("{} to /{}", file.path, file.target)]);
    }
    for certificate in root.certificates.iter().flat_map(|it| &it.files) {
        table.row(["certificate", certificate]);
    }
    let system = &root.system;
    for (name, value) in [
        ("language", &system.locale),
        ("keyboard", &system.keytable),
        ("time zone", &system.timezone),
    ] {
        if let Some(value) = value {
            table.row([name, value]);
        }
    }
    if root.exclude_documentation {
        table.row(["documentation", "left out"]);
    }
    table.lines()
}

fn users(plan: &BuildPlan) -> Vec<String> {
    let mut table = Table::new();
    for user in &plan.root.system.users {
        let id = user.id.map(|id| id.to_string()).unwrap_or_default();
        table.row([
            user.name.as_str(),
            &id,
            &user.groups.join(","),
            user.home.as_deref().unwrap_or_default(),
            user.shell.as_deref().unwrap_or_default(),
        ]);
    }
    table.lines()
}

fn scripts(plan: &BuildPlan) -> Vec<String> {
    let mut table = Table::new();
    for script in &plan.root.scripts {
        table.row([script.hook.file_name(), &script.path]);
    }
    table.lines()
}

fn disk_lines(disk: &DiskPlan) -> Vec<String> {
    let mut table = Table::new();
    table.row(["firmware", &disk.firmware]);
    table.row(["sectors", &format!("{} bytes", disk.sector_size)]);
    let size = match disk.size {
        SizeRule::Computed => "what the tree needs".to_owned(),
        SizeRule::Absolute { mib } => format!("{mib} MiB"),
        SizeRule::Additive { mib } => format!("what the tree needs and {mib} MiB"),
    };
    let size = match &disk.size_origin {
        Some(origin) => format!("{size} ({origin})"),
        None => size,
    };
    table.row(["size", &size]);
    if disk.unpartitioned_mib > 0 {
        table.row([
            "unpartitioned",
            &format!("{} MiB at the end", disk.unpartitioned_mib),
        ]);
    }
    table.lines()
}

fn volumes(volumes: &[PlannedVolume]) -> Vec<String> {
    let mut table = Table::new();
    for volume in volumes {
        table.row([
            volume.name.as_str(),
            volume.mountpoint.as_deref().unwrap_or("swap"),
            volume.size.as_deref().unwrap_or("the rest"),
            volume.label.as_deref().unwrap_or_default(),
        ]);
    }
    table.lines()
}

fn programs(plan: &BuildPlan, is_there: Availability<'_>) -> Vec<String> {
    let mut table = Table::new();
    for requirement in &plan.requirements {
        let place = match requirement.place {
            Place::Host => "host",
            Place::Tree => "tree",
        };
        let found = match is_there(requirement) {
            Some(true) => "found",
            Some(false) => "MISSING",
            None => "",
        };
        table.row([&requirement.program, place, found, &requirement.purpose]);
    }
    table.lines()
}
