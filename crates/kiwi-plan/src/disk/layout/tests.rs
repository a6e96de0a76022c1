use proptest::prelude::*;

use super::*;
use crate::plan::boot::{BootLoader, BootPlan};
use crate::plan::disk::Persistency;
use crate::plan::filesystem::FileSystemPlan;

const GIB: u64 = 1024 * MIB;

fn tree(mib: u64, entries: u64) -> TreeSize {
    TreeSize {
        apparent_bytes: mib * MIB,
        block_bytes: mib * MIB + entries * 2048,
        entries,
    }
}

fn measured(root: TreeSize) -> Measured {
    Measured {
        root_tree: root,
        ..Measured::default()
    }
}

fn partition(role: PartitionRole, size_mib: Option<u64>) -> PartitionPlan {
    let kind = match role {
        PartitionRole::BiosBoot | PartitionRole::Prep => None,
        PartitionRole::Efi => Some(FileSystem::Fat16),
        PartitionRole::Swap => Some(FileSystem::Swap),
        _ => Some(FileSystem::Ext4),
    };
    let mountpoint = match role {
        PartitionRole::Efi => Some("/boot/efi"),
        PartitionRole::Boot => Some("/boot"),
        PartitionRole::Root => Some("/"),
        _ => None,
    };
    PartitionPlan {
        role,
        id: role.name().to_owned(),
        copy_of: None,
        number: 1,
        name: String::new(),
        type_guid: String::new(),
        mbr_type: 0x83,
        guid: String::new(),
        active: false,
        size_mib,
        layers: Vec::new(),
        takes_rest: false,
        attributes: Vec::new(),
        filesystem: kind.map(filesystem),
        volumes: None,
        verity: None,
        mountpoint: mountpoint.map(str::to_owned),
        id_keys: Vec::new(),
        reason: String::new(),
        size_origin: Origin::Default("test".to_owned()),
    }
}

fn filesystem(kind: FileSystem) -> FileSystemPlan {
    FileSystemPlan {
        kind,
        label: None,
        uuid: None,
        create_options: Vec::new(),
        mount_options: None,
        compression: None,
        btrfs: None,
    }
}

fn disk(table: TableKind, partitions: Vec<PartitionPlan>) -> DiskPlan {
    DiskPlan {
        file_name: "x.raw".to_owned(),
        firmware: "bios".to_owned(),
        table,
        sector_size: 512,
        start_sector: 2048,
        hybrid_mbr: Vec::new(),
        disk_guid: String::new(),
        mbr_id: 1,
        partitions,
        size: SizeRule::Computed,
        size_origin: None,
        unpartitioned_mib: 0,
        persistency: Persistency::ByUuid,
        fstab: Vec::new(),
        initrd: None,
        boot: BootPlan {
            loader: BootLoader::Grub2,
            bios: true,
            efi: None,
            command_line: String::new(),
            root_argument: String::new(),
            title: String::new(),
            timeout_seconds: 10,
            timeout_style: None,
            output_console: Vec::new(),
            input_console: Vec::new(),
            serial_line: None,
            video_mode: "auto".to_owned(),
            bls: true,
            theme: None,
            removable: false,
            install_options: Vec::new(),
            shim_options: Vec::new(),
            config_options: Vec::new(),
            environment: Vec::new(),
            boot_path: "/boot".to_owned(),
            efi_target: None,
            efi_fallback_name: None,
            unified_kernel: false,
            cryptodisk: false,
            encrypted_boot: None,
            xen: None,
            zipl_target: None,
        },
        format: None,
        excludes: Vec::new(),
    }
}

fn bios() -> DiskPlan {
    disk(TableKind::Msdos, vec![partition(PartitionRole::Root, None)])
}

