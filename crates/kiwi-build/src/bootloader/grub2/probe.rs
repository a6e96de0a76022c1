//! Answers for `grub-mkconfig`, which asks `grub-probe` and `grub-mkrelpath` about disks.
//!
//! There is no disk yet, so two small shell scripts take the places of the programs inside the sandbox
//! and answer from the plan.

use kiwi_plan::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, TableKind};
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::bios::grub_module;

/// Answers about one file system.
struct Answers<'a> {
    /// What is given out as its device: the word behind `root=`.
    device: String,
    partition: &'a PartitionPlan,
    filesystem: &'a FileSystemPlan,
}

/// The script that stands in for `grub-probe`.
pub(super) fn grub_probe(disk: &DiskPlan) -> String {
    let root = answers(disk, PartitionRole::Root);
    let boot = answers(disk, PartitionRole::Boot);
    let efi = answers(disk, PartitionRole::Efi);
    let mut script = String::from(
        "#!/bin/sh\n\
         # Stands in for grub-probe while the image is made: answers from the build plan.\n\
         target=fs what=\n\
         while [ $# -gt 0 ]; do\n\
         case \"$1\" in\n\
         --target=*) target=${1#--target=} ;;\n\
         -t | --target) target=$2; shift ;;\n\
         -d | --device) ;;\n\
         -*) ;;\n\
         *) what=$1 ;;\n\
         esac\n\
         shift\n\
         done\n\
         case \"$what\" in\n",
    );
    if let Some(efi) = &efi {
        script += &format!(
            "{} | /boot/efi | /boot/efi/*)\n{} ;;\n",
            quoted(&efi.device),
            cases(disk, efi)
        );
    }
    if let Some(boot) = &boot {
        script += &format!(
            "{} | /boot | /boot/*)\n{} ;;\n",
            quoted(&boot.device),
            cases(disk, boot)
        );
    }
    if let Some(root) = &root {
        script += &format!("{} | /*)\n{} ;;\n", quoted(&root.device), cases(disk, root));
    }
    script += "esac\nexit 1\n";
    script
}

/// The script that stands in for `grub-mkrelpath`: a path below the file system that holds it.
pub(super) fn grub_mkrelpath(disk: &DiskPlan) -> String {
    let has_boot = disk
        .partitions
        .iter()
        .any(|partition| partition.role == PartitionRole::Boot);
    let boot = if has_boot {
        "/boot) path=/ ;;\n/boot/*) path=${path#/boot} ;;\n"
    } else {
        ""
    };
    let subvolumes = subvolume_cases(disk);
    format!(
        "#!/bin/sh\n\
         # Stands in for grub-mkrelpath while the image is made.\n\
         relative=\n\
         for path; do [ \"$path\" = -r ] && relative=yes; done\n\
         case \"$path\" in\n\
         {boot}{subvolumes}esac\n\
         printf '%s\\n' \"$path\"\n"
    )
}

/// Where directories of the root file system are from the top level of a btrfs on, the deepest first.
fn subvolume_cases(disk: &DiskPlan) -> String {
    let root = disk
        .partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Root)
        .and_then(|partition| partition.filesystem.as_ref());
    let Some(btrfs) = root.and_then(|filesystem| filesystem.btrfs.as_ref()) else {
        return String::new();
    };
    let mut places: Vec<(&str, &str)> = btrfs
        .subvolumes
        .iter()
        .filter_map(|subvolume| Some((subvolume.directory.as_deref()?, subvolume.path.as_str())))
        .collect();
    places.sort_by_key(|(directory, _)| std::cmp::Reverse(directory.len()));
    // The root itself is asked for to name its subvolume to the kernel, and the plan's command line does that where it is needed.
    let root = "/) ;;\n".to_owned();
    std::iter::once(root)
        .chain(places.into_iter().map(|(directory, path)| {
            if directory.is_empty() {
                // Asked for what is relative to the default subvolume, the path is right as it is.
                return format!(
                    "/*) [ -n \"$relative\" ] || path={}$path ;;\n",
                    quoted(&format!("/{path}"))
                );
            }
            let inside = quoted(&format!("/{directory}"));
            format!(
                "{inside} | {inside}/*) path={}${{path#{inside}}} ;;\n",
                quoted(&format!("/{path}"))
            )
        }))
        .collect()
}

fn answers(disk: &DiskPlan, role: PartitionRole) -> Option<Answers<'_>> {
    if role == PartitionRole::Root {
        let argument = disk.boot.root_argument.trim_start_matches("root=");
        return Some(Answers {
            device: argument.to_owned(),
            partition: disk.root()?,
            filesystem: disk.root_filesystem()?,
        });
    }
    let partition = disk.partition(role)?;
    let filesystem = partition.filesystem.as_ref()?;
    Some(Answers {
        device: format!("UUID={}", filesystem.uuid.clone().unwrap_or_default()),
        partition,
        filesystem,
    })
}

/// The inner `case` with all answers about one file system.
fn cases(disk: &DiskPlan, answers: &Answers<'_>) -> String {
    let filesystem = answers.filesystem;
    let uuid = filesystem.uuid.clone().unwrap_or_default();
    let label = filesystem.label.clone().unwrap_or_default();
    let module = grub_module(filesystem.kind);
    let (map, scheme) = match disk.table {
        TableKind::Gpt => ("gpt", "gpt"),
        TableKind::Msdos => ("msdos", "msdos"),
    };
    let number = answers.partition.number;
    let hint = format!("hd0,{scheme}{number}");
    let mut text = String::from("case \"$target\" in\n");
    for (target, answer) in [
        ("device", answers.device.as_str()),
        ("disk", "hd0"),
        ("drive", &format!("({hint})")),
        ("fs", module),
        ("fs_uuid", &uuid),
        ("fs_label", &label),
        ("partuuid", &answers.partition.guid),
        ("partmap", map),
        ("abstraction", ""),
        ("compatibility_hint", &hint),
        ("bios_hints", &hint),
        ("efi_hints", &hint),
        ("hints_string", &format!("--hint='{hint}'")),
    ] {
        text += &format!("{target}) printf '%s\\n' {}; exit 0 ;;\n", quoted(answer));
    }
    text += "*) exit 1 ;;\nesac";
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
