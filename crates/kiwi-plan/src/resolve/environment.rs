//! The variables of `/.profile` and of the scripts' environment (spec 03, section 11).

use std::collections::BTreeMap;

use kiwi_description::model::values::{ImageType, StripType};
use kiwi_description::model::{File, OemConfig, Spanned};

use super::choice::Binding;
use super::facts::Facts;
use super::volumes;
use crate::plan::ProfileValue;

/// Sorted variables.
pub(super) type Variables = BTreeMap<String, ProfileValue>;

/// Collects variables; what is not written becomes an empty text.
#[derive(Default)]
struct Collector(Variables);

impl Collector {
    fn text(&mut self, name: &str, value: impl Into<String>) {
        self.0
            .insert(name.to_owned(), ProfileValue::Text(value.into()));
    }

    fn shown(&mut self, name: &str, value: Option<impl ToString>) {
        self.text(
            name,
            value.map(|value| value.to_string()).unwrap_or_default(),
        );
    }

    fn written<T: ToString>(&mut self, name: &str, value: Option<&Spanned<T>>) {
        self.shown(name, value.map(|value| value.value.to_string()));
    }

    fn boolean(&mut self, name: &str, value: Option<Spanned<bool>>) {
        let value = value.map_or_else(
            || ProfileValue::Text(String::new()),
            |it| ProfileValue::Boolean(*it),
        );
        self.0.insert(name.to_owned(), value);
    }

    fn if_set(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }
}

/// Returns the variables of a build, for whatever type.
///
/// What depends on the finished disk, `kiwi_rootpartuuid`, is empty here.
pub(super) fn variables(facts: &Facts<'_>) -> Variables {
    let mut all = Collector::default();
    image(&mut all, facts);
    preferences(&mut all, facts);
    build_type(&mut all, facts);
    boot_loader(&mut all, facts);
    volume_variables(&mut all, facts);
    if let Some(config) = &facts.choice.kind.oemconfig {
        first_boot(&mut all, config);
    }
    all.0
}

fn image(all: &mut Collector, facts: &Facts<'_>) {
    let identity = &facts.identity;
    all.text("kiwi_iname", &identity.name);
    all.text(
        "kiwi_displayname",
        identity.display_name.as_ref().unwrap_or(&identity.name),
    );
    if *facts.choice.kind.image == ImageType::Cpio {
        all.text("kiwi_cpio_name", &identity.name);
    }
    all.text("kiwi_profiles", identity.profiles.join(","));
    all.text("kiwi_type", &identity.build_type);
    let deleted: Vec<_> = facts
        .packages
        .delete
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    all.text("kiwi_delete", deleted.join(" "));
    let drivers = facts.description.drivers.iter();
    let drivers = drivers
        .filter(|section| applies(facts, section.profiles.as_ref()))
        .flat_map(|section| &section.files);
    all.text("kiwi_drivers", names(drivers).join(","));
    for (variable, kind) in [
        ("kiwi_strip_delete", StripType::Delete),
        ("kiwi_strip_tools", StripType::Tools),
        ("kiwi_strip_libs", StripType::Libs),
    ] {
        let files = facts
            .description
            .strip
            .iter()
            .filter(|section| *section.kind == kind && applies(facts, section.profiles.as_ref()))
            .flat_map(|section| &section.files);
        all.text(variable, names(files).join(" "));
    }
    all.text("kiwi_align", "1048576");
    all.text("kiwi_sectorsize", "512");
    all.text(
        "kiwi_revision",
        concat!("kiwi-rs-", env!("CARGO_PKG_VERSION")),
    );
    let bits = facts.host.settings.checksum_bits.unwrap_or(256);
    all.text("kiwi_shasum_suffix", format!(".sha{bits}"));
}

fn preferences(all: &mut Collector, facts: &Facts<'_>) {
    let preferences = &facts.preferences;
    let last_version = facts
        .choice
        .preferences
        .iter()
        .rev()
        .find_map(|section| section.version.as_ref());
    all.written("kiwi_iversion", last_version);
    all.shown("kiwi_showlicense", preferences.show_license.as_ref());
    all.if_set("kiwi_keytable", preferences.keytable.as_deref());
    all.if_set("kiwi_timezone", preferences.timezone.as_deref());
    let language = preferences.locale.as_ref().map(|list| list.join(","));
    all.if_set("kiwi_language", language.as_deref());
    all.if_set(
        "kiwi_splash_theme",
        preferences.splash_themes.last().map(String::as_str),
    );
    all.if_set("kiwi_loader_theme", preferences.loader_theme.as_deref());
}

