//! Files by which the image and its initrd find what the root file system is on.

use kiwi_host::TreeDir;
use kiwi_plan::disk::{naming, storage};
use kiwi_plan::plan::disk::DiskPlan;
use kiwi_plan::plan::layers::LayerPlan;

use super::keys::Keys;
use super::stack;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};

const DEBIAN_CONFIGURATION: &str = "etc/mdadm/mdadm.conf";

/// Writes `mdadm.conf`, `integritytab`, `crypttab` and key files, as far as the plan has such layers.
pub(super) fn write(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    plan: &DiskPlan,
    keys: Option<&Keys>,
) -> Result<(), BuildError> {
    let Some(root) = plan.root() else {
        return Ok(());
    };
    let mut below = format!(
        "PARTUUID={}",
        naming::partition_uuid(plan.table, plan.mbr_id, root)
    );
    for layer in &root.layers {
        match layer {
            LayerPlan::Raid(raid) => {
                let line = stack::array(context, raid)?.mdadm_conf_line(&raid.device);
                tree.create_file("etc/mdadm.conf", 0o644, &line)?;
                if tree.exists("etc/mdadm") {
                    add_to_debian_configuration(tree, &line)?;
                }
            }
            LayerPlan::Integrity(integrity) => {
                let algorithm = stack::integrity(integrity)?.hash.integritysetup_name();
                let key = integrity.key_path.as_deref().unwrap_or("-");
                let line = format!(
                    "{} {below} {key} integrity-algorithm={algorithm}\n",
                    integrity.mapping
                );
                tree.create_file("etc/integritytab", 0o644, line)?;
                if let (Some(source), Some(path)) = (&integrity.key_file, &integrity.key_path) {
                    let path = path.trim_start_matches('/');
                    if let Some((directory, _)) = path.rsplit_once('/') {
                        tree.create_dir_all(directory, 0o755)?;
                    }
                    tree.create_file(path, 0o600, fs_err::read(source).at("read", source)?)?;
                }
            }
            LayerPlan::Luks(luks) => {
                let key = luks.key_file.as_deref().map(|path| format!(" {path}"));
                let line = format!(
                    "{} UUID={}{}\n",
                    luks.mapping,
                    luks.uuid,
                    key.unwrap_or_default()
                );
                tree.create_file("etc/crypttab", 0o600, line)?;
                if let Some(keys) = keys {
                    keys.write_key_file(tree, luks)?;
                }
            }
        }
        below = storage::device_of(layer);
    }
    Ok(())
}

/// Adds an array where Debian's tools look; their monitor wants to know whom to tell, too.
fn add_to_debian_configuration(tree: &TreeDir, line: &str) -> Result<(), BuildError> {
    let mut text = if tree.exists(DEBIAN_CONFIGURATION) {
        tree.read_to_string(DEBIAN_CONFIGURATION)?
    } else {
        "MAILADDR root\n".to_owned()
    };
    if !text.contains(line) {
        text.push_str(line);
    }
    Ok(tree.create_file(DEBIAN_CONFIGURATION, 0o644, text)?)
}
