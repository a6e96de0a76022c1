//! Checks: what is wrong with a description although the schema accepts it (spec 01, section 11).
//!
//! One file per check, with the reason and the mend in its doc comment. All of them run before anything is downloaded and
//! all of them report; none stops the others. The runtime configuration can switch a check off by its name, which is the
//! reference's where the reference has the check.

mod bootloader_environment;
mod bootstrap;
mod container_options;
mod duplicate_type;
mod image_repositories;
mod include_in_include;
mod initrd_selection;
mod label_length;
mod missing_files;
mod partuuid;
mod plain_password;
mod repositories;
mod swap_name;
mod undeclared_profile;
mod user_accounts;
mod version;
mod without_effect;

use kiwi_description::diagnostic::Diagnostics;

use crate::resolve::Facts;

/// A check and its name.
#[derive(Clone, Copy)]
pub struct Check {
    /// Name for `runtime_checks.disable`.
    pub name: &'static str,
    /// It looks at what is needed to prepare a tree, and means nothing for one that is prepared.
    pub only_before_prepare: bool,
    /// Looks and reports.
    pub run: fn(&Facts<'_>, &mut Diagnostics),
}

/// All checks.
pub const CHECKS: &[Check] = &[
    check("check_image_version_provided", version::run),
    check("check_image_type_unique", duplicate_type::run),
    check(
        "check_include_references_unresolvable",
        include_in_include::run,
    ),
    check("check_initrd_selection_required", initrd_selection::run),
    check(
        "check_partuuid_persistency_type_used_with_mbr",
        partuuid::run,
    ),
    check(
        "check_bootloader_env_compatible_with_loader",
        bootloader_environment::run,
    ),
    check("check_swap_name_used_with_lvm", swap_name::run),
    check(
        "check_image_include_repos_publicly_resolvable",
        image_repositories::run,
    ),
    before_prepare("check_repositories_configured", repositories::run),
    before_prepare("check_files_exist", missing_files::run),
    before_prepare("check_bootstrap_packages", bootstrap::run),
    before_prepare("check_plain_passwords", plain_password::run),
    check("check_user_accounts", user_accounts::run),
    check("check_profile_names", undeclared_profile::run),
    check("check_label_length", label_length::run),
    check("check_container_options", container_options::run),
    check("check_settings_without_effect", without_effect::run),
];

const fn check(name: &'static str, run: fn(&Facts<'_>, &mut Diagnostics)) -> Check {
    Check {
        name,
        only_before_prepare: false,
        run,
    }
}

const fn before_prepare(name: &'static str, run: fn(&Facts<'_>, &mut Diagnostics)) -> Check {
    Check {
        name,
        only_before_prepare: true,
        run,
    }
}

/// Runs all checks that are not switched off.
pub fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let disabled = &facts.host.settings.disabled_checks;
    CHECKS
        .iter()
        .filter(|check| !disabled.iter().any(|name| name == check.name))
        .filter(|check| !(check.only_before_prepare && facts.host.prepared))
        .for_each(|check| (check.run)(facts, diagnostics));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }

    #[test]
    fn a_check_can_be_switched_off() {
        let loaded = loaded(
            r#"<preferences><packagemanager>apt</packagemanager><type image="tbz"/></preferences>
            <repository><source path="host:/"/></repository><packages type="bootstrap"/><packages type="image"/>"#,
        );
        let mut host = host();
        let works = |host: &crate::HostFacts| {
            resolve(&Input {
                description: &loaded.image,
                sources: &loaded.source_map,
                selection: &Selection::default(),
                host,
            })
            .is_ok()
        };
        assert!(!works(&host));
        host.settings.disabled_checks = vec![
            "check_of_old".to_owned(),
            "check_image_version_provided".to_owned(),
        ];
        assert!(works(&host));
    }
}