fn everything() -> DiskPlan {
    disk(
        TableKind::Gpt,
        vec![
            partition(PartitionRole::BiosBoot, Some(2)),
            partition(PartitionRole::Efi, Some(20)),
            partition(PartitionRole::Boot, Some(300)),
            partition(PartitionRole::Swap, Some(128)),
            partition(PartitionRole::Root, None),
        ],
    )
}

#[test]
fn formula_is_the_references() {
    for (kind, mib, entries, expected) in [
        (FileSystem::Ext4, 1000, 0, 1500),
        (FileSystem::Ext4, 1001, 0, 1501),
        (FileSystem::Ext4, 1000, 40_000, 1519),
        (FileSystem::Xfs, 1001, 40_000, 1501),
        (FileSystem::Squashfs, 1000, 40_000, 1000),
    ] {
        assert_eq!(
            formula_mib(kind, tree(mib, entries)),
            expected,
            "{kind:?} {mib} {entries}"
        );
    }
}

#[test]
fn one_partition_on_an_mbr_disk() {
    let result = layout(&bios(), &measured(tree(1000, 40_000))).unwrap();
    assert_eq!(result.disk_bytes, 1519 * MIB);
    let root = result.partition(PartitionRole::Root).unwrap();
    assert_eq!((root.start_lba, root.start_bytes), (2048, MIB));
    assert_eq!(root.bytes, 1518 * MIB);
    assert_eq!(root.sectors * 512, root.bytes);
    assert_eq!(root.content_bytes, root.bytes);
}

#[test]
fn partitions_follow_each_other_at_full_mib() {
    let tree = measured(tree(1000, 40_000));
    let result = layout(&everything(), &tree).unwrap();
    let starts: Vec<_> = result
        .partitions
        .iter()
        .map(|it| it.start_bytes / MIB)
        .collect();
    assert_eq!(starts, [1, 3, 23, 323, 451]);
    assert_eq!(result.disk_bytes / MIB, 1519 + 2 + 20 + 300 + 128);
    let root = result.partition(PartitionRole::Root).unwrap();
    // The last MiB holds the second copy of the table.
    assert_eq!(root.start_bytes + root.bytes + MIB, result.disk_bytes);
}

#[test]
fn sectors_of_4096_bytes() {
    let mut plan = everything();
    plan.sector_size = 4096;
    let result = layout(&plan, &measured(tree(1000, 40_000))).unwrap();
    assert_eq!(result.partitions[0].start_lba, 2048);
    assert_eq!(result.partitions[0].start_bytes, 8 * MIB);
    for partition in &result.partitions {
        assert_eq!(partition.start_lba * 4096, partition.start_bytes);
        assert_eq!(partition.sectors * 4096, partition.bytes);
    }
}

#[test]
fn a_start_between_two_mib_is_kept() {
    let mut plan = everything();
    plan.start_sector = 5000;
    let result = layout(&plan, &measured(tree(1000, 40_000))).unwrap();
    let starts: Vec<_> = result.partitions.iter().map(|it| it.start_lba).collect();
    assert_eq!(starts[0], 5000);
    assert_eq!(starts[1] % 2048, 0);
    for pair in result.partitions.windows(2) {
        assert!(pair[0].start_lba + pair[0].sectors <= pair[1].start_lba);
    }
    let last = result.partitions.last().unwrap();
    assert!(last.start_bytes + last.bytes < result.partitioned_bytes);
}

#[test]
fn small_trees_get_what_they_need() {
    for (entries, mib) in [(10, 0), (100_000, 20), (3, 1)] {
        let content = tree(mib, entries);
        let result = layout(&everything(), &measured(content)).unwrap();
        let root = result.partition(PartitionRole::Root).unwrap();
        assert!(
            ext::fits(FileSystem::Ext4, root.bytes, content),
            "{entries} {mib}: {root:?}"
        );
    }
}

