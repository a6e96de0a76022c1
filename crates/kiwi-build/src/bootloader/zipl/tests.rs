use super::*;
use crate::bootloader::testing::disk;
use crate::root::testing::Bench;
use kiwi_plan::disk::layout::PartitionLayout;
use kiwi_plan::plan::boot::BootLoader;

fn mainframe() -> DiskPlan {
    let mut disk = disk();
    disk.boot.loader = BootLoader::Zipl;
    disk.boot.zipl_target = Some(ZiplTarget::Scsi);
    disk
}

fn layout() -> DiskLayout {
    let partition = |role, number, start_lba| PartitionLayout {
        role,
        number,
        start_lba,
        sectors: 2048,
        start_bytes: start_lba * 512,
        bytes: 1 << 20,
        ext: None,
    };
    DiskLayout {
        disk_bytes: 15 * 12 * 4096 * 100,
        partitioned_bytes: 3 << 20,
        sector_size: 512,
        partitions: vec![
            partition(PartitionRole::Boot, 1, 2048),
            partition(PartitionRole::Root, 2, 4096),
        ],
    }
}

#[test]
fn configurations() {
    let mut disk = mainframe();
    assert_eq!(
        configuration(&disk, &layout()),
        "[defaultboot]\ndefaultauto\nprompt=1\ntimeout=3\ntarget=/boot\ntargetbase=@DEVICE@\ntargettype=SCSI\n\
         targetblocksize=512\ntargetoffset=2048\nsecure=auto\n"
    );
    disk.boot.zipl_target = Some(ZiplTarget::Cdl);
    let text = configuration(&disk, &layout());
    assert!(text.contains("targettype=CDL\n"), "{text}");
    assert!(text.contains("targetgeometry=100,15,12\n"), "{text}");
}

#[test]
fn entries_take_the_distributions_place() {
    for (existing, written) in [
        (None, "debian-6.1.conf"),
        (Some("0123-6.1.s390x.conf"), "0123-6.1.s390x.conf"),
        (Some("0123-5.9.conf"), "debian-6.1.conf"),
    ] {
        let bench = crate::bootloader::testing::tree_with_systemd();
        if let Some(existing) = existing {
            bench.write(&format!("{ENTRIES}/{existing}"), "title x\n");
        }
        let files = BootFiles::of(&bench.tree(), Some("boot/initrd.img-6.1".into())).unwrap();
        prepare(&bench.tree(), &mainframe(), &files).unwrap();
        assert_eq!(
            bench.read(&format!("{ENTRIES}/{written}")),
            "title The Title\nversion 6.1\noptions quiet root=UUID=1\nlinux /boot/vmlinuz-6.1\n\
             initrd /boot/initrd.img-6.1\n"
        );
    }
}

#[test]
fn the_program_runs_on_the_finished_disk() {
    let bench = Bench::new();
    install(
        &bench.context(),
        &mainframe(),
        &layout(),
        Path::new("/t/a.raw"),
    )
    .unwrap();
    let scratch = bench.outside("scratch");
    let scratch = scratch.to_str().unwrap();
    assert_eq!(
        bench.lines(),
        [format!(
            "unshare --mount --propagation private bash {scratch}/zipl.sh /t/a.raw {scratch}/zipl {scratch}/zipl.conf 512 2 1"
        )]
    );
}
