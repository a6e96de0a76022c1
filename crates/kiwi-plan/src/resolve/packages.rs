//! Packages by phase (spec 01, section 9; spec 03, section 5).

use std::collections::BTreeMap;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{CommaList, PackagesType, PatternType};
use kiwi_description::model::{Packages, Spanned};

use super::choice::{Binding, Choice};
use crate::host_facts::HostFacts;
use crate::places::Places;
use crate::plan::Origin;
use crate::plan::packages::{Archive, Module, PackagePlan, PhaseRequest, Request};
use crate::plan::root::PackageManager;
use crate::selection::Selection;

/// Everything the rules of this file look at.
#[derive(Clone, Copy)]
pub struct PackageRules<'a> {
    /// All sections of the description.
    pub sections: &'a [Packages],
    /// What was chosen.
    pub choice: &'a Choice<'a>,
    /// The command line.
    pub selection: &'a Selection,
    /// The package manager.
    pub manager: PackageManager,
    /// The host.
    pub host: &'a HostFacts,
    pub(crate) places: Places<'a>,
}

impl<'a> PackageRules<'a> {
    /// Lists the package requests of all phases.
    pub fn plan(&self) -> PackagePlan {
        let image = self.phase(&self.image_sections());
        PackagePlan {
            bootstrap: self.bootstrap(&image),
            image,
            added: option_requests(&self.selection.add_packages, "--add-package"),
            removed: option_requests(&self.selection.delete_packages, "--delete-package"),
            uninstall: self.requests(&self.sections_of(PackagesType::Uninstall), packages),
            delete: self.requests(&self.sections_of(PackagesType::Delete), packages),
        }
    }

    /// Warns about requests the package manager has no notion of.
    pub fn warn(&self, diagnostics: &mut Diagnostics) {
        let knows_collections =
            !matches!(self.manager, PackageManager::Apt | PackageManager::Microdnf);
        let sections = self.image_sections().into_iter();
        for section in sections.chain(self.sections_of(PackagesType::Bootstrap)) {
            let collections = section
                .named_collections
                .iter()
                .map(|it| ("namedCollection", it.span));
            let products = section.products.iter().map(|it| ("product", it.span));
            for (element, span) in collections
                .filter(|_| !knows_collections)
                .chain(products.filter(|_| self.manager != PackageManager::Zypper))
            {
                diagnostics.push(
                    Diagnostic::warning(
                        codes::selection::PACKAGE_REQUEST_WITHOUT_MEANING,
                        format!("`{element}` means nothing to {}", self.manager.name()),
                    )
                    .at(span)
                    .help("list the packages by name"),
                );
            }
        }
    }