fn build_type(all: &mut Collector, facts: &Facts<'_>) {
    let kind = facts.choice.kind;
    all.boolean("kiwi_compressed", kind.kis.compressed);
    all.written("kiwi_firmware", kind.disk.firmware.as_ref());
    all.written("kiwi_cmdline", kind.boot.kernelcmdline.as_ref());
    all.written(
        "kiwi_devicepersistency",
        kind.general.devicepersistency.as_ref(),
    );
    all.written("kiwi_installboot", kind.install.installboot.as_ref());
    all.written("kiwi_bootkernel", kind.boot.bootkernel.as_ref());
    all.written("kiwi_bootprofile", kind.boot.bootprofile.as_ref());
    all.written("kiwi_fsmountoptions", kind.general.fsmountoptions.as_ref());
    all.boolean("kiwi_ramonly", kind.general.ramonly);
    all.boolean("kiwi_target_removable", kind.disk.target_removable);
    all.boolean("kiwi_gpt_hybrid_mbr", kind.disk.gpt_hybrid_mbr);
    all.boolean("kiwi_hybridpersistent", kind.live.hybridpersistent);
    all.written(
        "kiwi_hybridpersistent_filesystem",
        kind.live.hybridpersistent_filesystem.as_ref(),
    );
    all.written(
        "kiwi_wwid_wait_timeout",
        kind.general.wwid_wait_timeout.as_ref(),
    );
    let block_size = kind.general.target_blocksize.map_or(512, |size| *size);
    all.text("kiwi_target_blocksize", block_size.to_string());
    let start = kind
        .disk
        .disk_start_sector
        .map_or(super::DEFAULT_START_SECTOR, |it| *it);
    all.text("kiwi_startsector", start.to_string());
    all.text("kiwi_initrd_system", facts.initrd_system.as_str());
    let snapper = kind.btrfs.btrfs_root_is_snapper_snapshot;
    all.boolean("kiwi_btrfs_root_is_snapper_snapshot", snapper);
    all.boolean("kiwi_btrfs_root_is_snapshot", snapper);
    let empty_passphrase = kind.luks.luks.as_ref().is_some_and(|luks| luks.is_empty());
    all.text("kiwi_luks_empty_passphrase", empty_passphrase.to_string());
    all.text("kiwi_rootpartuuid", "");
    let volume_id = |default: &str| {
        kind.live
            .volid
            .as_ref()
            .map_or_else(|| default.to_owned(), |volid| volid.value.clone())
    };
    match *kind.image {
        ImageType::Oem => all.text("kiwi_install_volid", volume_id("INSTALL")),
        ImageType::Iso => all.text("kiwi_live_volid", volume_id("CDROM")),
        _ => {}
    }
    if kind.general.xen_server.is_some_and(|it| *it) {
        all.text("kiwi_xendomain", "dom0");
    }
}

fn boot_loader(all: &mut Collector, facts: &Facts<'_>) {
    let loader = facts.choice.kind.bootloader.as_ref();
    all.shown(
        "kiwi_boot_timeout",
        loader.and_then(|it| it.timeout).map(|it| *it),
    );
    all.text(
        "kiwi_bootloader",
        loader.map_or("grub2", |loader| loader.name.as_str()),
    );
    let video_mode = loader.and_then(|loader| loader.video_mode.as_ref());
    all.text("kiwi_vga", video_mode.map_or("auto", |mode| mode.as_str()));
    let console = |list: Option<&kiwi_description::model::values::BlankList>| {
        list.map_or_else(|| "default".to_owned(), |list| list.join(" "))
    };
    let output = loader.and_then(|it| it.output_console.as_deref());
    let input = loader.and_then(|it| it.input_console.as_deref()).or(output);
    all.text(
        "kiwi_bootloader_console",
        format!("{}:{}", console(output), console(input)),
    );
}

fn volume_variables(all: &mut Collector, facts: &Facts<'_>) {
    let kind = facts.choice.kind;
    if volumes::manager(kind) == Some(volumes::VolumeManager::Lvm) {
        all.text("kiwi_lvm", "true");
        all.text("kiwi_lvmgroup", volumes::group(kind));
    }
    for (name, value) in volumes::variables(&facts.volumes) {
        all.text(&name, value);
    }
}

fn first_boot(all: &mut Collector, config: &OemConfig) {
    all.written("kiwi_oemvmcp_parmfile", config.oem_vmcp_parmfile.as_ref());
    all.boolean("kiwi_oemmultipath_scan", config.oem_multipath_scan);
    all.written("kiwi_oemswapMB", config.oem_swapsize.as_ref());
    all.written("kiwi_oemrootMB", config.oem_systemsize.as_ref());
    all.boolean("kiwi_oemresizeonce", config.oem_resize_once);
    all.boolean("kiwi_oempartition_install", config.oem_partition_install);
    all.written("kiwi_oemramdisksize", config.oem_ramdisk_size.as_ref());
    all.written("kiwi_oemdevicefilter", config.oem_device_filter.as_ref());
    all.written("kiwi_oemtitle", config.oem_boot_title.as_ref());
    all.boolean("kiwi_oemkboot", config.oem_kiwi_initrd);
    all.written("kiwi_oemnicfilter", config.oem_nic_filter.as_ref());
    all.boolean("kiwi_oemreboot", config.oem_reboot);
    all.boolean("kiwi_oemrebootinteractive", config.oem_reboot_interactive);
    all.boolean("kiwi_oemshutdown", config.oem_shutdown);
    all.boolean(
        "kiwi_oemshutdowninteractive",
        config.oem_shutdown_interactive,
    );
    all.boolean("kiwi_oemsilentboot", config.oem_silent_boot);
    all.boolean("kiwi_oemsilentinstall", config.oem_silent_install);
    all.boolean("kiwi_oemsilentverify", config.oem_silent_verify);
    all.boolean("kiwi_oemskipverify", config.oem_skip_verify);
    all.boolean("kiwi_oembootwait", config.oem_bootwait);
    all.boolean("kiwi_oemunattended", config.oem_unattended);
    all.written("kiwi_oemunattended_id", config.oem_unattended_id.as_ref());
    all.boolean("kiwi_oemrecovery", config.oem_recovery);
    all.written("kiwi_oemrecoveryID", config.oem_recovery_id.as_ref());
    all.written(
        "kiwi_oemrecoveryPartSize",
        config.oem_recovery_part_size.as_ref(),
    );
    all.boolean("kiwi_oemrecoveryInPlace", config.oem_inplace_recovery);
}

fn applies(
    facts: &Facts<'_>,
    profiles: Option<&Spanned<kiwi_description::model::values::CommaList>>,
) -> bool {
    facts.choice.applies(Binding {
        profiles,
        arch: None,
    })
}

fn names<'a>(files: impl Iterator<Item = &'a File>) -> Vec<&'a str> {
    files.map(|file| file.name.trim()).collect()
}
