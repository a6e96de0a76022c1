//! Whether this host lets the user make user namespaces, and what to change if not.
//!
//! `kiwi-ng doctor` shows [`Facts`]; a build that is refused explains itself with an [`Obstacle`].

use std::path::{Path, PathBuf};

use rustix::thread::CapabilitySet;
use serde::{Deserialize, Serialize};

use crate::idmap::{self, IdRange};
use crate::syscall::{self, Trial};
use crate::tools;

/// What stands between a build and its namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Obstacle {
    /// The kernel was built without user namespaces.
    #[error("this kernel has no user namespaces")]
    NoSupport,
    /// `user.max_user_namespaces` is 0.
    #[error("user namespaces are switched off (`user.max_user_namespaces` is 0)")]
    SwitchedOff,
    /// `kernel.unprivileged_userns_clone` is 0, a switch of Debian and Arch kernels.
    #[error("user namespaces are for root only (`kernel.unprivileged_userns_clone` is 0)")]
    RootOnly,
    /// Ubuntu's AppArmor restriction, `kernel.apparmor_restrict_unprivileged_userns`.
    #[error("AppArmor does not let `{}` use user namespaces", .program.display())]
    AppArmor {
        /// The running program.
        program: PathBuf,
    },
    /// There are as many namespaces as the limit allows.
    #[error("the limit of user namespaces is reached")]
    LimitReached,
    /// Refused without a visible reason, usually by the seccomp filter of a container engine.
    #[error(
        "the kernel refuses namespaces (error {errno}); usually the seccomp filter of a container engine does that"
    )]
    Refused {
        /// The answer of the kernel.
        errno: i32,
    },
    /// The program that writes id maps is missing.
    #[error("`{tool}` is missing")]
    NoMapTool {
        /// `newuidmap` or `newgidmap`.
        tool: String,
    },
    /// The user has no subordinate ids.
    #[error("user `{user}` has no subordinate ids in `/etc/subuid` and `/etc/subgid`")]
    NoRanges {
        /// Login name, or the number.
        user: String,
        /// The first id that is free on this host.
        free: u64,
    },
    /// Programs of this session cannot gain rights, so that the tools for id maps do not work.
    #[error("this session must not gain rights (no_new_privs), so that `newuidmap` does not work")]
    NoNewPrivileges,
    /// The tool for id maps, or the kernel, refused the map.
    #[error("the id map was refused: {message}")]
    MapRefused {
        /// What the tool or the kernel said.
        message: String,
    },
}

impl Obstacle {
    /// Says what to change, with the exact command where there is one.
    pub fn hint(&self) -> String {
        let sysctl = |setting: &str| {
            format!(
                "as root: `sysctl -w {setting}`, and the same line in a file below `/etc/sysctl.d` to make it last"
            )
        };
        match self {
            Obstacle::NoSupport => "build as root, or with a kernel that has CONFIG_USER_NS".into(),
            Obstacle::SwitchedOff | Obstacle::LimitReached => {
                sysctl("user.max_user_namespaces=15000")
            }
            Obstacle::RootOnly => sysctl("kernel.unprivileged_userns_clone=1"),
            Obstacle::AppArmor { program } => format!(
                "as root, write `abi <abi/4.0>, include <tunables/global> profile kiwi-ng {} flags=(unconfined) {{ userns, }}` \
                 to `/etc/apparmor.d/kiwi-ng` and run `apparmor_parser -r /etc/apparmor.d/kiwi-ng`; or lift the restriction for all \
                 programs: `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`",
                program.display()
            ),
            Obstacle::Refused { .. } => "in a container, start it with `--security-opt seccomp=unconfined` \
                (docker) or as a privileged container; otherwise build as root"
                .into(),
            Obstacle::NoMapTool { tool } => tools::tool(tool)
                .map_or_else(String::new, tools::Tool::install_hint),
            Obstacle::NoRanges { user, free } => {
                let last = free + 65535;
                format!("as root: `usermod --add-subuids {free}-{last} --add-subgids {free}-{last} {user}`")
            }
            Obstacle::NoNewPrivileges => "start the session or container without no_new_privs \
                (docker `no-new-privileges`, Kubernetes `allowPrivilegeEscalation: false`, systemd `NoNewPrivileges=`)"
                .into(),
            Obstacle::MapRefused { .. } => {
                "check the lines of your user in `/etc/subuid` and `/etc/subgid`, and that `newuidmap` and `newgidmap` \
                 are setuid or have their file capabilities"
                    .into()
            }
        }
    }

    /// Finds the reason why the kernel refused a namespace with `errno`.
    pub(crate) fn of_refusal(errno: i32) -> Obstacle {
        Obstacle::from_settings(errno, &setting)
    }

    fn from_settings(errno: i32, setting: &dyn Fn(&str) -> Option<String>) -> Obstacle {
        let is = |name: &str, value: &str| setting(name).as_deref() == Some(value);
        if setting("user/max_user_namespaces").is_none() || errno == libc::EINVAL {
            Obstacle::NoSupport
        } else if is("user/max_user_namespaces", "0") {
            Obstacle::SwitchedOff
        } else if is("kernel/unprivileged_userns_clone", "0") {
            Obstacle::RootOnly
        } else if is("kernel/apparmor_restrict_unprivileged_userns", "1") {
            Obstacle::AppArmor {
                program: std::env::current_exe().unwrap_or_else(|_| "kiwi-ng".into()),
            }
        } else if errno == libc::ENOSPC || errno == libc::EUSERS {
            Obstacle::LimitReached
        } else {
            Obstacle::Refused { errno }
        }
    }
}

