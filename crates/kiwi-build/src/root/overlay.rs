//! The overlay: files of the description laid over the tree (spec 03 §8.4).

use std::path::Path;

use kiwi_host::copy::{CopyOptions, copy_tree};
use kiwi_plan::plan::root::Overlay;

use super::archive;
use crate::context::BuildContext;
use crate::error::BuildError;

/// Lays the plan's overlay directories and archives over the tree, in order.
///
/// Files of directories belong to root afterwards; those of archives to whom the archive says.
pub(crate) fn apply(context: &BuildContext<'_>) -> Result<(), BuildError> {
    for overlay in &context.plan.root.overlays {
        context.check_interrupt()?;
        match overlay {
            Overlay::Directory { path } => {
                let copied = copy_tree(
                    Path::new(path),
                    &context.tree()?,
                    Path::new("/"),
                    CopyOptions::default(),
                )?;
                tracing::debug!("{} files copied from `{path}`", copied.files);
            }
            Overlay::Archive { path } => {
                archive::over_tree(context, Path::new(path), Path::new(""))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn later_ones_win_and_nothing_gets_out() {
        let mut bench = Bench::new();
        let outside = bench.outside("outside");
        std::fs::create_dir(&outside).unwrap();
        bench.write("usr/lib/kept", "");
        symlink("usr/lib", bench.root().join("lib")).unwrap();
        symlink(&outside, bench.root().join("trap")).unwrap();
        symlink(outside.join("file"), bench.root().join("etc-link")).unwrap();
        bench.describe("root/etc/motd", "one");
        bench.describe("root/lib/new", "");
        bench.describe("root/etc-link", "text");
        bench.describe("desktop/etc/motd", "two");
        let directory = |name: &str| Overlay::Directory {
            path: bench
                .outside("description")
                .join(name)
                .to_str()
                .unwrap()
                .into(),
        };
        let overlays = vec![directory("root"), directory("desktop")];
        bench.plan.root.overlays = overlays;
        let mode = bench.root().metadata().unwrap().mode();
        apply(&bench.context()).unwrap();
        assert_eq!(bench.read("etc/motd"), "two");
        assert!(bench.root().join("lib").is_symlink());
        assert!(bench.root().join("usr/lib/new").exists());
        assert!(!bench.root().join("etc-link").is_symlink());
        assert_eq!(bench.root().metadata().unwrap().mode(), mode);
        bench.describe("bad/trap/file", "");
        bench.plan.root.overlays = vec![Overlay::Directory {
            path: bench.outside("description/bad").to_str().unwrap().into(),
        }];
        let _ = apply(&bench.context());
        assert_eq!(outside.read_dir().unwrap().count(), 0);
    }
}
