//! `schema`: the schema of descriptions in a language that editors read.

use kiwi_description::schema::export::{json, rng};

use super::Outcome;
use crate::cli::{SchemaFormat, SchemaOptions};
use crate::exit_code::Exit;
use crate::output::print;

/// Runs the command.
#[allow(clippy::unnecessary_wraps)] // Every command gives an outcome.
pub(super) fn run(options: &SchemaOptions) -> Outcome {
    let text = match options.format {
        SchemaFormat::Rng => rng::to_rng(),
        SchemaFormat::Json => json::to_json(),
    };
    print::stdout(&text);
    Ok(Exit::Done)
}
