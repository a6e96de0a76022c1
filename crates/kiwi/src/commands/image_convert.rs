//! `image convert`: a description in another markup.

use std::io::Write;
use std::path::Path;

use kiwi_description::diagnostic::codes;
use kiwi_description::syntax;
use kiwi_host::AtomicFile;

use super::Outcome;
use crate::cli::{ConvertOptions, GlobalOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{print, report};

/// Runs the command.
pub(super) fn run(options: &ConvertOptions, globals: &GlobalOptions) -> Outcome {
    let loaded = kiwi_description::read(&options.description, globals.kiwi_file.as_deref())
        .map_err(Failure::from)?;
    report::diagnostics(&loaded.diagnostics, &loaded.source_map, globals);
    let text = syntax::write(&loaded.root, options.to.into())
        .expect("every markup that can be asked for can hold a description");
    match &options.output {
        None => print::stdout(&text),
        Some(file) => store(file, &text)?,
    }
    Ok(Exit::Done)
}

fn store(path: &Path, text: &str) -> Result<(), Box<Failure>> {
    let store = || {
        let mut file = AtomicFile::create(path)?;
        file.file_mut().write_all(text.as_bytes())?;
        file.commit()
    };
    store().map(drop).map_err(|error| {
        let what = format!("`{}` cannot be written", path.display());
        Failure::io(Exit::BuildFailed, codes::markup::NOT_WRITTEN, what, &error).into()
    })
}
