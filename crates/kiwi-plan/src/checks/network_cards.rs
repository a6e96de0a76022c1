//! Network cards of a virtual machine have numbers, each once.
//!
//! Mend: `interface="0"` for the first one, `"1"` for the next.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::ImageType;

use crate::format::card_number;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if *facts.kind().image != ImageType::Oem {
        return;
    }
    let mut seen = Vec::new();
    for (card, place) in facts
        .kind()
        .machine
        .iter()
        .flat_map(|it| &it.vmnics)
        .zip(0..)
    {
        let number = card_number(card, place);
        let written = &card.interface;
        if written.trim().parse::<u64>().is_err() {
            let message = format!("`{}` is no number of a network card", written.value);
            diagnostics.push(
                Diagnostic::warning(codes::checks::NETWORK_CARD, message)
                    .at(written.span)
                    .help(format!(
                        "it becomes card {number}; write `interface=\"{number}\"`"
                    )),
            );
        }
        match seen.iter().find(|(other, _)| *other == number) {
            None => seen.push((number, written.span)),
            Some((_, first)) => diagnostics.push(
                Diagnostic::error(
                    codes::checks::NETWORK_CARD,
                    format!("there are two network cards with the number {number}"),
                )
                .at(written.span)
                .related(*first, "the first one")
                .help("choose another number for one of them"),
            ),
        }
    }
}