/// What is known about namespaces on this host for the current user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The effective user id.
    pub uid: u32,
    /// The login name.
    pub user: Option<String>,
    /// Builds run as root, without a user namespace.
    pub root: bool,
    /// The subordinate user ids.
    pub uid_ranges: Vec<IdRange>,
    /// The subordinate group ids.
    pub gid_ranges: Vec<IdRange>,
    /// Why builds are not possible at all.
    pub obstacle: Option<Obstacle>,
    /// Why only a single id is possible, with which most root trees cannot be built.
    pub limitation: Option<Obstacle>,
}

impl Facts {
    /// Finds out. Makes a user namespace in a short-lived process.
    ///
    /// # Errors
    /// No process can be started.
    pub fn gather() -> std::io::Result<Facts> {
        let ids = SubordinateIds::of_caller();
        let root = is_privileged();
        let obstacle = match syscall::try_user_namespace()? {
            Trial::Possible => None,
            Trial::NotMade(errno) | Trial::NoRights(errno) => Some(Obstacle::of_refusal(errno)),
        };
        Ok(Facts {
            uid: ids.uid,
            root,
            obstacle: obstacle.filter(|_| !root),
            limitation: ids.limitation().filter(|_| ids.uid != 0),
            user: ids.user,
            uid_ranges: ids.uids,
            gid_ranges: ids.gids,
        })
    }
}

/// The subordinate ids of the user who runs this process.
#[derive(Clone, Debug)]
pub(crate) struct SubordinateIds {
    pub(crate) uid: u32,
    pub(crate) user: Option<String>,
    pub(crate) uids: Vec<IdRange>,
    pub(crate) gids: Vec<IdRange>,
}

impl SubordinateIds {
    pub(crate) fn of_caller() -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let user = syscall::user_name(uid);
        SubordinateIds {
            uids: idmap::ranges_in(Path::new("/etc/subuid"), user.as_deref(), uid),
            gids: idmap::ranges_in(Path::new("/etc/subgid"), user.as_deref(), uid),
            uid,
            user,
        }
    }

    /// Says why they cannot be used.
    pub(crate) fn limitation(&self) -> Option<Obstacle> {
        for tool in ["newuidmap", "newgidmap"] {
            if tools::find(tool).is_none() {
                return Some(Obstacle::NoMapTool { tool: tool.into() });
            }
        }
        if self.uids.is_empty() || self.gids.is_empty() {
            let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
            let free = |path: &str| idmap::free_start(&text(path));
            return Some(Obstacle::NoRanges {
                user: self.user.clone().unwrap_or_else(|| self.uid.to_string()),
                free: free("/etc/subuid").max(free("/etc/subgid")),
            });
        }
        if rustix::thread::no_new_privs().unwrap_or(false) {
            return Some(Obstacle::NoNewPrivileges);
        }
        None
    }
}

/// Tells whether this process may make namespaces without a user namespace around them.
pub(crate) fn is_privileged() -> bool {
    has_capability(CapabilitySet::SYS_ADMIN)
}

/// Tells whether this process is root and has a capability.
pub(crate) fn has_capability(capability: CapabilitySet) -> bool {
    rustix::process::geteuid().is_root()
        && rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(capability))
}

fn setting(name: &str) -> Option<String> {
    let path = Path::new("/proc/sys").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_reason() {
        type Settings = &'static [(&'static str, &'static str)];
        let cases: [(i32, Settings, &str); 7] = [
            (libc::EPERM, &[], "no user namespaces"),
            (
                libc::ENOSPC,
                &[("user/max_user_namespaces", "0")],
                "switched off",
            ),
            (
                libc::EPERM,
                &[
                    ("user/max_user_namespaces", "9"),
                    ("kernel/unprivileged_userns_clone", "0"),
                ],
                "root only",
            ),
            (
                libc::EACCES,
                &[
                    ("user/max_user_namespaces", "9"),
                    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
                ],
                "AppArmor",
            ),
            (libc::ENOSPC, &[("user/max_user_namespaces", "9")], "limit"),
            (libc::EPERM, &[("user/max_user_namespaces", "9")], "seccomp"),
            (
                libc::EINVAL,
                &[("user/max_user_namespaces", "9")],
                "no user namespaces",
            ),
        ];
        for (errno, settings, expected) in cases {
            let setting = |name: &str| {
                let entry = settings.iter().find(|(known, _)| *known == name);
                entry.map(|(_, value)| (*value).to_owned())
            };
            let obstacle = Obstacle::from_settings(errno, &setting);
            assert!(obstacle.to_string().contains(expected), "{obstacle}");
            assert!(!obstacle.hint().is_empty());
        }
    }

    #[test]
    fn mends_are_exact() {
        let ranges = Obstacle::NoRanges {
            user: "me".into(),
            free: 165_536,
        };
        let command =
            "as root: `usermod --add-subuids 165536-231071 --add-subgids 165536-231071 me`";
        assert_eq!(ranges.hint(), command);
        let program = PathBuf::from("/opt/kiwi-ng");
        let hint = Obstacle::AppArmor { program }.hint();
        assert!(
            hint.contains("profile kiwi-ng /opt/kiwi-ng flags=(unconfined) { userns, }"),
            "{hint}"
        );
        let tool = Obstacle::NoMapTool {
            tool: "newuidmap".into(),
        };
        assert!(tool.hint().contains("uidmap") || tool.hint().contains("shadow"));
    }

    #[test]
    fn facts_can_be_gathered() {
        let facts = Facts::gather().unwrap();
        assert_eq!(facts.uid, rustix::process::geteuid().as_raw());
        assert!(facts.obstacle.is_none() || !facts.root);
    }
}
