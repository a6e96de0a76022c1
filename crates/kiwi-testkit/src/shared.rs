//! Finds the data beside the repository that tests compare with.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Returns a directory of the shared data, or says loudly that the test is skipped.
///
/// `variable` names the environment variable that holds its path; otherwise `../shared/NAME` is looked for beside the
/// workspace and beside the directory around it.
pub fn shared(variable: &str, name: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = std::env::var_os(variable).map(PathBuf::from).or_else(|| {
        ["../shared", "../../shared"]
            .map(|shared| workspace.join(shared).join(name))
            .into_iter()
            .find(|path| path.exists())
    });
    if found.is_none() {
        // Written past the test harness, which swallows what passing tests print.
        let message =
            format!("\nSKIPPED: no `{name}` beside the workspace, and {variable} is not set\n\n");
        let _ = std::io::stderr().write_all(message.as_bytes());
    }
    found
}
