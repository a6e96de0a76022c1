//! Groups of the installed system (spec 03 §9.3).

use kiwi_host::command::Cmd;

use super::accounts::Accounts;
use super::users::account_tool;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Creates the plan's groups that the tree does not have.
pub(crate) fn create(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let groups = &context.plan.root.system.groups;
    if groups.is_empty() {
        return Ok(());
    }
    let tree = context.tree()?;
    let accounts = Accounts::read(&tree)?;
    let sandbox = context.sandbox();
    for group in groups {
        match (accounts.group(&group.name), group.id) {
            (None, _) => {}
            (Some(found), Some(wanted)) if found != wanted => {
                tracing::warn!(
                    "group `{}` is there already with the number {found}, not {wanted}",
                    group.name
                );
                continue;
            }
            (Some(_), _) => continue,
        }
        account_tool(&tree, "groupadd", &group.name)?;
        let mut command = Cmd::new("groupadd").in_tree(&sandbox);
        if let Some(id) = group.id {
            command = command.arg("-g").arg(id.to_string());
        }
        context
            .runner
            .run(&command.arg(&group.name))
            .purpose(format!("creating group `{}`", group.name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kiwi_plan::plan::system::Group;

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn only_missing_ones() {
        let mut bench = Bench::new();
        bench.write("etc/group", "users:x:100:\n");
        bench.program("usr/sbin/groupadd");
        bench.plan.root.system.groups =
            [("tux", Some(5000)), ("users", Some(101)), ("wheel", None)]
                .map(|(name, id)| Group {
                    name: name.into(),
                    id,
                })
                .into();
        create(&bench.context()).unwrap();
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE groupadd -g 5000 tux",
                "chroot TREE groupadd wheel"
            ]
        );
    }
}
