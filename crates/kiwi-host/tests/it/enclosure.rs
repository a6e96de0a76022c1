//! The outer layer.

use std::os::unix::fs::MetadataExt;

use crate::scene::{Host, Who, for_everyone};

const KILL: i32 = 9;
const TERMINATE: i32 = 15;

#[test]
fn the_build_is_root_of_its_own_world() {
    for_everyone(|scene| {
        let script = "id -u; id -g; cat /proc/1/comm; echo $KIWI_INTERNAL_ENCLOSURE.";
        let output = scene.run(&["--host", "sh", "-c", script]);
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[..2], ["0", "0"], "{output:?}");
        assert_eq!(lines[3], ".", "the marker is not passed on");
        // Pid 1 is the program itself.
        assert_eq!(lines[2], "enclosed", "{output:?}");
    });
}

#[test]
fn exit_codes_come_through() {
    for_everyone(|scene| {
        let tree = scene.tree().display().to_string();
        for (script, code) in [
            ("exit 7", 7),
            ("kill -9 $$", 137),
            ("kill -15 $$", 143),
            ("true", 0),
        ] {
            for place in [tree.as_str(), "--host"] {
                let output = scene.run(&[place, "sh", "-c", script]);
                assert_eq!(
                    output.status.code(),
                    Some(code),
                    "{script} {place} {output:?}"
                );
            }
        }
        let missing = scene.run(&[&tree, "no-such-program"]);
        let error = String::from_utf8_lossy(&missing.stderr).into_owned();
        assert!(error.contains("not found in the root tree"), "{error}");
        let script = scene.tree().join("script");
        std::fs::write(&script, "#!/no/interpreter\n").unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let refused = scene.run(&[&tree, "/script"]);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(error.contains("cannot start `/script`"), "{error}");
    });
}

#[test]
fn files_belong_to_the_subordinate_ids() {
    for_everyone(|scene| {
        scene.script(
            &[],
            "echo > /zero; echo > /user; busybox chown 1000:5 /user; busybox chmod 4755 /user",
        );
        let (zero, user) = (scene.tree().join("zero"), scene.tree().join("user"));
        let (zero, user) = (zero.metadata().unwrap(), user.metadata().unwrap());
        assert_eq!(zero.uid(), scene.uid());
        assert_eq!(user.mode() & 0o7777, 0o4755);
        if scene.who == Who::Root {
            assert_eq!((user.uid(), user.gid()), (1000, 5));
        } else {
            let start = |path: &str| {
                let text = std::fs::read_to_string(path).unwrap();
                let line = text.lines().find(|line| line.starts_with("kiwitest:"));
                let start = line.and_then(|line| line.split(':').nth(1));
                start.and_then(|start| start.parse::<u32>().ok())
            };
            if let (Some(uids), Some(gids)) = (start("/etc/subuid"), start("/etc/subgid")) {
                assert_eq!((user.uid(), user.gid()), (uids + 999, gids + 4));
            }
        }
        let tree = scene.tree().display().to_string();
        assert!(scene.run(&["--remove", &tree]).status.success());
        assert!(!scene.tree().exists());
    });
}

#[test]
fn the_host_sees_no_mount() {
    for_everyone(|scene| {
        let Some(host) = Host::new() else { return };
        let enter = host.enter();
        let enter: Vec<&str> = enter.iter().map(String::as_str).collect();
        let before = host.mounts();
        let mut running = scene.start_after(&enter, "echo ready; sleep 1000");
        assert_eq!(host.mounts(), before, "while a command runs");
        running.signal(TERMINATE);
        assert_eq!(running.end(), 143);
        assert_eq!(host.mounts(), before, "after a polite end");
        let mut running = scene.start_after(&enter, "echo ready; sleep 1000");
        running.signal(KILL);
        assert_eq!(running.end(), 137);
        assert_eq!(host.mounts(), before, "after a sudden end");
        // The stand-in does show what is mounted in it.
        let directory = scene.path().display().to_string();
        let mut words = enter.clone();
        words.extend(["mount", "-t", "tmpfs", "none", &directory]);
        let mounted = std::process::Command::new(words[0])
            .args(&words[1..])
            .status();
        assert!(mounted.unwrap().success());
        assert_ne!(host.mounts(), before);
    });
}

#[test]
fn what_the_shell_left_open_does_not_reach_commands() {
    for_everyone(|scene| {
        let program = scene.path().join("enclosed").display().to_string();
        let script = format!("exec 7</dev/null; exec {program} --host ls /proc/self/fd");
        let before = scene.become_user();
        let mut words: Vec<&str> = before.iter().map(String::as_str).collect();
        words.extend(["sh", "-c", &script]);
        let output = std::process::Command::new(words[0])
            .args(&words[1..])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && !text.lines().any(|fd| fd == "7"),
            "{output:?}"
        );
    });
}
