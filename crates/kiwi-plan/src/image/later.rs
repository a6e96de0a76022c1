//! What is known about an image that this version cannot make: its volumes and the names of its files.
//!
//! Names are those of spec 02, section 11, and spec 04, section 22.

use kiwi_description::model::values::{ImageFormat, ImageType};

use crate::format::suffix;
use crate::plan::image::{LaterImage, PlannedVolume};
use crate::resolve::Facts;

/// Describes the image.
pub(crate) fn plan(facts: &Facts<'_>) -> LaterImage {
    let stem = &facts.identity.result_stem;
    LaterImage {
        file_names: suffixes(facts)
            .into_iter()
            .map(|suffix| format!("{stem}.{suffix}"))
            .collect(),
        volumes: facts.volumes.iter().map(volume).collect(),
    }
}

fn volume(volume: &crate::resolve::Volume) -> PlannedVolume {
    PlannedVolume {
        name: volume.name.clone(),
        mountpoint: match &volume.mountpoint {
            Some(path) => Some(format!("/{path}")),
            None => volume.is_root.then(|| "/".to_owned()),
        },
        size: volume.size.clone(),
        label: volume.label.clone(),
    }
}

/// What follows the stem in the names of the image's files, without the dot.
fn suffixes(facts: &Facts<'_>) -> Vec<String> {
    let kind = facts.kind();
    let is_set = |it: Option<kiwi_description::model::Spanned<bool>>| it.is_some_and(|it| *it);
    match *kind.image {
        ImageType::Oem => {
            let mut names = vec!["raw".to_owned()];
            names.extend(
                kind.output
                    .format
                    .map(|format| format_suffix(facts, *format)),
            );
            if is_set(kind.install.installiso) || is_set(kind.install.installstick) {
                names.push("install.iso".to_owned());
            }
            if is_set(kind.install.installpxe) {
                names.push("install.tar".to_owned());
            }
            names
        }
        ImageType::Kis | ImageType::Pxe if is_set(kind.kis.compressed) => vec!["tar".to_owned()],
        ImageType::Tbz | ImageType::Kis | ImageType::Pxe => vec!["tar.xz".to_owned()],
        ImageType::Docker | ImageType::Oci => vec![format!("{}.tar.xz", *kind.image)],
        ImageType::Enclave => vec!["eif".to_owned()],
        ImageType::Appx
        | ImageType::Btrfs
        | ImageType::Cpio
        | ImageType::Erofs
        | ImageType::Ext2
        | ImageType::Ext3
        | ImageType::Ext4
        | ImageType::Iso
        | ImageType::Squashfs
        | ImageType::Wsl
        | ImageType::Xfs => vec![kind.image.to_string()],
    }
}

/// The suffix of a converted disk.
fn format_suffix(facts: &Facts<'_>, format: ImageFormat) -> String {
    match format.container {
        Some(container) => format!("{container}.tar.xz"),
        None => suffix(facts, format.disk).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::image::ImagePlan;
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, outline};

    /// Returns the plan of an image of a type that this version does not make.
    fn later(kind: &str) -> super::LaterImage {
        let loaded = loaded(&format!(
            r#"<preferences><version>1.0.0</version><packagemanager>dnf4</packagemanager>{kind}</preferences>
            <repository><source path="http://example.org/r"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let outline = outline(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &Selection::default(),
            host: &host(),
        });
        match outline.expect("nothing is wrong with it").plan.image {
            ImagePlan::Later(image) => image,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_of_results() {
        for (kind, names) in [
            (r#"<type image="iso"/>"#, "test.x86_64-1.0.0.iso"),
            (r#"<type image="kis"/>"#, "test.x86_64-1.0.0.tar.xz"),
            (
                r#"<type image="kis" compressed="true"/>"#,
                "test.x86_64-1.0.0.tar",
            ),
            (r#"<type image="cpio"/>"#, "test.x86_64-1.0.0.cpio"),
            (r#"<type image="xfs"/>"#, "test.x86_64-1.0.0.xfs"),
            (
                r#"<type image="docker"/>"#,
                "test.x86_64-1.0.0.docker.tar.xz",
            ),
            (
                r#"<type image="oem" filesystem="xfs" format="vhd-fixed" installiso="true" installpxe="true"/>"#,
                "test.x86_64-1.0.0.raw test.x86_64-1.0.0.vhdfixed test.x86_64-1.0.0.install.iso test.x86_64-1.0.0.install.tar",
            ),
            (
                r#"<type image="oem" filesystem="xfs" format="vagrant"><vagrantconfig provider="libvirt" virtualsize="42"/></type>"#,
                "test.x86_64-1.0.0.raw test.x86_64-1.0.0.vagrant.libvirt.box",
            ),
            (
                r#"<type image="oem" filesystem="xfs" format="oci:qcow2"/>"#,
                "test.x86_64-1.0.0.raw test.x86_64-1.0.0.oci.tar.xz",
            ),
        ] {
            assert_eq!(later(kind).file_names.join(" "), names, "{kind}");
        }
    }

    #[test]
    fn volumes_of_the_disk() {
        let image = later(
            r#"<type image="oem" filesystem="ext4"><systemdisk><volume name="@root" size="2G"/>
            <volume name="home" size="all"/></systemdisk></type>"#,
        );
        let volumes: Vec<_> = image
            .volumes
            .iter()
            .map(|it| {
                (
                    it.name.as_str(),
                    it.mountpoint.as_deref(),
                    it.size.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            volumes,
            [
                ("LVRoot", Some("/"), Some("size:2048")),
                ("home", Some("/home"), None),
            ]
        );
    }
}
