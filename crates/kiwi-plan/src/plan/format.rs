//! Formats that the raw disk is converted to, and the virtual machines some of them describe.

use serde::{Deserialize, Serialize};

use super::container::ContainerPlan;

/// What the raw disk is converted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatPlan {
    /// Name as written: `qcow2`, `oci:raw`.
    pub name: String,
    /// Name of the file in the target directory.
    pub file_name: String,
    /// How the disk is stored.
    pub disk: DiskFormatPlan,
    /// Settings of the virtual machine in a file of their own.
    pub settings: Option<MachineSettings>,
    /// The container around the disk.
    pub container: Option<Box<DiskContainer>>,
    /// Whether a bundle compresses the file.
    pub compress: bool,
}

/// How a disk is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum DiskFormatPlan {
    /// As it is; inside containers only.
    Raw,
    /// QEMU, compressed.
    Qcow2(Qcow2Plan),
    /// VMware.
    Vmdk(VmdkPlan),
    /// VirtualBox.
    Vdi(VdiPlan),
    /// Virtual PC, growing or of fixed size.
    Vhd(VhdPlan),
    /// Hyper-V.
    Vhdx(VhdxPlan),
    /// Archive for Google Compute Engine.
    Gce(GcePlan),
    /// Archive of a virtual machine for VMware.
    Ova(Box<OvaPlan>),
    /// Vagrant box.
    Vagrant(Box<VagrantPlan>),
}

/// A qcow2 file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qcow2Plan {
    /// `key[=value]` options of `qemu-img`, sorted by key.
    pub options: Vec<String>,
}

/// A VMDK file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VmdkPlan {
    /// Form: `monolithicSparse`, `streamOptimized`, ...
    pub subformat: String,
    /// Controller the disk is made for, as its descriptor calls it.
    pub adapter: String,
    /// Version of the virtual hardware in the descriptor.
    pub hardware_version: String,
    /// Version of the guest's tools in the descriptor.
    pub tools_version: String,
    /// The tables may mark grains as zero.
    pub zeroed_grains: bool,
    /// Identifies the content.
    pub content_id: u32,
}

/// A VDI file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VdiPlan {
    /// Identifies the disk, a uuid.
    pub uuid: String,
    /// Identifies its content, a uuid.
    pub modification_uuid: String,
    /// All blocks have their place in the file from the beginning.
    #[serde(rename = "static")]
    pub is_static: bool,
}

/// A VHD file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VhdPlan {
    /// Identifies the disk, a uuid.
    pub uuid: String,
    /// The file has the size of the disk.
    pub fixed: bool,
    /// The size is not rounded up to what cylinders, heads and sectors can say.
    pub exact_size: bool,
    /// GUID at 64 KiB of the disk, for Azure's marketplace.
    pub tag: Option<String>,
}

/// A VHDX file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VhdxPlan {
    /// Identifies the disk to its guest, a uuid.
    pub disk_id: String,
    /// Identifies the file's content, a uuid.
    pub file_write_id: String,
    /// Identifies the disk's content, a uuid.
    pub data_write_id: String,
    /// Bytes of a block.
    pub block_bytes: u64,
    /// Bytes of the log.
    pub log_bytes: u64,
    /// Blocks without data are said to be zero, and not merely to be absent.
    pub zero_blocks: bool,
}

/// An archive for Google Compute Engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GcePlan {
    /// Licence in the manifest; without one there is no manifest.
    pub license: Option<String>,
}

/// An archive of a virtual machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OvaPlan {
    /// The disk.
    pub disk: VmdkPlan,
    /// The machine.
    pub machine: MachinePlan,
}

/// A virtual machine for VMware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachinePlan {
    /// Name.
    pub name: String,
    /// Version of the virtual hardware: `vmx-09`.
    pub hardware_version: String,
    /// Guest system as OVF files name it: `suse64Guest`.
    pub guest_os: String,
    /// Memory in MiB, when it is written.
    pub memory_mib: Option<u64>,
    /// Processors, when they are written.
    pub processors: Option<u64>,
    /// The firmware is EFI.
    pub efi: bool,
    /// The firmware starts only what is signed.
    pub secure_boot: bool,
    /// Controller of the disk.
    pub disk_controller: ControllerPlan,
    /// Controller of the DVD drive, when there is one.
    pub dvd_controller: Option<ControllerPlan>,
    /// Network cards.
    pub networks: Vec<NetworkCardPlan>,
}

/// A controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerPlan {
    /// `ide`, `nvme`, or the model of a SCSI controller as VMware names it.
    pub model: String,
    /// Number among those of its kind.
    pub number: u64,
}

/// A network card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCardPlan {
    /// Model as VMware names it.
    pub model: String,
    /// Hardware address; nothing lets the hypervisor choose.
    pub mac: Option<String>,
    /// Network it is on.
    pub network: String,
}

/// A file with the settings of a virtual machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineSettings {
    /// Name of the file in the target directory.
    pub file_name: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// A Vagrant box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VagrantPlan {
    /// What it is for.
    pub provider: VagrantProviderPlan,
    /// Size of the disk as the machine sees it, in GiB.
    pub virtual_size_gib: u64,
    /// The file `Vagrantfile`.
    pub vagrantfile: Vagrantfile,
}

/// What a box is for, and its disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name")]
pub enum VagrantProviderPlan {
    /// libvirt.
    Libvirt {
        /// The disk.
        disk: Qcow2Plan,
    },
    /// VirtualBox.
    Virtualbox {
        /// The disk.
        disk: VmdkPlan,
        /// Name of the machine.
        machine_name: String,
        /// What the machine is for.
        machine_description: String,
        /// Identifies the disk, a uuid.
        disk_uuid: String,
    },
}

/// A `Vagrantfile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vagrantfile {
    /// One of the description.
    File(String),
    /// Made here.
    Lines(Vec<String>),
}

/// A container that holds nothing but the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskContainer {
    /// Name of the disk in the directory `disk` of the container.
    pub disk_name: String,
    /// The container.
    pub container: ContainerPlan,
}

impl FormatPlan {
    /// Names of all files in the target directory, as far as they are known without the disk's size.
    pub fn file_names(&self) -> Vec<String> {
        let mut names = vec![self.file_name.clone()];
        if let (None, DiskFormatPlan::Vmdk(vmdk)) = (&self.container, &self.disk) {
            let stem = self.file_name.trim_end_matches(".vmdk");
            let first = match vmdk.subformat.as_str() {
                "monolithicFlat" => Some("flat"),
                "twoGbMaxExtentFlat" => Some("f001"),
                "twoGbMaxExtentSparse" => Some("s001"),
                _ => None,
            };
            names.extend(first.map(|first| format!("{stem}-{first}.vmdk")));
        }
        names.extend(
            self.settings
                .iter()
                .map(|settings| settings.file_name.clone()),
        );
        names
    }

    /// The file of the description that a box contains.
    pub fn vagrantfile(&self) -> Option<&str> {
        match &self.disk {
            DiskFormatPlan::Vagrant(vagrant) => match &vagrant.vagrantfile {
                Vagrantfile::File(path) => Some(path),
                Vagrantfile::Lines(_) => None,
            },
            _ => None,
        }
    }

    /// Tells whether `qemu-img` is needed.
    pub fn needs_qemu(&self) -> bool {
        match &self.disk {
            DiskFormatPlan::Qcow2(_) => true,
            DiskFormatPlan::Vagrant(vagrant) => {
                matches!(vagrant.provider, VagrantProviderPlan::Libvirt { .. })
            }
            _ => false,
        }
    }
}
