//! Hosts that take rights away, as containers and hardened systems do.

use std::process::Output;

use crate::scene::{Scene, Who, say_skipped};

fn as_root() -> Option<Scene> {
    if rustix::process::geteuid().is_root() {
        Scene::new(Who::Root)
    } else {
        say_skipped("taking rights away needs root");
        None
    }
}

fn as_user() -> Option<Scene> {
    if rustix::process::geteuid().is_root() {
        Scene::new(Who::User)
    } else {
        say_skipped("taking rights away needs root");
        None
    }
}

fn run(scene: &Scene, before: &[&str], options: &[&str], script: &str) -> Output {
    let tree = scene.tree().display().to_string();
    let mut arguments = options.to_vec();
    arguments.extend([tree.as_str(), "sh", "-c", script]);
    scene.command(before, &arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn root_without_the_right_to_mount_uses_a_user_namespace() {
    let Some(scene) = as_root() else { return };
    let before = [
        "setpriv",
        "--bounding-set=-sys_admin",
        "--inh-caps=-sys_admin",
    ];
    let script = "echo > /f; busybox chown 1000:5 /f; busybox stat -c %u:%g /f; cat /proc/1/comm";
    let output = run(&scene, &before, &[], script);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "1000:5\nkiwi-sandbox\n", "{output:?}");
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_container_that_hides_parts_of_proc_is_enough() {
    let Some(scene) = as_user() else { return };
    let user = scene.become_user().join(" ");
    let hide = format!("mount -t tmpfs none /proc/fs && exec {user} \"$@\"");
    let program = scene.path().join("enclosed").display().to_string();
    let tree = scene.tree().display().to_string();
    let script = "echo > /f; busybox chown 1000:5 /f; ls /proc/self/fd > /dev/null && echo done";
    let words = [
        "-m", "sh", "-c", &hide, "sh", &program, &tree, "sh", "-c", script,
    ];
    let output = std::process::Command::new("unshare")
        .args(words)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "done\n",
        "{output:?}"
    );
}

#[test]
fn switched_off_namespaces_are_named_with_the_mend() {
    let Some(scene) = as_root() else { return };
    // The limit of a nested namespace is its own: the host keeps its setting.
    let program = scene.path().join("enclosed").display().to_string();
    let tree = scene.tree().display().to_string();
    let limit = "echo 0 > /proc/sys/user/max_user_namespaces && \
                 exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \"$@\"";
    let words = ["-U", "-r", "sh", "-c", limit, "sh", &program, &tree, "true"];
    let output = std::process::Command::new("unshare")
        .args(words)
        .output()
        .unwrap();
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains("`user.max_user_namespaces` is 0"), "{error}");
    assert!(
        error.contains("sysctl -w user.max_user_namespaces=15000"),
        "{error}"
    );
}

#[test]
fn sessions_that_cannot_gain_rights_have_a_single_id() {
    let Some(scene) = as_user() else { return };
    let script =
        "echo > /f; busybox stat -c %u:%g /f; busybox chown 1:1 /f 2>/dev/null || echo refused";
    let output = run(&scene, &["setpriv", "--no-new-privs"], &[], script);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "0:0\nrefused\n",
        "{output:?}"
    );
    let error = stderr(&output);
    assert!(error.contains("only user 0 and group 0 exist"), "{error}");
    assert!(error.contains("no_new_privs"), "{error}");
    let refused = run(
        &scene,
        &["setpriv", "--no-new-privs"],
        &["--many-ids"],
        "true",
    );
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
}

#[test]
fn users_without_subordinate_ids_learn_the_command_that_gives_them() {
    let Some(scene) = as_root() else { return };
    // A number without a name has no ranges.
    let id = "4200001234";
    let tree = scene.tree();
    std::os::unix::fs::chown(&tree, Some(4_200_001_234), Some(4_200_001_234)).unwrap();
    let reuid = format!("--reuid={id}");
    let regid = format!("--regid={id}");
    let before = ["setpriv", &reuid, &regid, "--clear-groups"];
    let output = run(&scene, &before, &[], "echo > /f && echo done");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "done\n",
        "{output:?}"
    );
    let error = stderr(&output);
    assert!(error.contains("usermod --add-subuids"), "{error}");
}
