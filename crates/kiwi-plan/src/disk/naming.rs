//! How partitions and file systems are named in `fstab`, on the kernel command line and in scripts.

use super::storage;
use crate::plan::disk::{DiskPlan, PartitionPlan, Persistency, TableKind};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};

/// Returns the unique id of a partition as `/dev/disk/by-partuuid` shows it.
pub fn partition_uuid(table: TableKind, mbr_id: u32, partition: &PartitionPlan) -> String {
    match table {
        TableKind::Gpt => partition.guid.clone(),
        TableKind::Msdos => format!("{mbr_id:08x}-{:02x}", partition.number),
    }
}

/// Returns the identifier of a file system as `blkid` shows it: FAT ids get their dash.
pub fn filesystem_uuid(filesystem: &FileSystemPlan) -> Option<String> {
    let uuid = filesystem.uuid.as_ref()?;
    Some(match filesystem.kind {
        FileSystem::Fat16 | FileSystem::Fat32 if uuid.len() == 8 => {
            format!("{}-{}", &uuid[..4], &uuid[4..])
        }
        _ => uuid.clone(),
    })
}

/// Returns `UUID=`, `LABEL=` or `PARTUUID=` of a partition.
///
/// What has no such name is named by the id of its partition, or by the device of the mapping that it is on.
pub fn device(
    persistency: Persistency,
    table: TableKind,
    mbr_id: u32,
    partition: &PartitionPlan,
) -> String {
    let filesystem = partition.filesystem.as_ref();
    if let Some(mapping) = storage::mapping(&partition.layers, partition.verity.as_ref()) {
        return filesystem
            .filter(|_| partition.verity.is_none())
            .and_then(|filesystem| content_name(persistency, filesystem))
            .unwrap_or(mapping);
    }
    let name = match persistency {
        Persistency::ByPartuuid => None,
        _ => filesystem.and_then(|filesystem| content_name(persistency, filesystem)),
    };
    name.unwrap_or_else(|| format!("PARTUUID={}", partition_uuid(table, mbr_id, partition)))
}

/// Returns `LABEL=` or `UUID=` of a file system, whatever it is on.
pub fn content_name(persistency: Persistency, filesystem: &FileSystemPlan) -> Option<String> {
    match persistency {
        Persistency::ByLabel => filesystem
            .label
            .as_ref()
            .map(|label| format!("LABEL={label}")),
        Persistency::ByUuid | Persistency::ByPartuuid => {
            filesystem_uuid(filesystem).map(|uuid| format!("UUID={uuid}"))
        }
    }
}

/// Returns the lines of `/config.partids`: which partition has which number, sorted by key.
///
/// The initrd's modules and scripts of descriptions read it.
pub fn partition_ids(plan: &DiskPlan) -> Vec<(String, u32)> {
    let mut ids: Vec<(String, u32)> = plan
        .partitions
        .iter()
        .flat_map(|partition| {
            partition
                .id_keys
                .iter()
                .map(|key| (key.clone(), partition.number))
        })
        .collect();
    ids.sort();
    ids
}

/// Returns the content of `/config.partids`.
pub fn partition_ids_file(plan: &DiskPlan) -> String {
    partition_ids(plan)
        .into_iter()
        .map(|(key, number)| format!("{key}=\"{number}\"\n"))
        .collect()
}

/// Returns the content of `/boot/mbrid`: the identifier of the medium.
pub fn medium_id_file(plan: &DiskPlan) -> String {
    format!("0x{:08x}\n", plan.mbr_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::fstab;
    use crate::plan::image::ImagePlan;
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    fn disk(attributes: &str) -> DiskPlan {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>
            <type image="oem" filesystem="ext4" {attributes}><oemconfig><oem-swap>true</oem-swap></oemconfig></type>
            </preferences><repository><source path="host:/"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let resolved = resolve(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &Selection::default(),
            host: &host(),
        });
        match resolved.expect("the description is right").plan.image {
            ImagePlan::Disk(disk) => *disk,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_of_partitions() {
        assert_eq!(
            partition_ids_file(&disk("")),
            "kiwi_BootPart=\"2\"\nkiwi_RootPart=\"2\"\nkiwi_SwapPart=\"1\"\n"
        );
        assert_eq!(
            partition_ids_file(&disk(
                r#"firmware="uefi" bootpartition="true" bootpart_id="8""#
            )),
            "kiwi_BiosGrub=\"1\"\nkiwi_BootPart=\"8\"\nkiwi_EfiPart=\"2\"\nkiwi_RootPart=\"10\"\nkiwi_SwapPart=\"9\"\n"
        );
    }

    #[test]
    fn medium_id() {
        let mut disk = disk("");
        disk.mbr_id = 0x0102_03fd;
        assert_eq!(medium_id_file(&disk), "0x010203fd\n");
    }

    #[test]
    fn fstab_names_devices_as_asked() {
        let plan = disk(r#"firmware="uefi" bootpartition="true""#);
        let lines = fstab::text(&plan.fstab);
        let mounted: Vec<_> = lines
            .lines()
            .map(|line| line.split(' ').nth(1).unwrap())
            .collect();
        assert_eq!(mounted, ["swap", "/", "/boot", "/boot/efi"]);
        let efi = lines.lines().last().unwrap();
        assert_eq!(efi.find('-'), Some("UUID=ABCD".len()), "{efi}");
        for (attributes, start) in [
            (
                r#"devicepersistency="by-label""#,
                "LABEL=SWAP swap swap defaults 0 0\nLABEL=ROOT / ext4 defaults 0 1\n",
            ),
            (
                r#"firmware="efi" devicepersistency="by-partuuid""#,
                "PARTUUID=",
            ),
            (r#"fsmountoptions="noatime""#, "UUID="),
        ] {
            let text = fstab::text(&disk(attributes).fstab);
            assert!(text.starts_with(start), "{attributes}: {text}");
        }
        let text = fstab::text(&disk(r#"fsmountoptions="noatime""#).fstab);
        assert!(text.ends_with(" / ext4 noatime 0 1\n"), "{text}");
    }
}
