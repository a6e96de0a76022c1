//! What of the tree stays out of every image (spec 03, section 15.5). Paths start at the tree, without leading slash.

use crate::resolve::Facts;

/// Build files, and the contents of directories that start empty.
pub(super) fn common(facts: &Facts<'_>) -> Vec<String> {
    let mut paths: Vec<String> = ["image", ".kconfig", "run/*", "tmp/*", ".buildenv"]
        .map(str::to_owned)
        .to_vec();
    let cache = facts.host.shared_cache_directory.to_string_lossy();
    paths.push(cache.trim_start_matches('/').to_owned());
    paths
}

/// Everything below a directory, but not the directory: it is a mount point.
pub(super) fn below(directory: &str) -> [String; 2] {
    let directory = directory.trim_start_matches('/');
    [format!("{directory}/*"), format!("{directory}/.*")]
}
