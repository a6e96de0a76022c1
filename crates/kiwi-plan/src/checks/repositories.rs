//! Packages come from repositories. Without one the build would stop at its first package.
//!
//! Mend: add a `<repository>`, select the profile that has one, or use `--add-repo`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if facts
        .repositories
        .iter()
        .any(|repository| !repository.image_only)
    {
        return;
    }
    let selection = facts.selection;
    let ignored = selection.ignore_repositories || selection.ignore_repositories_used_for_build;
    let help = if ignored {
        "the command line ignores those of the description; add one with `--add-repo`"
    } else if facts.description.repositories.is_empty() {
        "add a `<repository>`; `<source path=\"host:/\"/>` takes those of this host"
    } else {
        "the repositories are for other profiles or architectures; select one with `--profile`, or use `--add-repo`"
    };
    diagnostics.push(
        Diagnostic::error(
            codes::checks::NO_REPOSITORY,
            "there is no repository to build from",
        )
        .at(facts.description.span)
        .help(help),
    );
}
