//! Subvolumes of a btrfs root file system (spec 04, section 10).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;

use super::fstab::sort;
use crate::plan::btrfs::{BtrfsPlan, SubvolumePlan};
use crate::plan::disk::FstabEntry;
use crate::resolve::{Facts, VolumeManager, volume_manager};

/// Name of the root subvolume when nobody gave it one.
const ROOT: &str = "@";
/// Where snapper keeps its snapshots, below the root subvolume and in the tree.
const SNAPSHOTS: &str = ".snapshots";

/// Plans the subvolumes; `None` when the root file system has none.
pub(crate) fn plan(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Option<BtrfsPlan> {
    let kind = facts.kind();
    if volume_manager(kind) != Some(VolumeManager::Btrfs) {
        return None;
    }
    let btrfs = &kind.btrfs;
    let is = |setting: Option<Spanned<bool>>| setting.is_some_and(|it| *it);
    let in_subvolume = btrfs.btrfs_root_is_subvolume.is_none_or(|it| *it);
    let top = if in_subvolume {
        root_name(facts)
    } else {
        String::new()
    };
    let snapper = is(btrfs.btrfs_root_is_snapper_snapshot) && in_subvolume;
    if let Some(setting) = btrfs
        .btrfs_root_is_snapper_snapshot
        .filter(|it| **it && !snapper)
    {
        diagnostics.push(
            Diagnostic::warning(
                codes::checks::WITHOUT_EFFECT,
                "`btrfs_root_is_snapper_snapshot` has no effect with `btrfs_root_is_subvolume=\"false\"`",
            )
            .at(setting.span)
            .help("remove one of the two"),
        );
    }
    let read_only = snapper && is(btrfs.btrfs_root_is_readonly_snapshot);
    let root = if snapper {
        format!("{top}/{SNAPSHOTS}/1/snapshot")
    } else {
        top.clone()
    };
    let mut subvolumes = written(facts, &top);
    if snapper {
        subvolumes.push(SubvolumePlan {
            mountpoint: Some(format!("/{SNAPSHOTS}")),
            mode: 0o700,
            ..subvolume(&format!("{top}/{SNAPSHOTS}"), Some(SNAPSHOTS))
        });
        subvolumes.push(subvolume(&top, None));
    }
    if in_subvolume {
        subvolumes.push(SubvolumePlan {
            read_only,
            ..subvolume(&root, Some(""))
        });
    }
    subvolumes.sort_by_key(|it| (it.path.matches('/').count(), it.path.clone()));

    // Snapper needs the default subvolume to find out which snapshot is in use.
    let is_default =
        in_subvolume && (snapper || btrfs.btrfs_set_default_volume.is_none_or(|it| *it));
    let mut root_options = Vec::new();
    if read_only {
        root_options.push("ro".to_owned());
    }
    if in_subvolume && !btrfs.btrfs_set_default_volume.is_none_or(|it| *it) {
        root_options.push(format!("subvol={root}"));
    }
    let groups = is(btrfs.btrfs_quota_groups);
    Some(BtrfsPlan {
        quota: groups || subvolumes.iter().any(|it| it.quota_mib.is_some()),
        default: is_default.then(|| root.clone()),
        root,
        subvolumes,
        root_options,
        snapper,
        snapper_quota: snapper && groups,
    })
}

/// The name behind `@root=`, else what the reference calls it.
fn root_name(facts: &Facts<'_>) -> String {
    facts
        .volumes
        .iter()
        .find(|volume| volume.is_root)
        .map(|volume| volume.name.trim_matches('/').to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| ROOT.to_owned())
}

fn subvolume(path: &str, directory: Option<&str>) -> SubvolumePlan {
    SubvolumePlan {
        path: path.to_owned(),
        directory: directory.map(str::to_owned),
        mountpoint: None,
        mode: 0o755,
        read_only: false,
        copy_on_write: true,
        quota_mib: None,
        check_pass: 0,
    }
}

/// Subvolumes of `systemdisk`, all but the root.
fn written(facts: &Facts<'_>, top: &str) -> Vec<SubvolumePlan> {
    facts
        .kind()
        .systemdisk
        .iter()
        .flat_map(|disk| &disk.volumes)
        .filter(|volume| facts.choice.built_for(volume.arch.as_ref()))
        .filter(|volume| !volume.name.contains("@root"))
        .map(|volume| {
            let place = volume.mountpoint.as_ref().unwrap_or(&volume.name);
            let directory = place.trim_matches('/').to_owned();
            let parent = match &volume.parent {
                Some(parent) => parent.trim_matches('/'),
                None => top,
            };
            let path = if parent.is_empty() {
                directory.clone()
            } else {
                format!("{parent}/{directory}")
            };
            SubvolumePlan {
                mountpoint: Some(format!("/{directory}")),
                copy_on_write: volume.copy_on_write.is_none_or(|it| *it),
                quota_mib: volume.quota.map(|quota| quota.mebibytes()),
                check_pass: if volume.filesystem_check.is_some_and(|it| *it) {
                    2
                } else {
                    0
                },
                ..subvolume(&path, Some(&directory))
            }
        })
        .collect()
}

/// Changes the line of `/` and adds those of the subvolumes.
pub(crate) fn add_fstab_entries(entries: &mut Vec<FstabEntry>, btrfs: &BtrfsPlan) {
    let Some(root) = entries.iter_mut().find(|entry| entry.mountpoint == "/") else {
        return;
    };
    let (device, options) = (root.device.clone(), root.options.clone());
    for option in &btrfs.root_options {
        root.options = format!("{},{option}", root.options);
        if option == "ro" {
            // Nothing is to be repaired in what cannot be written.
            root.dump_and_pass = (0, 0);
        }
    }
    let lines = btrfs.subvolumes.iter().filter_map(|subvolume| {
        Some(FstabEntry {
            device: device.clone(),
            mountpoint: subvolume.mountpoint.clone()?,
            filesystem: "btrfs".to_owned(),
            options: format!("{options},subvol={}", subvolume.path),
            dump_and_pass: (0, subvolume.check_pass),
        })
    });
    entries.extend(lines);
    sort(entries);
}

/// The word for the kernel's command line when the root is not found by default.
pub(crate) fn root_flags(btrfs: &BtrfsPlan) -> Option<String> {
    btrfs
        .root_options
        .iter()
        .find(|option| option.starts_with("subvol="))
        .map(|option| format!("rootflags={option}"))
}

#[cfg(test)]
mod tests {
    use crate::disk::fstab;
    use crate::plan::disk::DiskPlan;
    use crate::plan::image::ImagePlan;
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    fn disk(attributes: &str, volumes: &str) -> DiskPlan {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>
            <type image="oem" filesystem="btrfs" {attributes}><systemdisk>{volumes}</systemdisk></type>
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

    /// Subvolumes, mount table without devices, default subvolume.
    fn shown(disk: &DiskPlan) -> (String, String, String) {
        let root = disk.partitions.last().unwrap();
        let btrfs = root.filesystem.as_ref().unwrap().btrfs.as_ref().unwrap();
        let subvolumes: Vec<_> = btrfs
            .subvolumes
            .iter()
            .map(|it| format!("{}={}", it.path, it.directory.as_deref().unwrap_or("-")))
            .collect();
        let lines: Vec<_> = fstab::text(&disk.fstab)
            .lines()
            .map(|line| line.split_once(' ').unwrap().1.to_owned())
            .collect();
        (
            subvolumes.join(" "),
            lines.join("; "),
            btrfs.default.clone().unwrap_or_default(),
        )
    }

    #[test]
    fn layouts() {
        let volumes = r#"<volume name="home"/><volume name="usr/local" parent="/" quota="2G"/>
            <volume name="db" mountpoint="/var/lib/db" copy_on_write="false" filesystem_check="true"/>"#;
        for (attributes, subvolumes, lines, default) in [
            (
                "",
                "@= @/home=home usr/local=usr/local @/var/lib/db=var/lib/db",
                "/ btrfs defaults 0 1; /home btrfs defaults,subvol=@/home 0 0; \
                 /usr/local btrfs defaults,subvol=usr/local 0 0; \
                 /var/lib/db btrfs defaults,subvol=@/var/lib/db 0 2",
                "@",
            ),
            (
                r#"btrfs_root_is_subvolume="false""#,
                "home=home usr/local=usr/local var/lib/db=var/lib/db",
                "/ btrfs defaults 0 1; /home btrfs defaults,subvol=home 0 0; \
                 /usr/local btrfs defaults,subvol=usr/local 0 0; \
                 /var/lib/db btrfs defaults,subvol=var/lib/db 0 2",
                "",
            ),
            (
                r#"btrfs_root_is_subvolume="true" btrfs_set_default_volume="false" fsmountoptions="noatime""#,
                "@= @/home=home usr/local=usr/local @/var/lib/db=var/lib/db",
                "/ btrfs noatime,subvol=@ 0 1; /home btrfs noatime,subvol=@/home 0 0; \
                 /usr/local btrfs noatime,subvol=usr/local 0 0; \
                 /var/lib/db btrfs noatime,subvol=@/var/lib/db 0 2",
                "",
            ),
            (
                r#"btrfs_root_is_subvolume="true" btrfs_root_is_snapper_snapshot="true" btrfs_root_is_readonly_snapshot="true""#,
                "@=- @/.snapshots=.snapshots @/home=home usr/local=usr/local \
                 @/.snapshots/1/snapshot= @/var/lib/db=var/lib/db",
                "/ btrfs defaults,ro 0 0; /.snapshots btrfs defaults,subvol=@/.snapshots 0 0; \
                 /home btrfs defaults,subvol=@/home 0 0; \
                 /usr/local btrfs defaults,subvol=usr/local 0 0; \
                 /var/lib/db btrfs defaults,subvol=@/var/lib/db 0 2",
                "@/.snapshots/1/snapshot",
            ),
        ] {
            let disk = disk(attributes, volumes);
            assert_eq!(
                shown(&disk),
                (subvolumes.into(), lines.into(), default.into()),
                "{attributes}"
            );
        }
    }

    #[test]
    fn the_loader_and_the_kernel_find_the_root() {
        for (attributes, volumes, boot, flags) in [
            ("", "", "/@/boot", None),
            (
                r#"btrfs_set_default_volume="false""#,
                r#"<volume name="@root=system" size="all"/>"#,
                "/system/boot",
                Some("rootflags=subvol=system"),
            ),
            (r#"btrfs_root_is_subvolume="false""#, "", "/boot", None),
            ("", r#"<volume name="boot"/>"#, "/@/boot", None),
            (
                r#"btrfs_root_is_snapper_snapshot="true""#,
                "",
                "/@/.snapshots/1/snapshot/boot",
                None,
            ),
            (r#"bootpartition="true""#, "", "/", None),
        ] {
            let disk = disk(attributes, volumes);
            assert_eq!(disk.boot.boot_path, boot, "{attributes}");
            let found = disk
                .boot
                .command_line
                .split(' ')
                .find(|word| word.starts_with("rootflags"));
            assert_eq!(found, flags, "{attributes}");
        }
    }
}