    /// Sections of one kind that apply.
    pub fn sections_of(&self, kind: PackagesType) -> Vec<&'a Packages> {
        self.sections
            .iter()
            .filter(|section| *section.kind == kind)
            .filter(|section| {
                self.choice.applies(Binding {
                    profiles: section.profiles.as_ref(),
                    arch: None,
                })
            })
            .collect()
    }

    /// Tells whether the profiles of a section are selected.
    pub fn applies(&self, section: &Packages) -> bool {
        self.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: None,
        })
    }

    /// Sections of the image phase: those for all build types, and those for the chosen one.
    pub fn image_sections(&self) -> Vec<&'a Packages> {
        let build_type = self.choice.kind.image.as_str();
        self.sections
            .iter()
            .filter(|section| {
                *section.kind == PackagesType::Image || section.kind.as_str() == build_type
            })
            .filter(|section| {
                self.choice.applies(Binding {
                    profiles: section.profiles.as_ref(),
                    arch: None,
                })
            })
            .collect()
    }

    fn bootstrap(&self, image: &PhaseRequest) -> Option<PhaseRequest> {
        let sections = self.sections_of(PackagesType::Bootstrap);
        let added = option_requests(
            &self.selection.add_bootstrap_packages,
            "--add-bootstrap-package",
        );
        if sections.is_empty() && added.is_empty() {
            return None;
        }
        let mut phase = self.phase(&sections);
        if !image.packages.is_empty() && !phase.packages.is_empty() {
            phase.packages.push(Request {
                name: self.manager.own_package().to_owned(),
                origin: Origin::Default("the package manager itself".to_owned()),
            });
        }
        phase.packages.extend(added);
        phase.packages = unique(phase.packages);
        Some(phase)
    }

    fn phase(&self, sections: &[&'a Packages]) -> PhaseRequest {
        PhaseRequest {
            packages: self.requests(sections, packages),
            collections: self.requests(sections, |section| {
                section
                    .named_collections
                    .iter()
                    .map(|it| (&it.name, it.arch.as_ref()))
                    .collect()
            }),
            products: self.requests(sections, |section| {
                section.products.iter().map(|it| (&it.name, None)).collect()
            }),
            ignored: self.requests(sections, |section| {
                section
                    .ignores
                    .iter()
                    .map(|it| (&it.name, it.arch.as_ref()))
                    .collect()
            }),
            modules: sections
                .iter()
                .flat_map(|section| &section.collection_modules)
                .map(|module| Module {
                    name: module.name.value.clone(),
                    enable: *module.enable,
                    stream: module.stream.as_ref().map(|stream| stream.value.clone()),
                })
                .collect(),
            recommended: sections
                .iter()
                .find_map(|section| section.pattern_type)
                .is_some_and(|kind| *kind == PatternType::PlusRecommended),
            archives: self.archives(sections),
            prebuilt_root: sections
                .iter()
                .find_map(|section| section.bootstrap_package.as_ref())
                .map(|name| self.request(name)),
        }
    }

    fn requests<'s>(
        &self,
        sections: &[&'s Packages],
        names: impl Fn(&'s Packages) -> Vec<(&'s Spanned<String>, Option<&'s Spanned<CommaList>>)>,
    ) -> Vec<Request> {
        let all = sections
            .iter()
            .flat_map(|section| names(section))
            .filter(|(_, arch)| self.choice.built_for(*arch))
            .map(|(name, _)| self.request(name))
            .collect();
        unique(all)
    }

    fn request(&self, name: &Spanned<String>) -> Request {
        Request {
            name: name.trim().to_owned(),
            origin: self.places.origin(name.span),
        }
    }

    /// Archives by name; of two definitions of one name the last says where it goes.
    fn archives(&self, sections: &[&Packages]) -> Vec<Archive> {
        let mut archives = BTreeMap::new();
        for archive in sections.iter().flat_map(|section| &section.archives) {
            let target = archive
                .target_dir
                .as_ref()
                .map_or("", |target| target.as_str());
            archives.insert(
                archive.name.value.clone(),
                Archive {
                    path: self
                        .host
                        .absolute(&archive.name)
                        .to_string_lossy()
                        .into_owned(),
                    name: archive.name.value.clone(),
                    target_directory: target.trim_matches('/').to_owned(),
                    origin: self.places.origin(archive.name.span),
                },
            );
        }
        archives.into_values().collect()
    }
}

fn packages(section: &Packages) -> Vec<(&Spanned<String>, Option<&Spanned<CommaList>>)> {
    section
        .packages
        .iter()
        .map(|package| (&package.name, package.arch.as_ref()))
        .collect()
}

fn option_requests(names: &[String], option: &str) -> Vec<Request> {
    let all = names
        .iter()
        .map(|name| Request {
            name: name.trim().to_owned(),
            origin: Origin::Option(option.to_owned()),
        })
        .collect();
    unique(all)
}

/// Sorts by name and keeps the first request of each.
fn unique(mut requests: Vec<Request>) -> Vec<Request> {
    requests.sort_by(|a, b| a.name.cmp(&b.name));
    requests.dedup_by(|later, earlier| later.name == earlier.name);
    requests
}
