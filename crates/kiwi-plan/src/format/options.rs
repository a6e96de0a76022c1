//! `formatoptions`: what each format understands.
//!
//! The names are those of `qemu-img`, for which descriptions are written. Where the format is written without it, every option has
//! its meaning here, and one that is not known is an error of the description.

use kiwi_description::model::VmDisk;
use kiwi_description::model::values::{DiskController, DiskFormat, VagrantProvider};

use crate::resolve::Facts;

/// Form of a VMDK for transport.
pub(super) const STREAM_OPTIMIZED: &str = "streamOptimized";
/// Form of a VMDK when none is written.
const MONOLITHIC_SPARSE: &str = "monolithicSparse";
/// Version that stands for tools whose version does not matter, such as open-vm-tools.
const ANY_TOOLS: &str = "2147483647";

/// Words for "yes" and "no" as `qemu-img` reads them.
const YES: &[&str] = &["on", "yes", "true", "y"];
const NO: &[&str] = &["off", "no", "false", "n"];

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// On or off; without a value it is on.
    Switch,
    /// A number of bytes that is a power of two between these, perhaps with a unit.
    PowerOfTwo(u64, u64),
    /// A number of bytes in whole MiB up to this many MiB.
    WholeMib(u64),
    /// One of these words.
    Words(&'static [&'static str]),
    /// This word; another one is without effect.
    Fixed(&'static str),
    /// Any number.
    Number,
}

const MIB: u64 = 1 << 20;
const ADAPTERS: &[&str] = &[
    "ide",
    "buslogic",
    "lsilogic",
    "legacyESX",
    "lsisas1068",
    "pvscsi",
];
const VMDK_FORMS: &[&str] = &[
    MONOLITHIC_SPARSE,
    "monolithicFlat",
    "twoGbMaxExtentSparse",
    "twoGbMaxExtentFlat",
    STREAM_OPTIMIZED,
];
const VMDK: &[(&str, Kind)] = &[
    ("adapter_type", Kind::Words(ADAPTERS)),
    ("compat6", Kind::Switch),
    ("hwversion", Kind::Number),
    ("subformat", Kind::Words(VMDK_FORMS)),
    ("toolsversion", Kind::Number),
    ("zeroed_grain", Kind::Switch),
];
/// A disk inside an archive is always of the form for transport.
const TRANSPORTED_VMDK: &[(&str, Kind)] = &[
    ("adapter_type", Kind::Words(ADAPTERS)),
    ("compat6", Kind::Switch),
    ("hwversion", Kind::Number),
    ("subformat", Kind::Fixed(STREAM_OPTIMIZED)),
    ("toolsversion", Kind::Number),
];
const VDI: &[(&str, Kind)] = &[("static", Kind::Switch)];
const VHD: &[(&str, Kind)] = &[
    ("force_size", Kind::Switch),
    ("subformat", Kind::Words(&["dynamic", "fixed"])),
];
const VHD_FIXED: &[(&str, Kind)] = &[
    ("force_size", Kind::Switch),
    ("subformat", Kind::Fixed("fixed")),
];
const VHDX: &[(&str, Kind)] = &[
    ("block_size", Kind::PowerOfTwo(MIB, 256 * MIB)),
    ("block_state_zero", Kind::Switch),
    ("log_size", Kind::WholeMib(4095)),
    ("subformat", Kind::Fixed("dynamic")),
];

/// Returns the options of a format; `None` when `qemu-img` decides, and an empty list when there are none.
pub(crate) fn known(
    format: DiskFormat,
    provider: VagrantProvider,
) -> Option<&'static [(&'static str, Kind)]> {
    match format {
        DiskFormat::Qcow2 => None,
        DiskFormat::Vagrant => match provider {
            VagrantProvider::Libvirt => None,
            VagrantProvider::Virtualbox => Some(TRANSPORTED_VMDK),
        },
        DiskFormat::Gce | DiskFormat::Raw => Some(&[]),
        DiskFormat::Ova => Some(TRANSPORTED_VMDK),
        DiskFormat::Vdi => Some(VDI),
        DiskFormat::Vhd => Some(VHD),
        DiskFormat::VhdFixed => Some(VHD_FIXED),
        DiskFormat::Vhdx => Some(VHDX),
        DiskFormat::Vmdk => Some(VMDK),
    }
}

