//! Package managers: the verbs they share, and the table of them.

pub mod apt;
mod error;

use kiwi_plan::plan::packages::Request;
use kiwi_plan::plan::root;

pub use error::{PackageError, UnknownPackage};

use crate::context::BuildContext;
use crate::error::BuildError;

/// What a package manager does for a build, in the order in which it is asked to.
pub trait PackageManager {
    /// Writes the build's configuration and fetches the repositories' metadata.
    fn configure(&mut self) -> Result<(), BuildError>;

    /// Checks every requested name against the metadata and fetches all packages of all phases.
    fn download(&mut self) -> Result<(), BuildError>;

    /// Fills the empty tree.
    fn bootstrap(&mut self) -> Result<(), BuildError>;

    /// Installs the packages of the image phase.
    fn install(&mut self) -> Result<(), BuildError>;

    /// Installs more packages in one further run.
    fn install_more(&mut self, packages: &[Request]) -> Result<(), BuildError>;

    /// Removes packages together with what only they needed.
    fn uninstall(&mut self, packages: &[Request]) -> Result<(), BuildError>;

    /// Removes packages by force and leaves everything else alone.
    fn delete(&mut self, packages: &[Request]) -> Result<(), BuildError>;

    /// Configures the repositories that the finished image keeps.
    fn write_image_repositories(&mut self) -> Result<(), BuildError>;

    /// Removes what only the build needed.
    fn clean_up(&mut self) -> Result<(), BuildError>;
}

/// The package manager of the plan.
pub fn open<'a>(context: BuildContext<'a>) -> Result<Box<dyn PackageManager + 'a>, BuildError> {
    match context.plan.root.package_manager {
        root::PackageManager::Apt => Ok(Box::new(apt::Apt::new(context))),
        other => Err(PackageError::NotSupported { name: other.name() }.into()),
    }
}
