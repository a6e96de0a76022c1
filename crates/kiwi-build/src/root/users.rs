//! Users of the installed system (spec 03 §9.3).

use std::path::Path;

use kiwi_host::command::Cmd;
use kiwi_host::resolve::TreeDir;
use kiwi_host::sandbox::Sandbox;
use kiwi_plan::plan::system::User;

use super::accounts::Accounts;
use super::{password, programs};
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Creates or changes the plan's users and sets their passwords.
pub(crate) fn create(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let plan = context.plan;
    let tree = context.tree()?;
    let accounts = Accounts::read(&tree)?;
    let sandbox = context.sandbox();
    for user in &plan.root.system.users {
        if accounts.user(&user.name).is_some() {
            change(context, &tree, &sandbox, user)?;
        } else {
            add(context, &tree, &sandbox, user)?;
        }
        let hash = password::hash(&user.password, &plan.reproducibility.seed, &user.name);
        if !hash.is_empty() {
            password::store(&tree, &user.name, &hash, plan.reproducibility.timestamp)?;
        }
    }
    Ok(())
}

fn change(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    sandbox: &Sandbox,
    user: &User,
) -> Result<(), BuildError> {
    let options = options(user);
    if options.is_empty() {
        return Ok(());
    }
    account_tool(tree, "usermod", &user.name)?;
    let command = Cmd::new("usermod")
        .args(options)
        .arg(&user.name)
        .in_tree(sandbox);
    context
        .runner
        .run(&command)
        .purpose(format!("changing user `{}`", user.name))?;
    Ok(())
}

fn add(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    sandbox: &Sandbox,
    user: &User,
) -> Result<(), BuildError> {
    account_tool(tree, "useradd", &user.name)?;
    let mut command = Cmd::new("useradd")
        .args(options(user))
        .arg("-m")
        .in_tree(sandbox);
    if let Some(home) = &user.home {
        if let Some(parent) = Path::new(home).parent() {
            tree.create_dir_all(parent, 0o755)?;
        }
        command = command.args(["-d", home]);
    }
    context
        .runner
        .run(&command.arg(&user.name))
        .purpose(format!("creating user `{}`", user.name))?;
    let Some(home) = &user.home else {
        return Ok(());
    };
    if is_root_directory(home) {
        tracing::warn!(
            "user `{}` lives in `{home}`, which is not given to that user",
            user.name
        );
        return Ok(());
    }
    let group = user.groups.first().map_or("", String::as_str);
    let command = Cmd::new("chown")
        .arg("-R")
        .arg(format!("{}:{group}", user.name))
        .arg(home)
        .in_tree(sandbox);
    context
        .runner
        .run(&command)
        .purpose(format!("giving `{home}` to user `{}`", user.name))?;
    Ok(())
}

/// Options that `useradd` and `usermod` share. The password is not among them: everybody can read command lines.
fn options(user: &User) -> Vec<String> {
    let mut options = Vec::new();
    let mut option = |name: &str, value: String| options.extend([name.to_owned(), value]);
    if let Some(shell) = &user.shell {
        option("-s", shell.clone());
    }
    if let Some((first, rest)) = user.groups.split_first() {
        option("-g", first.clone());
        if !rest.is_empty() {
            option("-G", rest.join(","));
        }
    }
    if let Some(id) = user.id {
        option("-u", id.to_string());
    }
    if let Some(name) = &user.real_name {
        option("-c", name.clone());
    }
    options
}

fn is_root_directory(path: &str) -> bool {
    Path::new("/").join(path) == Path::new("/")
}

/// An error that says what to add, when the tree lacks a tool for users and groups.
pub(super) fn account_tool(tree: &TreeDir, tool: &str, name: &str) -> Result<(), BuildError> {
    if programs::has(tree, tool) {
        return Ok(());
    }
    Err(BuildError::TreeLacks {
        what: format!("`{name}` needs `{tool}`, and the root tree has none"),
        mend: "add the package that has it: `passwd` (Debian, Ubuntu), `shadow` (SUSE, Arch, Alpine) or \
               `shadow-utils` (Fedora)"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use kiwi_plan::plan::Origin;
    use kiwi_plan::plan::system::Password;

    use super::*;
    use crate::root::testing::Bench;

    fn user(name: &str, groups: &[&str]) -> User {
        User {
            name: name.into(),
            password: Password::Plain("open sesame".into()),
            groups: groups.iter().map(|&group| group.into()).collect(),
            id: None,
            home: None,
            real_name: None,
            shell: None,
            origin: Origin::Default(String::new()),
        }
    }

    fn bench() -> Bench {
        let bench = Bench::new();
        bench.write("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        bench.write("etc/shadow", "root:*:1:0:99999:7:::\n");
        for tool in ["useradd", "usermod"] {
            bench.program(&format!("usr/sbin/{tool}"));
        }
        bench
    }

    #[test]
    fn new_and_old_users() {
        let mut bench = bench();
        bench.plan.root.system.users = vec![
            user("root", &["root"]),
            User {
                id: Some(1234),
                home: Some("/home/x/tux".into()),
                real_name: Some("Tux T".into()),
                shell: Some("/bin/bash".into()),
                ..user("tux", &["tux", "users", "audio"])
            },
            user("plain", &[]),
        ];
        create(&bench.context()).unwrap();
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE usermod -g root root",
                "chroot TREE useradd -s /bin/bash -g tux -G users,audio -u 1234 -c 'Tux T' -m -d /home/x/tux tux",
                "chroot TREE chown -R tux:tux /home/x/tux",
                "chroot TREE useradd -m plain",
            ]
        );
        assert!(bench.root().join("home/x").is_dir());
    }

    #[test]
    fn passwords_are_nowhere_but_in_shadow() {
        let mut bench = bench();
        bench.plan.root.system.users = vec![user("root", &[]), user("tux", &["users"])];
        create(&bench.context()).unwrap();
        let shadow = bench.read("etc/shadow");
        let hashes: Vec<&str> = shadow
            .lines()
            .map(|line| line.split(':').nth(1).unwrap())
            .collect();
        assert_eq!(hashes.len(), 2);
        assert!(
            hashes.iter().all(|hash| hash.starts_with("$6$")),
            "{shadow}"
        );
        assert_ne!(hashes[0], hashes[1]);
        for call in bench.runner.calls() {
            let everything = format!("{call:?}");
            assert!(!everything.contains("sesame"), "{everything}");
            for hash in &hashes {
                assert!(!everything.contains(hash), "{everything}");
            }
        }
    }

    #[test]
    fn the_root_directory_is_nobodys_home() {
        let mut bench = bench();
        bench.plan.root.system.users = vec![User {
            home: Some("/".into()),
            ..user("odd", &[])
        }];
        create(&bench.context()).unwrap();
        assert_eq!(bench.lines(), ["chroot TREE useradd -m -d / odd"]);
    }

    #[test]
    fn missing_tools_are_explained() {
        let mut bench = Bench::new();
        bench.plan.root.system.users = vec![user("tux", &[])];
        let error = create(&bench.context()).unwrap_err();
        assert!(error.to_string().contains("useradd"), "{error}");
        assert!(error.hint().unwrap().contains("passwd"));
    }
}
