//! A repository with `imageinclude` is configured in the image. An address that leads to this host cannot be reached from
//! there.
//!
//! Mend: use an address on the network, or remove `imageinclude`.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::{Facts, is_public, translate};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let included = facts
        .repositories
        .iter()
        .filter(|repository| repository.image_include == Some(true));
    for repository in included {
        let base: &Path = &facts.host.description.path;
        let address = translate(&repository.source, &facts.choice.machine, base, facts.host);
        if address.is_ok_and(|address| !is_public(&address.location)) {
            let diagnostic = Diagnostic::error(
                codes::checks::PRIVATE_REPOSITORY_IN_IMAGE,
                format!(
                    "the image cannot reach the repository `{}`",
                    repository.source
                ),
            )
            .help("use an address on the network, or remove `imageinclude`");
            diagnostics.push(match repository.span {
                Some(span) => diagnostic.at(span),
                None => diagnostic.in_place(repository.origin.to_string()),
            });
        }
    }
}
