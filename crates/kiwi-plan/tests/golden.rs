//! Plans and their texts of our own descriptions, recorded beside them in `tests/descriptions/`.
//!
//! A change to a rule shows up as a change to these files. `cargo insta review` accepts it.

mod support;

use std::path::{Path, PathBuf};

use kiwi_plan::host_facts::EntryKind;
use kiwi_plan::plan::requirement::Place;
use kiwi_plan::{Input, Selection, outline, resolve, selection, summary};

/// One recorded resolution: directory, name of the record, command line.
struct Case {
    description: &'static str,
    record: &'static str,
    selection: Selection,
    machine: &'static str,
}

fn case(description: &'static str, record: &'static str, selection: Selection) -> Case {
    Case {
        description,
        record,
        selection,
        machine: "x86_64",
    }
}

fn profile(name: &str) -> Selection {
    Selection {
        profiles: vec![name.to_owned()],
        ..Selection::default()
    }
}

fn of_type(name: &str) -> Selection {
    Selection {
        build_type: Some(name.to_owned()),
        ..Selection::default()
    }
}

fn descriptions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/descriptions")
}

fn record(case: &Case) {
    let directory = descriptions().join(case.description);
    let mut loaded = support::read(&directory.join("config.xml"));
    let mut host = support::host(&directory);
    case.machine.clone_into(&mut host.machine);
    for key in &case.selection.signing_keys {
        let path = host.working_directory.join(key);
        host.other_paths
            .insert(path, EntryKind::File { executable: false });
    }
    selection::apply_type_attributes(&mut loaded, &case.selection, case.machine)
        .expect("the attributes are right");
    let input = Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &case.selection,
        host: &host,
    };
    let resolved = resolve(&input);
    insta::with_settings!({
        snapshot_path => directory,
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![(r"[^ \x22`(]*/tests/descriptions/", "DESCRIPTIONS/")],
    }, {
        match resolved {
            Ok(resolved) => {
                let json = serde_json::to_string_pretty(&resolved.plan).expect("a plan is plain data");
                insta::assert_snapshot!(format!("{}.plan", case.record), json);
                let found = |it: &kiwi_plan::plan::requirement::Requirement| (it.place == Place::Host).then_some(true);
                let mut text = summary::text(&resolved.plan, &found);
                for warning in &resolved.warnings {
                    text.push_str(&format!("\n{warning}\n"));
                }
                insta::assert_snapshot!(format!("{}.text", case.record), text);
            }
            Err(problems) => {
                let views = problems.views(&loaded.source_map);
                let json = serde_json::to_string_pretty(&views).expect("views are plain data");
                insta::assert_snapshot!(format!("{}.problems", case.record), json);
                // What this version cannot build can be looked at all the same.
                if let Ok(outline) = outline(&input) {
                    let text = summary::text(&outline.plan, &|_| None);
                    insta::assert_snapshot!(format!("{}.outline", case.record), text);
                }
            }
        }
    });
}

#[test]
fn disk() {
    record(&case("disk", "plain", Selection::default()));
    record(&case("disk", "everything", profile("Everything")));
    record(&case("disk", "efi-only", profile("EfiOnly")));
    record(&Case {
        machine: "aarch64",
        ..case("disk", "arm", profile("EfiOnly"))
    });
}

#[test]
fn partitions() {
    record(&case("partitions", "gpt", profile("Gpt")));
    record(&case("partitions", "mbr", profile("Mbr")));
    record(&Case {
        machine: "ppc64le",
        ..case("partitions", "open-firmware", profile("OpenFirmware"))
    });
}

#[test]
fn storage() {
    record(&case("storage", "volumes", profile("Volumes")));
    record(&case("storage", "array", profile("Array")));
    record(&case("storage", "sealed", profile("Sealed")));
    record(&case("storage", "subvolumes", profile("Subvolumes")));
}

#[test]
fn archive_and_filesystems() {
    for kind in ["tbz", "ext4", "xfs", "squashfs", "erofs"] {
        record(&case("archive-and-filesystems", kind, of_type(kind)));
    }
}

#[test]
fn containers() {
    record(&case("containers", "docker", of_type("docker")));
    record(&case(
        "containers",
        "oci-labelled",
        Selection {
            container_labels: vec!["stage=test".to_owned()],
            container_tag: Some("9".to_owned()),
            ..of_type("oci")
        },
    ));
}

#[test]
fn formats() {
    for (name, selected) in [
        ("vmware", "VMware"),
        ("ova", "Ova"),
        ("box", "Box"),
        ("kubevirt", "KubeVirt"),
    ] {
        record(&case("formats", name, profile(selected)));
    }
}

#[test]
fn command_line() {
    let added = "http://add.example/debian,apt-deb,added,7,true,,,main contrib,stable";
    record(&case(
        "disk",
        "changed",
        Selection {
            set_repository: Some(
                selection::parse_repository_argument("this://packages,,,5").unwrap(),
            ),
            add_repositories: vec![selection::parse_repository_argument(added).unwrap()],
            add_packages: vec!["vim".to_owned()],
            add_bootstrap_packages: vec!["ca-certificates".to_owned()],
            delete_packages: vec!["nano".to_owned()],
            type_attributes: vec![
                ("firmware".to_owned(), "uefi".to_owned()),
                ("bootpartition".to_owned(), "true".to_owned()),
            ],
            release_version: Some("12".to_owned()),
            signing_keys: vec!["keys/one.asc".to_owned()],
            clear_cache: true,
            ..Selection::default()
        },
    ));
}

#[test]
fn later() {
    record(&case("later", "later", Selection::default()));
}

#[test]
fn mistakes() {
    record(&case("mistakes", "mistakes", Selection::default()));
    record(&case("mistakes", "unknown-profile", profile("Smal")));
    record(&case("mistakes", "unknown-type", of_type("oci")));
}
