use super::*;
use crate::bootloader::testing::disk;
use crate::root::testing::Bench;
use kiwi_plan::disk::TreeSize;
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
        id: role.name().to_owned(),
        is_copy: false,
        number,
        start_lba,
        sectors: 2048,
        start_bytes: start_lba * 512,
        bytes: 1 << 20,
        content_bytes: 1 << 20,
        content: TreeSize::default(),
        volumes: Vec::new(),
    };
    DiskLayout {
        disk_bytes: 15 * 12 * 4096 * 100,
        partitioned_bytes: 3 << 20,
        sector_size: 512,
        extended: None,
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
            "unshare --mount --propagation private bash {scratch}/zipl.sh /t/a.raw {scratch}/zipl {scratch}/zipl.conf 512 \
             2097152 1048576 1048576 1048576"
        )]
    );
}

/// The programs that the script calls, as far as the machine of this test must not have them: each writes down its arguments.
const FAKES: [(&str, &str); 5] = [
    (
        "losetup",
        "[ \"$1\" = --detach ] && exit\nn=$(cat \"$0.n\" 2>/dev/null || echo 0)\necho $((n + 1)) > \"$0.n\"\necho /dev/fake$n\n",
    ),
    ("mount", ""),
    ("umount", ""),
    ("chroot", "cp \"$1/boot/.kiwi-zipl.conf\" \"$0.conf\"\n"),
    ("sync", ""),
];

#[test]
fn the_script_leaves_nothing_attached() {
    for (partitions, mounts) in [
        (&["1", "2", "3", "4"][..], &["mount /dev/fake2 MP/boot"][..]),
        (&["1", "2"], &[]),
    ] {
        let bench = Bench::new();
        let directory = bench.outside("fakes");
        std::fs::create_dir(&directory).unwrap();
        let log = directory.join("log");
        for (name, body) in FAKES {
            let path = directory.join(name);
            let text = format!("#!/bin/bash\necho \"{name} $*\" >> \"$LOG\"\n{body}");
            std::fs::write(&path, text).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&path, mode).unwrap();
        }
        let mount_point = bench.outside("mp");
        std::fs::create_dir_all(mount_point.join("boot")).unwrap();
        let (script, settings) = (bench.outside("zipl.sh"), bench.outside("zipl.conf"));
        std::fs::write(&script, SCRIPT).unwrap();
        std::fs::write(&settings, configuration(&mainframe(), &layout())).unwrap();
        let command = Cmd::new("bash")
            .arg(&script)
            .args(["/t/a.raw"])
            .arg(&mount_point)
            .arg(&settings)
            .arg("512")
            .args(partitions)
            .env("LOG", &log)
            .env("PATH", format!("{}:/usr/bin:/bin", directory.display()));
        let runner = kiwi_host::SystemRunner::new(kiwi_host::Interrupt::detached().unwrap());
        kiwi_host::command::Runner::run(&runner, &command).unwrap();
        let said = std::fs::read_to_string(&log).unwrap();
        let said = said.replace(mount_point.to_str().unwrap(), "MP");
        let mut expected = vec![
            "losetup --find --show --sector-size 512 /t/a.raw",
            "losetup --find --show --sector-size 512 --offset 1 --sizelimit 2 /t/a.raw",
            "mount /dev/fake1 MP",
        ];
        if !mounts.is_empty() {
            expected
                .push("losetup --find --show --sector-size 512 --offset 3 --sizelimit 4 /t/a.raw");
        }
        expected.extend(mounts);
        expected.extend([
            "mount --bind /dev MP/dev",
            "mount -t proc proc MP/proc",
            "chroot MP zipl --noninteractive --config /boot/.kiwi-zipl.conf --blsdir /boot/loader/entries --verbose",
            "sync ",
            "umount --recursive MP",
            "losetup --detach /dev/fake0",
            "losetup --detach /dev/fake1",
        ]);
        if !mounts.is_empty() {
            expected.push("losetup --detach /dev/fake2");
        }
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
        let used = std::fs::read_to_string(directory.join("chroot.conf")).unwrap();
        assert!(used.contains("targetbase=/dev/fake0\n"), "{used}");
        assert!(!mount_point.join("boot/.kiwi-zipl.conf").exists());
    }
}
