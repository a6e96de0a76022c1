//! All builds a description offers, for whoever looks at a description as a whole.

use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::model::values::BootloaderName;
use kiwi_description::model::{ImageDescription, Preferences, Profile, Type};

use super::choice::{choose_profiles, known_profiles, matches, selected};
use crate::architecture::architecture;
use crate::selection::Selection;

/// Machines that are tried for a build that this one cannot start.
const MACHINES: [&str; 3] = ["x86_64", "aarch64", "ppc64le"];

/// One build: what to give on the command line for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variant {
    /// `--target-arch`.
    pub machine: String,
    /// `--profile`, in order; empty for the imported ones.
    pub profiles: Vec<String>,
    /// `--type`.
    pub build_type: String,
}

impl Variant {
    /// Returns it as the command line would select it.
    pub fn selection(&self) -> Selection {
        Selection {
            build_type: Some(self.build_type.clone()),
            profiles: self.profiles.clone(),
            target_arch: Some(self.machine.clone()),
            ..Selection::default()
        }
    }
}

/// What to look at.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// The machine to look for first.
    pub machine: &'s str,
    /// Look at no other machine, whatever the description is for.
    pub only_this_machine: bool,
    /// Look at these profiles together, and nothing else.
    pub profiles: &'s [String],
    /// Look at this type only.
    pub build_type: Option<&'s str>,
}

