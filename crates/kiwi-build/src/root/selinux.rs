//! SELinux labels, for trees that have the policy (spec 03 §9.5).

use kiwi_host::command::Cmd;
use kiwi_host::resolve::TreeDir;
use kiwi_host::sandbox::Sandbox;

use super::programs;
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// File systems of the kernel that are visible while commands run, and are not the image's.
const NOT_LABELLED: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Labels all files of the build's tree. Nothing happens when the tree has no policy.
///
/// # Errors
/// The policy is incomplete, or the kernel of this host refuses to store labels.
pub fn label(context: &BuildContext<'_>) -> Result<(), BuildError> {
    label_in(context, &context.sandbox())
}

/// As [`label`], for the tree of `sandbox`.
pub fn label_in(context: &BuildContext<'_>, sandbox: &Sandbox) -> Result<(), BuildError> {
    let tree = TreeDir::open(sandbox.tree())?;
    let policy = &context.plan.root.system.selinux_policy;
    let contexts = file_contexts(context);
    if !has_policy(context, &tree) {
        return Ok(());
    }
    if !programs::has(&tree, "setfiles") {
        tracing::warn!(
            "the tree has the SELinux policy `{policy}` but no `setfiles`, so files get no labels; \
             the package `policycoreutils` has it"
        );
        return Ok(());
    }
    let policy_file = policy_file(&tree, policy)?;
    let setfiles = Cmd::new("setfiles").in_tree(sandbox);
    // The older tool checks with -c instead of labelling, and has no threads.
    let help = context
        .runner
        .run(
            &setfiles
                .clone()
                .success_codes((0..=255).collect::<Vec<_>>()),
        )
        .purpose("asking `setfiles` for its options")?;
    let is_old = [help.stdout_text(), help.stderr_text()]
        .iter()
        .any(|text| text.contains("setfiles -c policyfile"));
    let excludes = NOT_LABELLED.iter().flat_map(|path| ["-e", *path]);
    let command = if is_old {
        let check = setfiles.clone().args(["-c", &policy_file, &contexts]);
        context
            .runner
            .run(&check)
            .purpose("checking the SELinux policy")?;
        setfiles.args(["-F", "-p"]).args(excludes)
    } else {
        setfiles
            .args(["-T0", "-F", "-p", "-c", &policy_file])
            .args(excludes)
    };
    context
        .runner
        .run(&command.args([contexts.as_str(), "/"]))
        .purpose("labelling files for SELinux")?;
    Ok(())
}

/// Whether a tree has the policy that the plan names, and so labels of its own.
pub fn has_policy(context: &BuildContext<'_>, tree: &TreeDir) -> bool {
    tree.exists(file_contexts(context))
}

fn file_contexts(context: &BuildContext<'_>) -> String {
    let policy = &context.plan.root.system.selinux_policy;
    format!("/etc/selinux/{policy}/contexts/files/file_contexts")
}

fn policy_file(tree: &TreeDir, policy: &str) -> Result<String, BuildError> {
    let directory = format!("/etc/selinux/{policy}/policy");
    let names = match tree.read_dir(&directory) {
        Ok(names) => names,
        Err(error) if error.is_not_found() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    names
        .iter()
        .filter_map(|name| name.to_str())
        .find(|name| name.starts_with("policy."))
        .map(|name| format!("{directory}/{name}"))
        .ok_or_else(|| BuildError::TreeLacks {
            what: format!("`{directory}` has no compiled SELinux policy"),
            mend: format!("add the package that has the policy `{policy}`"),
        })
}

#[cfg(test)]
mod tests {
    use kiwi_host::command::{Recorder, Reply};

    use super::*;
    use crate::root::testing::Bench;

    const CONTEXTS: &str = "etc/selinux/targeted/contexts/files/file_contexts";

    #[test]
    fn only_with_policy_and_tool() {
        let bench = Bench::new();
        label(&bench.context()).unwrap();
        bench.write(CONTEXTS, "");
        label(&bench.context()).unwrap();
        assert!(bench.lines().is_empty());
        bench.program("usr/sbin/setfiles");
        let error = label(&bench.context()).unwrap_err();
        assert_eq!(error.code(), "K0901");
    }

    #[test]
    fn both_generations_of_the_tool() {
        for (help, expected) in [
            (
                "usage: setfiles [-diIDlmnpqvCEFWT] spec_file pathname...",
                vec![
                    "chroot TREE setfiles",
                    "chroot TREE setfiles -T0 -F -p -c /etc/selinux/targeted/policy/policy.33 \
                     -e /proc -e /sys -e /dev /etc/selinux/targeted/contexts/files/file_contexts /",
                ],
            ),
            (
                "usage: setfiles -c policyfile spec_file",
                vec![
                    "chroot TREE setfiles",
                    "chroot TREE setfiles -c /etc/selinux/targeted/policy/policy.33 \
                     /etc/selinux/targeted/contexts/files/file_contexts",
                    "chroot TREE setfiles -F -p -e /proc -e /sys -e /dev \
                     /etc/selinux/targeted/contexts/files/file_contexts /",
                ],
            ),
        ] {
            let mut bench = Bench::new();
            bench.write(CONTEXTS, "");
            bench.write("etc/selinux/targeted/policy/policy.33", "");
            bench.program("usr/sbin/setfiles");
            bench.runner = Recorder::new().reply("setfiles", Reply::stdout(help));
            label(&bench.context()).unwrap();
            assert_eq!(bench.lines(), expected);
        }
    }
}
