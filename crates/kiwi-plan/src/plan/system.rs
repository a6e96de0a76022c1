//! What is configured inside the tree.

use serde::{Deserialize, Serialize};

use super::Origin;

/// Users, groups, language and identity of the installed system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPlan {
    /// Groups to create when missing, in order.
    pub groups: Vec<Group>,
    /// Users to create or change, in order.
    pub users: Vec<User>,
    /// Console keyboard table.
    pub keytable: Option<String>,
    /// `LANG` of the system, `ll_CC.UTF-8` or `POSIX`.
    pub locale: Option<String>,
    /// Name below `/usr/share/zoneinfo`.
    pub timezone: Option<String>,
    /// plymouth themes, applied in order.
    pub splash_themes: Vec<String>,
    /// Text of `/etc/ImageID`.
    pub image_id: Option<String>,
    /// SELinux policy to label with: `targeted`, `mls` or `minimum`.
    pub selinux_policy: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Number, when asked for.
    pub id: Option<u32>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Password; never printed.
    pub password: Password,
    /// First group: the login group; the rest are supplementary.
    pub groups: Vec<String>,
    /// Number.
    pub id: Option<u32>,
    /// Home directory.
    pub home: Option<String>,
    /// Comment field.
    pub real_name: Option<String>,
    /// Login shell.
    pub shell: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// A password. Neither `Debug` nor serde show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// A crypt(3) hash, used as it is.
    Encrypted(#[serde(skip)] String),
    /// Clear text that is hashed before it reaches the tree.
    Plain(#[serde(skip)] String),
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Encrypted(_) => "Encrypted(..)",
            Self::Plain(_) => "Plain(..)",
        })
    }
}
