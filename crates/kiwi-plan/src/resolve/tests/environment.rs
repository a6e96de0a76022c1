//! The variables that scripts see (spec 03, section 11), for every build type, built by this version or not.

use std::collections::BTreeSet;

use kiwi_description::model::values::ImageType;

use super::*;

/// What every build exports.
const ALWAYS: &str = "kiwi_align kiwi_boot_timeout kiwi_bootkernel kiwi_bootloader kiwi_bootloader_console kiwi_bootprofile \
    kiwi_btrfs_root_is_snapper_snapshot kiwi_btrfs_root_is_snapshot kiwi_cmdline kiwi_compressed kiwi_delete \
    kiwi_devicepersistency kiwi_displayname kiwi_drivers kiwi_firmware kiwi_fsmountoptions kiwi_gpt_hybrid_mbr \
    kiwi_hybridpersistent kiwi_hybridpersistent_filesystem kiwi_iname kiwi_initrd_system kiwi_installboot kiwi_iversion \
    kiwi_luks_empty_passphrase kiwi_profiles kiwi_ramonly kiwi_revision kiwi_rootpartuuid kiwi_sectorsize \
    kiwi_shasum_suffix kiwi_showlicense kiwi_startsector kiwi_strip_delete kiwi_strip_libs kiwi_strip_tools \
    kiwi_target_blocksize kiwi_target_removable kiwi_type kiwi_vga kiwi_wwid_wait_timeout";

/// What `oemconfig` exports, whatever of it is written.
const FIRST_BOOT: &str = "kiwi_oembootwait kiwi_oemdevicefilter kiwi_oemkboot kiwi_oemmultipath_scan kiwi_oemnicfilter \
    kiwi_oempartition_install kiwi_oemramdisksize kiwi_oemreboot kiwi_oemrebootinteractive kiwi_oemrecovery \
    kiwi_oemrecoveryID kiwi_oemrecoveryInPlace kiwi_oemrecoveryPartSize kiwi_oemresizeonce kiwi_oemrootMB kiwi_oemshutdown \
    kiwi_oemshutdowninteractive kiwi_oemsilentboot kiwi_oemsilentinstall kiwi_oemsilentverify kiwi_oemskipverify \
    kiwi_oemswapMB kiwi_oemtitle kiwi_oemunattended kiwi_oemunattended_id kiwi_oemvmcp_parmfile";

fn environment(kind: &str) -> std::collections::BTreeMap<String, String> {
    let loaded = loaded(&format!(
        "<preferences><version>1.2.3</version>{kind}</preferences>"
    ));
    let (selection, host) = (Selection::default(), host());
    let facts = resolve_facts(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &selection,
        host: &host,
    });
    let facts = facts.unwrap_or_else(|errors| panic!("{kind}: {:?}", errors.into_vec()));
    facts
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.as_text().to_owned()))
        .collect()
}