/// One option: its key, and its value when there is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FormatOption {
    /// What is in front of `=`.
    pub(crate) key: String,
    /// What is behind it; more than one `=` means no value, as with the reference.
    pub(crate) value: Option<String>,
}

/// The options of a build, sorted by key; of several with one key the last one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Options(Vec<FormatOption>);

/// What the options of a VMDK mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VmdkOptions {
    pub(super) subformat: String,
    pub(super) adapter: String,
    pub(super) hardware_version: String,
    pub(super) tools_version: String,
    pub(super) zeroed_grains: bool,
}

pub(super) struct VhdOptions {
    pub(super) fixed: bool,
    pub(super) exact_size: bool,
}

pub(super) struct VhdxOptions {
    pub(super) block_bytes: u64,
    pub(super) log_bytes: u64,
    pub(super) zero_blocks: bool,
}

impl Options {
    /// Reads the options of a build.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let written = facts.kind().output.formatoptions.as_ref();
        written.map_or_else(Self::default, |text| Self::read(text))
    }

    fn read(text: &str) -> Self {
        let mut options: Vec<FormatOption> = Vec::new();
        for written in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            let mut parts = written.split('=');
            let key = parts.next().unwrap_or_default().to_owned();
            let value = parts
                .next()
                .map(str::to_owned)
                .filter(|_| parts.next().is_none());
            options.retain(|option| option.key != key);
            options.push(FormatOption { key, value });
        }
        options.sort();
        Self(options)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &FormatOption> {
        self.0.iter()
    }

    /// `key[=value]`, as `qemu-img` takes them.
    pub(super) fn as_written(&self) -> Vec<String> {
        self.iter()
            .map(|option| match &option.value {
                Some(value) => format!("{}={value}", option.key),
                None => option.key.clone(),
            })
            .collect()
    }

    /// What `vmdisk` says counts more, since the reference hands it to `qemu-img` as the later option.
    pub(super) fn vmdk(&self, facts: &Facts<'_>) -> VmdkOptions {
        let machine = facts.kind().machine.as_ref();
        self.vmdk_of(machine.and_then(|machine| machine.vmdisk.as_ref()))
    }

    fn vmdk_of(&self, disk: Option<&VmDisk>) -> VmdkOptions {
        let mode = disk
            .and_then(|disk| disk.diskmode)
            .map(|mode| mode.to_string());
        let controller = disk
            .and_then(|disk| disk.controller)
            .map(|it| it.to_string());
        let subformat = mode.or_else(|| self.text("subformat"));
        let adapter = controller.or_else(|| self.text("adapter_type"));
        let hardware = if self.is_on("compat6", false) {
            "6"
        } else {
            "4"
        };
        VmdkOptions {
            subformat: subformat.unwrap_or_else(|| MONOLITHIC_SPARSE.to_owned()),
            adapter: adapter.map_or_else(|| "ide".to_owned(), |name| descriptor_adapter(&name)),
            hardware_version: self
                .text("hwversion")
                .unwrap_or_else(|| hardware.to_owned()),
            tools_version: self
                .text("toolsversion")
                .unwrap_or_else(|| ANY_TOOLS.to_owned()),
            zeroed_grains: self.is_on("zeroed_grain", false),
        }
    }

    /// What the options of the disk in a box mean; `machine` is not for boxes.
    pub(super) fn box_vmdk(&self) -> VmdkOptions {
        VmdkOptions {
            subformat: STREAM_OPTIMIZED.to_owned(),
            ..self.vmdk_of(None)
        }
    }

    pub(super) fn vdi_is_static(&self) -> bool {
        self.is_on("static", false)
    }

    pub(super) fn vhd(&self) -> VhdOptions {
        VhdOptions {
            fixed: self.text("subformat").as_deref() == Some("fixed"),
            exact_size: self.is_on("force_size", false),
        }
    }

    pub(super) fn vhdx(&self) -> VhdxOptions {
        VhdxOptions {
            block_bytes: self.bytes("block_size").unwrap_or(MIB),
            log_bytes: self.bytes("log_size").unwrap_or(MIB),
            zero_blocks: self.is_on("block_state_zero", true),
        }
    }

    fn get(&self, key: &str) -> Option<&FormatOption> {
        self.iter().find(|option| option.key == key)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.value.clone()
    }

    fn bytes(&self, key: &str) -> Option<u64> {
        self.get(key)?.value.as_deref().and_then(bytes)
    }

    fn is_on(&self, key: &str, default: bool) -> bool {
        self.get(key).map_or(default, |option| {
            option
                .value
                .as_deref()
                .is_none_or(|value| YES.contains(&value))
        })
    }
}