/// Lists the builds of a description: without a profile, with each single one, and for each of these every build type.
///
/// A profile that brings no build type of its own is looked at together with the imported ones, or with the first one that
/// brings a type. What is bound to another machine is looked at for that machine, and so is a type whose firmware or boot loader
/// this machine does not have. Profiles that cannot be selected are reported.
pub fn variants(
    description: &ImageDescription,
    scope: Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Variant> {
    let mut search = Search {
        description,
        scope,
        diagnostics,
        found: Vec::new(),
    };
    if !scope.profiles.is_empty() {
        search.add(scope.machine, scope.profiles.to_vec());
        return search.found;
    }
    search.add(scope.machine, Vec::new());
    let mut partial: Vec<(String, String)> = Vec::new();
    for profile in description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
    {
        let Some(machine) = search.machine_of(profile) else {
            continue;
        };
        let name = profile.name.value.clone();
        if !search.add(&machine, vec![name.clone()]) {
            partial.push((machine, name));
        }
    }
    search.foreign_preferences();
    for (machine, name) in partial {
        search.add_to_others(&machine, &name);
    }
    search.found
}

struct Search<'a, 'd> {
    description: &'a ImageDescription,
    scope: Scope<'a>,
    diagnostics: &'d mut Diagnostics,
    found: Vec<Variant>,
}

impl Search<'_, '_> {
    /// Adds all types of a selection; tells whether there is one.
    fn add(&mut self, machine: &str, profiles: Vec<String>) -> bool {
        self.add_of(machine, profiles, |_| true)
    }

    /// The same with some preferences only.
    fn add_of(
        &mut self,
        machine: &str,
        profiles: Vec<String>,
        counts: impl Fn(&Preferences) -> bool,
    ) -> bool {
        let selection = Selection {
            profiles,
            ..Selection::default()
        };
        let chosen = choose_profiles(self.description, &selection, machine, self.diagnostics);
        // What is wrong with them was reported.
        let Some(chosen) = chosen else { return true };
        let types: Vec<&Type> = self
            .description
            .preferences
            .iter()
            .filter(|section| counts(section))
            .filter(|section| {
                selected(&chosen, section.profiles.as_ref())
                    && matches(machine, section.arch.as_ref())
            })
            .flat_map(|section| &section.types)
            .collect();
        for kind in &types {
            let build_type = kind.image.to_string();
            if self
                .scope
                .build_type
                .is_some_and(|wanted| wanted != build_type)
            {
                continue;
            }
            let variant = Variant {
                machine: self.machine_for(kind, machine),
                profiles: selection.profiles.clone(),
                build_type,
            };
            if !self.found.contains(&variant) {
                self.found.push(variant);
            }
        }
        !types.is_empty()
    }

    /// Adds a profile without types to a selection that has some.
    fn add_to_others(&mut self, machine: &str, name: &str) {
        let with = |profiles: &[String]| {
            let mut all = profiles.to_vec();
            all.push(name.to_owned());
            all
        };
        let imported = choose_profiles(
            self.description,
            &Selection::default(),
            machine,
            self.diagnostics,
        );
        let mut bases: Vec<Vec<String>> =
            imported.into_iter().filter(|it| !it.is_empty()).collect();
        bases.extend(
            self.found
                .iter()
                .filter(|variant| variant.machine == machine && !variant.profiles.is_empty())
                .map(|variant| variant.profiles.clone()),
        );
        for base in bases {
            if self.add(machine, with(&base)) {
                return;
            }
        }
    }

    /// Types in preferences that are bound to another machine.
    fn foreign_preferences(&mut self) {
        if self.scope.only_this_machine {
            return;
        }
        let own = self.scope.machine;
        for section in &self.description.preferences {
            let Some(list) = section.arch.as_ref().filter(|_| !section.types.is_empty()) else {
                continue;
            };
            let Some(machine) = list.first().filter(|_| !matches(own, Some(list))) else {
                continue;
            };
            let foreign = |other: &Preferences| !matches(own, other.arch.as_ref());
            self.add_of(machine, Vec::new(), foreign);
            let names = section.profiles.iter().flat_map(|list| list.iter());
            for name in names {
                let known = known_profiles(self.description, machine);
                if known.iter().any(|profile| *profile.name == *name) {
                    self.add_of(machine, vec![name.clone()], foreign);
                }
            }
        }
    }

    /// The machine to look at a profile for.
    fn machine_of(&self, profile: &Profile) -> Option<String> {
        let own = self.scope.machine;
        if matches(own, profile.arch.as_ref()) {
            return Some(own.to_owned());
        }
        let list = profile.arch.as_ref()?;
        list.first()
            .filter(|_| !self.scope.only_this_machine)
            .cloned()
    }

    /// The machine to look at a type for: another one when this one cannot start it.
    fn machine_for(&self, kind: &Type, machine: &str) -> String {
        if self.scope.only_this_machine {
            return machine.to_owned();
        }
        let loader = kind.bootloader.as_ref();
        let s390 = loader.is_some_and(|loader| {
            matches!(
                *loader.name,
                BootloaderName::Zipl | BootloaderName::Grub2S390xEmu
            ) || loader.targettype.is_some()
        });
        if s390 {
            return "s390x".to_owned();
        }
        let starts = |machine: &str, firmware: &str| {
            architecture(machine).is_some_and(|row| row.firmware.contains(&firmware))
        };
        let firmware = kind.disk.firmware.filter(|it| it.as_str() != "custom");
        match firmware {
            Some(firmware) if !starts(machine, firmware.as_str()) => MACHINES
                .into_iter()
                .find(|other| starts(other, firmware.as_str()))
                .unwrap_or(machine)
                .to_owned(),
            _ => machine.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::loaded;

    const SECTIONS: &str = r#"
<profiles>
  <profile name="Disk" description="d"/><profile name="Live" description="l"/>
  <profile name="Tools" description="t"/><profile name="Arm" description="a" arch="aarch64"/>
</profiles>
<preferences><version>1</version><packagemanager>apt</packagemanager></preferences>
<preferences profiles="Disk,Arm">
  <type image="oem" filesystem="ext4" firmware="efi"/><type image="tbz"/>
</preferences>
<preferences profiles="Live"><type image="iso" firmware="ofw"/></preferences>
<preferences arch="s390x"><type image="oem" filesystem="ext4"/></preferences>
"#;

    fn found(scope: Scope<'_>) -> Vec<String> {
        let loaded = loaded(SECTIONS);
        let mut problems = Diagnostics::new();
        let all = variants(&loaded.image, scope, &mut problems);
        assert!(problems.is_empty(), "{:?}", problems.into_vec());
        all.iter()
            .map(|it| format!("{} {} {}", it.machine, it.profiles.join("+"), it.build_type))
            .collect()
    }

    #[test]
    fn everything_is_found() {
        let scope = Scope {
            machine: "x86_64",
            only_this_machine: false,
            profiles: &[],
            build_type: None,
        };
        assert_eq!(
            found(scope),
            [
                "x86_64 Disk oem",
                "x86_64 Disk tbz",
                "ppc64le Live iso",
                "aarch64 Arm oem",
                "aarch64 Arm tbz",
                "s390x  oem",
                "x86_64 Disk+Tools oem",
                "x86_64 Disk+Tools tbz",
            ]
        );
        let one = ["Live".to_owned()];
        let chosen = Scope {
            only_this_machine: true,
            profiles: &one,
            ..scope
        };
        assert_eq!(found(chosen), ["x86_64 Live iso"]);
        let tbz = Scope {
            only_this_machine: true,
            build_type: Some("tbz"),
            ..scope
        };
        assert_eq!(found(tbz), ["x86_64 Disk tbz", "x86_64 Disk+Tools tbz"]);
    }
}