/// Each type has the common variables and its own, no others, and the right initrd system.
#[test]
fn every_type_has_its_variables() {
    let own = |kind: &str| match kind {
        "oem" => "kiwi_install_volid",
        "iso" => "kiwi_live_volid",
        "cpio" => "kiwi_cpio_name",
        _ => "",
    };
    for kind in ImageType::NAMES {
        let attributes = match *kind {
            "oem" => r#"filesystem="ext4""#,
            "appx" => r#"metadata_path="/m""#,
            _ => "",
        };
        let found = environment(&format!(r#"<type image="{kind}" {attributes}/>"#));
        let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
        let expected: BTreeSet<&str> = ALWAYS
            .split_whitespace()
            .chain(own(kind).split_whitespace())
            .collect();
        assert_eq!(names, expected, "{kind}");
        assert_eq!(found["kiwi_type"], *kind);
        let initrd = match *kind {
            "oem" | "iso" | "kis" => "dracut",
            "pxe" => "kiwi",
            _ => "none",
        };
        assert_eq!(found["kiwi_initrd_system"], initrd, "{kind}");
    }
}

#[test]
fn values_of_a_type() {
    for (kind, name, value) in [
        (
            r#"image="oem" filesystem="ext4""#,
            "kiwi_install_volid",
            "INSTALL",
        ),
        (
            r#"image="oem" filesystem="ext4" volid="V""#,
            "kiwi_install_volid",
            "V",
        ),
        (r#"image="iso""#, "kiwi_live_volid", "CDROM"),
        (r#"image="iso" volid="V""#, "kiwi_live_volid", "V"),
        (
            r#"image="kis" initrd_system="none""#,
            "kiwi_initrd_system",
            "none",
        ),
        (
            r#"image="iso" hybridpersistent="true""#,
            "kiwi_hybridpersistent",
            "true",
        ),
        (
            r#"image="iso" hybridpersistent="0""#,
            "kiwi_hybridpersistent",
            "false",
        ),
        (
            r#"image="oem" filesystem="ext4" luks="""#,
            "kiwi_luks_empty_passphrase",
            "true",
        ),
        (
            r#"image="oem" filesystem="ext4" luks="a""#,
            "kiwi_luks_empty_passphrase",
            "false",
        ),
        (
            r#"image="oem" filesystem="ext4""#,
            "kiwi_luks_empty_passphrase",
            "false",
        ),
        (
            r#"image="oem" filesystem="ext4" disk_start_sector="4096""#,
            "kiwi_startsector",
            "4096",
        ),
        (
            r#"image="oem" filesystem="ext4" target_blocksize="4096""#,
            "kiwi_target_blocksize",
            "4096",
        ),
        (
            r#"image="oem" filesystem="ext4" kernelcmdline=" a  b ""#,
            "kiwi_cmdline",
            " a  b ",
        ),
        (
            r#"image="oem" filesystem="ext4" xen_server="true""#,
            "kiwi_xendomain",
            "dom0",
        ),
        (
            r#"image="oem" filesystem="ext4" installboot="harddisk""#,
            "kiwi_installboot",
            "harddisk",
        ),
        (r#"image="cpio""#, "kiwi_cpio_name", "test"),
        (r#"image="tbz""#, "kiwi_displayname", "test"),
        (r#"image="tbz""#, "kiwi_shasum_suffix", ".sha256"),
        (r#"image="tbz""#, "kiwi_bootloader", "grub2"),
        (
            r#"image="tbz""#,
            "kiwi_bootloader_console",
            "default:default",
        ),
    ] {
        let found = environment(&format!("<type {kind}/>"));
        assert_eq!(
            found.get(name).map(String::as_str),
            Some(value),
            "{kind} {name}"
        );
    }
}

#[test]
fn values_of_children() {
    for (children, expected) in [
        (
            r#"<bootloader name="grub2" timeout="3" output_console="serial gfxterm" video_mode="800x600"/>"#,
            "kiwi_boot_timeout=3 kiwi_bootloader_console=serial gfxterm:serial gfxterm kiwi_vga=800x600",
        ),
        (
            r#"<bootloader name="systemd_boot"/>"#,
            "kiwi_boot_timeout= kiwi_bootloader=systemd_boot kiwi_vga=auto",
        ),
        (
            r#"<bootloader name="grub2" input_console="serial"/>"#,
            "kiwi_bootloader_console=default:serial",
        ),
        (
            "<oemconfig><oem-swap>true</oem-swap><oem-systemsize>2048</oem-systemsize><oem-reboot>0</oem-reboot></oemconfig>",
            "kiwi_oemrootMB=2048 kiwi_oemreboot=false kiwi_oemswapMB= kiwi_oemtitle=",
        ),
        (
            r#"<systemdisk><volume name="home"/><volume name="@root" size="2G"/><volume name="var/log" freespace="10"/></systemdisk>"#,
            "kiwi_lvm=true kiwi_lvmgroup=systemVG kiwi_Volume_1=home|freespace:30|home kiwi_Volume_Root=LVRoot|size:2048| \
             kiwi_Volume_2=var_log|freespace:10|var/log",
        ),
        (
            r#"<oemconfig><oem-swap>true</oem-swap></oemconfig><systemdisk name="vg"><volume name="data" size="all" mountpoint="/srv"/></systemdisk>"#,
            "kiwi_lvmgroup=vg kiwi_Volume_1=data|size:all|srv kiwi_Volume_Root=LVRoot|freespace:30| kiwi_Volume_2=LVSwap|size:128|",
        ),
    ] {
        let found = environment(&format!(
            r#"<type image="oem" filesystem="ext4">{children}</type>"#
        ));
        for part in expected
            .split(" kiwi_")
            .map(|part| part.trim_start_matches("kiwi_"))
        {
            let (name, value) = part.split_once('=').expect("it is NAME=VALUE");
            let name = format!("kiwi_{name}");
            assert_eq!(
                found.get(&name).map(String::as_str),
                Some(value.trim_end()),
                "{name}"
            );
        }
        let first_boot: BTreeSet<_> = found
            .keys()
            .filter(|name| name.starts_with("kiwi_oem"))
            .map(String::as_str)
            .collect();
        let all: BTreeSet<_> = FIRST_BOOT.split_whitespace().collect();
        if children.contains("oemconfig") {
            assert_eq!(first_boot, all);
        } else {
            assert!(first_boot.is_empty(), "{first_boot:?}");
        }
    }
}

/// Only LVM has a volume group; subvolumes of btrfs are volumes as well.
#[test]
fn btrfs_has_volumes_without_a_group() {
    let found = environment(
        r#"<type image="oem" filesystem="btrfs"><systemdisk><volume name="home"/></systemdisk></type>"#,
    );
    assert!(!found.contains_key("kiwi_lvm") && !found.contains_key("kiwi_lvmgroup"));
    assert_eq!(found["kiwi_Volume_1"], "home|freespace:120|home");
    assert_eq!(found["kiwi_Volume_Root"], "|size:all|");
}
