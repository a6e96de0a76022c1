//! Entering the enclosure, in which all work on root trees is done.

use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_description::span::SourceMap;
use kiwi_host::enclosure::{self, Enclosure, EnclosureError, Entered, Request};

use crate::exit_code::Exit;
use crate::failure::{Failure, reason};

/// On which side of the enclosure the command goes on.
pub(super) enum Side {
    /// Inside: do the work.
    Inside(Enclosure),
    /// Outside, after the work is done or has failed; everything was said inside.
    Outside(Exit),
}

/// Enters the enclosure. Outside, this waits for the inside to end.
///
/// No thread may have been started before.
///
/// # Errors
/// This host does not allow it.
pub(super) fn enter() -> Result<Side, Box<Failure>> {
    match enclosure::enter(Request::default()) {
        Ok(Entered::Inside(enclosure)) => Ok(Side::Inside(enclosure)),
        Ok(Entered::Finished(code)) => {
            Ok(Side::Outside(Exit::Inside(u8::try_from(code).unwrap_or(1))))
        }
        Err(error) => Err(refused(&error).into()),
    }
}

fn refused(error: &EnclosureError) -> Failure {
    let message = match error {
        EnclosureError::Step { source, .. } => format!("{error}: {}", reason(source)),
        EnclosureError::Host(_) => error.to_string(),
    };
    let problem = Diagnostic::error(codes::host::NO_ENCLOSURE, message).help_if(error.hint());
    Failure::new(Exit::Host, problem, SourceMap::default())
}

/// Says what the enclosure cannot do.
pub(super) fn notice(enclosure: &Enclosure) -> Option<Diagnostic> {
    let (message, help) = enclosure.notice()?;
    Some(Diagnostic::warning(codes::host::FEW_IDS, message).help(help))
}
