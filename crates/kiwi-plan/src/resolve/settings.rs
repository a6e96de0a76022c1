//! The runtime configuration with its defaults (spec 01, section 12.3).

use crate::host_facts::HostFacts;
use crate::plan::{SecureBootKey, Settings};

/// Fills in the defaults.
pub(super) fn plan(host: &HostFacts) -> Settings {
    let settings = &host.settings;
    Settings {
        xz_options: settings
            .xz_options
            .clone()
            .unwrap_or_else(|| vec!["--threads=0".to_owned()]),
        compress_containers: settings.container_compress.unwrap_or(true),
        compress_bundle: settings.bundle_compress,
        package_changes: settings.has_package_changes.unwrap_or(!host.on_obs_worker),
        max_size: settings.max_size,
        checksum_bits: settings.checksum_bits.unwrap_or(256),
        secure_boot: settings
            .secure_boot_key
            .clone()
            .zip(settings.secure_boot_certificate.clone())
            .map(|(key, certificate)| SecureBootKey { key, certificate }),
    }
}
