//! Every format, from a plan to files, taken apart by foreign programs.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use kiwi_host::command::Runner;
use kiwi_host::{Cmd, Interrupt, SystemRunner};
use kiwi_plan::plan::container::{ContainerConfig, ContainerFormat, ContainerPlan};
use kiwi_plan::plan::format::{
    ControllerPlan, DiskContainer, DiskFormatPlan, GcePlan, MachinePlan, OvaPlan, Qcow2Plan,
    VagrantPlan, VagrantProviderPlan, Vagrantfile, VdiPlan, VhdPlan, VhdxPlan, VmdkPlan,
};
use kiwi_testkit::judges::require_judge;

use super::{Conversion, container, write};
use crate::BuildContext;
use crate::error::BuildError;
use crate::root::testing::Bench;

const MIB: u64 = 1 << 20;
const UUID: &str = "11223344-5566-4788-99aa-bbccddeeff00";

/// A bench with a raw disk, and programs that really run.
struct Workshop {
    bench: Bench,
    runner: SystemRunner,
    raw: PathBuf,
}

impl Workshop {
    fn new() -> Self {
        let bench = Bench::new();
        let raw = bench.outside("disk.raw");
        let disk = File::create(&raw).unwrap();
        disk.set_len(20 * MIB).unwrap();
        disk.write_all_at(&vec![7; 3 * MIB as usize], 5 * MIB)
            .unwrap();
        disk.write_all_at(b"end", 20 * MIB - 3).unwrap();
        let runner = SystemRunner::new(Interrupt::detached().unwrap());
        Self { bench, runner, raw }
    }

