//! `image info`: facts about a description as JSON (spec 02, section 8).

use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::{self, Markup};
use kiwi_plan::checks::CHECKS;
use kiwi_plan::resolve::{Facts, choice_warnings};
use kiwi_plan::resolve_facts;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};

use super::Outcome;
use crate::cli::{GlobalOptions, InfoOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{log, print, report};
use crate::{planning, selection};

/// Runs the command.
pub(super) fn run(options: &InfoOptions, globals: &GlobalOptions) -> Outcome {
    refuse_later_options(options)?;
    let selection = selection::of_info(globals, &options.repositories)
        .map_err(|problems| Failure::new(Exit::Invalid, problems, SourceMap::default()))?;
    let mut draft = planning::draft(globals, &options.description, selection, false)?;
    let mut problems = Diagnostics::new();
    let info = resolve_facts(&draft.input()).map(|facts| {
        check_repositories(&facts, &mut problems);
        information(&facts, options)
    });
    match info {
        Ok(info) if !problems.has_errors() => {
            let of_choice = choice_warnings(&draft.input());
            draft.warnings.extend(of_choice);
            report::diagnostics(&draft.warnings, &draft.loaded.source_map, globals);
            print::stdout(&pretty(&info));
            if let Some(markup) = markup(options) {
                // The reference has a line of its log between the facts and the description.
                log::start(globals, None)?;
                tracing::info!("Description as {markup}:");
                print::stdout(&syntax::write(&draft.loaded.root, markup).unwrap_or_default());
            }
            Ok(Exit::Done)
        }
        Ok(_) => Err(Failure::new(Exit::Invalid, problems, draft.loaded.source_map).into()),
        Err(problems) => Err(Failure::new(Exit::Invalid, problems, draft.loaded.source_map).into()),
    }
}

fn refuse_later_options(options: &InfoOptions) -> Result<(), Box<Failure>> {
    if options.resolve_package_list {
        return Err(Failure::not_there_yet("--resolve-package-list").into());
    }
    Ok(())
}

/// The markup to print the description in; the first of several wins.
fn markup(options: &InfoOptions) -> Option<Markup> {
    [
        (options.print_xml, Markup::Xml),
        (options.print_yaml, Markup::Yaml),
        (options.print_toml, Markup::Toml),
    ]
    .into_iter()
    .find_map(|(wanted, markup)| wanted.then_some(markup))
}

/// The one check the reference makes here.
fn check_repositories(facts: &Facts<'_>, problems: &mut Diagnostics) {
    const NAME: &str = "check_repositories_configured";
    let disabled = &facts.host.settings.disabled_checks;
    if let Some(check) = CHECKS.iter().find(|check| check.name == NAME)
        && !disabled.iter().any(|name| name == NAME)
    {
        (check.run)(facts, problems);
    }
}

fn information(facts: &Facts<'_>, options: &InfoOptions) -> Value {
    let mut info = json!({ "image": facts.identity.name });
    if options.list_profiles {
        let profiles = facts.description.profiles.iter();
        let names: Vec<&str> = profiles
            .flat_map(|section| &section.profiles)
            .map(|profile| profile.name.as_str())
            .collect();
        info["profile_names"] = json!(names);
    }
    if options.print_kiwi_env {
        let variables = facts.environment.iter();
        info["kiwi_env"] = variables
            .map(|(name, value)| (name.clone(), Value::from(value.as_text())))
            .collect();
    }
    info
}

/// Four blanks for each level; the keys of JSON values are sorted anyway.
fn pretty(value: &Value) -> String {
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    value
        .serialize(&mut serializer)
        .expect("JSON values always serialise");
    let mut text = String::from_utf8(text).expect("JSON is UTF-8");
    text.push('\n');
    text
}