/// The descriptor knows only these; every newer SCSI controller is `lsilogic` to it.
fn descriptor_adapter(name: &str) -> String {
    let is = |controller: DiskController| name == controller.to_string();
    if is(DiskController::Pvscsi) || is(DiskController::Lsisas1068) {
        return DiskController::Lsilogic.to_string();
    }
    name.to_owned()
}

impl Kind {
    /// Says what is wrong with a value, and what would be right.
    pub(crate) fn complaint(self, value: Option<&str>) -> Option<String> {
        let fits = match (self, value) {
            (Self::Switch, None) | (Self::Fixed(_), Some(_)) => true,
            (Self::Switch, Some(value)) => YES.contains(&value) || NO.contains(&value),
            (_, None) => false,
            (Self::Words(words), Some(value)) => words.contains(&value),
            (Self::Number, Some(value)) => value.parse::<u64>().is_ok(),
            (Self::PowerOfTwo(least, most), Some(value)) => bytes(value)
                .is_some_and(|bytes| bytes.is_power_of_two() && (least..=most).contains(&bytes)),
            (Self::WholeMib(most), Some(value)) => bytes(value)
                .is_some_and(|bytes| bytes > 0 && bytes.is_multiple_of(MIB) && bytes / MIB <= most),
        };
        (!fits).then(|| match self {
            Self::Switch => "it is `on` or `off`".to_owned(),
            Self::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("it is {}", words.join(" or "))
            }
            Self::Fixed(word) => format!("it is `{word}`"),
            Self::Number => "it is a number".to_owned(),
            Self::PowerOfTwo(least, most) => {
                format!(
                    "it is a power of two from {} to {} KiB",
                    least >> 10,
                    most >> 10
                )
            }
            Self::WholeMib(most) => {
                format!("it is a number of whole MiB, such as `4M`, up to {most}M")
            }
        })
    }
}

/// Reads a number of bytes: `65536`, `64k`, `1M`.
fn bytes(text: &str) -> Option<u64> {
    let (digits, shift) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 10),
        (at, 'm' | 'M') => (&text[..at], 20),
        (at, 'g' | 'G') => (&text[..at], 30),
        (at, 'b' | 'B') => (&text[..at], 0),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_split_like_the_reference_does() {
        for (text, expected) in [
            ("b, a=1", "a=1 b"),
            ("a=1,a=2", "a=2"),
            ("a=1=2,,b=", "a b="),
            ("", ""),
        ] {
            assert_eq!(
                Options::read(text).as_written().join(" "),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn values_are_checked() {
        let size = Kind::PowerOfTwo(65536, 1 << 20);
        for (kind, value, fits) in [
            (Kind::Switch, None, true),
            (Kind::Switch, Some("off"), true),
            (Kind::Switch, Some("perhaps"), false),
            (Kind::Words(&["a", "b"]), Some("b"), true),
            (Kind::Words(&["a", "b"]), None, false),
            (size, Some("64k"), true),
            (size, Some("1048576"), true),
            (size, Some("96k"), false),
            (size, Some("2M"), false),
            (Kind::WholeMib(4), Some("3M"), true),
            (Kind::WholeMib(4), Some("5M"), false),
            (Kind::WholeMib(4), Some("512k"), false),
            (Kind::Number, Some("9"), true),
            (Kind::Number, Some("nine"), false),
        ] {
            assert_eq!(kind.complaint(value).is_none(), fits, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn numbers_have_units() {
        for (text, expected) in [
            ("512", Some(512)),
            ("2k", Some(2048)),
            ("3M", Some(3 << 20)),
            ("1G", Some(1 << 30)),
            ("M", None),
            ("", None),
            ("99999999999G", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