    fn with<T>(&self, work: impl FnOnce(Conversion<'_>) -> T) -> T {
        let context = BuildContext {
            runner: &self.runner,
            ..self.bench.context()
        };
        work(Conversion {
            context: &context,
            raw: &self.raw,
            sector_size: 512,
        })
    }

    fn written(&self, format: &DiskFormatPlan, name: &str) -> Vec<PathBuf> {
        let files = self
            .with(|conversion| write(conversion, format, name))
            .unwrap();
        let bytes = |files: &[PathBuf]| -> Vec<_> {
            files
                .iter()
                .map(|file| std::fs::read(file).unwrap())
                .collect()
        };
        let first = bytes(&files);
        let again = self
            .with(|conversion| write(conversion, format, name))
            .unwrap();
        assert!(first == bytes(&again), "{name}: two conversions differ");
        files
    }

    fn run(&self, program: &str, arguments: &[&str], directory: &Path) -> String {
        let command = Cmd::new(program).args(arguments).current_dir(directory);
        self.runner
            .run(&command)
            .unwrap()
            .stdout_text()
            .into_owned()
    }

    fn is_the_disk(&self, file: &Path, format: &str) {
        if require_judge("qemu-img").is_some() {
            let (raw, file) = (self.raw.to_str().unwrap(), file.to_str().unwrap());
            let arguments = ["compare", "-f", "raw", "-F", format, raw, file];
            self.run("qemu-img", &arguments, Path::new("/"));
        }
    }

    /// Unpacks an archive; gives the names in it.
    fn unpacked(&self, archive: &Path) -> (PathBuf, String) {
        let directory = self.bench.outside("unpacked");
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir(&directory).unwrap();
        let names = self.run("tar", &["-xvf", archive.to_str().unwrap()], &directory);
        (directory, names)
    }
}

fn vmdk(subformat: &str) -> VmdkPlan {
    VmdkPlan {
        subformat: subformat.into(),
        adapter: "ide".into(),
        hardware_version: "4".into(),
        tools_version: "0".into(),
        zeroed_grains: false,
        content_id: 7,
    }
}

#[test]
fn disks_of_all_formats_hold_the_raw_disk() {
    let workshop = Workshop::new();
    let vhd = |fixed| VhdPlan {
        uuid: UUID.into(),
        fixed,
        exact_size: true,
        tag: None,
    };
    for (name, qemu_format, plan) in [
        (
            "a.vmdk",
            "vmdk",
            DiskFormatPlan::Vmdk(vmdk("monolithicSparse")),
        ),
        (
            "b.vmdk",
            "vmdk",
            DiskFormatPlan::Vmdk(vmdk("twoGbMaxExtentSparse")),
        ),
        (
            "c.vmdk",
            "vmdk",
            DiskFormatPlan::Vmdk(vmdk("monolithicFlat")),
        ),
        (
            "a.vdi",
            "vdi",
            DiskFormatPlan::Vdi(VdiPlan {
                uuid: UUID.into(),
                modification_uuid: UUID.into(),
                is_static: false,
            }),
        ),
        ("a.vhd", "vpc", DiskFormatPlan::Vhd(vhd(false))),
        ("a.vhdfixed", "vpc", DiskFormatPlan::Vhd(vhd(true))),
        (
            "a.vhdx",
            "vhdx",
            DiskFormatPlan::Vhdx(VhdxPlan {
                disk_id: UUID.into(),
                file_write_id: UUID.into(),
                data_write_id: UUID.into(),
                block_bytes: MIB,
                log_bytes: MIB,
                zero_blocks: true,
            }),
        ),
    ] {
        let files = workshop.written(&plan, name);
        assert_eq!(files[0].file_name().unwrap(), name);
        let split =
            matches!(&plan, DiskFormatPlan::Vmdk(vmdk) if vmdk.subformat != "monolithicSparse");
        assert_eq!(files.len(), if split { 2 } else { 1 }, "{name}");
        workshop.is_the_disk(&files[0], qemu_format);
    }
}

#[test]
fn qcow2_is_written_by_qemu() {
    let workshop = Workshop::new();
    if require_judge("qemu-img").is_none() {
        return;
    }
    let options = vec!["compat=1.1".to_owned()];
    let files = workshop.written(&DiskFormatPlan::Qcow2(Qcow2Plan { options }), "a.qcow2");
    workshop.is_the_disk(&files[0], "qcow2");
}

#[test]
fn tags_are_put_into_fixed_disks() {
    let workshop = Workshop::new();
    let plan = DiskFormatPlan::Vhd(VhdPlan {
        uuid: UUID.into(),
        fixed: true,
        exact_size: true,
        tag: Some("00112233-4455-6677-8899-aabbccddeeff".into()),
    });
    let files = workshop.written(&plan, "a.vhdfixed");
    let bytes = std::fs::read(&files[0]).unwrap();
    assert_eq!(
        bytes[65536..65544],
        [0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66]
    );
    let raw = File::options().write(true).open(&workshop.raw).unwrap();
    raw.write_all_at(&[1], 65700).unwrap();
    let error = workshop
        .with(|conversion| write(conversion, &plan, "a.vhdfixed"))
        .unwrap_err();
    assert!(matches!(error, BuildError::OnDisk(_)), "{error}");
}

#[test]
fn archives_for_google() {
    let workshop = Workshop::new();
    for (license, names) in [
        (Some("a \"license\""), "manifest.json\ndisk.raw\n"),
        (None, "disk.raw\n"),
    ] {
        let plan = GcePlan {
            license: license.map(str::to_owned),
        };
        let files = workshop.written(&DiskFormatPlan::Gce(plan), "a.tar.gz");
        let (directory, found) = workshop.unpacked(&files[0]);
        assert_eq!(found, names);
        workshop.is_the_disk(&directory.join("disk.raw"), "raw");
        if let Some(license) = license {
            let text = std::fs::read(directory.join("manifest.json")).unwrap();
            let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(manifest, serde_json::json!({ "licenses": [license] }));
        }
    }
}

#[test]
fn archives_of_machines() {
    let workshop = Workshop::new();
    let controller = |model: &str| ControllerPlan {
        model: model.into(),
        number: 0,
    };
    let plan = DiskFormatPlan::Ova(Box::new(OvaPlan {
        disk: vmdk("streamOptimized"),
        machine: MachinePlan {
            name: "m".into(),
            hardware_version: "vmx-09".into(),
            guest_os: "suse64Guest".into(),
            memory_mib: None,
            processors: None,
            efi: false,
            secure_boot: false,
            disk_controller: controller("nvme"),
            dvd_controller: Some(controller("lsilogic")),
            networks: Vec::new(),
        },
    }));
    let files = workshop.written(&plan, "a.b-1.ova");
    let (directory, names) = workshop.unpacked(&files[0]);
    assert_eq!(names, "a.b-1.ovf\na.b-1.mf\na.b-1.vmdk\n");
    workshop.is_the_disk(&directory.join("a.b-1.vmdk"), "vmdk");
    let document = std::fs::read_to_string(directory.join("a.b-1.ovf")).unwrap();
    for part in [
        "vmware.nvme.controller",
        ">lsilogic<",
        "ovf:href=\"a.b-1.vmdk\"",
        "vmw:value=\"bios\"",
    ] {
        assert!(document.contains(part), "{part} in {document}");
    }
}

#[test]
fn boxes() {
    let workshop = Workshop::new();
    let virtualbox = VagrantPlan {
        provider: VagrantProviderPlan::Virtualbox {
            disk: vmdk("streamOptimized"),
            machine_name: "m".into(),
            machine_description: "d".into(),
            disk_uuid: UUID.into(),
        },
        virtual_size_gib: 1,
        vagrantfile: Vagrantfile::Lines(vec!["one".into(), "two".into()]),
    };
    let plan = DiskFormatPlan::Vagrant(Box::new(virtualbox.clone()));
    let files = workshop.written(&plan, "a.box");
    let (directory, names) = workshop.unpacked(&files[0]);
    assert_eq!(names, "metadata.json\nVagrantfile\nbox.vmdk\nbox.ovf\n");
    workshop.is_the_disk(&directory.join("box.vmdk"), "vmdk");
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    assert_eq!(
        read("metadata.json"),
        "{\n  \"provider\": \"virtualbox\"\n}"
    );
    assert_eq!(read("Vagrantfile"), "one\ntwo\n");
    assert!(read("box.ovf").contains("ovf:capacity=\"1073741824\""));
    if require_judge("qemu-img").is_none() {
        return;
    }
    let embedded = workshop.bench.describe("V", "own\n");
    let libvirt = VagrantPlan {
        provider: VagrantProviderPlan::Libvirt {
            disk: Qcow2Plan::default(),
        },
        vagrantfile: Vagrantfile::File(embedded),
        ..virtualbox.clone()
    };
    let files = workshop.written(&DiskFormatPlan::Vagrant(Box::new(libvirt)), "a.box");
    let (directory, names) = workshop.unpacked(&files[0]);
    assert_eq!(names, "metadata.json\nVagrantfile\nbox.img\n");
    workshop.is_the_disk(&directory.join("box.img"), "qcow2");
    let metadata = std::fs::read_to_string(directory.join("metadata.json")).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let expected =
        serde_json::json!({ "format": "qcow2", "provider": "libvirt", "virtual_size": 1 });
    assert_eq!(metadata, expected);
    let lost = VagrantPlan {
        vagrantfile: Vagrantfile::File("/nowhere/V".into()),
        ..virtualbox
    };
    let lost = DiskFormatPlan::Vagrant(Box::new(lost));
    let error = workshop
        .with(|conversion| write(conversion, &lost, "a.box"))
        .unwrap_err();
    assert!(matches!(error, BuildError::MissingFiles(_)), "{error}");
    assert!(
        std::fs::read_dir(workshop.bench.outside("scratch"))
            .unwrap()
            .next()
            .is_none()
    );
}

#[test]
fn disks_in_containers() {
    let workshop = Workshop::new();
    let plan = |compress: bool, format| DiskContainer {
        disk_name: "named.img".into(),
        container: ContainerPlan {
            format,
            file_name: if compress { "a.tar.xz" } else { "a.tar" }.into(),
            compress,
            name: "disk".into(),
            tag: "1".into(),
            additional_names: Vec::new(),
            architecture: "amd64".into(),
            author: String::new(),
            history_author: String::new(),
            created_by: String::new(),
            comment: None,
            config: ContainerConfig::default(),
            excludes: Vec::new(),
        },
    };
    for (compress, kind, format, qemu_format) in [
        (true, ContainerFormat::Docker, DiskFormatPlan::Raw, "raw"),
        (
            false,
            ContainerFormat::Docker,
            DiskFormatPlan::Vmdk(vmdk("monolithicSparse")),
            "vmdk",
        ),
        (false, ContainerFormat::Oci, DiskFormatPlan::Raw, "raw"),
    ] {
        let plan = plan(compress, kind);
        let file = workshop
            .with(|conversion| container::write(conversion, &format, &plan))
            .unwrap();
        let (directory, _) = workshop.unpacked(&file);
        let layer = layer(&directory, kind);
        let (directory, names) = workshop.unpacked_again(&layer);
        assert_eq!(names, "disk/\ndisk/named.img\n");
        workshop.is_the_disk(&directory.join("disk/named.img"), qemu_format);
    }
    assert!(workshop.raw.exists());
}

/// Finds the only layer of an unpacked archive.
fn layer(directory: &Path, kind: ContainerFormat) -> PathBuf {
    let (place, is_layer): (_, fn(&Path) -> bool) = match kind {
        ContainerFormat::Docker => (directory.to_owned(), |file| {
            file.extension().is_some_and(|extension| extension == "tar")
        }),
        ContainerFormat::Oci => (directory.join("blobs/sha256"), |file| {
            std::fs::read(file).unwrap().starts_with(&[0x1f, 0x8b])
        }),
    };
    let mut files = std::fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files.find(|file| file.is_file() && is_layer(file)).unwrap()
}

impl Workshop {
    /// Unpacks an archive that was in an archive.
    fn unpacked_again(&self, archive: &Path) -> (PathBuf, String) {
        let kept = self.bench.outside("layer");
        std::fs::rename(archive, &kept).unwrap();
        self.unpacked(&kept)
    }
}
