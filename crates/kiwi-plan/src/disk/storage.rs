//! What the root partition holds and what lies between: RAID, integrity, encryption, checksums, volumes
//! (spec 04, sections 11 to 14).

use kiwi_description::model::values::{BlockCount, MdRaid};

use super::luks_format;
use crate::ids::Ids;
use crate::plan::layers::{
    IntegrityPlan, LayerPlan, LuksPlan, Passphrase, RaidLevel, RaidPlan, VerityPlan,
};
use crate::resolve::{Facts, passphrase_file};

/// Space for the superblock of a RAID member and whatever follows it, in bytes.
const RAID_OFFSET: u64 = 2 << 20;

/// Name of the decrypted device.
pub const LUKS_MAPPING: &str = "luks";
/// Name of the device with checked sectors.
const INTEGRITY_MAPPING: &str = "integrityRoot";
/// Name of the device with checked blocks.
pub const VERITY_MAPPING: &str = "verityroot";
/// Program that opens a device with checked blocks, in the image.
pub const VERITY_PROGRAM: &str = "/usr/sbin/veritysetup";
/// Where the key of an encrypted root file system lies in it.
const KEY_FILE: &str = "/root/.root.keyfile";

/// Lists the layers of the root partition, from below.
///
/// `boot_partition`: kernel and initrd lie outside.
pub(crate) fn layers(facts: &Facts<'_>, boot_partition: bool, ids: &Ids) -> Vec<LayerPlan> {
    let raid = raid(facts, ids).map(LayerPlan::Raid);
    let integrity = integrity(facts, ids).map(LayerPlan::Integrity);
    let luks = luks(facts, boot_partition, ids).map(|luks| LayerPlan::Luks(Box::new(luks)));
    [raid, integrity, luks].into_iter().flatten().collect()
}

fn raid(facts: &Facts<'_>, ids: &Ids) -> Option<RaidPlan> {
    let level = match *facts.kind().disk.mdraid? {
        MdRaid::Mirroring => RaidLevel::Mirroring,
        MdRaid::Striping => RaidLevel::Striping,
    };
    Some(RaidPlan {
        level,
        uuid: ids.uuid("raid array"),
        device_uuid: ids.uuid("raid member"),
        device: "/dev/md0".to_owned(),
        data_offset: RAID_OFFSET,
    })
}

fn integrity(facts: &Facts<'_>, ids: &Ids) -> Option<IntegrityPlan> {
    let written = &facts.kind().integrity;
    written.standalone_integrity.filter(|it| **it)?;
    Some(IntegrityPlan {
        mapping: INTEGRITY_MAPPING.to_owned(),
        key_file: written
            .integrity_keyfile
            .as_ref()
            .map(|file| facts.host.absolute(file).to_string_lossy().into_owned()),
        key_path: written
            .integrity_keyfile
            .as_ref()
            .map(|file| format!("/{}", file.trim_start_matches('/'))),
        legacy_hmac: written.integrity_legacy_hmac.is_some_and(|it| *it),
        salt: ids.uuid("integrity"),
    })
}

/// Plans the encryption of the root file system.
pub(crate) fn luks(facts: &Facts<'_>, boot_partition: bool, ids: &Ids) -> Option<LuksPlan> {
    let written = &facts.kind().luks;
    let luks = written.luks.as_ref()?;
    let passphrase = match luks.value.as_str() {
        "" => Passphrase::Empty,
        "random" => Passphrase::Random,
        value => match passphrase_file(value) {
            Some(path) => {
                Passphrase::File(facts.host.absolute(path).to_string_lossy().into_owned())
            }
            None => Passphrase::Text(value.to_owned()),
        },
    };
    let typed = matches!(passphrase, Passphrase::Text(_) | Passphrase::File(_));
    // What can be typed is asked for once; where GRUB asked for it already, the initrd has the key.
    let key_file = !typed || !boot_partition;
    let mut plan = LuksPlan {
        uuid: ids.uuid("luks"),
        mapping: LUKS_MAPPING.to_owned(),
        passphrase,
        key_file: key_file.then(|| KEY_FILE.to_owned()),
        version: written.luks_version.map(|it| it.to_string()),
        key_derivation: written.luks_pbkdf.map(|it| it.to_string()),
        compatible_with: written.luks_os.map(|it| it.to_string()),
        options: facts
            .kind()
            .luksformat
            .iter()
            .flat_map(|format| &format.options)
            .map(|option| {
                let value = option.value.as_ref().map(|value| value.value.clone());
                (option.name.value.clone(), value)
            })
            .collect(),
        header_bytes: 0,
        origin: facts.places.origin(luks.span),
    };
    plan.header_bytes = luks_format::header_bytes(&plan);
    Some(plan)
}

