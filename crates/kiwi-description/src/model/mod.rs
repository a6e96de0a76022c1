//! The typed description: what was written, before any default or choice is applied.
//!
//! One struct per element, one field per attribute. Fields have the names of the schema with `-` and capital letters turned
//! into `_`; the attribute `type` is `kind`, children that may repeat are plural. The attributes of `type` are grouped by subject. Every
//! value knows its place, every struct the place of its element.

mod bootloader;
mod containerconfig;
mod image;
mod image_type;
mod initrd;
mod machine;
mod oemconfig;
mod packages;
mod preferences;
mod reader;
mod repository;
mod spanned;
mod storage;
mod system;

pub mod values;

use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub use bootloader::*;
pub use containerconfig::*;
pub use image::*;
pub use image_type::*;
pub use initrd::*;
pub use machine::*;
pub use oemconfig::*;
pub use packages::*;
pub use preferences::*;
pub use repository::*;
pub use spanned::Spanned;
pub use storage::*;
pub use system::*;

/// Builds the typed description from a node tree of the newest schema.
///
/// The tree should have passed [`crate::schema::check`]; what is still wrong, because the tree was changed since then, comes
/// back as diagnostics.
pub fn build_model(root: &Node) -> Result<ImageDescription, Diagnostics> {
    let mut problems = Diagnostics::new();
    let image = reader::read(root, &mut problems);
    match image {
        Some(image) if problems.is_empty() => Ok(image),
        _ => Err(problems.sorted()),
    }
}