#[test]
fn written_sizes() {
    let tree = measured(tree(1000, 40_000));
    for (size, unpartitioned, disk_mib, partitioned_mib) in [
        (SizeRule::Absolute { mib: 4096 }, 0, 4096, 4096),
        (SizeRule::Absolute { mib: 4096 }, 96, 4096, 4000),
        (SizeRule::Additive { mib: 500 }, 0, 2019, 2019),
        (SizeRule::Additive { mib: 500 }, 100, 2019, 1919),
    ] {
        let mut plan = bios();
        plan.size = size;
        plan.unpartitioned_mib = unpartitioned;
        let result = layout(&plan, &tree).unwrap();
        assert_eq!(
            result.disk_bytes / MIB,
            disk_mib,
            "{size:?} {unpartitioned}"
        );
        assert_eq!(
            result.partitioned_bytes / MIB,
            partitioned_mib,
            "{size:?} {unpartitioned}"
        );
    }
}

#[test]
fn a_smaller_size_is_used_as_long_as_everything_fits() {
    let content = tree(1000, 40_000);
    let minimum = ext::minimum_mib(FileSystem::Ext4, content) + 1;
    let mut plan = bios();
    plan.size = SizeRule::Absolute { mib: minimum };
    assert_eq!(
        layout(&plan, &measured(content)).unwrap().disk_bytes / MIB,
        minimum
    );
    plan.size = SizeRule::Absolute { mib: 1000 };
    plan.size_origin = Some(Origin::Default("here".to_owned()));
    let error = layout(&plan, &measured(content)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("disk too small: needs {minimum} MiB, `<size>` gives 1000 MiB")
    );
}

#[test]
fn content_of_other_partitions_does_not_count_for_root() {
    let mut sizes = measured(tree(600, 30_000));
    sizes.parts.insert("/boot".to_owned(), tree(100, 300));
    sizes.parts.insert("/boot/efi".to_owned(), tree(10, 20));
    let mut plan = everything();
    let needed = fixed_mib(&plan) + ext::minimum_mib(FileSystem::Ext4, sizes.at("/"));
    plan.size = SizeRule::Absolute { mib: needed };
    assert!(layout(&plan, &sizes).is_ok());
    plan.size = SizeRule::Absolute { mib: needed - 1 };
    assert!(layout(&plan, &sizes).is_err());
}

#[test]
fn fixed_partitions_must_hold_their_content() {
    let mut sizes = measured(tree(600, 30_000));
    sizes.parts.insert("/boot".to_owned(), tree(310, 300));
    let error = layout(&everything(), &sizes).unwrap_err().to_string();
    assert!(
        error.starts_with("the boot partition is too small: needs "),
        "{error}"
    );
    assert!(error.ends_with("MiB, has 300 MiB (test)"), "{error}");
    sizes.parts.insert("/boot".to_owned(), TreeSize::default());
    sizes.parts.insert("/boot/efi".to_owned(), tree(20, 3));
    let error = layout(&everything(), &sizes).unwrap_err().to_string();
    assert!(
        error.starts_with("the EFI system partition is too small: needs 22 MiB"),
        "{error}"
    );
}

#[test]
fn xfs_has_a_smallest_size() {
    let mut plan = everything();
    for partition in &mut plan.partitions {
        if matches!(partition.role, PartitionRole::Root | PartitionRole::Boot) {
            partition.filesystem = Some(filesystem(FileSystem::Xfs));
        }
    }
    let result = layout(&plan, &measured(tree(1, 10))).unwrap();
    assert_eq!(
        result.partition(PartitionRole::Root).unwrap().bytes,
        300 * MIB
    );
    plan.partitions[2].size_mib = Some(299);
    let error = layout(&plan, &measured(tree(1, 10))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the boot partition is too small: needs 300 MiB, has 299 MiB (test)"
    );
}

