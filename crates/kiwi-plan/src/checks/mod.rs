//! Checks: what is wrong with a description although the schema accepts it (spec 01, section 11).
//!
//! One file per check, with the reason and the mend in its doc comment. All of them run before anything is downloaded and
//! all of them report; none stops the others. The runtime configuration can switch a check off by its name, which is the
//! reference's where the reference has the check. Names that are no check are ignored: lists written for older releases have
//! some.
//!
//! Four checks of the reference have no counterpart. `check_container_tool_chain_installed`: containers are written without
//! tools. `check_checkmedia_used_with_msdos_table`: about the version of a tool of the host, so a requirement of the plan.
//! `check_consistent_kernel_in_boot_and_system_image`: boot descriptions are not built. And
//! `check_dracut_module_versions_compatible_to_kiwi` looks into the finished tree.
//!
//! The reference runs most checks before the options of the command line are applied. Here all of them see what will be built.

mod appx;
mod boot_description;
mod boot_loader;
mod bootloader_environment;
mod bootstrap;
mod container_options;
mod duplicate_type;
mod efi_image_size;
mod format_options;
mod full_volumes;
mod idle_profile;
mod image_repositories;
mod include_in_include;
mod initrd_modules;
mod initrd_selection;
mod kernel_command_line;
mod label_length;
mod loader_options;
mod luks_options;
mod media_check;
mod missing_files;
mod mount_points;
mod network_cards;
mod other_package_manager;
mod outside_tree;
mod package_requests;
mod partuuid;
mod password_hash;
mod plain_password;
mod repositories;
mod reserved_labels;
mod root_mounts;
mod script_modes;
mod script_names;
mod spare_partition;
mod storage;
mod storage_names;
mod swap_name;
mod target_directory;
mod undeclared_profile;
mod unread_settings;
mod user_accounts;
mod version;
mod volume_labels;
mod without_effect;
mod xen;

pub(crate) use boot_description::BOOT_DESCRIPTIONS;

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
    // Those of the reference, under its names.
    check("check_image_version_provided", version::run),
    check("check_image_type_unique", duplicate_type::run),
    check(
        "check_include_references_unresolvable",
        include_in_include::run,
    ),
    check("check_initrd_selection_required", initrd_selection::run),
    check("check_boot_description_exists", boot_description::run),
    check(
        "check_partuuid_persistency_type_used_with_mbr",
        partuuid::run,
    ),
    check(
        "check_bootloader_env_compatible_with_loader",
        bootloader_environment::run,
    ),
    check("check_swap_name_used_with_lvm", swap_name::run),
    check("check_volume_label_used_with_lvm", volume_labels::run),
    check(
        "check_volume_setup_defines_reserved_labels",
        reserved_labels::run,
    ),
    check(
        "check_volume_setup_defines_multiple_fullsize_volumes",
        full_volumes::run,
    ),
    check(
        "check_volume_setup_has_no_root_definition",
        root_mounts::run,
    ),
    check("check_xen_uniquely_setup_as_server_or_guest", xen::run),
    before_prepare("check_mediacheck_installed", media_check::run),
    before_prepare(
        "check_dracut_module_for_live_iso_in_package_list",
        initrd_modules::live,
    ),
    before_prepare(
        "check_dracut_module_for_disk_overlay_in_package_list",
        initrd_modules::overlay,
    ),
    check(
        "check_dracut_module_for_disk_oem_in_package_list",
        initrd_modules::repart,
    ),
    before_prepare(
        "check_dracut_module_for_oem_install_in_package_list",
        initrd_modules::install,
    ),
    check("check_appx_naming_conventions_valid", appx::run),
    check("check_luksformat_options_valid", luks_options::run),
    check("check_efi_fat_image_has_correct_size", efi_image_size::run),
    check(
        "check_target_directory_not_in_shared_cache",
        target_directory::cache,
    ),
    check(
        "check_target_dir_on_unsupported_filesystem",
        target_directory::filesystem,
    ),
    check(
        "check_image_include_repos_publicly_resolvable",
        image_repositories::run,
    ),
    before_prepare("check_repositories_configured", repositories::run),
    // Ours.
    before_prepare("check_files_exist", missing_files::run),
    before_prepare("check_script_names", script_names::run),
    before_prepare("check_script_modes", script_modes::run),
    before_prepare("check_bootstrap_packages", bootstrap::run),
    before_prepare("check_packages_listed_twice", package_requests::twice),
    before_prepare("check_package_requests", package_requests::conflicts),
    before_prepare("check_plain_passwords", plain_password::run),
    before_prepare("check_password_hashes", password_hash::run),
    check("check_user_accounts", user_accounts::run),
    check("check_profile_names", undeclared_profile::run),
    check("check_idle_profiles", idle_profile::run),
    check("check_paths_in_tree", outside_tree::run),
    check("check_mount_points", mount_points::run),
    check("check_storage_names", storage_names::run),
    check("check_spare_partition", spare_partition::run),
    check("check_label_length", label_length::run),
    check("check_kernel_command_line", kernel_command_line::run),
    check("check_boot_loader", boot_loader::run),
    check("check_boot_loader_options", loader_options::run),
    check("check_container_options", container_options::run),
    check("check_format_options", format_options::run),
    check("check_network_cards", network_cards::run),
    check("check_settings_without_effect", without_effect::run),
    check("check_unread_settings", unread_settings::run),
    before_prepare(
        "check_settings_of_other_package_managers",
        other_package_manager::run,
    ),
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
    fn the_names_of_the_reference_are_there() {
        // Those without a counterpart are listed at the top of this file.
        let reference = "check_image_version_provided check_initrd_selection_required check_boot_description_exists \
            check_volume_setup_defines_reserved_labels check_volume_setup_defines_multiple_fullsize_volumes \
            check_volume_setup_has_no_root_definition check_volume_label_used_with_lvm check_swap_name_used_with_lvm \
            check_xen_uniquely_setup_as_server_or_guest check_mediacheck_installed \
            check_dracut_module_for_live_iso_in_package_list check_dracut_module_for_disk_overlay_in_package_list \
            check_dracut_module_for_disk_oem_in_package_list check_dracut_module_for_oem_install_in_package_list \
            check_appx_naming_conventions_valid check_image_type_unique check_include_references_unresolvable \
            check_luksformat_options_valid check_partuuid_persistency_type_used_with_mbr \
            check_efi_fat_image_has_correct_size check_bootloader_env_compatible_with_loader \
            check_target_directory_not_in_shared_cache check_target_dir_on_unsupported_filesystem \
            check_repositories_configured check_image_include_repos_publicly_resolvable";
        for name in reference.split_whitespace() {
            assert!(CHECKS.iter().any(|check| check.name == name), "{name}");
        }
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
