use super::*;
use crate::disk::{fstab, naming};
use crate::plan::disk::{DiskPlan, FileAttribute};
use crate::plan::image::ImagePlan;
use crate::test_support::{host, loaded};
use crate::{Input, Selection, resolve};

fn resolved(machine: &str, kind: &str) -> Result<DiskPlan, Vec<String>> {
    let loaded = loaded(&format!(
        r#"<preferences><version>1</version><packagemanager>apt</packagemanager>{kind}</preferences>
        <repository><source path="host:/"/></repository>
        <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
    ));
    let mut host = host();
    host.machine = machine.to_owned();
    let resolved = resolve(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &Selection::default(),
        host: &host,
    });
    match resolved {
        Ok(resolved) => match resolved.plan.image {
            ImagePlan::Disk(disk) => Ok(*disk),
            other => panic!("{other:?}"),
        },
        Err(refused) => Err(messages(&refused)),
    }
}

fn messages(diagnostics: &kiwi_description::diagnostic::Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .filter(|it| it.severity == kiwi_description::diagnostic::Severity::Error)
        .map(|it| format!("{} {}", it.code, it.message))
        .collect()
}

fn disk(attributes: &str, inside: &str) -> DiskPlan {
    let kind = format!(r#"<type image="oem" filesystem="ext4" {attributes}>{inside}</type>"#);
    resolved("x86_64", &kind).expect("the description is right")
}

/// Number, name in the plan, name in the table and keys of each partition.
fn table(disk: &DiskPlan) -> Vec<String> {
    disk.partitions
        .iter()
        .map(|it| {
            format!(
                "{} {} {} {} {}",
                it.number,
                it.id,
                it.name,
                it.size_mib.map_or("rest".to_owned(), |mib| mib.to_string()),
                it.id_keys.join(",")
            )
        })
        .collect()
}

const EVERYTHING: &str = r#"firmware="uefi" bootpartition="true" boot_clone="2" root_clone="1" spare_part="1G" spare_part_fs="ext4"
    spare_part_mountpoint="/spare" spare_part_is_last="true""#;
const PARTITIONS: &str = r#"<oemconfig><oem-resize>false</oem-resize><oem-swap>true</oem-swap></oemconfig><partitions>
    <partition name="var" size="2G" mountpoint="/var/" filesystem="ext3" clone="1"/>
    <partition name="my_data2x" size="100" partition_name="data" partition_type="t.raid" label="x"/>
    <partition name="tools" size="50M" mountpoint="/opt/tools" filesystem="squashfs"/>
    </partitions>"#;

#[test]
fn everything_in_its_order() {
    let disk = disk(EVERYTHING, PARTITIONS);
    assert_eq!(
        table(&disk),
        [
            "1 efi_csm p.legacy 2 kiwi_BiosGrub",
            "2 efi p.UEFI 20 kiwi_EfiPart",
            "3 bootclone1 p.lxbootclone1 300 kiwi_bootPartClone1",
            "4 bootclone2 p.lxbootclone2 300 kiwi_bootPartClone2",
            "5 boot p.lxboot 300 kiwi_BootPart",
            "6 swap p.swap 128 kiwi_SwapPart",
            "7 varclone1 p.lxvarclone1 2048 kiwi_varPartClone1",
            "8 var p.lxvar 2048 kiwi_VarPart",
            "9 my_data2x data 100 kiwi_My_Data2XPart",
            "10 tools p.lxtools 50 kiwi_ToolsPart",
            "11 rootclone1 p.lxrootclone1 rest kiwi_rootPartClone1",
            "12 root p.lxroot rest kiwi_RootPart",
            "13 spare p.spare 1024 kiwi_SparePart",
        ]
    );
    assert!(disk.partitions.last().unwrap().takes_rest);
}

#[test]
fn copies_have_identifiers_of_their_own() {
    let disk = disk(EVERYTHING, PARTITIONS);
    let mut seen: Vec<String> = Vec::new();
    for partition in &disk.partitions {
        seen.push(partition.guid.clone());
        let uuid = partition.filesystem.as_ref().and_then(|it| it.uuid.clone());
        seen.extend(uuid);
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
    for copy in disk.partitions.iter().filter(|it| it.copy_of.is_some()) {
        let original = disk.original(copy);
        assert_ne!(original.id, copy.id);
        assert_eq!(original.role, copy.role);
        assert_eq!(copy.mountpoint, None);
        let label = |it: &PartitionPlan| it.filesystem.as_ref().map(|it| it.label.clone());
        assert_eq!(label(copy), label(original));
    }
    assert_eq!(disk.partition(PartitionRole::Boot).unwrap().number, 5);
    assert_eq!(disk.partition(PartitionRole::Root).unwrap().number, 12);
}

#[test]
fn mounted_are_the_originals() {
    let disk = disk(EVERYTHING, PARTITIONS);
    let lines = fstab::text(&disk.fstab);
    let fields: Vec<Vec<&str>> = lines
        .lines()
        .map(|line| line.split(' ').skip(1).collect())
        .collect();
    let expected = [
        "swap swap defaults 0 0",
        "/ ext4 defaults 0 1",
        "/boot ext4 defaults 0 0",
        "/spare ext4 defaults 0 0",
        "/var ext3 defaults 0 0",
        "/boot/efi vfat defaults 0 0",
        "/opt/tools squashfs defaults 0 0",
    ];
    assert_eq!(
        fields.iter().map(|it| it.join(" ")).collect::<Vec<_>>(),
        expected
    );
    let tools = &disk.partitions[9];
    assert!(
        lines.contains(&format!("PARTUUID={} /opt/tools", tools.guid)),
        "{lines}"
    );
    for path in ["var/*", "var/.*", "opt/tools/*", "spare/*", "boot/efi/.*"] {
        assert!(disk.excludes.iter().any(|it| it == path), "{path}");
    }
    let label = |id: &str| {
        let found = disk.partitions.iter().find(|it| it.id == id);
        found
            .and_then(|it| it.filesystem.clone())
            .map(|it| it.label)
    };
    assert_eq!(label("var"), Some(Some("VAR".to_owned())));
    assert_eq!(label("tools"), Some(None));
    assert_eq!(label("spare"), Some(Some("SPARE".to_owned())));
    assert_eq!(label("my_data2x"), None);
}

#[test]
fn numbers_that_are_written() {
    let attributes = r#"firmware="efi" eficsm="false" bootpartition="true" bootpart_id="8" boot_clone="2" rootpart_id="20" root_clone="1""#;
    let disk = disk(
        attributes,
        r#"<partitions><partition name="a" size="10" part_id="30" clone="1" filesystem="ext2"/><partition name="b" size="10"/></partitions>"#,
    );
    assert_eq!(
        table(&disk),
        [
            "1 efi p.UEFI 20 kiwi_EfiPart",
            "9 bootclone9 p.lxbootclone9 300 kiwi_bootPartClone9",
            "10 bootclone10 p.lxbootclone10 300 kiwi_bootPartClone10",
            "8 boot p.lxboot 300 kiwi_BootPart",
            "31 aclone31 p.lxaclone31 10 kiwi_aPartClone31",
            "30 a p.lxa 10 kiwi_APart",
            "32 b p.lxb 10 kiwi_BPart",
            "21 rootclone21 p.lxrootclone21 rest kiwi_rootPartClone21",
            "20 root p.lxroot rest kiwi_RootPart",
        ]
    );
    assert!(naming::partition_ids_file(&disk).contains("kiwi_rootPartClone21=\"21\"\n"));
}

#[test]
fn mbr_with_logical_partitions() {
    let partitions = r#"<partitions><partition name="a" size="10"/><partition name="b" size="10"/><partition name="c" size="10"/></partitions>"#;
    let disk = disk(
        r#"bootpartition="true" dosparttable_extended_layout="true""#,
        partitions,
    );
    let numbers: Vec<_> = disk.partitions.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [1, 2, 3, 5, 6]);
    assert!(disk.partitions[0].active);
    let kind =
        format!(r#"<type image="oem" filesystem="ext4" bootpartition="true">{partitions}</type>"#);
    assert_eq!(
        resolved("x86_64", &kind),
        Err(vec![
            "K0375 5 partitions are more than the 4 that the table has room for".to_owned()
        ])
    );
    for (number, place) in [(2, "boot"), (6, "root"), (4, "root"), (3, "root")] {
        let written = format!(r#"{place}part_id="{number}""#);
        let kind = format!(
            r#"<type image="oem" filesystem="ext4" bootpartition="true" dosparttable_extended_layout="true" {written}>{partitions}</type>"#
        );
        let result = resolved("x86_64", &kind);
        assert_eq!(
            result.is_err(),
            place == "root" && number < 5,
            "{written}: {result:?}"
        );
    }
}

#[test]
fn boot_partitions() {
    let lvm = "<systemdisk/>";
    for (attributes, inside, expected) in [
        ("", "", false),
        (r#"bootpartition="true""#, "", true),
        (r#"mdraid="mirroring""#, "", true),
        (r#"mdraid="mirroring" bootpartition="false""#, "", false),
        ("", lvm, true),
        (r#"overlayroot="true""#, "", true),
    ] {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>
            <type image="oem" filesystem="ext4" {attributes}>{inside}</type></preferences>
            <repository><source path="host:/"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let host = host();
        let selection = Selection::default();
        let input = Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host: &host,
        };
        let facts = crate::resolve::resolve_facts(&input).expect("complete");
        assert_eq!(
            has_boot_partition(&facts),
            expected,
            "{attributes} {inside}"
        );
    }
}

#[test]
fn firmware_of_other_machines() {
    let kind = |attributes: &str| format!(r#"<type image="oem" filesystem="ext4" {attributes}/>"#);
    let prep = resolved("ppc64le", &kind(r#"bootpartition="true""#)).unwrap();
    assert_eq!(
        table(&prep),
        [
            "1 prep p.prep 8 kiwi_PrepPart",
            "2 boot p.lxboot 300 kiwi_BootPart",
            "3 root p.lxroot rest kiwi_RootPart",
        ]
    );
    assert!(prep.partitions[0].active);
    assert_eq!(
        prep.partitions[0].type_guid,
        "9e1a2d38-c612-4316-aa26-8b49521e5a8b"
    );
    let opal = resolved("ppc64le", &kind(r#"firmware="opal""#)).unwrap();
    assert_eq!(table(&opal).len(), 1);
    let mainframe = resolved(
        "s390x",
        r#"<type image="oem" filesystem="ext4"><bootloader name="custom"/></type>"#,
    )
    .unwrap();
    assert_eq!(
        (mainframe.table, mainframe.firmware.as_str()),
        (crate::plan::disk::TableKind::Msdos, "none")
    );
    let refused = resolved(
        "s390x",
        r#"<type image="oem" filesystem="ext4"><bootloader name="grub2" targettype="CDL"/></type>"#,
    );
    let messages = refused.unwrap_err();
    assert!(
        messages
            .iter()
            .any(|it| it.starts_with("K0378 the volume label")),
        "{messages:?}"
    );
}

#[test]
fn hybrid_tables_show_the_first_three() {
    let hybrid = |attributes: &str| {
        let attributes = format!(r#"gpt_hybrid_mbr="true" {attributes}"#);
        disk(&attributes, "").hybrid_mbr
    };
    assert_eq!(hybrid(r#"firmware="efi" bootpartition="true""#), [1, 2, 3]);
    assert_eq!(hybrid(r#"firmware="efi" eficsm="false""#), [1, 2]);
    assert_eq!(hybrid(""), [0; 0]);
    assert_eq!(hybrid(r#"firmware="efi" force_mbr="true""#), [0; 0]);
}

#[test]
fn spare_partitions() {
    let spare = |attributes: &str| {
        let attributes = format!(r#"spare_part="512" {attributes}"#);
        disk(
            &attributes,
            "<oemconfig><oem-resize>false</oem-resize></oemconfig>",
        )
    };
    let before = spare("");
    assert_eq!(
        table(&before),
        [
            "1 spare p.spare 512 kiwi_SparePart",
            "2 root p.lxroot rest kiwi_RootPart,kiwi_BootPart",
        ]
    );
    assert!(!before.partitions[0].takes_rest);
    let synchronous = spare(
        r#"spare_part_fs="ext4" spare_part_fs_attributes="synchronous-updates,no-copy-on-write""#,
    );
    assert_eq!(
        synchronous.partitions[0].attributes,
        [FileAttribute::SynchronousUpdates]
    );
}

#[test]
fn what_cannot_be() {
    let many = "x".repeat(33);
    for (attributes, partitions, expected) in [
        (
            "",
            r#"<partition name="a" size="10" clone="1"/><partition name="aclone1" size="10"/>"#
                .to_owned(),
            "K0356 the name `aclone1` is that of a copy of another partition",
        ),
        (
            r#"firmware="efi""#,
            format!(r#"<partition name="{many}" size="10"/>"#),
            "K0356 `p.lxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is longer than the 36 letters that a partition table has room for",
        ),
        (
            "",
            r#"<partition name="a" size="0"/>"#.to_owned(),
            "K0376 the partition `a` has no size",
        ),
        (
            "",
            r#"<partition name="a" size="32" filesystem="fat32"/>"#.to_owned(),
            "K0376 the partition `a` has 32 MiB, and this kind of FAT needs 33 to 2097151 MiB",
        ),
        (
            r#"target_blocksize="4096""#,
            r#"<partition name="a" size="16" filesystem="fat16"/>"#.to_owned(),
            "K0376 the partition `a` has 16 MiB, and this kind of FAT needs 17 to 2047 MiB",
        ),
        (
            r#"bootpartition="true""#,
            r#"<partition name="a" size="10" filesystem="ext4" mountpoint="/boot"/>"#.to_owned(),
            "K0355 the boot partition is mounted at `/boot` already",
        ),
        (
            r#"bootpartition="true" boot_clone="1" bootpart_id="1" rootpart_id="2""#,
            String::new(),
            "K0319 the partitions `bootclone2` and `root` both have number 2",
        ),
        (
            r#"spare_part="10" spare_part_mountpoint="/spare""#,
            String::new(),
            "K0355 the spare partition has a mount point, but no file system",
        ),
        (
            r#"firmware="efi" root_clone="400""#,
            String::new(),
            "K0375 203 partitions are more than the 128 that the table has room for",
        ),
    ] {
        let list = if partitions.is_empty() {
            String::new()
        } else {
            format!("<partitions>{partitions}</partitions>")
        };
        let kind = format!(r#"<type image="oem" filesystem="ext4" {attributes}>{list}</type>"#);
        assert_eq!(resolved("x86_64", &kind), Err(vec![expected.to_owned()]));
    }
}

#[test]
fn keys_and_mount_points_have_their_form() {
    for (name, title) in [
        ("var", "Var"),
        ("VAR", "Var"),
        ("my_data2x", "My_Data2X"),
        ("", ""),
    ] {
        assert_eq!(custom::title_case(name), title);
    }
    for (written, path) in [("/var", "/var"), ("/var//log/", "/var/log"), (" /a ", "/a")] {
        assert_eq!(custom::normal(written), path);
    }
}

#[test]
fn a_read_only_root_on_an_array_says_so() {
    let disk = disk(
        r#"firmware="efi" overlayroot="true" mdraid="mirroring" apply_dps_codes="true""#,
        "<oemconfig><oem-resize>false</oem-resize></oemconfig>",
    );
    let read_only = disk.partition(PartitionRole::ReadOnlyRoot).unwrap();
    assert_eq!(read_only.type_guid, crate::disk::type_codes::RAID.gpt);
    let layer = disk.partition(PartitionRole::Root).unwrap();
    assert_ne!(layer.type_guid, read_only.type_guid);
}
