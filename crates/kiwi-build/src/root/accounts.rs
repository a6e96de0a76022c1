//! The users and groups of the tree, read from its own files (passwd(5), group(5)).

use std::collections::BTreeMap;

use kiwi_host::resolve::TreeDir;

use crate::error::BuildError;

/// Names and numbers of users and groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Accounts {
    /// User name to user and login group number.
    users: BTreeMap<String, (u32, u32)>,
    /// Group name to number.
    groups: BTreeMap<String, u32>,
}

impl Accounts {
    /// Reads the tree's files; a missing file has no entries.
    pub(crate) fn read(tree: &TreeDir) -> Result<Self, BuildError> {
        let text = |path: &str| match tree.read(path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.is_not_found() => Ok(String::new()),
            Err(error) => Err(BuildError::from(error)),
        };
        Ok(Self::parse(&text("etc/passwd")?, &text("etc/group")?))
    }

    fn parse(passwd: &str, group: &str) -> Self {
        let users = passwd.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some((name.to_owned(), (uid, gid)))
        });
        let groups = group.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            Some((name.to_owned(), fields.nth(1)?.parse().ok()?))
        });
        Self {
            users: users.collect(),
            groups: groups.collect(),
        }
    }

    /// The number of a user.
    pub(crate) fn user(&self, name: &str) -> Option<u32> {
        self.users.get(name).map(|(uid, _)| *uid)
    }

    /// The number of a group.
    pub(crate) fn group(&self, name: &str) -> Option<u32> {
        self.groups.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/sh\n+::::::\nbad line\ntux:x:1000:100::/home/tux:\n",
            "root:x:0:\nusers:x:100:tux\nwheel:x\n",
        );
        assert_eq!(accounts.user("tux"), Some(1000));
        assert_eq!(accounts.user("bad line"), None);
        assert_eq!(accounts.group("users"), Some(100));
        assert_eq!(accounts.group("wheel"), None);
    }
}