#[test]
fn a_root_partition_of_fixed_size_leaves_the_rest_free() {
    let mut plan = disk(
        TableKind::Gpt,
        vec![partition(PartitionRole::Root, Some(2000))],
    );
    plan.size = SizeRule::Absolute { mib: 4096 };
    let result = layout(&plan, &measured(tree(1000, 40_000))).unwrap();
    assert_eq!(result.partitions[0].bytes / MIB, 2000);
    assert_eq!(result.disk_bytes, 4 * GIB);
    plan.size = SizeRule::Computed;
    let result = layout(&plan, &measured(tree(1000, 40_000))).unwrap();
    assert_eq!(result.disk_bytes / MIB, 2002);
}

#[test]
fn mbr_tables_end_at_two_tebibytes() {
    let mut plan = bios();
    plan.size = SizeRule::Absolute {
        mib: 3 * 1024 * 1024,
    };
    assert!(matches!(
        layout(&plan, &measured(tree(10, 10))),
        Err(LayoutError::TooLargeForTable { .. })
    ));
}

#[test]
fn filesystem_images() {
    let image = |kind, size| FileSystemImagePlan {
        file_name: String::new(),
        filesystem: filesystem(kind),
        size,
        size_origin: None,
        excludes: Vec::new(),
    };
    let content = tree(1000, 40_000);
    let size = |kind, rule| {
        filesystem_layout(&image(kind, rule), content).map(|it| it.map(|it| it.bytes / MIB))
    };
    assert_eq!(size(FileSystem::Ext4, SizeRule::Computed), Ok(Some(1519)));
    assert_eq!(
        size(FileSystem::Ext4, SizeRule::Additive { mib: 81 }),
        Ok(Some(1600))
    );
    assert_eq!(
        size(FileSystem::Ext4, SizeRule::Absolute { mib: 3000 }),
        Ok(Some(3000))
    );
    assert!(size(FileSystem::Ext4, SizeRule::Absolute { mib: 900 }).is_err());
    assert_eq!(size(FileSystem::Squashfs, SizeRule::Computed), Ok(None));
    assert_eq!(size(FileSystem::Xfs, SizeRule::Computed), Ok(Some(1500)));
    assert!(size(FileSystem::Xfs, SizeRule::Absolute { mib: 1100 }).is_err());
    // Nothing at all still becomes a file system.
    let empty = |kind| filesystem_layout(&image(kind, SizeRule::Computed), TreeSize::default());
    assert!(empty(FileSystem::Ext4).unwrap().unwrap().bytes >= MIB);
    assert_eq!(
        empty(FileSystem::Xfs),
        Ok(Some(FileSystemLayout {
            bytes: 300 * MIB,
            ext: None
        }))
    );
}

/// A partition of the description.
fn custom(
    id: &str,
    size_mib: u64,
    mountpoint: Option<&str>,
    kind: Option<FileSystem>,
) -> PartitionPlan {
    PartitionPlan {
        id: id.to_owned(),
        mountpoint: mountpoint.map(str::to_owned),
        filesystem: kind.map(filesystem),
        ..partition(PartitionRole::Custom, Some(size_mib))
    }
}

fn copy(of: &PartitionPlan) -> PartitionPlan {
    PartitionPlan {
        id: format!("{}clone1", of.id),
        copy_of: Some(of.id.clone()),
        mountpoint: None,
        ..of.clone()
    }
}

fn numbered(mut plan: DiskPlan, extended: bool) -> DiskPlan {
    for (partition, index) in plan.partitions.iter_mut().zip(1..) {
        partition.number = if extended && index > 3 {
            index + 1
        } else {
            index
        };
    }
    plan
}

