//! Why a build could not be enclosed.

use crate::userns::Obstacle;

/// Errors of [`super::enter`].
#[derive(Debug, thiserror::Error)]
pub enum EnclosureError {
    /// The host does not allow it.
    #[error("cannot build on this host: {0}")]
    Host(Obstacle),
    /// A step that every host should allow was refused.
    #[error("cannot {step} the enclosure of the build")]
    Step {
        /// What was tried.
        step: String,
        /// The cause.
        source: std::io::Error,
    },
}

impl EnclosureError {
    /// Returns the next thing to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            EnclosureError::Host(obstacle) => Some(obstacle.hint()),
            EnclosureError::Step { .. } => None,
        }
    }

    pub(super) fn step(step: &str, source: impl Into<std::io::Error>) -> Self {
        EnclosureError::Step {
            step: step.to_owned(),
            source: source.into(),
        }
    }
}
