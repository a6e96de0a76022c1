//! The recorded results of the reference, and our facts in their shape.

use std::collections::BTreeMap;
use std::path::Path;

use kiwi_plan::image::container_plan;
use kiwi_plan::plan::packages::Request;
use kiwi_plan::resolve::Facts;
use serde_json::{Value, json};

/// One file of recorded results.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its name below `expected/`.
    pub(crate) name: &'static str,
    /// The folder of the corpus its descriptions lie in.
    pub(crate) folder: &'static str,
    /// How many states it holds.
    pub(crate) states: usize,
    /// The first state of each selection of profiles is the one without `--type`, too; else they are in document order.
    pub(crate) first_state_has_no_type: bool,
}

/// All of them, the newest first.
pub(crate) const RECORDS: [Record; 5] = [
    Record {
        name: "current.kiwi-11.1.6.json",
        folder: "",
        states: 139,
        first_state_has_no_type: true,
    },
    Record {
        name: "build-tests-9.24.1.kiwi-9.25.22.json",
        folder: "build-tests-9.24.1",
        states: 46,
        first_state_has_no_type: true,
    },
    Record {
        name: "build-tests-9.21.19.kiwi-9.25.22.json",
        folder: "build-tests-9.21.19",
        states: 28,
        first_state_has_no_type: true,
    },
    Record {
        name: "build-tests-9.17.19.kiwi-9.25.22.json",
        folder: "build-tests-9.17.19",
        states: 14,
        first_state_has_no_type: true,
    },
    Record {
        name: "descriptions-2018.kiwi-9.25.22.json",
        folder: "descriptions-2018",
        states: 74,
        first_state_has_no_type: false,
    },
];

impl Record {
    /// Reads the recorded results by description.
    pub(crate) fn read(&self, corpus: &Path) -> BTreeMap<String, Outcome> {
        let path = corpus.join("expected").join(self.name);
        let text = std::fs::read(path).expect("the record can be read");
        let all: BTreeMap<String, Value> = serde_json::from_slice(&text).expect("it is JSON");
        all.into_iter()
            .map(|(file, outcome)| (file, Outcome::of(&outcome)))
            .collect()
    }
}

/// What came of one description.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Why it was refused.
    pub(crate) load_error: Option<String>,
    /// All profiles it declares.
    pub(crate) profiles: Vec<String>,
    /// What was resolved.
    pub(crate) states: Vec<State>,
}

impl Outcome {
    fn of(value: &Value) -> Self {
        let known = ["kiwi", "load_error", "message", "profiles", "states"];
        for name in value.as_object().expect("an outcome is an object").keys() {
            assert!(
                known.contains(&name.as_str()),
                "nothing is done with `{name}`"
            );
        }
        Self {
            load_error: value["load_error"].as_str().map(str::to_owned),
            profiles: strings(&value["profiles"]),
            states: value["states"]
                .as_array()
                .into_iter()
                .flatten()
                .map(State::of)
                .collect(),
        }
    }
}

/// One selection of profiles and build type.
#[derive(Debug)]
pub(crate) struct State {
    /// The profiles that were asked for.
    pub(crate) profiles: Vec<String>,
    /// The build type.
    pub(crate) build_type: Option<String>,
    /// Everything that was resolved, or the error.
    pub(crate) fields: Fields,
}

impl State {
    fn of(value: &Value) -> Self {
        let mut fields = Fields::default();
        for (name, value) in value.as_object().expect("a state is an object") {
            // What was selected of them is in `kiwi_profiles`.
            if name != "profiles" {
                fields.add(name, value.clone());
            }
        }
        Self {
            profiles: strings(&value["profiles"]),
            build_type: value["type"].as_str().map(str::to_owned),
            fields,
        }
    }

    /// Whether there was no error.
    pub(crate) fn is_resolved(&self) -> bool {
        *self.fields.get("error") == Value::Null
    }
}

/// Values by name; those of objects are named `OBJECT.NAME`, so that each is compared alone.
#[derive(Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// Our facts.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let packages = &facts.packages;
        let bootstrap = packages.bootstrap.clone().unwrap_or_default();
        let environment: BTreeMap<_, _> = facts
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), value.as_text().to_owned()))
            .collect();
        let drivers = environment["kiwi_drivers"].split(',');
        let drivers: Vec<_> = drivers.filter(|it| !it.is_empty()).collect();
        let archives: Vec<_> = packages.image.archives.iter().map(|it| &it.name).collect();
        let users: Vec<_> = facts.system.users.iter().map(|user| &user.name).collect();
        let mut fields = Self::default();
        for (name, value) in [
            ("type", json!(facts.identity.build_type)),
            ("image_version", json!(facts.identity.version)),
            ("packagemanager", json!(facts.package_manager.name())),
            ("bootstrap", names(&bootstrap.packages)),
            ("bootstrap_collections", names(&bootstrap.collections)),
            ("system", names(&packages.image.packages)),
            ("collections", names(&packages.image.collections)),
            ("ignore", names(&packages.image.ignored)),
            ("delete", names(&packages.delete)),
            ("uninstall", names(&packages.uninstall)),
            ("archives", json!(archives)),
            ("drivers", json!(drivers)),
            ("users", json!(users)),
            ("oem_resize", json!(facts.grows())),
            ("repos", repositories(facts)),
            ("volumes", volumes(facts)),
            ("container", container(facts)),
            ("env", json!(environment)),
        ] {
            fields.add(name, value);
        }
        fields
    }

    /// An error and nothing else.
    pub(crate) fn of_error(class: String) -> Self {
        let mut fields = Self::default();
        fields.add("error", Value::from(class));
        fields
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of a name; `null` when there is none.
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    fn add(&mut self, name: &str, value: Value) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    self.add(&format!("{name}.{field}"), value);
                }
            }
            value => {
                self.0.insert(name.to_owned(), value);
            }
        }
    }
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
    let Some(config) = &facts.kind().containerconfig else {
        return value;
    };
    value["container_name"] = json!(plan.name);
    if config.tag.is_some() {
        value["container_tag"] = json!(plan.tag);
    }
    if let Some(entrypoint) = plan.config.entrypoint {
        value["entry_command"] = json!(entrypoint);
    }
    if let Some(names) = &config.additionalnames {
        value["additional_names"] = json!(names.0);
    }
    if let Some(history) = &config.history {
        for (name, text) in [
            ("launcher", &history.launcher),
            ("application_id", &history.application_id),
            ("package_version", &history.package_version),
        ] {
            if let Some(text) = text {
                value["history"][name] = json!(text.value);
            }
        }
        if let Some(comment) = plan.comment {
            value["history"]["comment"] = json!(comment);
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
