//! `system remove`: removing a root tree whose files belong to subordinate ids.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_description::span::SourceMap;
use kiwi_host::remove::remove_tree;

use super::Outcome;
use super::enclosed::{self, Side};
use crate::cli::RemoveCommand;
use crate::exit_code::Exit;
use crate::failure::{Failure, reason};

/// What `prepare` writes into a tree before anything else, and what trees of other builders have.
const MARKS: [&str; 2] = ["image/kiwi-rs.json", "image/config.xml"];

/// Runs the command.
pub(super) fn run(options: &RemoveCommand) -> Outcome {
    check(&options.root)?;
    if let Side::Outside(exit) = enclosed::enter()? {
        return Ok(exit);
    }
    remove_tree(&options.root).map_err(|error| {
        let problem = Diagnostic::error(
            codes::command_line::BAD_DIRECTORY,
            format!(
                "`{}` cannot be removed: {}",
                options.root.display(),
                reason(&error)
            ),
        )
        .help("kiwi-ng removes files of the current user and of that user's subordinate ids; for others ask root");
        Failure::new(Exit::BuildFailed, problem, SourceMap::default())
    })?;
    Ok(Exit::Done)
}

/// Refuses directories that are no root trees, and those that more than a build depends on.
fn check(root: &Path) -> Result<(), Box<Failure>> {
    let refuse = |code, message: String| {
        let problem = Diagnostic::error(code, message).in_place("command line --root");
        Err(Failure::usage(problem).into())
    };
    if !root.is_dir() {
        return refuse(
            codes::command_line::MISSING_DIRECTORY,
            format!("there is no directory `{}`", root.display()),
        );
    }
    let is_host = root.canonicalize().is_ok_and(|path| path == Path::new("/"));
    if is_host || !MARKS.iter().any(|mark| root.join(mark).exists()) {
        return refuse(
            codes::command_line::NOT_A_TREE,
            format!(
                "`{}` does not look like a root tree, so it is not removed",
                root.display()
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_trees_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let tree = directory.path().join("tree");
        std::fs::create_dir_all(tree.join("image")).unwrap();
        let code = |path: &Path| {
            let failure = check(path).err()?;
            failure.problems.iter().next().map(|problem| problem.code)
        };
        let not_a_tree = Some(codes::command_line::NOT_A_TREE);
        assert_eq!(code(Path::new("/")), not_a_tree);
        assert_eq!(code(&tree), not_a_tree);
        assert_eq!(
            code(&directory.path().join("none")),
            Some(codes::command_line::MISSING_DIRECTORY)
        );
        std::fs::write(tree.join("image/kiwi-rs.json"), "{}").unwrap();
        assert_eq!(code(&tree), None);
    }
}