#[test]
fn content_of_partitions_of_the_description_is_taken_off() {
    let mut sizes = measured(tree(1000, 40_000));
    sizes.parts.insert("/var".to_owned(), tree(400, 10_000));
    let var = |kind| custom("var", 2000, Some("/var"), Some(kind));
    let root = || partition(PartitionRole::Root, None);
    let size = |partitions| {
        let plan = disk(TableKind::Msdos, partitions);
        layout(&plan, &sizes).unwrap().disk_bytes / MIB
    };
    // 400 * 1.5 + 2 * 10000 * 256 / 2^20 = 604.
    let ext = var(FileSystem::Ext4);
    assert_eq!(size(vec![ext.clone(), root()]), 1519 + 2000 - 604);
    assert_eq!(size(vec![copy(&ext), ext, root()]), 1519 + 2 * 2000 - 604);
    assert_eq!(size(vec![var(FileSystem::Squashfs), root()]), 1519 + 2000);
    assert_eq!(size(vec![custom("raw", 50, None, None), root()]), 1519 + 50);
}

#[test]
fn what_is_mounted_deeper_is_counted_once() {
    let mut sizes = measured(tree(1000, 40_000));
    sizes.parts.insert("/var".to_owned(), tree(100, 100));
    sizes.parts.insert("/var/log".to_owned(), tree(300, 100));
    let small = custom("var", 250, Some("/var"), Some(FileSystem::Ext4));
    let plan = |log_mib| {
        let log = custom("log", log_mib, Some("/var/log"), Some(FileSystem::Ext4));
        let root = partition(PartitionRole::Root, None);
        disk(TableKind::Gpt, vec![log, small.clone(), root])
    };
    assert!(layout(&plan(400), &sizes).is_ok());
    let error = layout(&plan(200), &sizes).unwrap_err().to_string();
    assert!(
        error.starts_with("the `log` partition is too small: needs 3"),
        "{error}"
    );
}

#[test]
fn copies_of_root_are_of_one_size() {
    let root = partition(PartitionRole::Root, None);
    let mut plan = disk(TableKind::Gpt, vec![copy(&root), root]);
    let sizes = measured(tree(1000, 40_000));
    let bytes = |plan: &DiskPlan| {
        let result = layout(plan, &sizes).unwrap();
        let all: Vec<u64> = result.partitions.iter().map(|it| it.bytes / MIB).collect();
        (result.disk_bytes / MIB, all)
    };
    assert_eq!(bytes(&plan), (2 * 1519, vec![1518, 1518]));
    plan.size = SizeRule::Absolute { mib: 4001 };
    assert_eq!(bytes(&plan), (4001, vec![1999, 1999]));
    let needed = 2 * ext::minimum_mib(FileSystem::Ext4, sizes.root_tree) + 2;
    plan.size = SizeRule::Absolute { mib: needed - 1 };
    plan.size_origin = Some(Origin::Default("here".to_owned()));
    assert_eq!(
        layout(&plan, &sizes),
        Err(LayoutError::TooSmall {
            what: "disk",
            needs_mib: needed,
            given_mib: needed - 1,
            origin: plan.size_origin.clone(),
        })
    );
    plan.size = SizeRule::Absolute { mib: needed };
    assert!(layout(&plan, &sizes).is_ok());
}

#[test]
fn copies_below_a_writable_layer_count() {
    let read_only = PartitionPlan {
        filesystem: Some(filesystem(FileSystem::Squashfs)),
        mountpoint: Some("/".to_owned()),
        ..partition(PartitionRole::ReadOnlyRoot, Some(400))
    };
    let layer = PartitionPlan {
        mountpoint: None,
        ..partition(PartitionRole::Root, None)
    };
    let size = |partitions| {
        let plan = disk(TableKind::Gpt, partitions);
        layout(&plan, &measured(tree(1000, 40_000)))
            .unwrap()
            .disk_bytes
            / MIB
    };
    assert_eq!(size(vec![read_only.clone(), layer.clone()]), 1000);
    assert_eq!(size(vec![copy(&read_only), read_only, layer]), 2000);
}