/// Plans the checksums over the root file system.
pub(crate) fn verity(facts: &Facts<'_>, ids: &Ids) -> Option<VerityPlan> {
    let written = &facts.kind().integrity;
    let blocks = match *written.verity_blocks? {
        BlockCount::Empty => return None,
        BlockCount::All => None,
        BlockCount::Number(blocks) => Some(blocks),
    };
    Some(VerityPlan {
        blocks,
        uuid: ids.uuid("verity"),
        salt: ids.hex("verity salt"),
        mapping: VERITY_MAPPING.to_owned(),
    })
}

/// Device that holds the root file system in the running image, where a mapping does.
pub(crate) fn mapping(layers: &[LayerPlan], verity: Option<&VerityPlan>) -> Option<String> {
    if let Some(verity) = verity {
        return Some(format!("/dev/mapper/{}", verity.mapping));
    }
    layers.last().map(device_of)
}

/// Device that a layer provides in the running image.
pub fn device_of(layer: &LayerPlan) -> String {
    match layer {
        LayerPlan::Raid(raid) => raid.device.clone(),
        LayerPlan::Integrity(integrity) => format!("/dev/mapper/{}", integrity.mapping),
        LayerPlan::Luks(luks) => format!("/dev/mapper/{}", luks.mapping),
    }
}

/// Files that the initrd needs to find the root file system, absolute.
pub(crate) fn initrd_files(layers: &[LayerPlan], verity: Option<&VerityPlan>) -> Vec<String> {
    let mut files = Vec::from_iter(verity.map(|_| VERITY_PROGRAM.to_owned()));
    for layer in layers {
        match layer {
            LayerPlan::Raid(_) => files.push("/etc/mdadm.conf".to_owned()),
            LayerPlan::Integrity(integrity) => {
                files.push("/etc/integritytab".to_owned());
                files.extend(integrity.key_path.clone());
            }
            LayerPlan::Luks(luks) => {
                files.push("/etc/crypttab".to_owned());
                files.extend(luks.key_file.clone());
            }
        }
    }
    files
}

/// Drivers without which the initrd could not open what lies below the root file system.
pub(crate) fn initrd_drivers(
    layers: &[LayerPlan],
    verity: Option<&VerityPlan>,
) -> Vec<&'static str> {
    let mut drivers: Vec<&str> = layers
        .iter()
        .flat_map(|layer| match layer {
            LayerPlan::Raid(raid) => match raid.level {
                RaidLevel::Mirroring => ["raid1"].as_slice(),
                RaidLevel::Striping => &["raid0"],
            },
            LayerPlan::Integrity(_) => &["dm_integrity"],
            LayerPlan::Luks(_) => &["dm_crypt"],
        })
        .copied()
        .collect();
    drivers.extend(verity.map(|_| "dm_verity"));
    drivers
}

/// Modules of dracut without which the initrd could not find the root file system.
pub(crate) fn initrd_modules(
    layers: &[LayerPlan],
    verity: Option<&VerityPlan>,
) -> Vec<&'static str> {
    let mut modules: Vec<&str> = layers
        .iter()
        .map(|layer| match layer {
            LayerPlan::Raid(_) => "mdraid",
            LayerPlan::Integrity(_) => "systemd-integritysetup",
            LayerPlan::Luks(_) => "crypt",
        })
        .collect();
    modules.extend(verity.map(|_| "systemd-veritysetup"));
    modules
}

/// The same layer with identifiers of its own, for a copy of the partition called `id`.
pub(crate) fn copy_of_layer(layer: &LayerPlan, ids: &Ids, id: &str) -> LayerPlan {
    let uuid = |what: &str| ids.uuid(&format!("{what} of {id}"));
    match layer {
        LayerPlan::Raid(raid) => LayerPlan::Raid(RaidPlan {
            uuid: uuid("raid array"),
            device_uuid: uuid("raid member"),
            ..raid.clone()
        }),
        LayerPlan::Integrity(integrity) => LayerPlan::Integrity(IntegrityPlan {
            salt: uuid("integrity"),
            ..integrity.clone()
        }),
        LayerPlan::Luks(luks) => LayerPlan::Luks(Box::new(LuksPlan {
            uuid: uuid("luks"),
            ..(**luks).clone()
        })),
    }
}
