//! Passphrase, key file and secrets of an encrypted disk.
//!
//! They exist in memory only, until the header of the container and, where the plan has one, the key file in the tree are written.

use kiwi_host::TreeDir;
use kiwi_ondisk::luks::{Format, Key, Luks, Passphrase, Pbkdf, Secrets};
use kiwi_plan::disk::luks_format;
use kiwi_plan::plan::layers::{LuksPlan, Passphrase as Planned};

use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::partitioner;

/// What the description gives for a first boot that sets a real passphrase.
const EMPTY_KEY: [u8; 32] = [0; 32];

/// Makes dracut put the key file into every later initrd, too.
const DRACUT_CONFIGURATION: &str = "etc/dracut.conf.d/99-luks-boot.conf";

/// The keys of one disk.
pub(super) struct Keys {
    /// What a person types; `None` when only the key file opens the disk.
    passphrase: Option<Passphrase>,
    /// Content of the key file, when the image has one.
    key_file: Option<Passphrase>,
    secrets: Secrets,
}

impl Keys {
    /// Reads or draws the keys.
    ///
    /// A build that must give the same bytes every time derives them from the passphrase, at the cost of a key slot for
    /// each guess; others draw them. A key that is to be `random` is always drawn: who could derive it would need no key.
    pub(super) fn new(context: &BuildContext<'_>, plan: &LuksPlan) -> Result<Self, BuildError> {
        let passphrase = match &plan.passphrase {
            Planned::Text(text) => Some(Passphrase::new(text.clone().into_bytes())),
            Planned::File(path) => Some(Passphrase::new(fs_err::read(path).at("read", path)?)),
            Planned::Empty => Some(Passphrase::new(EMPTY_KEY.to_vec())),
            Planned::Random => None,
        };
        let reproducibility = &context.plan.reproducibility;
        let secrets = match &passphrase {
            Some(passphrase) if reproducibility.source_date_epoch.is_some() => {
                let salt = format!("{} {}", reproducibility.seed, plan.uuid);
                Secrets::from_passphrase(passphrase, salt.as_bytes())?
            }
            _ => Secrets::from_seed(context.random_seed()?),
        };
        Ok(Self {
            passphrase,
            key_file: plan.key_file.as_ref().map(|_| secrets.key_file()),
            secrets,
        })
    }

    /// Writes the key file into the tree, where its owner alone can read it.
    pub(super) fn write_key_file(&self, tree: &TreeDir, plan: &LuksPlan) -> Result<(), BuildError> {
        let (Some(path), Some(key)) = (&plan.key_file, &self.key_file) else {
            return Ok(());
        };
        let relative = path.trim_start_matches('/');
        if let Some((directory, _)) = relative.rsplit_once('/') {
            tree.create_dir_all(directory, 0o700)?;
        }
        tree.create_file(relative, 0o600, key.bytes())?;
        if tree.exists("etc/dracut.conf.d") {
            let line = format!("install_items+=\" /etc/crypttab {path} \"\n");
            tree.create_file(DRACUT_CONFIGURATION, 0o644, line)?;
        }
        Ok(())
    }

    /// The container of the plan.
    pub(super) fn container(&self, plan: &LuksPlan) -> Result<Luks, BuildError> {
        let parsed = luks_format::parsed(plan).map_err(|error| BuildError::Host {
            what: error.to_string(),
            mend: "change it in `luksformat`".into(),
        })?;
        let format = parsed.format;
        Ok(Luks {
            uuid: match parsed.uuid {
                Some(uuid) => uuid,
                None => partitioner::uuid(&plan.uuid)?,
            },
            keys: self.slots(&format),
            format,
        })
    }

    /// The secrets behind the container.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn slots(&self, format: &Format) -> Vec<Key> {
        let typed = self.passphrase.iter().map(|passphrase| Key {
            passphrase: passphrase.clone(),
            pbkdf: format.pbkdf,
        });
        // 256 random bytes cannot be guessed, however fast.
        let file = self.key_file.iter().map(|passphrase| Key {
            passphrase: passphrase.clone(),
            pbkdf: Pbkdf::Pbkdf2 {
                iterations: Pbkdf::MINIMUM_ITERATIONS,
            },
        });
        typed.chain(file).collect()
    }
}