#[test]
fn spare_space_at_the_end_gets_what_is_left_over() {
    let root = partition(PartitionRole::Root, None);
    let spare = PartitionPlan {
        takes_rest: true,
        filesystem: None,
        ..partition(PartitionRole::Spare, Some(500))
    };
    let mut plan = disk(
        TableKind::Gpt,
        vec![copy(&root), root.clone(), spare.clone()],
    );
    plan.size = SizeRule::Absolute { mib: 6001 };
    let sizes = measured(tree(1000, 40_000));
    let bytes = |plan: &DiskPlan| -> Vec<u64> {
        let result = layout(plan, &sizes).unwrap();
        result.partitions.iter().map(|it| it.bytes / MIB).collect()
    };
    assert_eq!(bytes(&plan), [2749, 2749, 501]);
    // A root of fixed size leaves all the rest to it.
    let fixed = PartitionPlan {
        size_mib: Some(2000),
        ..root
    };
    plan.partitions = vec![fixed, spare];
    assert_eq!(bytes(&plan), [2000, 6001 - 2002]);
}

#[test]
fn logical_partitions_have_a_record_in_front() {
    let mut plan = numbered(
        disk(
            TableKind::Msdos,
            vec![
                custom("a", 10, None, None),
                custom("b", 10, None, None),
                custom("c", 10, None, None),
                custom("d", 10, None, None),
                partition(PartitionRole::Root, None),
            ],
        ),
        true,
    );
    for sector_size in [512, 4096] {
        plan.sector_size = sector_size;
        plan.start_sector = MIB / u64::from(sector_size);
        plan.size = SizeRule::Absolute { mib: 4096 };
        let result = layout(&plan, &measured(tree(1000, 40_000))).unwrap();
        let starts: Vec<u64> = result
            .partitions
            .iter()
            .map(|it| it.start_bytes / MIB)
            .collect();
        assert_eq!(starts, [1, 11, 21, 32, 43]);
        let per_mib = MIB / u64::from(sector_size);
        assert_eq!(
            result.extended,
            Some(ExtendedLayout {
                number: 4,
                start_lba: 31 * per_mib,
                sectors: (4096 - 31) * per_mib
            })
        );
        let root = result.partitions.last().unwrap();
        assert_eq!(root.start_bytes + root.bytes, result.disk_bytes);
    }
}

#[test]
fn no_size_is_too_large_to_be_refused() {
    let tree = measured(tree(10, 10));
    let mut plan = disk(
        TableKind::Gpt,
        vec![
            custom("a", u64::MAX, None, None),
            custom("b", u64::MAX, None, None),
            partition(PartitionRole::Root, None),
        ],
    );
    let refused = |plan: &DiskPlan| {
        let error = layout(plan, &tree).unwrap_err();
        assert!(matches!(error, LayoutError::TooLargeForTable { .. }));
    };
    refused(&plan);
    plan.partitions.drain(..2);
    plan.size = SizeRule::Additive { mib: u64::MAX };
    refused(&plan);
    plan.size = SizeRule::Computed;
    plan.unpartitioned_mib = u64::MAX;
    refused(&plan);
    plan.unpartitioned_mib = 0;
    plan.start_sector = u64::MAX;
    refused(&plan);
}

/// Some partitions with content, most of them large enough for it.
fn any_partitions() -> impl Strategy<Value = Vec<PartitionPlan>> {
    let kinds = prop_oneof![
        Just(None),
        Just(Some(FileSystem::Ext4)),
        Just(Some(FileSystem::Ext2)),
        Just(Some(FileSystem::Fat32)),
        Just(Some(FileSystem::Squashfs)),
    ];
    let one = (1_u64..3000, kinds, any::<bool>());
    (
        proptest::collection::vec(one, 0..8),
        any::<bool>(),
        proptest::option::of(1_u64..500),
        proptest::option::of(1000_u64..5000),
    )
        .prop_map(|(list, root_copy, spare, root_size)| {
            let mut partitions = Vec::new();
            for (index, (size, kind, is_copied)) in list.into_iter().enumerate() {
                let mountpoint = kind.map(|_| format!("/m{index}"));
                let id = format!("p{index}");
                let one = custom(&id, size, mountpoint.as_deref(), kind);
                if is_copied {
                    partitions.push(copy(&one));
                }
                partitions.push(one);
            }
            let root = partition(PartitionRole::Root, root_size);
            if root_copy {
                partitions.push(copy(&root));
            }
            partitions.push(root);
            if let Some(size) = spare {
                partitions.push(PartitionPlan {
                    takes_rest: true,
                    filesystem: None,
                    ..partition(PartitionRole::Spare, Some(size))
                });
            }
            partitions
        })
}

