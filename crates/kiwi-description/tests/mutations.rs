//! Thousands of wrong descriptions in every markup: each is refused with places that exist, or is right and stays right.
//!
//! `KIWI_MUTATIONS=1000000 cargo test --release -p kiwi-description --test mutations -- --nocapture` takes a million of them.

#[path = "support/mutate/mod.rs"]
mod mutate;
mod support;

use kiwi_description::diagnostic::Severity;
use kiwi_description::syntax::Markup;
use kiwi_testkit::shared::shared;
use support::trees::{MARKUPS, canonical, parse, told, whole_way, write};

#[test]
fn no_input_breaks_reading() {
    let corpus = shared("KIWI_CORPUS", "corpus");
    let seeds = mutate::Seeds::new(corpus.as_deref());
    mutate::run(&seeds, 20_000, check);
}

fn check(text: &str, markup: Markup) {
    let (sources, result, notes) = whole_way(text, markup);
    let problems = match &result {
        Ok(_) => notes,
        Err(problems) => problems.clone(),
    };
    for problem in &problems {
        assert!(problem.primary.is_some(), "no place: {problem}");
        // Fails when a place is outside of its text or inside a character.
        let _ = told(problem, &sources);
        let label = problem
            .primary
            .as_ref()
            .map(|label| sources.end(label.span));
        assert!(label.is_some_and(|(line, column)| line > 0 && column > 0));
    }
    match result {
        Err(problems) => assert!(
            problems.count(Severity::Error) > 0,
            "refused without an error"
        ),
        Ok((root, _)) => {
            let expected = canonical(&root);
            // One markup for each input is enough for many inputs.
            let markup = MARKUPS[text.len() % MARKUPS.len()];
            let written = write(&root, markup);
            let (_, again) = parse(&written, markup);
            let again =
                again.unwrap_or_else(|problems| panic!("{markup}: {problems:?}\n{written}"));
            assert_eq!(canonical(&again.root), expected, "{markup}:\n{written}");
        }
    }
}
