//! Containers: `docker` and `oci` (spec 06, section 12).

use std::collections::BTreeMap;

use kiwi_description::model::values::ImageType;
use kiwi_description::model::{Argument, ContainerConfig as Written, Spanned};

use super::excludes;
use crate::architecture::oci_architecture;
use crate::plan::container::{ContainerConfig, ContainerFormat, ContainerPlan};
use crate::resolve::Facts;

/// Name of a container that has no `containerconfig`; the reference's name for images without a base.
const DEFAULT_NAME: &str = "system-container";
/// Name of a container whose configuration comes from `--add-container-label` alone.
const DEFAULT_LABELLED_NAME: &str = "kiwi-container";

/// Plans a container image.
pub(super) fn plan(facts: &Facts<'_>) -> ContainerPlan {
    let format = if *facts.kind().image == ImageType::Docker {
        ContainerFormat::Docker
    } else {
        ContainerFormat::Oci
    };
    plan_as(facts, format)
}

/// Plans a container that holds a disk and nothing to run, unless a command is written.
pub(super) fn plan_for_disk(facts: &Facts<'_>, format: ContainerFormat) -> ContainerPlan {
    let mut plan = plan_as(facts, format);
    let config = facts.kind().containerconfig.as_ref();
    if config.is_none_or(|it| it.entrypoint.is_none() && it.subcommand.is_none()) {
        plan.config.command = None;
    }
    plan
}

fn plan_as(facts: &Facts<'_>, format: ContainerFormat) -> ContainerPlan {
    let kind = facts.kind();
    let config = kind.containerconfig.as_ref();
    let compress = facts.host.settings.container_compress.unwrap_or(true);
    let labels = labels(facts, config);
    let (name, tag) = name_and_tag(facts, config, &labels);
    let history = config.and_then(|config| config.history.as_ref());
    let author = text(config.and_then(|config| config.maintainer.as_ref()))
        .unwrap_or_else(|| facts.identity.author.clone());
    let mut excludes = excludes::common(facts);
    if kind.container.ensure_empty_tmpdirs.is_some_and(|it| !*it) {
        excludes.retain(|path| path != "run/*" && path != "tmp/*");
    }
    excludes.extend(["dev/*", "sys/*", "proc/*"].map(str::to_owned));
    ContainerPlan {
        format,
        file_name: format!(
            "{}.{}.tar{}",
            facts.identity.result_stem,
            facts.identity.build_type,
            if compress { ".xz" } else { "" }
        ),
        compress,
        additional_names: additional_names(config, &name, &tag, format),
        name,
        tag,
        architecture: oci_architecture(&facts.identity.architecture).to_owned(),
        created_by: text(history.and_then(|history| history.created_by.as_ref()))
            .unwrap_or_else(|| concat!("kiwi-rs ", env!("CARGO_PKG_VERSION")).to_owned()),
        comment: history
            .map(|history| history.comment.value.trim().to_owned())
            .filter(|comment| !comment.is_empty()),
        config: run_configuration(config, labels),
        history_author: text(history.and_then(|history| history.author.as_ref()))
            .unwrap_or_else(|| facts.identity.author.clone()),
        author,
        excludes,
    }
}

fn name_and_tag(
    facts: &Facts<'_>,
    config: Option<&Written>,
    labels: &BTreeMap<String, String>,
) -> (String, String) {
    let name = match config {
        Some(config) => config.name.value.clone(),
        None if labels.is_empty() => DEFAULT_NAME.to_owned(),
        None => DEFAULT_LABELLED_NAME.to_owned(),
    };
    let written = text(config.and_then(|config| config.tag.as_ref()));
    let tag = match (&facts.selection.container_tag, written) {
        (Some(option), Some(_)) => option.clone(),
        (_, Some(written)) => written,
        (_, None) => "latest".to_owned(),
    };
    (name, tag)
}