proptest! {
    /// Whatever is planned lies beside each other within the disk and holds its content, or is refused.
    #[test]
    fn every_layout_holds_what_goes_in(
        partitions in any_partitions(),
        gpt in any::<bool>(),
        big_sectors in any::<bool>(),
        start in 2048_u64..20_000,
        contents in proptest::collection::vec((0_u64..800, 1_u64..30_000), 9),
        written in proptest::option::of((any::<bool>(), 1_u64..40_000)),
        unpartitioned in 0_u64..500,
    ) {
        let table = if gpt { TableKind::Gpt } else { TableKind::Msdos };
        let mut plan = numbered(disk(table, partitions), !gpt);
        plan.sector_size = if big_sectors { 4096 } else { 512 };
        plan.start_sector = start;
        plan.size = match written {
            None => SizeRule::Computed,
            Some((true, mib)) => SizeRule::Additive { mib },
            Some((false, mib)) => SizeRule::Absolute { mib },
        };
        plan.unpartitioned_mib = unpartitioned;
        let mut sizes = measured(tree(0, 0));
        for (index, (mib, entries)) in contents.iter().enumerate() {
            sizes.root_tree += tree(*mib, *entries);
            if index < 8 {
                sizes.parts.insert(format!("/m{index}"), tree(*mib, *entries));
            }
        }
        let result = match layout(&plan, &sizes) {
            Ok(result) => result,
            Err(LayoutError::TooLargeForTable { .. }) => return Err(TestCaseError::fail("no such size")),
            Err(_) => return Ok(()),
        };

        let sector = u64::from(plan.sector_size);
        let mut free = start * sector;
        for (partition, place) in plan.partitions.iter().zip(&result.partitions) {
            if is_logical(&plan, partition) {
                prop_assert!(place.start_bytes >= free + MIB);
                let extended = result.extended.unwrap();
                prop_assert!(place.start_lba > extended.start_lba);
                prop_assert!(place.start_lba + place.sectors <= extended.start_lba + extended.sectors);
            }
            prop_assert!(place.start_bytes >= free);
            prop_assert!(place.start_bytes % MIB == 0 || place.number == 1);
            prop_assert_eq!(place.start_lba * sector, place.start_bytes);
            prop_assert_eq!(place.sectors * sector, place.bytes);
            prop_assert!(place.bytes > 0);
            match partition.size_mib {
                Some(mib) if partition.takes_rest => prop_assert!(place.bytes >= mib * MIB),
                Some(mib) => prop_assert_eq!(place.bytes, mib * MIB),
                None => {}
            }
            prop_assert!(place.bytes >= needed_mib(&plan, partition, &sizes) * MIB);
            if let Some(kind) = partition.filesystem.as_ref().map(|it| it.kind)
                && kind.is_ext()
            {
                prop_assert!(ext::fits(kind, place.bytes, content(&plan, partition, &sizes)));
            }
            free = place.start_bytes + place.bytes;
        }
        prop_assert!(free + table_end_mib(table) * MIB <= result.partitioned_bytes);
        prop_assert_eq!(result.partitioned_bytes + unpartitioned * MIB, result.disk_bytes);
        if let SizeRule::Absolute { mib } = plan.size {
            prop_assert_eq!(result.disk_bytes, mib * MIB);
        }
    }
}
