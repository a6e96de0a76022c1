//! What a build made: files under their final names, and the record of them in the target directory.
//!
//! `kiwi.result.json` is read by build services and has the shape the reference gives it (spec 02, section 11). What a
//! later `result bundle` needs besides lies in `kiwi.result`, as with the reference, but as JSON instead of a Python pickle.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kiwi_host::{AtomicFile, atomic};
use kiwi_plan::plan::{BuildPlan, Identity};
use serde::{Deserialize, Serialize};
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};

use crate::context::BuildContext;
use crate::error::{Because, BuildError};

/// Name of the record that build services read.
pub const RESULT_FILE: &str = "kiwi.result.json";

/// Name of the record that `result bundle` reads.
pub const STATE_FILE: &str = "kiwi.result";

/// Everything one `create` made, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artefacts {
    records: BTreeMap<String, Record>,
}

/// One result file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it is to build services, such as `disk_image` (spec 02, section 7).
    pub key: String,
    /// The file, absolute.
    pub path: PathBuf,
    /// Whether a bundle contains it.
    pub use_for_bundle: bool,
    /// Whether a bundle compresses it.
    pub compress: bool,
    /// Whether a bundle has a checksum of it.
    pub shasum: bool,
    /// A command that does something useful with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}

impl Record {
    /// A file that goes into bundles as it is, with a checksum.
    pub fn new(key: &str, path: impl Into<PathBuf>) -> Self {
        Self {
            key: key.to_owned(),
            path: path.into(),
            use_for_bundle: true,
            compress: false,
            shasum: true,
            usage: None,
        }
    }

    /// Leaves it out of bundles when it is not wanted there.
    pub fn use_for_bundle(mut self, wanted: bool) -> Self {
        self.use_for_bundle = wanted;
        self
    }

    /// Compresses it in bundles.
    pub fn compress(mut self, wanted: bool) -> Self {
        self.compress = wanted;
        self
    }

    /// Gives it a checksum in bundles.
    pub fn shasum(mut self, wanted: bool) -> Self {
        self.shasum = wanted;
        self
    }

    /// Says how to use it.
    pub fn usage(mut self, command: impl Into<String>) -> Self {
        self.usage = Some(command.into());
        self
    }

    /// Its size in bytes.
    pub fn size(&self) -> Result<u64, BuildError> {
        Ok(fs_err::metadata(&self.path).at("read", &self.path)?.len())
    }
}

impl Artefacts {
    /// Adds a record; one of the same key is replaced.
    pub fn add(&mut self, record: Record) {
        self.records.insert(record.key.clone(), record);
    }

    /// The records, sorted by key.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// The record of a key.
    pub fn get(&self, key: &str) -> Option<&Record> {
        self.records.get(key)
    }

    /// Writes both record files into the target directory, each complete or not at all.
    pub fn write(&self, plan: &BuildPlan, target: &Path) -> Result<(), BuildError> {
        let path = target.join(RESULT_FILE);
        let text = pretty(&self.to_json(&plan.identity));
        atomic::write(&path, text).at("write", &path)?;
        let path = target.join(STATE_FILE);
        let state = State {
            version: State::VERSION,
            identity: plan.identity.clone(),
            records: self.records.values().cloned().collect(),
        };
        atomic::write(&path, pretty(&state)).at("write", &path)
    }

    /// The content of `kiwi.result.json`.
    pub fn to_json(&self, identity: &Identity) -> BTreeMap<String, Value> {
        let mut document = BTreeMap::new();
        for record in self.records.values() {
            let value = json!({
                "compress": record.compress,
                "filename": record.path.to_string_lossy(),
                "shasum": record.shasum,
                "use_for_bundle": record.use_for_bundle,
            });
            document.insert(record.key.clone(), value);
        }
        if let Some(pattern) = &identity.bundle_format {
            let value = json!({ "pattern": pattern, "tags": bundle_tags(identity) });
            document.insert("bundle_format".to_owned(), value);
        }
        document
    }
}

/// What a bundle has to know of the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Version of this file's format.
    pub version: u32,
    /// Names and facts of the image.
    pub identity: Identity,
    /// The records, sorted by key.
    pub records: Vec<Record>,
}

impl State {
    /// The format this program writes.
    pub const VERSION: u32 = 1;

    /// Reads what a `create` left in a target directory; `None` when there is nothing.
    pub fn read(target: &Path) -> Result<Option<Self>, BuildError> {
        let path = target.join(STATE_FILE);
        let text = match fs_err::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).at("read", &path),
        };
        let state = serde_json::from_slice(&text).map_err(io::Error::from);
        state.at("read", &path).map(Some)
    }
}

