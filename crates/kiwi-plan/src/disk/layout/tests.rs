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
        PartitionRole::BiosBoot => None,
        PartitionRole::Efi => Some(FileSystem::Fat16),
        PartitionRole::Boot | PartitionRole::Root => Some(FileSystem::Ext4),
        PartitionRole::Swap => Some(FileSystem::Swap),
    };
    PartitionPlan {
        role,
        number: 1,
        name: String::new(),
        type_guid: String::new(),
        mbr_type: 0x83,
        guid: String::new(),
        active: false,
        size_mib,
        filesystem: kind.map(filesystem),
        mountpoint: None,
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
    assert_eq!(root.ext.unwrap().block_size, 4096);
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
    sizes.boot = tree(100, 300);
    sizes.efi = tree(10, 20);
    let mut plan = everything();
    let needed = fixed_mib(&plan)
        + ext::minimum_mib(
            FileSystem::Ext4,
            sizes.root_tree.without(sizes.boot).without(sizes.efi),
        );
    plan.size = SizeRule::Absolute { mib: needed };
    assert!(layout(&plan, &sizes).is_ok());
    plan.size = SizeRule::Absolute { mib: needed - 1 };
    assert!(layout(&plan, &sizes).is_err());
}

#[test]
fn fixed_partitions_must_hold_their_content() {
    let mut sizes = measured(tree(600, 30_000));
    sizes.boot = tree(310, 300);
    let error = layout(&everything(), &sizes).unwrap_err().to_string();
    assert!(
        error.starts_with("the boot partition is too small: needs "),
        "{error}"
    );
    assert!(error.ends_with("MiB, has 300 MiB (test)"), "{error}");
    sizes.boot = TreeSize::default();
    sizes.efi = tree(20, 3);
    let error = layout(&everything(), &sizes).unwrap_err().to_string();
    assert!(
        error.starts_with("the EFI system partition is too small: needs 22 MiB"),
        "{error}"
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
    // Nothing at all still becomes a file system.
    let empty = filesystem_layout(
        &image(FileSystem::Ext4, SizeRule::Computed),
        TreeSize::default(),
    );
    assert!(empty.unwrap().unwrap().bytes >= MIB);
}
