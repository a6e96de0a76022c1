//! Image descriptions: what the user wrote, with positions, checked against the schema.
//!
//! # Rooms, in the order a description passes them
//!
//! | Room | Takes | Gives |
//! |---|---|---|
//! | [`load`] | a directory | the file of the description, its text; the only room that touches files |
//! | [`syntax`] | text | [`node::Node`]: elements, attributes and texts with their places; and back to every markup |
//! | [`mod@include`] | a node tree | the same with the sections of included files in place |
//! | [`upgrade`] | a node tree of an older schema version | a node tree of the newest one |
//! | [`schema`] | a node tree | everything that is wrong with it; the tables also feed the reference manual |
//! | [`model`] | a checked node tree | [`model::ImageDescription`]: typed, every value with its place, no defaults applied |
//!
//! Beside this way, [`mod@rewrite`] upgrades the files themselves and leaves everything else in them as it is.
//!
//! [`span`] knows about places, [`diagnostic`] about problems and has the table of all codes, also those of other crates.
//! Start reading at [`read`], which goes through all rooms. What a description *means* (choice of profile and build type,
//! defaults, checks) is in the crate `kiwi-plan`.
//!
//! To change a description after it was read, as `--set-type-attr` does: find the element in [`Loaded::root`] by the span of
//! its struct ([`node::Node::element_at_mut`]), change it ([`node::Node::set_attribute`], with a span made by
//! [`span::SourceMap::add_whole`]), and call [`model::build_model`] again.

pub mod diagnostic;
pub mod include;
pub mod load;
pub mod model;
pub mod node;
pub mod rewrite;
pub mod schema;
pub mod span;
pub mod syntax;
pub mod upgrade;

use std::path::{Path, PathBuf};

use diagnostic::Diagnostics;
use model::ImageDescription;
use node::Node;
use span::SourceMap;
use syntax::Parsed;

/// A description that can be used.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// All texts it was read from.
    pub source_map: SourceMap,
    /// The directory that relative locations in the description start at: the one of `file`.
    pub directory: PathBuf,
    /// The file it was read from.
    pub file: PathBuf,
    /// The node tree, with includes replaced and upgraded to the newest schema version.
    pub root: Node,
    /// The typed description built from `root`.
    pub image: ImageDescription,
    /// Warnings and notes.
    pub diagnostics: Diagnostics,
}

/// A description that cannot be used.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The texts the diagnostics point into.
    pub source_map: SourceMap,
    /// Everything that is wrong, sorted by place; at least one error.
    pub diagnostics: Diagnostics,
}

/// Finds, reads, upgrades and checks the description in a directory.
///
/// `kiwi_file` is the value of `--kiwi-file`: the name of the file to read instead of the usual ones.
pub fn read(directory: &Path, kiwi_file: Option<&Path>) -> Result<Loaded, Box<Failure>> {
    let mut source_map = SourceMap::default();
    match read_into(&mut source_map, directory, kiwi_file) {
        Ok((file, root, image, diagnostics)) => Ok(Loaded {
            source_map,
            directory: file.parent().unwrap_or(directory).to_owned(),
            file,
            root,
            image,
            diagnostics,
        }),
        Err(diagnostics) => Err(Box::new(Failure {
            source_map,
            diagnostics: diagnostics.sorted(),
        })),
    }
}

fn read_into(
    sources: &mut SourceMap,
    directory: &Path,
    kiwi_file: Option<&Path>,
) -> Result<(PathBuf, Node, ImageDescription, Diagnostics), Diagnostics> {
    let file = load::find(directory, kiwi_file).map_err(|problem| *problem)?;
    let Parsed { mut root, notes } = load::read_main(&file, sources)?;
    let base = file.parent().unwrap_or(directory).to_owned();
    let mut problems = notes;
    problems.extend(include::expand(
        &mut root,
        &base,
        sources,
        &mut load::read_source,
    ));
    match upgrade::upgrade(&mut root) {
        Ok(notes) => problems.extend(notes),
        Err(errors) => {
            problems.extend(errors);
            return Err(problems);
        }
    }
    problems.extend(schema::check(&root));
    if problems.has_errors() {
        return Err(problems);
    }
    let image = model::build_model(&root)?;
    Ok((file, root, image, problems.sorted()))
}
