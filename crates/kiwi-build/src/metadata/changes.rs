//! `.changes`: the change logs of all packages.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use kiwi_host::resolve::TreeDir;
use rayon::prelude::*;

use crate::error::BuildError;

const DOCUMENTATION: &str = "usr/share/doc";
const LOG: &str = "changelog.Debian.gz";

/// A line `NAME|` and the Debian change log, for every directory of documentation that has one, sorted by name.
pub(super) fn text(tree: &TreeDir) -> Result<Vec<u8>, BuildError> {
    let names = match tree.read_dir(DOCUMENTATION) {
        Ok(names) => names,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let logs: Vec<Option<Vec<u8>>> = names
        .par_iter()
        .map(|name: &OsString| log(tree, name))
        .collect();
    let mut text = Vec::with_capacity(logs.iter().flatten().map(Vec::len).sum());
    for (name, log) in names.iter().zip(logs) {
        if let Some(log) = log {
            text.extend_from_slice(name.as_encoded_bytes());
            text.extend_from_slice(b"|\n");
            text.extend(log);
        }
    }
    Ok(text)
}

fn log(tree: &TreeDir, name: &OsStr) -> Option<Vec<u8>> {
    let path = Path::new(DOCUMENTATION).join(name).join(LOG);
    let packed = tree.read(&path).ok()?;
    let mut log = Vec::new();
    if let Err(error) = MultiGzDecoder::new(&packed[..]).read_to_end(&mut log) {
        tracing::warn!("change log `{}` is left out: {error}", path.display());
        return None;
    }
    Some(log)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::root::testing::Bench;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn sorted_and_through_links() {
        let bench = Bench::new();
        assert_eq!(text(&bench.tree()).unwrap(), b"");
        for (name, content) in [("b", "b (1)\n"), ("a", "a (2)\n")] {
            let file = format!("{DOCUMENTATION}/{name}/{LOG}");
            bench.write(&file, "");
            std::fs::write(bench.root().join(file), packed(content)).unwrap();
        }
        bench.write("usr/share/doc/none/copyright", "");
        bench.write(&format!("{DOCUMENTATION}/damaged/{LOG}"), "no gzip");
        std::os::unix::fs::symlink("a", bench.root().join("usr/share/doc/c")).unwrap();
        assert_eq!(
            String::from_utf8(text(&bench.tree()).unwrap()).unwrap(),
            "a|\na (2)\nb|\nb (1)\nc|\na (2)\n"
        );
    }
}
