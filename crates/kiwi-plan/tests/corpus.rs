//! Compares what we resolve from real descriptions with what the reference resolved from them.
//!
//! The descriptions and the recorded values lie beside the repository; without them the test says so and is skipped.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kiwi_description::diagnostic::{Code, codes};
use kiwi_plan::image::container_plan;
use kiwi_plan::plan::packages::Request;
use kiwi_plan::resolve::Facts;
use kiwi_plan::selection::parse_repository_argument;
use kiwi_plan::{Input, Selection, resolve, resolve_facts};
use serde_json::{Value, json};

/// Variables that the reference does not hand to scripts, or whose value names the builder.
const OWN_VARIABLES: [&str; 3] = ["kiwi_align", "kiwi_sectorsize", "kiwi_revision"];

#[test]
fn resolves_as_the_reference_does() {
    let Some(corpus) = support::shared::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut differences = Vec::new();
    let mut compared = 0;
    for (file, outcome) in &recorded(&corpus) {
        let Some(states) = outcome["states"].as_array() else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for state in states {
            compared += 1;
            let first = seen.insert(state["profiles"].to_string());
            compare(&corpus, file, state, first, as_it_is, &mut differences);
        }
    }
    assert!(compared > 100, "only {compared} states were compared");
    assert!(
        differences.is_empty(),
        "{} differences in {compared} states:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The record of each folder of older descriptions, made with the last release that upgrades them.
const OLDER: [&str; 4] = [
    "descriptions-2018",
    "build-tests-9.17.19",
    "build-tests-9.21.19",
    "build-tests-9.24.1",
];

/// Variables whose value changed between the release of those records and the one we follow, whatever the description says.
const CHANGED_VARIABLES: [&str; 6] = [
    "kiwi_btrfs_root_is_snapper_snapshot",
    "kiwi_btrfs_root_is_snapshot",
    "kiwi_oemramdisksize",
    "kiwi_shasum_suffix",
    "kiwi_target_blocksize",
    "kiwi_vga",
];

/// Descriptions of schema 6.8 to 7.4 are upgraded to what they meant.
#[test]
fn resolves_older_descriptions_as_the_reference_does() {
    let Some(corpus) = support::shared::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut differences = Vec::new();
    let mut compared = 0;
    for (file, outcome) in &recorded_older(&corpus) {
        for state in outcome["states"].as_array().into_iter().flatten() {
            compared += 1;
            // All of these were recorded with `--type`.
            let level = of_any_release;
            compare(&corpus, file, state, false, level, &mut differences);
        }
    }
    assert_eq!(compared, 162);
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// Takes out of a field what releases of different age do in another way with the same description.
fn of_any_release(field: &str, value: &Value) -> Value {
    let mut value = value.clone();
    match field {
        // Variables without value are no longer exported at all; volumes are compared as such.
        "env" => {
            if let Some(environment) = value.as_object_mut() {
                environment.retain(|name, value| {
                    !CHANGED_VARIABLES.contains(&name.as_str())
                        && !name.starts_with("kiwi_Volume_")
                        && *value != ""
                });
            }
        }
        // The least room on btrfs has grown.
        "volumes" => {
            for volume in value.as_array_mut().into_iter().flatten() {
                if volume["size"] == "freespace:120" {
                    volume["size"] = json!("freespace:30");
                }
            }
        }
        // They are compared as the variable `kiwi_drivers`.
        "drivers" => value = json!([]),
        // Further names and what a Windows package says in its history are not in our record.
        "container" => {
            if let Some(container) = value.as_object_mut() {
                container.remove("additional_names");
            }
            if let Some(history) = value["history"].as_object_mut() {
                history.retain(|name, _| name == "author");
            }
        }
        _ => {}
    }
    value
}

/// Codes that real descriptions may give: what comes later, and files that the corpus or the made-up host does not have.
const EXPECTED_ERRORS: [Code; 3] = [
    codes::selection::NOT_YET,
    codes::checks::MISSING_FILE,
    codes::checks::NO_BOOT_DESCRIPTION,
];

/// Descriptions with a virtual and an installed disk in one section, which are both `oem` since schema 7.3.
const TWO_DISKS: [&str; 2] = [
    "descriptions-2018/centos/x86_64/centos-07.0-JeOS/config.xml",
    "descriptions-2018/suse/x86_64/suse-leap-42.2-JeOS/config.xml",
];

#[test]
fn real_descriptions_have_a_plan_or_a_reason() {
    let Some(corpus) = support::shared::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let host_repository = parse_repository_argument("host:/").expect("an address alone is enough");
    let mut surprises = Vec::new();
    let mut plans = 0;
    let mut all = recorded(&corpus);
    all.extend(recorded_older(&corpus));
    for (file, outcome) in &all {
        for state in outcome["states"].as_array().into_iter().flatten() {
            if state["error"].is_string() {
                continue;
            }
            let path = corpus.join(file);
            let loaded = support::read(&path);
            let mut host = support::host(path.parent().expect("a file has a directory"));
            host.machine = machine(file).to_owned();
            let selection = Selection {
                profiles: strings(&state["profiles"]),
                build_type: state["type"].as_str().map(str::to_owned),
                // Nearly all of them build from `obs:`, which comes later.
                ignore_repositories: true,
                add_repositories: vec![host_repository.clone()],
                ..Selection::default()
            };
            let resolved = resolve(&Input {
                description: &loaded.image,
                sources: &loaded.source_map,
                selection: &selection,
                host: &host,
            });
            match resolved {
                Ok(_) => plans += 1,
                Err(problems) => surprises.extend(
                    problems
                        .iter()
                        .filter(|it| it.is_error() && !EXPECTED_ERRORS.contains(&it.code))
                        .filter(|it| {
                            it.code != codes::checks::DUPLICATE_TYPE
                                || !TWO_DISKS.contains(&file.as_str())
                        })
                        .map(|it| format!("{file} {}: {it}", selection.profiles.join(","))),
                ),
            }
        }
    }
    assert!(
        surprises.is_empty(),
        "{plans} plans, and:\n{}",
        surprises.join("\n")
    );
    assert!(plans >= 5, "only {plans} real descriptions have a plan");
}

/// The architecture a description is written for, by its place in the corpus.
fn machine(file: &str) -> &'static str {
    [
        ("/arm/", "aarch64"),
        ("/aarch64/", "aarch64"),
        ("/armv7l/", "armv7l"),
        ("/ppc/", "ppc64le"),
        ("/s390/", "s390x"),
    ]
    .into_iter()
    .find(|(part, _)| file.contains(part))
    .map_or("x86_64", |(_, machine)| machine)
}

fn recorded(corpus: &Path) -> BTreeMap<String, Value> {
    read_record(&corpus.join("expected/current.kiwi-11.1.6.json"))
}

/// The records of older descriptions, by their files in the corpus.
fn recorded_older(corpus: &Path) -> BTreeMap<String, Value> {
    let records = OLDER.iter().flat_map(|folder| {
        let record = corpus.join(format!("expected/{folder}.kiwi-9.25.22.json"));
        let files = read_record(&record).into_iter();
        files.map(move |(file, outcome)| (format!("{folder}/{file}"), outcome))
    });
    records.collect()
}

fn read_record(path: &Path) -> BTreeMap<String, Value> {
    serde_json::from_slice(&std::fs::read(path).expect("the record can be read"))
        .expect("the record is JSON")
}

/// Makes a field of the record comparable with one of another release.
type Level = fn(&str, &Value) -> Value;

fn as_it_is(_field: &str, value: &Value) -> Value {
    value.clone()
}

fn compare(
    corpus: &Path,
    file: &str,
    state: &Value,
    first: bool,
    level: Level,
    differences: &mut Vec<String>,
) {
    let path = corpus.join(file);
    let loaded = support::read(&path);
    let host = support::host(path.parent().expect("a file has a directory"));
    let selection = Selection {
        profiles: strings(&state["profiles"]),
        // The first state of a selection was recorded without `--type`.
        build_type: state["type"].as_str().filter(|_| !first).map(str::to_owned),
        ..Selection::default()
    };
    let name = format!("{file} {}", selection.profiles.join(","));
    let facts = resolve_facts(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &selection,
        host: &host,
    });
    match (facts, state["error"].as_str()) {
        (Err(_), Some(_)) => {}
        (Err(errors), None) => differences.push(format!("{name}: {:?}", errors.into_vec())),
        (Ok(_), Some(error)) => differences.push(format!("{name}: the reference has {error}")),
        (Ok(facts), None) => {
            let ours = record(&facts);
            let recorded = state.as_object().expect("a state is an object").iter();
            // These are the profiles that were asked for; `kiwi_profiles` says which were selected.
            for (field, theirs) in recorded.filter(|(field, _)| *field != "profiles") {
                let Some(ours) = ours.get(field) else {
                    differences.push(format!("{name}: nothing to compare `{field}` with"));
                    continue;
                };
                let (ours, theirs) = (level(field, ours), level(field, theirs));
                if ours != theirs {
                    differences.push(difference(&name, field, &ours, &theirs));
                }
            }
        }
    }
}

/// Puts our facts into the shape of the recorded ones.
fn record(facts: &Facts<'_>) -> BTreeMap<String, Value> {
    let packages = &facts.packages;
    let bootstrap = packages.bootstrap.clone().unwrap_or_default();
    let environment: BTreeMap<_, _> = facts
        .environment
        .iter()
        .filter(|(name, _)| !OWN_VARIABLES.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.as_text().to_owned()))
        .collect();
    let mut record = BTreeMap::new();
    let mut add = |field: &str, value: Value| record.insert(field.to_owned(), value);
    add("type", json!(facts.identity.build_type));
    add("image_version", json!(facts.identity.version));
    add("packagemanager", json!(facts.package_manager.name()));
    add("env", json!(environment));
    add("bootstrap", names(&bootstrap.packages));
    add("bootstrap_collections", names(&bootstrap.collections));
    add("system", names(&packages.image.packages));
    add("collections", names(&packages.image.collections));
    add("ignore", names(&packages.image.ignored));
    add("delete", names(&packages.delete));
    add("uninstall", names(&packages.uninstall));
    let archives: Vec<_> = packages.image.archives.iter().map(|it| &it.name).collect();
    add("archives", json!(archives));
    add("drivers", json!([]));
    let users: Vec<_> = facts.system.users.iter().map(|user| &user.name).collect();
    add("users", json!(users));
    add("oem_resize", json!(facts.grows()));
    add("repos", repositories(facts));
    add("volumes", volumes(facts));
    add("container", container(facts));
    record
}

