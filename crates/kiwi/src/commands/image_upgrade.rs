//! `image upgrade`: the description in its own files, rewritten to the newest schema.
//!
//! All new files are complete beside the old ones before the first takes the place of an old one.

use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_description::rewrite::{ChangedFile, Rewritten, rewrite, unified_diff};
use kiwi_description::span::SourceMap;
use kiwi_description::upgrade::NEWEST;
use kiwi_host::AtomicFile;

use super::Outcome;
use crate::cli::{GlobalOptions, LogFormat, UpgradeOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{print, report};

/// What UTF-8 files of some editors begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Runs the command.
pub(super) fn run(options: &UpgradeOptions, globals: &GlobalOptions) -> Outcome {
    let rewritten =
        rewrite(&options.description, globals.kiwi_file.as_deref()).map_err(Failure::from)?;
    report::diagnostics(&rewritten.diagnostics, &rewritten.source_map, globals);
    for file in &rewritten.changed {
        print::stdout(&unified_diff(&file.path, &file.before, &file.edits));
    }
    if rewritten.changed.is_empty() {
        let file = rewritten.file.display();
        say(
            globals,
            &format!("`{file}` needs no upgrade: it is of schema {NEWEST}"),
        );
        return Ok(Exit::Done);
    }
    if options.write {
        write(&rewritten, globals)?;
    } else {
        say(globals, "nothing was written; `--write` does");
    }
    Ok(if options.check {
        Exit::Outdated
    } else {
        Exit::Done
    })
}

/// Puts all changed files into their places.
fn write(rewritten: &Rewritten, globals: &GlobalOptions) -> Result<(), Box<Failure>> {
    let files = rewritten.changed.iter();
    let complete: Vec<AtomicFile> = files.map(complete_beside).collect::<Result<_, _>>()?;
    for (file, new) in rewritten.changed.iter().zip(complete) {
        new.commit()
            .map_err(|error| cannot_write(&file.path, &error))?;
        say(globals, &format!("upgraded `{}`", file.path.display()));
    }
    if rewritten.changed.iter().any(|file| file.included) {
        say(
            globals,
            &format!("other descriptions that include these files must be of schema {NEWEST} too"),
        );
    }
    Ok(())
}

/// Writes the new text beside the file, with its mode and, where possible, its owner.
fn complete_beside(file: &ChangedFile) -> Result<AtomicFile, Box<Failure>> {
    let failed = |error| cannot_write(&file.path, &error);
    // A link stays one; what it names is written.
    let path = std::fs::canonicalize(&file.path).map_err(failed)?;
    let old = std::fs::read(&path).map_err(failed)?;
    let (mark, text) = match old.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => (BYTE_ORDER_MARK, text),
        None => (&[][..], old.as_slice()),
    };
    if text != file.before.as_bytes() {
        return Err(not_utf8(&file.path).into());
    }
    Ok(write_beside(&path, mark, &file.after).map_err(failed)?)
}

fn write_beside(path: &Path, mark: &[u8], text: &str) -> io::Result<AtomicFile> {
    let old = std::fs::metadata(path)?;
    let mut new = AtomicFile::create(path)?;
    // Only root may give files away; for everybody else the file is the caller's own anyway. Both come before the text, so
    // that nobody can read it who could not read the old one.
    let _ = fchown(new.file(), Some(old.uid()), Some(old.gid()));
    new.file().set_permissions(old.permissions())?;
    new.file_mut().write_all(mark)?;
    new.file_mut().write_all(text.as_bytes())?;
    new.file().sync_all()?;
    Ok(new)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let what = format!("`{}` cannot be written", path.display());
    Failure::io(Exit::Host, codes::markup::REWRITE_WRITE, what, error)
}

fn not_utf8(path: &Path) -> Failure {
    let message = format!(
        "`{}` is not UTF-8, or changed while it was read",
        path.display()
    );
    let problem = Diagnostic::error(codes::markup::REWRITE_ENCODING, message)
        .help("convert it with `iconv -t UTF-8`, correct its first line, and try again");
    Failure::new(Exit::Invalid, problem, SourceMap::default())
}

/// Tells people what happened; the standard output has the changes only.
fn say(globals: &GlobalOptions, text: &str) {
    if globals.log_format != Some(LogFormat::Json) {
        print::stderr_line(text);
    }
}