/// `:tag` is this name with another tag, `name` another name with this tag, `name:tag` both; docker archives only.
fn additional_names(
    config: Option<&Written>,
    name: &str,
    tag: &str,
    format: ContainerFormat,
) -> Vec<String> {
    if format == ContainerFormat::Oci {
        return Vec::new();
    }
    let written = config.and_then(|config| config.additionalnames.as_ref());
    written
        .iter()
        .flat_map(|list| list.iter())
        .map(|entry| entry.trim())
        .filter(|entry| !entry.is_empty())
        .map(|entry| match split_reference(entry) {
            ("", other) => format!("{name}:{other}"),
            (other, "") => format!("{other}:{tag}"),
            (other, other_tag) => format!("{other}:{other_tag}"),
        })
        .collect()
}

/// Splits `name:tag`; a colon before the last slash is the port of a registry.
fn split_reference(reference: &str) -> (&str, &str) {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (reference, ""),
    }
}

fn labels(facts: &Facts<'_>, config: Option<&Written>) -> BTreeMap<String, String> {
    let written = config.and_then(|config| config.labels.as_ref());
    let mut labels: BTreeMap<String, String> = written
        .iter()
        .flat_map(|labels| &labels.labels)
        .map(|label| (label.name.value.clone(), label.value.value.clone()))
        .collect();
    for option in &facts.selection.container_labels {
        if let Some((name, value)) = option.split_once('=') {
            labels.insert(name.to_owned(), value.to_owned());
        }
    }
    labels
}

fn run_configuration(
    config: Option<&Written>,
    labels: BTreeMap<String, String>,
) -> ContainerConfig {
    let shell = || Some(vec!["/bin/bash".to_owned()]);
    let Some(config) = config else {
        return ContainerConfig {
            command: shell(),
            labels,
            ..ContainerConfig::default()
        };
    };
    let entrypoint = config
        .entrypoint
        .as_ref()
        .and_then(|it| command(it.clear, it.execute.as_ref(), &it.arguments));
    let subcommand = config
        .subcommand
        .as_ref()
        .and_then(|it| command(it.clear, it.execute.as_ref(), &it.arguments));
    let neither = config.entrypoint.is_none() && config.subcommand.is_none();
    ContainerConfig {
        user: text(config.user.as_ref()),
        working_directory: text(config.workingdir.as_ref()),
        command: if neither { shell() } else { subcommand },
        entrypoint,
        exposed_ports: config
            .expose
            .iter()
            .flat_map(|expose| &expose.ports)
            .map(|port| port.number.value.clone())
            .collect(),
        volumes: config
            .volumes
            .iter()
            .flat_map(|volumes| &volumes.volumes)
            .map(|volume| volume.name.value.clone())
            .collect(),
        environment: config
            .environment
            .iter()
            .flat_map(|environment| &environment.envs)
            .map(|variable| (variable.name.value.clone(), variable.value.value.clone()))
            .collect(),
        labels,
        stop_signal: text(config.stopsignal.as_ref()),
    }
}

/// The program and its arguments; `clear` gives the empty list.
fn command(
    clear: Option<Spanned<bool>>,
    execute: Option<&Spanned<String>>,
    arguments: &[Argument],
) -> Option<Vec<String>> {
    if clear.is_some_and(|clear| *clear) {
        return Some(Vec::new());
    }
    let words: Vec<String> = execute
        .iter()
        .map(|execute| execute.value.clone())
        .chain(arguments.iter().map(|argument| argument.name.value.clone()))
        .collect();
    (!words.is_empty()).then_some(words)
}

fn text(value: Option<&Spanned<String>>) -> Option<String> {
    value
        .map(|value| value.value.clone())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (reference, name, tag) in [
            (":t", "", "t"),
            ("r", "r", ""),
            ("r:", "r", ""),
            ("r:t", "r", "t"),
            ("host:5000/r", "host:5000/r", ""),
            ("host:5000/r:t", "host:5000/r", "t"),
        ] {
            assert_eq!(split_reference(reference), (name, tag), "{reference}");
        }
    }
}