/// Values of the placeholders of a bundle's file names; the bundle's own id is not known yet.
fn bundle_tags(identity: &Identity) -> BTreeMap<&'static str, String> {
    let version = identity.version.clone().unwrap_or_default();
    let mut parts = version.splitn(3, '.').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    BTreeMap::from([
        ("M", part()),
        ("m", part()),
        ("p", part()),
        ("v", version.clone()),
        ("A", identity.architecture.clone()),
        ("I", String::new()),
        ("N", identity.name.clone()),
        ("P", identity.profiles.join("_")),
        ("T", identity.build_type.clone()),
    ])
}

/// Four blanks for each level, keys sorted, a line end at the end.
fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    value
        .serialize(&mut serializer)
        .expect("values with text keys always serialise");
    text.push(b'\n');
    text
}

/// A result file that is being written, next to its final place.
///
/// It gets its name, and replaces an older result of that name, when it is complete and not larger than allowed.
#[derive(Debug)]
pub struct ResultFile {
    file: AtomicFile,
    limit: Option<u64>,
}

impl ResultFile {
    /// Starts the file `name` in the target directory.
    pub fn create(context: &BuildContext<'_>, name: &str) -> Result<Self, BuildError> {
        let target = std::path::absolute(&context.places.target);
        let path = target.at("find", &context.places.target)?.join(name);
        let file = AtomicFile::create(&path).at("create", &path)?;
        Ok(Self {
            file,
            limit: context.plan.settings.max_size,
        })
    }

    /// The open file.
    pub fn file(&self) -> &File {
        self.file.file()
    }

    /// The open file, to be written.
    pub fn file_mut(&mut self) -> &mut File {
        self.file.file_mut()
    }

    /// Its present name, for programs that write it.
    pub fn temporary_path(&self) -> &Path {
        self.file.temporary_path()
    }

    /// Its final name.
    pub fn destination(&self) -> &Path {
        self.file.destination()
    }

    /// Gives it its final name, which is returned.
    ///
    /// # Errors
    /// It is larger than the runtime configuration allows; nothing of it is left then.
    pub fn finish(mut self) -> Result<PathBuf, BuildError> {
        self.file
            .file_mut()
            .flush()
            .at("write", self.destination())?;
        // A program may have put another file under the temporary name, so the name counts.
        let path = self.temporary_path();
        let size = fs_err::metadata(path).at("read", path)?.len();
        if let Some(limit) = self.limit.filter(|limit| size > *limit) {
            return Err(BuildError::TooLarge {
                path: self.destination().to_owned(),
                size,
                limit,
            });
        }
        let destination = self.destination().to_owned();
        self.file.commit().at("create", destination)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(version: &str) -> Identity {
        Identity {
            name: "foo".into(),
            display_name: None,
            id: None,
            version: Some(version.into()),
            author: "A <a@example.org>".into(),
            specification: String::new(),
            architecture: "x86_64".into(),
            build_type: "oem".into(),
            profiles: vec!["a".into(), "b".into()],
            result_stem: "foo.x86_64-1.2.3".into(),
            bundle_format: Some("%N-%T:%M".into()),
            description_directory: "/d".into(),
            description_file: "/d/config.xml".into(),
        }
    }

    #[test]
    fn record_has_the_known_shape() {
        let mut artefacts = Artefacts::default();
        artefacts.add(
            Record::new("image_changes", "/t/b")
                .compress(true)
                .shasum(false),
        );
        artefacts.add(Record::new("disk_image", "/t/a").use_for_bundle(false));
        let text = String::from_utf8(pretty(&artefacts.to_json(&identity("1.2.3")))).unwrap();
        let expected = r#"{
    "bundle_format": {
        "pattern": "%N-%T:%M",
        "tags": {
            "A": "x86_64",
            "I": "",
            "M": "1",
            "N": "foo",
            "P": "a_b",
            "T": "oem",
            "m": "2",
            "p": "3",
            "v": "1.2.3"
        }
    },
    "disk_image": {
        "compress": false,
        "filename": "/t/a",
        "shasum": true,
        "use_for_bundle": false
    },
    "image_changes": {
        "compress": true,
        "filename": "/t/b",
        "shasum": false,
        "use_for_bundle": true
    }
}
"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn versions_are_split_at_two_dots() {
        for (version, parts) in [
            ("1", ["1", "", ""]),
            ("1.2", ["1", "2", ""]),
            ("1.2.3.4", ["1", "2", "3.4"]),
        ] {
            let tags = bundle_tags(&identity(version));
            assert_eq!(
                ["M", "m", "p"].map(|tag| tags[tag].as_str()),
                parts,
                "{version}"
            );
        }
    }
}
