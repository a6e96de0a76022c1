//! Everything that is known about a build whatever its type: the ground the plan stands on, and what `image info` shows.

use kiwi_description::model::values::{ImageType, InitrdSystem};
use kiwi_description::model::{ImageDescription, Type};

use super::choice::Choice;
use super::packages::PackageRules;
use super::preferences::{self, PreferenceValues};
use super::repositories::{self, SelectedRepository};
use super::volumes::{self, Volume};
use super::{Input, environment};
use crate::architecture::file_name_architecture;
use crate::host_facts::HostFacts;
use crate::places::Places;
use crate::plan::packages::PackagePlan;
use crate::plan::system::SystemPlan;
use crate::plan::{Identity, root};
use crate::selection::Selection;

/// Facts of one build, for every type the schema knows, built by this version or not.
#[derive(Clone)]
pub struct Facts<'a> {
    /// The description.
    pub description: &'a ImageDescription,
    /// The command line.
    pub selection: &'a Selection,
    /// The host.
    pub host: &'a HostFacts,
    /// Machine, profiles and build type.
    pub choice: Choice<'a>,
    /// Names.
    pub identity: Identity,
    /// Merged preferences.
    pub preferences: PreferenceValues,
    /// The package manager.
    pub package_manager: root::PackageManager,
    /// Repositories, addresses as written.
    pub repositories: Vec<SelectedRepository>,
    /// Packages by phase.
    pub packages: PackagePlan,
    /// Users and what else is configured in the tree.
    pub system: SystemPlan,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Who makes the initrd.
    pub initrd_system: InitrdSystem,
    /// Variables for scripts.
    pub environment: environment::Variables,
    pub(crate) places: Places<'a>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(input: &Input<'a>, choice: Choice<'a>) -> Self {
        let places = Places::new(input.sources);
        let preferences = preferences::merge(&choice.preferences, input.selection);
        let identity = identity(input, &choice, &preferences);
        let package_manager = preferences.package_manager();
        let rules = PackageRules {
            sections: &input.description.packages,
            choice: &choice,
            selection: input.selection,
            manager: package_manager,
            host: input.host,
            places,
        };
        let packages = rules.plan();
        let mut facts = Facts {
            repositories: repositories::select(
                &input.description.repositories,
                &choice,
                input.selection,
                input.host,
                places,
            ),
            system: super::system::plan(input.description, &choice, &preferences, places),
            volumes: volumes::volumes(&choice),
            initrd_system: initrd_system(choice.kind),
            environment: environment::Variables::new(),
            description: input.description,
            selection: input.selection,
            host: input.host,
            choice,
            identity,
            preferences,
            package_manager,
            packages,
            places,
        };
        facts.environment = environment::variables(&facts);
        facts
    }

    /// The build type.
    pub fn kind(&self) -> &'a Type {
        self.choice.kind
    }

    /// The rules for packages, for more questions than the plan answers.
    pub fn package_rules(&self) -> PackageRules<'_> {
        PackageRules {
            sections: &self.description.packages,
            choice: &self.choice,
            selection: self.selection,
            manager: self.package_manager,
            host: self.host,
            places: self.places,
        }
    }

    /// Tells whether any of these packages is asked for, in bootstrap, image or on the command line.
    pub fn asks_for_any(&self, names: &[&str]) -> bool {
        let bootstrap = self
            .packages
            .bootstrap
            .iter()
            .flat_map(|phase| &phase.packages);
        bootstrap
            .chain(&self.packages.image.packages)
            .chain(&self.packages.added)
            .any(|request| names.contains(&request.name.as_str()))
    }

    /// Tells whether the root file system is read-only with a writable layer on top.
    pub fn has_overlay_root(&self) -> bool {
        self.kind().overlay.overlayroot.is_some_and(|it| *it)
    }

    /// Tells whether that layer has a partition.
    pub fn has_write_partition(&self) -> bool {
        let written = self.kind().overlay.overlayroot_write_partition;
        written.is_none_or(|it| *it)
    }

    /// Tells whether the root file system grows when the image starts first.
    pub fn grows(&self) -> bool {
        self.kind()
            .oemconfig
            .as_ref()
            .and_then(|config| config.oem_resize)
            .is_none_or(|resize| *resize)
    }
}

/// dracut makes the initrd of disks, live media and kis; `initrd_system` overrides it, but not for live media.
fn initrd_system(kind: &Type) -> InitrdSystem {
    let default = match *kind.image {
        ImageType::Oem | ImageType::Iso | ImageType::Kis => InitrdSystem::Dracut,
        ImageType::Pxe => InitrdSystem::Kiwi,
        _ => InitrdSystem::None,
    };
    match kind.boot.initrd_system {
        Some(written) if *kind.image != ImageType::Iso => *written,
        _ => default,
    }
}

fn identity(input: &Input<'_>, choice: &Choice<'_>, preferences: &PreferenceValues) -> Identity {
    let description = input.description;
    let about = &description.description;
    let name = description.name.value.clone();
    let version = preferences
        .version
        .as_ref()
        .map(|version| version.value.clone());
    let contact = about
        .contacts
        .first()
        .map_or("", |contact| contact.as_str());
    let architecture = file_name_architecture(&choice.machine);
    Identity {
        result_stem: match &version {
            Some(version) => format!("{name}.{architecture}-{version}"),
            None => format!("{name}.{architecture}-unspecified"),
        },
        name,
        display_name: description
            .displayname
            .as_ref()
            .map(|name| name.value.clone()),
        id: description.id.as_ref().map(|id| id.value.clone()),
        version,
        author: format!("{} <{contact}>", about.author.value),
        specification: about.specification.value.clone(),
        architecture: choice.machine.clone(),
        build_type: choice.kind.image.to_string(),
        profiles: choice.profiles.clone(),
        bundle_format: choice
            .kind
            .general
            .bundle_format
            .as_ref()
            .map(|format| format.value.clone()),
        description_directory: input.host.description.path.clone(),
        description_file: input.host.description_file.clone(),
    }
}
