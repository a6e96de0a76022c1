//! What the user sees: [`report`] and [`diagnostics`], the [`log`] of a build, [`amounts`] in words.

pub mod amounts;
pub mod diagnostics;
pub mod log;
pub mod print;
pub mod report;
pub mod results;
pub mod secrets;
