//! What a container image says about itself, shared by the OCI and the Docker archive.
//!
//! Specification: OCI Image Format 1.1, "Image Configuration"; Docker's own configuration has the same fields. The types are ours
//! because those of the crate `oci-spec` keep labels and annotations in hash maps, whose order differs from run to run.

use std::collections::BTreeMap;

use serde::Serialize;

/// A container image with a single layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerImage {
    /// Processor, in Go's words (`amd64`), see [`go_platform`].
    pub architecture: String,
    /// Variant of the processor, such as `v7` for `arm`.
    pub variant: Option<String>,
    /// When the image was made, in seconds since 1970; also the time of the files in the archive.
    pub created: i64,
    /// Who made it.
    pub author: Option<String>,
    /// How its containers run.
    pub config: RunConfig,
    /// How its layer came to be.
    pub history: Option<History>,
}

/// How containers of an image run when nothing else is asked for. Empty fields are not written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunConfig {
    /// User and perhaps group (`user:group`), by name or number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Ports such as `80`, `80/tcp` or `53/udp`; the text is kept as it is.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_keys")]
    pub exposed_ports: Vec<String>,
    /// Environment, `NAME=VALUE` each, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Program that is always run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Program to run, or arguments for the entry point, when none are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// Directories that get storage of their own.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_keys")]
    pub volumes: Vec<String>,
    /// Directory to start in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Free form facts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Signal that asks for the end, such as `SIGTERM`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
}

/// How a layer came to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The command or program.
    pub created_by: String,
    /// Who ran it.
    pub author: Option<String>,
    /// What else is to be said.
    pub comment: Option<String>,
}

/// Identifies what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenImage {
    /// Digest of the configuration (`sha256:…`); Docker calls it the image id.
    pub config_digest: String,
    /// Digest of the manifest; absent in Docker archives, which have no manifest that is identified by one.
    pub manifest_digest: Option<String>,
    /// Digest of the layer before compression.
    pub diff_id: String,
    /// Length of the layer before compression.
    pub layer_bytes: u64,
}

impl ContainerImage {
    /// Gives the image configuration as it is stored, for a layer with this digest (without `sha256:`).
    pub(crate) fn config_json(&self, diff_id: &str) -> Vec<u8> {
        let created = rfc3339(self.created);
        let history = self.history.as_ref().map(|history| HistoryDocument {
            created: &created,
            created_by: &history.created_by,
            author: history.author.as_deref(),
            comment: history.comment.as_deref(),
        });
        let document = ConfigDocument {
            created: &created,
            author: self.author.as_deref(),
            architecture: &self.architecture,
            variant: self.variant.as_deref(),
            os: "linux",
            config: &self.config,
            rootfs: RootFilesystem {
                kind: "layers",
                diff_ids: [format!("sha256:{diff_id}")],
            },
            history: history.into_iter().collect(),
        };
        to_json(&document)
    }
}

/// Translates `uname -m` into Go's architecture and variant; what is unknown stays as it is.
pub fn go_platform(machine: &str) -> (&str, Option<&str>) {
    match machine {
        "x86_64" => ("amd64", None),
        "i386" | "i486" | "i586" | "i686" | "ix86" => ("386", None),
        "aarch64" => ("arm64", None),
        "armv5el" | "armv5tel" | "armv5tl" => ("arm", Some("v5")),
        "armv6l" | "armv6hl" => ("arm", Some("v6")),
        "armv7l" | "armv7hl" => ("arm", Some("v7")),
        "armv8l" => ("arm", Some("v8")),
        "loongarch64" => ("loong64", None),
        other => (other, None),
    }
}

/// Serialises a document of ours, of which none can fail.
pub(crate) fn to_json(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).expect("documents of strings and lists always serialise")
}

#[derive(Serialize)]
struct ConfigDocument<'a> {
    created: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    architecture: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    os: &'a str,
    config: &'a RunConfig,
    rootfs: RootFilesystem,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<HistoryDocument<'a>>,
}

#[derive(Serialize)]
struct RootFilesystem {
    #[serde(rename = "type")]
    kind: &'static str,
    diff_ids: [String; 1],
}

#[derive(Serialize)]
struct HistoryDocument<'a> {
    created: &'a str,
    created_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

/// Serialises to `{}`.
#[derive(Serialize)]
struct Empty {}

/// Writes a list as Go's way of a set: an object whose keys matter and whose values are empty.
fn as_keys<S: serde::Serializer>(names: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    serializer.collect_map(sorted.into_iter().map(|name| (name, Empty {})))
}

/// Writes a time as RFC 3339 wants it.
fn rfc3339(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
    let (year, month, day) = civil_date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Finds year, month and day of a number of days since 1970-01-01.
///
/// Counts in years that begin in March, so that leap days come last and months have a regular pattern of 153 days in five.
fn civil_date(days: i64) -> (i64, i64, i64) {
    const DAYS_TO_1970: i64 = 719_468; // from 0000-03-01
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let shifted = days + DAYS_TO_1970;
    let era = shifted.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = shifted.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (1_706_933_106, "2024-02-03T04:05:06Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(rfc3339(seconds), expected);
        }
    }

    #[test]
    fn configurations_have_no_empty_fields_and_a_fixed_order() {
        let image = ContainerImage {
            architecture: "amd64".into(),
            config: RunConfig {
                exposed_ports: vec!["80".into(), "443/tcp".into()],
                cmd: vec!["/bin/bash".into()],
                labels: [("b".into(), "2".into()), ("a".into(), "1".into())].into(),
                ..RunConfig::default()
            },
            history: Some(History {
                created_by: "KIWI".into(),
                ..History::default()
            }),
            ..ContainerImage::default()
        };
        let expected = concat!(
            r#"{"created":"1970-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{"#,
            r#""ExposedPorts":{"443/tcp":{},"80":{}},"Cmd":["/bin/bash"],"Labels":{"a":"1","b":"2"}},"#,
            r#""rootfs":{"type":"layers","diff_ids":["sha256:00"]},"#,
            r#""history":[{"created":"1970-01-01T00:00:00Z","created_by":"KIWI"}]}"#
        );
        assert_eq!(
            String::from_utf8(image.config_json("00")).unwrap(),
            expected
        );
    }

    #[test]
    fn machines_are_translated_to_gos_words() {
        for (machine, expected) in [
            ("x86_64", ("amd64", None)),
            ("ix86", ("386", None)),
            ("armv7l", ("arm", Some("v7"))),
            ("riscv64", ("riscv64", None)),
        ] {
            assert_eq!(go_platform(machine), expected);
        }
    }
}
