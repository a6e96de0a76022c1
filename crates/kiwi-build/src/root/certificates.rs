//! CA certificates that the image trusts (spec 03 §9.1).

use std::path::Path;

use kiwi_host::command::Cmd;
use kiwi_plan::plan::root::Certificates;

use super::{place, programs};
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Where a family of distributions keeps additional certificates.
struct Store {
    directory: &'static str,
    /// The program that puts them to use.
    tool: &'static str,
    /// The only file name extension it accepts.
    extension: Option<&'static str>,
}

fn store(family: &str) -> Option<Store> {
    let (directory, tool, extension) = match family {
        "suse" => ("etc/pki/trust/anchors", "update-ca-certificates", None),
        "redhat" => ("etc/pki/ca-trust/source/anchors", "update-ca-trust", None),
        "debian" => (
            "usr/local/share/ca-certificates",
            "update-ca-certificates",
            Some("crt"),
        ),
        "archlinux" => (
            "etc/ca-certificates/trust-source/anchors",
            "update-ca-trust",
            None,
        ),
        _ => return None,
    };
    Some(Store {
        directory,
        tool,
        extension,
    })
}

/// Copies the certificates into the tree and makes its programs trust them.
pub(crate) fn trust(
    context: &BuildContext<'_>,
    certificates: &Certificates,
) -> Result<(), BuildError> {
    let family = &certificates.target_distribution;
    let store = store(family).ok_or_else(|| {
        BuildError::Unexpected(format!(
            "it is not known where `{family}` keeps CA certificates"
        ))
    })?;
    let tree = context.tree()?;
    tree.create_dir_all(store.directory, 0o755)?;
    for path in &certificates.files {
        let source = Path::new(path);
        let Some(name) = source.file_name().filter(|_| source.is_file()) else {
            tracing::warn!("CA certificate `{path}` does not exist, so it is left out");
            continue;
        };
        let mut target = Path::new(store.directory).join(name);
        if let Some(extension) = store.extension {
            target.set_extension(extension);
        }
        place::file(&tree, source, &target, Some(0o644))?;
    }
    if !programs::has(&tree, store.tool) {
        tracing::warn!(
            "the tree has no `{}` yet; the CA certificates count once a package brings it",
            store.tool
        );
        return Ok(());
    }
    context
        .runner
        .run(&Cmd::new(store.tool).in_tree(&context.sandbox()))
        .purpose("making the CA certificates known")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn where_they_go() {
        for (family, path, line) in [
            (
                "debian",
                "usr/local/share/ca-certificates/my.crt",
                "chroot TREE update-ca-certificates",
            ),
            (
                "redhat",
                "etc/pki/ca-trust/source/anchors/my.pem",
                "chroot TREE update-ca-trust",
            ),
        ] {
            let bench = Bench::new();
            bench.program("usr/sbin/update-ca-certificates");
            bench.program("usr/bin/update-ca-trust");
            let certificates = Certificates {
                target_distribution: family.into(),
                files: vec![bench.describe("my.pem", "x"), "/nowhere.pem".into()],
            };
            trust(&bench.context(), &certificates).unwrap();
            assert_eq!(bench.read(path), "x");
            assert_eq!(bench.lines(), [line]);
        }
    }

    #[test]
    fn without_the_tool() {
        let bench = Bench::new();
        let certificates = Certificates {
            target_distribution: "debian".into(),
            files: vec![bench.describe("my.crt", "x")],
        };
        trust(&bench.context(), &certificates).unwrap();
        assert!(bench.lines().is_empty());
        assert!(
            bench
                .root()
                .join("usr/local/share/ca-certificates/my.crt")
                .exists()
        );
    }
}