fn repositories(facts: &Facts<'_>) -> Value {
    facts
        .repositories
        .iter()
        .map(|repository| {
            json!({
                "alias": repository.alias,
                "imageinclude": repository.image_include,
                "priority": repository.priority,
                "source": repository.source,
            })
        })
        .collect()
}

fn volumes(facts: &Facts<'_>) -> Value {
    facts
        .volumes
        .iter()
        .map(|volume| {
            let path = volume.mountpoint.as_deref();
            let swap = volume.label.as_deref() == Some("SWAP");
            json!({
                "fullsize": volume.size.is_none(),
                "is_root_volume": volume.is_root,
                "label": volume.label,
                "mountpoint": path,
                "name": volume.name,
                "realpath": if volume.is_root { Some("/") } else if swap { Some("swap") } else { path },
                "size": volume.size,
            })
        })
        .collect()
}

fn container(facts: &Facts<'_>) -> Value {
    let plan = container_plan(facts);
    let mut value = json!({
        "history": {"author": plan.history_author},
        "maintainer": plan.author,
    });
    if let Some(config) = &facts.kind().containerconfig {
        value["container_name"] = json!(plan.name);
        if config.tag.is_some() {
            value["container_tag"] = json!(plan.tag);
        }
        if let Some(entrypoint) = plan.config.entrypoint {
            value["entry_command"] = json!(entrypoint);
        }
    }
    value
}

fn names(requests: &[Request]) -> Value {
    requests
        .iter()
        .map(|request| request.name.clone())
        .collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Says what differs, entry by entry where both sides are lists or objects.
fn difference(name: &str, field: &str, ours: &Value, theirs: &Value) -> String {
    let entries = |value: &Value| -> BTreeSet<String> {
        match value {
            Value::Array(items) => items.iter().map(Value::to_string).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect(),
            other => BTreeSet::from([other.to_string()]),
        }
    };
    let (ours, theirs) = (entries(ours), entries(theirs));
    format!(
        "{name}: {field}: ours {:?}, theirs {:?}",
        ours.difference(&theirs).collect::<Vec<_>>(),
        theirs.difference(&ours).collect::<Vec<_>>()
    )
}
