//! Signatures for secure boot with a key of the user's own.

use kiwi_host::{Cmd, TreeDir};

use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Signs a program of the tree in its place; does nothing when no key is configured.
///
/// `sbsign` runs on the host, so that the key never comes near the tree.
pub(super) fn sign(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    path: &str,
) -> Result<(), BuildError> {
    let Some(pair) = &context.plan.settings.secure_boot else {
        return Ok(());
    };
    let file = tree.locate(path)?;
    let mut command = Cmd::new("sbsign")
        .arg("--key")
        .arg(&pair.key)
        .arg("--cert")
        .arg(&pair.certificate)
        .arg("--output")
        .arg(&file)
        .arg(&file);
    if let Some(epoch) = context.plan.reproducibility.source_date_epoch {
        command = command.env("SOURCE_DATE_EPOCH", epoch.to_string());
    }
    context
        .runner
        .run(&command)
        .purpose(format!("signing `/{path}`"))?;
    Ok(())
}

/// Whether what is made here will be signed.
pub(super) fn is_configured(context: &BuildContext<'_>) -> bool {
    context.plan.settings.secure_boot.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;
    use kiwi_plan::plan::SecureBootKey;

    #[test]
    fn only_with_a_key() {
        let mut bench = Bench::new();
        bench.write("a.efi", "x");
        sign(&bench.context(), &bench.tree(), "a.efi").unwrap();
        assert!(bench.lines().is_empty());
        bench.plan.settings.secure_boot = Some(SecureBootKey {
            key: "/k".into(),
            certificate: "/c".into(),
        });
        sign(&bench.context(), &bench.tree(), "a.efi").unwrap();
        assert_eq!(
            bench.lines(),
            ["sbsign --key /k --cert /c --output TREE/a.efi TREE/a.efi"]
        );
    }
}
